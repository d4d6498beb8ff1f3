"""What is inside: schema, rows, fingerprint and profile of a file or of data in memory. Loaded when first needed.

Enters: the path of a file, or a table (Arrow, pandas, columns by name, rows as mappings). Leaves: frozen
``Contents``. Runs on the sender's thread for files and never changes or keeps what it reads. The result is
cached by file version. Formats: Parquet, CSV, JSON lines, JSON arrays of records, Arrow IPC, ORC, NumPy arrays,
Excel where openpyxl is in use; other files have a version but no contents. Parquet and IPC files above ``WHOLE`` are
read a block at a time, so memory stays bounded; above ``PROFILE_LIMIT`` they are fingerprinted only, and so are CSV
files, whose types the first block decides; large files of other formats have no contents.
"""

import importlib
import itertools
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import msgspec
import pyarrow as pa
from pyarrow import csv, feather, ipc, json, parquet

from driftline import profile
from driftline.capture import measure
from driftline.capture.form import Form, readable
from driftline.event.facets import FingerprintFacet
from driftline.event.lineage import Field
from driftline.profile import facet

PROFILE_LIMIT = 1 << 29  # bytes of a file that is still profiled
WHOLE = 1 << 25  # bytes of a file that is read at once
ROWS_LIMIT = 1 << 17  # cells of a table whose rows are also hashed whatever their order: about 2 ms
_BLOCK = 1 << 26  # bytes of memory that a block of a larger file takes
_HEADER = 1 << 16  # bytes in which a header ends
_BATCH = 1 << 16  # rows read at a time
_CACHE = 512
_TELLING = 50
_LONG = 3  # rows that are looked at first
_ENDING = re.compile(r"[0-9]+$")
_WIDE = 1_000  # columns of an array that is still taken for a table

_PARQUET = (".parquet", ".pq")
_CSV = (".csv", ".csv.gz", ".csv.bz2", ".csv.zst", ".tsv")
_SEPARATORS = ("\t", ";", "|")  # of files that are called CSV, besides the comma
_JSON = (".jsonl", ".ndjson")  # a row a line; plain .json has any shape
_FEATHER = (".feather", ".arrow", ".ipc")
_SMALL = 1 << 24  # bytes of a file whose format is slow to read, and that is still profiled


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What was found inside one version."""

    rows: int
    fields: tuple[Field, ...]
    fingerprint: str = ""
    hashes: dict[str, str] = {}  # column -> content hash
    prints: FingerprintFacet | None = None  # hashes by column and group of rows
    profile: bytes = b""  # encoded; b"" = not profiled
    varied: frozenset[str] = frozenset()  # columns with at least two values
    telling: frozenset[str] = frozenset()  # columns with so many values that equal content means the same column
    regular: frozenset[str] = frozenset()  # columns that only number the rows, or go up in equal steps


_seen: dict[tuple[str, bool, Form | None], Contents | None] = {}  # by version, whether it is profiled, and its form


def of_file(path: str, version: str, size: int, modified_ns: int, form: Form | None = None) -> Contents | None:
    """Return the contents of the file that had this size and time; None for other formats and for a file changed since.

    A text table is read as its ``form`` says, whatever it is called; where nobody said it, by its header.

    Raises:
        OSError, pa.ArrowException: the file cannot be read.
    """
    key = (version, measure.level.profiles, form)
    if key in _seen:
        return _seen[key]
    found = os.stat(path)
    if (found.st_size, found.st_mtime_ns) != (size, modified_ns):
        return None
    contents = _read(path, size, form)
    if len(_seen) >= _CACHE:
        _seen.clear()
    _seen[key] = contents
    return contents


def _read(path: str, size: int, form: Form | None) -> Contents | None:
    name = path.lower()
    if form is not None or name.endswith(_CSV):
        return _of_text(path, size, form or _guessed(path))
    if name.endswith(_PARQUET):
        whole = size <= min(WHOLE, PROFILE_LIMIT)
        with parquet.ParquetFile(path, buffer_size=0 if whole else 1 << 20, pre_buffer=whole) as file:
            if whole:
                return of_arrow(file.read(use_threads=False))
            batches = file.iter_batches(_BATCH, use_threads=False)
            return of_batches(file.schema_arrow, batches, profiled=size <= PROFILE_LIMIT)
    if name.endswith(_JSON):
        return of_arrow(json.read_json(path)) if size <= PROFILE_LIMIT else None
    if name.endswith(_FEATHER):
        return _of_arrow_file(path, size)
    if size > PROFILE_LIMIT:
        return None
    if name.endswith(".orc"):
        return of_arrow(importlib.import_module("pyarrow.orc").read_table(path))
    if name.endswith(".npy"):
        return _of_array(path)
    if size > _SMALL:
        return None
    if name.endswith(".json"):
        return _of_records(path)
    return _of_sheet(path) if name.endswith((".xlsx", ".xlsm")) and "openpyxl" in sys.modules else None


def _of_text(path: str, size: int, form: Form) -> Contents | None:
    """A text table; a large one a block at a time."""
    if not form.delimiter or not readable(path):
        return None
    parse = csv.ParseOptions(delimiter=form.delimiter, quote_char=form.quote)
    convert = csv.ConvertOptions(decimal_point=form.decimal)
    read = csv.ReadOptions(skip_rows=form.skip, column_names=list(form.names), encoding=form.encoding)
    if size <= PROFILE_LIMIT:
        return of_arrow(csv.read_csv(path, read, parse, convert))
    read.use_threads, read.block_size = False, _BLOCK
    with csv.open_csv(path, read, parse, convert) as reader:
        return of_batches(reader.schema, reader, profiled=False)


def _guessed(path: str) -> Form:
    """The form of a file of which only the name is known: a comma, or what its header has in place of one."""
    if path.lower().endswith(".tsv"):
        return Form("\t")
    with pa.input_stream(path, compression="detect") as file:
        header = file.read(_HEADER).split(b"\n", 1)[0].decode(errors="replace")
    best = max(_SEPARATORS, key=header.count)
    return Form(best if "," not in header and best in header else ",")


def _of_arrow_file(path: str, size: int) -> Contents | None:
    """A Feather file, or an Arrow stream, as Hugging Face datasets write it; a large one a batch at a time."""
    if size <= min(WHOLE, PROFILE_LIMIT):
        try:
            return of_arrow(feather.read_table(path, memory_map=False))
        except pa.ArrowInvalid:
            with pa.OSFile(path) as file, ipc.open_stream(file) as stream:
                return of_arrow(stream.read_all())
    profiled = size <= PROFILE_LIMIT
    with pa.memory_map(path) as mapped:
        try:
            reader = ipc.open_file(mapped)
        except pa.ArrowInvalid:
            with ipc.open_stream(mapped) as stream:
                return of_batches(stream.schema, stream, profiled=profiled)
        with reader:
            batches = (reader.get_batch(at) for at in range(reader.num_record_batches))
            return of_batches(reader.schema, batches, profiled=profiled)


def _of_array(path: str) -> Contents | None:
    """A structured array has its own columns; a table of numbers has them by place."""
    import numpy as np

    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.dtype.names:
        return of_data({name: array[name] for name in array.dtype.names})
    if array.ndim == 1:
        return of_data({"0": array})
    return of_data({str(place): array[:, place] for place in range(array.shape[1])}) if _flat(array) else None


def _flat(array: Any) -> bool:
    return bool(array.ndim == 2 and array.shape[1] <= _WIDE)


def _of_records(path: str) -> Contents | None:
    """An array of records, or records one a line, whatever the file is called."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        found = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return of_arrow(json.read_json(path))
    if isinstance(found, list) and found and all(isinstance(row, dict) for row in found):
        return of_data(found)
    return None


def _of_sheet(path: str) -> Contents | None:
    """The first sheet of a workbook, its first row taken for the header."""
    book = importlib.import_module("openpyxl").load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = [str(name) if name is not None else f"column {place}" for place, name in enumerate(next(rows, ()))]
        if not header or len(set(header)) != len(header):
            return None
        columns = list(itertools.zip_longest(*rows))[: len(header)]
        columns += [()] * (len(header) - len(columns))
        return of_data(dict(zip(header, map(list, columns), strict=True)))
    finally:
        book.close()


def columns(path: str) -> tuple[str, ...] | None:
    """Return the column names of a file as its header says; None where it has none that is cheap to read."""
    name = path.lower()
    if name.endswith(_PARQUET):
        return tuple(parquet.read_schema(path).names)
    if name.endswith(_CSV):
        with csv.open_csv(path, parse_options=csv.ParseOptions(delimiter=_guessed(path).delimiter)) as reader:
            return tuple(reader.schema.names)
    return None


def of_arrow(table: pa.Table) -> Contents:
    """Return the contents of an Arrow table."""
    found = profile.fingerprint(table, rows=table.num_rows * table.num_columns <= ROWS_LIMIT)
    built = profile.build(table) if measure.level.profiles else None
    return _contents(table.schema, found, built, frozenset() if built is None else _regular_ones(table))


def of_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, profiled: bool) -> Contents:
    """Return the contents of a table that comes in record batches; holds one block of them at a time."""
    profiled = profiled and measure.level.profiles
    prints = profile.Prints(schema)
    built: list[profile.Profile] = []
    block: list[pa.RecordBatch] = []
    regular: frozenset[str] | None = None  # columns that are so in every batch
    window = schema.empty_table()  # a batch with the last rows of the one before, so that steps go on between them
    for batch in (one for one in batches if len(one)):
        prints.add(batch)
        window = pa.concat_tables([window.slice(max(0, len(window) - _LONG + 1)), pa.Table.from_batches([batch])])
        if len(window) >= _LONG:
            found = _regular_ones(window)
            regular = found if regular is None else regular & found
        block += [batch] if profiled else []
        if sum(one.nbytes for one in block) > _BLOCK:
            built.append(profile.build(pa.Table.from_batches(block, schema)))
            block.clear()
    if profiled and (block or not built):
        built.append(profile.build(pa.Table.from_batches(block, schema)))
    return _contents(schema, prints.finish(), profile.merge(built) if built else None, regular or frozenset())


def _contents(
    schema: pa.Schema, found: profile.Fingerprint, built: profile.Profile | None, regular: frozenset[str]
) -> Contents:
    distinct = {name: column.distinct_count() for name, column in built.columns.items()} if built else {}
    return Contents(
        rows=found.rows,
        fields=_fields(schema),
        fingerprint=found.value,
        hashes=found.columns,
        prints=facet.made(found),
        profile=profile.encode(built) if built else b"",
        varied=frozenset(name for name, values in distinct.items() if values > 1.5),
        telling=frozenset(name for name, values in distinct.items() if values > _TELLING and name not in regular),
        regular=frozenset(name for name, values in distinct.items() if values > 1.5 and name in regular),
    )


def _regular_ones(table: pa.Table) -> frozenset[str]:
    return frozenset(name for name in table.column_names if _regular(table.column(name)))


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
