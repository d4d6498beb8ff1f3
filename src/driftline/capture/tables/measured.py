"""Contents that were measured, by the version of the file: at hand in this process, and remembered for others.

Enters: contents, with what they follow from. Leaves: the same contents. Never reads the file that they are about. What
is at hand is bounded; what took little CPU is not remembered, as the next process measures it again as fast.
"""

from typing import Any

import msgspec
import pyarrow as pa

from driftline.capture.ground import bounded
from driftline.capture.tables import measure, remembered
from driftline.capture.tables.contents import Contents
from driftline.capture.tables.form import Form

_CACHE = 512
_WORTH_NS = 1_000_000  # of CPU: what took less is measured anew by the next process
_KIND = "contents"
_DECODER = msgspec.msgpack.Decoder(Contents)

Key = tuple[str, bool, bool, Form | None]  # version, what is measured, and the form of a text table
Name = tuple[Any, ...]  # the same, and all else that contents follow from: what they are remembered by

at_hand: dict[Key, Contents | None] = {}  # None = the file holds no table


def key(version: str, said: Form | None = None) -> Key:
    """Return what contents are at hand by, as the settings are."""
    return version, measure.level.profiles, measure.level.rows, said


def hold(under: Key, contents: Contents | None) -> None:
    """Have contents at hand; the oldest go."""
    if under not in at_hand:
        bounded.room(at_hand, _CACHE)
    at_hand[under] = contents


def name(under: Key, size: int, form: str) -> Name:
    """Return all that the contents of a file of ``size`` bytes follow from; ``form``: its format, if it is no text."""
    return (*under, size, form, pa.__version__)


def recall(found: Name) -> Contents | None:
    """Return what this or another process has measured and kept."""
    known = remembered.get(_KIND, found)
    if known is None:
        return None
    try:
        return _DECODER.decode(known)
    except msgspec.MsgspecError:
        return None


def keep(found: Name, contents: Contents, spent_ns: int) -> None:
    """Keep for other processes what took ``spent_ns`` of CPU, where that is worth it."""
    if spent_ns > _WORTH_NS:
        remembered.put(_KIND, found, msgspec.msgpack.encode(contents))
