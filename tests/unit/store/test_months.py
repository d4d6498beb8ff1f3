from driftline import clock
from driftline.store.months import month

NOW = clock.parse("2026-07-20T12:00:00Z")


def test_a_month_goes_from_its_first_moment_to_that_of_the_next() -> None:
    found = month(clock.parse("2025-12-31T23:59:59.999999Z"), NOW)
    assert found == ("event_log_2025_12", clock.parse("2025-12-01"), clock.parse("2026-01-01"))
    assert month(clock.parse("2026-01-01"), NOW) == (
        "event_log_2026_01", clock.parse("2026-01-01"), clock.parse("2026-02-01"),
    )  # fmt: skip


def test_only_ten_years_back_and_one_ahead_have_months() -> None:
    assert month(clock.parse("2016-07-01"), NOW) is not None
    assert month(clock.parse("2016-06-30T23:59:59"), NOW) is None
    assert month(clock.parse("2027-07-31T23:59:59"), NOW) is not None
    assert month(clock.parse("2027-08-01"), NOW) is None


def test_a_time_that_is_no_date_has_no_month() -> None:
    assert month(2**63 - 1, NOW) is None
    assert month(-(2**63), NOW) is None
    assert month(0, NOW) is None
