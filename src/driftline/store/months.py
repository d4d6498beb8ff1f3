"""The months by which PostgreSQL keeps the event log in parts.

Enters: times of events. Leaves: the name and bounds of the month's part, or nothing where a time lies so far
off (a broken clock) that it shares one part with all such times. Never looks at a clock or a store.
Source: https://www.postgresql.org/docs/15/ddl-partitioning.html.
"""

from datetime import UTC, datetime
from typing import NamedTuple

from driftline import clock

BEFORE, AFTER = 120, 12  # months before and after the present one that get a part of their own


class Month(NamedTuple):
    """One calendar month, UTC."""

    name: str  # such as event_log_2013_01
    from_us: int
    until_us: int  # exclusive


def month(event_us: int, now_us: int) -> Month | None:
    """Return the month of ``event_us``; None where it is over 10 years before or a year after ``now_us``."""
    try:
        moment = clock.to_datetime(event_us)
    except OverflowError:
        return None
    now = clock.to_datetime(now_us)
    number = moment.year * 12 + moment.month - 1
    if not -BEFORE <= number - (now.year * 12 + now.month - 1) <= AFTER:
        return None
    name = f"event_log_{moment.year:04d}_{moment.month:02d}"
    return Month(name, _start(number), _start(number + 1))


def _start(number: int) -> int:
    return clock.from_datetime(datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC))
