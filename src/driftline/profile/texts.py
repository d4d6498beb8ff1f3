"""Columns of texts, or of byte strings, measured together: one pass over the different values of all of them.

Enters: their ``Words``, and what was counted before of each. Leaves: ``Column`` per column, the same whatever it is
measured beside. Never keeps a long text: of one its beginning and a hash.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

from driftline.profile import buffers, distinct, frequent, text
from driftline.profile.column import Column
from driftline.profile.distinct import Hashes
from driftline.profile.frequent import Frequent
from driftline.profile.numbers import Counted
from driftline.profile.words import Words

_LONGEST = 80  # characters of a level that are kept; longer ones keep 60 and a hash


def measured(columns: Sequence[Counted], found: Words, seed: int) -> list[Column]:
    """Return the columns, each with at least one text; all of the type "text", or all of "other"."""
    hashes = found.hashes(seed)
    if columns[0].type == "text":
        shapes = text.of_words(found)
    else:
        shapes = [text.of_bytes(found.lengths[start:end], found.counts[start:end]) for start, end in found.spans]
    sketches = distinct.of_texts(hashes, found.bounds)
    return [
        msgspec.structs.replace(
            Column(*counted),
            distinct=sketch,
            frequent=_frequent(levels, found.counts[start:end], hashes[start:end], long=long),
            text=shape,
        )
        for counted, sketch, levels, (start, end), long, shape in zip(
            columns, sketches, found.columns, found.spans, _long(found), shapes, strict=True
        )
    ]


def _long(found: Words) -> list[bool]:
    longest: list[int] = np.maximum.reduceat(found.lengths, found.bounds[:-1]).tolist()
    return [most > _LONGEST for most in longest]


def _frequent(levels: pa.Array, counts: NDArray[np.int64], hashes: Hashes, *, long: bool) -> Frequent:
    chosen = frequent.leading(counts, hashes, frequent.TEXT)
    names = levels.to_pylist() if len(chosen) == len(levels) else levels.take(buffers.arrow(chosen)).to_pylist()
    if long or buffers.family(levels.type) == "binary":
        names = [_label(name) for name in names]
    return frequent.listed(names, counts, chosen)


def _label(name: str | bytes) -> str:
    shown, content = (name.hex(), name) if isinstance(name, bytes) else (name, b"")
    if len(shown) <= _LONGEST:
        return shown
    return f"{shown[:60]}…{xxhash.xxh3_64_hexdigest(content or shown.encode())}"
