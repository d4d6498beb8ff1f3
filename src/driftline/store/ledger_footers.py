"""The footer of a Parquet file, cut into its row groups, so that a few of these are read at the cost of a few.

Enters: a file. Leaves: where its row groups are described, and some of these, which pyarrow reads by a footer that
describes no others. Reading a whole footer takes as long as reading a row group, and keeping it takes 2 kB for each
column and a hundred row groups. Knows no column and no value. Source: ``FileMetaData`` in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from driftline import thrift
from driftline.thrift import Walk

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"
_ROW_GROUPS = 4  # number of the field


class Cuts(NamedTuple):
    """Places in a footer."""

    footer: int  # where it begins in the file
    head: int  # bytes before the list of row groups
    ends: tuple[int, ...]  # where each row group begins, and the last one ends


def cut(path: Path) -> Cuts:
    """Return where the row groups of a file are described.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no Parquet file.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 8))
        tail = file.read()
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != _MAGIC or length + 8 > size:
            raise ValueError(f"{path.name} is no Parquet file")
        file.seek(size - 8 - length)
        footer = file.read(length)
    try:
        head, ends = _row_groups(Walk(footer))
    except IndexError:
        raise ValueError(f"the footer of {path.name} is damaged") from None
    return Cuts(size - 8 - length, head, ends)


def read(path: Path, cuts: Cuts, groups: Sequence[int], columns: Sequence[str] | None = None) -> "pa.Table":
    """Return some row groups of a file, in the order given; of all columns, or of some.

    Raises:
        OSError, pa.ArrowException: it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pa.OSFile(str(path)) as file, pq.ParquetFile(file, metadata=_footer(file, cuts, groups)) as opened:
        return opened.read_row_groups(range(len(groups)), columns, use_threads=False)


def numbers(column: "pa.ChunkedArray", kind: Any) -> Any:
    """Return a column of 64 or 32 bits without gaps as numpy has it; pyarrow's own way would load pandas first."""
    held = [
        np.frombuffer(chunk.buffers()[1] or b"", kind)[chunk.offset : chunk.offset + len(chunk)]
        for chunk in column.chunks
    ]
    return np.concatenate(held) if len(held) > 1 else held[0] if held else np.zeros(0, kind)


def _footer(file: Any, cuts: Cuts, groups: Sequence[int]) -> Any:
    """Return the footer, as pyarrow has it, of some row groups of an open file; they are 0, 1, 2 … in it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file.seek(cuts.footer)
    many = len(groups)
    parts = [file.read(cuts.head), bytes([many << 4 | thrift.STRUCT]) if many < 15 else b"\xfc" + thrift.numbered(many)]
    for group in groups:
        file.seek(cuts.footer + cuts.ends[group])
        parts.append(file.read(cuts.ends[group + 1] - cuts.ends[group]))
    footer = b"".join([*parts, b"\0"])
    return pq.read_metadata(pa.BufferReader(_MAGIC + footer + len(footer).to_bytes(4, "little") + _MAGIC))


def _row_groups(footer: Walk) -> tuple[int, tuple[int, ...]]:
    for field, kind in footer.fields():
        if field != _ROW_GROUPS:
            footer.over(kind)
            continue
        head = footer.at
        many, inner = footer.list()
        ends = [footer.at]
        for _ in range(many):
            footer.over(inner)
            ends.append(footer.at)
        return head, tuple(ends)
    raise ValueError("it lists no row groups")
