"""The rows of a table whatever their order: a sum of row hashes, and a sample of the smallest of them.

Enters: the columns of a table, a group of rows at a time. Leaves: ``RowSet``, the same for every order of rows and of
columns. A cell becomes 64 bits that depend on its value as in ``canonical``; a row becomes two mixed 64-bit lanes
over its cells and their columns' names; the sums of the lanes, each mod 2^64, are the digest. Other rows have an equal
digest with probability about 2^-64 per changed cell; whoever chooses rows on purpose can find some, since sums are no
cryptography (Bellare, Micciancio 1997; Wagner 2002). Source of the sample: Beyer et al. 2007, as in ``distinct``.
"""

import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from driftline.profile import buffers, canonical, inputs, sheet
from driftline.profile.distinct import Hashes, hash_numbers, hash_text, mix
from driftline.profile.sheet import Sheet, Texts
from driftline.profile.words import bytes_of

FORM = "t4-1"
SAMPLE = 256  # rows of the sample
_TOGETHER = 1 << 16  # rows
_CACHED = 1 << 13  # numbers that are hashed at a time
_WORD = 1 << 64
_KIND = np.dtype([("hash", "<u8"), ("first", "<u8"), ("times", "<u8")])
_MISSING = np.uint64(0x6E756C6C)
_STEP = np.uint64(0x9E3779B97F4A7C15)

Sample = NDArray[np.void]


class RowSet(msgspec.Struct, frozen=True):
    """Count, sum and sample of the rows of a table; ``sample`` is 24 bytes a row: hash, first position, how often."""

    rows: int
    total: str  # the form, ":" and 32 hexadecimal digits
    sample: bytes = b""  # the smallest different hashes, ascending; of all rows while fewer than 256 differ

    @property
    def whole(self) -> bool:
        """Whether the sample holds every row."""
        return len(self.sample) < SAMPLE * _KIND.itemsize

    def against(self, other: "RowSet") -> "Kept":
        """Return how the rows in the sample fared from this table to ``other``."""
        mine, theirs = (np.frombuffer(one.sample, _KIND) for one in (self, other))
        ends = [int(rows["hash"][-1]) for rows, one in ((mine, self), (theirs, other)) if not one.whole]
        if ends:
            mine, theirs = (rows[rows["hash"] <= min(ends)] for rows in (mine, theirs))
        _, here, there = np.intersect1d(mine["hash"], theirs["hash"], return_indices=True)
        kept = np.minimum(mine["times"][here], theirs["times"][there])
        return Kept(
            lost=int(mine["times"].sum() - kept.sum()),
            came=int(theirs["times"].sum() - kept.sum()),
            moved=int((mine["first"][here] != theirs["first"][there]).sum()),
            seen=int(mine["times"].sum()),
            whole=self.whole and other.whole,
        )


class Kept(msgspec.Struct, frozen=True):
    """What a sample tells of the way from one table to another, in rows."""

    lost: int  # of the first table, not in the second
    came: int  # of the second table, not in the first
    moved: int  # in both, at another place
    seen: int  # of the first table that were looked at
    whole: bool  # every row was looked at

    @property
    def unseen(self) -> float:
        """Share of rows that may differ unseen, 0 to 1: with confidence 0.95 no more than this, if nothing was lost."""
        return 0.0 if self.whole else 1.0 if not self.seen else 1 - math.pow(0.05, 1 / self.seen)


def row_set(table: Any) -> RowSet:
    """Return the row set of ``table``.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    whole = sheet.of(table)
    builder = Builder([column.name for column in whole.columns])
    for start in range(0, whole.rows, _TOGETHER):
        builder.take(whole.part(start, min(start + _TOGETHER, whole.rows)))
    return builder.made()


class Builder:
    """Takes the columns of one group of rows after another."""

    def __init__(self, names: Sequence[str]) -> None:
        self._keys = _keys(tuple(names))
        self._rows = 0
        self._sums = [0, 0]
        self._sample: Sample = np.zeros(0, _KIND)

    def take(self, group: Sheet) -> None:
        """Take the next rows."""
        rows, pieces = group.rows, group.pieces
        one, two = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
        self._add(group.numbers.places, _of_lines(group.numbers.values), one, two)
        self._add(group.texts.places, _of_cells(group.texts, rows), one, two)
        for place in sorted({*range(len(pieces))} - {*group.numbers.places, *group.texts.places}):
            found, (key, other) = codes(pieces[place]), self._keys[:, place]
            for block in _blocks(rows):
                one[block] += found[block] * key
                two[block] += found[block] * other
        for block in _blocks(rows):
            one[block] = mix(one[block])
            two[block] = mix(two[block] ^ (one[block] >> np.uint64(32)))
        for lane, hashes in enumerate((one, two)):
            self._sums[lane] = (self._sums[lane] + int(hashes.sum(dtype=np.uint64))) % _WORD
        self._sample = _smallest(self._sample, one, self._rows)
        self._rows += rows

    def _add(self, places: Sequence[int], found: Hashes, one: Hashes, two: Hashes) -> None:
        """Add the codes of several columns, one a line, to both lanes."""
        if not places:
            return
        keys = self._keys[:, places, None]
        one += np.add.reduce(found * keys[0], axis=0)
        two += np.add.reduce(found * keys[1], axis=0)

    def made(self) -> RowSet:
        """Return the row set of all that was taken."""
        total = f"{FORM}:{self._sums[0]:016x}{self._sums[1]:016x}"
        return RowSet(self._rows, total, self._sample.tobytes())


@functools.lru_cache(maxsize=64)
def _keys(names: tuple[str, ...]) -> Hashes:
    """Return the two factors of each column; feeds have the same columns every day."""
    ones = np.array([xxhash.xxh3_64_intdigest(name.encode()) | 1 for name in names], np.uint64)
    return np.stack((ones, mix(ones)))


def _blocks(rows: int) -> Iterator[slice]:
    """Yield what stays in the cache."""
    for start in range(0, rows, _CACHED):
        yield slice(start, start + _CACHED)


def _smallest(sample: Sample, hashes: Hashes, start: int) -> Sample:
    """Return ``sample`` with the smallest of ``hashes``, whose first one is of row ``start``."""
    places = (hashes <= sample["hash"][-1]).nonzero()[0] if len(sample) == SAMPLE else np.arange(len(hashes))
    near = hashes[places]
    order = near.argsort()
    near = near[order]
    firsts = np.append(0, (near[1:] != near[:-1]).nonzero()[0] + 1)[: len(near)]
    fresh = np.empty(min(len(firsts), SAMPLE), _KIND)
    if len(fresh):
        fresh["hash"] = near[firsts[:SAMPLE]]
        fresh["first"] = np.minimum.reduceat(start + places[order], firsts)[:SAMPLE]
        fresh["times"] = np.diff(firsts, append=len(near))[:SAMPLE]
    if not len(sample):
        return fresh
    both = np.concatenate([sample, fresh])
    values, first, inverse = np.unique(both["hash"], return_index=True, return_inverse=True)
    out = both[first]
    out["times"] = np.bincount(inverse, weights=both["times"], minlength=len(values))
    return out[:SAMPLE]


def _of_lines(lines: NDArray[np.float64]) -> Hashes:
    """Return the codes of a sheet's columns of numbers, one a line, as ``codes`` has them."""
    found = mix(lines.view(np.uint64))
    found[np.isnan(lines)] = _MISSING
    return found


def _of_cells(texts: Texts, rows: int) -> Hashes:
    """Return the codes of a sheet's columns of texts, one a line, as ``codes`` has them."""
    levels = texts.words.hashes(1)
    found = np.empty((len(texts.places), rows), np.uint64)
    for line, (start, end), (cells, there) in zip(found, texts.words.spans, texts.cells, strict=True):
        if there is None:
            line[:] = levels[start:end][cells]
        else:
            line[:] = _MISSING
            line[there] = levels[start:end][cells[there]]
    return found


def codes(values: Any) -> Hashes:
    """Return 64 bits per cell that depend on its value only; ``values`` as ``canonical.parts`` takes them."""
    if isinstance(values, np.ndarray):
        return _of_plain(values)
    family = buffers.family(values.type)
    if family == "dictionary":
        return codes(inputs.flat(values.dictionary_decode()))
    if family != "null" and not values.null_count:
        return _of_present(values, family)
    out = np.full(len(values), _MISSING, np.uint64)
    there = buffers.present(values)
    if there is None or not there.any():
        return out
    out[there] = _of_present(values.drop_null(), family)
    return out


def _of_plain(values: NDArray[Any]) -> Hashes:
    if values.dtype.kind == "b":
        return mix(values.astype(np.uint64) + np.uint64(0x626F6F6C))
    found = np.empty(len(values), np.uint64)
    for block in _blocks(len(values)):
        found[block] = hash_numbers(values[block], 0)
    if values.dtype.kind == "f":
        found[np.isnan(values)] = _MISSING
    return found


def _of_present(values: pa.Array, family: buffers.Family) -> Hashes:
    if family in {"boolean", "number"}:
        return _of_plain(buffers.numbers(values))
    if family == "decimal":
        return _of_decimals(values)
    if family == "time":
        return _of_times(values)
    if family in {"text", "binary"}:
        return _of_texts(values, 1 if family == "text" else 2)
    return _of_nested(values)


def _of_texts(values: pa.Array, seed: int) -> Hashes:
    encoded = values.dictionary_encode()  # what is there twice is hashed once
    found: Hashes = hash_text(*bytes_of(encoded.dictionary), seed)[buffers.numbers(encoded.indices)]
    return found


def _of_decimals(values: pa.Array) -> Hashes:
    """Return codes of whole decimals as of numbers, of others by their shortest digits and scale."""
    scale = values.type.scale
    words = canonical.words_of(values) if scale >= 0 else None
    if words is not None:
        return _of_words(words, np.full(len(words), scale))
    numbers = [canonical.unscaled(value, scale) for value in values.to_pylist()]
    shortest = [canonical.shortest([number], scale) for number in numbers]
    out = hash_text(*_joined([f"{number}e{left}" for (number,), left in shortest]), 3)
    for place, ((number,), left) in enumerate(shortest):
        if -(_WORD >> 1) <= number < _WORD >> 1:
            out[place] = _of_words(np.array([number]), np.array([left]))[0]
        elif not left and 0 <= number < _WORD:
            out[place] = hash_numbers(np.array([number], np.uint64), 0)[0]
    return out


def _of_words(words: NDArray[np.int64], scales: NDArray[np.int64]) -> Hashes:
    words, scales = words.copy(), scales.copy()
    while (longer := (scales > 0) & (words % 10 == 0)).any():
        words[longer] //= 10
        scales[longer] -= 1
    found = mix(mix(words.view(np.uint64)) + scales.view(np.uint64) * _STEP)
    whole = scales == 0
    found[whole] = hash_numbers(words[whole], 0)
    return found


def _joined(texts: list[str]) -> tuple[bytes, NDArray[np.int64]]:
    return bytes_of(pa.array(texts, pa.string()))


def _of_times(values: pa.Array) -> Hashes:
    types, kind = pa.types, values.type
    ticks, per_second = canonical.ticks_of(values)
    fine = np.zeros(1, np.int64)
    if per_second > 1_000_000:
        fine = ticks % 1_000
        ticks = ticks // 1_000
    elif per_second < 1_000_000:  # beyond 64 bits it wraps, for every unit alike
        ticks = ticks * (1_000_000 // per_second if per_second else canonical.DAY * 1_000_000)
    tag = 4 if types.is_duration(kind) else 5 if types.is_timestamp(kind) or types.is_date(kind) else 6
    found = np.empty(len(ticks), np.uint64)
    for block in _blocks(len(ticks)):
        found[block] = mix(mix(ticks[block].view(np.uint64) + np.uint64(0x74696D65 + tag)))
    return mix(found + fine.view(np.uint64) * _STEP) if fine.any() else found


def _of_nested(values: pa.Array) -> Hashes:
    if pa.types.is_map(values.type):
        values = canonical.entries(values)
    kind = values.type
    if pa.types.is_struct(kind):
        total = np.zeros(len(values), np.uint64)
        for field, child in zip(kind, values.flatten(), strict=True):
            key = np.uint64(xxhash.xxh3_64_intdigest(field.name.encode()))
            total += mix(codes(inputs.flat(child)) ^ key)
        return mix(total)
    if not canonical.is_list(kind):
        return _of_texts(pa.array(canonical.described(values), pa.string()), 7)
    lengths = buffers.numbers(pc.list_value_length(values)).astype(np.int64)
    ends = np.cumsum(lengths)
    places = np.arange(int(ends[-1])) - np.repeat(ends - lengths, lengths)
    inner = mix(codes(inputs.flat(values.flatten())) + places.astype(np.uint64) * _STEP)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(inner, dtype=np.uint64)))
    return mix(sums[ends] - sums[ends - lengths] + lengths.astype(np.uint64) * _STEP)
