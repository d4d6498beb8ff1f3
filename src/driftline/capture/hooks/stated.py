"""What a file system of fsspec has said of a file, made into a version.

Enters: a file that is open, or the ``info`` of one. Leaves: its version and size. Asks nothing: an open file holds what
it was told when it was opened, which is what was read.
"""

from collections.abc import Mapping
from typing import Any

import xxhash

from driftline.capture.hooks import addressed
from driftline.capture.tables import native

_STAMPS = ("md5Hash", "checksum", "uid")  # of file systems that have no pointer of their own
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")


def details(file: Any) -> Mapping[str, Any] | None:
    """Return what the file system said when it opened ``file``; None where it said nothing."""
    held = getattr(addressed.beneath(file), "__dict__", {})
    found = held.get("_details") or held.get("details")  # the second one: of files of other classes
    return found if isinstance(found, Mapping) else None


def state(details: Mapping[str, Any] | None) -> tuple[str, int]:
    """Return the version that a file system's own words make, and the size in bytes; ``("", 0)`` = it says nothing."""
    if not details:
        return "", 0
    size = details.get("size")
    size = size if isinstance(size, int) else 0
    pointer = native.native(details)
    if pointer is not None:
        return pointer.name, size
    for key in _STAMPS:
        stamp = details.get(key)
        if isinstance(stamp, str | int) and stamp:
            return f"{key.lower()}:{str(stamp).strip(chr(34))}", size
    times = [str(details[key]) for key in _TIMES if details.get(key)]
    if not times:
        return "", size
    return f"stat:{xxhash.xxh3_64_hexdigest(repr((times[0], size)).encode())}", size
