"""What ``torch.save`` wrote: weights, checkpoints, modules. A hash of each tensor, of each value beside them.

Enters: the path of a file that begins as a ZIP archive. Leaves: ``Contents`` whose fields are tensors and plain values
by their path (``model.head.bias``, ``optimizer.state.0.exp_avg``, ``epoch``). Nothing is unpickled: the instructions of
``data.pkl`` are read as data, and what they would call is only named. Tensors are read where they lie, a block at a
time. The form without an archive, of before PyTorch 1.6, has no contents. Sources of the formats: the documentation of
``pickletools``, https://docs.pytorch.org/docs/stable/notes/serialization.html.
"""

import math
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

import msgspec
import numpy as np
import xxhash

from driftline.capture.tables import arrays, measure, pickled
from driftline.capture.tables.contents import Contents
from driftline.capture.tables.pickled import Kept, Made, Pairs
from driftline.event import names

_BLOCK = 1 << 24  # bytes that are read at once
_LONGEST = 1 << 22  # bytes of instructions that are still read: about a second
_MOST = 20_000  # tensors and values that are told one by one
_DEEPEST = 100
_GATHERED = 1 << 28  # bytes of a tensor with steps that is put in order before it is hashed
_ZIP = b"PK\3\4"
_WEIGHTS = "data/weights/model_weights_config.json"
_LOCAL = 30  # bytes of a record's own header, before its name
_STORAGES = {
    "Double": "float64", "Float": "float32", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64", "Int": "int32",
    "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool", "ComplexFloat": "complex64",
    "ComplexDouble": "complex128",
}  # fmt: skip
_OWN = ("_parameters", "_buffers", "_modules")  # what a module of PyTorch keeps by name
_ASIDE = re.compile(
    r"data\.pkl|version|byteorder|\.data/.*|\.format_version|\.storage_alignment|data/(weights/.*|[^/]*)|.*\.debug_pkl"
)


class _Tensor(NamedTuple):
    """Where a tensor lies."""

    kind: str
    key: str  # of the storage
    width: int | None  # bytes of an element; None = as many as the storage has for each
    start: int  # the first of them, in elements
    shape: tuple[int, ...]
    steps: tuple[int, ...]
    whole: int  # elements of the storage


def of_archive(path: str) -> Contents | None:
    """Return the contents of a file that ``torch.save`` wrote; None = it is another archive, or too much is in it.

    Raises:
        ValueError, zipfile.BadZipFile: it is broken.
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        if file.read(len(_ZIP)) != _ZIP:
            return None
        with zipfile.ZipFile(file) as archive:
            records = {one.filename.partition("/")[2]: one for one in archive.infolist()}
            book = records.get("data.pkl") or records.get(_WEIGHTS)
            if book is None or book.file_size > _LONGEST or any(map(_packed, records.values())):
                return None
            told = archive.read(book)
        if book is records.get(_WEIGHTS):
            found = _exported(told, records)
        else:
            found = _Read(file, records).leaves("", pickled.meaning(told), 0)
        made = [one for one, _ in zip(found, range(_MOST + 1), strict=False)]
    if len(made) > _MOST:
        return None
    beside = (name for name in records if not _ASIDE.fullmatch(name))
    made += [(name, "record", _whole(records[name])) for name in beside]
    called = names.distinct([name for name, _, _ in made])
    return arrays.made((name, kind, one) for name, (_, kind, one) in zip(called, made, strict=True))


def _exported(told: bytes, records: dict[str, zipfile.ZipInfo]) -> Iterator[tuple[str, str, bytes]]:
    """Yield the same of what ``torch.export`` wrote, which has a record for each tensor and says so as JSON."""
    for name, one in msgspec.json.decode(told)["config"].items():
        shape = [size["as_int"] for size in one["tensor_meta"]["sizes"]]
        yield name, f"tensor{shape}", _whole(records[f"data/weights/{one['path_name']}"])


def _whole(record: zipfile.ZipInfo) -> bytes:
    """Return the hash of a record as the archive has it."""
    return _said(f"{record.CRC} {record.file_size}")


def _packed(record: zipfile.ZipInfo) -> bool:
    """Whether a tensor does not lie there as it is."""
    return "/data/" in record.filename and record.compress_type != zipfile.ZIP_STORED


def _said(text: str) -> bytes:
    return xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass"))


class _Read:
    """A file, and what was hashed of it."""

    def __init__(self, file: IO[bytes], records: dict[str, zipfile.ZipInfo]) -> None:
        self._file, self._records = file, records
        self._hashes: dict[_Tensor, bytes] = {}
        self._known: dict[int, tuple[Any, bytes]] = {}  # by the place of an object in memory, which is kept there

    def leaves(self, path: str, value: Any, depth: int) -> Iterator[tuple[str, str, bytes]]:
        """Yield the path, type and hash of all that is in a value."""
        measure.go_on()
        value = _inner(value)
        inside, rest = _parts(value) if depth < _DEEPEST else ([], value)
        for name, one in inside:
            yield from self.leaves(f"{path}.{name}" if path else name, one, depth + 1)
        if rest is not None:
            kind = _kind(value)
            yield path or ("tensor" if isinstance(value, _Tensor) else _last(kind)), kind, self._of(rest, 0)

    def _of(self, value: Any, depth: int) -> bytes:
        """Return the hash of whatever stands there."""
        value = _inner(value)
        if isinstance(value, _Tensor):
            return self._tensor(value)
        if isinstance(value, Kept):
            _, kind, key, _, count = value.told
            return _said(f"{kind} {count}") + _whole(self._records[f"data/{key}"])
        if not isinstance(value, list | tuple | Made):
            return _said(f"{type(value).__name__} {value!r}")
        if id(value) not in self._known:
            self._known[id(value)] = (value, _said("again"))  # of what holds itself
            if depth > _DEEPEST:
                raise ValueError("the values are too deep")
            whole = [value.by, value.args, value.state, value.more] if isinstance(value, Made) else value
            found = [self._of(one, depth + 1) for one in whole]
            if isinstance(value, Made) and _last(value.by) in ("set", "frozenset"):  # whose order says nothing
                found = sorted(self._of(one, depth + 1) for one in [*value.more, *(value.args or ((),))[0]])
            digest = xxhash.xxh3_128_digest(type(value).__name__.encode() + b"".join(found))
            self._known[id(value)] = (value, digest)
        return self._known[id(value)][1]

    def _tensor(self, one: _Tensor) -> bytes:
        if one not in self._hashes:
            self._hashes[one] = self._bytes(one)
        return self._hashes[one]

    def _bytes(self, one: _Tensor) -> bytes:
        record = self._records[f"data/{one.key}"]
        wide = one.width or (record.file_size // one.whole if one.whole else 1)
        reach = sum((size - 1) * step for size, step in zip(one.shape, one.steps, strict=True)) + 1
        reach = reach if math.prod(one.shape) else 0
        if min((one.start, *one.shape, *one.steps)) < 0 or (one.start + reach) * wide > record.file_size:
            raise ValueError("a tensor lies outside of its storage")
        self._file.seek(record.header_offset + _LOCAL - 4)
        name, extra = struct.unpack("<HH", self._file.read(4))
        self._file.seek(record.header_offset + _LOCAL + name + extra + one.start * wide)
        state = xxhash.xxh3_128(f"{one.kind} {list(one.shape)} ".encode())
        if reach == math.prod(one.shape) and _in_order(one):
            for block in self._blocks(reach * wide):
                state.update(block)
        elif max(reach, math.prod(one.shape)) * wide > _GATHERED:
            state.update(str(one.steps).encode())
            for block in self._blocks(reach * wide):
                state.update(block)
        else:
            flat = np.frombuffer(b"".join(self._blocks(reach * wide)), f"V{wide}")
            steps = [step * wide for step in one.steps]
            state.update(np.lib.stride_tricks.as_strided(flat, one.shape, steps, writeable=False).tobytes())
        return state.digest()

    def _blocks(self, size: int) -> Iterator[bytes]:
        while size:
            measure.go_on()
            block = self._file.read(min(_BLOCK, size))
            if not block:
                raise ValueError("the file ends within a tensor")
            yield block
            size -= len(block)


def _in_order(one: _Tensor) -> bool:
    """Whether the elements lie one behind the other."""
    step = 1
    for size, found in zip(reversed(one.shape), reversed(one.steps), strict=True):
        if size > 1 and found != step:
            return False
        step *= size
    return True


def _inner(value: Any) -> Any:
    """Return the tensor or the mapping that a call makes, where that is what it does."""
    while isinstance(value, Made):
        name, args = _last(value.by), value.args
        if name == "_rebuild_from_type_v2":
            value = Made(args[0], args[2])
        elif name in ("_rebuild_parameter", "_rebuild_parameter_with_state"):
            value = args[0]
        elif name in ("_rebuild_tensor_v2", "_rebuild_tensor_v3") and isinstance(args[0], Kept):
            start, shape, steps = args[1:4]
            return _placed(args[0], start, shape, steps, _last(args[6]) if name.endswith("3") else "")
        else:
            return value.more if name in ("OrderedDict", "defaultdict") else value
    return value


def _placed(storage: Kept, start: int, shape: tuple[int, ...], steps: tuple[int, ...], kind: str) -> _Tensor:
    """``kind``: the type of the elements, where it has no storages of its own."""
    _, named, key, _, count = storage.told
    if not kind:
        name = _last(named).removesuffix("Storage")
        return _Tensor(_STORAGES.get(name, name), key, None, start, shape, steps, count)
    bits = re.search(r"\d+", kind)
    return _Tensor(kind, key, max(int(bits.group()) // 8, 1) if bits else 1, start, shape, steps, count)


def _parts(value: Any) -> tuple[list[tuple[str, Any]], Any]:
    """Return what of a value is told one by one, by name, and what is told as one thing; None = nothing is.

    Those are the values of mappings, what lists hold that are more than plain values, and the parts of modules.
    """
    if isinstance(value, Pairs) and value:
        return [(str(key) if type(key) in (str, int) else f"#{at}", one) for at, (key, one) in enumerate(value)], None
    if type(value) in (list, tuple) and any(isinstance(one, list | tuple | Made) for one in value):
        return [(str(at), one) for at, one in enumerate(value)], None
    if not isinstance(value, Made) or not isinstance(value.state, Pairs):
        return [], value
    state = {str(name): _inner(one) for name, one in value.state}
    if str(value.by).startswith("__torch__."):  # scripted: its parts are attributes
        inside = [(name, one) for name, one in state.items() if isinstance(one, Made | _Tensor)]
    elif all(isinstance(state.get(name), Pairs) for name in _OWN):
        inside = [part for name in _OWN for part in _parts(state[name])[0]]
    else:
        return [], value
    apart = {name for name, _ in inside} | set(_OWN)
    return inside, [value.by, value.args, Pairs(pair for pair in state.items() if pair[0] not in apart)]


def _last(name: Any) -> str:
    return str(name).rpartition(".")[2]


def _kind(value: Any) -> str:
    if isinstance(value, _Tensor):
        return f"{value.kind}{list(value.shape)}"
    if isinstance(value, Made):
        return str(value.by)
    return "dict" if isinstance(value, Pairs) else type(value).__name__
