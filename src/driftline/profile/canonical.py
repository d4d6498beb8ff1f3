"""The canonical form of a column's values: bytes that depend on what the values are and on nothing else.

Enters: a piece of one column, numpy numbers or a flat Arrow array. Leaves: buffers, in order. Chunks, offsets, padding,
dictionaries, widths of numbers and of text offsets, time units, scales of decimals, NaN payloads, the sign of zero,
and null against NaN make no difference; any other change of a cell does. Missing values alone are of no kind. Whole
decimals are numbers. The zone of a timestamp belongs to the schema. Source: field tests of engine round trips;
https://arrow.apache.org/docs/format/Columnar.html.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from driftline.profile import buffers, inputs
from driftline.profile.buffers import Mask
from driftline.profile.levels import EXACT

_WORD = 1 << 64
_INT64 = (1 << 63) - 1
PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
DAY = 86_400
_CACHED = 1 << 14  # numbers that become doubles at a time: what stays in the cache, and needs no fresh memory

Whole = NDArray[np.int64] | NDArray[np.uint64]


def parts(values: Any) -> Iterator[Any]:
    """Yield the canonical bytes of a numpy array of numbers or booleans, or of a flat Arrow array."""
    if isinstance(values, np.ndarray):
        yield from _plain(values, None)
        return
    family, rows = buffers.family(values.type), len(values)
    if family == "dictionary":
        yield from parts(inputs.flat(values.dictionary_decode()))
        return
    present = buffers.present(values)
    if family == "null" or values.null_count == rows:
        yield _frame(b"0", np.zeros(1, bool), rows)
    elif family in {"boolean", "number"}:
        found = buffers.numbers(values)
        yield from _plain(found if present is None else found[present], present)
    else:
        kept = values if present is None else values.drop_null()
        if family == "decimal":
            yield from _decimals(kept, present, rows)
        elif family == "time":
            yield from _times(kept, present, rows)
        elif family in {"text", "binary"}:
            yield from _bytes(b"s" if family == "text" else b"y", [kept], present, rows)
        else:
            yield from _nested(kept, present, rows)


def of_lines(values: NDArray[np.float64], bounds: Sequence[int]) -> Iterator[tuple[bytes, Any]]:
    """Yield, per column of doubles that lie end to end, its canonical bytes; NaN is missing, none is -0.0."""
    there = values == values
    whole = bool(there.all())
    for start, end in itertools.pairwise(bounds):
        line, rows = values[start:end], end - start
        present = there[start:end]
        count = rows if whole else int(np.count_nonzero(present))
        if count == rows:
            yield _header(b"f", rows, 0), line
        elif count:
            bits = np.packbits(present, bitorder="little").tobytes()
            yield _header(b"f", rows, len(bits)) + bits, line[present]
        else:
            yield b"0" + rows.to_bytes(8, "little"), b""


def _frame(tag: bytes, present: Mask | None, rows: int) -> bytes:
    """Begin a piece: its kind, its length, and which rows have a value. All missing is of no kind."""
    if present is not None and not present.any():
        return b"0" + rows.to_bytes(8, "little")
    bits = b"" if present is None or present.all() else np.packbits(present, bitorder="little").tobytes()
    return _header(tag, rows, len(bits)) + bits


def _header(tag: bytes, rows: int, bits: int) -> bytes:
    return tag + rows.to_bytes(8, "little") + bits.to_bytes(8, "little")


def _plain(values: NDArray[Any], present: Mask | None) -> Iterator[Any]:
    """Yield numbers as doubles, NaN as missing; whole numbers stay whole where doubles cannot hold all of them."""
    rows = len(values) if present is None else len(present)
    if values.dtype.kind == "b":
        yield _frame(b"b", present, rows)
        yield values.astype(np.uint8)
        return
    if values.dtype.kind in "iu":
        if not fit(values):
            wide = values.dtype.kind == "u" and int(values.max()) > _INT64
            yield _frame(b"u" if wide else b"i", present, rows)
            yield values.astype("<u8" if wide else "<i8")
            return
        yield _frame(b"f", present, rows)
        for start in range(0, len(values), _CACHED):
            yield values[start : start + _CACHED].astype("<f8", copy=False)
        return
    kept = values == values  # what is no NaN
    if not kept.all():
        there = np.ones(rows, bool) if present is None else present.copy()
        there[np.flatnonzero(there)[~kept]] = False
        present, values = there, values[kept]
    yield _frame(b"f", present, rows)
    for start in range(0, len(values), _CACHED):
        yield np.add(values[start : start + _CACHED], 0.0, dtype="<f8")  # without -0.0


def fit(values: NDArray[Any]) -> bool:
    """Whether doubles hold all these integers exactly."""
    if values.dtype.itemsize < 8 or not len(values) or (values.max() < EXACT and values.min() > -EXACT):
        return True
    return bool(held(values, values.astype(np.float64)).all())


def held(values: NDArray[Any], floats: NDArray[np.float64]) -> Mask:
    """Return which 64-bit integers their doubles hold exactly."""
    inside = floats < (float(_WORD) if values.dtype.kind == "u" else float(_INT64))
    same: Mask = np.where(inside, floats, 0.0).astype(values.dtype) == values
    return same & inside


def _decimals(values: pa.Array, present: Mask | None, rows: int) -> Iterator[Any]:
    """Yield whole decimals as numbers, others as the smallest whole numbers and the scale that all of them share."""
    scale = values.type.scale
    words = words_of(values)
    found = None if words is None else shortened(words, scale)
    if found is None:
        numbers, scale = shortest([unscaled(value, scale) for value in values.to_pylist()], scale)
        low, high = min(numbers), max(numbers)
        if low >= -_INT64 - 1 and high <= _INT64:
            found = np.array(numbers, np.int64), scale
        elif not scale and low >= 0 and high < _WORD:
            found = np.array(numbers, np.uint64), scale
    if found is None:
        yield _frame(b"N", present, rows)
        yield scale.to_bytes(8, "little")
        yield " ".join(map(str, numbers)).encode()
    elif found[1]:
        yield _frame(b"n", present, rows)
        yield found[1].to_bytes(8, "little")
        yield found[0].astype("<i8", copy=False)
    else:
        yield from _plain(found[0], present)


def words_of(values: pa.Array) -> NDArray[np.int64] | None:
    """Return the unscaled values of a decimal array without nulls; None where one of them needs more than 64 bits."""
    bits = values.type.bit_width
    dtype, width = ("<i4", 1) if bits == 32 else ("<i8", bits // 64)
    limbs = buffers.whole(values, np.dtype(dtype), width).reshape(-1, width)
    low = limbs[:, 0]
    if width == 1:
        return low.astype(np.int64)
    fits = (limbs[:, 1:] == (low >> 63)[:, None]).all()
    return np.ascontiguousarray(low) if fits else None


def shortened(words: NDArray[np.int64], scale: int) -> tuple[NDArray[np.int64], int] | None:
    """Return unscaled values and their scale without the zeros that all of them end in; None at a scale below 0."""
    if scale < 0:
        return None
    while scale and not (words[:64] % 10).any() and not (words % 10).any():
        words, scale = words // 10, scale - 1
    return words, scale


def shortest(numbers: list[int], scale: int) -> tuple[list[int], int]:
    """Return unscaled values and their scale, 0 or more, without the zeros that all of them end in."""
    if scale < 0:
        return [number * 10**-scale for number in numbers], 0
    while scale and not any(number % 10 for number in numbers):
        numbers, scale = [number // 10 for number in numbers], scale - 1
    return numbers, scale


def unscaled(value: Any, scale: int) -> int:
    """Return a ``Decimal`` as a whole number of its scale's units."""
    sign, digits, exponent = value.as_tuple()
    number = int("".join(map(str, digits)) + "0" * (exponent + scale))
    return -number if sign else number


def _times(values: pa.Array, present: Mask | None, rows: int) -> Iterator[Any]:
    """Yield microseconds, then nanoseconds where there are any; seconds where microseconds do not fit 64 bits."""
    types, kind = pa.types, values.type
    tag = b"d" if types.is_duration(kind) else b"t" if types.is_timestamp(kind) or types.is_date(kind) else b"c"
    ticks, per_second = ticks_of(values)
    if len(ticks) and per_second < 1_000_000:
        factor = 1_000_000 // per_second if per_second else DAY * 1_000_000
        if int(ticks.max()) > _INT64 // factor or int(ticks.min()) < -(_INT64 // factor):
            seconds = ticks // per_second if per_second else ticks * DAY
            rest = ticks - seconds * per_second if per_second else np.zeros(len(ticks), np.int64)
            yield _frame(tag.upper(), present, rows)
            yield seconds.astype("<i8", copy=False)
            yield (rest * (1_000 // (per_second or 1_000))).astype("<i8", copy=False)
            return
        ticks = ticks * factor
    fine = np.zeros(0, np.int64)
    if per_second > 1_000_000:
        nanoseconds = ticks
        ticks = nanoseconds // 1_000
        fine = nanoseconds - ticks * 1_000
    yield _frame(tag, present, rows)
    yield ticks.astype("<i8", copy=False)
    if fine.any():
        yield fine.astype("<i8", copy=False)


def ticks_of(values: pa.Array) -> tuple[NDArray[np.int64], int]:
    """Return a time array without nulls as whole units and how many of them a second has; 0 for days."""
    kind = values.type
    per_second = 0 if pa.types.is_date32(kind) else 1_000 if pa.types.is_date64(kind) else PER_SECOND[kind.unit]
    return buffers.numbers(values).astype(np.int64, copy=False), per_second


def strung(values: Any) -> bool:
    """Whether a column is of texts or byte strings without nulls, in any chunks, which ``of_chunks`` takes."""
    return not isinstance(values, np.ndarray) and buffers.family(values.type) in {"text", "binary"} and (
        not values.null_count and len(values) > 0
    )  # fmt: skip


def of_chunks(values: pa.Array | pa.ChunkedArray) -> Iterator[Any]:
    """Yield what ``parts`` yields of a column that is ``strung``, without laying its chunks together."""
    tag = b"s" if buffers.family(values.type) == "text" else b"y"
    yield from _bytes(tag, buffers.chunks(values), None, len(values))


def _bytes(tag: bytes, chunks: Sequence[pa.Array], present: Mask | None, rows: int) -> Iterator[Any]:
    places = [buffers.offsets(chunk) for chunk in chunks]
    yield _frame(tag, present, rows)
    for offsets in places:
        yield (offsets[1:] - offsets[:-1]).astype("<i8", copy=False)
    for chunk, offsets in zip(chunks, places, strict=True):
        data = chunk.buffers()[2]
        if data is not None:
            yield memoryview(data)[int(offsets[0]) : int(offsets[-1])]


def _nested(values: pa.Array, present: Mask | None, rows: int) -> Iterator[Any]:
    if pa.types.is_map(values.type):
        values = entries(values)
    kind = values.type
    if pa.types.is_struct(kind):
        yield _frame(b"{", present, rows)
        for field, child in zip(kind, values.flatten(), strict=True):
            yield field.name.encode() + b"\0"
            yield from parts(inputs.flat(child))
    elif is_list(kind):
        yield _frame(b"[", present, rows)
        yield buffers.numbers(pc.list_value_length(values)).astype("<i8")
        yield from parts(inputs.flat(values.flatten()))
    else:
        yield _frame(b"?", present, rows)
        for text in described(values):
            yield text.encode() + b"\0"


def described(values: pa.Array) -> list[str]:
    """Return values of a rare kind (intervals, unions) in words."""
    return [repr(value) for value in values.to_pylist()]


def entries(values: pa.Array) -> pa.Array:
    """Return maps as lists of structs."""
    kind = values.type
    return values.cast(pa.list_(pa.struct([("key", kind.key_type), ("value", kind.item_type)])))


def is_list(kind: pa.DataType) -> bool:
    """Whether values are lists, of whatever layout."""
    types = pa.types
    return bool(
        types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
        or types.is_list_view(kind) or types.is_large_list_view(kind)
    )  # fmt: skip
