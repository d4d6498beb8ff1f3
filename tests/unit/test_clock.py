"""Expected microseconds are from ``datetime.timestamp`` worked out by hand."""

import contextlib
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


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T10:00:00Z",
        "2026-01-01T10:00:00",
        "2026-01-01 10:00:00",
        "2026-01-01 10:00:00 UTC",
        "2026-01-01 10:00:00 +00:00",
        "2026-01-01T10:00:00GMT",
        "2026-01-01t10:00:00z",
        "2026-01-01T12:00:00+0200",
        "2026-01-01T05:00:00-05",
        "2026-01-01T10:00Z[UTC]",
        "2026-01-01T11:00:00+01:00[Europe/Berlin]",
        "20260101T100000Z",
        "  2026-01-01T10:00:00.000000000Z\n",
    ],
)
def test_the_forms_in_which_emitters_write_a_time_mean_the_same(text: str) -> None:
    # 56 years after 1970, 14 of them leap years (1972 to 2024): 20,454 days, and ten hours
    assert clock.parse(text) == (20_454 * 86_400 + 36_000) * 1_000_000


def test_a_leap_second_is_the_second_after_it() -> None:
    # the one at the end of 2016: 17,167 days after 1970
    for text in ("2016-12-31T23:59:60Z", "2017-01-01T00:59:60+01:00", "2016-12-31 23:59:60"):
        assert clock.parse(text) == 17_167 * 86_400 * 1_000_000
    assert clock.parse("2016-12-31T23:59:60.5Z") == (17_167 * 86_400 * 10 + 5) * 100_000


@pytest.mark.parametrize(
    "text", ["2026-01-01T10:00:00Z\0", "2026-01-01T10:00:61Z", "2026-01-01T10:60:00Z", "2026-01-60"]
)
def test_what_is_no_time_raises(text: str) -> None:
    with pytest.raises(ValueError):
        clock.parse(text)


def test_nanoseconds_are_cut_not_rounded() -> None:
    assert clock.parse("1970-01-01T00:00:00.999999999Z") == 999_999
    assert clock.parse("1970-01-01T00:00:00,123456789+00:00") == 123_456
    assert clock.parse("1970-01-01 00:00:01.000001999") == 1_000_001


@given(st.text(max_size=40))
def test_no_text_raises_anything_but_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        clock.parse(text)


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
