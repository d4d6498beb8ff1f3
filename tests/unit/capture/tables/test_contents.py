"""What is inside tables: the same rows give the same contents whatever holds them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import driftline
from driftline import profile
from driftline.capture.tables import contents, measure
from driftline.event.lineage import Field
from driftline.testing import MemorySink

TABLE = pa.table({"n": [1, 2, 3], "s": ["x", None, "z"]})


@pytest.mark.parametrize(
    "data",
    [
        TABLE,
        TABLE.to_batches()[0],
        TABLE.to_pandas(),
        {"n": [1, 2, 3], "s": ["x", None, "z"]},
        [{"n": 1, "s": "x"}, {"n": 2, "s": None}, {"n": 3, "s": "z"}],
    ],
    ids=["arrow", "batch", "pandas", "columns", "rows"],
)
def test_the_same_rows_have_the_same_fingerprint_whatever_holds_them(data: Any) -> None:
    found = contents.of_data(data)
    expected = contents.of_data(TABLE)
    assert found is not None
    assert expected is not None
    assert found.fingerprint == expected.fingerprint


def test_what_is_no_table_has_no_contents() -> None:
    assert contents.of_data(3) is None
    assert contents.of_data([1, 2]) is None
    assert contents.of_data(pd.DataFrame([[1, 2]], columns=["a", "a"])) is None


def test_values_of_mixed_types_are_compared_as_text() -> None:
    found = contents.of_data(pd.DataFrame({"mixed": [1, "two", 3.5]}))
    assert found is not None
    assert found.fields == (Field("mixed", "string"),)


def test_rows_whatever_their_order_are_hashed_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    prints = contents.of_arrow(TABLE).prints
    assert prints is not None
    assert prints.row_set is not None
    monkeypatch.setattr(contents, "ROWS_LIMIT", 5)  # the table has six cells
    prints = contents.of_arrow(TABLE).prints
    assert prints is not None
    assert prints.row_set is None


def test_columns_that_only_number_the_rows_tell_nothing() -> None:
    rows = range(100)
    found = contents.of_arrow(
        pa.table({
            "number": [row + 5 for row in rows],
            "down": [-3.5 * row for row in rows],
            "day": [date(2024, 1, 1) + timedelta(days=row) for row in rows],
            "name": [f"row-{row}" for row in rows],
            "value": [row * row % 97 + row / 7 for row in rows],
            "word": [f"w{row * row}" for row in rows],
            "flag": [row % 3 == 0 for row in rows],
            "one": [1] * 100,
            "none": pa.nulls(100, pa.int64()),
        })
    )  # fmt: skip
    assert found.regular == {"number", "down", "day", "name"}
    assert found.telling == {"value", "word"}
    assert found.varied == set(found.hashes) - {"one", "none"}


def test_texts_that_go_on_in_equal_steps_for_a_while_only_are_no_numbering() -> None:
    found = contents.of_arrow(
        pa.table({
            "soon": [f"k{row if row < 3 else 7 * row}" for row in range(100)],
            "late": [f"k{row}" for row in range(99)] + ["k500"],
            "none": [f"k{row}" for row in range(99)] + ["k"],
            "always": [f"k{3 * row}" for row in range(100)],
        })
    )  # fmt: skip
    assert found.regular == {"always"}


def test_the_named_index_of_a_frame_is_a_column_as_parquet_keeps_it() -> None:
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="key"))
    found, plain = contents.of_data(frame), contents.of_data({"n": [1, 2], "key": ["a", "b"]})
    assert found is not None
    assert plain is not None
    assert found.fingerprint == plain.fingerprint
    unnamed = contents.of_data(frame.rename_axis(None))
    assert unnamed is not None
    assert [field.name for field in unnamed.fields] == ["n"]


def test_with_rows_asked_for_or_set_a_table_of_any_size_has_its_row_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "ROWS_LIMIT", 5)  # the table has six cells
    turned = TABLE.take([2, 0, 1])
    one, two = (contents.of_arrow(table, rows=True).prints for table in (TABLE, turned))
    assert one is not None
    assert two is not None
    assert one.value != two.value
    assert one.row_set is not None
    assert two.row_set is not None
    assert one.row_set.total == two.row_set.total
    monkeypatch.setattr(measure.level, "rows", True)
    plain = contents.of_arrow(TABLE).prints
    batches = contents.of_batches(TABLE.schema, TABLE.to_batches(), profiled=True).prints
    assert plain == one
    assert batches == one


def test_a_column_that_was_there_before_has_the_profile_that_it_would_have_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers, words = [3.0, None, 1.0, 3.0], ["x", None, "y", "x"]
    before = pa.table({"n": numbers, "s": words})
    layouts = {
        "same": pa.array(numbers), "short": pa.array(numbers, pa.float32()), "whole": pa.array([3, None, 1, 3]),
        "nan": pa.array([3.0, float("nan"), 1.0, 3.0]), "wide": pa.array(words, pa.large_string()),
        "levels": pa.array(words).dictionary_encode(), "bytes": pa.array(words).cast(pa.binary()),
        "none": pa.nulls(4), "no text": pa.nulls(4, pa.string()), "no number": pa.nulls(4, pa.float64()),
    }  # fmt: skip
    monkeypatch.setattr(contents, "_columns", {})
    contents.of_arrow(before)
    after = contents.of_arrow(pa.table(layouts))
    assert len(contents._columns) < len(layouts) + 2  # some were there
    assert profile.decode(after.profile) == profile.build(pa.table(layouts))


def test_columns_that_were_measured_are_remembered_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "_columns", {})
    monkeypatch.setattr(contents, "_CACHE", 3)
    contents.of_arrow(pa.table({str(k): [k] for k in range(5)}))
    assert len(contents._columns) == 3


def test_nothing_further_is_measured_once_nobody_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    table = pa.table({"x": [1, 2, 3]})
    monkeypatch.setattr(measure.level, "enough", True)
    with pytest.raises(measure.Enough):
        contents.of_batches(table.schema, table.to_batches(), profiled=True)
    with pytest.raises(measure.Enough):
        contents.of_columns(table.schema, 3, [table])
    with pytest.raises(measure.Enough):
        contents.of_arrow(table)
    (tmp_path / "a").write_text("x")
    with pytest.raises(measure.Enough):
        measure.of_file(str(tmp_path / "a"))


def test_columns_of_one_name_are_told_apart_in_the_schema_the_fingerprint_and_the_lineage(
    watched: MemorySink, tmp_path: Path
) -> None:
    """By hand: ``a`` and ``a`` hold other values, and a file with both is handed on as it is."""
    rows = pa.table([list(range(100)), list(range(500, 900, 4)), [x * x for x in range(100)]], names=["a", "a", "b"])
    pq.write_table(rows, "t.parquet")
    (tmp_path / "t.csv").write_text("a,a,b\n" + "".join(f"{x},{x * 7},{x * x}\n" for x in range(100)))
    with driftline.run("copy") as run:
        pq.write_table(pq.ParquetFile("t.parquet").read(), "u.parquet")
        run.read("t.csv")
    assert driftline.flush()
    (event,) = watched.decoded()
    told = {part.name: part.facets for part in (*event.inputs, *event.outputs)}
    for name in ("t.csv", "u.parquet"):
        schema = json.loads(bytes(told[name]["schema"]))["fields"]
        prints = json.loads(bytes(told[name]["driftline_fingerprint"]))["columns"]
        assert [field["name"] for field in schema] == list(prints) == ["a", "a#2", "b"]
        assert len(set(prints.values())) == 3
    lineage = json.loads(bytes(told["u.parquet"]["columnLineage"]))["fields"]
    sources = {name: [one["field"] for one in field["inputFields"] if one["name"] == "t.parquet"]
               for name, field in lineage.items()}  # fmt: skip
    assert sources == {"a": ["a"], "a#2": ["a#2"], "b": ["b"]}


def test_steps_that_a_narrow_number_cannot_hold_are_not_taken_for_equal_ones() -> None:
    """By hand: 128 up and 128 down, which are one number in eight bits."""
    assert contents.of_arrow(pa.table({"a": pa.array([-64, 64, -64], pa.int8())})).regular == frozenset()
    assert contents.of_arrow(pa.table({"a": pa.array([-64, 0, 64], pa.int8())})).regular == {"a"}


def test_a_column_that_another_thread_puts_out_meanwhile_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fleeting(dict[Any, Any]):
        def __contains__(self, key: object) -> bool:
            found = super().__contains__(key)
            self.pop(key, None)  # in between: another thread has measured something else
            return found

    monkeypatch.setattr(contents, "_columns", {})
    expected = contents.of_arrow(TABLE)
    monkeypatch.setattr(contents, "_columns", Fleeting(contents._columns))
    assert contents.of_arrow(TABLE) == expected
