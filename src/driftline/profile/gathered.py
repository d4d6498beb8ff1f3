"""The numbers of a column that are there, laid end to end in memory that is used again for the next column.

Enters: a numpy array of numbers, or Arrow numbers, decimals or times in any chunks. Leaves: one numpy array, to be
sorted in place: whole numbers as they are, others as doubles, times in microseconds; no null, but NaN. Fresh memory for
each column of a long table would cost more than sorting it.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers, inputs
from driftline.profile.buffers import Mask


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
    out = room.take(len(values), kinds.pop().newbyteorder("=") if whole else np.dtype(np.float64))
    end = 0
    for found, there in parts:
        kept = found if there is None else found[there]
        out[end : end + len(kept)] = kept
        end += len(kept)
    return out[:end]


def _part(values: pa.Array) -> tuple[NDArray[Any], Mask | None]:
    family, kind = buffers.family(values.type), values.type
    if family == "number" or (family == "time" and not pa.types.is_date(kind) and kind.unit == "us"):
        return buffers.numbers(values), buffers.present(values)
    present = values.drop_null() if values.null_count else values
    return buffers.numbers(present.cast(pa.float64()) if family == "decimal" else inputs.microseconds(present)), None
