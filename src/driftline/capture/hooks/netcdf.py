"""netCDF4: files that are opened and closed, of which Python hears nothing, as a library in C opens them.

Enters: the loaded netCDF4 module. Leaves: patches on ``Dataset``. A file that was there and is opened to be read, or to
be changed, is read as it is before; one that could be written to is written when it is closed, if it holds other bytes
then. One that is never closed is not told of.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import patch, rewritten, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.around import enclosing
from driftline.capture.runs.recording import Recording
from driftline.capture.tables.measure import FileState

_NEW = ("w", "x")  # begin the modes in which what was there is gone


class _Open(NamedTuple):
    """What is known of a file that can be written to."""

    path: str
    before: FileState | None  # as it was before it was opened; None = it was not there


_open: Beside[_Open] = Beside()


def install(netcdf: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    opening = patch.around(netcdf, "Dataset.__init__", _opened, _found)
    return opening + patch.around(netcdf, "Dataset.close", _closed, _written)


def _found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The path of the file, its mode, and how it was; ``PASS`` where it has no path.

    One that is to be changed is read already: as long as it is open, it may hold a mark that says so.
    """
    name = args[1] if len(args) > 1 else kwargs.get("filename")
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "r")
    if not isinstance(name, str | os.PathLike) or not isinstance(mode, str) or "://" in os.fspath(name):
        return patch.PASS
    path = os.path.abspath(name)
    if not _changes(mode) or mode.startswith(_NEW) or not os.path.isfile(path):
        return path, mode, None
    before, run = rewritten.state(path), enclosing()
    if run is not None:
        table.note(run, "read", path)
    return path, mode, before


def _changes(mode: str) -> bool:
    return not mode.startswith("r") or "+" in mode


def _opened(run: Recording, call: Call) -> bool:
    path, mode, before = call.before
    if not _changes(mode):
        return os.path.isfile(path) and table.note(run, "read", path, call)
    _open.put(call.args[0], _Open(path, before))
    return before is not None


def _written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
    """The file that is about to be closed and could be written to; ``PASS`` for all others."""
    known = _open.get(args[0])
    return patch.PASS if known is None or not args[0].isopen() else known


def _closed(run: Recording, call: Call) -> bool:
    known: _Open = call.before
    return rewritten.same(known.before, known.path) or table.note(run, "write", known.path, call)
