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
_WIDTHS = {width: np.dtype(f"<u{width}") for width in (1, 2, 4, 8)}  # of packed counts, in bytes
_FIRST = np.zeros(1, np.uint8)
_FACTORS = np.array((*_SCALES, 0.0))  # by which values become whole; of plain ones nothing is left
_EXACT = float(levels.EXACT)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Weighted points of one size class, packed."""

    total: int  # values that the run stands for
    error: int  # largest possible rank error, in values
    values: bytes
    weights: bytes


class Quantiles(msgspec.Struct, frozen=True, array_like=True, gc=False):
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
    return combined([list(parts)])[0]


def combined(columns: Sequence[Sequence[Quantiles]]) -> list[Quantiles]:
    """Return, per column, the summary of the union of its parts; the same for every order of them."""
    runs = [[run for part in parts for run in part.runs] for parts in columns]
    several = [place for place, found in enumerate(runs) if len(found) > 1]
    unions = dict(zip(several, _unions([runs[place] for place in several]), strict=True))
    small = {place: union for place, union in unions.items() if len(union[0]) <= MERGED}
    exact = _fused(list(small.values()), [runs[place] for place in small])
    out = [Quantiles(tuple(found)) for found in runs]
    for place, run in zip(small, exact, strict=True):
        out[place] = Quantiles((run,))
    classes: dict[int, dict[int, list[Run]]] = {}
    for place in unions.keys() - small.keys():
        sizes = classes[place] = {}
        for run in runs[place]:
            sizes.setdefault(run.total.bit_length(), []).append(run)
    while crowded := {place: min(found) for place, sizes in classes.items() if (found := _crowded(sizes))}:
        members = [classes[place].pop(size) for place, size in crowded.items()]
        for place, run in zip(crowded, _fused(_unions(members), members), strict=True):
            classes[place].setdefault(run.total.bit_length(), []).append(run)
    for place, sizes in classes.items():
        top = max(sizes)
        out[place] = Quantiles(tuple(_shrunk(sizes[size][0], top - size) for size in sorted(sizes, reverse=True)))
    return out


def _crowded(sizes: dict[int, list[Run]]) -> list[int]:
    return [size for size, members in sizes.items() if len(members) > 1]


def _fused(unions: Sequence[tuple[Floats, Counts]], members: Sequence[Sequence[Run]]) -> list[Run]:
    """Return one run for each union of members."""
    return _runs(_end_to_end(unions), [sum(run.error for run in one) for one in members], MERGED) if unions else []


def _end_to_end(parts: Sequence[tuple[Floats, Counts]]) -> Levels:
    values, counts = zip(*parts, strict=True)
    return Levels(np.concatenate(values), np.concatenate(counts), np.cumsum([0, *(len(one) for one in values)]))


def compress(found: Levels, capacity: int) -> tuple[Levels, list[int]]:
    """Return at most ``capacity`` weighted points per column for the given ones, and the rank errors that this adds."""
    long = (found.sizes > capacity).nonzero()[0]
    added = [0] * len(found.sizes)
    if not len(long):
        return found, added
    ranks = found.counts.cumsum()  # over all columns
    cells = _cells(found, ranks, long, capacity)
    starts = cells.values
    ends = np.empty_like(starts)
    ends[:-1] = starts[1:] - 1
    ends[cells.bounds[1:] - 1] = found.bounds[long + 1] - 1
    below = ranks[starts] - found.counts[starts]
    totals = ranks[ends] - below
    upper = (np.arange(len(starts)) - cells.starts.repeat(cells.sizes)) & 1
    # of two middle values the lower and the upper in turn: no drift to one side
    middle = ranks.searchsorted(below + (totals + 1 + upper * (totals % 2 == 0)) // 2)
    left = ranks[middle] - found.counts[middle] - below
    right = ranks[ends] - ranks[middle]
    kept = Levels(found.values[middle], totals, cells.bounds)
    plain = (_scales_of(kept) == _PLAIN).repeat(kept.sizes)
    if plain.any():
        short, up, down = _shorten(found, middle, totals, long.repeat(cells.sizes))
        kept.values = np.where(plain, short, kept.values)
        left, right = left + (up & plain), right + (down & plain)
    errors = np.maximum.reduceat(np.maximum(left, right), cells.starts)
    for column, error in zip(long.tolist(), errors.tolist(), strict=True):
        added[column] = error
    return _exchanged(found, kept, long), added


def _cells(found: Levels, ranks: Counts, long: NDArray[np.intp], capacity: int) -> Levels:
    """Return, as the values of levels, where the cells of equal ranks begin that have a value's middle in them."""
    base = ranks[found.bounds[long]] - found.counts[found.bounds[long]]
    total = ranks[found.bounds[long + 1] - 1] - base
    edges = 2 * base[:, None] - (-2 * total[:, None] * np.arange(capacity) // capacity)  # the division rounds up
    starts = (2 * ranks - found.counts).searchsorted(edges)
    filled = np.empty(starts.shape, bool)
    np.not_equal(starts[:, :-1], starts[:, 1:], out=filled[:, :-1])
    filled[:, -1] = starts[:, -1] < found.bounds[long + 1]
    bounds = np.zeros(len(long) + 1, np.int64)
    np.count_nonzero(filled, axis=1).cumsum(out=bounds[1:])
    return Levels(starts[filled], np.empty(0, np.int64), bounds)


def _exchanged(found: Levels, kept: Levels, long: NDArray[np.intp]) -> Levels:
    """Return ``found`` with the columns ``long`` as they are in ``kept``."""
    if len(long) == len(found.sizes):
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
    packed = zip(found.totals(), errors, added, _pack(found), _pack_counts(found.counts, found), strict=True)
    return [Run(total, error + more, values, weights) for total, error, more, values, weights in packed]


def _shrunk(run: Run, steps: int) -> Run:
    """Give a run that is 2**steps smaller than the largest (2/3)**steps of its points: errors still sum up small."""
    capacity = max(_FLOOR, int(MERGED * (2 / 3) ** steps))
    if steps == 0:
        return run
    found = _unpacked([run])
    return run if len(found.values) <= capacity else _runs(found, [run.error], capacity)[0]


def _unions(columns: Sequence[Sequence[Run]]) -> list[tuple[Floats, Counts]]:
    """Return, per column, the points of its runs, ascending and distinct, and their weights."""
    found = _unpacked([run for runs in columns for run in runs])
    out, first = [], 0
    for runs in columns:
        last = first + len(runs)
        part = slice(found.spans[first][0], found.spans[last - 1][1])
        one = found.values[part], found.counts[part]
        out.append(one if len(runs) == 1 else _joined(*one))
        first = last
    return out


def _joined(values: Floats, weights: Counts) -> tuple[Floats, Counts]:
    order = values.argsort(kind="stable")
    values, weights = values[order], weights[order]
    first = np.empty(len(values), bool)
    first[0] = True
    np.not_equal(values[1:], values[:-1], out=first[1:])
    starts = first.nonzero()[0]
    return values[starts], np.add.reduceat(weights, starts)


def points_of(found: Sequence[Quantiles]) -> Levels:
    """Return the distinct values of each summary and how many values each stands for; none of them is empty."""
    if all(len(one.runs) == 1 for one in found):
        return _unpacked([one.runs[0] for one in found])
    return _end_to_end(_unions([one.runs for one in found]))


@functools.lru_cache(maxsize=2048)
def _points(summary: Quantiles) -> tuple[Floats, Counts]:
    if not summary.runs:
        return np.empty(0), np.empty(0, np.int64)
    values, weights = _unions([summary.runs])[0]
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
    scale, values, starts = _SCALES[index], found.values, found.starts
    with np.errstate(over="ignore"):
        whole = np.logical_and.reduceat(np.rint(values * scale) / scale == values, starts)
    inside = (values[starts] > -_EXACT / scale) & (found.ends() < _EXACT / scale)
    return whole & inside


def _pack(found: Levels) -> list[bytes]:
    scales = _scales_of(found)
    steps = np.rint(found.values * np.take(_FACTORS, scales.clip(max=len(_SCALES))).repeat(found.sizes)).astype(
        np.int64
    )
    firsts = steps[found.starts]
    steps[1:] -= steps[:-1].copy()
    steps[found.starts] = 0
    gaps = _pack_counts(steps, found, 1)
    out = []
    for (start, end), scale, first, gap in zip(found.spans, scales.tolist(), firsts.tolist(), gaps, strict=True):
        if scale == _PLAIN:  # bytes of equal significance side by side: they deflate well
            planes = found.values[start:end].astype("<f8").view(np.uint8).reshape(-1, 8).T.tobytes()
            out.append(bytes((_PLAIN,)) + planes)
        else:
            out.append(bytes((scale,)) + first.to_bytes(8, "little", signed=True) + gap)
    return out


def _unpacked(runs: Sequence[Run]) -> Levels:
    """Return the points of runs, one run behind the other."""
    if not runs:
        return Levels(np.empty(0), np.empty(0, np.int64), np.zeros(1, np.int64))
    weights = [_counts(run.weights, 0) for run in runs]
    bounds = np.cumsum([0, *(len(one) for one in weights)])
    plain = [run.values[0] == _PLAIN for run in runs]
    gaps = [np.zeros(len(one), np.uint8) if of else _counts(run.values, 9)
            for run, of, one in zip(runs, plain, weights, strict=True)]  # fmt: skip
    steps = np.concatenate(
        [part for of, one in zip(plain, gaps, strict=True) for part in ((one,) if of else (_FIRST, one))]
    )
    found = Levels(steps.astype(np.int64), np.concatenate(weights).astype(np.int64), bounds)
    sums = found.values
    firsts = np.array([0 if of else int.from_bytes(run.values[1:9], "little", signed=True)
                       for run, of in zip(runs, plain, strict=True)])  # fmt: skip
    sums[found.starts] = firsts
    np.cumsum(sums, out=sums)
    sums -= (sums[found.starts] - firsts).repeat(found.sizes)
    found.values = sums / np.array(
        [1.0 if of else _SCALES[run.values[0]] for run, of in zip(runs, plain, strict=True)]
    ).repeat(found.sizes)
    for run, of, (start, end) in zip(runs, plain, found.spans, strict=True):
        if of:
            planes = np.frombuffer(run.values, np.uint8, offset=1).reshape(8, -1)
            found.values[start:end] = np.ascontiguousarray(planes.T).view("<f8").ravel()
    return found


def _counts(data: bytes, at: int) -> NDArray[Any]:
    """Return the counts that are packed in ``data`` from ``at`` on."""
    return np.frombuffer(data, _WIDTHS[data[at]], offset=at + 1)


def _pack_counts(counts: Counts, found: Levels, skipped: int = 0) -> list[bytes]:
    """Pack the counts of each column but the first ``skipped`` in the fewest bytes a number that hold its largest."""
    largest = np.maximum.reduceat(counts, found.starts).tolist()
    widths = [1 if most < 1 << 8 else 2 if most < 1 << 16 else 4 if most < 1 << 32 else 8 for most in largest]
    packed = {width: counts.astype(_WIDTHS[width]) for width in set(widths)}
    return [
        bytes((width,)) + packed[width][start + skipped : end].tobytes()
        for width, (start, end) in zip(widths, found.spans, strict=True)
    ]
