"""What the documents of an answer were taken from: the file or dataset that they name, in the version that was read.

Enters: records of documents that name the dataset. Leaves: the same, and its version where the run around the answer
has read or written that dataset in one version only, for a document does not tell which one it was cut from. Where it
was read elsewhere or before, no version is said.
"""

import os
from collections.abc import Iterable

import msgspec

from driftline.capture.runs.pointer import Then, only_then
from driftline.event.answer import Retrieved


def here() -> str:
    """Return the folder that the program is in, by which paths are understood; ``""`` where that was removed."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def left(folder: str | None) -> str | None:
    """Return a folder that the program has left since; None where it is still there."""
    return None if folder is None or folder == here() else folder


def is_sought(found: Iterable[Retrieved]) -> bool:
    """Whether of any of them it is not known in which version it was taken."""
    return any(one.source is not None and not one.source.version for one in found)


def placed(found: Iterable[Retrieved], sought: Then) -> list[Retrieved]:
    """Return documents with the versions of what they were taken from, as far as the run then knew them."""
    said = {one.source for one in found if one.source is not None and not one.source.version}
    known = {source: only_then(source.dataset, sought) for source in said}
    return [
        msgspec.structs.replace(one, source=known.get(one.source, one.source)) if one.source is not None else one
        for one in found
    ]
