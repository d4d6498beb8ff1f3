"""Measures a table: one pass per column over its sorted values, or over its distinct texts.

Enters: any table that ``inputs`` reads. Leaves: a ``Profile``. Long columns are measured in pieces of a million rows
that are merged. Nested values are counted and their lengths taken, no more. Never reads a clock or a file; the seed
turns the hashes only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from driftline.profile import buffers, distinct, frequent, gathered, inputs, moments, quantiles, text
from driftline.profile.column import Column, Profile, Type
from driftline.profile.frequent import Frequent
from driftline.profile.gathered import Room
from driftline.profile.inputs import Input
from driftline.profile.merge import merge_columns
from driftline.profile.text import Text

NOTHING: Mapping[str, Column] = MappingProxyType({})
PIECE = 1 << 20  # rows measured at a time
_NARROW = 1 << 31  # bytes of text that 32-bit offsets reach
_LONGEST = 80  # characters of a level that are kept; longer ones keep 60 and a hash


def build(table: Any, *, seed: int = 0, known: Mapping[str, Column] = NOTHING, room: Room | None = None) -> Profile:
    """Return the profile of ``table``; equal for equal rows in any order, layout or library.

    Args:
        table: what ``inputs`` reads.
        seed: turns the hashes.
        known: columns that were measured before, with the same seed, and hold the same values.
        room: memory to work in; one for several tables spares what memory costs that is touched for the first time.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    rows, found = inputs.columns(table)
    room = room or Room()
    return Profile(rows, {each.name: known.get(each.name) or _column(each, seed, room) for each in found}, seed)


def _column(column: Input, seed: int, room: Room) -> Column:
    rows = len(column.values)
    if rows <= PIECE:
        return _piece(column.values, column.mixed, seed, room)
    starts = range(0, rows, PIECE)
    return merge_columns([_piece(column.values[start : start + PIECE], column.mixed, seed, room) for start in starts])


def _piece(values: Any, mixed: bool, seed: int, room: Room) -> Column:
    rows = len(values)
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "b":
            return _boolean(rows, 0, int(np.count_nonzero(values)), seed)
        return _numeric("number", rows, gathered.numbers(values, room), None, seed)
    family = buffers.family(values.type)
    if family in {"number", "decimal", "time"}:
        kind: Type = "time" if family == "time" else "number"
        return _numeric(kind, rows, gathered.numbers(values, room), values.null_count, seed)
    if family == "boolean":
        return _boolean(rows, values.null_count, sum(map(_true, buffers.chunks(values))), seed)
    if family in {"text", "binary"} and values.nbytes < _NARROW:
        return _texts(values, mixed, seed)
    return _flat(inputs.flat(values), mixed, seed, room)


def _flat(values: pa.Array, mixed: bool, seed: int, room: Room) -> Column:
    family, kind = buffers.family(values.type), values.type
    if family == "dictionary" and buffers.family(kind.value_type) not in {"text", "binary"}:
        return _piece(inputs.flat(values.dictionary_decode()), mixed, seed, room)
    if family in {"text", "binary", "dictionary"}:
        return _texts(values, mixed, seed)
    if family in {"null", "nested"}:
        return _nested(values, len(values) if family == "null" else values.null_count)
    return _piece(values, mixed, seed, room)


def _true(values: pa.Array) -> int:
    found, there = buffers.numbers(values), buffers.present(values)
    return int(np.count_nonzero(found if there is None else found & there))


def _numeric(kind: Type, rows: int, ordered: NDArray[Any], nulls: int | None, seed: int) -> Column:
    """Sort and measure those of ``rows`` values that are there; of the missing ``nulls`` are no NaN (None: all)."""
    ordered.sort()
    infinities = 0
    if ordered.dtype.kind == "f" and len(ordered) and not (np.isfinite(ordered[0]) and np.isfinite(ordered[-1])):
        present = int(np.searchsorted(ordered, np.nan))
        low, high = np.searchsorted(ordered, -np.inf, "right"), np.searchsorted(ordered[:present], np.inf)
        infinities = present - int(high - low)
        ordered = ordered[low:high]
    missing = rows - infinities - len(ordered)
    nans = 0 if nulls is None else missing - nulls
    if not len(ordered):
        return Column(kind, rows, missing, nans, infinities)
    values, counts = _counted(ordered)
    low, high = ordered.searchsorted(0, "left"), ordered.searchsorted(0, "right")
    chosen = frequent.leading(counts, None, frequent.NUMBER)
    floats = values.astype(np.float64) + 0.0  # no negative zero
    merged = _merged(floats, counts)
    return Column(
        kind,
        rows,
        missing,
        nans,
        infinities,
        int(high - low),
        int(low),
        moments.of_sorted(*merged),
        quantiles.of_counts(*merged),
        distinct.of_numbers(values, seed),
        frequent.listed(floats[chosen].tolist(), counts, chosen),
    )


def _counted(ordered: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the different ones of ascending numbers, and how often each is there."""
    ends = np.flatnonzero(ordered[1:] != ordered[:-1])
    bounds = np.empty(len(ends) + 2, np.int64)
    bounds[0], bounds[1:-1], bounds[-1] = 0, ends + 1, len(ordered)
    return ordered[bounds[:-1]], bounds[1:] - bounds[:-1]


def _merged(values: NDArray[np.float64], counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Join integers too large to differ as floats."""
    if (values[0] > -(1 << 53) and values[-1] < 1 << 53) or (values[1:] != values[:-1]).all():
        return values, counts
    starts = np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1))
    return values[starts], np.add.reduceat(counts, starts)


def _boolean(rows: int, nulls: int, true: int, seed: int) -> Column:
    pairs = np.array([rows - nulls - true, true])
    there = np.flatnonzero(pairs)
    values, counts = there.astype(np.float64), pairs[there]
    return Column(
        "boolean",
        rows,
        nulls,
        zeros=int(pairs[0]),
        moments=moments.of_sorted(values, counts),
        quantiles=quantiles.of_counts(values, counts),
        distinct=distinct.of_numbers(values, seed),
        frequent=frequent.listed([("false", "true")[place] for place in there], counts, np.arange(len(there))),
    )


def _texts(values: Any, mixed: bool, seed: int) -> Column:
    levels, counts = _levels(values)
    present = int(np.add.reduce(counts))
    nulls = len(values) - present
    binary = buffers.family(levels.type) == "binary"
    kind: Type = "other" if binary or mixed else "text"
    if not present:
        return Column(kind, len(values), nulls)
    content = text.bytes_of(levels)
    hashes = distinct.hash_text(content.data, content.offsets, seed)
    chosen = frequent.leading(counts, hashes, frequent.TEXT)
    names = levels.to_pylist() if len(chosen) == len(levels) else levels.take(buffers.arrow(chosen)).to_pylist()
    if binary or content.lengths.max() > _LONGEST:
        names = [_label(name) for name in names]
    shape = text.of_texts(levels, content, counts) if kind == "text" else _lengths(content.lengths, counts)
    return Column(
        kind,
        len(values),
        nulls,
        distinct=distinct.of_texts(hashes),
        frequent=frequent.listed(names, counts, chosen),
        text=shape,
    )


def _levels(values: Any) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the different values, without null, and how often each is there (at least once)."""
    if buffers.family(values.type) == "dictionary":
        return _used(values)
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


def _label(name: str | bytes) -> str:
    shown, content = (name.hex(), name) if isinstance(name, bytes) else (name, b"")
    if len(shown) <= _LONGEST:
        return shown
    return f"{shown[:60]}…{xxhash.xxh3_64_hexdigest(content or shown.encode())}"


def _lengths(lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> Text:
    return Text(moments.of_weighted(lengths, counts), int(counts[lengths == 0].sum()))


def _nested(values: pa.Array, nulls: int) -> Column:
    left = len(values) - nulls
    if not left:
        return Column("other", len(values), nulls)
    shape = None
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        lengths = buffers.numbers(pc.list_value_length(values).drop_null()).astype(np.int64)
        shape = _lengths(lengths, np.ones(left, np.int64))
    unlisted = Frequent((), (), left, left)
    return Column("other", len(values), nulls, distinct=distinct.UNKNOWN, frequent=unlisted, text=shape)
