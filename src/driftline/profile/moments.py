"""Count, mean, sum of squared deviations and range of a set of finite numbers, and how two sets combine.

Enters: ``Levels``, or weighted whole numbers. Leaves: ``Moments``. Sums of parts are rounded once (``math.fsum``), so
their order makes no difference to the combination. Never sees a null, NaN or infinity: they are counted elsewhere.
Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.profile.levels import Levels

_LARGE = 1e150  # beyond it a squared deviation can leave the range of a double


class Moments(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The first two moments and the range; ``minimum`` and ``maximum`` are None where there is no value."""

    count: int = 0  # finite values
    mean: float = 0.0  # 0 where count is 0
    m2: float = 0.0  # sum of squared deviations from the mean; inf where it exceeds a double
    minimum: float | None = None
    maximum: float | None = None

    @property
    def std(self) -> float:
        """Sample standard deviation (divisor n - 1); NaN for no value, 0 for one."""
        if self.count == 0:
            return math.nan
        return math.sqrt(self.m2 / (self.count - 1)) if self.count > 1 else 0.0


EMPTY = Moments()


def of_levels(found: Levels) -> list[Moments]:
    """Return the moments of each column of ``found``, doubles."""
    values, counts, spans = found.values, found.counts, found.spans
    lows, highs, rows = values[found.starts].tolist(), found.ends().tolist(), found.totals()
    scales = [max(-low, high) if max(-low, high) > _LARGE else 1.0 for low, high in zip(lows, highs, strict=True)]
    if max(scales, default=1.0) != 1.0:
        values = values / np.repeat(scales, found.sizes)
    means = [total / count for total, count in zip(_sums(values * counts, spans), rows, strict=True)]
    deviations = values - (means[0] if len(means) == 1 else np.repeat(means, found.sizes))
    drifts = _sums(deviations * counts, spans)
    np.multiply(deviations, deviations, out=deviations)
    np.multiply(deviations, counts, out=deviations)
    out = []
    for low, high, count, scale, mean, drift, squares in zip(
        lows, highs, rows, scales, means, drifts, _sums(deviations, spans), strict=True
    ):
        if low == high:
            out.append(Moments(count, low, 0.0, low, high))
            continue
        m2 = max(squares - drift * drift / count, 0.0)
        out.append(Moments(count, min(max((mean + drift / count) * scale, low), high), m2 * scale * scale, low, high))
    return out


def _sums(values: NDArray[np.float64], spans: Sequence[tuple[int, int]]) -> list[float]:
    return [float(np.add.reduce(values[start:end])) for start, end in spans]


def of_weighted(values: NDArray[Any], weights: NDArray[np.int64], bounds: NDArray[np.int64]) -> list[Moments]:
    """Return the moments of columns of whole numbers that are not negative, each taken ``weights`` times (above 0).

    Column k has the numbers ``bounds[k]`` to ``bounds[k + 1]``, at least one. Sums are exact.
    """
    starts = bounds[:-1]
    counts = np.add.reduceat(weights, starts).tolist()
    lows, highs = np.minimum.reduceat(values, starts).tolist(), np.maximum.reduceat(values, starts).tolist()
    if max(highs) ** 2 * max(counts) >= 1 << 63:
        values = values.astype(object)  # whole numbers of any size
    weighted = values * weights
    totals, squares = np.add.reduceat(weighted, starts).tolist(), np.add.reduceat(weighted * values, starts).tolist()
    return [
        Moments(count, total / count, (count * square - total * total) / count, float(low), float(high))
        for count, total, square, low, high in zip(counts, totals, squares, lows, highs, strict=True)
    ]


def combine(parts: Iterable[Moments]) -> Moments:
    """Return the moments of the union of ``parts``; the same for every order of them."""
    full = [part for part in parts if part.count]
    if len(full) < 2:
        return full[0] if full else EMPTY
    count = sum(part.count for part in full)
    low = min(part.minimum for part in full if part.minimum is not None)
    high = max(part.maximum for part in full if part.maximum is not None)
    mean = math.fsum(part.mean * (part.count / count) for part in full)
    try:
        m2 = math.fsum(
            term for part in full for term in (part.m2, part.count * (part.mean - mean) * (part.mean - mean))
        )
    except OverflowError:
        m2 = math.inf
    return Moments(count, min(max(mean, low), high), m2, low, high)
