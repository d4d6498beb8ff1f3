"""The numbers of a column: where they lie, and laid end to end in memory that is used again for the next column.

Enters: a numpy array of numbers, or Arrow numbers, decimals or times in any chunks. Leaves: their parts, or one numpy
array, to be sorted in place: whole numbers in 32 bits where these hold them, as sorting takes as long as there are
bytes, others as doubles, times in microseconds; no null, but NaN. Fresh memory for each column of a long table would
cost more than sorting it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers, inputs
from driftline.profile.buffers import Mask

_LONG = 1 << 13  # numbers from which on looking for the largest costs less than it spares
_SORTED = np.dtype(np.int32)  # the narrowest that is sorted: processors that sort 16 bits fast are few

Part = tuple[NDArray[Any], Mask | None]  # numbers, and which of them are there; None = all


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


def parts(values: Any) -> list[Part]:
    """Return the numbers of a numpy array, or of Arrow arrays of the families number, decimal and time, as they lie."""
    return [(values, None)] if isinstance(values, np.ndarray) else [_part(chunk) for chunk in buffers.chunks(values)]


def bounds(found: Sequence[Part]) -> tuple[int, int] | None:
    """Return between which whole numbers parts lie; at the place of a null there may be any number."""
    filled = [values for values, _ in found if len(values)]
    if not filled:
        return None
    return min(int(values.min()) for values in filled), max(int(values.max()) for values in filled)


def numbers(found: Sequence[Part], room: Room) -> NDArray[Any]:
    """Return the numbers of parts that are there, end to end."""
    kinds = {values.dtype for values, _ in found}
    whole = bool(kinds) and all(kind.kind in "iu" for kind in kinds)
    rows = sum(len(values) for values, _ in found)
    out = room.take(rows, _holding(found, rows, kinds.pop().newbyteorder("=")) if whole else np.dtype(np.float64))
    end = 0
    for values, there in found:
        kept = values if there is None else values[there]
        out[end : end + len(kept)] = kept
        end += len(kept)
    return out[:end]


def _holding(found: Sequence[Part], rows: int, kind: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of whole numbers in which a column is laid."""
    if kind.itemsize < _SORTED.itemsize:
        return _SORTED
    if kind.itemsize == _SORTED.itemsize or rows < _LONG:
        return kind
    low, high = bounds(found) or (0, 0)
    return _SORTED if np.iinfo(_SORTED).min <= low and high <= np.iinfo(_SORTED).max else kind


def _part(values: pa.Array) -> Part:
    family, kind = buffers.family(values.type), values.type
    if family == "number" or (family == "time" and not pa.types.is_date(kind) and kind.unit == "us"):
        return buffers.numbers(values), buffers.present(values)
    present = values.drop_null() if values.null_count else values
    return buffers.numbers(present.cast(pa.float64()) if family == "decimal" else inputs.microseconds(present)), None
