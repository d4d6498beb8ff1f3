"""The different texts of columns, and how often each is there: what everything about texts is worked out from.

Enters: the distinct texts, or byte strings, of one or several columns with their counts. Leaves: ``Words``, the columns
end to end, so that what is asked of each text is asked once for all columns together.
"""

import itertools
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers
from driftline.profile.distinct import Hashes, hash_text


class Words:
    """Column k has the texts ``bounds[k]`` to ``bounds[k + 1]``; text i is ``data[offsets[i]:offsets[i + 1]]``."""

    def __init__(self, columns: Sequence[pa.Array], counts: Sequence[NDArray[np.int64]]) -> None:
        """Take per column its texts or byte strings, distinct, no null, and how often each is there (above 0)."""
        self.columns = columns
        parts = [bytes_of(column) for column in columns]
        starts = np.cumsum([0, *(len(data) for data, _ in parts)])
        self.data = parts[0][0] if len(parts) == 1 else b"".join(data for data, _ in parts)
        self.offsets = np.concatenate(
            [*(offsets[:-1] + start for (_, offsets), start in zip(parts, starts, strict=False)), starts[-1:]]
        )
        self.counts = np.concatenate([np.empty(0, np.int64), *counts])
        self.bounds = np.cumsum([0, *(len(column) for column in columns)])
        self.sizes = self.bounds[1:] - self.bounds[:-1]
        ends: list[int] = self.bounds.tolist()
        self.spans = list(itertools.pairwise(ends))  # where each column begins, and where it ends
        self.lengths: NDArray[np.int64] = self.offsets[1:] - self.offsets[:-1]  # bytes

    def hashes(self, seed: int) -> Hashes:
        """Return the hash of each text."""
        return hash_text(self.data, self.offsets, seed)

    def written(self, data: bytes) -> pa.Array:
        """Return as texts the parts of ``data`` that lie where the texts lie in theirs."""
        return pa.Array.from_buffers(
            pa.large_string(), len(self.offsets) - 1, [None, pa.py_buffer(self.offsets), pa.py_buffer(data)]
        )


def bytes_of(values: pa.Array) -> tuple[bytes, NDArray[np.int64]]:
    """Return the bytes of a string or binary array without nulls, and where each begins and the last one ends."""
    places = buffers.offsets(values)
    start, end = int(places[0]), int(places[-1])
    offsets = places.astype(np.int64) - start if start else places.astype(np.int64)
    raw = memoryview(values.buffers()[2])[start:end].tobytes() if end > start else b""
    return raw, offsets
