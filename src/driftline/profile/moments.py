"""Count, mean, sum of squared deviations and range of a set of finite numbers, and how two sets combine.

Enters: sorted or weighted float arrays. Leaves: ``Moments``. Sums of parts are rounded once (``math.fsum``), so the
combination does not depend on the order of the parts. Never sees a null, NaN or infinity: they are counted elsewhere.
Source: Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
"""

import math
from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

_LARGE = 1e150  # beyond it a squared deviation can leave the range of a double


class Moments(msgspec.Struct, frozen=True, array_like=True):
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


def of_sorted(values: NDArray[np.float64], counts: NDArray[np.int64] | None = None) -> Moments:
    """Return the moments of ``values``, finite and ascending, each taken ``counts`` times (above 0) or once."""
    count = len(values) if counts is None else int(np.add.reduce(counts))
    if count == 0:
        return EMPTY
    low, high = float(values[0]), float(values[-1])
    if low == high:
        return Moments(count, low, 0.0, low, high)
    scale = max(-low, high) if max(-low, high) > _LARGE else 1.0
    if scale != 1.0:
        values = values / scale
    mean = _sum(values, counts) / count
    deviations = values - mean
    drift = _sum(deviations, counts)
    np.multiply(deviations, deviations, out=deviations)
    m2 = max(_sum(deviations, counts) - drift * drift / count, 0.0)
    mean = (mean + drift / count) * scale
    return Moments(count, min(max(mean, low), high), m2 * scale * scale, low, high)


def _sum(values: NDArray[np.float64], counts: NDArray[np.int64] | None) -> float:
    return float(np.add.reduce(values if counts is None else values * counts))


def of_weighted(values: NDArray[Any], weights: NDArray[np.int64]) -> Moments:
    """Return the moments of ``values``, whole and not negative, each taken ``weights`` times (above 0); exact sums."""
    count = int(weights.sum())
    if count == 0:
        return EMPTY
    low, high = int(values.min()), int(values.max())
    if high * high * count >= 1 << 63:
        values = values.astype(object)  # whole numbers of any size
    total, squares = int((values * weights).sum()), int((values * values * weights).sum())
    return Moments(count, total / count, (count * squares - total * total) / count, float(low), float(high))


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
