from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed
from driftline.capture.script.reading import Table
from driftline.capture.script.site import Site


def test_an_argument_is_told_by_place_and_by_name(follows: Callable[..., Followed]) -> None:
    found = follows('model.fit(df[["a"]], y=df["b"])\n')
    path = (Site("script.py", 6, 31),)
    first, label = found.argument(path, 0), found.argument(path, "y")
    assert first is not None
    assert list(first.columns) == ["a"]
    assert label is not None
    assert list(label.columns) == ["b"]
    assert found.argument(path, 1) is None


def test_the_fields_that_a_statement_is_given_are_there_under_a_condition(follows: Callable[..., Followed]) -> None:
    text = """
for r in orders.itertuples():
    if r.b > 1:
        con.execute("INSERT INTO t VALUES (:x)", {"x": r.a})
"""
    found = follows(text)
    [table] = [one for path in found.paths() if (one := found.argument(path, 1)) is not None]
    assert {one.column for one in table.columns["x"]} == {"a"}
    assert {(one.column, one.subtype) for one in table.rows} == {("b", "FILTER")}


def test_arrays_of_an_archive_are_told_by_name_and_place(follows: Callable[..., Followed]) -> None:
    found = follows('users = pd.read_csv("users")\nnp.savez("o", users[["age", "k"]].values, y=users["name"])\n')
    table = next(table for path in found.paths() if (table := found.given(path)) is not None and "y" in table.columns)
    assert {name: {one.column for one in table.of(name)} for name in ("arr_0.0", "arr_0.1", "y")} == {
        "arr_0.0": {"age"}, "arr_0.1": {"k"}, "y": {"name"},
    }  # fmt: skip


def test_json_by_row_has_all_columns_below_each_label(follows: Callable[..., Followed]) -> None:
    found = follows('orders.groupby("s").agg(n=("a", "sum")).to_json("o", orient="index")\n')
    path = next(one for one in found.paths() if one[-1].column == 68)
    table = found.given(path)
    assert table is not None
    assert not table.columns
    assert {(one.column, one.subtype, one.confidence) for one in table.of("x")} == {
        ("a", "AGGREGATION", 0.9), ("s", "GROUP_BY", 0.9)
    }  # fmt: skip


def test_one_value_of_each_column_is_written_as_one_column(given: Callable[..., Table]) -> None:
    """pandas writes such a row upright: the names of columns are its index, and the one column is called 0."""
    table = given('df.mean().to_csv("o")\n')
    assert {(one.column, one.subtype) for one in table.of("0")} == {("a", "AGGREGATION"), ("b", "AGGREGATION")}
    assert not table.of("")
    table = given('df.groupby("b").sum().iloc[0].to_csv("o")\n')
    assert {one.column for one in table.of("0")} == {"a"}
    assert not table.of("")
    applied = given('df.apply(unknown_to_all).to_csv("o")\n')  # whether it is a row, nobody knows
    assert {one.column for one in applied.of("a")} == {"a"}


def test_a_row_that_has_a_name_is_written_under_it(given: Callable[..., Table]) -> None:
    table = given('df.sum().rename("total").rename_axis("which").to_csv("o")\n')
    assert {(one.column, one.subtype) for one in table.of("total")} == {("a", "AGGREGATION"), ("b", "AGGREGATION")}
    assert not table.of("which")


@pytest.mark.parametrize("call", ['rename("a").to_csv("o")', 'to_csv("o", header=["a"])'])
def test_a_row_that_is_called_as_one_of_its_columns_has_the_values_of_all(
    given: Callable[..., Table], call: str
) -> None:
    table = given(f"df.sum().{call}\n")
    assert {one.column for one in table.of("a")} == {"a", "b"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('df.to_csv("o", header=["x", "y"], index_label="n")', {"x": "a", "y": "b", "index.n": ""}),
        ('orders.set_index("k")[["a"]].to_csv("o", header=["x"], index_label="key")', {"x": "a", "index.key": "k"}),
        ('orders.set_index("k")["a"].to_csv("o", header=["x"], index_label=["key"])', {"x": "a", "index.key": "k"}),
        ('orders.to_csv("o", columns=["s", "a"], index=False)', {"s": "s", "a": "a"}),
        ('df.to_csv("o", header=False, index_label=False)', {"a": "a", "b": "b"}),
        ('df.to_csv("o", header=["x"])', {"a": "a", "b": "b"}),  # pandas raises
    ],
)
def test_columns_are_called_in_a_file_as_the_call_says(
    wrote: Callable[..., dict[str, str]], call: str, expected: dict[str, str]
) -> None:
    assert wrote(f"{call}\n") == expected
