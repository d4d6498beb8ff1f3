"""Measures a table: one pass over sorted values, or over distinct texts; of a short table over many columns at once.

Enters: any table that ``inputs`` reads. Leaves: a ``Profile``. Long columns are measured in pieces of a million rows
that are merged. Nested values are counted and their lengths taken, no more. Never reads a clock or a file; the seed
turns the hashes only.
"""

from collections.abc import Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from driftline.profile import (
    buffers,
    distinct,
    gathered,
    hashed,
    inputs,
    levels,
    numbers,
    sheet,
    short_texts,
    side_by_side,
    tallied,
    text,
    texts,
)
from driftline.profile.column import Column, Profile, Type
from driftline.profile.frequent import Frequent
from driftline.profile.gathered import Room
from driftline.profile.inputs import Input
from driftline.profile.levels import EXACT, Levels
from driftline.profile.merge import merge_columns
from driftline.profile.numbers import Counted
from driftline.profile.sheet import Sheet
from driftline.profile.words import Words

NOTHING: Mapping[Hashable, Column] = MappingProxyType({})
PIECE = 1 << 20  # rows measured at a time
_NARROW = 1 << 31  # bytes of text that 32-bit offsets reach
_FEW = 1 << 12  # different numbers of a column that is measured beside others


class Numbers(NamedTuple):
    """A column of few different numbers, all finite ones exact as doubles: counted, and still to be measured."""

    counted: Counted
    levels: Levels

    @property
    def type(self) -> Type:
        """Of the column."""
        return self.counted.type

    @property
    def rows(self) -> int:
        """Of the column."""
        return self.counted.rows

    def distinct_count(self) -> float:
        """Return the number of different finite values."""
        return float(len(self.levels.values))


Told = Column | Numbers


def build(table: Any, *, seed: int = 0) -> Profile:
    """Return the profile of ``table``; equal for equal rows in any order, layout or library.

    Args:
        table: what ``inputs`` reads.
        seed: turns the hashes.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    return build_many(sheet.of(table), seed=seed)[0]


def build_many(
    whole: Sheet, *, seed: int = 0, keys: Sequence[Hashable] = (), known: Mapping[Hashable, Column] = NOTHING
) -> list[Profile]:
    """Return the profile of each table of a sheet, as ``build`` makes it of that table alone.

    Args:
        whole: one table, or several short ones.
        seed: turns the hashes.
        keys: of its columns: those with the same key hold the same values, and are measured once.
        known: columns by key that were measured before, with the same seed.
    """
    found = Building(seed)
    found.take(whole, keys or range(len(whole.columns)), known)
    return found.made()


class Building:
    """The profiles of sheets that come one after another; what is held of a column in between is small."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._room = Room()  # one for all, which spares what memory costs that is touched for the first time
        self._told: dict[Hashable, Told] = {}
        self._tables: list[tuple[int, dict[str, Hashable]]] = []  # their rows, and the keys of their columns

    def take(
        self, whole: Sheet, keys: Sequence[Hashable], known: Mapping[Hashable, Column] = NOTHING
    ) -> dict[str, Told]:
        """Take the next tables, by ``keys`` and ``known`` as in ``build_many``; returns what is told of the columns."""
        self._told |= known
        firsts = {key: place for place, key in reversed(list(enumerate(keys)))}
        wanted = sorted(place for key, place in firsts.items() if key not in self._told)
        found = _together(whole, wanted, self._seed)
        for place in wanted:
            column = found.get(place)
            self._told[keys[place]] = (
                _column(whole.columns[place], self._seed, self._room) if column is None else column
            )
        named = [(column.name, key) for column, key in zip(whole.columns, keys, strict=True)]
        self._tables += [(rows, dict(named[start:end])) for rows, start, end in whole.tables]
        return {name: self._told[key] for name, key in named}

    def made(self) -> list[Profile]:
        """Return the profile of each table that was taken."""
        columns = dict(zip(self._told, _measured(list(self._told.values()), self._seed), strict=True))
        return [
            Profile(rows, {name: columns[key] for name, key in keys.items()}, self._seed)
            for rows, keys in self._tables
        ]  # fmt: skip


def _together(whole: Sheet, wanted: Sequence[int], seed: int) -> dict[int, Column]:
    """Return those of the ``wanted`` columns that are measured side by side, as many at a time as a short sheet has."""
    if whole.short:
        return side_by_side.measured(whole, wanted, seed)
    out: dict[int, Column] = {}
    width = sheet.SHORT // (whole.rows or 1)
    for start in range(0, len(wanted), width) if width >= sheet.FEWEST else ():
        places = wanted[start : start + width]
        part = Sheet([(whole.lengths[place], [whole.columns[place]]) for place in places])
        found = side_by_side.measured(part, range(len(places)), seed)
        out |= {places[at]: column for at, column in found.items()}
    return out


def _column(column: Input, seed: int, room: Room) -> Told:
    rows = len(column.values)
    if rows <= PIECE:
        return _piece(column.values, column.mixed, seed, room)
    starts = range(0, rows, PIECE)
    parts = [_piece(column.values[start : start + PIECE], column.mixed, seed, room) for start in starts]
    return merge_columns([_measured(parts, seed)])[0]


def _measured(told: Sequence[Told], seed: int) -> list[Column]:
    """Return the columns; those whose numbers are only counted are measured side by side, as calls cost most of it."""
    waiting = [one for one in told if isinstance(one, Numbers)]
    values = levels.end_to_end([one.levels for one in waiting]) if waiting else None
    found = iter(numbers.measured([one.counted for one in waiting], values, seed) if values else ())
    return [next(found) if isinstance(one, Numbers) else one for one in told]


def _piece(values: Any, mixed: bool, seed: int, room: Room) -> Told:
    rows = len(values)
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "b":
            return _boolean(rows, 0, int(np.count_nonzero(values)))
        return _numeric("number", values, None, seed, room)
    family = buffers.family(values.type)
    if family in {"number", "decimal", "time"}:
        kind: Type = "time" if family == "time" else "number"
        return _numeric(kind, values, values.null_count, seed, room)
    if family == "boolean":
        return _boolean(rows, values.null_count, sum(map(_true, buffers.chunks(values))))
    if family in {"text", "binary"} and values.nbytes < _NARROW:
        return _texts(values, mixed, seed, room)
    return _flat(inputs.flat(values), mixed, seed, room)


def _flat(values: pa.Array, mixed: bool, seed: int, room: Room) -> Told:
    family, kind = buffers.family(values.type), values.type
    if family == "dictionary" and buffers.family(kind.value_type) not in {"text", "binary"}:
        return _piece(inputs.flat(values.dictionary_decode()), mixed, seed, room)
    if family in {"text", "binary", "dictionary"}:
        return _texts(values, mixed, seed, room)
    if family in {"null", "nested"}:
        return _nested(values, len(values) if family == "null" else values.null_count)
    return _piece(values, mixed, seed, room)


def _true(values: pa.Array) -> int:
    found, there = buffers.numbers(values), buffers.present(values)
    return int(np.count_nonzero(found if there is None else found & there))


def _numeric(kind: Type, values: Any, nulls: int | None, seed: int, room: Room) -> Told:
    """Count the finite numbers; of the missing ``nulls`` are no NaN (None: all)."""
    parts = gathered.parts(values)
    found, infinities = tallied.counted(parts, room), 0
    if found is None:
        found, infinities = _sorted(gathered.numbers(parts, room))
    missing = len(values) - infinities - int(np.add.reduce(found.counts))
    counted = Counted(kind, len(values), missing, 0 if nulls is None else missing - nulls, infinities)
    return _settled(counted, found, seed) if len(found.values) else Column(*counted)


def _settled(counted: Counted, found: Levels, seed: int) -> Told:
    """Return a column with at least one finite number: measured, if there are many different ones."""
    values = found.values
    exact = values.dtype.kind == "f" or (values[0] > -EXACT and values[-1] < EXACT)
    return Numbers(counted, found) if exact and len(values) <= _FEW else numbers.measured([counted], found, seed)[0]


def _sorted(ordered: NDArray[Any]) -> tuple[Levels, int]:
    """Sort numbers; return the finite ones, and how many are infinite."""
    found = hashed.counted(ordered)
    if found is not None:
        return _finite(found)
    if not (ordered[1:] >= ordered[:-1]).all():  # ids and times come in order often, and sorting takes as long then
        ordered.sort()
    infinities = 0
    if ordered.dtype.kind == "f" and len(ordered) and not (np.isfinite(ordered[0]) and np.isfinite(ordered[-1])):
        present = int(np.searchsorted(ordered, np.nan))
        low, high = np.searchsorted(ordered, -np.inf, "right"), np.searchsorted(ordered[:present], np.inf)
        infinities = present - int(high - low)
        ordered = ordered[low:high]
    return levels.of_sorted(ordered), infinities


def _finite(found: Levels) -> tuple[Levels, int]:
    """Return the finite numbers among different ones, and how many are infinite."""
    values, counts = found.values, found.counts
    if values.dtype.kind != "f" or np.isfinite(values).all():
        return found, 0
    there = np.isfinite(values)
    return levels.of_values(values[there], counts[there]), int(counts[np.isinf(values)].sum())


def _boolean(rows: int, nulls: int, true: int) -> Told:
    pairs = np.array([rows - nulls - true, true])
    there = np.flatnonzero(pairs)
    counted = Counted("boolean", rows, nulls)
    if not len(there):
        return Column(*counted)
    return Numbers(counted, levels.of_values(there.astype(np.float64), pairs[there]))


def _texts(values: Any, mixed: bool, seed: int, room: Room) -> Column:
    levels, counts = _levels(values, room)
    kind: Type = "other" if mixed or buffers.family(levels.type) == "binary" else "text"
    nulls = len(values) - int(np.add.reduce(counts))
    counted = Counted(kind, len(values), nulls)
    return texts.measured([counted], Words([levels], [counts]), seed)[0] if len(levels) else Column(*counted)


def _levels(values: Any, room: Room) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the different values, without null, and how often each is there (at least once)."""
    if buffers.family(values.type) == "dictionary":
        return _used(values)
    short = short_texts.counted(values, room)
    if short is not None:
        return short
    found = pc.value_counts(values)
    levels, counts = found.field(0), buffers.numbers(found.field(1))
    there = buffers.present(levels)
    return (levels, counts) if there is None else (levels.drop_null(), counts[there])


def _used(values: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the levels of a dictionary, which may repeat some, hold nulls, or levels that no row has."""
    places = values.indices.drop_null() if values.indices.null_count else values.indices
    counts = np.bincount(buffers.numbers(places), minlength=len(values.dictionary))
    own = inputs.flat(values.dictionary).dictionary_encode()
    known = buffers.present(own.indices)
    of_level = buffers.numbers(own.indices)
    if known is not None:
        of_level, counts = of_level[known], counts[known]
    levels = own.dictionary
    counts = np.bincount(of_level, weights=counts, minlength=len(levels)).astype(np.int64)
    used = np.flatnonzero(counts)
    return (levels, counts) if len(used) == len(levels) else (levels.take(buffers.arrow(used)), counts[used])


def _nested(values: pa.Array, nulls: int) -> Column:
    left = len(values) - nulls
    if not left:
        return Column("other", len(values), nulls)
    shape = None
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths = buffers.numbers(pc.list_value_length(values).drop_null()).astype(np.int64)
        shape = text.of_bytes(lengths, np.ones(left, np.int64))
    unlisted = Frequent((), (), left, left)
    return Column("other", len(values), nulls, distinct=distinct.UNKNOWN, frequent=unlisted, text=shape)
