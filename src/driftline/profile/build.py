"""Building and merging profiles.

Enters: a table, or profiles of parts of one. Leaves: a ``Profile``. A merge gives the same profile for every order of the
parts and never needs the data. Pure: no clock, no input or output; the seed is the only source of chance.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from driftline.profile import distinct, frequent, moments, quantiles
from driftline.profile.column import Column, Profile, Shape, Type
from driftline.profile.inputs import Raw, columns

MASK_CAP = 8
_MASKED = 2_000  # different texts that masks are made of; beyond, every further one counts as "other"


def build(table: Any, *, seed: int = 0) -> Profile:
    """Return the profile of ``table``: a pyarrow Table, a pandas DataFrame, a mapping of arrays, or an Arrow stream.

    Raises:
        TypeError: ``table`` is nothing that holds columns.
    """
    measured = {raw.name: _column(raw, seed) for raw in columns(table)}
    rows = max((column.rows for column in measured.values()), default=0)
    return Profile(rows=rows, columns=measured, seed=seed)


def merge(profiles: Iterable[Profile]) -> Profile:
    """Return the profile of the union of the parts. A part that lacks a column adds nothing to it.

    Raises:
        ValueError: the parts were made with different seeds.
    """
    parts = list(profiles)
    if len(parts) == 1:
        return parts[0]
    if len({part.seed for part in parts}) > 1:
        raise ValueError("profiles of different seeds do not merge")
    names = dict.fromkeys(name for part in parts for name in part.columns)
    ordered = names if len({tuple(part.columns) for part in parts}) == 1 else sorted(names)
    return Profile(
        rows=sum(part.rows for part in parts),
        columns={name: _merge([part.columns[name] for part in parts if name in part.columns]) for name in ordered},
        seed=parts[0].seed if parts else 0,
    )


def _column(raw: Raw, seed: int) -> Column:
    if raw.numbers is not None:
        return _numbers(raw, raw.numbers, seed)
    if raw.texts is not None:
        return _texts(raw, seed)
    return Column(type=raw.type, rows=raw.rows, nulls=raw.nulls)


def _numbers(raw: Raw, values: NDArray[Any], seed: int) -> Column:
    floats = np.sort(values.astype(np.float64))
    infinities = 0
    if len(floats) and not (np.isfinite(floats[0]) and np.isfinite(floats[-1])):
        finite = floats[np.isfinite(floats)]
        infinities, floats = len(floats) - len(finite), finite
    starts = np.concatenate(([0], np.flatnonzero(floats[1:] != floats[:-1]) + 1)) if len(floats) else np.empty(0, int)
    unique = floats[starts]
    counts = np.diff(np.append(starts, len(floats)))
    if len(unique):
        order = np.lexsort((unique, -counts))
        top, rest = order[: frequent.NUMBER_CAP], order[frequent.NUMBER_CAP :]
        listed = frequent.Frequent(
            tuple(unique[top].tolist()),
            tuple(counts[top].tolist()),
            int(counts[rest].sum()),
            int(counts[rest[0]]) if len(rest) else 0,
        )
    else:
        listed = frequent.EMPTY
    whole = values if values.dtype.kind in "iu" else unique
    different = np.unique(whole) if values.dtype.kind in "iu" else unique
    return Column(
        type=raw.type,
        rows=raw.rows,
        nulls=raw.nulls,
        nans=raw.nans,
        infinities=infinities,
        zeros=int(np.searchsorted(floats, 0.0, "right") - np.searchsorted(floats, 0.0, "left")),
        negatives=int(np.searchsorted(floats, 0.0, "left")),
        moments=moments.of_sorted(floats),
        points=quantiles.of_counts(unique, counts),
        distinct=distinct.of_hashes(distinct.hash_numbers(different, seed), len(different)),
        frequent=listed,
    )


def _texts(raw: Raw, seed: int) -> Column:
    encoded = raw.texts.dictionary_encode()
    unique = encoded.dictionary
    counts = np.bincount(encoded.indices.to_numpy(zero_copy_only=False), minlength=len(unique)).astype(np.int64)
    data, offsets = _buffers(unique)
    levels: list[str] = unique.to_pylist()
    pairs = dict(zip(levels, counts.tolist(), strict=True))
    return Column(
        type=raw.type,
        rows=raw.rows,
        nulls=raw.nulls,
        distinct=distinct.of_hashes(distinct.hash_text(data, offsets, seed), len(levels)) if levels else None,
        frequent=frequent.ranked(pairs, frequent.TEXT_CAP),  # type: ignore[arg-type] # dict is invariant in its key
        shape=_shape(levels, counts) if raw.type == "text" else None,
    )


def _buffers(texts: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes of an Arrow large_string array without nulls and where each string begins."""
    _, offsets, data = texts.buffers()
    first = texts.offset
    bounds = np.frombuffer(offsets, np.int64)[first : first + len(texts) + 1] if offsets else np.zeros(1, np.int64)
    return (np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)), bounds


def _shape(levels: Sequence[str], counts: NDArray[np.int64]) -> Shape:
    lengths = np.fromiter(map(len, levels), np.int64, len(levels))
    masks: dict[frequent.Value, int] = {}
    other = 0
    for place, (level, count) in enumerate(zip(levels, counts.tolist(), strict=True)):
        if place < _MASKED:
            text = mask(level)
            masks[text] = masks.get(text, 0) + count
        else:
            other += count
    return Shape(
        lengths=moments.of_weighted(lengths, counts),
        empty=_count(counts, [not level for level in levels]),
        upper=_count(counts, [level.isupper() for level in levels]),
        lower=_count(counts, [level.islower() for level in levels]),
        digits=_count(counts, [level.isdigit() for level in levels]),
        masks=frequent.ranked(masks, MASK_CAP, other=other, error=other),
    )


_MASKS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "a" * 26 + "A" * 26 + "9" * 10
)


def mask(text: str) -> str:
    """Return the pattern of a text's first 16 characters: letters as a or A, digits as 9, the rest as it is."""
    return text[:16].translate(_MASKS)


def _count(counts: NDArray[np.int64], which: list[bool]) -> int:
    return int(counts[np.array(which, dtype=bool)].sum())


def _merge(parts: list[Column]) -> Column:
    if len(parts) == 1:
        return parts[0]
    kinds = {part.type for part in parts if part.rows > part.nulls}
    kind: Type = kinds.pop() if len(kinds) == 1 else "other" if kinds else parts[0].type
    filled = [part for part in parts if part.type == kind]
    sketches = [part.distinct for part in filled if part.distinct is not None]
    shapes = [part.shape for part in filled if part.shape is not None]
    cap = frequent.NUMBER_CAP if kind in {"number", "boolean", "time"} else frequent.TEXT_CAP
    return Column(
        type=kind,
        rows=sum(part.rows for part in parts),
        nulls=sum(part.nulls for part in parts),
        nans=sum(part.nans for part in parts),
        infinities=sum(part.infinities for part in parts),
        zeros=sum(part.zeros for part in filled),
        negatives=sum(part.negatives for part in filled),
        moments=moments.combine(part.moments for part in filled),
        points=quantiles.combine(part.points for part in filled),
        distinct=distinct.combine(sketches) if sketches else None,
        frequent=frequent.combine([part.frequent for part in filled], cap) if filled else frequent.EMPTY,
        shape=_merge_shapes(shapes) if shapes else None,
    )


def _merge_shapes(shapes: list[Shape]) -> Shape:
    return Shape(
        lengths=moments.combine(shape.lengths for shape in shapes),
        empty=sum(shape.empty for shape in shapes),
        upper=sum(shape.upper for shape in shapes),
        lower=sum(shape.lower for shape in shapes),
        digits=sum(shape.digits for shape in shapes),
        masks=frequent.combine([shape.masks for shape in shapes], MASK_CAP),
    )
