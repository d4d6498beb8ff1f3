from driftline.capture.script import cames
from driftline.capture.script.reading import Came
from driftline.capture.script.site import Site, numbered

READ = (Site("s.py", 1, 1),)
A = frozenset({Came(READ, "a")})


def one(*fields: object) -> frozenset[Came]:
    return frozenset({Came(READ, "a", *fields)})  # type: ignore[arg-type]


def test_a_value_becomes_less_like_its_source_and_never_more() -> None:
    assert cames.changed(A) == one("DIRECT", "TRANSFORMATION")
    assert cames.aggregated(cames.changed(A)) == one("DIRECT", "AGGREGATION")
    assert cames.changed(cames.aggregated(A)) == one("DIRECT", "AGGREGATION")
    decided = cames.deciding(A, "FILTER")
    assert decided == one("INDIRECT", "FILTER")
    assert cames.changed(decided) == cames.deciding(decided, "SORT") == decided


def test_unknown_code_halves_the_confidence_once() -> None:
    assert cames.hedged(A) == cames.hedged(cames.hedged(A)) == one("DIRECT", "TRANSFORMATION", 0.5)


def test_what_is_held_while_its_read_is_done_again_comes_from_every_execution() -> None:
    assert cames.aged(A, {READ: None}) == one("DIRECT", "IDENTITY", 0.9, True)
    assert cames.aged(A, {}) is A
    second = numbered(READ, 1)
    assert cames.aged(A, {READ: second}) == {Came(second, "a")}


def test_several_ways_of_one_column_are_told_once() -> None:
    both = A | cames.aggregated(A) | cames.deciding(A, "FILTER") | cames.hedged(A)
    assert cames.tidy(both) == one("DIRECT", "TRANSFORMATION") | one("INDIRECT", "FILTER")


def test_too_many_origins_become_those_of_whole_reads_and_unsure() -> None:
    many = frozenset(Came(READ, f"c{number}") for number in range(cames.MAX_CAMES + 1))
    assert cames.union([many]) == {Came(READ, "", confidence=0.5)}


def test_of_one_of_several_reads_none_is_sure() -> None:
    both = frozenset({Came(READ, "a", every=True), Came(READ, "a")})
    assert {one.confidence for one in cames.any_of(both)} == {0.5}
    latest = frozenset({Came(READ, "a")})
    assert cames.any_of(latest) is latest
