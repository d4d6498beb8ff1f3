"""A mergeable, deterministic quantile summary with a rank error that it states itself.

Enters: distinct values in ascending order with their counts. Leaves: ``Quantiles``: ``POINTS`` weighted points for a
batch, up to ``MERGED`` per run after merges; nothing is lost while there are not more distinct values. Beyond that
the ranks are cut into equal cells and each cell keeps its weighted median, so compressing n values to k points moves
no rank by more than n / k + 1; what it really moved is measured and added to ``error``. Runs are fused by size class
(powers of two), so a value is fused at most once per doubling, however many parts are merged one by one; a run that
becomes small beside the largest is shortened too.
Source: Munro & Paterson 1980; Agarwal et al., "Mergeable summaries", 2012 (logarithmic method).
"""

import functools
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

POINTS = 160  # of one batch: about half a kilobyte
MERGED = 512  # of batches together: each fusion costs a rank error of its own, at most 1 / 512
_FLOOR = 16  # points that even the smallest run keeps
_SCALES = (1.0, 100.0, 10_000.0)  # whole numbers, cents, basis points: kept as integer steps
_PLAIN = 255
_EXACT = float(1 << 53)

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


def of_counts(values: Floats, counts: Counts) -> Quantiles:
    """Summarise ``values`` (ascending, distinct, finite), each present ``counts`` times (above 0)."""
    return Quantiles((_run(values, counts, 0, POINTS),)) if len(values) else EMPTY


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


def compress(values: Floats, weights: Counts, capacity: int) -> tuple[Floats, Counts, int]:
    """Return at most ``capacity`` weighted points for the given ones, and the rank error that this adds."""
    if len(values) <= capacity:
        return values, weights, 0
    ranks = np.cumsum(weights)
    cells = ((2 * ranks - weights) * capacity) // (2 * int(ranks[-1]))
    starts = np.concatenate(([0], np.flatnonzero(cells[1:] != cells[:-1]) + 1))
    ends = np.append(starts[1:], len(values)) - 1
    below = ranks[starts] - weights[starts]
    totals = ranks[ends] - below
    upper = np.arange(len(totals)) % 2  # of two middle values the lower and the upper in turn: no drift to one side
    middle = np.searchsorted(ranks, below + (totals + 1 + upper * (totals % 2 == 0)) // 2)
    left = ranks[middle] - weights[middle] - below
    right = ranks[ends] - ranks[middle]
    kept = values[middle]
    if _scale_of(kept) == _PLAIN:
        kept, up, down = _shorten(values, weights, middle, totals)
        left, right = left + up, right + down
    return kept, totals, int(max(left.max(), right.max()))


def _shorten(
    values: Floats, weights: Counts, middle: NDArray[np.intp], totals: Counts
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """Round lone medians to 24 bits where no neighbour is crossed: half the size, at most one rank more."""
    kept = values[middle]
    with np.errstate(over="ignore"):
        short = kept.astype(np.float32).astype(np.float64)
    inside = (middle > 0) & (middle < len(values) - 1)
    inner = np.where(inside, middle, 1)
    free = inside & (weights[middle] == 1) & (totals > 1) & (values[inner - 1] < short) & (short < values[inner + 1])
    return np.where(free, short, kept), free & (short > kept), free & (short < kept)


def _run(values: Floats, weights: Counts, error: int, capacity: int) -> Run:
    values, weights, added = compress(values, weights, capacity)
    return Run(int(weights.sum()), error + added, _pack(values), _pack_counts(weights))


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


def _scale_of(values: Floats) -> int:
    """Return the first scale at which all values are whole numbers, or ``_PLAIN``."""
    if _whole(values, 0):
        return 0
    if not _whole(values, len(_SCALES) - 1):  # the finest scale holds all that a coarser one does
        return _PLAIN
    return next(index for index in range(1, len(_SCALES)) if _whole(values, index))


def _whole(values: Floats, index: int) -> bool:
    scale = _SCALES[index]
    if not -_EXACT / scale < values[0] <= values[-1] < _EXACT / scale:
        return False
    return bool((np.rint(values * scale) / scale == values).all())


def _pack(values: Floats) -> bytes:
    index = _scale_of(values)
    if index == _PLAIN:  # bytes of equal significance side by side: they deflate well
        return bytes((_PLAIN,)) + values.astype("<f8").view(np.uint8).reshape(-1, 8).T.tobytes()
    whole = np.rint(values * _SCALES[index]).astype(np.int64)
    return bytes((index,)) + int(whole[0]).to_bytes(8, "little", signed=True) + _pack_counts(np.diff(whole))


def _unpack(data: bytes) -> Floats:
    index = data[0]
    if index == _PLAIN:
        planes = np.frombuffer(data, np.uint8, offset=1).reshape(8, -1)
        plain: Floats = np.ascontiguousarray(planes.T).view("<f8").ravel().astype(np.float64)
        return plain
    steps = np.concatenate(([int.from_bytes(data[1:9], "little", signed=True)], _unpack_counts(data[9:])))
    return np.cumsum(steps) / _SCALES[index]


def _pack_counts(counts: Counts) -> bytes:
    width = 1
    largest = int(counts.max()) if len(counts) else 0
    while largest >= 1 << (8 * width):
        width *= 2
    return bytes((width,)) + counts.astype(f"<u{width}").tobytes()


def _unpack_counts(data: bytes) -> Counts:
    return np.frombuffer(data, f"<u{data[0]}", offset=1).astype(np.int64)
