"""h5py, PyTables: HDF5 files that are opened and closed, of which Python hears nothing, as a library in C opens them.

Enters: one of these modules, once it is loaded. Leaves: patches on ``File``. A file that was there and can be read is
read as it is when it is opened; one that can be written to is written when it is closed. What was read of it is not
looked at.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording

_READING = ("r", "r+", "a", None)  # None: an older h5py takes what the file allows


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced; a module of the user's that is called as PyTables' has none."""
    if module.__name__ == "tables.file" and not hasattr(module, "hdf5extension"):
        return []
    opening = patch.around(module, "File.__init__", _opened, _found)
    return opening + patch.around(module, "File.close", _closed, _written)


def _found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The file that is about to be opened for reading; ``PASS`` where there is none, or none with a name."""
    name = args[1] if len(args) > 1 else kwargs.get("name", kwargs.get("filename"))
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "r")
    if not isinstance(name, str | bytes | os.PathLike) or mode not in _READING or not os.path.isfile(name):
        return patch.PASS
    return name


def _opened(run: Recording, call: Call) -> bool:
    return table.note(run, "read", call.before, call)


def _written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
    """The file that is about to be closed and could be written to; ``PASS`` for all others."""
    file = args[0]
    if not file or not getattr(file, "isopen", True) or file.mode == "r" or not os.path.isfile(file.filename):
        return patch.PASS
    return file.filename


def _closed(run: Recording, call: Call) -> bool:
    return table.note(run, "write", call.before, call)
