"""The numbers of a column that are there, laid end to end in memory that is used again for the next column.

Enters: a numpy array of numbers, or Arrow numbers, decimals or times in any chunks. Leaves: one numpy array, to be
sorted in place: whole numbers in no more bytes than the largest needs, as sorting takes as long as there are bytes,
others as doubles, times in microseconds; no null, but NaN. Fresh memory for each column of a long table would cost more
than sorting it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers, inputs
from driftline.profile.buffers import Mask

_LONG = 1 << 13  # numbers from which on looking for the largest costs less than it spares
_NARROW = (np.dtype(np.int16), np.dtype(np.int32))


class Room:
    """Memory for one column at a time; what was laid there before is gone with the next ``take``."""

    def __init__(self) -> None:
        self._held = np.empty(0, np.uint8)

    def take(self, count: int, kind: np.dtype[Any]) -> NDArray[Any]:
        """Return an array of ``count`` numbers, of any values."""
        size = count * kind.itemsize
        if len(self._held) < size:
            self._held = np.empty(size, np.uint8)
        return self._held[:size].view(kind)


def numbers(values: Any, room: Room) -> NDArray[Any]:
    """Return the numbers of a numpy array, or of Arrow arrays of the families number, decimal and time."""
    if isinstance(values, np.ndarray):
        parts: list[tuple[NDArray[Any], Mask | None]] = [(values, None)]
    else:
        parts = [_part(chunk) for chunk in buffers.chunks(values)]
    kinds = {found.dtype for found, _ in parts}
    whole = bool(kinds) and all(kind.kind in "iu" for kind in kinds)
    out = room.take(len(values), _holding(parts, kinds.pop().newbyteorder("=")) if whole else np.dtype(np.float64))
    end = 0
    for found, there in parts:
        kept = found if there is None else found[there]
        out[end : end + len(kept)] = kept
        end += len(kept)
    return out[:end]


def _holding(parts: Sequence[tuple[NDArray[Any], Mask | None]], kind: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of whole numbers in which a column is laid; at the place of a null there may be any number."""
    filled = [found for found, _ in parts if len(found)]
    if kind.itemsize <= _NARROW[0].itemsize or sum(map(len, filled)) < _LONG:
        return kind
    low, high = min(int(found.min()) for found in filled), max(int(found.max()) for found in filled)
    fitting = (one for one in _NARROW if np.iinfo(one).min <= low and high <= np.iinfo(one).max)
    return next((one for one in fitting if one.itemsize < kind.itemsize), kind)


def _part(values: pa.Array) -> tuple[NDArray[Any], Mask | None]:
    family, kind = buffers.family(values.type), values.type
    if family == "number" or (family == "time" and not pa.types.is_date(kind) and kind.unit == "us"):
        return buffers.numbers(values), buffers.present(values)
    present = values.drop_null() if values.null_count else values
    return buffers.numbers(present.cast(pa.float64()) if family == "decimal" else inputs.microseconds(present)), None
