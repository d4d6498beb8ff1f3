"""From whatever holds a table to plain columns: numbers as float64 arrays, texts as Arrow arrays.

Enters: a pyarrow Table or RecordBatch, a pandas DataFrame, a mapping of arrays, or anything with ``__arrow_c_stream__``.
Leaves: ``Raw`` columns. Reads only: nothing of the user's is copied back, changed or kept.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


class Raw(msgspec.Struct, frozen=True):
    """One column: ``numbers`` (no nulls, no NaN; infinities kept) or ``texts`` (an Arrow string array without nulls)."""

    name: str
    type: Literal["number", "text", "boolean", "time", "other"]
    rows: int
    nulls: int  # null or NaN
    nans: int  # known to be NaN
    numbers: NDArray[Any] | None = None
    texts: Any = None


def columns(table: Any) -> Iterator[Raw]:
    """Yield the columns of ``table`` in order.

    Raises:
        TypeError: ``table`` is nothing that holds columns.
    """
    if isinstance(table, Mapping):
        for name, values in table.items():
            yield _any(str(name), values)
    elif _is_pandas(table):
        for place, name in enumerate(table.columns):
            yield _pandas(str(name), table.iloc[:, place])
    elif hasattr(table, "__arrow_c_stream__") or hasattr(table, "itercolumns"):
        import pyarrow as pa

        whole = table if isinstance(table, (pa.Table, pa.RecordBatch)) else pa.table(table)
        for name, column in zip(whole.schema.names, whole.itercolumns(), strict=True):
            yield arrow(name, column)
    else:
        raise TypeError(f"no table: {type(table).__name__}")


def _is_pandas(table: Any) -> bool:
    return type(table).__module__.partition(".")[0] == "pandas" and hasattr(table, "iloc")


def _any(name: str, values: Any) -> Raw:
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub" and values.ndim == 1:
        return _numpy(name, values)
    import pyarrow as pa

    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return arrow(name, values)
    if type(values).__module__.partition(".")[0] == "pandas":
        return _pandas(name, values)
    return arrow(name, _converted(list(values)))


def _pandas(name: str, series: Any) -> Raw:
    kind = getattr(series.dtype, "kind", "O")
    if isinstance(series.dtype, np.dtype) and kind in "fiub":
        return _numpy(name, series.to_numpy())
    import pyarrow as pa

    try:
        converted = pa.Array.from_pandas(series)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        converted = _converted(series.tolist())
    return arrow(name, converted)


def _converted(values: list[Any]) -> "pa.Array":
    """Return an Arrow array; values of several kinds become texts."""
    import pyarrow as pa

    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([None if _missing(value) else str(value) for value in values], pa.string())


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _numpy(name: str, values: NDArray[Any]) -> Raw:
    rows = len(values)
    if values.dtype.kind == "f":
        nan = np.isnan(values)
        nulls = int(np.count_nonzero(nan))
        kept = values[~nan] if nulls else values
        return Raw(name, "number", rows, nulls, 0, kept.astype(np.float64, copy=False))
    return Raw(name, "boolean" if values.dtype.kind == "b" else "number", rows, 0, 0, values)


def arrow(name: str, column: "pa.Array | pa.ChunkedArray") -> Raw:
    """Return one Arrow column as it is measured."""
    import pyarrow as pa
    import pyarrow.types as t

    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    rows, kind = len(column), column.type
    if t.is_dictionary(kind):
        return arrow(name, column.dictionary_decode())
    nulls = column.null_count
    kept = column.drop_null() if nulls else column
    if t.is_floating(kind) or t.is_integer(kind):
        numbers = kept.cast(pa.float64()) if t.is_float16(kind) else kept
        raw = _numpy(name, numbers.to_numpy(zero_copy_only=False))
        return Raw(name, "number", rows, nulls + raw.nulls, raw.nulls, raw.numbers)
    if t.is_boolean(kind):
        return Raw(name, "boolean", rows, nulls, 0, kept.to_numpy(zero_copy_only=False))
    if t.is_decimal(kind):
        return Raw(name, "number", rows, nulls, 0, kept.cast(pa.float64()).to_numpy(zero_copy_only=False))
    if t.is_temporal(kind):
        return Raw(name, "time", rows, nulls, 0, _microseconds(kept))
    if t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind):
        return Raw(name, "text", rows, nulls, 0, None, kept.cast(pa.large_string()))
    if t.is_null(kind):
        return Raw(name, "other", rows, rows, 0)
    return Raw(name, "other", rows, nulls, 0, None, _spelled(kept))


def _microseconds(column: "pa.Array") -> NDArray[np.int64]:
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    elif t.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    elif t.is_time32(column.type):
        column = column.cast(pa.time32("ms")).cast(pa.time64("us"))
    elif t.is_time64(column.type):
        column = column.cast(pa.time64("us"), safe=False)
    elif t.is_duration(column.type):
        column = column.cast(pa.duration("us"), safe=False)
    out: NDArray[np.int64] = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return out


def _spelled(column: "pa.Array") -> "pa.Array":
    """Return values of nested, binary and foreign types as texts, to be counted and compared only."""
    import pyarrow as pa
    import pyarrow.types as t

    if t.is_binary(column.type) or t.is_large_binary(column.type) or t.is_fixed_size_binary(column.type):
        return pa.array([value.hex() for value in column.to_pylist()], pa.large_string())
    return pa.array([repr(value) for value in column.to_pylist()], pa.large_string())
