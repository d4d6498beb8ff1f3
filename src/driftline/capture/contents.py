"""What is inside: schema, rows, fingerprint and profile of a file or of data in memory. Loaded when first needed.

Enters: the path of a file, or a table (Arrow, pandas, columns by name, rows as mappings). Leaves: frozen
``Contents``. Runs on the sender's thread for files and never changes or keeps what it reads. The result is
cached by file version. Formats: Parquet, CSV, JSON lines, Arrow IPC; other files have a version but no
contents.
"""

import os
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import msgspec
import pyarrow as pa
from pyarrow import csv, feather, json, parquet

from driftline import profile
from driftline.event.lineage import Field

PROFILE_LIMIT = 1 << 29  # bytes of a file that is still profiled
_CACHE = 512
_TELLING = 50
_LONG = 3  # rows that are looked at first
_ENDING = re.compile(r"[0-9]+$")

_PARQUET = (".parquet", ".pq")
_CSV = (".csv", ".csv.gz", ".tsv")
_JSON = (".jsonl", ".ndjson")  # a row a line; plain .json has any shape
_FEATHER = (".feather", ".arrow", ".ipc")


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What was found inside one version."""

    rows: int
    fields: tuple[Field, ...]
    fingerprint: str = ""
    hashes: dict[str, str] = {}  # column -> content hash
    profile: bytes = b""  # encoded; b"" = not profiled
    varied: frozenset[str] = frozenset()  # columns with at least two values
    telling: frozenset[str] = frozenset()  # columns with so many values that equal content means the same column
    regular: frozenset[str] = frozenset()  # columns that only number the rows, or go up in equal steps


_seen: dict[str, Contents | None] = {}


def of_file(path: str, version: str, size: int, modified_ns: int) -> Contents | None:
    """Return the contents of the file that had this size and time; None for other formats and for a file changed since.

    Raises:
        OSError, pa.ArrowException: the file cannot be read.
    """
    if version in _seen:
        return _seen[version]
    found = os.stat(path)
    if (found.st_size, found.st_mtime_ns) != (size, modified_ns):
        return None
    contents = _read(path, size)
    if len(_seen) >= _CACHE:
        _seen.clear()
    _seen[version] = contents
    return contents


def _read(path: str, size: int) -> Contents | None:
    name = path.lower()
    if name.endswith(_PARQUET):
        if size > PROFILE_LIMIT:
            footer = parquet.ParquetFile(path)
            return Contents(rows=footer.metadata.num_rows, fields=_fields(footer.schema_arrow))
        with parquet.ParquetFile(path) as file:
            return of_arrow(file.read(use_threads=False))
    if size > PROFILE_LIMIT:
        return None
    if name.endswith(_CSV):
        options = csv.ParseOptions(delimiter="\t" if name.endswith(".tsv") else ",")
        return of_arrow(csv.read_csv(path, parse_options=options))
    if name.endswith(_JSON):
        return of_arrow(json.read_json(path))
    if name.endswith(_FEATHER):
        return of_arrow(feather.read_table(path, memory_map=False))
    return None


def columns(path: str) -> tuple[str, ...] | None:
    """Return the column names of a file as its header says; None where it has none that is cheap to read."""
    name = path.lower()
    if name.endswith(_PARQUET):
        return tuple(parquet.read_schema(path).names)
    if name.endswith(_CSV):
        with csv.open_csv(path) as reader:
            return tuple(reader.schema.names)
    return None


def of_arrow(table: pa.Table) -> Contents:
    """Return the contents of an Arrow table."""
    found = profile.fingerprint(table)
    built = profile.build(table)
    distinct = {name: column.distinct_count() for name, column in built.columns.items()}
    many = {name for name, values in distinct.items() if values > _TELLING}
    regular = {name for name, values in distinct.items() if values > 1.5 and _regular(table.column(name))}
    return Contents(
        rows=table.num_rows,
        fields=_fields(table.schema),
        fingerprint=found.value,
        hashes=found.columns,
        profile=profile.encode(built),
        varied=frozenset(name for name, values in distinct.items() if values > 1.5),
        telling=frozenset(many - regular),
        regular=frozenset(regular),
    )


def _regular(column: pa.ChunkedArray) -> bool:
    """Whether a column goes up or down in equal steps, as row numbers and calendars do; texts that end so as well."""
    if column.null_count or len(column) < _LONG:
        return False
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        first = _ENDING.search(column[0].as_py())
        if first is None or not _stepwise([_number(column[place].as_py()) for place in range(_LONG)]):
            return False
        return _stepwise([_number(text) for text in column.to_pylist()])
    if pa.types.is_temporal(column.type) and not pa.types.is_time(column.type):
        unit = pa.int32() if column.type.bit_width == 32 else pa.int64()
        column = column.cast(unit)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return False
    values = column.to_numpy()
    steps = values[1:_LONG] - values[: _LONG - 1]
    if not (steps == steps[0]).all():
        return False
    return bool((values[1:] - values[:-1] == steps[0]).all())


def _number(text: str) -> int | None:
    found = _ENDING.search(text)
    return int(found[0][-18:]) if found else None


def _stepwise(numbers: Sequence[int | None]) -> bool:
    if None in numbers:
        return False
    steps = {after - before for before, after in pairwise(cast("Sequence[int]", numbers))}
    return len(steps) == 1


def _fields(schema: pa.Schema) -> tuple[Field, ...]:
    return tuple(Field(field.name, str(field.type)) for field in schema)


def of_data(data: Any) -> Contents | None:
    """Return the contents of data in memory; None where it is no table."""
    table = as_arrow(data)
    return None if table is None else of_arrow(table)


def as_arrow(data: Any) -> pa.Table | None:
    """Return ``data`` as an Arrow table, without a copy where the layout allows; None where it is no table."""
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if type(data).__module__.split(".")[0] == "pandas":
        frame = data if hasattr(data, "columns") else data.to_frame()
        return _from_columns({str(name): frame[name] for name in frame.columns}) if frame.columns.is_unique else None
    if isinstance(data, Mapping):
        return _from_columns(data)
    if isinstance(data, Sequence) and data and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(str(name) for row in data for name in row)
        return _from_columns({name: [row.get(name) for row in data] for name in names})
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data).read_all()
    return None


def _from_columns(found: Mapping[str, Any]) -> pa.Table:
    return pa.table({str(name): _array(values) for name, values in found.items()})


def _array(values: Any) -> Any:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    pandas_like = type(values).__module__.split(".")[0] == "pandas"
    try:
        return pa.array(values, from_pandas=True) if pandas_like else pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in values])
