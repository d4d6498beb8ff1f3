"""Sorts of types of computed columns; what pandas itself makes of the same columns is the independent word."""

from collections.abc import Callable

import pandas as pd
import pytest

from driftline.capture.script.reading import Table

Wrote = Callable[..., dict[str, str]]
Given = Callable[..., Table]
FRAME = pd.DataFrame(
    {
        "oid": [1, 2, 3],
        "k": ["x", "y", "x"],
        "a": [1.0, 2.5, 4.0],
        "b": [2.0, 1.0, 1.0],
        "s": ["2024-01-02", "2024-03-04", "2024-05-06"],
    }
)
COMPUTED = """
orders.a.astype(str)
orders.a.astype("category")
orders.a.astype(int)
orders.oid.astype("float32")
orders.s.str.upper()
orders.k.str.strip().str.lower()
orders.s.str.len()
orders.s.str.contains("0")
orders.s + "!"
"no. " + orders.k
orders.a + orders.b
orders.a * 2
orders.a - orders.a.mean()
-orders.oid
orders.a > 2
(orders.a > 2) & (orders.b > 1)
~(orders.a > 2)
(orders.a > 2) * 1
orders.k == "x"
orders.a.isna()
orders.k.isin(["x"])
orders.a.between(1, 2)
orders.a.fillna(0)
orders.k.fillna("none")
orders.a.fillna(orders.a.mean())
orders.a.round(1)
orders.a.rank()
orders.a.shift(1)
orders.a.cumsum()
orders.k.map({"x": 1, "y": 2})
orders.k.map({"x": "one", "y": "two"})
pd.to_datetime(orders.s)
pd.to_datetime(orders.s).dt.year
pd.to_datetime(orders.s).dt.is_month_end
pd.to_datetime(orders.s).dt.day_name()
pd.to_datetime(orders.s).dt.strftime("%Y-%m")
pd.to_datetime(orders.s).dt.floor("D")
pd.to_datetime(orders.s) - pd.to_datetime(orders.s)
(pd.to_datetime(orders.s) - pd.to_datetime(orders.s)).dt.days
pd.to_numeric(orders.a.astype(str))
pd.cut(orders.a, 2)
pd.cut(orders.a, 2, labels=False)
pd.isna(orders.a)
np.log1p(orders.a)
np.where(orders.a > 2, "high", "low")
np.where(orders.a > 2, 1, 0)
np.isnan(orders.a)
orders.groupby("k").a.transform("mean")
orders.groupby("k").k.transform("count")
orders.groupby("k").cumcount()
orders.groupby("k").a.cumsum()
orders.groupby("k").s.shift(1)
"""


@pytest.mark.parametrize("expression", COMPUTED.split("\n")[1:-1])
@pytest.mark.parametrize("sort", ["number", "bool", "datetime"])
def test_a_computed_column_is_of_the_sort_that_pandas_gives_it(given: Given, expression: str, sort: str) -> None:
    import numpy as np

    frame = FRAME.assign(x=eval(expression, {"orders": FRAME, "pd": pd, "np": np}))
    table = given(f'orders["x"] = {expression}\norders.select_dtypes("{sort}").to_csv("o")\n')
    assert ("x" in table.columns) is ("x" in frame.select_dtypes(sort).columns)
    assert not table.maybe


@pytest.mark.parametrize(
    "expression",
    ["orders.a.map(unknown)", "orders.a.apply(lambda a: str(a))", 'orders.k.replace({"x": 1})', "unknown(orders.a)"],
)
def test_of_what_nobody_knows_it_is_perhaps_of_any_sort(given: Given, expression: str) -> None:
    table = given(f'orders["x"] = {expression}\norders.select_dtypes("number").to_csv("o")\n')
    assert table.maybe == {"x"}


def test_a_column_that_is_computed_once_more_is_of_another_sort(given: Given) -> None:
    text = 'orders["x"] = orders.a.astype(str)\norders["x"] = orders["x"].map(unknown)\n'
    assert given(text + 'orders.select_dtypes("number").to_csv("o")\n').maybe == {"x"}
    text = 'orders["x"] = orders.a.astype(str)\norders["y"] = orders.a * 2\norders["x"] = orders["y"]\n'
    assert "x" in given(text + 'orders.select_dtypes("number").to_csv("o")\n').columns


def test_names_rows_and_places_of_columns_change_nothing_of_their_sort(given: Given) -> None:
    text = """
orders["x"] = orders.a.astype(str)
some = orders[orders.b > 1].rename(columns={"x": "z"})[["z", "a"]].assign(y=lambda d: d.z + "!")
some.select_dtypes("number").to_csv("o")
"""
    table = given(text)
    assert (list(table.columns), table.maybe) == (["a"], frozenset())


LOOPS = {
    "for c in NAMES:\n    total += orders[c].mean()": 'pd.DataFrame([{"m": total}])',
    "for c in NAMES:\n    rows.append({'m': orders[c].mean()})": "pd.DataFrame(rows)",
    "for n, c in enumerate(NAMES):\n    total = total + orders[c].mean()": 'pd.DataFrame([{"m": total}])',
    "rows = [{'m': orders[c].mean()} for c in NAMES]": "pd.DataFrame(rows)",
    "total = sum(orders[c].mean() for c in NAMES)": 'pd.DataFrame([{"m": total}])',
    "found = {c: orders[c].mean() for c in NAMES}": 'pd.DataFrame([{"m": sum(found.values())}])',
}


@pytest.mark.parametrize("names", ['select_dtypes("number").columns', 'select_dtypes("number")'])
@pytest.mark.parametrize(("loop", "out"), LOOPS.items())
def test_a_loop_over_columns_of_a_type_has_a_text_not_at_all_and_what_is_not_known_perhaps(
    wrote: Wrote, names: str, loop: str, out: str
) -> None:
    start = "total = 0\nrows = []\n"
    text = f'{loop.replace("NAMES", f"orders.{names}")}\n{out}.to_csv("o")\n'
    found = wrote(f'{start}orders["t"] = orders.s.astype(str)\n{text}')
    assert found["m"] == "a aggregation, b aggregation, oid aggregation"
    found = wrote(f'{start}orders["t"] = orders.s.map(unknown)\n{text}')
    assert found["m"] == "a aggregation, b aggregation, oid aggregation, s aggregation ?"


def test_a_column_that_a_loop_perhaps_changes_still_comes_from_what_it_came_from(wrote: Wrote) -> None:
    text = """
orders["t"] = orders.s.map(unknown)
for c in orders.select_dtypes("number").columns:
    orders[c] = orders[c].fillna(orders.b.mean())
orders.to_csv("o")
"""
    found = wrote(text)
    assert found["a"] == "a transformation, b aggregation"
    assert found["t"] == "b aggregation ?, s transformation"


@pytest.mark.parametrize(
    ("how", "perhaps"), [("left", {"y"}), ("right", {"x"}), ("outer", {"x", "y"}), ("inner", set())]
)
def test_what_was_true_or_false_is_perhaps_not_where_values_may_be_missing(
    given: Given, how: str, perhaps: set[str]
) -> None:
    """By pandas: rows without another one have no value there, which makes a column of objects."""
    text = f"""
left = orders.assign(x=orders.a > 1)[["oid", "x"]]
right = orders.assign(y=orders.b > 1)[["oid", "y"]]
left.merge(right, on="oid", how="{how}").select_dtypes("bool").to_csv("o")
"""
    assert given(text).maybe == perhaps
