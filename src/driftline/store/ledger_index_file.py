"""One file of the ledger's index: rows of (key, segment, value), sorted by key, in Parquet.

Enters: sorted columns, and keys that are looked for. Leaves: a file that appears whole or not at all, and its rows, all
of a key or the newest. The bounds of its row groups are kept beside it and in memory, so that a look reads only what
may hold a key. A file that is gone or damaged has no rows, which is said as None.
"""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from driftline.store import ledger_footers

_ROW_GROUP = 1_024
_BESIDE = ".groups"
_COVERED = b"driftline_segments"
_COLUMNS = ("key", "segment", "value")
_KINDS = (np.uint64, np.int32, np.int64)


Rows = tuple[Any, Any, Any]  # keys, places of segments, values


class Span(NamedTuple):
    """The newest rows of some keys: those with ``since <= value < until``, of each key ``most`` at least, if it has so
    many; sorted as they are, the newest of a key are its last."""

    keys: Any  # sorted, each once
    since: int
    until: int
    most: int


class IndexFile(NamedTuple):
    """A file, as it is kept in memory."""

    path: Path
    level: int
    segments: tuple[str, ...]  # names of what it covers; rows hold the place of one of them
    lowest: Any  # first key of each row group
    highest: Any
    oldest: Any  # least value of each row group
    newest: Any
    cuts: ledger_footers.Cuts

    def look(self, keys: Any) -> Rows | None:
        """Return the rows of ``keys``, which are not the same; None where the file cannot be read."""
        return self._rows(keys, {group for key in keys for group in self._holding(key)})

    def last(self, span: Span, places: Any) -> Rows | None:
        """Return the newest rows of a span, of the segments in ``places`` alone; None where the file cannot be read."""
        held = {int(key): self._between(key, span) for key in span.keys}
        near = 3 + span.most // _ROW_GROUP  # the last one may hold other keys, too, and the one before newer rows
        while True:
            rows = self._rows(span.keys, {group for groups in held.values() for group in groups[-near:]})
            if rows is None:
                return None
            kept = (rows[2] >= span.since) & (rows[2] < span.until) & np.isin(rows[1], places)
            found = rows[0][kept], rows[1][kept], rows[2][kept]
            if all(len(groups) <= near or _enough(found, key, span.most) for key, groups in held.items()):
                return found
            near *= 8  # many were of segments that are gone

    def _between(self, key: Any, span: Span) -> list[int]:
        """Return the row groups that may hold a key within a span; the bounds of those with other keys do not tell."""
        return [
            group
            for group in self._holding(key)
            if self.lowest[group] < self.highest[group]
            or (self.oldest[group] < span.until and self.newest[group] >= span.since)
        ]

    def _holding(self, key: Any) -> range:
        """Return the row groups that may hold a key."""
        first, last = np.searchsorted(self.highest, key, side="left"), np.searchsorted(self.lowest, key, side="right")
        return range(int(first), int(last))

    def _rows(self, keys: Any, groups: Collection[int]) -> Rows | None:
        import pyarrow as pa

        try:
            found, places, values = self._read(groups)
        except (OSError, pa.ArrowException):
            return None
        first, last = np.searchsorted(found, keys, side="left"), np.searchsorted(found, keys, side="right")
        ranges = [np.arange(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        hit = np.concatenate(ranges) if ranges else np.zeros(0, np.int64)
        return found[hit], places[hit], values[hit]

    def _read(self, groups: Collection[int]) -> Rows:
        """Return the columns of some row groups.

        Raises:
            OSError, pa.ArrowException: it cannot be read.
        """
        if not groups:
            return np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.int64)
        table = ledger_footers.read(self.path, self.cuts, sorted(groups))
        keys, places, values = (
            ledger_footers.numbers(table.column(name), kind) for name, kind in zip(_COLUMNS, _KINDS, strict=True)
        )
        return keys, places, values

    def between(self, low: int, high: int, segments: Sequence[str]) -> Rows:
        """Return the columns of the rows with ``low <= key <= high`` whose segment is among ``segments``.

        The segments are then those places in ``segments``.

        Raises:
            OSError, pa.ArrowException: it cannot be read.
        """
        keys, places, values = self._read(
            np.flatnonzero((self.lowest <= np.uint64(high)) & (self.highest >= np.uint64(low))).tolist()
        )
        place = {name: number for number, name in enumerate(segments)}
        moved = np.array([place.get(name, -1) for name in self.segments], np.int32)[places]
        kept = (moved >= 0) & (keys >= np.uint64(low)) & (keys <= np.uint64(high))
        return keys[kept], moved[kept], values[kept]

    def remove(self) -> None:
        """Remove it from the disk."""
        for path in (self.path, self.path.with_suffix(_BESIDE)):
            with contextlib.suppress(OSError):
                path.unlink()


def _enough(rows: Rows, key: int, most: int) -> bool:
    """Whether the newest ``most`` rows of a key are among ``rows``, with all that have the last one's value."""
    values = rows[2][rows[0] == np.uint64(key)]
    return len(values) > most and bool(values[-most] > values[0])


def write(path: Path, segments: bytes, parts: Iterable[Rows]) -> None:
    """Write a file of (keys, places, values), part by part, which together are sorted; ``segments`` is JSON.

    Raises:
        OSError: it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = (pa.uint64(), pa.int32(), pa.int64())
    schema = pa.schema(list(zip(_COLUMNS, types, strict=True)), metadata={_COVERED: segments})
    partial = path.with_suffix(".partial")
    encodings = dict.fromkeys(_COLUMNS, "DELTA_BINARY_PACKED")
    with pq.ParquetWriter(
        partial, schema, compression="zstd", use_dictionary=False, column_encoding=encodings
    ) as writer:
        for columns in parts:
            arrays = [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)]
            if len(arrays[0]):  # a row group without rows would have no bounds
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=_ROW_GROUP)
    kept = _of(partial)
    beside = path.with_suffix(_BESIDE + ".partial")
    beside.write_bytes(msgspec.msgpack.encode(kept))
    beside.replace(path.with_suffix(_BESIDE))
    partial.replace(path)


def open_file(path: Path) -> IndexFile | None:
    """Return a file with what is kept of its row groups; None where it is no file of the index, or gone."""
    import pyarrow as pa

    try:
        held = _beside(path)
        level = int(path.name.partition("-")[0])
    except (OSError, pa.ArrowException, KeyError, TypeError, AttributeError, ValueError, msgspec.MsgspecError):
        return None
    lowest, highest, oldest, newest = np.frombuffer(held.bounds, np.uint64).reshape(4, -1)
    return IndexFile(
        path=path,
        level=level,
        segments=held.segments,
        lowest=lowest,
        highest=highest,
        oldest=oldest.view(np.int64),
        newest=newest.view(np.int64),
        cuts=held.cuts,
    )


class _Beside(msgspec.Struct, frozen=True, array_like=True):
    """What is kept beside a file: reading it takes less long than reading the file's footer."""

    size: int  # of the file, bytes
    segments: tuple[str, ...]
    cuts: ledger_footers.Cuts
    bounds: bytes  # least and greatest keys, then values


def _beside(path: Path) -> _Beside:
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        found = msgspec.msgpack.decode(path.with_suffix(_BESIDE).read_bytes(), type=_Beside)
        if found.size == path.stat().st_size:
            return found
    return _of(path)


def _of(path: Path) -> _Beside:
    """Return the same of what the file itself says."""
    import pyarrow.parquet as pq

    footer = pq.read_metadata(path)
    segments = msgspec.json.decode(footer.metadata[_COVERED], type=tuple[str, ...])
    held = [
        [footer.row_group(group).column(column).statistics for group in range(footer.num_row_groups)]
        for column in (0, 2)
    ]
    keys, values = (
        np.array([(one.min, one.max) for one in column], kind).reshape(-1, 2).T
        for column, kind in zip(held, (np.uint64, np.int64), strict=True)
    )
    bounds = np.concatenate([keys, values.view(np.uint64)])
    return _Beside(path.stat().st_size, segments, ledger_footers.cut(path), bounds.tobytes())
