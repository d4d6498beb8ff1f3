import pandas as pd
import pytest

from driftline.capture.probe import compare
from driftline.capture.probe.call import Arguments, Budget, Call, OutOfTime

FRAME = pd.DataFrame({"a": [3, 1, 2, 5], "b": [1, 1, 2, 2]})


def called(function, **data):
    call = Call(function, Arguments(list(data), [], {}), Budget(10))
    base = call.plain(data)
    call.thread(data, base)
    (found,) = call.results(data)
    return found


def test_ids_come_through_in_a_column_or_in_the_index_or_not_at_all() -> None:
    assert called(lambda t: t[t.a > 1], t=FRAME).keys == [(0,), (2,), (3,)]
    assert called(lambda t: t.loc[t.a > 1, ["a"]], t=FRAME).keys == [(0,), (2,), (3,)]
    assert called(lambda t: t.groupby("b", as_index=False).sum(), t=FRAME).keys is None


def test_ids_of_two_tables_come_through_a_join() -> None:
    other = pd.DataFrame({"b": [1, 2], "c": [7, 8]})
    found = called(lambda t, u: t.merge(u, on="b"), t=FRAME, u=other)
    assert found.carried == ("t", "u")
    assert found.keys == [(0, 0), (1, 0), (2, 1), (3, 1)]


def test_ids_that_would_change_the_result_are_not_used() -> None:
    assert called(lambda t: t.sum(axis=1).to_frame("s"), t=FRAME).columns["s"] == [4, 2, 4, 7]
    assert called(lambda t: pd.DataFrame({"width": [t.shape[1]]}), t=FRAME).columns == {"width": [2]}


def test_arguments_are_copies() -> None:
    def greedy(t, options):
        t["a"] = 0
        options.append(1)
        return t

    options: list[int] = []
    call = Call(greedy, Arguments(["t"], ["options"], {"options": options}), Budget(10))
    assert compare.same(call.plain({"t": FRAME}), call.plain({"t": FRAME}))
    assert (list(FRAME.a), options) == ([3, 1, 2, 5], [])


def test_a_budget_that_is_used_up_ends_it() -> None:
    with pytest.raises(OutOfTime):
        Call(lambda t: t, Arguments(["t"], [], {}), Budget(-1)).attempt({"t": FRAME})


def test_a_function_that_fails_has_no_results() -> None:
    assert Call(lambda t: t["nowhere"], Arguments(["t"], [], {}), Budget(10)).attempt({"t": FRAME}) is None
