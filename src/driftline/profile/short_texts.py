"""The different texts of a long column whose texts are short, found by sorting numbers instead of comparing texts.

Enters: an Arrow array of texts or byte strings, in any chunks. Leaves: its different values with their counts, in
another order than they come in; nothing where one has more than ``LONGEST`` bytes. Eight bytes hold such a text and how
long it is, so that equal numbers are equal texts. Never writes into a buffer.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline.profile import buffers, hashed, levels
from driftline.profile.gathered import Room

LONGEST = 7  # bytes
_BYTE = np.uint64(8)  # bits
_LENGTH = np.uint64(0xFF)

Keys = NDArray[np.uint64]


def counted(values: pa.Array | pa.ChunkedArray, room: Room) -> tuple[pa.Array, NDArray[np.int64]] | None:
    """Return the different values without null, and how often each is there; None where there is none, or a long one.

    ``room``: memory to work in.
    """
    kind = pa.string() if buffers.family(values.type) == "text" else pa.binary()
    keys: Keys = room.take(len(values), np.dtype(np.uint64))
    end = 0
    for chunk in buffers.chunks(values):
        found = _keys(chunk)
        if found is None:
            return None
        keys[end : end + len(found)] = found
        end += len(found)
    if not end:
        return None
    keys = keys[:end]
    different = hashed.counted(keys)
    if different is None:
        keys.sort()
        different = levels.of_sorted(keys)
    return _texts(different.values, kind), different.counts


def _keys(values: pa.Array) -> Keys | None:
    """Return per value its bytes, and its length in the last place; None where one is long."""
    places = buffers.offsets(values)
    starts, lengths = places[:-1] - places[0], places[1:] - places[:-1]
    if len(values) and lengths.max() > LONGEST:
        return None
    there = buffers.present(values)
    if there is not None:
        starts, lengths = starts[there], lengths[there]
    if not len(starts) or places[-1] == places[0]:
        return np.zeros(len(starts), np.uint64)
    data = memoryview(values.buffers()[2])[int(places[0]) : int(places[-1])]
    if there is None and (lengths == lengths[0]).all():
        return _of_one_length(data, len(values), int(lengths[0]))
    ahead = max(0, len(data) - LONGEST)  # from here on the next eight bytes are not all there
    near = int(starts.searchsorted(ahead))
    keys = np.empty(len(starts), np.uint64)
    if near:
        keys[:near] = _every(data, ahead)[starts[:near]]  # ``take`` would copy all of them first
    rest = bytes(data[ahead:])
    keys[near:] = _every(rest + bytes(8), len(rest) + 1).take(starts[near:] - ahead)
    size = lengths.astype(np.uint64)
    keys <<= (np.uint64(LONGEST) - size) * _BYTE  # what comes behind the text goes
    keys <<= _BYTE
    keys |= size
    return keys


def _of_one_length(data: Any, count: int, length: int) -> Keys:
    """Return the same of texts that lie end to end and all have so many bytes: columns of codes, mostly."""
    keys = np.zeros((count, 8), np.uint8)
    keys[:, 0] = length
    for place, column in enumerate(np.frombuffer(data, np.uint8).reshape(count, length).T, 8 - length):
        keys[:, place] = column
    found: Keys = keys.reshape(-1).view("<u8")
    return found


def _every(data: Any, count: int) -> Keys:
    """Return the eight bytes from each of the first ``count`` places on as one number."""
    return np.ndarray((count,), "<u8", data, strides=(1,))


def _texts(keys: Keys, kind: pa.DataType) -> pa.Array:
    size = keys & _LENGTH
    words = (keys >> _BYTE) >> ((np.uint64(LONGEST) - size) * _BYTE)
    held = words.astype("<u8", copy=False).view(np.uint8).reshape(-1, 8)[np.arange(8) < size[:, None]]
    offsets = np.zeros(len(keys) + 1, np.int32)
    size.cumsum(out=offsets[1:], dtype=np.int32)
    return pa.Array.from_buffers(kind, len(keys), [None, pa.py_buffer(offsets), pa.py_buffer(held.tobytes())])
