"""Single answers out of the ledger's Parquet segments: by id, or by the moment at which they were given.

Enters: names of segments with the moments, or an id. Leaves: those answers. Of a file only the row groups are read
whose bounds hold what is looked for, and of those only the columns that are not the same for the whole file. Footers
are kept while there is room, as long as their file is the same: reading one takes as long as reading a row group. For a
question that reads most of a file DuckDB is quicker, see ``ledger_files.Scanner``.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from driftline.errors import StoreUnusable
from driftline.event.answer import Answer
from driftline.store import ledger_files, ledger_rows

if TYPE_CHECKING:
    import pyarrow as pa

KEPT = 2_000  # row groups whose footers are kept, at about 25 kB each
_ANY = {"id": ("", "\U0010ffff"), "time_us": (0, 2**63 - 1)}  # bounds where a file states none


class _File(NamedTuple):
    """A segment's footer, and what was worked out of it."""

    state: tuple[int, ...]  # of the file that it is the footer of
    footer: Any
    lowest: Any  # first moment of each row group
    highest: Any
    by_id: list[tuple[str, str]]  # first and last id of each row group
    constant: dict[str, Any]  # columns that are the same in all rows
    columns: list[str]  # the others

    def at(self, moments: Any) -> list[int]:
        """Return the row groups that may hold any of ``moments``, which are sorted."""
        after = np.searchsorted(moments, self.lowest, side="left")
        until = np.searchsorted(moments, self.highest, side="right")
        return [int(group) for group in np.flatnonzero(until > after)]

    def ids(self, id: str) -> list[int]:  # noqa: A002 - the record's own field
        """Return the row groups that may hold ``id``."""
        return [group for group, (first, last) in enumerate(self.by_id) if first <= id <= last]


class Picker:
    """Reads single answers of the segments in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()  # never held while a file is read
        self._files: OrderedDict[str, _File] = OrderedDict()

    def at(self, wanted: Mapping[str, Collection[int]]) -> list[Answer]:
        """Return all answers of some segments that were given at some moments: name of a segment -> microseconds.

        Raises:
            StoreUnusable: a segment is missing or damaged.
        """
        found: list[Answer] = []
        for name, times in wanted.items():
            moments = np.unique(np.fromiter(times, np.int64))
            known = self._known(name)
            groups = known.at(moments)
            if groups:
                table = self._read(name, known, groups, known.columns)
                found += _answers(table, np.flatnonzero(np.isin(table.column("time_us"), moments)), known.constant)
        return found

    def by_id(self, name: str, id: str) -> Answer | None:  # noqa: A002 - the record's own field
        """Return the answer of a segment that has ``id``; None where it has none.

        Raises:
            StoreUnusable: the segment is missing or damaged.
        """
        known = self._known(name)
        for group in known.ids(id):
            held = self._read(name, known, [group], ["id"])
            at = np.array([n for n, one in enumerate(held.column("id").to_pylist()) if one == id])
            if len(at):
                return _answers(self._read(name, known, [group], known.columns), at, known.constant)[0]
        return None

    def _known(self, name: str) -> _File:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._folder / name
        try:
            held = path.stat()
            state = (held.st_ino, held.st_size, held.st_mtime_ns)
            with self._lock:
                known = self._files.get(name)
                if known is not None and known.state == state:
                    self._files.move_to_end(name)
                    return known
            known = _file(state, pq.read_metadata(path))
        except (OSError, pa.ArrowException, ValueError, msgspec.MsgspecError) as error:
            raise StoreUnusable(f"answer ledger in {self._folder}: {error}") from error
        with self._lock:
            self._files[name] = known
            while len(self._files) > 1 and sum(len(one.lowest) for one in self._files.values()) > KEPT:
                self._files.popitem(last=False)
        return known

    def _read(self, name: str, known: _File, groups: list[int], columns: list[str]) -> "pa.Table":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(self._folder / name, metadata=known.footer) as opened:
                return opened.read_row_groups(groups, columns, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise StoreUnusable(f"answer ledger in {self._folder}: {error}") from error


def _file(state: tuple[int, ...], footer: Any) -> _File:
    names = footer.schema.to_arrow_schema().names
    constant = msgspec.json.decode((footer.metadata or {}).get(ledger_files.CONSTANT, b"{}"))
    times, ids = (_bounds(footer, column) for column in ("time_us", "id"))
    return _File(
        state=state,
        footer=footer,
        lowest=np.array([low for low, _ in times], np.int64),
        highest=np.array([high for _, high in times], np.int64),
        by_id=ids,
        constant=constant,
        columns=[name for name in names if name not in constant],
    )


def _bounds(footer: Any, column: str) -> list[tuple[Any, Any]]:
    """Return the least and the greatest value of each row group."""
    leaves = [footer.schema.column(place).path for place in range(len(footer.schema))]
    place = leaves.index(column)
    held = [footer.row_group(group).column(place).statistics for group in range(footer.num_row_groups)]
    return [(one.min, one.max) if one is not None and one.has_min_max else _ANY[column] for one in held]


def _answers(table: "pa.Table", at: Any, constant: Mapping[str, Any]) -> list[Answer]:
    return [ledger_rows.answer({**constant, **row}) for row in table.take(at).to_pylist()]
