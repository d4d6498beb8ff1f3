"""Libraries that open files in C one by one: pictures, sounds, maps. What they open counts as opened by hand.

Enters: OpenCV, soundfile or rasterio, once it is loaded. Leaves: patches that tell a run, before each call, what it is
about to open; what became of that is looked at when the run ends (``by_hand``), as with what Python opens, and many
files of one folder are one dataset. Nothing is hashed while the program waits.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.ground import opens
from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Patch
from driftline.capture.runs.around import enclosing


class Opening(NamedTuple):
    """One function that opens a file."""

    attribute: str
    place: int  # of the argument that says which
    name: str  # of that argument
    mode: str  # what it is opened for; "" = the argument behind it says it


TABLES = {
    "cv2": (
        Opening("imread", 0, "filename", "r"), Opening("imreadmulti", 0, "filename", "r"),
        Opening("imwrite", 0, "filename", "w"), Opening("imwritemulti", 0, "filename", "w"),
    ),
    "soundfile": (Opening("SoundFile.__init__", 1, "file", ""),),
    "rasterio": (Opening("open", 0, "fp", ""),),
}  # fmt: skip


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    return [
        one
        for opening in TABLES[module.__name__]
        for one in patch.around(module, opening.attribute, patch.nothing, _teller(opening))
    ]


def _teller(opening: Opening) -> patch.Before:
    def before(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        given = args[opening.place] if len(args) > opening.place else kwargs.get(opening.name)
        if isinstance(given, str | os.PathLike) and "://" not in (path := os.fspath(given)):
            mode = opening.mode or (args[opening.place + 1 :] or (kwargs.get("mode"),))[0] or "r"
            run = enclosing()
            for way in _ways(mode) if run is not None else ():
                opens.told(run, path, way)
        return patch.PASS

    return before


def _ways(mode: Any) -> tuple[str, ...]:
    """What a file is opened for: to read, to write, or both."""
    if not isinstance(mode, str):
        return ()
    if "w" in mode or "x" in mode:  # what was there is gone
        return ("write",)
    return ("read", "write") if "+" in mode else ("read",)
