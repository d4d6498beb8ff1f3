"""The footer of a Parquet file, cut into its row groups, so that a few of these are read at the cost of a few.

Enters: a file. Leaves: where its row groups are described, and some of these, which pyarrow reads by a footer that
describes no others. Reading a whole footer takes as long as reading a row group, and keeping it takes 2 kB for each
column and a hundred row groups. Knows no column and no value. Source: the Thrift compact protocol,
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md, and ``FileMetaData`` in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

_MAGIC = b"PAR1"
_ROW_GROUPS = 4  # number of the field
_BOOLEANS, _BYTE, _NUMBERS, _DOUBLE, _BINARY, _LISTS, _STRUCT = (1, 2), 3, (4, 5, 6), 7, 8, (9, 10), 12


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
        head, ends = _row_groups(footer)
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
    parts = [file.read(cuts.head), bytes([many << 4 | _STRUCT]) if many < 15 else b"\xfc" + _varint(many)]
    for group in groups:
        file.seek(cuts.footer + cuts.ends[group])
        parts.append(file.read(cuts.ends[group + 1] - cuts.ends[group]))
    footer = b"".join([*parts, b"\0"])
    return pq.read_metadata(pa.BufferReader(_MAGIC + footer + len(footer).to_bytes(4, "little") + _MAGIC))


def _row_groups(data: bytes) -> tuple[int, tuple[int, ...]]:
    at = field = 0
    while data[at]:
        kind, delta = data[at] & 15, data[at] >> 4
        if not delta:
            raise ValueError("its fields are not in order")
        at, field = at + 1, field + delta
        if field == _ROW_GROUPS:
            head = at
            many, _, at = _list(data, at)
            ends = [at]
            for _ in range(many):
                ends.append(_struct(data, ends[-1]))
            return head, tuple(ends)
        at = _after(data, at, kind)
    raise ValueError("it lists no row groups")


def _after(data: bytes, at: int, kind: int) -> int:
    """Return the place after a value."""
    if kind in _NUMBERS:
        while data[at] & 128:
            at += 1
        return at + 1
    if kind == _BINARY:
        length, at = _number(data, at)
        return at + length
    if kind == _STRUCT:
        return _struct(data, at)
    if kind in _LISTS:
        many, kind, at = _list(data, at)
        for _ in range(many):
            at = at + 1 if kind in _BOOLEANS else _after(data, at, kind)
        return at
    if kind in _BOOLEANS:  # its value is its kind
        return at
    if kind == _BYTE:
        return at + 1
    if kind == _DOUBLE:
        return at + 8
    raise ValueError(f"values of kind {kind} are not in a footer")  # maps and others


def _struct(data: bytes, at: int) -> int:
    while header := data[at]:
        at += 1
        if not header >> 4:
            at = _after(data, at, 6)  # the number of the field
        at = _after(data, at, header & 15)
    return at + 1


def _list(data: bytes, at: int) -> tuple[int, int, int]:
    """Return how many, of which kind, and where they begin."""
    many, kind = data[at] >> 4, data[at] & 15
    at += 1
    if many == 15:
        many, at = _number(data, at)
    return many, kind, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while data[at] & 128:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])
