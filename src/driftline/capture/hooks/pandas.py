"""pandas: files that are read by ``read_parquet``, ``read_csv`` and ``read_json`` or written by ``to_…`` are recorded.

Enters: the loaded pandas module. Leaves: patches on its readers and on the writers of its frames. Only paths
are recorded (text or path-like, local or with an address), never frames: attributes, indexes and dtypes are not
touched. Buffers and open files have no name and are left out.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Patch, Record
from driftline.capture.run import Run

READERS = {"read_parquet": "path", "read_csv": "filepath_or_buffer", "read_json": "path_or_buf"}
WRITERS = {"to_parquet": "path", "to_csv": "path_or_buf", "to_json": "path_or_buf"}


def install(pandas: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    patches = [patch.after(pandas, name, _reads(keyword)) for name, keyword in READERS.items()]
    for name, keyword in WRITERS.items():
        owner = next(base for base in pandas.DataFrame.__mro__ if name in base.__dict__)
        patches.append(patch.after(owner, name, _writes(keyword)))
    return patches


def _reads(keyword: str) -> Record:
    def record(run: Run, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        path = _path(args[0] if args else kwargs.get(keyword))
        if path:
            run.read(path)

    return record


def _writes(keyword: str) -> Record:
    def record(run: Run, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        path = _path(args[1] if len(args) > 1 else kwargs.get(keyword))
        if path:
            run.write(path)

    return record


def _path(given: Any) -> str:
    """Return the path or address in ``given``; ``""`` where it is none, or is the content itself."""
    if not isinstance(given, str | os.PathLike):
        return ""
    text = os.fspath(given)
    if not isinstance(text, str) or "\n" in text or text.lstrip()[:1] in ("{", "["):
        return ""
    return text
