"""The walk over the store's rows is the reference: both have to meet the same places along the same lines."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.store import arrays
from driftline.store.connection import OPEN, Row
from driftline.store.line import Line
from driftline.store.spread import spread, sureness
from driftline.store.walks import NOW, walk

WORDS = ((0, "symlink", 1.0), (1, "explicit", 1.0), (2, "column", 1.0), (2, "cartesian", 0.5), (1, "manual", 1.0))


@st.composite
def graphs(draw: st.DrawFn) -> list[Row]:
    """Return edges among a few places: with spans of time, several at a time, aliases, rings."""
    found = {}
    for _ in range(draw(st.integers(0, 40))):
        target, source = (draw(st.integers(1, 12)) for _ in range(2))
        hops, provenance, confidence = draw(st.sampled_from(WORDS))
        since = draw(st.integers(0, 5))
        until = draw(st.sampled_from((OPEN, since, since + 2)))
        via = draw(st.integers(13, 15)) if hops == 2 else 0
        found[target, source, via, since] = (target, source, via, since, until, hops, provenance, confidence)
    return [found[key] for key in sorted(found)]


def reference(rows: list[Row], starts: dict[int, int], direction: Any, depth: int, moment: int, limit: int) -> Any:
    """Return the walk that asks some places at a time, in the order of keys."""
    near = 0 if direction == "up" else 1

    def ask(places: list[int]) -> Iterator[Line]:
        order = rows if direction == "up" else sorted(rows, key=lambda row: (row[1], *row))
        for target, source, via, since, until, hops, provenance, confidence in order:
            if (target, source)[near] in places and since <= moment < until:
                yield Line(source, target, via, hops, "", provenance, confidence)

    return walk(starts, ask, direction, depth, limit)


@settings(max_examples=400, deadline=None)
@given(
    rows=graphs(),
    starts=st.dictionaries(st.integers(1, 16), st.integers(0, 2), min_size=1, max_size=3),
    direction=st.sampled_from(("up", "down")),
    depth=st.integers(0, 8),
    moment=st.sampled_from((0, 2, 4, 6, NOW)),
    limit=st.integers(1, 16),
)
def test_a_walk_in_memory_meets_what_a_walk_over_rows_meets(
    rows: list[Row], starts: dict[int, int], direction: Any, depth: int, moment: int, limit: int
) -> None:
    expected = reference(rows, starts, direction, depth, moment, limit)
    found = spread((arrays.table(rows), arrays.table([])), starts, direction, depth, moment, limit)
    assert found.far == expected.far
    assert sorted(found.lines) == sorted(expected.lines)
    assert found.truncated == expected.truncated
    assert list(found.far) == list(expected.far), "places come in the order in which they were met"


def test_of_two_words_on_one_edge_at_one_moment_the_surer_is_kept() -> None:
    rows = [(2, 1, 9, 0, OPEN, 2, "cartesian", 0.5), (2, 1, 9, 3, OPEN, 2, "column", 1.0)]
    found = spread((arrays.table(rows), arrays.table([])), {2: 0}, "up", 5, NOW, 10)
    assert found.lines == [Line(1, 2, 9, 2, "", "column", 1.0)]


def test_what_is_equally_sure_has_the_same_place() -> None:
    assert sureness(
        [(2, "cartesian", 0.5), (1, "explicit", 1.0), (2, "explicit", 1.0), (2, "column", 1.0)]
    ).tolist() == [
        2,
        0,
        0,
        1,
    ]


def test_ends_are_the_flows_beside_places_nearer_than_the_depth() -> None:
    edges = arrays.table([(2, 1, 9, 0, OPEN, 2, "column", 1.0)])
    flows = arrays.table([(1, 8, 0, 0, OPEN, 0, "", 0.0), (2, 9, 0, 0, OPEN, 0, "", 0.0), (2, 7, 0, 5, 6, 0, "", 0.0)])
    found = spread((edges, flows), {2: 0}, "up", 2, NOW, 10)
    assert [column.tolist() for column in found.ends(2)] == [[9], [2]]
    assert [column.tolist() for column in found.ends(3)] == [[9, 8], [2, 1]]
