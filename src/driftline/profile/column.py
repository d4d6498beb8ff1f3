"""The records: a profile is one ``Column`` per column, and what can be asked of them.

A column is known by its counts (exact), moments (exact but for rounding) and sketches (bounded). Missing means null or
NaN: a Parquet file read by pandas, where a null number is NaN, and by Arrow, where it is null, has the same ``nulls``,
``null_share`` and moments. ``nans`` tells how many of the nulls were NaN, where the source can hold both (Arrow).
"""

import math
from typing import Any, Literal, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.profile import distinct, frequent, moments, quantiles
from driftline.profile.distinct import Distinct
from driftline.profile.frequent import Frequent
from driftline.profile.moments import Moments
from driftline.profile.quantiles import Quantiles
from driftline.profile.text import Text

Type = Literal["number", "text", "boolean", "time", "other"]

_SHARES = {"q01": 0.01, "q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95, "q99": 0.99}
_EXACT = float(1 << 53)
_LEVELS = np.array(list(_SHARES.values()))


class Column(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One column of a batch. Times are microseconds since 1970 (UTC), of a day, or of a span; false is 0, true is 1."""

    type: Type
    rows: int
    nulls: int = 0  # missing: null or NaN
    nans: int = 0  # of them NaN, where nulls could be told apart
    infinities: int = 0
    zeros: int = 0
    negatives: int = 0  # finite values below 0
    moments: Moments = moments.EMPTY  # of the finite values
    quantiles: Quantiles = quantiles.EMPTY
    distinct: Distinct = distinct.EMPTY
    frequent: Frequent = frequent.EMPTY  # numbers and times as floats, texts and booleans as text
    text: Text | None = None

    @property
    def finite(self) -> int:
        """Finite values; 0 for texts."""
        return self.moments.count

    @property
    def mean(self) -> float:
        """Mean of the finite values; NaN when none."""
        return self.moments.mean if self.moments.count else math.nan

    @property
    def m2(self) -> float:
        """Sum of squared deviations from the mean."""
        return self.moments.m2

    @property
    def std(self) -> float:
        """Sample standard deviation of the finite values; NaN when none."""
        return self.moments.std

    @property
    def minimum(self) -> float | None:
        """Least finite value, exact."""
        return self.moments.minimum

    @property
    def maximum(self) -> float | None:
        """Largest finite value, exact."""
        return self.moments.maximum

    @property
    def null_share(self) -> float:
        """Share of the rows that hold no value, 0 to 1; 0 for no rows."""
        return self.nulls / self.rows if self.rows else 0.0

    @property
    def rank_error(self) -> float:
        """Largest possible error of ``cdf``, as a share of the finite values; 0 means exact."""
        return self.quantiles.error / self.finite if self.finite else 0.0

    @overload
    def quantile(self, q: float) -> float: ...
    @overload
    def quantile(self, q: NDArray[Any]) -> NDArray[np.float64]: ...
    def quantile(self, q: float | NDArray[Any]) -> float | NDArray[np.float64]:
        """Return the smallest value that at least a share ``q`` (0 to 1) of the finite values does not exceed.

        numpy's ``inverted_cdf``; off by at most ``rank_error`` of the ranks; 0 and 1 give the exact range; NaN when
        none.
        """
        shares = np.asarray(q, dtype=float)
        found = self.quantiles.at(shares)
        if self.minimum is not None and self.maximum is not None:
            found = np.where(shares <= 0, self.minimum, np.where(shares >= 1, self.maximum, found))
        return float(found) if np.ndim(q) == 0 else found

    @overload
    def cdf(self, x: float) -> float: ...
    @overload
    def cdf(self, x: NDArray[Any]) -> NDArray[np.float64]: ...
    def cdf(self, x: float | NDArray[Any]) -> float | NDArray[np.float64]:
        """Return, per value, the share of the finite values that are at most it; NaN when there is none."""
        points = np.asarray(x, dtype=float)
        if self.minimum is None or self.maximum is None:
            shares = np.full(points.shape, np.nan)
        else:
            shares = self.quantiles.ranks(points) / self.finite
            shares = np.where(points < self.minimum, 0.0, np.where(points >= self.maximum, 1.0, shares))
        return float(shares) if np.ndim(x) == 0 else shares

    def histogram(self, edges: NDArray[Any]) -> NDArray[np.float64]:
        """Return ``len(edges) + 1`` shares of the finite values that sum to 1: up to the first edge, …, above the last.

        ``edges`` ascend; a bin takes in its upper edge. NaN when there is no finite value.
        """
        return np.diff(np.concatenate(([0.0], self.cdf(np.asarray(edges, dtype=float)), [1.0])))

    def distinct_count(self) -> float:
        """Return the number of different values (finite ones for numbers); estimated only where it cannot be known."""
        exact, low, high = self.distinct.exact, self.minimum, self.maximum
        if exact is not None and low is not None and high is not None and max(-low, high) < _EXACT:
            return float(exact)  # no two of them are one as doubles: the points below, if they are all, are as many
        if self.finite and self.quantiles.error == 0:
            return float(len(self.quantiles.points()[0]))
        return self.distinct.count()

    def contained_in(self, other: "Column") -> float:
        """Return the share of this column's different texts that ``other`` holds, 0 to 1; 1 where there is none."""
        mine, theirs = self.levels(), other.levels()
        if mine and theirs is not None:
            return sum(level in theirs for level in mine) / len(mine)
        return self.distinct.contained_in(other.distinct)

    def levels(self) -> dict[str, int] | None:
        """Return the count per level of texts or booleans; None where not all are listed, and for numbers."""
        if self.type in {"number", "time"} or not self.frequent.complete:
            return None
        return dict(zip(map(str, self.frequent.values), self.frequent.counts, strict=True))

    def statistics(self) -> dict[str, float]:
        """Return the series that are compared over time; the keys depend on the type only, NaN stands for "no value".

        All: null_share, distinct. Numbers and times: nan_share, mean, std, minimum, maximum, q01, q05, q25, q50, q75,
        q95, q99, distinct_share; numbers also zero_share, negative_share, infinite_share. Booleans: true_share.
        Texts: length_mean, empty_share, upper_share, lower_share, mixed_share, digit_share, top_share. Others:
        length_mean, top_share. distinct_share and the shares of texts are of the values present, all others of the
        rows.
        """
        found = {"null_share": self.null_share, "distinct": self.distinct_count()}
        if self.type == "boolean":
            return found | {"true_share": self.mean}
        return found | (self._numeric() if self.type in {"number", "time"} else self._textual())

    def _numeric(self) -> dict[str, float]:
        rows = self.rows or 1
        found = {
            "nan_share": self.nans / rows,
            "mean": self.mean,
            "std": self.std,
            "minimum": math.nan if self.minimum is None else self.minimum,
            "maximum": math.nan if self.maximum is None else self.maximum,
            **dict(zip(_SHARES, self.quantiles.at(_LEVELS).tolist(), strict=True)),
            "distinct_share": min(1.0, self.distinct_count() / self.finite) if self.finite else math.nan,
        }
        if self.type == "number":
            found["zero_share"] = self.zeros / rows
            found["negative_share"] = self.negatives / rows
            found["infinite_share"] = self.infinities / rows
        return found

    def _textual(self) -> dict[str, float]:
        text, present = self.text, self.rows - self.nulls
        length = text.length.mean if text is not None and text.length.count else math.nan
        found = {"length_mean": length, "top_share": self.frequent.top_share if present else math.nan}
        if self.type == "text":
            counts = (0, 0, 0, 0, 0) if text is None else (text.empty, text.upper, text.lower, text.mixed, text.digits)
            keys = ("empty_share", "upper_share", "lower_share", "mixed_share", "digit_share")
            found |= {key: count / present if present else math.nan for key, count in zip(keys, counts, strict=True)}
        return found


class Profile(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All columns of a batch, in their order."""

    rows: int
    columns: dict[str, Column]
    seed: int = 0  # of the hashes; profiles of different seeds do not merge
