"""A mergeable, deterministic quantile summary with a rank error that it states itself.

Enters: ``Levels``. Leaves: ``Quantiles``: ``POINTS`` weighted points for a
batch, up to ``MERGED`` per run after merges; nothing is lost while there are not more distinct values. Beyond that
the ranks are cut into equal cells and each cell keeps its weighted median, so compressing n values to k points moves
no rank by more than n / k + 1; what it really moved is measured and added to ``error``. Runs are fused by size class
(powers of two), so a value is fused at most once per doubling, however many parts are merged one by one; a run that
becomes small beside the largest is shortened too.
Source: Munro & Paterson 1980; Agarwal et al., "Mergeable summaries", 2012 (logarithmic method).
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.profile import levels
from driftline.profile.levels import Levels

POINTS = 160  # of one batch: about half a kilobyte
MERGED = 512  # of batches together: each fusion costs a rank error of its own, at most 1 / 512
_FLOOR = 16  # points that even the smallest run keeps
_SCALES = (1.0, 100.0, 10_000.0)  # whole numbers, cents, basis points: kept as integer steps
_PLAIN = 255
_EXACT = float(levels.EXACT)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Weighted points of one size class, packed."""

    total: int  # values that the run stands for
    error: int  # largest possible rank error, in values
    values: bytes
    weights: bytes


class Quantiles(msgspec.Struct, frozen=True, array_like=True):
    """Ranks of a set of finite numbers."""

    runs: tuple[Run, ...] = ()

    @property
    def total(self) -> int:
        """Values that the summary stands for."""
        return sum(run.total for run in self.runs)

    @property
    def error(self) -> int:
        """Largest possible distance between a stated and a true rank, in values; 0 means exact."""
        return sum(run.error for run in self.runs)

    def points(self) -> tuple[Floats, Counts]:
        """Return the distinct values in ascending order and the cumulative count up to and including each."""
        return _points(self)

    def at(self, shares: NDArray[Any]) -> Floats:
        """Return, per share in [0, 1], the smallest value whose cumulative share reaches it; NaN when empty."""
        values, ranks = self.points()
        if not len(values):
            return np.full(np.shape(shares), np.nan)
        # a share such as .1 of 900 must not ask for rank 90.00000000000001
        target = np.ceil(np.clip(shares, 0.0, 1.0) * ranks[-1] - 1e-9 * ranks[-1] ** 0.5)
        found: Floats = values[np.minimum(np.searchsorted(ranks, np.maximum(target, 1)), len(values) - 1)]
        return found

    def ranks(self, values: NDArray[Any]) -> Counts:
        """Return, per value, how many of the summarised values are at most that value."""
        points, ranks = self.points()
        return np.concatenate(([0], ranks))[np.searchsorted(points, values, side="right")]


EMPTY = Quantiles()


def of_levels(found: Levels) -> list[Quantiles]:
    """Summarise each column of ``found``, doubles."""
    return [Quantiles((run,)) for run in _runs(found, [0] * (len(found.bounds) - 1), POINTS)]


def combine(parts: Iterable[Quantiles]) -> Quantiles:
    """Return the summary of the union of ``parts``; the same for every order of them."""
    runs = [run for part in parts for run in part.runs]
    if len(runs) < 2:
        return Quantiles(tuple(runs))
    values, weights = _union(runs)
    if len(values) <= MERGED:
        return Quantiles((_run(values, weights, sum(run.error for run in runs), MERGED),))
    classes: dict[int, list[Run]] = {}
    for run in runs:
        classes.setdefault(run.total.bit_length(), []).append(run)
    for _ in range(len(runs)):
        crowded = [size for size, members in classes.items() if len(members) > 1]
        if not crowded:
            break
        members = classes.pop(min(crowded))
        values, weights = _union(members)
        fused = _run(values, weights, sum(run.error for run in members), MERGED)
        classes.setdefault(fused.total.bit_length(), []).append(fused)
    top = max(classes)
    return Quantiles(tuple(_shrunk(classes[size][0], top - size) for size in sorted(classes, reverse=True)))


def compress(found: Levels, capacity: int) -> tuple[Levels, list[int]]:
    """Return at most ``capacity`` weighted points per column for the given ones, and the rank errors that this adds."""
    sizes = np.diff(found.bounds)
    long = np.flatnonzero(sizes > capacity)
    added = [0] * len(sizes)
    if not len(long):
        return found, added
    ranks = np.cumsum(found.counts)  # over all columns
    cells = _cells(found, ranks, long, capacity)
    starts, ends = cells.values, np.append(cells.values[1:], found.bounds[long[-1] + 1]) - 1
    ends[cells.bounds[1:] - 1] = found.bounds[long + 1] - 1
    below = ranks[starts] - found.counts[starts]
    totals = ranks[ends] - below
    upper = (np.arange(len(starts)) - np.repeat(cells.bounds[:-1], np.diff(cells.bounds))) % 2
    # of two middle values the lower and the upper in turn: no drift to one side
    middle = np.searchsorted(ranks, below + (totals + 1 + upper * (totals % 2 == 0)) // 2)
    left = ranks[middle] - found.counts[middle] - below
    right = ranks[ends] - ranks[middle]
    kept = Levels(found.values[middle], totals, cells.bounds)
    plain = np.repeat(_scales_of(kept) == _PLAIN, np.diff(kept.bounds))
    if plain.any():
        short, up, down = _shorten(found, middle, totals, np.repeat(long, np.diff(cells.bounds)))
        kept = kept._replace(values=np.where(plain, short, kept.values))
        left, right = left + (up & plain), right + (down & plain)
    for column, error in zip(
        long.tolist(), np.maximum.reduceat(np.maximum(left, right), cells.bounds[:-1]).tolist(), strict=True
    ):
        added[column] = error
    return _exchanged(found, kept, long), added


def _cells(found: Levels, ranks: Counts, long: NDArray[np.intp], capacity: int) -> Levels:
    """Return, as the values of levels, where the cells of equal ranks begin that have a value's middle in them."""
    base = ranks[found.bounds[long]] - found.counts[found.bounds[long]]
    total = ranks[found.bounds[long + 1] - 1] - base
    edges = 2 * base[:, None] - (-2 * total[:, None] * np.arange(capacity) // capacity)  # the division rounds up
    starts = np.searchsorted(2 * ranks - found.counts, edges)
    filled = starts != np.column_stack((starts[:, 1:], found.bounds[long + 1]))
    bounds = np.concatenate(([0], np.cumsum(filled.sum(axis=1))))
    return Levels(starts[filled], np.empty(0, np.int64), bounds)


def _exchanged(found: Levels, kept: Levels, long: NDArray[np.intp]) -> Levels:
    """Return ``found`` with the columns ``long`` as they are in ``kept``."""
    if len(long) == len(found.bounds) - 1:
        return kept
    parts = [slice(start, end) for start, end in found.spans]
    values, counts = [found.values[part] for part in parts], [found.counts[part] for part in parts]
    for column, (start, end) in zip(long.tolist(), kept.spans, strict=True):
        values[column], counts[column] = kept.values[start:end], kept.counts[start:end]
    bounds = np.concatenate(([0], np.cumsum([len(one) for one in values])))
    return Levels(np.concatenate(values), np.concatenate(counts), bounds)


def _shorten(
    found: Levels, middle: NDArray[np.intp], totals: Counts, own: NDArray[np.intp]
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Round lone medians to 24 bits where no neighbour is crossed: half the size, at most one rank more."""
    values = found.values
    kept = values[middle]
    with np.errstate(over="ignore"):
        short = kept.astype(np.float32).astype(np.float64)
    inside = (middle > found.bounds[own]) & (middle < found.bounds[own + 1] - 1)
    inner = np.where(inside, middle, 1)
    free = inside & (found.counts[middle] == 1) & (totals > 1)
    free &= (values[inner - 1] < short) & (short < values[inner + 1])
    return np.where(free, short, kept), free & (short > kept), free & (short < kept)


def _runs(found: Levels, errors: Sequence[int], capacity: int) -> list[Run]:
    found, added = compress(found, capacity)
    totals = [int(np.add.reduce(found.counts[start:end])) for start, end in found.spans]
    packed = zip(totals, errors, added, _pack(found), _pack_counts(found.counts, found.spans), strict=True)
    return [Run(total, error + more, values, weights) for total, error, more, values, weights in packed]


def _run(values: Floats, weights: Counts, error: int, capacity: int) -> Run:
    return _runs(levels.of_values(values, weights), [error], capacity)[0]


def _shrunk(run: Run, steps: int) -> Run:
    """Give a run that is 2**steps smaller than the largest (2/3)**steps of its points: errors still sum up small."""
    capacity = max(_FLOOR, int(MERGED * (2 / 3) ** steps))
    if steps == 0:
        return run
    values, weights = _unpack(run.values), _unpack_counts(run.weights)
    return run if len(values) <= capacity else _run(values, weights, run.error, capacity)


def _union(runs: Iterable[Run]) -> tuple[Floats, Counts]:
    runs = list(runs)
    values = np.concatenate([_unpack(run.values) for run in runs])
    weights = np.concatenate([_unpack_counts(run.weights) for run in runs])
    if len(runs) == 1:
        return values, weights
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    starts = np.concatenate(([0], np.flatnonzero(values[1:] != values[:-1]) + 1))
    return values[starts], np.add.reduceat(weights, starts)


@functools.lru_cache(maxsize=2048)
def _points(summary: Quantiles) -> tuple[Floats, Counts]:
    if not summary.runs:
        return np.empty(0), np.empty(0, np.int64)
    values, weights = _union(summary.runs)
    ranks = np.cumsum(weights)
    values.flags.writeable = ranks.flags.writeable = False
    return values, ranks


def _scales_of(found: Levels) -> NDArray[np.intp]:
    """Return, per column, the first scale at which all its values are whole numbers, or ``_PLAIN``."""
    scales = np.where(_whole(found, 0), 0, _PLAIN)
    if scales.any():
        finest = _whole(found, len(_SCALES) - 1)  # holds all that a coarser scale does
        for index in range(len(_SCALES) - 1, 0, -1) if finest.any() else ():
            scales[(scales > 0) & finest & _whole(found, index)] = index
    return scales


def _whole(found: Levels, index: int) -> NDArray[np.bool_]:
    scale, values, starts = _SCALES[index], found.values, found.bounds[:-1]
    with np.errstate(over="ignore"):
        whole = np.logical_and.reduceat(np.rint(values * scale) / scale == values, starts)
    inside = (values[starts] > -_EXACT / scale) & (values[found.bounds[1:] - 1] < _EXACT / scale)
    return np.logical_and(whole, inside)


def _pack(found: Levels) -> list[bytes]:
    scales = _scales_of(found)
    plain = scales == _PLAIN
    factors = np.repeat(np.take((*_SCALES, 0.0), np.minimum(scales, len(_SCALES))), np.diff(found.bounds))
    steps = np.rint(found.values * factors).astype(np.int64)
    firsts = steps[found.bounds[:-1]].tolist()
    steps[1:] -= steps[:-1].copy()
    gaps = _pack_counts(
        steps, [(end if of else start + 1, end) for of, (start, end) in zip(plain, found.spans, strict=True)]
    )
    out = []
    for (start, end), scale, first, gap in zip(found.spans, scales.tolist(), firsts, gaps, strict=True):
        if scale == _PLAIN:  # bytes of equal significance side by side: they deflate well
            planes = found.values[start:end].astype("<f8").view(np.uint8).reshape(-1, 8).T.tobytes()
            out.append(bytes((_PLAIN,)) + planes)
        else:
            out.append(bytes((scale,)) + first.to_bytes(8, "little", signed=True) + gap)
    return out


def _unpack(data: bytes) -> Floats:
    index = data[0]
    if index == _PLAIN:
        planes = np.frombuffer(data, np.uint8, offset=1).reshape(8, -1)
        plain: Floats = np.ascontiguousarray(planes.T).view("<f8").ravel().astype(np.float64)
        return plain
    steps = np.concatenate(([int.from_bytes(data[1:9], "little", signed=True)], _unpack_counts(data[9:])))
    return np.cumsum(steps) / _SCALES[index]


def _pack_counts(counts: Counts, spans: Sequence[tuple[int, int]]) -> list[bytes]:
    """Pack each span of ``counts`` in the fewest bytes a number that hold its largest."""
    out = []
    for start, end in spans:
        width = 1
        largest = int(np.maximum.reduce(counts[start:end])) if end > start else 0
        while largest >= 1 << (8 * width):
            width *= 2
        out.append(bytes((width,)) + counts[start:end].astype(f"<u{width}").tobytes())
    return out


def _unpack_counts(data: bytes) -> Counts:
    return np.frombuffer(data, f"<u{data[0]}", offset=1).astype(np.int64)
