import pandas as pd

from driftline.capture.probe import compare
from driftline.capture.probe.compare import ID, Difference, Result, difference


def test_values_are_compared_with_a_tolerance_and_missing_ones_are_equal() -> None:
    assert compare.cell(0.1 + 0.2) == compare.cell(0.3)
    assert compare.cell(float("nan")) is compare.cell(None) is None
    assert compare.cell([1, 2]) == "[1, 2]"
    assert compare.cell(True) is True


def test_ids_are_taken_out_of_results() -> None:
    (found,) = compare.results(pd.DataFrame({"a": [1, 2], f"{ID}t": [5, 6]}), ("t",))
    assert found == Result({"a": [1, 2]}, 2, [(5,), (6,)], ("t",))
    (found,) = compare.results(pd.DataFrame({"a": [1, 2]}, index=[5, 6]), (), "t")
    assert found.keys == [(5,), (6,)]
    assert compare.results((pd.DataFrame({"a": [1]}), 3.0))[1] == Result({"value": [3.0]}, 1)


def test_levels_of_an_index_that_have_names_are_columns() -> None:
    (found,) = compare.results(pd.DataFrame({"g": ["x", "y"], "a": [1, 2]}).groupby("g")["a"].sum())
    assert found.columns == {"a": [1, 2], "g": ["x", "y"]}


def keyed(keys: list[int], **columns: list[object]) -> Result:
    return Result(dict(columns), len(keys), [(key,) for key in keys], ("t",))


def test_rows_that_come_or_go_are_no_change_of_values() -> None:
    before = keyed([1, 2, 3], a=[10, 20, 30])
    assert difference(before, keyed([1, 3], a=[10, 30])) == Difference(rows=True)
    assert difference(before, keyed([1, 2, 3], a=[10, 21, 30])) == Difference(frozenset("a"), 1)
    assert difference(before, keyed([3, 1, 2], a=[30, 10, 20])) == Difference(order=True)
    assert not difference(before, before)


def test_rows_that_meet_others_are_paired_anew() -> None:
    before = Result({"a": [1, 2]}, 2, [(1, 7), (2, 8)], ("t", "u"))
    after = Result({"a": [1, 2]}, 2, [(1, 8), (2, 7)], ("t", "u"))
    assert difference(before, after) == Difference(rows=True, paired=True)


def test_without_ids_rows_are_compared_by_their_place() -> None:
    before = Result({"a": [1, 2], "b": [1, 1]}, 2)
    assert difference(before, Result({"a": [2, 1], "b": [1, 1]}, 2)) == Difference(frozenset("a"), 2)
    assert difference(before, Result({"a": [1], "b": [1]}, 1)).rows
    assert difference(before, Result({"a": [1, 2], "c": [1, 1]}, 2)).names == {"b", "c"}
    assert difference(before, Result({}, 0)) == Difference(rows=True)


def test_rows_as_a_multiset_forget_their_order() -> None:
    assert compare.multiset(Result({"a": [1, 2]}, 2), frozenset()) == compare.multiset(
        Result({"a": [2, 1]}, 2), frozenset()
    )
    assert compare.multiset(Result({"a": [1, 2]}, 2), frozenset("a")) == {(): 2}
    assert compare.same([Result({"a": [1]}, 1)], [Result({"a": [1]}, 1, [(3,)], ("t",))])
