"""Single answers out of the ledger's Parquet segments: by id, or by the moment at which they were given.

Enters: names of segments with the moments, or an id. Leaves: those answers. Of a file only the row groups are read
whose bounds hold what is looked for, by a footer of these alone, and of those only the columns that are not the same in
the whole file. What is known of row groups is kept while there is room, as long as their file is the same. For a
question that reads most of a file DuckDB is quicker, see ``ledger_files.Scanner``.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from driftline.errors import StoreUnusable
from driftline.event.answer import Answer
from driftline.store import ledger_footers, ledger_groups, ledger_rows
from driftline.store.ledger_groups import Groups

if TYPE_CHECKING:
    import pyarrow as pa

KEPT = 50_000  # row groups of which bounds and places are kept, at about 0.5 kB each


class Picker:
    """Reads single answers of the segments in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()  # never held while a file is read
        self._files: OrderedDict[str, tuple[tuple[int, ...], Groups]] = OrderedDict()

    def at(self, wanted: Mapping[str, Collection[int]]) -> list[Answer]:
        """Return all answers of some segments that were given at some moments: name of a segment -> microseconds.

        Raises:
            StoreUnusable: a segment is missing or damaged.
        """
        taken: dict[tuple[str, ...], list[_Rows]] = {}
        for name, times in wanted.items():
            moments = np.unique(np.fromiter(times, np.int64))
            known = self._known(name)
            groups = known.at(moments)
            if groups:
                table = self._read(name, known, groups)
                given = ledger_footers.numbers(table.column("time_us"), np.int64)
                rows = _taken(table, np.flatnonzero(np.isin(given, moments)), known, groups)
                taken.setdefault(tuple(known.columns), []).append(rows)
        return [answer for alike in taken.values() for answer in _answers(alike)]

    def by_id(self, name: str, id: str) -> Answer | None:  # noqa: A002 - the record's own field
        """Return the answer of a segment that has ``id``; None where it has none.

        Raises:
            StoreUnusable: the segment is missing or damaged.
        """
        known = self._known(name)
        for group in known.with_id(id):
            table = self._read(name, known, [group])
            at = np.array([n for n, one in enumerate(table.column("id").to_pylist()) if one == id])
            if len(at):
                return _answers([_taken(table, at, known, [group])])[0]
        return None

    def _known(self, name: str) -> Groups:
        import pyarrow as pa

        path = self._folder / name
        try:
            held = path.stat()
            state = (held.st_ino, held.st_size, held.st_mtime_ns)
            with self._lock:
                kept = self._files.get(name)
                if kept is not None and kept[0] == state:
                    self._files.move_to_end(name)
                    return kept[1]
            known = ledger_groups.known(path, held.st_size)
        except (OSError, pa.ArrowException, ValueError) as error:
            raise StoreUnusable(f"answer ledger in {self._folder}: {error}") from error
        with self._lock:
            self._files[name] = (state, known)
            while len(self._files) > 1 and sum(len(one.ids) for _, one in self._files.values()) > KEPT:
                self._files.popitem(last=False)
        return known

    def _read(self, name: str, known: Groups, groups: list[int]) -> "pa.Table":
        import pyarrow as pa

        try:
            return ledger_footers.read(self._folder / name, known.cuts, groups, known.columns)
        except (OSError, pa.ArrowException) as error:
            raise StoreUnusable(f"answer ledger in {self._folder}: {error}") from error


class _Rows(NamedTuple):
    """Some rows of a segment, and what is the same in all of them or told by codes."""

    table: "pa.Table"
    constant: dict[str, Any]
    sources: list[Any] | None


def _taken(table: "pa.Table", at: Any, known: Groups, groups: list[int]) -> _Rows:
    """Return some rows of a table, which are row groups of a segment."""
    import pyarrow as pa

    rows = np.ascontiguousarray(at, np.int64)  # by its buffer: to see what else it could be, pyarrow would load pandas
    codes = known.sources(groups)
    return _Rows(
        table.take(pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(rows)])),
        known.constant,
        None if codes is None else [known.stands[code] for code in codes[rows].tolist()],
    )


def _answers(found: Sequence[_Rows]) -> list[Answer]:
    """Return the answers of rows that have the same columns; a table takes as long as many rows."""
    import pyarrow as pa

    values = iter(pa.concat_tables([one.table for one in found]).to_pylist())
    made = []
    for one in found:
        for row in range(one.table.num_rows):
            more = one.constant if one.sources is None else {**one.constant, "sources": one.sources[row]}
            made.append(ledger_rows.answer({**more, **next(values)}))
    return made
