"""PyTables: HDF5 files that are opened and closed, of which Python hears nothing, as a library in C opens them.

Enters: the loaded module ``tables.file``, which ``HDFStore`` of pandas uses, too. Leaves: patches on ``File``. A file
that was there and is not replaced is read as it is when it is opened; one that can be written to is written when it is
closed. What was read of it is not looked at.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording


def install(file: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced; a module of the user's that is called alike has none."""
    if not hasattr(file, "hdf5extension"):
        return []
    opening = patch.around(file, "File.__init__", _opened, _found)
    return opening + patch.around(file, "File.close", _closed, _written)


def _found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The file that is about to be opened and kept; ``PASS`` where there is none."""
    name = args[1] if len(args) > 1 else kwargs.get("filename")
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "r")
    if not isinstance(name, str | os.PathLike) or mode == "w" or not os.path.isfile(name):
        return patch.PASS
    return os.fspath(name)


def _opened(run: Recording, call: Call) -> bool:
    return table.note(run, "read", call.before, call)


def _written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
    """The file that is about to be closed and could be written to; ``PASS`` for all others."""
    file = args[0]
    return file.filename if file.isopen and file.mode != "r" and os.path.isfile(file.filename) else patch.PASS


def _closed(run: Recording, call: Call) -> bool:
    return table.note(run, "write", call.before, call)
