"""h5py, PyTables: HDF5 files that are opened and closed, of which Python hears nothing, as a library in C opens them.

Enters: one of these modules, once it is loaded. Leaves: patches on ``File``. A file that was there and can be read is
read as it is when it is opened; one that can be written to is written when it is closed. What was read of it is not
looked at. One that can be written to is a gap of the run until it is closed.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording

_READING = ("r", "r+", "a", None)  # None: an older h5py takes what the file allows
_unclosed: Beside[tuple[Recording, str]] = (
    Beside()
)  # beside a file that can be written to: the gap that it is, and whose


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced; a module of the user's that is called as PyTables' has none."""
    if module.__name__ == "tables.file" and not hasattr(module, "hdf5extension"):
        return []
    opening = patch.around(module, "File.__init__", _opened, _found)
    return opening + patch.around(module, "File.close", _closed, _written)


def _found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The file that is about to be opened, and whether there is one to read; ``PASS`` where it has no name."""
    name = args[1] if len(args) > 1 else kwargs.get("name", kwargs.get("filename"))
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "r")
    if not isinstance(name, str | bytes | os.PathLike):
        return patch.PASS
    there = mode in _READING and os.path.isfile(name)
    return (name, there) if there or mode != "r" else patch.PASS


def _opened(run: Recording, call: Call) -> bool:
    name, there = call.before
    file = call.args[0]
    if file.mode != "r" and os.path.isfile(name):
        gap = f"not closed: {os.path.basename(os.fsdecode(name))}"
        run.gap(gap)
        _unclosed.put(file, (run, gap))
    return bool(there) and table.note(run, "read", name, call)


def _written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
    """The file that is about to be closed and could be written to; ``PASS`` for all others."""
    file = args[0]
    if not _is_open(file) or file.mode == "r" or not os.path.isfile(file.filename):
        return patch.PASS
    return file.filename


def _is_open(file: Any) -> bool:
    return bool(file) and bool(getattr(file, "isopen", True))


def _closed(run: Recording, call: Call) -> bool:
    for file, (opener, gap) in _unclosed.items():
        if not _is_open(file):  # of h5py it closes all that lead to the same file
            opener.no_gap(gap)
            _unclosed.drop(file)
    return table.note(run, "write", call.before, call)
