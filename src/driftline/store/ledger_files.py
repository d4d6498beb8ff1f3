"""The ledger's Parquet segments: written, read, swept.

Enters: Arrow tables of answers, and questions over the recorded segments with the inbox's rows beside them.
Leaves: files that appear whole or not at all (written beside their place, flushed, renamed), and rows. Which
segments count is for the caller to know: a file that nobody recorded is never read.
"""

import contextlib
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from driftline.errors import StoreUnusable
from driftline.event import ids
from driftline.store import ledger_groups, ledger_rows
from driftline.store.ledger_groups import CONSTANT

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP = 1_000  # answers; single ones are found in many places, each at the cost of one group
_ENCODINGS = {
    "id": "DELTA_BYTE_ARRAY",
    "time_us": "DELTA_BINARY_PACKED",
    "documents.list.element.document": "DELTA_BYTE_ARRAY",
}
_LAYOUT = "rows by the thousand"  # part of the names, so that a segment of another layout is another file
_SHORT = 1_000  # bytes of a value that is kept so
_BOUNDED = ["id", "time_us"]  # columns whose bounds are asked for; those of others would double the footer
_PARTIAL = ".partial"


class Segment(msgspec.Struct, frozen=True):
    """One Parquet file of the ledger, and what can be known of it without opening it."""

    name: str  # path below the ledger's folder, such as 2013-01/0190…-8c1f….parquet
    month: str  # of the event times, UTC, such as 2013-01
    answers: int
    first_id: str
    last_id: str
    since_us: int  # earliest event time
    until_us: int  # latest event time, inclusive


def write(folder: Path, month: str, table: "pa.Table", others: Sequence[Segment] = ()) -> Segment:
    """Write ``table`` (not empty), with the rows of ``others``, as one segment sorted by time and id.

    It is durable on return. Its name follows from the ids: writing the same rows again makes the same file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pa.concat_tables([table, *(_read(folder, other) for other in others)])
    table = table.sort_by([("time_us", "ascending"), ("id", "ascending")])
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), CONSTANT: _constant(table)})
    held = table.column("id").to_pylist()
    span = pc.min_max(table.column("time_us")).as_py()
    name = f"{month}/{ids.digest(_LAYOUT, *held)[:24]}.parquet"
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_suffix(_PARTIAL)
    with partial.open("wb") as file:
        pq.write_table(
            table, file, compression="zstd", row_group_size=ROW_GROUP, use_dictionary=list(ledger_rows.FEW),
            column_encoding=_ENCODINGS, dictionary_pagesize_limit=1 << 23, write_statistics=_BOUNDED,
        )  # fmt: skip
        file.flush()
        os.fsync(file.fileno())
    partial.replace(place)
    ledger_groups.keep(place)
    for directory in (place.parent, folder):
        _flush(directory)
    return Segment(name, month, len(held), min(held), max(held), span["min"], span["max"])


def _constant(table: "pa.Table") -> bytes:
    """Return what is the same in all rows, so that whoever reads single ones need not read it in each row group."""
    found: dict[str, msgspec.Raw] = {}
    for name in table.schema.names:
        column = table.column(name)
        if name in _BOUNDED or not column.slice(1).equals(column.slice(0, len(column) - 1)):
            continue
        value = column[0].as_py()
        text = msgspec.json.encode(value)
        if len(text) <= _SHORT and msgspec.json.decode(text) == value:  # JSON has no word for some numbers
            found[name] = msgspec.Raw(text)
    return msgspec.json.encode(found)


def outdated(folder: Path, segment: Segment) -> bool:
    """Return whether an earlier version wrote ``segment``, from which single answers are read slowly.

    One that cannot be read is left as it is.
    """
    place = folder / segment.name
    try:
        return not _small(place) or ledger_groups.kept(place) is None
    except (OSError, ValueError):
        return False


def renewed(folder: Path, segment: Segment) -> Segment:
    """Return ``segment`` as it is written today: with its row groups beside it, or as another file."""
    place = folder / segment.name
    if _small(place):
        ledger_groups.keep(place)
        return segment
    return write(folder, segment.month, _read(folder, segment))


def _small(place: Path) -> bool:
    """Whether a segment has small row groups, and says which columns are the same throughout."""
    import pyarrow.parquet as pq

    return CONSTANT in (pq.read_metadata(place).metadata or {})


def _read(folder: Path, segment: Segment) -> "pa.Table":
    import pyarrow.parquet as pq

    table = pq.ParquetFile(folder / segment.name).read()
    return ledger_rows.completed(table)


def sweep(folder: Path, keep: Collection[str]) -> None:
    """Remove what is in ``folder`` but not among the names to ``keep``: left by a crash, or replaced."""
    kept = {name for one in keep for name in (one, Path(one).with_suffix(ledger_groups.SUFFIX).as_posix())}
    for file in folder.glob("[0-9]*/*"):
        ours = file.suffix in (".parquet", ledger_groups.SUFFIX, _PARTIAL)
        if ours and file.relative_to(folder).as_posix() not in kept:
            with contextlib.suppress(FileNotFoundError):
                file.unlink()


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Scanner:
    """Runs DuckDB statements over segments and an Arrow table of rows that are in no segment yet."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._connection: Any = None  # DuckDB is loaded with the first question

    def rows(
        self,
        statement: str,
        values: Mapping[str, Any],
        segments: Sequence[Segment],
        waiting: "pa.Table | None" = None,
        among: str = "",
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return column names and rows of ``statement``, in which ``{answers}`` stands for all rows.

        Of the segments these are the rows ``among`` which what is looked for must be; a condition, ``""`` = all.

        Raises:
            StoreUnusable: a segment is missing or damaged.
        """
        parts, given = [], dict(values)
        if segments and self._folder is not None:
            held = "select * from read_parquet($files, union_by_name = true, hive_partitioning = false)"
            parts.append(f"{held} where {among}" if among else held)
            given["files"] = [str(self._folder / segment.name) for segment in segments]
        if waiting is not None:
            parts.append("select * from waiting")
        if not parts:
            return [], []  # without loading DuckDB, which takes longer than most questions
        import duckdb

        text = statement.replace("{answers}", f"({' union all by name '.join(parts)})")
        with self._lock:
            if self._connection is None:
                self._connection = duckdb.connect(":memory:")
            if waiting is not None:
                self._connection.register("waiting", waiting)
            try:
                result = self._connection.execute(text, given)
                return [column[0] for column in result.description or ()], result.fetchall()
            except (duckdb.IOException, duckdb.InvalidInputException) as error:
                raise StoreUnusable(f"answer ledger in {self._folder}: {error}") from error
            finally:
                if waiting is not None:
                    self._connection.unregister("waiting")

    def close(self) -> None:
        """Let go of DuckDB."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
