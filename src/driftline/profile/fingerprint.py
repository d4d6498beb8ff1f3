"""Whether two tables hold the same rows: xxh3-128 per column over one canonical form.

Enters: any table that ``inputs`` reads. Leaves: ``Fingerprint``. The form is made of values, not of layout: chunks,
offsets, padding, dictionaries, widths of numbers and of text offsets, time units, NaN payloads, the sign of zero and
null against NaN make no difference, so a file has one fingerprint through pandas and through Arrow. Any changed cell,
the order of the rows, names and order of the columns do. The prefix of the value names the form's version. Source:
field tests of engine round trips; https://arrow.apache.org/docs/format/Columnar.html.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from driftline.event.ids import digest
from driftline.profile import inputs, text

FORM = "t2-1"
_EXACT = 1 << 53

Mask = NDArray[np.bool_]


class Fingerprint(msgspec.Struct, frozen=True):
    """Hash of a table and of each of its columns."""

    value: str  # "t2-1:" and 32 hexadecimal digits
    columns: dict[str, str]  # 32 hexadecimal digits each

    def differing(self, other: "Fingerprint") -> tuple[str, ...]:
        """Return the columns that are not the same in both, or only in one."""
        names = dict.fromkeys((*self.columns, *other.columns))
        return tuple(name for name in names if self.columns.get(name) != other.columns.get(name))


def fingerprint(table: Any) -> Fingerprint:
    """Return the fingerprint of ``table``.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    rows, found = inputs.columns(table)
    hashes = {column.name: _hash(column) for column in found}
    parts = [part for pair in hashes.items() for part in pair]
    return Fingerprint(f"{FORM}:{digest(FORM, str(rows), *parts)}", hashes)


def _hash(column: inputs.Input) -> str:
    state = xxhash.xxh3_128()
    values = column.values
    parts = _plain(values, None) if isinstance(values, np.ndarray) else _arrow(inputs.flat(values))
    for part in parts:
        state.update(part)
    return state.hexdigest()


def _frame(tag: bytes, present: Mask | None, rows: int) -> bytes:
    """Begin a column: its kind, its length, and which rows have a value. All missing is of no kind."""
    if present is not None and not present.any():
        return b"0" + rows.to_bytes(8, "little")
    bits = b"" if present is None or present.all() else np.packbits(present, bitorder="little").tobytes()
    return tag + rows.to_bytes(8, "little") + len(bits).to_bytes(8, "little") + bits


def _arrow(values: pa.Array) -> Iterator[Any]:
    types, kind = pa.types, values.type
    if types.is_dictionary(kind):
        yield from _arrow(inputs.flat(values.dictionary_decode()))
        return
    present = values.is_valid().to_numpy(zero_copy_only=False) if values.null_count else None
    kept = values.drop_null() if present is not None else values
    if types.is_null(kind) or not len(kept):
        yield _frame(b"0", np.zeros(1, bool), len(values))
    elif types.is_decimal(kind):
        yield from _bytes(b"n", _trimmed(kept), present, len(values))
    elif types.is_temporal(kind) and not types.is_interval(kind):
        yield from _times(kept, present, len(values))
    elif types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind):
        yield from _plain(kept.to_numpy(zero_copy_only=False), present)
    elif types.is_string(kind) or types.is_large_string(kind):
        yield from _bytes(b"s", kept, present, len(values))
    elif types.is_binary(kind) or types.is_large_binary(kind):
        yield from _bytes(b"y", kept, present, len(values))
    else:
        yield from _nested(kept, present, len(values))


def _plain(values: NDArray[Any], present: Mask | None) -> Iterator[Any]:
    """Yield numbers as doubles, NaN counted as missing; integers stay integers where a double could not hold one."""
    rows = len(values) if present is None else len(present)
    if values.dtype.kind == "b":
        yield _frame(b"b", present, rows)
        yield values.astype(np.uint8)
        return
    floats = values.astype(np.float64) + 0.0
    if values.dtype.kind in "iu" and len(values) and np.abs(floats).max() >= _EXACT:
        yield _frame(b"u" if values.dtype.kind == "u" and int(values.max()) >> 63 else b"i", present, rows)
        yield values.astype("<u8" if values.dtype.kind == "u" else "<i8")
        return
    gone = np.isnan(floats)
    if gone.any():
        there = np.ones(rows, bool) if present is None else present.copy()
        there[np.flatnonzero(there)[gone]] = False
        present, floats = there, floats[~gone]
    yield _frame(b"f", present, rows)
    yield floats.astype("<f8", copy=False)


def _times(values: pa.Array, present: Mask | None, rows: int) -> Iterator[Any]:
    types, kind = pa.types, values.type
    tag = b"d" if types.is_duration(kind) else b"t" if types.is_timestamp(kind) or types.is_date(kind) else b"c"
    whole = inputs.microseconds(values).to_numpy()
    fine = np.zeros(0, np.int64)
    if getattr(kind, "unit", "") == "ns":
        fine = values.view(pa.int64()).to_numpy() % 1000
    yield _frame(tag, present, rows)
    yield whole.astype("<i8", copy=False)
    if fine.any():
        yield fine.astype("<i8", copy=False)


def _bytes(tag: bytes, values: pa.Array, present: Mask | None, rows: int) -> Iterator[Any]:
    content = text.bytes_of(values)
    yield _frame(tag, present, rows)
    yield np.diff(content.offsets).astype("<i8", copy=False)
    yield content.data


def _trimmed(values: pa.Array) -> pa.Array:
    """Return decimals as text without trailing zeros: their scale is a matter of the schema."""
    texts = values.cast(pa.string())
    if values.type.scale <= 0:
        return texts
    return pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")


def _nested(values: pa.Array, present: Mask | None, rows: int) -> Iterator[Any]:
    types, kind = pa.types, values.type
    if types.is_struct(kind):
        yield _frame(b"{", present, rows)
        for field, child in zip(kind, values.flatten(), strict=True):
            yield field.name.encode() + b"\0"
            yield from _arrow(inputs.flat(child))
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        yield _frame(b"[", present, rows)
        yield pc.list_value_length(values).to_numpy().astype("<i8")
        yield from _arrow(inputs.flat(values.flatten()))
    else:
        yield _frame(b"?", present, rows)
        for value in values.to_pylist():
            yield repr(value).encode() + b"\0"
