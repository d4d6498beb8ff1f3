"""Measures a table: one pass per column over its sorted values, or over its distinct texts.

Enters: any table that ``inputs`` reads. Leaves: a ``Profile``. Long columns are measured in pieces of a million rows
that are merged. Nested values are counted and their lengths taken, no more. Never reads a clock or a file; the seed
turns the hashes only.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from numpy.typing import NDArray

from driftline.profile import distinct, frequent, inputs, moments, quantiles, text
from driftline.profile.column import Column, Profile, Type
from driftline.profile.frequent import Frequent
from driftline.profile.inputs import Input
from driftline.profile.merge import merge_columns
from driftline.profile.text import Text

PIECE = 1 << 20  # rows measured at a time
_LONGEST = 80  # characters of a level that are kept; longer ones keep 60 and a hash


def build(table: Any, *, seed: int = 0) -> Profile:
    """Return the profile of ``table``; equal for equal rows in any order, layout or library.

    Raises:
        BadInput: not a table, or columns of different lengths.
    """
    rows, found = inputs.columns(table)
    return Profile(rows, {each.name: _column(each, seed) for each in found}, seed)


def _column(column: Input, seed: int) -> Column:
    rows = len(column.values)
    if rows <= PIECE:
        return _piece(column.values, column.mixed, seed)
    starts = range(0, rows, PIECE)
    return merge_columns([_piece(column.values[start : start + PIECE], column.mixed, seed) for start in starts])


def _piece(values: Any, mixed: bool, seed: int) -> Column:
    if isinstance(values, np.ndarray):
        if values.dtype.kind == "b":
            return _boolean(len(values), 0, int(np.count_nonzero(values)), seed)
        return _numeric("number", len(values), values, None, seed)
    return _arrow(inputs.flat(values), mixed, seed)


def _arrow(values: pa.Array, mixed: bool, seed: int) -> Column:
    types, kind = pa.types, values.type
    if types.is_dictionary(kind) and not _textual(kind.value_type):
        return _arrow(inputs.flat(values.dictionary_decode()), mixed, seed)
    if _textual(kind) or types.is_dictionary(kind):
        return _texts(values, mixed, seed)
    nulls = len(values) if types.is_null(kind) else values.null_count
    native = inputs.native(values)
    if native is None:
        return _nested(values, nulls)
    if types.is_boolean(kind):
        return _boolean(len(values), nulls, int(np.count_nonzero(native)), seed)
    return _numeric("time" if types.is_temporal(kind) else "number", len(values), native, nulls, seed)


def _textual(kind: pa.DataType) -> bool:
    types = pa.types
    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in tests)


def _numeric(kind: Type, rows: int, values: NDArray[Any], nulls: int | None, seed: int) -> Column:
    """Measure ``values``, those of ``rows`` that are there; of the missing ones ``nulls`` are no NaN (None: all)."""
    if values.dtype.kind == "f" and values.dtype.itemsize != 8:
        values = values.astype(np.float64)
    ordered = np.sort(values)
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
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1))
    counts = np.diff(starts, append=len(ordered))
    values = ordered[starts]
    low, high = np.searchsorted(ordered, 0, "left"), np.searchsorted(ordered, 0, "right")
    chosen = frequent.leading(counts, None, frequent.NUMBER)
    floats = values.astype(np.float64) + 0.0  # no negative zero
    return Column(
        kind,
        rows,
        missing,
        nans,
        infinities,
        int(high - low),
        int(low),
        moments.of_sorted(ordered.astype(np.float64, copy=False)),
        quantiles.of_counts(*_merged(floats, counts)),
        distinct.of_numbers(values, seed),
        frequent.listed(floats[chosen].tolist(), counts, chosen),
    )


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
        moments=moments.of_sorted(np.repeat(values, counts)),
        quantiles=quantiles.of_counts(values, counts),
        distinct=distinct.of_numbers(values, seed),
        frequent=frequent.listed([("false", "true")[place] for place in there], counts, np.arange(len(there))),
    )


def _texts(values: pa.Array, mixed: bool, seed: int) -> Column:
    levels, counts = _levels(values)
    present = int(counts.sum())
    nulls = len(values) - present
    binary = pa.types.is_binary(levels.type) or pa.types.is_large_binary(levels.type)
    kind: Type = "other" if binary or mixed else "text"
    if not present:
        return Column(kind, len(values), nulls)
    content = text.bytes_of(levels)
    hashes = distinct.hash_text(content.data, content.offsets, seed)
    chosen = frequent.leading(counts, hashes, frequent.TEXT)
    names = levels.to_pylist() if len(chosen) == len(levels) else levels.take(chosen).to_pylist()
    lengths = np.diff(content.offsets)
    if binary or lengths.max() > _LONGEST:
        names = [_label(name) for name in names]
    shape = text.of_texts(levels, content, counts) if kind == "text" else _lengths(lengths, counts)
    return Column(
        kind,
        len(values),
        nulls,
        distinct=distinct.of_texts(hashes),
        frequent=frequent.listed(names, counts, chosen),
        text=shape,
    )


def _levels(values: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the different values, without null, and how often each is there (at least once)."""
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    places = encoded.indices.drop_null() if encoded.indices.null_count else encoded.indices
    levels = encoded.dictionary
    counts = np.bincount(places.to_numpy(), minlength=len(levels))
    if encoded is values:  # a foreign dictionary may repeat levels, hold nulls, or levels that no row has
        own = inputs.flat(levels).dictionary_encode()
        known = own.indices.is_valid().to_numpy(zero_copy_only=False)
        levels = own.dictionary
        counts = np.bincount(own.indices.drop_null().to_numpy(), weights=counts[known], minlength=len(levels))
        used = np.flatnonzero(counts)
        if len(used) < len(levels):
            levels, counts = levels.take(pa.array(used)), counts[used]
    return levels, counts.astype(np.int64)


def _label(name: str | bytes) -> str:
    shown, content = (name.hex(), name) if isinstance(name, bytes) else (name, b"")
    if len(shown) <= _LONGEST:
        return shown
    return f"{shown[:60]}…{xxhash.xxh3_64_hexdigest(content or shown.encode())}"


def _lengths(lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> Text:
    return Text(moments.of_weighted(lengths, counts), int(counts[lengths == 0].sum()))


def _nested(values: pa.Array, nulls: int) -> Column:
    types, kind = pa.types, values.type
    left = len(values) - nulls
    if not left:
        return Column("other", len(values), nulls)
    shape = None
    if types.is_list(kind) or types.is_large_list(kind):
        lengths = pc.list_value_length(values).drop_null().to_numpy().astype(np.int64)
        shape = _lengths(lengths, np.ones(left, np.int64))
    unlisted = Frequent((), (), left, left)
    return Column("other", len(values), nulls, distinct=distinct.UNKNOWN, frequent=unlisted, text=shape)
