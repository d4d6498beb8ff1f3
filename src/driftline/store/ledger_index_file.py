"""One file of the ledger's index: rows of (key, segment, value), sorted by key, in Parquet.

Enters: sorted columns, and keys that are looked for. Leaves: a file that appears whole or not at all, and its rows. The
bounds of its row groups are kept in memory, so that a look reads only what may hold a key. A file that is gone or
damaged has no rows, which is said as None.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

_ROW_GROUP = 16_384
_COVERED = b"driftline_segments"
_COLUMNS = ("key", "segment", "value")


class IndexFile(NamedTuple):
    """A file, as it is kept in memory."""

    path: Path
    level: int
    segments: tuple[str, ...]  # names of what it covers; rows hold the place of one of them
    lowest: Any  # first key of each row group
    highest: Any

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
            with pq.ParquetFile(self.path) as opened:
                table = opened.read_row_groups(groups, use_threads=False)
        except (OSError, pa.ArrowException):
            return None
        hit = np.isin(table.column("key").to_numpy(), wanted)
        columns = (table.column(name).to_numpy()[hit].tolist() for name in _COLUMNS)
        return list(zip(*columns, strict=True))

    def all(self, segments: Sequence[str]) -> tuple[Any, Any, Any]:
        """Return the columns, of the rows whose segment is among ``segments``, with its place there.

        Raises:
            OSError, pa.ArrowException: it cannot be read.
        """
        import pyarrow.parquet as pq

        table = pq.read_table(self.path)
        place = {name: number for number, name in enumerate(segments)}
        moved = np.array([place.get(name, -1) for name in self.segments], np.int32)[table.column("segment").to_numpy()]
        kept = moved >= 0
        return table.column("key").to_numpy()[kept], moved[kept], table.column("value").to_numpy()[kept]

    def remove(self) -> None:
        """Remove it from the disk."""
        with contextlib.suppress(OSError):
            self.path.unlink()


def write(path: Path, segments: bytes, keys: Any, places: Any, values: Any) -> None:
    """Write a file; ``segments`` are the names as JSON.

    Raises:
        OSError: it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(dict(zip(_COLUMNS, (keys, places, values), strict=True)))
    partial = path.with_suffix(".partial")
    pq.write_table(
        table.replace_schema_metadata({_COVERED: segments}), partial, compression="zstd", row_group_size=_ROW_GROUP,
        use_dictionary=False, column_encoding=dict.fromkeys(_COLUMNS, "DELTA_BINARY_PACKED"),
    )  # fmt: skip
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
    return IndexFile(path, level, segments, lowest, highest)
