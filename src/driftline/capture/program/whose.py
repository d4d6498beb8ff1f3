"""Whose code it is that runs: the user's, a library's, Python's own.

Enters: a code object, or the name of its file. Leaves: whether it is the user's; of each file it is found out once.
Reads no text.
"""

import linecache
import os
import sys
from types import CodeType
from typing import NamedTuple

from driftline.capture.ground import imported, opens

MOST = 20_000  # files that are remembered
OWN = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))) + os.sep
INSIDE = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_MADE = "<string>"  # file of ``python -c``, and of what dataclasses and named tuples make for themselves
USER, _LIBRARY = "user", "library"
known: dict[str, str] = {}  # by the name of a file: whose it is


class _Index(NamedTuple):
    """The modules as they were once."""

    among: int  # so many
    names: dict[str, str]  # by file; of several that were loaded from one, the first


_index = [_Index(-1, {})]  # the last one


def is_user(code: CodeType) -> bool:
    """Whether code is the user's; of the files that they come from that is remembered."""
    file = code.co_filename
    if file == _MADE:
        return code.co_name[:2] != "__"
    whose = known.get(file)
    if whose is None:
        if len(known) >= MOST:
            known.clear()
        whose = known[file] = USER if of_user(file) else _LIBRARY
    return whose is USER


def ends(file: str) -> bool:
    """Whether what code of a library's file does is its own work: a package's or an import's, not plain Python's."""
    return file.startswith("<frozen importlib") or any(part in file for part in INSIDE)


def loaded_as(file: str) -> str:
    """Return the name of the module that a file was loaded as; "" where it is none, or the script that was run."""
    among, names = _index[0]
    name = names.get(file, "")
    if imported.of(name).get("__file__") == file if name else among == len(sys.modules):
        return name
    among, names = len(sys.modules), {}
    for name, path in imported.files():
        if name != "__main__":
            names.setdefault(path, name)
    _index[0] = _Index(among, names)
    return names.get(file, "")


def is_cell(file: str) -> bool:
    """Whether a text is one that Python was told of and that is in no file, such as a cell of a notebook."""
    held = linecache.cache.get(file)
    return held is not None and len(held) == 4 and held[1] is None and file != _MADE and not os.path.exists(file)


def of_user(file: str) -> bool:
    """Whether a file is the user's: none of a library, of Python or of Driftline."""
    if file.startswith("<"):
        generated = " generated " in file or "-gen-" in file  # by SQLAlchemy and attrs, by decorator and its kin
        return not generated and not file.startswith(("<frozen", "<driftline", "<__array_function__"))
    path = os.path.abspath(file)
    if path.startswith(OWN) or any(part in path for part in INSIDE):
        return False
    return not path.startswith(opens.installed())
