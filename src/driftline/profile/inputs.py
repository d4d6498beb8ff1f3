"""The tables that can be measured: Arrow, pandas, columns by name, anything with ``__arrow_c_stream__``.

Enters: one of these. Leaves: ``Input`` per column, in order: a numpy array of numbers or booleans, or an Arrow array.
Never copies what it can share, never changes it. A NaN in numpy or pandas means null; a null and a NaN of Arrow are
told apart. An unnamed index of a frame is no data, neither in pandas nor as ``__index_level_0__`` in Arrow; a named
one is a column.
"""

import numbers
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from driftline.errors import BadInput
from driftline.event import names
from driftline.profile import buffers, views

_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")
_PLAIN = frozenset({"null", "boolean", "number", "decimal", "time", "text", "binary"})  # families of flat arrays
_NATIVE = "fiub"  # numpy kinds that are measured as they are


class Input(NamedTuple):
    """One column."""

    name: str
    values: Any  # numpy array of numbers or booleans, or pyarrow Array or ChunkedArray
    mixed: bool = False  # values of several types, written as text


def columns(table: Any) -> tuple[int, list[Input]]:
    """Return the number of rows and the columns of ``table``; a repeated name gets ``#2``, ``#3``, ….

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    rows, found = _read(table)
    given = list(found)
    if len({column.name for column in given}) == len(given):
        return rows, given
    called = names.distinct(column.name for column in given)
    return rows, [one if one.name == name else one._replace(name=name) for one, name in zip(given, called, strict=True)]


def _read(table: Any) -> tuple[int, Iterator[Input]]:
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    if isinstance(table, pa.Table):
        return table.num_rows, _of_arrow(table)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(table, pandas.DataFrame):
        return len(table), _of_pandas(table, pandas)
    if isinstance(table, Mapping):
        found = [_of_values(str(name), values) for name, values in table.items()]
        lengths = {len(column.values) for column in found}
        if len(lengths) > 1:
            raise BadInput(f"columns of {' and '.join(map(str, sorted(lengths)))} rows in one table")
        return lengths.pop() if lengths else 0, iter(found)
    if hasattr(table, "__arrow_c_stream__"):
        read = pa.RecordBatchReader.from_stream(table).read_all()
        return read.num_rows, _of_arrow(read)
    raise BadInput(
        f"a {type(table).__name__} is no table",
        hint="Pass a pyarrow Table, a pandas DataFrame, a mapping of columns, or an object with __arrow_c_stream__.",
    )


def _of_arrow(table: pa.Table) -> Iterator[Input]:
    for name, values in zip(table.column_names, table.columns, strict=True):
        if name[:2] != "__" or not _UNNAMED_INDEX.fullmatch(name):
            yield Input(name, values)


def _of_pandas(frame: Any, pandas: Any) -> Iterator[Input]:
    for name, series in frame.items():
        yield _of_series(str(name), series)
    if not isinstance(frame.index, pandas.RangeIndex):
        for level, name in enumerate(frame.index.names):
            if name is not None and name not in frame.columns:
                yield _of_series(str(name), frame.index.get_level_values(level))


def _of_series(name: str, series: Any) -> Input:
    values = series.array
    native = values.to_numpy() if isinstance(values.dtype, np.dtype) else None
    if isinstance(native, np.ndarray) and native.dtype.kind in _NATIVE:
        return Input(name, native)
    return _convert(name, values if native is None or native.dtype.kind != "O" else native)


def _of_values(name: str, values: Any) -> Input:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return Input(name, values)
    if isinstance(values, np.ma.MaskedArray):
        return _convert(name, values)
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise BadInput(f"column {name} has {values.ndim} dimensions instead of one")
        return Input(name, values) if values.dtype.kind in _NATIVE else _convert(name, values)
    if hasattr(values, "array") and hasattr(values, "dtype"):
        return _of_series(name, values)
    if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__len__"):
        raise BadInput(f"column {name} is a {type(values).__name__}, not a sequence of values")
    return _convert(name, values)


def _convert(name: str, values: Any) -> Input:
    if isinstance(values, np.ndarray) and values.dtype.kind in "mM":
        values = values.astype(f"{values.dtype.kind}8[us]") if np.datetime_data(values.dtype)[0] in "YMWhm" else values
    try:
        return Input(name, pa.array(values, from_pandas=True))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return _of_objects(name, list(values))


def _of_objects(name: str, values: list[Any]) -> Input:
    """Read what Arrow has no type for: numbers too large for it become floats, anything else text."""
    missing = [_missing(value) for value in values]
    if all(gone or (isinstance(value, numbers.Real) and not isinstance(value, bool))
           for value, gone in zip(values, missing, strict=True)):  # fmt: skip
        floats = [np.nan if gone else _float(value) for value, gone in zip(values, missing, strict=True)]
        return Input(name, np.array(floats, dtype=float))
    texts = [None if gone else _text(value) for value, gone in zip(values, missing, strict=True)]
    plain = all(gone or isinstance(value, str) for value, gone in zip(values, missing, strict=True))
    return Input(name, pa.array(texts, type=pa.large_string()), mixed=not plain)


def _missing(value: Any) -> bool:
    if value is None or value is np.ma.masked:
        return True
    kind = type(value).__name__
    return kind in {"NAType", "NaTType"} or (isinstance(value, float) and value != value)


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode()


def piece(values: Any, start: int, end: int) -> Any:
    """Return rows of a column's values as one numpy array or one flat Arrow array."""
    if isinstance(values, np.ndarray):
        return values[start:end]
    rows = values if end - start == len(values) else values.slice(start, end - start)
    if isinstance(rows, pa.ChunkedArray) and rows.num_chunks > 1 and pa.types.is_dictionary(rows.type):
        # narrow indices could not hold the values of all chunks
        rows = pa.chunked_array([flat(chunk).dictionary_decode() for chunk in rows.chunks])
    return flat(rows)


def flat(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return one contiguous Arrow array in a storage type: no chunks, extensions, views or run lengths.

    A dictionary stays one; what is within dictionaries, structs and lists has no views either.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()
    if isinstance(values, pa.ChunkedArray):  # more than 2 GB of text does not fit one array of 32-bit offsets
        values = values.cast(
            pa.large_binary() if pa.types.is_binary(values.type) else pa.large_string()
        ).combine_chunks()
    kind = values.type
    if buffers.family(kind) in _PLAIN:
        return values
    if isinstance(values, pa.ExtensionArray):
        return flat(values.storage)
    if pa.types.is_run_end_encoded(kind):
        return flat(pc.run_end_decode(values))
    if pa.types.is_fixed_size_binary(kind):
        return values.cast(pa.large_binary())
    return views.plain(values)


def microseconds(values: pa.Array) -> pa.Array:
    """Return a date, timestamp, time of day or duration as int64: microseconds, finer parts cut off."""
    types, kind = pa.types, values.type
    if types.is_date(kind) or types.is_timestamp(kind):
        target = pa.timestamp("us", tz=getattr(kind, "tz", None))
    else:
        target = pa.duration("us") if types.is_duration(kind) else pa.time64("us")
    return values.cast(target, safe=False).view(pa.int64())
