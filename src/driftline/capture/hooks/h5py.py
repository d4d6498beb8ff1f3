"""h5py, PyTables: HDF5 files that are opened and closed, of which Python hears nothing, as a library in C opens them.

Enters: one of these modules, once it is loaded. Leaves: patches on ``File``. A file that was there and can be read is
read as it is before it is opened; one that can be written to is written when it is closed, if it holds other bytes
then. What was read of it is not looked at. One that can be written to is a gap of the run until it is closed.
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

_READING = ("r", "r+", "a", None)  # None: an older h5py takes what the file allows


class _Unclosed(NamedTuple):
    """What is known of a file that can be written to, while it is open."""

    run: Recording  # whose gap it is
    gap: str
    before: FileState | None  # as it was before it was opened; None = it was not there


_unclosed: Beside[_Unclosed] = Beside()


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced; a module of the user's that is called as PyTables' has none."""
    if module.__name__ == "tables.file" and not hasattr(module, "hdf5extension"):
        return []
    opening = patch.around(module, "File.__init__", _opened, _found)
    return opening + patch.around(module, "File.close", _closed, _written)


def _found(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The file that is about to be opened, and how it is now, if it is there to be read; ``PASS`` where it has no name.

    One that may be written to is read already: as long as it is open, it holds a mark that says so.
    """
    name = args[1] if len(args) > 1 else kwargs.get("name", kwargs.get("filename"))
    mode = args[2] if len(args) > 2 else kwargs.get("mode", "r")
    if not isinstance(name, str | bytes | os.PathLike):
        return patch.PASS
    there = mode in _READING and os.path.isfile(name)
    if mode == "r":
        return (name, None) if there else patch.PASS
    before, run = rewritten.state(name) if there else None, enclosing()
    if there and run is not None:
        table.note(run, "read", name)
    return name, before


def _opened(run: Recording, call: Call) -> bool:
    name, before = call.before
    file = call.args[0]
    if file.mode != "r" and os.path.isfile(name):
        gap = f"not closed: {os.path.basename(os.fsdecode(name))}"
        run.gap(gap)
        _unclosed.put(file, _Unclosed(run, gap, before))
    return before is not None or (os.path.isfile(name) and file.mode == "r" and table.note(run, "read", name, call))


def _written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
    """The file that is about to be closed and could be written to, and how it was; ``PASS`` for all others."""
    file = args[0]
    if not _is_open(file) or file.mode == "r" or not os.path.isfile(file.filename):
        return patch.PASS
    known = _unclosed.get(file)
    return file.filename, None if known is None else known.before


def _is_open(file: Any) -> bool:
    return bool(file) and bool(getattr(file, "isopen", True))


def _closed(run: Recording, call: Call) -> bool:
    for file, known in _unclosed.items():
        if not _is_open(file):  # of h5py it closes all that lead to the same file
            known.run.no_gap(known.gap)
            _unclosed.drop(file)
    name, before = call.before
    return rewritten.same(before, name) or table.note(run, "write", name, call)
