"""How many different values, and how many of them another set holds: HyperLogLog, and the smallest hashes of texts.

Enters: 64-bit hashes of the distinct values of a batch (``hash_numbers``, ``hash_text``; seeded, equal values of any
type width hash alike). Leaves: ``Distinct``: 512 registers, relative standard error 4.6 %, beside the exact number as
long as it is known, and for texts the 256 smallest hashes. Merging takes the larger register and the smallest hashes,
so it is associative, commutative and loses nothing. Never keeps a value. Source: Flajolet et al. 2007; Ertl 2017
(arXiv 1702.01284) for the estimator; Beyer et al. 2007 for the smallest hashes.
"""

import functools
import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from driftline.profile.levels import EXACT, Levels

_BITS = 9
_REGISTERS = 1 << _BITS
_WIDTH = 44  # hash bits that the rank is read from: exact as a double
_BLOCK = 1 << 15  # bytes of text that are hashed at a time
_LONG = 1 << 12
_ALL = (1 << 64) - 1
_CACHED = 1 << 13  # numbers that are hashed at a time: what stays in the cache
_SAMPLE = 256  # smallest hashes kept

Hashes = NDArray[np.uint64]


class Distinct(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Registers of the sketch; ``exact`` is the true number, None once it had to be estimated."""

    registers: bytes = bytes(_REGISTERS)
    exact: int | None = None
    sample: bytes = b""  # upper halves of the smallest hashes, ascending; all of them while fewer than 256

    def count(self) -> float:
        """Return the number of different values, exact where it is known; NaN where nobody counted."""
        if not self.registers:
            return math.nan
        return float(self.exact) if self.exact is not None else _estimate(self.registers)

    def contained_in(self, other: "Distinct") -> float:
        """Return the share of these distinct texts that ``other`` holds, 0 to 1; 1 for an empty set.

        Exact (but for equal hashes) where both had under 256 different texts, else with a standard error of at most 3 %
        where the sets are of like size. Sets without a sample have nothing to say: 1.
        """
        mine, theirs = _sample(self), _sample(other)
        bounds = [int(kept[-1]) for kept in (mine, theirs) if len(kept) == _SAMPLE]
        seen = mine[mine <= min(bounds)] if bounds else mine
        return float(np.isin(seen, theirs).mean()) if len(seen) else 1.0


EMPTY = Distinct(exact=0)
UNKNOWN = Distinct(registers=b"")  # values were there, nobody counted the different ones


def of_levels(found: Levels, seed: int) -> list[Distinct]:
    """Return the sketch of each column of ``found``."""
    registers = np.zeros((len(found.sizes), _REGISTERS), np.uint8)
    own = _own(found.sizes)
    for start in range(0, len(found.values), _CACHED):
        block = slice(start, start + _CACHED)
        _raise(registers, hash_numbers(found.values[block], seed), None if own is None else own[block])
    return [Distinct(line.tobytes(), end - start) for line, (start, end) in zip(registers, found.spans, strict=True)]


def of_texts(hashes: Hashes, bounds: NDArray[np.int64]) -> list[Distinct]:
    """Return the sketch of each column of distinct texts; column k has hashes ``bounds[k]`` to ``bounds[k + 1]``."""
    sizes = bounds[1:] - bounds[:-1]
    registers = np.zeros((len(sizes), _REGISTERS), np.uint8)
    _raise(registers, hashes, _own(sizes))
    return [
        Distinct(line.tobytes(), end - start, sample)
        for line, start, end, sample in zip(
            registers, bounds[:-1].tolist(), bounds[1:].tolist(), _samples(hashes, sizes), strict=True
        )
    ]


def _own(sizes: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return, per value of columns of these sizes, where the registers of its column begin; None for one column."""
    return None if len(sizes) == 1 else np.arange(0, len(sizes) * _REGISTERS, _REGISTERS).repeat(sizes)


def _samples(hashes: Hashes, sizes: NDArray[np.int64]) -> list[bytes]:
    """Return the samples of columns of distinct texts."""
    ends = sizes.cumsum().tolist()
    if max(sizes.tolist()) > 4 * _SAMPLE:
        return [_sampled(hashes[end - size : end]) for end, size in zip(ends, sizes.tolist(), strict=True)]
    # the upper halves of all of them in one go: each column below the next
    keys = (np.arange(len(sizes), dtype=np.uint64) << np.uint64(32)).repeat(sizes) | (hashes >> np.uint64(32))
    keys.sort()
    if (keys[1:] == keys[:-1]).any():
        return [
            _smallest(hashes[end - size : end] >> np.uint64(32)) for end, size in zip(ends, sizes.tolist(), strict=True)
        ]
    halves = (keys & np.uint64(0xFFFFFFFF)).astype("<u4")
    return [
        halves[end - size : min(end, end - size + _SAMPLE)].tobytes()
        for end, size in zip(ends, sizes.tolist(), strict=True)
    ]


def _sampled(hashes: Hashes) -> bytes:
    if len(hashes) > 4 * _SAMPLE:  # the spare ones make up for upper halves that are equal
        hashes = np.partition(hashes, 4 * _SAMPLE)[: 4 * _SAMPLE]
    return _smallest(hashes >> np.uint64(32))


def _raise(registers: NDArray[np.uint8], hashes: Hashes, own: NDArray[np.int64] | None = None) -> None:
    """Raise the register that the first bits of a hash choose to one more than the zeros that lead its last bits.

    ``own`` is where the registers begin that a hash belongs to; by default there are no others.
    """
    _, exponents = np.frexp((hashes & np.uint64((1 << _WIDTH) - 1)).astype(np.float64))
    ranks = (_WIDTH + 1 - exponents).astype(np.uint8)
    places = (hashes >> np.uint64(64 - _BITS)).astype(np.int64)
    if own is not None:
        places += own
    np.maximum.at(registers.reshape(-1), places, ranks)


def combine(parts: Sequence[Distinct]) -> Distinct:
    """Return the sketch of the union; the same for every order of ``parts``."""
    if len(parts) == 1:
        return parts[0]
    if not all(part.registers for part in parts):
        return UNKNOWN
    registers = (
        np.frombuffer(b"".join([part.registers for part in parts]), np.uint8).reshape(-1, _REGISTERS).max(axis=0)
    )
    samples = b"".join([part.sample for part in parts])
    sample = _smallest(np.frombuffer(samples, "<u4")) if samples else b""
    return Distinct(registers.tobytes(), len(sample) // 4 if 0 < len(sample) < 4 * _SAMPLE else None, sample)


def _smallest(hashes: NDArray[Any]) -> bytes:
    """Return the smallest distinct ones, ascending, as bytes."""
    ordered = np.sort(hashes)
    again = np.flatnonzero(ordered[1:] == ordered[:-1])
    kept = np.delete(ordered, again) if len(again) else ordered
    return kept[:_SAMPLE].astype("<u4").tobytes()


def _sample(sketch: Distinct) -> NDArray[np.uint32]:
    return np.frombuffer(sketch.sample, "<u4")


def hash_numbers(values: NDArray[Any], seed: int) -> Hashes:
    """Hash numbers; an integer and the equal float hash alike, and so do 0.0 and -0.0."""
    floats = values.astype(np.float64) + 0.0
    bits = floats.view(np.uint64)
    if values.dtype.kind in "iu" and len(values) and np.abs(floats).max() >= EXACT:
        with np.errstate(invalid="ignore"):
            same = floats.astype(values.dtype) == values
        bits = np.where(same, bits, ~values.astype(np.uint64))
    return mix(bits ^ np.uint64(seed * 0x9E3779B97F4A7C15 & _ALL))


def hash_text(data: bytes, offsets: NDArray[np.int64], seed: int) -> Hashes:
    """Hash byte strings: string i is ``data[offsets[i]:offsets[i + 1]]``.

    Multilinear in the bytes, then mixed; strings over 4 kB by xxh3.
    """
    lengths = offsets[1:] - offsets[:-1]
    hashes = np.empty(len(lengths), np.uint64)
    first = 0
    for long in (*np.flatnonzero(lengths > _LONG).tolist(), len(lengths)):
        while first < long:
            end = int(np.searchsorted(offsets, offsets[first] + _BLOCK, side="right")) - 1
            last = min(max(first + 1, end), long)
            hashes[first:last] = _multilinear(data, offsets[first : last + 1], seed)
            first = last
        if long < len(lengths):
            hashes[long] = xxhash.xxh3_64_intdigest(data[offsets[long] : offsets[long + 1]], seed & _ALL)
        first = long + 1
    return mix(hashes)


def _multilinear(data: bytes, offsets: NDArray[np.int64], seed: int) -> Hashes:
    """Return, per string, the sum of its bytes, each times the key of its place, and its length."""
    start, lengths = int(offsets[0]), offsets[1:] - offsets[:-1]
    bounds = offsets - start
    block = np.frombuffer(data, np.uint8, count=int(bounds[-1]), offset=start) if bounds[-1] else np.empty(0, np.uint8)
    places = np.arange(len(block)) - bounds[:-1].repeat(lengths)
    sums = np.empty(len(block) + 1, np.uint64)
    sums[0], products = 0, sums[1:]
    np.add(block, np.uint64(1), out=products)
    products *= _keys(seed, 1 << int(lengths.max()).bit_length())[places]
    np.cumsum(products, out=products)
    return sums[bounds[1:]] - sums[bounds[:-1]] + lengths.astype(np.uint64)


def mix(bits: Hashes) -> Hashes:
    """SplitMix64's finaliser (Steele, Lea, Flood 2014)."""
    mixed = bits + np.uint64(0x9E3779B97F4A7C15)
    shifted = mixed >> np.uint64(30)  # from here on in place: fresh memory would cost more than the arithmetic
    mixed ^= shifted
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(mixed, np.uint64(27), out=shifted)
    mixed ^= shifted
    mixed *= np.uint64(0x94D049BB133111EB)
    np.right_shift(mixed, np.uint64(31), out=shifted)
    mixed ^= shifted
    return mixed


@functools.lru_cache(maxsize=64)
def _keys(seed: int, length: int) -> Hashes:
    """Return one odd random key per place in a string; the first ones are the same for every length."""
    start = np.uint64((seed * 0xD1342543DE82EF95 + 1) & _ALL)
    return mix(mix(np.arange(length, dtype=np.uint64)) ^ start) | np.uint64(1)


@functools.lru_cache(maxsize=2048)
def _estimate(registers: bytes) -> float:
    counts = np.bincount(np.frombuffer(registers, np.uint8), minlength=_WIDTH + 2).tolist()
    total = _REGISTERS * _tau(1 - counts[_WIDTH + 1] / _REGISTERS)
    for rank in range(_WIDTH, 0, -1):
        total = 0.5 * (total + counts[rank])
    total += _REGISTERS * _sigma(counts[0] / _REGISTERS)
    return _REGISTERS * _REGISTERS / (2 * math.log(2) * total)


def _sigma(share: float) -> float:
    if share == 1.0:
        return math.inf
    power, total, weight = share, share, 1.0
    while True:
        power *= power
        previous, total = total, total + power * weight
        weight += weight
        if total == previous:
            return total


def _tau(share: float) -> float:
    if share in (0.0, 1.0):
        return 0.0
    root, weight, total = share, 1.0, 1 - share
    while True:
        root = math.sqrt(root)
        weight *= 0.5
        previous, total = total, total - (1 - root) ** 2 * weight
        if total == previous:
            return total / 3
