"""One file of the ledger's index: rows of (key, segment, value), sorted by key, in Parquet.

Enters: sorted columns, and keys that are looked for. Leaves: a file that appears whole or not at all, and its rows, all
of a key or the newest. The bounds of its row groups are kept in memory, so that a look reads only what may hold a key.
A file that is gone or damaged has no rows, which is said as None.
"""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

_ROW_GROUP = 4_096
_COVERED = b"driftline_segments"
_COLUMNS = ("key", "segment", "value")


Rows = tuple[Any, Any, Any]  # keys, places of segments, values


class Span(NamedTuple):
    """The newest rows of some keys: those with ``since <= value < until``, of each key ``most`` at least, if it has so
    many; sorted as they are, the newest of a key are its last."""

    keys: Any
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
    footer: Any  # as pyarrow read it; reading it takes longer than a row group

    def look(self, keys: Any) -> Rows | None:
        """Return the rows of ``keys``; None where the file cannot be read."""
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
        import pyarrow.parquet as pq

        if not groups:
            return np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.int64)
        try:
            with pq.ParquetFile(self.path, metadata=self.footer) as opened:
                table = opened.read_row_groups(sorted(groups), use_threads=False)
        except (OSError, pa.ArrowException):
            return None
        hit = np.isin(table.column("key").to_numpy(), keys)
        found, places, values = (table.column(name).to_numpy()[hit] for name in _COLUMNS)
        return found, places, values

    def between(self, low: int, high: int, segments: Sequence[str]) -> Rows:
        """Return the columns of the rows with ``low <= key <= high`` whose segment is among ``segments``.

        The segments are then those places in ``segments``.

        Raises:
            OSError, pa.ArrowException: it cannot be read.
        """
        import pyarrow.parquet as pq

        groups = [n for n in range(len(self.lowest)) if self.lowest[n] <= high and self.highest[n] >= low]
        with pq.ParquetFile(self.path) as opened:
            table = opened.read_row_groups(groups, use_threads=False)
        place = {name: number for number, name in enumerate(segments)}
        moved = np.array([place.get(name, -1) for name in self.segments], np.int32)[table.column("segment").to_numpy()]
        keys = table.column("key").to_numpy()
        kept = (moved >= 0) & (keys >= np.uint64(low)) & (keys <= np.uint64(high))
        return keys[kept], moved[kept], table.column("value").to_numpy()[kept]

    def remove(self) -> None:
        """Remove it from the disk."""
        with contextlib.suppress(OSError):
            self.path.unlink()


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
    partial.replace(path)


def open_file(path: Path) -> IndexFile | None:
    """Return a file with what is kept of its footer; None where it is no file of the index, or gone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        footer = pq.read_metadata(path)
        segments = msgspec.json.decode(footer.metadata[_COVERED], type=tuple[str, ...])
        level = int(path.name.partition("-")[0])
        keys, values = (_bounds(footer, column) for column in (0, 2))
    except (OSError, pa.ArrowException, KeyError, TypeError, AttributeError, ValueError, msgspec.MsgspecError):
        return None
    return IndexFile(
        path=path,
        level=level,
        segments=segments,
        lowest=np.array([low for low, _ in keys], np.uint64),
        highest=np.array([high for _, high in keys], np.uint64),
        oldest=np.array([low for low, _ in values], np.int64),
        newest=np.array([high for _, high in values], np.int64),
        footer=footer,
    )


def _bounds(footer: Any, column: int) -> list[tuple[int, int]]:
    held = [footer.row_group(group).column(column).statistics for group in range(footer.num_row_groups)]
    return [(one.min, one.max) for one in held]
