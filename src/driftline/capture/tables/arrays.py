"""Arrays by name that lie in one file, each of its own shape: weights in safetensors, archives of NumPy.

Enters: the path of a file, or arrays. Leaves: ``Contents`` whose fields are the arrays, with type and shape, and whose
fingerprint has a hash of each, over type, shape and bytes: so a change names the arrays that changed. There are no rows
and no profile. A file is read a block at a time. Source of the format: https://github.com/huggingface/safetensors.
"""

from collections.abc import Iterable
from typing import IO, Any

import msgspec
import numpy as np
import xxhash

from driftline import profile
from driftline.capture.tables import measure
from driftline.capture.tables.contents import Contents
from driftline.event.lineage import Field
from driftline.profile import facet

_BLOCK = 1 << 24  # bytes that are read at once
_LONGEST = 100_000_000  # bytes of a header, as its library allows


class _Tensor(msgspec.Struct):
    """What the header says of one tensor."""

    dtype: str
    shape: list[int]
    data_offsets: tuple[int, int]  # behind the header: the first byte, and the first one that is none of it


def of_safetensors(path: str) -> Contents:
    """Return the contents of a file of safetensors.

    Raises:
        ValueError: it is none.
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LONGEST:
            raise ValueError(f"{path} is no file of safetensors")
        header = msgspec.json.decode(file.read(length), type=dict[str, msgspec.Raw])
        header.pop("__metadata__", None)
        found = [(name, msgspec.json.decode(told, type=_Tensor)) for name, told in header.items()]
        found.sort(key=lambda pair: pair[1].data_offsets)
        return made((name, f"{one.dtype}{one.shape}", _hash(file, 8 + length, one)) for name, one in found)


def _hash(file: IO[bytes], behind: int, one: _Tensor) -> bytes:
    start, end = one.data_offsets
    state = xxhash.xxh3_128(f"{one.dtype} {one.shape} ".encode())
    file.seek(behind + start)
    while start < end:
        measure.go_on()
        block = file.read(min(_BLOCK, end - start))
        if not block:
            raise ValueError("the file ends within a tensor")
        state.update(block)
        start += len(block)
    return state.digest()


def of_numpy(found: Iterable[tuple[str, Any]]) -> Contents:
    """Return the contents of arrays of NumPy, which are asked for one by one."""
    return made((name, f"{one.dtype}{list(one.shape)}", _bytes(one)) for name, one in found)


def _bytes(one: Any) -> bytes:
    measure.go_on()
    state = xxhash.xxh3_128(f"{one.dtype.str} {list(one.shape)} ".encode())
    state.update(np.ascontiguousarray(one).tobytes())
    return state.digest()


def made(found: Iterable[tuple[str, str, bytes]]) -> Contents:
    """Return the contents that arrays make, of which each has a name, a type with its shape, and a hash."""
    told = sorted(found)
    prints = profile.of_arrays({name: one for name, _, one in told})
    return Contents(
        rows=1,
        fields=tuple(Field(name, kind) for name, kind, _ in told),
        fingerprint=prints.value,
        prints=facet.made(prints),
        arrays=True,
    )
