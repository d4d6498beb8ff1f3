import pandas as pd
import pyarrow as pa
import pytest

from driftline.capture.probe import tables
from driftline.capture.probe.tables import CannotHold, NotATable

COLUMNS = {"a": [1, 2, 3], "s": ["x", "y", "z"]}
KINDS = ["pandas", "arrow", "records", "columns", "polars"]


def table(kind: str) -> object:
    if kind == "pandas":
        return pd.DataFrame(COLUMNS)
    if kind == "arrow":
        return pa.table(COLUMNS)
    if kind == "polars":
        return pytest.importorskip("polars").DataFrame(COLUMNS)
    return (
        [dict(zip("as", row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]
        if kind == "records"
        else COLUMNS
    )


@pytest.mark.parametrize("kind", KINDS)
def test_all_kinds_of_tables_do_the_same(kind: str) -> None:
    data = table(kind)
    assert tables.is_table(data)
    assert (tables.names(data), tables.height(data)) == (["a", "s"], 3)
    assert tables.column(tables.take(data, [2, 0]), "s") == ["z", "x"]
    changed = tables.permuted(data, "a", [1, 2, 0])
    assert (tables.column(changed, "a"), tables.column(changed, "s")) == ([2, 3, 1], ["x", "y", "z"])
    changed = tables.replaced(data, "s", ["q", "q", "r"])
    assert (tables.column(changed, "s"), tables.types(changed)) == (["q", "q", "r"], tables.types(data))
    assert tables.column(tables.added(data, "id", range(3)), "id") == [0, 1, 2]
    assert tables.column(tables.copied(data), "a") == [1, 2, 3]
    assert tables.column(data, "a") == [1, 2, 3], "what is given stays as it is"


def test_types_refuse_what_they_cannot_hold() -> None:
    frame = pd.DataFrame({"a": [1, 2], "d": pd.to_datetime(["2024-01-01", "2024-01-02"])})
    for name, values in (("a", ["x", "y"]), ("a", [None, 1]), ("d", ["no date", "x"])):
        with pytest.raises(CannotHold):
            tables.replaced(frame, name, values)


def test_two_columns_of_one_name_and_other_things_are_no_tables() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    for data in (frame, 3, "text", [1, 2], {}, {"a": 1}, {"a": [1], "b": [1, 2]}, None):
        assert not tables.is_table(data)
    with pytest.raises(NotATable):
        tables.names(frame)


def test_an_index_is_used_only_where_it_means_nothing() -> None:
    frame = pd.DataFrame(COLUMNS)
    assert list(tables.indexed(frame, [5, 6, 7]).index) == [5, 6, 7]
    with pytest.raises(CannotHold):
        tables.indexed(frame.set_index("s"), [5, 6, 7])
    assert list(tables.plain_index(frame.iloc[1:]).index) == [0, 1]
    assert list(tables.plain_index(frame.set_index("s")).index) == ["x", "y", "z"]


def test_a_series_is_a_table_of_one_column() -> None:
    series = pd.Series([1.0, 2.0], name="v")
    assert (tables.names(series), tables.column(series, "v")) == (["v"], [1.0, 2.0])
    assert list(tables.replaced(series, "v", [3.0, 4.0])) == [3.0, 4.0]
    assert tables.names(pd.Series([1])) == ["value"]
