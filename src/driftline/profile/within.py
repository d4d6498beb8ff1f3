"""Whether the values of one column may all be values of others, by their profiles alone.

Enters: profiles of columns. Leaves: how much it tells that nothing speaks against it. Values that are known to be
missing there are certain; that none is missing is certain only where all values are known, and else as likely as the
registers of the sketches make it: a value that the others do not have raises its register above theirs with the
probability that is worked out here.
"""

from collections.abc import Sequence

import numpy as np

from driftline.profile.column import Column

CERTAIN = float("inf")


def evidence(part: Column, wholes: Sequence[Column]) -> float:
    """Return how many different values of ``part`` would be missing in ``wholes`` together if they were unrelated.

    0 where a value is known to be missing, where there is none, or where nothing is known; ``CERTAIN`` where every
    value of ``part`` is known to be there. An accident has a probability of about exp(-evidence).
    """
    if part.rows == part.nulls or any(whole.type != part.type for whole in wholes) or not wholes:
        return 0.0
    if part.type in ("number", "time"):
        if not _in_range(part, wholes):
            return 0.0
        known = _points(part, wholes)
    else:
        known = _levels(part, wholes)
    if known is not None:
        return CERTAIN if known else 0.0
    return _registers(part, wholes)


def _in_range(part: Column, wholes: Sequence[Column]) -> bool:
    lows = [whole.minimum for whole in wholes if whole.minimum is not None]
    highs = [whole.maximum for whole in wholes if whole.maximum is not None]
    if part.infinities and not any(whole.infinities for whole in wholes):
        return False
    if part.minimum is None or part.maximum is None:
        return False
    return bool(lows) and min(lows) <= part.minimum and part.maximum <= max(highs)


def _points(part: Column, wholes: Sequence[Column]) -> bool | None:
    """Whether all numbers are there; None where not all are known."""
    if any(column.quantiles.error for column in wholes):
        return None
    there = np.concatenate([whole.quantiles.points()[0] for whole in wholes])
    here = part.quantiles.points()[0]  # where they are points of their ranks, they are values all the same
    if not bool(np.isin(here, there).all()):
        return False
    return True if not part.quantiles.error else None


def _levels(part: Column, wholes: Sequence[Column]) -> bool | None:
    """Whether all texts are there; None where not all are known."""
    there: set[str] = set()
    for whole in wholes:
        levels = whole.levels()
        if levels is None:
            return None
        there |= levels.keys()
    here = part.levels()
    if here is None:
        return None
    return here.keys() <= there


def _registers(part: Column, wholes: Sequence[Column]) -> float:
    sketches = [np.frombuffer(column.distinct.registers, np.uint8) for column in (part, *wholes)]
    if any(not len(sketch) for sketch in sketches):
        return 0.0
    mine, theirs = sketches[0], np.max(sketches[1:], axis=0)
    if (mine > theirs).any():
        return 0.0
    if len(wholes) == 1 and part.distinct.contained_in(wholes[0].distinct) < 1.0:
        return 0.0
    others = sum(whole.distinct_count() for whole in wholes)
    return min(part.distinct_count(), len(mine)) / (1.0 + others / len(mine))
