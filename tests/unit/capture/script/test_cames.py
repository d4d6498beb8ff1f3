from driftline.capture.script import cames
from driftline.capture.script.reading import Came
from driftline.capture.script.site import Site, numbered

READ = (Site("s.py", 1, 1),)
A = frozenset({Came(READ, "a")})


def one(*fields: object) -> frozenset[Came]:
    return frozenset({Came(READ, "a", *fields)})


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


def test_what_is_from_one_earlier_execution_that_nobody_knows_is_not_sure_unless_several_are_held() -> None:
    some = {READ: cames.SOME}
    assert cames.aged(A, some) == one("DIRECT", "IDENTITY", 0.5, True)
    sum_of_both = A | one("DIRECT", "IDENTITY", 0.9, True)
    assert cames.aged(sum_of_both, some) == one("DIRECT", "IDENTITY", 0.9, True)
    other_column = A | {Came(READ, "b", every=True)}  # another column is no second execution of this one
    assert cames.aged(other_column, some) == one("DIRECT", "IDENTITY", 0.5, True) | {Came(READ, "b", every=True)}


def test_of_two_things_those_reads_are_unsure_of_which_both_have_executions_of_their_own() -> None:
    every = one("DIRECT", "IDENTITY", 0.9, True)
    assert cames.other_turns(A, every) == {(READ, "a")}
    assert cames.other_turns(every, every | A) == frozenset()  # a sum that goes on
    assert cames.other_turns(cames.deciding(A), every) == frozenset()  # what decides is no value
    assert cames.unsure_of(A | cames.deciding(A), {(READ, "a")}) == one("DIRECT", "IDENTITY", 0.5) | cames.deciding(A)


def test_the_latest_execution_is_told_beside_any_that_are_less_sure() -> None:
    unsure, sure = one("DIRECT", "IDENTITY", 0.5, True), one("DIRECT", "IDENTITY", 0.9, True)
    assert cames.tidy(A | unsure) == A | unsure
    assert cames.tidy(A | sure) == sure


def test_what_rows_were_sorted_by_tells_which_of_them_are_taken_by_their_place() -> None:
    ordered = Came((), "b", "INDIRECT", "SORT")
    chosen = Came((), "k", "INDIRECT", "FILTER")
    assert cames.some_rows(frozenset({ordered, chosen})) == {ordered, chosen, Came((), "b", "INDIRECT", "FILTER")}
