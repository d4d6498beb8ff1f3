"""Files of which every cell is known; what differs is known from how the second was made from the first."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, feather, ipc, orc, parquet

from driftline.capture.tables import measure
from driftline.capture.tables.form import Form
from driftline.capture.tables.text import of_text
from driftline.config import Settings
from driftline.engine import cells, rows
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.report import ColumnCells, DataChange, Difference, RowChange

TABLE = pa.table({"id": [10, 11, 12, 13], "price": [9.5, None, 7.0, 1.25], "it's": ["w", "x", "y", "z"]})
Keep = Callable[[pa.Table], str]


class Shop:
    """A folder with a store, and a file that is written again and again."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.day = folder, name, 0
        self.engine = Engine.open(Settings(home=str(folder / ".driftline"), console=False))

    def write(self, table: pa.Table, name: str = "") -> str:
        """Write the file, tell of it, and return its version."""
        path = self.folder / (name or self.name)
        _WRITERS[path.suffix](table, path)
        self.day += 1
        version = measure.of_file(str(path)).version
        self.engine.ingest_many([_event(self.day, name or self.name, version)])
        return version

    def tell(self, body: str) -> str:
        """Write these bytes, tell of them with their fingerprint, and return their version."""
        path = self.folder / self.name
        path.write_text(body)
        self.day += 1
        found = of_text(str(path), len(body), Form(), 1 << 20)
        version = measure.of_file(str(path)).version
        event = msgspec.json.decode(_event(self.day, self.name, version))
        told = event["outputs"][0]["facets"]
        told["driftline_state"] |= {"fingerprint": found.fingerprint, "rows": found.rows}
        told["driftline_fingerprint"] = msgspec.to_builtins(found.prints)
        self.engine.ingest_many([msgspec.json.encode(event)])
        return version

    def differ(self, before: str, after: str, **more: Any) -> Difference:
        """Return what differs between two versions."""
        node = f"dataset:file:{self.name}#"
        return rows.named(self.engine.house, cells.between(self.engine.house, node + before, node + after), **more)


def _stream(table: pa.Table, path: Path) -> None:
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)


_WRITERS: dict[str, Callable[[pa.Table, Path], Any]] = {
    ".csv": csv.write_csv,
    ".parquet": parquet.write_table,
    ".feather": feather.write_feather,
    ".arrow": _stream,
    ".orc": orc.write_table,
    ".xlsx": lambda table, path: table.to_pandas().to_excel(path, index=False),
    ".npy": lambda table, path: np.save(path, np.column_stack([table["id"], table["price"]])),
}


def _event(day: int, name: str, version: str) -> bytes:
    state = {"driftline_state": {"version": version, "kind": "file"}}
    said = {
        "eventType": "COMPLETE",
        "eventTime": f"2024-01-0{day}T00:00:00Z",
        "run": {"runId": f"00000000-0000-0000-0000-{day:012d}"},
        "job": {"namespace": "etl", "name": "load"},
        "outputs": [{"namespace": "file", "name": name, "facets": state}],
    }
    return msgspec.json.encode(said)


@pytest.fixture(params=["shop.parquet", "shop.csv"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path, request.param)
    yield made
    made.engine.close()


def test_changed_cells_are_named_by_their_rows_with_what_stood_and_what_stands_there(
    shop: Shop, tmp_path: Path
) -> None:
    before = shop.write(TABLE)
    backup = shutil.copy(tmp_path / shop.name, tmp_path / f"backup{Path(shop.name).suffix}")
    other = TABLE.set_column(1, "price", pa.array([9.5, 4.5, 7.0, None])).set_column(2, "it's", pa.array(list("wxq!")))
    after = shop.write(other)
    cell = {"change": "changed"}
    expected = (
        RowChange(row=1, column="price", before=None, after="4.5", **cell),
        RowChange(row=2, column="it's", before="y", after="q", **cell),
        RowChange(row=3, column="it's", before="z", after="!", **cell),
        RowChange(row=3, column="price", before="1.25", after=None, **cell),
    )
    found = shop.differ(before, after, copies=[str(backup)])
    assert (found.rows, found.rows_note) == (expected, "Rows are told apart by their places.")
    keyed = shop.differ(before, after, copies=[str(backup)], key="id")
    assert [(one.row, one.key) for one in keyed.rows] == [(1, "11"), (2, "12"), (3, "13"), (3, "13")]
    few = shop.differ(before, after, copies=[str(backup)], limit=2)
    assert (few.rows, few.rows_note) == (
        expected[:2], "Rows are told apart by their places; the first 2, there are more.",
    )  # fmt: skip
    with pytest.raises(BadInput, match="price is no key of shop"):
        shop.differ(before, after, copies=[str(backup)], key="price")


def test_rows_that_came_and_went_are_told_apart_by_a_column_that_is_a_key(shop: Shop) -> None:
    before = shop.write(TABLE)
    shop.write(TABLE, f"copy{Path(shop.name).suffix}")  # which a run was seen to write
    after = shop.write(
        pa.concat_tables([TABLE.slice(1), TABLE.slice(0, 1).set_column(0, "id", pa.array([99]))]).slice(1)
    )
    found = shop.differ(before, after)
    assert found.rows_note == "Rows are told apart by id."
    assert found.rows == (
        RowChange(row=2, key="99", change="came"),
        RowChange(row=0, key="10", change="went"),
        RowChange(row=1, key="11", change="went"),
    )


def test_what_cannot_be_read_any_more_is_said(shop: Shop, tmp_path: Path) -> None:
    before = shop.write(TABLE)
    after = shop.write(TABLE.slice(1))
    found = shop.differ(before, after)
    assert found.rows == ()
    assert found.rows_note == (
        f"Rows are not named: no file that can be read holds {before} any more; --copy names one that does."
    )
    wrong = tmp_path / "wrong.parquet"
    parquet.write_table(TABLE.slice(2), wrong)
    assert shop.differ(before, after, copies=[str(wrong)]).rows_note == found.rows_note  # it holds something else
    (tmp_path / shop.name).unlink()
    assert f"holds {before} any more" in shop.differ(before, after).rows_note


def test_without_a_key_rows_that_are_more_or_fewer_cannot_be_told_apart(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "shop.csv")
    table = pa.table({"a": ["x", "x", "y"]})
    before = shop.write(table)
    shutil.copy(tmp_path / "shop.csv", tmp_path / "old.csv")
    after = shop.write(table.slice(1))
    found = shop.differ(before, after, copies=[str(tmp_path / "old.csv")])
    assert found.rows_note == "Rows are not named: there were 3, there are 2, and no column is a key."
    shop.engine.close()


def test_a_file_of_another_format_is_read_for_its_columns_only(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "notes.txt")
    versions = []
    for text in ("a", "b"):
        (tmp_path / "notes.txt").write_text(text)
        (tmp_path / f"{text}.txt").write_text(text)
        shop.day += 1
        versions.append(measure.of_file(str(tmp_path / "notes.txt")).version)
        shop.engine.ingest_many([_event(shop.day, "notes.txt", versions[-1])])
    found = shop.differ(*versions, copies=[str(tmp_path / "a.txt")])
    assert "is read for its columns only, not row by row" in found.rows_note
    shop.engine.close()


@pytest.mark.parametrize("name", ["shop.feather", "shop.arrow", "shop.orc", "shop.xlsx", "shop.npy"])
def test_rows_of_formats_that_the_database_does_not_read_are_named_as_well(name: str, tmp_path: Path) -> None:
    """By hand: the price of the third row is 8, and was 7; columns of an array are called by their places."""
    shop = Shop(tmp_path, name)
    table = TABLE.select(["id", "price"])
    before = shop.write(table)
    shutil.copy(tmp_path / name, tmp_path / f"old{Path(name).suffix}")
    after = shop.write(table.set_column(1, "price", pa.array([9.5, None, 8.0, 1.25])))
    found = shop.differ(before, after, copies=[str(tmp_path / f"old{Path(name).suffix}")])
    shop.engine.close()
    assert found.rows, found.rows_note
    (change,) = found.rows
    assert (change.row, change.column, change.change) == (2, "1" if name == "shop.npy" else "price", "changed")
    assert (float(change.before or 0), float(change.after or 0)) == (7.0, 8.0)


def test_columns_are_told_with_the_rows_that_differ_where_all_of_them_are_named() -> None:
    """By hand: rows 2 and 3 of a have another value, and row 7 came; the fingerprint knew of a group of eight."""
    told = tuple(ColumnCells(name=name, change="changed", rows=((0, 7),)) for name in ("a", "b", "c"))
    change = DataChange(node="t", before="1", after="2", verdict="changed", columns=told)
    found = [
        *(RowChange(row=row, change="changed", column="a", before="1", after="2") for row in (2, 3)),
        RowChange(row=5, change="changed", column="b", before="1", after="2"),
        RowChange(row=7, change="came"),
    ]
    exact = rows._exact(change, found)
    assert [one.rows for one in exact.columns] == [((2, 3), (7, 7)), ((5, 5), (7, 7)), ((7, 7),)]
    assert rows._exact(change, []) == change


PLAIN = "zip,city\n60001,Ulm\n60002,Bonn\n"


@pytest.mark.parametrize("after", ['zip,city\n"60001",Ulm\n60002,Bonn\n', 'zip,city\n"60001","Ulm"\n"60002","Bonn"\n'])
def test_where_only_quotes_changed_that_is_said_in_place_of_rows(tmp_path: Path, after: str) -> None:
    shop = Shop(tmp_path, "shop.csv")
    before, backup = shop.tell(PLAIN), tmp_path / "backup.csv"
    backup.write_text(PLAIN)
    found = shop.differ(before, shop.tell(after), copies=[str(backup)])
    assert found.rows == ()
    said = "Every value is the same; only how values are written changed, such as the quotes around them."
    assert (found.data[0].verdict, found.data[0].sentence, found.sentence) == ("changed", said, said)
    assert found.rows_note == "Rows are told apart by their places."
    shop.engine.close()


def test_where_quotes_changed_beside_values_the_columns_are_named(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "shop.csv")
    before, backup = shop.tell(PLAIN), tmp_path / "backup.csv"
    backup.write_text(PLAIN)
    after = shop.tell(PLAIN.replace("60001", '"60001"').replace("Bonn", "Kiel"))
    found = shop.differ(before, after, copies=[str(backup)])
    assert [(one.column, one.before, one.after) for one in found.rows] == [("city", "Bonn", "Kiel")]
    assert found.rows_note == (
        "Rows are told apart by their places. "
        "In zip only how values are written changed, such as the quotes around them."
    )
    alone = shop.differ(before, shop.tell(PLAIN.replace("Bonn", "Kiel")), copies=[str(backup)])
    assert alone.rows_note == "Rows are told apart by their places."
    shop.engine.close()


def test_where_nothing_differs_that_is_said(tmp_path: Path) -> None:
    shop = Shop(tmp_path, "shop.parquet")
    before, backup = shop.write(TABLE), tmp_path / "backup.parquet"
    shutil.copy(tmp_path / shop.name, backup)
    parquet.write_table(TABLE, tmp_path / "other.parquet", compression="none")
    shutil.move(tmp_path / "other.parquet", tmp_path / shop.name)
    shop.day += 1
    after = measure.of_file(str(tmp_path / shop.name)).version
    shop.engine.ingest_many([_event(shop.day, shop.name, after)])
    found = shop.differ(before, after, copies=[str(backup)])
    assert (found.rows, found.rows_note) == ((), "Rows are told apart by their places. As text, no cell differs.")
    shop.engine.close()


def test_a_line_with_too_few_cells_is_a_row_with_empty_ones(tmp_path: Path) -> None:
    shop, backup, lines = Shop(tmp_path, "shop.csv"), tmp_path / "backup.csv", "".join(f"{n},x,y\n" for n in range(50))
    backup.write_text(f"id,a,b\n{lines}50,short,y\n")
    before = shop.tell(backup.read_text())
    found = shop.differ(before, shop.tell(f"id,a,b\n{lines}50,short\n"), copies=[str(backup)])
    assert [(one.row, one.column, one.before, one.after) for one in found.rows] == [(50, "b", "y", None)]
    shop.engine.close()
