"""Numbers of a long column of which many are equal, counted in a table of hashes instead of sorted.

Enters: numbers of one column, in any order. Leaves: the ``Levels`` that sorting them would tell, or nothing where a
sample has hardly two that are equal. Sorting takes as long whether there are ten different numbers or a million;
Arrow's table takes a sixth of that as long as it stays in the cache, and three times as long where all are different.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from driftline.profile import buffers, levels
from driftline.profile.levels import Levels

_SAMPLE = 1 << 12  # numbers of which it is told whether many are equal
_LONG = 1 << 14  # numbers from which on the sample is worth it
_ALIKE = 1 / 16  # of the sample, at least


def counted(values: NDArray[Any]) -> Levels | None:
    """Return the different numbers, ascending, NaN last; None where they are to be sorted.

    ``values``: whole numbers of 32 or 64 bits, or doubles; of these a negative zero becomes zero.
    """
    if len(values) < _LONG or not _repeated(values[:: len(values) // _SAMPLE]):
        return None
    if values.dtype.kind == "f":
        np.add(values, 0.0, out=values)
    lying = [None, pa.py_buffer(values)]
    found = pc.value_counts(pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), lying))
    different, counts = buffers.numbers(found.field(0)), buffers.numbers(found.field(1))
    order = different.argsort()
    return levels.of_values(different[order], counts[order])


def _repeated(sample: NDArray[Any]) -> bool:
    """Whether enough of a sample are equal."""
    ordered = np.sort(sample)
    return int(np.count_nonzero(ordered[1:] == ordered[:-1])) >= len(sample) * _ALIKE
