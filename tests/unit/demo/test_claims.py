"""Who claims is seeded and drawn from the truth; expected shares are the stated chances, within 4 standard errors."""

import math
from datetime import date

import pyarrow as pa

from driftline.demo import claims

DAY = date(2013, 7, 1)


def flights(late, left=600, rows=20_000):
    return pa.table(
        {
            "carrier": ["B6"] * rows,
            "flight": list(range(rows)),
            "origin": ["JFK"] * rows,
            "sched_dep_time": [900] * rows,
            "distance": [1_000] * rows,
            "arr_delay": pa.array([late] * rows, pa.int64()),
            "dep_time": pa.array([left] * rows, pa.int64()),
        }
    )


def share(late, left=600, rows=20_000):
    return len(claims.of_day(DAY, flights(late, left, rows), 7)) / rows


def near(found, chance, rows=20_000):
    return abs(found - chance) < 4 * math.sqrt(chance * (1 - chance) / rows)


def test_nobody_claims_before_the_desk_opens():
    assert claims.of_day(date(2013, 3, 31), flights(400), 7) == []
    assert claims.of_day(date(2013, 4, 1), flights(400), 7)


def test_the_same_seed_brings_the_same_claims_and_another_one_others():
    once = claims.of_day(DAY, flights(200), 7)
    assert once == claims.of_day(DAY, flights(200), 7)
    assert once != claims.of_day(DAY, flights(200), 8)


def test_each_day_is_drawn_by_itself():
    today, tomorrow = (claims.of_day(day, flights(200), 7) for day in (DAY, date(2013, 7, 2)))
    assert [claim.flight_key for claim in today] != [claim.flight_key for claim in tomorrow]


def test_the_later_the_flight_the_more_claim():
    for above, chance in claims.CHANCES[:-1]:
        assert near(share(above + 1), chance)


def test_the_edge_of_a_class_belongs_to_the_milder_one():
    assert near(share(180), dict(claims.CHANCES)[60])


def test_passengers_of_cancelled_flights_claim_too():
    assert near(share(None, left=None), claims.CANCELLED)


def test_a_claim_carries_the_flight_as_it_truly_was():
    claim = claims.of_day(DAY, flights(200), 7)[0]
    assert (claim.distance, claim.minutes, claim.cancelled) == (1_000, 200, False)
    assert claim.flight_key == f"B6{claim.flight.split()[1]}-JFK-900"
    assert claim.id == "2013-07-01-001"


def test_ids_of_a_day_are_all_different():
    made = claims.of_day(DAY, flights(200), 7)
    assert len({claim.id for claim in made}) == len(made)
