"""By hand: small graphs of lines, walked level by level."""

from driftline.store.line import Line
from driftline.store.reach import Walk, walk

CHAIN = [(1, 2, 1), (2, 3, 1), (3, 4, 1), (1, 5, 2), (5, 3, 1)]  # source, target, hops


def ask_in(lines: list[Line], asked: list[list[int]]) -> object:
    def ask(places: list[int]) -> list[Line]:
        asked.append(places)
        return [line for line in lines if line.target in places]

    return ask


def up(start: int, depth: int, limit: int = 99, asked: list[list[int]] | None = None) -> Walk:
    lines = [Line(source, target, 0, hops, "", "explicit", 1.0) for source, target, hops in CHAIN]
    ask = ask_in(lines, asked if asked is not None else [])
    return walk({start: 0}, ask, "up", depth, limit)


def test_places_have_the_length_of_the_shortest_way_and_each_is_asked_about_once() -> None:
    asked: list[list[int]] = []
    found = up(4, 9, asked=asked)
    assert found.far == {4: 0, 3: 1, 2: 2, 5: 2, 1: 3}
    assert sorted(place for places in asked for place in places) == [1, 2, 3, 4, 5]
    assert not found.truncated


def test_a_walk_ends_at_its_depth() -> None:
    assert up(4, 2).far == {4: 0, 3: 1, 2: 2, 5: 2}
    assert {(line.source, line.target) for line in up(4, 2).lines} == {(3, 4), (2, 3), (5, 3)}


def test_a_walk_says_that_more_places_were_left_out() -> None:
    found = up(4, 9, limit=3)
    assert len(found.far) == 3
    assert found.truncated


def test_of_two_lines_between_the_same_places_the_surer_one_is_kept() -> None:
    pair = [Line(1, 2, 0, 1, "", "inferred", 0.5), Line(1, 2, 0, 1, "", "inferred", 0.9)]
    for lines in (pair, pair[::-1]):
        found = walk({2: 0}, ask_in(lines, []), "up", 5, 9)
        assert [line.confidence for line in found.lines] == [0.9]
