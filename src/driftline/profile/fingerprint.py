"""A content hash per column that does not care how the values lie in memory.

Enters: a table. Leaves: xxh3-128 over canonical columns: type family, validity, values in order. Chunks, offsets, padding,
dictionaries, string width, NaN payloads and the library that held the table do not change it; one cell does, and names
its column. Numbers are hashed as 64-bit floats unless they are integers beyond 2**53.
"""

from typing import Any

import msgspec
import numpy as np
import xxhash

from driftline.profile.inputs import columns

FORM = "xxh3-1"  # algorithm and form; a change of either is a new form


class Fingerprint(msgspec.Struct, frozen=True):
    """The hash of a table and of each of its columns, 32 hexadecimal digits each."""

    value: str
    columns: dict[str, str]
    form: str = FORM


def fingerprint(table: Any) -> Fingerprint:
    """Return the fingerprint of ``table``; the order of rows and of columns counts."""
    hashes = {raw.name: _column(raw, table) for raw in columns(table)}
    state = xxhash.xxh3_128()
    for name, value in hashes.items():
        state.update(f"{len(name)}:{name}={value};".encode())
    return Fingerprint(state.hexdigest(), hashes)


def _column(raw: Any, table: Any) -> str:
    state = xxhash.xxh3_128(f"{_family(raw.type)}:{raw.rows}:{raw.nulls};".encode())
    if raw.nulls:
        state.update(np.packbits(_missing(table, raw.name)).tobytes())
    if raw.numbers is not None:
        state.update(_canonical(raw.numbers).tobytes())
    elif raw.texts is not None:
        lengths = np.diff(np.frombuffer(raw.texts.buffers()[1], np.int64)[raw.texts.offset :][: len(raw.texts) + 1])
        first, last = _bounds(raw.texts)
        state.update(lengths.tobytes())
        data = raw.texts.buffers()[2]
        if data is not None:
            state.update(memoryview(data)[first:last])
    return state.hexdigest()


def _family(kind: str) -> str:
    return "number" if kind in {"number", "boolean"} else kind


def _bounds(texts: Any) -> tuple[int, int]:
    offsets = np.frombuffer(texts.buffers()[1], np.int64)
    return int(offsets[texts.offset]), int(offsets[texts.offset + len(texts)])


def _canonical(numbers: Any) -> Any:
    floats = numbers.astype(np.float64) + 0.0
    if numbers.dtype.kind in "iu" and len(numbers) and np.abs(floats).max() >= 1 << 53:
        return numbers.astype(np.int64 if numbers.dtype.kind == "i" else np.uint64)
    return floats


def _missing(table: Any, name: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table[name] if not isinstance(table, pa.Table) else table.column(name)
    if hasattr(column, "isna"):
        return np.asarray(column.isna(), dtype=bool)
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return np.asarray(pc.is_null(column, nan_is_null=True))
    return np.array([value is None or value != value for value in column], dtype=bool)
