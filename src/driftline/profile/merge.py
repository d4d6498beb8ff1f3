"""Profiles of parts become the profile of the whole, without the rows.

Enters: profiles of one seed, in any order. Leaves: one profile. Counts and registers come out identical for every
split and order; sums are rounded once; quantiles and frequent values stay within their stated errors. A column that
only some parts have counts the rows of those parts. Parts without any value say nothing about the type.
"""

from collections.abc import Iterable, Sequence

from driftline.errors import BadInput
from driftline.profile import distinct, frequent, moments, quantiles, text
from driftline.profile.column import Column, Profile
from driftline.profile.frequent import Frequent
from driftline.profile.quantiles import Quantiles


def merge(profiles: Iterable[Profile]) -> Profile:
    """Return the profile of all rows together; columns in the order of the first part that has them.

    Raises:
        BadInput: no profile, or profiles of different seeds.
    """
    parts = list(profiles)
    seeds = {part.seed for part in parts}
    if len(seeds) != 1:
        raise BadInput(f"seeds {sorted(seeds)} cannot be merged" if seeds else "there is no profile to merge")
    names = dict.fromkeys(name for part in parts for name in part.columns)
    merged = merge_columns([[part.columns[name] for part in parts if name in part.columns] for name in names])
    return Profile(sum(part.rows for part in parts), dict(zip(names, merged, strict=True)), seeds.pop())


def merge_columns(columns: Sequence[Sequence[Column]]) -> list[Column]:
    """Return, per column, that of all rows of its parts; of values of different types only the counts are kept.

    What has values of different types is of the type "other".
    """
    telling = [[part for part in parts if part.rows > part.nulls] for parts in columns]
    found = quantiles.combined([[part.quantiles for part in parts] for parts in telling])
    return [_merged(*each) for each in zip(columns, telling, found, strict=True)]


def _merged(parts: Sequence[Column], telling: Sequence[Column], ranks: Quantiles) -> Column:
    if len(parts) == 1:
        return parts[0]
    types = {part.type for part in telling or parts}
    rows, nulls, nans = (sum(getattr(part, key) for part in parts) for key in ("rows", "nulls", "nans"))
    if not telling:
        return Column(types.pop() if len(types) == 1 else "other", rows, nulls, nans)
    if len(types) > 1 and not types <= {"text", "other"}:
        left = sum(part.rows - part.nulls for part in telling)
        return Column("other", rows, nulls, nans, distinct=distinct.UNKNOWN, frequent=Frequent((), (), left, left))
    kind = "other" if len(types) > 1 else types.pop()
    shapes = [part.text for part in telling if part.text is not None]
    return Column(
        kind,
        rows,
        nulls,
        nans,
        sum(part.infinities for part in telling),
        sum(part.zeros for part in telling),
        sum(part.negatives for part in telling),
        moments.combine(part.moments for part in telling),
        ranks,
        distinct.combine([part.distinct for part in telling]),
        frequent.combine(
            [part.frequent for part in telling], frequent.NUMBER if kind in {"number", "time"} else frequent.TEXT
        ),
        text.combine(shapes) if len(shapes) == len(telling) else None,
    )
