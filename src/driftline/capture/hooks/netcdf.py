"""netCDF4: files that are opened and closed, of which Python hears nothing, as a library in C opens them.

Enters: the loaded netCDF4 module. Leaves: patches on ``Dataset``. A file that was there and is opened to be read, or to
be changed, is read as it is then; one that could be written to is written when it is closed. One that is never closed
is not told of.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording

_NEW = ("w", "x")  # begin the modes in which what was there is gone
_open: Beside[str] = Beside()  # beside a file that can be written to: its path


def install(netcdf: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    opening = patch.around(netcdf, "Dataset.__init__", _opened, _found)
    return opening + patch.around(netcdf, "Dataset.close", _closed, _written)


def _found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The path of the file, its mode, and whether it was there; ``PASS`` where it has no path."""
    name = args[1] if len(args) > 1 else kwargs.get("filename")
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "r")
    if not isinstance(name, str | os.PathLike) or not isinstance(mode, str) or "://" in os.fspath(name):
        return patch.PASS
    return os.path.abspath(name), mode, os.path.isfile(name)


def _opened(run: Recording, call: Call) -> bool:
    path, mode, there = call.before
    if not mode.startswith("r") or "+" in mode:
        _open.put(call.args[0], path)
    return there and not mode.startswith(_NEW) and table.note(run, "read", path, call)


def _written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
    """The file that is about to be closed and could be written to; ``PASS`` for all others."""
    path = _open.get(args[0])
    return patch.PASS if path is None or not args[0].isopen() else path


def _closed(run: Recording, call: Call) -> bool:
    return table.note(run, "write", call.before, call)
