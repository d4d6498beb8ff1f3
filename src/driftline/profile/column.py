"""The records of a profile: what is known of one column, and of one batch.

Every record is frozen, mergeable and small. Missing means null or NaN: a float column cannot say which once it has been
through pandas, so both count as ``nulls`` and what is known to have been NaN is counted in ``nans`` beside it.
"""

import math
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from driftline.profile import frequent as frequencies
from driftline.profile import moments as first_two
from driftline.profile import quantiles
from driftline.profile.distinct import Distinct
from driftline.profile.frequent import Frequent
from driftline.profile.moments import Moments

Type = Literal["number", "text", "boolean", "time", "other"]
_SHARES = np.array([0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99])
_NAMES = ("q01", "q05", "q25", "q50", "q75", "q95", "q99")


class Shape(msgspec.Struct, frozen=True, array_like=True):
    """What the texts of a column look like; every count is of values."""

    lengths: Moments = first_two.EMPTY  # in characters
    empty: int = 0
    upper: int = 0  # no lower-case letter, at least one letter
    lower: int = 0  # no upper-case letter, at least one letter
    digits: int = 0  # digits only
    masks: Frequent = frequencies.EMPTY  # such as AA999: letters A or a, digits 9


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One column of a batch."""

    type: Type
    rows: int
    nulls: int = 0  # null or NaN
    nans: int = 0  # of these, known to be NaN
    infinities: int = 0
    zeros: int = 0
    negatives: int = 0
    moments: Moments = first_two.EMPTY  # of the finite values; times in microseconds since 1970 UTC
    points: quantiles.Quantiles = quantiles.EMPTY  # of the finite values
    distinct: Distinct | None = None
    frequent: Frequent = frequencies.EMPTY
    shape: Shape | None = None  # text only

    @property
    def finite(self) -> int:
        """Finite numbers, booleans or times."""
        return self.moments.count

    @property
    def null_share(self) -> float:
        """Missing values per row, 0 … 1; 0 for no rows."""
        return self.nulls / self.rows if self.rows else 0.0

    @property
    def mean(self) -> float:
        """Mean of the finite values; NaN where there is none."""
        return self.moments.mean if self.moments.count else math.nan

    @property
    def std(self) -> float:
        """Sample standard deviation of the finite values; NaN where there is none."""
        return self.moments.std

    @property
    def minimum(self) -> float | None:
        """Smallest finite value."""
        return self.moments.minimum

    @property
    def maximum(self) -> float | None:
        """Largest finite value."""
        return self.moments.maximum

    def quantile(self, q: ArrayLike) -> NDArray[np.float64]:
        """Return, per share ``q`` in [0, 1], the smallest value whose cumulative share reaches it; NaN for no value."""
        return self.points.at(np.asarray(q, dtype=float))

    def cdf(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return, per ``x``, the share of finite values at most that value; NaN for no value."""
        values = np.asarray(x, dtype=float)
        total = self.points.total
        return self.points.ranks(values) / total if total else np.full(values.shape, np.nan)

    def levels(self) -> dict[str, int] | None:
        """Return the count of every text, or None where they are too many to be listed."""
        if self.type != "text" or not self.frequent.complete:
            return None
        return {str(value): count for value, count in self.frequent.pairs().items()}

    def distinct_count(self) -> float:
        """Return how many different values there are: exact for a batch, estimated within 4.6 % after merging."""
        return self.distinct.count() if self.distinct is not None else 0.0

    def statistics(self) -> dict[str, float]:
        """Return the flat series of this column; keys are stable.

        Numbers: null_share, nan_share, mean, std, minimum, maximum, q01 … q99, distinct, distinct_share, zero_share,
        negative_share. Text: null_share, distinct, length_mean, empty_share, upper_share, digit_share, top_share.
        """
        out = {"null_share": self.null_share, "distinct": self.distinct_count()}
        present = self.rows - self.nulls
        if self.shape is not None:
            total = max(present, 1)
            out["length_mean"] = self.shape.lengths.mean
            out["empty_share"] = self.shape.empty / total
            out["upper_share"] = self.shape.upper / total
            out["digit_share"] = self.shape.digits / total
            out["top_share"] = self.frequent.top_share
        elif self.finite and self.minimum is not None and self.maximum is not None:
            out["nan_share"] = self.nans / max(self.rows, 1)
            out["distinct_share"] = self.distinct_count() / max(present, 1)
            out["mean"], out["std"] = self.mean, self.std
            out["minimum"], out["maximum"] = self.minimum, self.maximum
            out.update(zip(_NAMES, map(float, self.quantile(_SHARES)), strict=True))
            out["zero_share"] = self.zeros / self.finite
            out["negative_share"] = self.negatives / self.finite
        return out


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One batch, column by column, in the batch's order."""

    rows: int
    columns: dict[str, Column] = {}
    seed: int = 0  # of the distinct sketches; only profiles of one seed merge
