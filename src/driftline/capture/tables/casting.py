"""The columns of a text table from its cells as they are written, which spares parsing the text once more.

Enters: the types that the first block of a text tells, what stands for a missing value, and the cells, a piece at a
time. Leaves: those columns that are what a parser makes of the whole text: each of their cells casts to the type of the
first block. Whole numbers are as narrow as they can be, for fresh memory costs more than parsing. A column whose later
cells are of another type, with blanks around numbers or quotes around values, of a type that is no cast, or without a
value in the first block, is left to the parser. Source: the order in which Arrow tries types,
https://arrow.apache.org/docs/cpp/csv.html#column-types: of a type that does for the first block and for all others no
other was tried before with success.
"""

import contextlib
import functools
import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from driftline.profile import buffers

_WIDTHS = (pa.int16(), pa.int32(), pa.int64())


class Casts:
    """Takes the cells of a text, a piece at a time; the columns are known by their places."""

    def __init__(self, schema: pa.Schema, nulls: Sequence[str] | None, quote: str) -> None:
        """``nulls``: what stands for a missing value in columns of any type; None = what usually does, but in texts."""
        missing = tuple(csv.ConvertOptions().null_values if nulls is None else nulls)
        self._columns = {
            place: _Column(kind, missing, of_texts=nulls is not None)
            for place, kind in enumerate(schema.types)
            if _castable(kind)
        }
        self._quote = re.compile(re.escape(quote.encode()))

    def take(self, cells: pa.RecordBatch, *, quoted: bool) -> None:
        """Take the next rows, as byte strings; ``quoted``: there may be quotes in them."""
        for place, column in list(self._columns.items()):
            found = cells.column(place)
            if found.offset:
                found = pa.concat_arrays([found])  # masks are laid over it bit by bit
            if (quoted and self._quote.search(_data(found))) or not column.take(found):
                del self._columns[place]

    def made(self) -> dict[int, pa.ChunkedArray]:
        """Return the columns that could be cast; whole numbers in any width."""
        return {place: column.made() for place, column in self._columns.items()}


def wide(schema: pa.Schema) -> pa.Schema:
    """Return a schema in which whole numbers are as wide as a parser makes them."""
    return pa.schema(
        [field.with_type(pa.int64()) if field.type in {pa.int16(), pa.int32()} else field for field in schema]
    )


def without_empty(table: pa.Table) -> pa.Table:
    """Return a table in which empty texts are missing; texts stay where they lie."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_string(field.type) and not column.null_count:
            whole = pa.chunked_array([_without_empty(chunk) for chunk in column.chunks], field.type)
            table = table.set_column(place, field, whole) if whole.null_count else table
    return table


def _without_empty(texts: pa.Array) -> pa.Array:
    places = buffers.offsets(texts)
    there = places[1:] > places[:-1]
    if there.all():
        return texts
    whole = pa.concat_arrays([texts]) if texts.offset else texts
    return pa.Array.from_buffers(texts.type, len(texts), [_bits(there), *whole.buffers()[1:]])


def _bits(there: buffers.Mask) -> pa.Buffer:
    """Return a mask as Arrow keeps it, which ``pc.greater`` and the like would load pandas for."""
    return pa.py_buffer(np.packbits(there, bitorder="little"))


class _Column:
    """One column, as far as it has come."""

    def __init__(self, kind: pa.DataType, nulls: tuple[str, ...], *, of_texts: bool) -> None:
        self._kind = kind
        self._parts: list[pa.Array] = []
        self._nulls = nulls
        self._masks = bool(nulls) and (of_texts or buffers.family(kind) != "text")
        self._masked = self._masks and _hidden(nulls, kind)  # else nothing is looked for until a cell is no value
        self._kinds = _WIDTHS if pa.types.is_int64(kind) else (kind,)  # what is tried, in this order

    def take(self, cells: pa.Array) -> bool:
        """Take the next cells; returns whether they are of this column's type."""
        found = self._cast(self._without_nulls(cells) if self._masked else cells)
        if found is None and self._masks and not self._masked:
            self._masked = True
            found = self._cast(self._without_nulls(cells))
        if found is None:
            return False
        self._parts.append(found)
        return True

    def _cast(self, cells: pa.Array) -> pa.Array | None:
        """Return cells in the first type that holds all of them; None where none does."""
        narrow = len(self._kinds) > 1 and not _hexadecimal(bytes(_data(cells)))
        for place, kind in enumerate(self._kinds if narrow else self._kinds[-1:]):
            with contextlib.suppress(pa.ArrowInvalid):
                found = _cast(cells, kind)
                self._kinds = self._kinds[place if narrow else 0 :]  # what was too narrow once is so again
                return found
        return None

    def made(self) -> pa.ChunkedArray:
        """Return all cells."""
        kinds = {part.type for part in self._parts}
        if len(kinds) < 2:
            return pa.chunked_array(self._parts, kinds.pop() if kinds else self._kind)
        widest = max(kinds, key=lambda kind: int(kind.bit_width))
        return pa.chunked_array([part.cast(widest) for part in self._parts], widest)

    def _without_nulls(self, cells: pa.Array) -> pa.Array:
        there = _others(cells, self._nulls)
        return (
            cells
            if there.all()
            else pa.Array.from_buffers(pa.binary(), len(cells), [_bits(there), *cells.buffers()[1:]])
        )


def _castable(kind: pa.DataType) -> bool:
    types = pa.types
    return bool(
        types.is_int64(kind) or types.is_float64(kind) or types.is_string(kind)
        or types.is_timestamp(kind) or types.is_date32(kind)
    )  # fmt: skip


def _cast(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    if buffers.family(kind) == "text":
        return cells.cast(kind)  # which looks whether it is UTF-8
    return cells.view(pa.string()).cast(kind)


def _others(cells: pa.Array, nulls: tuple[str, ...]) -> buffers.Mask:
    """Return which cells are none of ``nulls``; looked up are only those that end as one of them does."""
    places = buffers.offsets(cells)
    data = np.frombuffer(cells.buffers()[2] or b"", np.uint8)
    there = np.ones(len(cells), bool)
    ends = data.take(places[1:] - 1).tobytes() if len(data) else b"\0" * len(cells)
    near = np.frombuffer(ends.translate(_ends(nulls)), bool)
    few = (near | (places[1:] == places[:-1])).nonzero()[0]
    if len(few):
        there[few] = ~buffers.numbers(pc.is_in(cells.take(buffers.arrow(few)), value_set=_set(nulls)))
    return there


@functools.lru_cache(maxsize=64)
def _ends(nulls: tuple[str, ...]) -> bytes:
    """Return, per byte, 1 where something ends with it that stands for a missing value, else 0."""
    last = {null.encode()[-1] for null in nulls if null}
    return bytes(byte in last for byte in range(256))


def _hexadecimal(cells: bytes) -> bool:
    """Whether whole numbers may be hexadecimal: 0xFFFF is another one in 16 bits than in 64."""
    return b"x" in cells or b"X" in cells


@functools.lru_cache(maxsize=64)
def _hidden(nulls: tuple[str, ...], kind: pa.DataType) -> bool:
    """Whether something that stands for a missing value would be taken for a value of this type."""
    for place in range(len(nulls)):
        with contextlib.suppress(pa.ArrowInvalid):
            _cast(_set(nulls).slice(place, 1), kind)
            return True
    return False


@functools.lru_cache(maxsize=64)
def _set(nulls: tuple[str, ...]) -> pa.Array:
    cells = [null.encode() for null in nulls]
    offsets = np.cumsum([0, *map(len, cells)], dtype=np.int32)  # ``pa.array`` would load pandas
    return pa.Array.from_buffers(pa.binary(), len(cells), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(cells))])


def _data(cells: pa.Array) -> memoryview:
    places, data = buffers.offsets(cells), cells.buffers()[2]
    return memoryview(b"" if data is None else data)[int(places[0]) : int(places[-1])]
