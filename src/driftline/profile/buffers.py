"""Arrow's buffers as numpy arrays, without a copy and without Arrow's own conversion, which imports pandas.

Enters: flat Arrow arrays. Leaves: numpy views of their values and masks of their missing ones. At the place of a null a
view has any value. Never writes into a buffer. Source: https://arrow.apache.org/docs/format/Columnar.html.
"""

from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

Family = Literal["null", "boolean", "number", "decimal", "time", "text", "binary", "dictionary", "nested"]

_SMALL, _LARGE = np.dtype("<i4"), np.dtype("<i8")  # offsets
_FLOATS = {16: "<f2", 32: "<f4", 64: "<f8"}
_families: dict[int, Family] = {}  # by the id of the type
_dtypes: dict[int, np.dtype[Any]] = {}  # of what lies in the buffer of a number or a time


def family(kind: pa.DataType) -> Family:
    """Return which kind of values a flat array of this type holds; "nested" for all that is none of the others."""
    found = _families.get(kind.id)
    if found is None:
        found = _families[kind.id] = _family(kind)
    return found


def _family(kind: pa.DataType) -> Family:
    types = pa.types
    if types.is_null(kind):
        return "null"
    if types.is_boolean(kind):
        return "boolean"
    if types.is_integer(kind) or types.is_floating(kind):
        return "number"
    if types.is_decimal(kind):
        return "decimal"
    if types.is_temporal(kind) and not types.is_interval(kind):
        return "time"
    if types.is_string(kind) or types.is_large_string(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind):
        return "binary"
    return "dictionary" if types.is_dictionary(kind) else "nested"


def chunks(values: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    """Return the arrays that a column consists of."""
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]


def numbers(values: pa.Array) -> NDArray[Any]:
    """Return an array of numbers or times as numpy numbers, of booleans as numpy booleans; times in their own unit."""
    kind = values.type
    if family(kind) == "boolean":
        return _bits(values.buffers()[1], values.offset, len(values))
    found = _dtypes.get(kind.id)
    if found is None:
        found = _dtypes[kind.id] = _dtype(kind)
    return whole(values, found, 1)


def _dtype(kind: pa.DataType) -> np.dtype[Any]:
    if pa.types.is_floating(kind):
        return np.dtype(_FLOATS[kind.bit_width])
    return np.dtype(f"<{'u' if pa.types.is_unsigned_integer(kind) else 'i'}{kind.bit_width // 8}")


def whole(values: pa.Array, kind: np.dtype[Any], width: int) -> NDArray[Any]:
    """Return an array of fixed width as ``width`` numbers of the numpy type ``kind`` per value, end to end."""
    buffer, count = values.buffers()[1], len(values) * width
    if buffer is None or not count:
        return np.zeros(count, kind)
    return np.frombuffer(buffer, kind, count, values.offset * width * kind.itemsize)


def present(values: pa.Array) -> Mask | None:
    """Return which values are there; None where all are."""
    if not values.null_count:
        return None
    return _bits(values.buffers()[0], values.offset, len(values))


def offsets(values: pa.Array) -> NDArray[Any]:
    """Return where each text, byte string or list begins, and behind them where the last one ends."""
    buffer, kind = values.buffers()[1], values.type
    if buffer is None or not len(values):
        return np.zeros(len(values) + 1, np.int64)
    large = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind) or pa.types.is_large_list(kind)
    found = _LARGE if large else _SMALL
    return np.frombuffer(buffer, found, count=len(values) + 1, offset=values.offset * found.itemsize)


def arrow(places: NDArray[Any]) -> pa.Array:
    """Return whole numbers as an Arrow array."""
    return pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places.astype(np.int64, copy=False))])


def _bits(buffer: Any, offset: int, count: int) -> Mask:
    if buffer is None or not count:
        return np.zeros(count, bool)
    first = offset // 8
    packed = np.frombuffer(buffer, np.uint8, count=(offset + count + 7) // 8 - first, offset=first)
    return np.unpackbits(packed, count=offset % 8 + count, bitorder="little")[offset % 8 :].view(np.bool_)
