"""Changes of one column: other order, other values that keep or turn the order, fewer different values, some missing.

Enters: the values of a column. Leaves: changed lists of the same length. A permutation keeps which values there are;
``moved`` and ``turned`` map equal to equal and different to different, the first keeps their order; so that what only
depends on which rows are equal, or on their order, can be told from what depends on values. Seeded, hence the same
each time.
"""

import math
import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

SEED = 20_131
Map = Callable[[Any], Any]


def order(rows: int) -> list[int]:
    """Return an order in which no row is where it was, if there are two or more."""
    found = list(range(rows))
    random.Random(SEED).shuffle(found)  # noqa: S311 - no secret
    for place in range(rows):
        if found[place] == place:
            other = (place + 1) % rows
            found[place], found[other] = found[other], found[place]
    return found


def missing(value: Any) -> bool:
    """Whether a value stands for none."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NaTType"


def _kind(values: Sequence[Any]) -> Any:
    return next((value for value in values if not missing(value)), None)


def moved(values: Sequence[Any]) -> Map | None:
    """Return a map that keeps the order of values and changes each; None = there is none for this type.

    All values go beyond the largest one, so that no threshold stays where it was; and not in equal steps, so that what
    only depends on differences or on a scale changes too.
    """
    one = _kind(values)
    if isinstance(one, str):
        return lambda value: value + "\x01"  # the order stays, whatever is longer
    if isinstance(one, bytes):
        return lambda value: value + b"\x01"
    if isinstance(one, bool) or not isinstance(one, int | float | Decimal | date):
        return None
    known = [value for value in values if not missing(value)]
    low, span = min(known), max(known) - min(known)
    if isinstance(one, date):
        far = timedelta(days=span.days + 403)
        return lambda value: value + far
    if isinstance(one, int):
        return lambda value: value + span + 3 + (value - low) ** 2 // max(span, 1)
    wide = span or 1
    return lambda value: value + span + 3 + (value - low) ** 2 / wide


def turned(values: Sequence[Any]) -> Map | None:
    """Return a map that turns the order of values around; None = there is none for this type."""
    one = _kind(values)
    if isinstance(one, bool):
        return lambda value: not value
    if isinstance(one, int | float | Decimal):
        return lambda value: -value - 1
    if isinstance(one, str):
        return lambda value: "".join(chr(0xFF - ord(sign)) if 0x20 <= ord(sign) < 0x7F else sign for sign in value)
    if isinstance(one, date):
        known = [value for value in values if not missing(value)]
        low, high = min(known), max(known)
        return lambda value: low + (high - value) - timedelta(days=1)
    return None


def mapped(values: Sequence[Any], by: Map) -> list[Any]:
    """Return the values with ``by`` applied where there is one."""
    return [value if missing(value) else by(value) for value in values]


def coarse(values: Sequence[Any]) -> list[Any]:
    """Return the values with about a third of them replaced by the most frequent one, or the first."""
    chosen = random.Random(SEED + 1)  # noqa: S311 - no secret
    known = [value for value in values if not missing(value)]
    if not known:
        return list(values)
    try:
        common = max(dict.fromkeys(known), key=known.count) if len(known) <= 500 else known[0]
    except TypeError:  # values that cannot be counted
        common = known[0]
    return [common if chosen.random() < 0.35 else value for value in values]


def holed(values: Sequence[Any]) -> list[Any]:
    """Return the values with about a third of them missing."""
    chosen = random.Random(SEED + 2)  # noqa: S311 - no secret
    return [None if chosen.random() < 0.35 else value for value in values]


def variants(values: Sequence[Any], place: int) -> list[Any]:
    """Return up to eight other values for one cell: some of other rows, some that are in none."""
    own = values[place]
    found: list[Any] = []
    for value in (*values[place + 1 :], *values[:place]):
        if len(found) >= 4:
            break
        if not missing(value) and value != own and value not in found:
            found.append(value)
    base = own if not missing(own) else _kind(values)
    if base is None:
        return found
    more: list[Any] = []
    for make in (moved(values), turned(values)):
        if make is not None:
            more += [make(base), make(make(make(base)))]
    if isinstance(base, int | float) and not isinstance(base, bool):
        wide = max((abs(value) for value in values if not missing(value)), default=1) or 1
        more += [type(base)(wide * 3 + 7), type(base)(-wide * 5 - 11)]
    return [*found, *(value for value in more if value != own and value not in found)]
