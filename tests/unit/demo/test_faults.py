"""What each fault breaks, on tables of three rows, and that a seed always chooses the same."""

from datetime import date

import pyarrow as pa
import pytest

from driftline.demo import faults
from driftline.errors import BadInput

ROWS = pa.table({"carrier": ["B6", "UA", "B6"], "arr_delay": pa.array([5, 7, None], pa.int64())})


def test_units_turn_the_minutes_of_one_carrier_into_seconds():
    wrong = faults.seconds("B6")("flights", ROWS, date(2013, 8, 14))
    assert wrong["arr_delay"].to_pylist() == [300, 7, None]
    assert wrong.schema == ROWS.schema


def test_units_leave_weather_and_aircraft_alone():
    assert faults.seconds("B6")("weather", ROWS, date(2013, 8, 14)) is ROWS


def test_the_default_seed_breaks_b6_on_the_default_day():
    fault = faults.choose("units", faults.DEFAULT_SEED)
    assert fault.day == faults.DEFAULT_DAY
    assert "B6" in fault.sentence


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_always_chooses_the_same_day_while_the_desk_is_open(seed):
    days = {faults.choose(kind, seed).day for kind in ("units", "inner-join", "staging-index")}
    assert len(days) == 1
    assert date(2013, 6, 1) < days.pop() < date(2013, 10, 31)


def test_seeds_choose_each_of_the_six_carriers():
    sentences = " ".join(faults.choose("units", seed).sentence for seed in range(60))
    assert all(f" {carrier} " in sentences for carrier in faults.CARRIERS)


def test_a_day_that_is_given_wins():
    assert faults.choose("inner-join", 3, date(2013, 9, 1)).day == date(2013, 9, 1)


def test_none_breaks_nothing():
    fault = faults.choose("none", 7)
    assert (fault.day, fault.truth, fault.rewrite, fault.join, fault.corpus) == (None, (), None, None, None)


def test_each_fault_breaks_one_thing_only():
    for kind in ("units", "inner-join", "staging-index"):
        fault = faults.choose(kind, 7)
        assert sum(part is not None for part in (fault.rewrite, fault.join, fault.corpus)) == 1
        assert fault.truth


def test_an_unknown_fault_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match="units, inner-join, staging-index, none"):
        faults.choose("unit", 7)
