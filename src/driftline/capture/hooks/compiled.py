"""Libraries that open files in C or Rust, of which Python hears nothing: geographic tables, statistics, grids, sheets.

Enters: geopandas, pyogrio, pyreadstat, xarray, Lance or fastexcel, once it is loaded. Leaves: patches on its readers
and writers. A grid that is opened counts as read whole; what is computed from it later is not looked at. What these
libraries do for one another within a call is part of that call.
"""

import os
from typing import Any, Literal

from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.hooks.table import RESULT, Entry
from driftline.capture.runs.recording import Recording

_FILE, _SOURCE, _PATH, _SHEET = ("filename",), ("filename_path",), ("path_or_buffer",), ("source",)
_STATISTICS = ("dta", "por", "sas7bdat", "sav", "xport")
TABLES = {
    "geopandas": (
        Entry("read_file", "read", 0, _FILE, RESULT), Entry("read_parquet", "read", 0, ("path",), RESULT),
        Entry("GeoDataFrame.to_file", "write", 1, _FILE, 0),
    ),
    "pyogrio": (
        Entry("read_dataframe", "read", 0, _PATH, RESULT), Entry("read_arrow", "read", 0, _PATH, RESULT),
        Entry("write_dataframe", "write", 1, ("path",), 0), Entry("write_arrow", "write", 1, ("path",), 0),
    ),
    "pyreadstat": (
        *(Entry(f"read_{kind}", "read", 0, _SOURCE, RESULT) for kind in _STATISTICS),
        *(Entry(f"write_{kind}", "write", 1, ("dst_path",), 0) for kind in _STATISTICS),
    ),
    "xarray": (
        Entry("open_dataset", "read", 0, ("filename_or_obj",), RESULT),
        Entry("Dataset.to_netcdf", "write", 1, ("path",), 0), Entry("DataArray.to_netcdf", "write", 1, ("path",), 0),
    ),
    "fastexcel": (Entry("read_excel", "read", 0, _SHEET),),
}  # fmt: skip


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "lance":
        return [*patch.around(module, "dataset", _opened), *patch.around(module, "write_dataset", _written)]
    return table.install(module, TABLES[module.__name__], _folder)


def _folder(given: Any, call: Call) -> bool:  # noqa: ARG001 - the signature is Skip's
    """Whether it is a folder, such as a Zarr store, whose many files are opened by Python and told of together."""
    return isinstance(given, str | os.PathLike) and os.path.isdir(given)


def _opened(run: Recording, call: Call) -> bool:
    return _table(run, "read", call.argument(0, "uri"), call)


def _written(run: Recording, call: Call) -> bool:
    return _table(run, "write", call.argument(1, "uri"), call)


def _table(run: Recording, way: Literal["read", "write"], place: Any, call: Call) -> bool:
    """Record a table of Lance by the version that it counts itself; False where it was given as an object."""
    named = isinstance(place, str | os.PathLike)
    return named and table.note(run, way, place, call, kind="table", version=f"lance:{call.result.version}")
