"""Time, in one unit: integer microseconds since 1970-01-01 UTC.

Three clocks are kept apart by name: ``event`` (when it happened), ``nominal`` (when it was scheduled for) and
``received`` (when we heard of it). This module only converts and, in one function, reads the wall clock.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN = datetime(1970, 1, 1)  # noqa: DTZ001 - its texts get a Z
_MICROSECOND = timedelta(microseconds=1)
_ZONE_NAME = r"\[[\w/+-]+\]$"
_UTC = r" ?(?:UTC|GMT)$"
_LEAP_SECOND = r"(?P<before>[T ]\d\d:?\d\d:?)60"


def now_us() -> int:
    """Return the wall clock in microseconds."""
    return time.time_ns() // 1000


def from_datetime(moment: datetime) -> int:
    """Return ``moment`` in microseconds; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


def to_datetime(moment_us: int) -> datetime:
    """Return the UTC datetime of ``moment_us``."""
    return _EPOCH + timedelta(microseconds=moment_us)


@lru_cache(4_096)  # the time of an event is asked for again and again
def parse(text: str) -> int:
    """Return the microseconds of an ISO 8601 text; more than six decimals are cut, a missing zone is UTC.

    A leap second is the second after it. Beyond the standard: a space for the T, small letters, ``UTC`` or ``GMT`` for
    the zone, and a zone's name in brackets, as Java writes it.

    Raises:
        ValueError: the text is not a date or a time.
    """
    text = text.strip()
    if not text.isprintable():  # the standard library overlooks some of it
        raise ValueError(f"{text!r} is no time")
    try:
        return from_datetime(datetime.fromisoformat(text))
    except ValueError:
        plain = re.sub(_UTC, "Z", re.sub(_ZONE_NAME, "", text).upper())
        usual = re.sub(_LEAP_SECOND, r"\g<before>59", plain)
        return from_datetime(datetime.fromisoformat(usual)) + (1_000_000 if usual != plain else 0)


def iso(moment_us: int) -> str:
    """Return ``moment_us`` as ISO 8601 with ``Z``, without decimals where they are zero."""
    moment = _PLAIN + timedelta(microseconds=moment_us)
    return moment.isoformat() + "Z"  # which leaves out decimals that are zero
