"""Which objects are tables, and how their columns are called."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from driftline.errors import BadInput
from driftline.profile import build, inputs


def names(table):
    return [column.name for column in inputs.columns(table)[1]]


def test_arrow_pandas_mappings_batches_and_streams_are_tables():
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    expected = build(table)
    assert build(table.to_pandas()) == expected
    assert build(table.to_batches()[0]) == expected
    assert build({"a": [1, 2], "b": ["x", None]}) == expected
    assert build({"a": pd.Series([1, 2]), "b": np.array(["x", None], dtype=object)}) == expected
    assert build(duckdb.sql("select * from (values (1, 'x'), (2, null)) t(a, b)")) == expected
    assert build(table.to_reader()) == expected


def test_a_named_index_is_a_column_and_an_unnamed_one_is_not(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3]}, index=pd.Index([7, 8, 9], name="key"))
    assert names(frame) == ["a", "key"]
    assert names(frame.rename_axis(None)) == ["a"]
    frame.rename_axis(None).to_parquet(tmp_path / "t.parquet")
    assert names(pa.parquet.read_table(tmp_path / "t.parquet")) == ["a"]
    frame.to_parquet(tmp_path / "u.parquet")
    assert names(pa.parquet.read_table(tmp_path / "u.parquet")) == ["a", "key"]


def test_a_repeated_name_is_numbered():
    assert names(pd.DataFrame([[1, 2, 3]], columns=["a", "a", 5])) == ["a", "a#2", "5"]
    assert names(pa.table([[1], [2]], names=["a", "a"])) == ["a", "a#2"]


def test_two_columns_named_alike_after_numbering_stay_two():
    assert len(set(names(pa.table([[1], [2], [3]], names=["a", "a#2", "a"])))) == 3


@pytest.mark.parametrize(
    "table", [5, "text", [1, 2], None, {"a": 5}, {"a": "text"}, {"a": np.zeros((2, 2))}, {"a": [1], "b": [1, 2]}]
)
def test_what_is_no_table_is_refused_with_a_reason(table):
    with pytest.raises(BadInput):
        build(table)


def test_extension_types_are_read_by_their_storage():
    identifiers = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16, b"1" * 16], pa.binary(16)))
    assert build({"c": identifiers}).columns["c"].distinct_count() == 2


def test_run_lengths_are_unrolled():
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"]))
    assert build({"c": runs}).columns["c"].levels() == {"a": 2, "b": 1}
