"""Files that hold a table: what is inside of them. Loaded when first needed.

Enters: the path of a file. Leaves: ``contents.Contents``, kept by file version, for other processes as well
(``remembered``). Runs on the sender's thread and never changes what it reads. Formats: Parquet, text tables as the
program reads them (``form``) or as their header says, JSON lines, JSON in the shapes that pandas writes, Arrow IPC,
ORC, NumPy arrays and archives of them, safetensors, checkpoints of PyTorch, Excel where openpyxl is in use. The ending
of the name says which; where it says none that is known, the first bytes do. Other files have a version but no
contents. Parquet and IPC files above ``WHOLE`` are read a block at a time, so memory stays bounded; above
``PROFILE_LIMIT`` they are fingerprinted only, and so are text tables (``text``), whose types the first block decides;
large files of other formats have no contents.
"""

import contextlib
import importlib
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import ipc

from driftline import later
from driftline.capture.ground.unwarned import unwarned
from driftline.capture.tables import arrays, checkpoint, endings, measure, measured, parquet_table, text, workbook
from driftline.capture.tables.contents import Contents, as_arrow, of_arrow, of_batches, of_data
from driftline.capture.tables.form import Form, readable
from driftline.capture.tables.measured import Key

feather = later.module("pyarrow.feather")
json = later.module("pyarrow.json")
parquet = later.module("pyarrow.parquet")  # a program whose tables are texts does without

PROFILE_LIMIT = 1 << 29  # bytes of a file that is still profiled
WHOLE = 1 << 25  # bytes of a file that is read at once
_WIDE = 1_000  # columns of an array or an object that is still taken for a table
_SMALL = 1 << 24  # bytes of a file whose format is slow to read, and that is still profiled

_MAGIC = {b"PAR1": "parquet", b"ARROW1\0\0": "feather", b"ORC": "orc", b"\x93NUMPY": "npy", b"PK\3\4": "checkpoint"}


def of_file(path: str, version: str, size: int, modified_ns: int, said: Form | None = None) -> Contents | None:
    """Return the contents of the file that had this size and time; None for other formats.

    A text table is read in the form that the program ``said``, whatever it is called; else by its name and its header.

    Raises:
        FileNotFoundError: it is not as it was then, or changed while it was read.
        measure.Locked: the program holds a lock on it.
        OSError, pa.ArrowException: the file cannot be read.
    """
    key = measured.key(version, said)
    with contextlib.suppress(KeyError):  # asked once, as another thread may put it out
        return measured.at_hand[key]
    same(path, size, modified_ns)
    measure.unlocked(path)
    try:
        meant = _meant(path, said)
        alike = measured.key(version, meant)  # others may have said the same in other words
        with unwarned():
            contents = _once(path, size, alike)
    finally:
        same(path, size, modified_ns)  # what was read in the middle of a change is nobody's version
    measured.hold(key, contents)
    measured.hold(alike, contents)
    return contents


def _once(path: str, size: int, key: Key) -> Contents | None:
    """Return the contents of a file; of bytes that were measured before, in whatever process, what was found then."""
    with contextlib.suppress(KeyError):
        return measured.at_hand[key]
    version, _, _, meant = key
    if not version.startswith(measure.BYTES):
        return _read(path, size, meant)
    name = measured.name(key, size, form(path) if meant is None else "")
    known = measured.recall(name)
    if known is not None:
        return known
    begin = time.thread_time_ns()
    contents = _read(path, size, meant)
    spent_ns = time.thread_time_ns() - begin
    _holds(path, version)
    if contents is not None:
        measured.keep(name, contents, spent_ns)
    return contents


def _meant(path: str, said: Form | None) -> Form | None:
    """The form of a text table, settled; None = it is none."""
    if said is None and form(path) == "csv":
        said = Form(guess=True)
    return text.settled(path, said) if said is not None and readable(path, said) else said


def same(path: str, size: int, modified_ns: int) -> None:
    """Be called before and after a file is read.

    Raises:
        FileNotFoundError: it is not the file that had this size and time.
    """
    if measure.state(path) != (size, modified_ns):
        raise FileNotFoundError(f"{path} is not as it was")


def _holds(path: str, version: str) -> None:
    """Be called after a file was read; who writes twice in one tick of the clock changes neither size nor time.

    Raises:
        FileNotFoundError: its bytes are not those that the version is named by.
        measure.Locked: the program holds a lock on it.
    """
    measure.unlocked(path)
    if measure.of_file(path).version != version:
        raise FileNotFoundError(f"{path} holds something else")


def form(path: str) -> str:
    """Return the format of a file, by its name or else by its first bytes; "" where it is none of a table.

    Raises:
        OSError: it cannot be read.
    """
    named = endings.form(path)
    if named:
        return named
    with open(path, "rb") as file:
        first = file.read(8)
    return next((one for magic, one in _MAGIC.items() if first.startswith(magic)), "")


def _read(path: str, size: int, said: Form | None) -> Contents | None:
    if said is not None:
        return _of_text(path, size, said)
    kind = form(path)
    if kind == "parquet":
        return parquet_table.of_parquet(path, whole=size <= min(WHOLE, PROFILE_LIMIT), profiled=size <= PROFILE_LIMIT)
    if kind == "lines":
        return _of_lines(path) if size <= PROFILE_LIMIT else None
    if kind == "feather":
        return _of_arrow_file(path, size)
    read, limit = _LESS.get(kind, (None, 0))
    return None if read is None or size > limit else read(path)


def _of_text(path: str, size: int, said: Form) -> Contents | None:
    return text.of_text(path, size, said, PROFILE_LIMIT) if readable(path, said) else None


def _of_lines(path: str) -> Contents:
    def again(name: str) -> pa.Table:
        schema = pa.schema([(name, pa.uint64())])
        return json.read_json(
            path, parse_options=json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
        )

    return of_arrow(text.exact(json.read_json(path), again))


def _arrow_file(path: str) -> pa.Table:
    """A Feather file, or an Arrow stream, as Hugging Face datasets write it."""
    try:
        return feather.read_table(path, memory_map=False)
    except pa.ArrowInvalid:
        with pa.OSFile(path) as file, ipc.open_stream(file) as stream:
            return stream.read_all()


def _of_arrow_file(path: str, size: int) -> Contents | None:
    """The same; a large one a batch at a time."""
    if size <= min(WHOLE, PROFILE_LIMIT):
        return of_arrow(_arrow_file(path))
    profiled = size <= PROFILE_LIMIT
    with pa.OSFile(path) as opened:  # mapped, the program would die of SIGBUS where it shortens the file meanwhile
        try:
            reader = ipc.open_file(opened)
        except pa.ArrowInvalid:
            opened.seek(0)
            with ipc.open_stream(opened) as stream:
                return of_batches(stream.schema, stream, profiled=profiled)
        with reader:
            batches = (reader.get_batch(at) for at in range(reader.num_record_batches))
            return of_batches(reader.schema, batches, profiled=profiled)


def _array(path: str) -> dict[str, Any] | None:
    return _arrays({"": np.load(path, allow_pickle=False)})  # not mapped, as above


def _of_archive(path: str) -> Contents | None:
    table = _archive(path)
    if table is not None:
        return of_data(table)
    with np.load(path, allow_pickle=False) as found:
        return arrays.of_numpy((name, found[name]) for name in found.files)


def _archive(path: str) -> dict[str, Any] | None:
    """Arrays of one length that lie in one file are columns of one table."""
    with np.load(path, allow_pickle=False) as found:
        return _arrays({name: found[name] for name in found.files})


def _arrays(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """A structured array has its own columns; a table of numbers has them by place: ``name.0``, ``name.1``, ….

    None where an array is no table, or the arrays have different lengths.
    """
    columns: dict[str, Any] = {}
    for name, array in given.items():
        before = f"{name}." if name else ""
        if array.dtype.names:
            columns |= {f"{before}{one}": array[one] for one in array.dtype.names}
        elif array.ndim == 1:
            columns[name or "0"] = array
        elif array.ndim == 2 and array.shape[1] <= _WIDE:
            columns |= {f"{before}{place}": array[:, place] for place in range(array.shape[1])}
        else:
            return None
    return columns if len({len(one) for one in columns.values()}) == 1 else None


def _of_orc(path: str) -> Contents:
    return of_arrow(importlib.import_module("pyarrow.orc").read_table(path))


def _of_json(path: str) -> Contents | None:
    """An array of records, records one a line whatever the file is called, or what pandas writes in other shapes."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        found = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return _of_lines(path)
    if isinstance(found, dict):
        record = data.endswith(b"\n") and data.count(b"\n") == 1  # one line, as writers of records end it
        found = _columns_of(found) or ([found] if record and not any(map(_nested, found.values())) else None)
    if isinstance(found, dict) or (isinstance(found, list) and found and all(isinstance(row, dict) for row in found)):
        return of_data(found)
    return None


def _nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _columns_of(found: dict[str, Any]) -> Any:
    """Return the table in an object: by columns, by columns and row labels, ``split`` or ``table``; None = no table."""
    names, rows = found.get("columns"), found.get("data")
    if isinstance(rows, list) and "schema" in found and all(isinstance(row, dict) for row in rows):
        return rows
    if isinstance(names, list) and isinstance(rows, list) and len(set(map(str, names))) == len(names):
        if any(not isinstance(row, list) or len(row) != len(names) for row in rows):
            return None
        return {str(name): [row[place] for row in rows] for place, name in enumerate(names)}
    values = list(found.values())
    if values and all(isinstance(one, list) and len(one) == len(values[0]) for one in values):
        return found
    if len(values) > _WIDE:
        return None
    if values and all(isinstance(one, dict) and one and one.keys() == values[0].keys() for one in values):
        return {name: list(one.values()) for name, one in found.items()}
    return None


def _of_book(path: str) -> Contents | None:
    return _contents(workbook.columns(path)) if "openpyxl" in sys.modules else None


def _contents(columns: Mapping[str, Any] | None) -> Contents | None:
    return None if columns is None else of_data(columns)


_LESS: dict[str, tuple[Callable[[str], Contents | None], int]] = {  # format -> how it is read, and up to how many bytes
    "orc": (_of_orc, PROFILE_LIMIT),
    "npy": (lambda path: _contents(_array(path)), PROFILE_LIMIT),
    "npz": (_of_archive, PROFILE_LIMIT),
    "tensors": (arrays.of_safetensors, measure.HASH_LIMIT),
    "checkpoint": (checkpoint.of_archive, measure.HASH_LIMIT),
    "json": (_of_json, _SMALL),
    "sheet": (_of_book, _SMALL),
}


def table(path: str) -> pa.Table | None:
    """Return all rows of a file of one of the formats that DuckDB does not read; None where it holds no table.

    Raises:
        OSError, ValueError, pa.ArrowInvalid: it cannot be read.
        ImportError: the library that reads it is not installed.
    """
    kind = form(path)
    if kind == "feather":
        return _arrow_file(path)
    if kind == "orc":
        return importlib.import_module("pyarrow.orc").read_table(path)
    read = {"npy": _array, "npz": _archive, "sheet": workbook.columns}.get(kind)
    found = None if read is None else read(path)
    return None if found is None else as_arrow(found)


def columns(path: str, said: Form | None = None) -> tuple[str, ...] | None:
    """Return the column names of a file as its header says, or as the program ``said``; None = not cheap to read."""
    if said is not None and readable(path, said):
        return text.columns(path, said)
    kind = endings.form(path)
    if kind == "parquet":
        try:
            return tuple(parquet.read_schema(path).names)
        except (OSError, pa.ArrowException):  # it is encrypted, or none
            return None
    if kind == "csv":
        return text.columns(path, Form(guess=True))
    return None
