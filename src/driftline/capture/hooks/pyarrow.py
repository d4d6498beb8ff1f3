"""pyarrow: Parquet, CSV, JSON, Feather, ORC and IPC files, and datasets of them.

Enters: one of its modules, once it is loaded. Leaves: patches on its functions and on the classes that are written in
Python. A dataset's methods belong to a compiled class that cannot be patched: its files count as read when it is
opened. Arrow opens files in C++, which no audit event tells of; what is not hooked here is not seen.
"""

import io
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.ground.beside import Beside
from driftline.capture.ground.place import absolute
from driftline.capture.hooks import addressed, table, whole
from driftline.capture.hooks.patch import Call, Patch, around
from driftline.capture.hooks.table import COLUMNS, Entry
from driftline.capture.program import openings, sites
from driftline.capture.runs.recording import Recording
from driftline.capture.tables import arguments

_IN = ("source", "input_file", "path", "filepath", "source_dir")
_OPTIONS = ("read_options", "parse_options", "convert_options")
_OUT = ("where", "dest", "sink", "output_file", "base_dir", "root_path")

TABLES = {
    "pyarrow.parquet": (
        Entry("read_table", "read", 0, _IN), Entry("read_pandas", "read", 0, _IN),
        Entry("write_table", "write", 1, _OUT, 0), Entry("write_to_dataset", "write", 1, _OUT, 0),
    ),
    "pyarrow.csv": (
        Entry("read_csv", "read", 0, _IN, COLUMNS, form=arguments.arrow_csv, rest=_OPTIONS),
        Entry("open_csv", "read", 0, _IN, form=arguments.arrow_csv, rest=_OPTIONS),
        Entry("write_csv", "write", 1, _OUT, 0, form=arguments.arrow_written, rest=("write_options",)),
    ),
    "pyarrow.json": (Entry("read_json", "read", 0, _IN), Entry("open_json", "read", 0, _IN)),
    "pyarrow.feather": (
        Entry("read_table", "read", 0, _IN), Entry("read_feather", "read", 0, _IN),
        Entry("write_feather", "write", 1, _OUT, 0),
    ),
    "pyarrow.orc": (Entry("read_table", "read", 0, _IN), Entry("write_table", "write", 1, _OUT, 0)),
    "pyarrow.ipc": (Entry("open_file", "read", 0, _IN), Entry("open_stream", "read", 0, _IN)),
    "pyarrow.dataset": (Entry("write_dataset", "write", 1, _OUT),),
}  # fmt: skip
_READS = ("read", "read_row_group", "read_row_groups", "iter_batches", "to_batches")

_WRITERS = {
    "pyarrow.parquet": ("ParquetWriter",),
    "pyarrow.orc": ("ORCWriter",),
    "pyarrow.ipc": ("RecordBatchFileWriter", "RecordBatchStreamWriter"),
}
_sources: Beside[list[str]] = Beside()  # opened file -> where it is
_sinks: Beside[Any] = Beside()  # writer -> what it was given to write to


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "pyarrow":
        return around(module, "memory_map", _mapped, None, _of_datasets)
    patches = table.install(module, TABLES[module.__name__])
    if module.__name__ == "pyarrow.parquet":
        for kind in ("ParquetFile", "ParquetDataset"):
            patches += around(module, f"{kind}.__init__", _opened)
        for name in _READS:
            patches += around(module, f"ParquetFile.{name}", _read if name == "read" else _read_some)
        patches += around(module, "ParquetDataset.read", _read)
    for kind in _WRITERS.get(module.__name__, ()):
        patches += around(module, f"{kind}.__init__", _begun)
        patches += around(module, f"{kind}.close", _written)
    if module.__name__ == "pyarrow.dataset":
        patches += around(module, "dataset", _dataset)
    return patches


def _mapped(run: Recording, call: Call) -> bool:
    return table.note(run, "read", call.argument(0, "path"), call)


def _of_datasets(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:  # noqa: ARG001 - the signature is Plain's
    """Whether Hugging Face datasets maps a file: what it does not load for the user is a cache of its own."""
    frame: Any = sys._getframe(1)
    while frame is not None and _name(frame).startswith("driftline."):
        frame = frame.f_back
    return frame is not None and _name(frame).startswith("datasets.")


def _name(frame: Any) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _opened(run: Recording, call: Call) -> bool:  # noqa: ARG001 - a footer is no data
    _sources.put(call.args[0], list(addressed.places(call.argument(1, "source", "path_or_paths"))))
    return True


def _begun(run: Recording, call: Call) -> bool:  # noqa: ARG001 - nothing is written yet
    """Remember what a writer writes to, and where in the code it was made: what it is given is told of that place."""
    sink = call.argument(1, "sink", "where")
    _sinks.put(call.args[0], sink)
    by_python = isinstance(sink, io.IOBase) and type(sink).__module__ != "pyarrow.lib"  # its opening tells of it
    at = None if by_python else sites.visit()
    if at is not None:
        for one in addressed.places(sink):
            openings.begin(absolute(one), at)
    return True


def _read(run: Recording, call: Call) -> bool:
    if whole.call(call.args, call.kwargs, 1):
        return table.note(run, "read", _sources.get(call.args[0]), call, frame=call.result)
    return _read_some(run, call)


def _read_some(run: Recording, call: Call) -> bool:
    """Record a reading of some row groups, and perhaps of some columns of them."""
    plain = set(call.kwargs) <= {"i", "row_groups", "use_threads"} and len(call.args) <= 2
    return table.note(run, "read", _sources.get(call.args[0]), call, chosen="rows" if plain else "columns")


def _written(run: Recording, call: Call) -> bool:
    return table.note(run, "write", _sinks.get(call.args[0]), call, sheet=None)


def _dataset(run: Recording, call: Call) -> bool:
    source = call.argument(0, "source")
    form = arguments.of_format(call.argument(2, "format"))
    if isinstance(source, str | os.PathLike) and call.argument(3, "filesystem") is None and os.path.isdir(source):
        return table.note(run, "read", source, call, form=form)  # its part files are one dataset
    return table.note(run, "read", getattr(call.result, "files", None) or source, call, form=form)
