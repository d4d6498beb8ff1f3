"""One file of the ledger's index: rows of (key, segment, value), sorted by key, in Parquet.

Enters: sorted columns, and keys that are looked for. Leaves: a file that appears whole or not at all, and its rows. The
bounds of its row groups are kept in memory, so that a look reads only what may hold a key. A file that is gone or
damaged has no rows, which is said as None.
"""

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

_ROW_GROUP = 4_096
_COVERED = b"driftline_segments"
_COLUMNS = ("key", "segment", "value")


class IndexFile(NamedTuple):
    """A file, as it is kept in memory."""

    path: Path
    level: int
    segments: tuple[str, ...]  # names of what it covers; rows hold the place of one of them
    lowest: Any  # first key of each row group
    highest: Any
    footer: Any  # as pyarrow read it; reading it takes longer than a row group

    def look(self, keys: Any) -> list[tuple[int, int, int]] | None:
        """Return the rows of ``keys``; None where the file cannot be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        wanted = np.unique(keys)
        first = np.searchsorted(self.highest, wanted, side="left")
        last = np.searchsorted(self.lowest, wanted, side="right")
        groups = sorted({group for a, b in zip(first.tolist(), last.tolist(), strict=True) for group in range(a, b)})
        if not groups:
            return []
        try:
            with pq.ParquetFile(self.path, metadata=self.footer) as opened:
                table = opened.read_row_groups(groups, use_threads=False)
        except (OSError, pa.ArrowException):
            return None
        hit = np.isin(table.column("key").to_numpy(), wanted)
        columns = (table.column(name).to_numpy()[hit].tolist() for name in _COLUMNS)
        return list(zip(*columns, strict=True))

    def between(self, low: int, high: int, segments: Sequence[str]) -> tuple[Any, Any, Any]:
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


def write(path: Path, segments: bytes, parts: Iterable[tuple[Any, Any, Any]]) -> None:
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
        bounds = [footer.row_group(place).column(0).statistics for place in range(footer.num_row_groups)]
        lowest = np.array([bound.min for bound in bounds], np.uint64)
        highest = np.array([bound.max for bound in bounds], np.uint64)
    except (OSError, pa.ArrowException, KeyError, TypeError, AttributeError, ValueError, msgspec.MsgspecError):
        return None
    return IndexFile(path, level, segments, lowest, highest, footer)
