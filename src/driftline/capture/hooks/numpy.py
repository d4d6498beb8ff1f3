"""NumPy: arrays that are loaded from files and saved to them.

Enters: the loaded numpy module. Leaves: patches on its functions. ``ndarray.tofile`` and ``memmap`` belong to compiled
or public classes and are left alone; Python's audit events tell of the files that they open.
"""

from typing import Any

from driftline.capture.hooks import table
from driftline.capture.hooks.patch import Patch
from driftline.capture.hooks.table import RESULT, Entry
from driftline.capture.tables.arguments import numpy_text, numpy_written

_LOADED = ("dtype", "comments", "delimiter", "converters", "skiprows")
_GENERATED = ("dtype", "comments", "delimiter", "skip_header", "skip_footer")
_SAVED = ("X", "fmt", "delimiter", "newline", "header", "footer", "comments")

TABLE = (
    Entry("load", "read", 0, ("file",), RESULT),
    Entry("loadtxt", "read", 0, ("fname",), RESULT, form=numpy_text, rest=_LOADED),
    Entry("genfromtxt", "read", 0, ("fname",), RESULT, form=numpy_text, rest=_GENERATED),
    Entry("fromfile", "read", 0, ("file",), RESULT),
    Entry("save", "write", 0, ("file",), 1),
    Entry("savez", "write", 0, ("file",)),
    Entry("savez_compressed", "write", 0, ("file",)),
    Entry("savetxt", "write", 0, ("fname",), 1, form=numpy_written, rest=_SAVED),
)


def install(numpy: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    return table.install(numpy, TABLE)
