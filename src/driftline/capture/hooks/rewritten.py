"""Whether a file that was open to be changed holds other bytes than before, as a library in C leaves it.

Enters: the path of a file, before it is opened and after it was closed. Leaves: its state; whether that is the same.
The library may mark a file as open in the file itself, so its time says nothing. One that is too large to be hashed
while the program waits counts as changed.
"""

import os

from driftline.capture.tables import measure
from driftline.capture.tables.measure import FileState


def state(path: str | bytes | os.PathLike[str]) -> FileState:
    """Return the state of a file.

    Raises:
        OSError: it cannot be read.
    """
    return measure.of_file(os.path.abspath(os.fsdecode(path)), measure.Budget())


def same(before: FileState | None, path: str | bytes | os.PathLike[str]) -> bool:
    """Whether a file holds what it held before it was opened.

    Raises:
        OSError: it cannot be read.
    """
    return before is not None and before.version == state(path).version
