"""The ways of an influence one by one; whole functions are in ``test_influence``."""

import numpy as np
import pandas as pd
import pytest

from driftline.capture.probe import detect, tables
from driftline.capture.probe.call import Arguments, Budget, Call
from driftline.capture.probe.classify import Classifier

_R = np.random.default_rng(5)
LEFT = pd.DataFrame({"k": _R.integers(0, 9, 90), "v": _R.normal(size=90), "g": _R.choice(list("abc"), 90)})
RIGHT = pd.DataFrame({"k": range(9), "w": _R.normal(size=9), "u": _R.permutation(9)})


def ways(function, column, argument="left"):
    data = {"left": LEFT, "right": RIGHT}
    data = {name: data[name] for name in function.__code__.co_varnames[: function.__code__.co_argcount]}
    call = Call(function, Arguments(list(data), [], {}), Budget(30))
    call.thread(data, call.plain(data))
    base = call.results(data)
    effects = [detect.effect(call, data, base, name, one) for name in data for one in tables.names(data[name])]
    made = Classifier(call, data, base, effects)
    found = [one for effect in effects for one in made.influences(effect)]
    return {(one.target, one.subtype) for one in found if (one.argument, one.column) == (argument, column)}


def test_equality_groups_and_order_sorts() -> None:
    assert ways(lambda left: left.groupby("g", as_index=False).v.sum(), "g") == {("g", "IDENTITY"), ("", "GROUP_BY")}
    assert ways(lambda left: left.sort_values("v")[["g"]], "v") == {("", "SORT")}
    assert ways(lambda left: left.assign(r=left.v.rank())[["g", "r"]], "v") == {("r", "WINDOW")}


def test_a_key_that_matches_a_table_joins_on_both_sides() -> None:
    def inner(left, right):
        return left.merge(right, on="k")[["v", "w"]]

    assert ways(inner, "k") == ways(inner, "k", "right") == {("", "JOIN")}
    assert ways(inner, "u", "right") == set(), "same values, but not what is joined by"
    assert ways(inner, "w", "right") == {("w", "IDENTITY")}


@pytest.mark.parametrize("threshold", [-0.5, 0.0, 1.0])
def test_a_threshold_filters(threshold: float) -> None:
    def above(left):
        return left[left.v > threshold][["k", "g"]]

    def summed(left):
        return left[left.v > threshold].groupby("g", as_index=False).k.sum()

    assert ways(above, "v") == ways(summed, "v") == {("", "FILTER")}
    assert ways(summed, "k") == {("k", "AGGREGATION")}


def test_choosing_between_columns_is_a_condition_and_choosing_between_constants_a_value() -> None:
    assert ways(lambda left: pd.DataFrame({"c": np.where(left.g == "a", left.k, left.v)}), "g") == {
        ("c", "CONDITIONAL")
    }
    assert ways(lambda left: pd.DataFrame({"c": np.where(left.g == "a", 1, 0)}), "g") == {("c", "TRANSFORMATION")}


def test_rows_that_meet_aggregate() -> None:
    assert ways(lambda left: left.assign(m=left.v - left.v.mean())[["m"]], "v") == {("m", "AGGREGATION")}
    assert ways(lambda left: left.assign(m=left.v * 2)[["m"]], "v") == {("m", "TRANSFORMATION")}
    assert ways(lambda left: left.agg({"v": "max"}).to_frame("m"), "v") == {("m", "AGGREGATION")}
