"""Functions whose influences were worked out by hand, from their text; none of them is shown to the code under test."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from driftline.capture.probe import influence
from driftline.capture.probe.call import Arguments

_R = np.random.default_rng(1)
N = 400
ORDERS = pd.DataFrame({
    "oid": np.arange(N) * 7 % 1009, "uid": _R.integers(0, 40, N), "pid": _R.integers(0, 12, N),
    "qty": _R.integers(1, 9, N), "state": _R.choice(["ok", "bad", "new"], N), "note": _R.choice(list("pqrs"), N),
    "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(_R.integers(0, 9_000, N), unit="h"),
})  # fmt: skip
USERS = pd.DataFrame({
    "uid": np.arange(40), "country": _R.choice(["de", "fr", "us"], 40), "age": _R.integers(18, 80, 40),
})  # fmt: skip
PRODUCTS = pd.DataFrame({"pid": np.arange(12), "price": _R.normal(20, 5, 12).round(2), "label": list("abcdefghijkl")})
TABLES = {"orders": ORDERS, "users": USERS, "products": PRODUCTS}


def probed(function: Callable[..., Any], **given: Any) -> influence.Report:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    data = given or {name: TABLES[name] for name in names if name in TABLES}
    return influence.report(function, Arguments(list(data), [], {}), data, 60.0)


def edges(report: influence.Report) -> dict[str, set[str]]:
    assert report.reason == ""
    found: dict[str, set[str]] = {}
    for one in report.influences:
        key = one.target if one.output == 0 else f"{one.output}:{one.target}"
        found.setdefault(key, set()).add(f"{one.argument}.{one.column} {one.subtype}")
    return found


def two_merges(orders, users, products):
    kept = orders[orders.state == "ok"].merge(users, on="uid").merge(products, on="pid")
    kept["revenue"] = kept.qty * kept.price
    return kept.groupby("country", as_index=False)["revenue"].sum()


def merged_rows(orders, users):
    return orders.merge(users, on="uid")[["oid", "country", "qty"]]


def left_join(orders, users):
    return orders[["oid", "uid"]].merge(users[["uid", "age"]], on="uid", how="left")


def groups(orders):
    return orders.groupby("state")["qty"].agg(["sum", "max"]).reset_index()


def counts(orders):
    return orders.groupby("state").size().reset_index(name="n")


def filtered(orders):
    return orders.loc[orders.qty > 4, ["oid", "note"]]


def filtered_with_its_column(orders):
    return orders.loc[orders.qty > 4, ["oid", "qty"]]


def filtered_by_date(orders):
    return orders.loc[orders["at"] > "2024-06-01", ["oid"]]


def pivoted(orders):
    return orders.pivot_table(index="pid", columns="state", values="qty", aggfunc="sum").reset_index()


def rolling(orders):
    return orders.assign(mean=orders.qty.rolling(3, min_periods=1).mean())[["oid", "mean"]]


def conditional(orders):
    return pd.DataFrame({"oid": orders.oid, "c": np.where(orders.state == "ok", orders.qty, orders.pid)})


def flag(orders):
    return pd.DataFrame({"large": orders.qty > 4})


def constant(orders):
    return pd.DataFrame({"x": [1, 2, 3]})


def ordered(orders):
    return orders.sort_values("qty", kind="stable")[["oid", "state"]]


def per_group(orders):
    return orders.assign(mean=orders.groupby("state").qty.transform("mean"))[["oid", "mean"]]


def without_doubles(orders):
    return orders.drop_duplicates("uid")[["oid", "uid"]]


def largest(orders):
    return orders.nlargest(10, "qty")[["oid"]]


def two_results(orders):
    return orders[["oid"]], orders.groupby("pid").qty.mean().reset_index()


def in_place(orders):
    orders["more"] = orders.qty + 1
    del orders["note"]
    return orders[["more"]]


def texts(orders):
    return pd.DataFrame({"s": orders.state.str.upper() + orders.note})


def a_series(orders):
    return orders.qty * 2


def one_number(orders):
    return float(orders.qty.sum())


def looked_up(orders, users):
    country = dict(zip(users.uid, users.country, strict=True))
    return [{"oid": order["oid"], "country": country[order["uid"]]} for order in orders.to_dict("records")]


ORDERS_OID = {"oid": {"orders.oid IDENTITY"}}
BY_HAND: list[tuple[Callable[..., Any], dict[str, set[str]]]] = [
    (two_merges, {
        "country": {"users.country IDENTITY"},
        "revenue": {"orders.qty AGGREGATION", "products.price AGGREGATION"},
        "": {"orders.state FILTER", "orders.uid JOIN", "users.uid JOIN", "orders.pid JOIN", "products.pid JOIN",
             "users.country GROUP_BY"},
    }),
    (merged_rows, {
        **ORDERS_OID, "country": {"users.country IDENTITY"}, "qty": {"orders.qty IDENTITY"},
        "": {"orders.uid JOIN", "users.uid JOIN"},
    }),
    (left_join, {
        **ORDERS_OID, "uid": {"orders.uid IDENTITY"}, "age": {"users.age IDENTITY"},
        "": {"orders.uid JOIN", "users.uid JOIN"},
    }),
    (groups, {
        "state": {"orders.state IDENTITY"}, "sum": {"orders.qty AGGREGATION"}, "max": {"orders.qty AGGREGATION"},
        "": {"orders.state GROUP_BY"},
    }),
    (counts, {"state": {"orders.state IDENTITY"}, "": {"orders.state GROUP_BY"}}),
    (filtered, {**ORDERS_OID, "note": {"orders.note IDENTITY"}, "": {"orders.qty FILTER"}}),
    (filtered_with_its_column, {**ORDERS_OID, "qty": {"orders.qty IDENTITY"}, "": {"orders.qty FILTER"}}),
    (filtered_by_date, {**ORDERS_OID, "": {"orders.at FILTER"}}),
    (pivoted, {
        "pid": {"orders.pid IDENTITY"}, "": {"orders.pid GROUP_BY"},
        **{name: {"orders.qty AGGREGATION", "orders.state CONDITIONAL"} for name in ("bad", "new", "ok")},
    }),
    (rolling, {**ORDERS_OID, "mean": {"orders.qty AGGREGATION"}}),
    (conditional, {
        **ORDERS_OID, "c": {"orders.state CONDITIONAL", "orders.qty TRANSFORMATION", "orders.pid TRANSFORMATION"},
    }),
    (flag, {"large": {"orders.qty TRANSFORMATION"}}),
    (constant, {}),
    (ordered, {**ORDERS_OID, "state": {"orders.state IDENTITY"}, "": {"orders.qty SORT"}}),
    (per_group, {**ORDERS_OID, "mean": {"orders.qty AGGREGATION", "orders.state WINDOW"}}),
    (without_doubles, {**ORDERS_OID, "uid": {"orders.uid IDENTITY"}, "": {"orders.uid GROUP_BY"}}),
    (largest, {**ORDERS_OID, "": {"orders.qty SORT"}}),
    (two_results, {
        **ORDERS_OID, "1:pid": {"orders.pid IDENTITY"}, "1:qty": {"orders.qty AGGREGATION"},
        "1:": {"orders.pid GROUP_BY"},
    }),
    (looked_up, {
        **ORDERS_OID, "country": {"users.country IDENTITY"}, "": {"orders.uid JOIN", "users.uid JOIN"},
    }),
    (in_place, {"more": {"orders.qty TRANSFORMATION"}}),
    (texts, {"s": {"orders.state TRANSFORMATION", "orders.note TRANSFORMATION"}}),
    (a_series, {"qty": {"orders.qty TRANSFORMATION"}}),
    (one_number, {"value": {"orders.qty AGGREGATION"}}),
]  # fmt: skip


@pytest.mark.parametrize(("function", "expected"), BY_HAND, ids=[case[0].__name__ for case in BY_HAND])
def test_what_reaches_what_is_found_out(function: Callable[..., Any], expected: dict[str, set[str]]) -> None:
    report = probed(function)
    assert edges(report) == expected
    assert report.stable
    assert {one.confidence for one in report.influences} <= {influence.SURE}


def random_numbers(orders):
    return orders.assign(x=np.random.default_rng().random(len(orders)))


def seeded(orders):
    return orders.assign(x=random.Random(3).random() * orders.qty)[["x"]]


def test_what_differs_from_run_to_run_is_not_probeable() -> None:
    assert probed(random_numbers).reason == "two runs on the same data differ"
    assert edges(probed(seeded)) == {"x": {"orders.qty TRANSFORMATION"}}


@pytest.mark.parametrize("calls_before", [5, 60])
def test_what_depends_on_how_often_it_was_called_is_not_probeable(calls_before: int) -> None:
    calls: list[int] = []

    def late(orders: pd.DataFrame) -> pd.DataFrame:
        calls.append(1)
        return orders[["qty"]] + (len(calls) > calls_before)

    assert probed(late).reason.startswith("what it returns depends on how often")


def test_what_fails_or_returns_no_table_is_not_probeable() -> None:
    def failing(orders: pd.DataFrame) -> pd.DataFrame:
        raise KeyError("nowhere")

    assert probed(failing).reason == "it fails on a sample (KeyError: 'nowhere')"
    assert probed(lambda orders: object()).reason == "it returns no table (object)"


def test_a_column_that_may_not_be_changed_is_said_to_be_unclear() -> None:
    def strict(orders: pd.DataFrame) -> pd.DataFrame:
        if not orders.oid.equals(ORDERS.oid.head(len(orders))):
            raise ValueError("not these")
        return orders[["qty"]]

    report = influence.report(strict, Arguments(["orders"], [], {}), {"orders": ORDERS.head(60)}, 30.0)
    assert report.unclear == ("orders.oid",)


def test_records_columns_and_arrow_tables_are_tables_too() -> None:
    rows = [{"a": place % 7, "b": place * 3 % 11, "c": str(place % 5)} for place in range(120)]

    def of_records(rows):
        return [{"a2": row["a"] * 2, "c": row["c"]} for row in rows if row["b"] > 4]

    def of_columns(columns):
        return {"s": [one + other for one, other in zip(columns["a"], columns["b"], strict=True)]}

    def of_arrow(table):
        return table.select(["c", "a"]).rename_columns(["c", "z"])

    assert edges(probed(of_records, rows=rows)) == {
        "a2": {"rows.a TRANSFORMATION"}, "c": {"rows.c IDENTITY"}, "": {"rows.b FILTER"},
    }  # fmt: skip
    columns = {name: [row[name] for row in rows] for name in "abc"}
    assert edges(probed(of_columns, columns=columns)) == {"s": {"columns.a TRANSFORMATION", "columns.b TRANSFORMATION"}}
    assert edges(probed(of_arrow, table=pa.table(columns))) == {"c": {"table.c IDENTITY"}, "z": {"table.a IDENTITY"}}


def test_a_rare_influence_is_found_as_the_sample_grows() -> None:
    rare = ORDERS.assign(kind=["x" if place == 700 else "y" for place in range(N)])
    rare.loc[150, "kind"] = "x"

    def special(orders):
        return orders.assign(v=np.where(orders.kind == "x", orders.pid, orders.qty))[["v"]]

    assert "orders.pid" in {one.split()[0] for one in edges(probed(special, orders=rare))["v"]}


def test_few_rows_are_only_a_guess() -> None:
    report = influence.report(flag, Arguments(["orders"], [], {}), {"orders": ORDERS.head(10)}, 30.0)
    assert {one.confidence for one in report.influences} == {influence.GUESS}


def test_time_that_runs_out_is_said() -> None:
    def slow(orders):
        import time

        time.sleep(0.05)
        return orders[["qty"]] * 2

    report = influence.report(slow, Arguments(["orders"], [], {}), {"orders": ORDERS}, 0.02)
    assert report.reason == "it takes too long"
    report = influence.report(slow, Arguments(["orders"], [], {}), {"orders": ORDERS}, 3.2)
    assert not report.stable
    assert {(one.column, one.target) for one in report.influences} == {("qty", "qty")}
    assert all(one.confidence < influence.SURE for one in report.influences)
