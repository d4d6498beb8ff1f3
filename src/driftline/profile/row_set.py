"""The rows of a table whatever their order: a sum of row hashes, and a sample of the smallest of them.

Enters: the columns of a table, a group of rows at a time. Leaves: ``RowSet``, the same for every order of rows and of
columns. A cell becomes 64 bits that depend on its value as in ``canonical``; a row becomes two mixed 64-bit lanes
over its cells and their columns' names; the sums of the lanes, each mod 2^64, are the digest. Other rows have an equal
digest with probability about 2^-64 per changed cell; whoever chooses rows on purpose can find some, since sums are no
cryptography (Bellare, Micciancio 1997; Wagner 2002). Source of the sample: Beyer et al. 2007, as in ``distinct``.
"""

import bisect
import functools
import itertools
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
    builder = Builder()
    for start in range(0, whole.rows, _TOGETHER):
        builder.take(whole.part(start, min(start + _TOGETHER, whole.rows)))
    return builder.made()


def of_tables(whole: Sheet) -> list[RowSet]:
    """Return the row set of each table of a short sheet, as ``row_set`` makes it of that table alone."""
    one, two = _lanes(whole)
    ends = list(itertools.accumulate((table.rows for table in whole.tables), initial=0))
    return [_set(one[start:end], two[start:end]) for start, end in itertools.pairwise(ends)]


def _set(one: Hashes, two: Hashes) -> RowSet:
    return _made(len(one), [_sum(one), _sum(two)], _least(one, 0))


def _made(rows: int, sums: Sequence[int], sample: Sample) -> RowSet:
    return RowSet(rows, f"{FORM}:{sums[0]:016x}{sums[1]:016x}", sample.tobytes())


class Builder:
    """Takes the columns of one group of rows after another."""

    def __init__(self) -> None:
        self._rows = 0
        self._sums = [0, 0]
        self._sample: Sample = np.zeros(0, _KIND)

    def take(self, group: Sheet) -> None:
        """Take the next rows, of one table."""
        lanes = _lanes(group)
        self._sums = [(before + _sum(lane)) % _WORD for before, lane in zip(self._sums, lanes, strict=True)]
        self._sample = _smallest(self._sample, lanes[0], self._rows)
        self._rows += group.rows

    def made(self) -> RowSet:
        """Return the row set of all that was taken."""
        return _made(self._rows, self._sums, self._sample)


def _sum(lane: Hashes) -> int:
    return int(np.add.reduce(lane))


def _lanes(group: Sheet) -> tuple[Hashes, Hashes]:
    """Return two mixed hashes per row, table after table."""
    one, two = np.zeros(group.rows, np.uint64), np.zeros(group.rows, np.uint64)
    lines, texts = group.numbers, group.texts
    beside = ((lines.places, _of_lines(lines.values)), (texts.places, _of_cells(texts)))
    done = [0, 0]  # codes that are added
    at = 0
    for rows, start, end in group.tables:
        lanes = one[at : at + rows], two[at : at + rows]
        keys = _keys(tuple([column.name for column in group.columns[start:end]]))
        left = set(range(start, end))
        for kind, (places, cells) in enumerate(beside):
            here = places[bisect.bisect_left(places, start) : bisect.bisect_left(places, end)]
            if here:
                block = cells[done[kind] : done[kind] + len(here) * rows].reshape(len(here), rows)
                done[kind] += block.size
                for lane, factors in zip(lanes, np.take(keys, [place - start for place in here], axis=1), strict=True):
                    np.add(lane, factors @ block, out=lane)
                left.difference_update(here)
        for place in sorted(left) if rows else ():
            _add(codes(group.pieces[place]), keys[:, place - start], lanes)
        at += rows
    for near in _blocks(group.rows):
        one[near] = mix(one[near])
        two[near] = mix(two[near] ^ (one[near] >> np.uint64(32)))
    return one, two


def _add(found: Hashes, keys: Hashes, lanes: tuple[Hashes, Hashes]) -> None:
    """Add the codes of one column to both lanes."""
    for block in _blocks(len(found)):
        for lane, factor in zip(lanes, keys, strict=True):
            lane[block] += found[block] * factor


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
    if not len(sample):
        return _least(hashes, start)
    places = (hashes <= sample["hash"][-1]).nonzero()[0] if len(sample) == SAMPLE else np.arange(len(hashes))
    fresh = _least(hashes[places], 0)
    fresh["first"] = start + places[fresh["first"].astype(np.int64)]
    both = np.concatenate([sample, fresh])
    values, first, inverse = np.unique(both["hash"], return_index=True, return_inverse=True)
    out = both[first]
    out["times"] = np.bincount(inverse, weights=both["times"], minlength=len(values))
    return out[:SAMPLE]


def _least(hashes: Hashes, start: int) -> Sample:
    """Return the sample of ``hashes`` alone, the first of which is of row ``start``."""
    order = hashes.argsort()
    near = hashes[order]
    firsts = np.append(0, (near[1:] != near[:-1]).nonzero()[0] + 1)[: len(near)]
    out = np.empty(min(len(firsts), SAMPLE), _KIND)
    if len(out):
        out["hash"] = near[firsts[:SAMPLE]]
        out["first"] = np.minimum.reduceat(start + order, firsts)[:SAMPLE]
        out["times"] = np.diff(firsts, append=len(near))[:SAMPLE]
    return out


def _of_lines(values: NDArray[np.float64]) -> Hashes:
    """Return the codes of a sheet's columns of numbers, end to end, as ``codes`` has them."""
    found = np.empty(len(values), np.uint64)
    for block in _blocks(len(values)):
        found[block] = mix(values[block].view(np.uint64))
        found[block][np.isnan(values[block])] = _MISSING
    return found


def _of_cells(texts: Texts) -> Hashes:
    """Return the codes of a sheet's columns of texts, end to end, as ``codes`` has them."""
    levels = texts.words.hashes(1)
    ends = list(itertools.accumulate((len(cells) for cells, _ in texts.cells), initial=0))
    found = np.empty(ends[-1], np.uint64)
    spans = zip(itertools.pairwise(ends), texts.words.spans, texts.cells, strict=True)
    for (first, last), (start, end), (cells, there) in spans:
        line = found[first:last]
        if there is None:
            np.take(levels[start:end], cells, out=line, mode="clip")
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
