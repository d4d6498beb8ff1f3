"""Expected microseconds are from ``datetime.timestamp`` worked out by hand."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline import clock

EARLY, LATE = datetime.fromisoformat("1971-01-01"), datetime.fromisoformat("2200-01-01")


def test_iso_texts_of_every_kind_are_read() -> None:
    assert clock.parse("1970-01-01T00:00:01Z") == 1_000_000
    assert clock.parse("1970-01-01T01:00:00+01:00") == 0
    assert clock.parse("1970-01-01") == 0
    assert clock.parse("1970-01-01T00:00:00.1234567890Z") == 123_456
    assert clock.parse("1970-01-01T00:00:00.5+00:00") == 500_000


def test_a_text_that_is_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        clock.parse("soon")


@given(st.datetimes(min_value=EARLY, max_value=LATE))
def test_a_moment_survives_text_and_back(moment: datetime) -> None:
    moment_us = clock.from_datetime(moment)
    assert clock.parse(clock.iso(moment_us)) == moment_us
    assert clock.to_datetime(moment_us) == moment.replace(tzinfo=UTC)


def test_a_zone_is_taken_into_account() -> None:
    east = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert clock.from_datetime(east) == 0
