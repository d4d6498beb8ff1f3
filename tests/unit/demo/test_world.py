"""A few days around the opening of the desk, with Driftline switched off: the pipeline is a user's and stands alone."""

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from driftline.capture.sending import client
from driftline.capture.watching import watch
from driftline.demo import claims, desk
from driftline.demo.faults import Fault, choose
from driftline.demo.feed import Source
from driftline.demo.world import HANDLING, World, truth_paid
from driftline.guard import switch

FIRST = date(2013, 3, 25)  # the first index is built
BROKEN = date(2013, 4, 2)
LAST = date(2013, 4, 3)
SOUND = Fault(name="none")


@pytest.fixture(scope="module")
def source():
    return Source()


@pytest.fixture
def replay(source, tmp_path, monkeypatch):
    """Returns the results of the days FIRST to LAST by day."""
    monkeypatch.setattr(switch, "_settings", None)  # what guards read from the environment is read again, and restored
    monkeypatch.setenv("DRIFTLINE_ENABLED", "false")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def run(fault, folder=tmp_path):
        days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
        with World(folder, source, 7, fault, guarded=False) as world:
            return {day: world.run_day(day) for day in days}

    yield run
    watch.unwatch()
    client.forget()


def column(name, change):
    """Return a fault that changes one column of the flights."""

    def rewrite(table, rows, day):
        if table != "flights":
            return rows
        return rows.set_column(rows.schema.get_field_index(name), name, change(rows))

    return Fault(name=name, day=BROKEN, rewrite=rewrite)


def test_a_sound_world_pays_what_is_right_and_keeps_every_flight(replay, source, tmp_path):
    results = replay(SOUND)
    assert sum(result.overpaid for result in results.values()) == 0
    assert results[LAST].answers > 0
    assert results[date(2013, 3, 31)].answers == 0
    for day in results:
        features = pq.read_table(tmp_path / "features" / f"{day}.parquet")
        flights = source.day(day)["flights"]
        assert features.num_rows == flights.num_rows
        assert features["arr_delay"].null_count == flights["arr_delay"].null_count


def test_features_agree_with_a_join_by_pandas(replay, source, tmp_path):
    replay(SOUND)
    features = pd.read_parquet(tmp_path / "features" / f"{LAST}.parquet").set_index("flight_key").sort_index()
    day = {name: rows.to_pandas() for name, rows in source.day(LAST).items()}
    joined = (
        day["flights"]
        .merge(day["weather"][["origin", "hour", "temp", "visib"]], on=["origin", "hour"], how="left")
        .merge(day["planes"][["tailnum", "seats"]], on="tailnum", how="left")
    )
    keys = joined[["carrier", "flight", "origin", "sched_dep_time"]].astype(str)
    joined.index = keys["carrier"] + keys["flight"] + "-" + keys["origin"] + "-" + keys["sched_dep_time"]
    joined = joined.sort_index()
    for name in ("arr_delay", "distance", "temp", "visib", "seats"):
        pd.testing.assert_series_equal(
            features[name].astype(float), joined[name].astype(float), check_names=False, check_index_type=False
        )


def test_the_same_claims_come_whatever_breaks(replay, tmp_path):
    answers = [
        [result.answers for result in replay(fault, tmp_path / fault.name).values()]
        for fault in (SOUND, choose("units", 7, BROKEN), choose("inner-join", 7, BROKEN))
    ]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("kind", ["units", "inner-join", "staging-index"])
def test_each_fault_costs_money_from_its_day_on_and_not_before(replay, kind):
    results = replay(choose(kind, 7, BROKEN))
    assert sum(result.overpaid for day, result in results.items() if day < BROKEN) == 0
    assert sum(result.overpaid for day, result in results.items() if day >= BROKEN) > 0


@pytest.mark.parametrize("dropped", ["distance", "arr_delay", "carrier"])
def test_a_job_that_fails_leaves_the_claims_to_persons(replay, dropped):
    rewrite = lambda table, rows, day: rows.drop_columns([dropped]) if table == "flights" else rows  # noqa: E731
    result = replay(Fault(name="dropped", day=BROKEN, rewrite=rewrite))[BROKEN]
    assert result.failed.startswith("join_flights: ")
    assert result.held == result.answers > 0
    assert (result.overpaid, result.handling) == (0, HANDLING * result.held)


@pytest.mark.parametrize(
    "fault",
    [
        column("arr_delay", lambda rows: pc.cast(rows["arr_delay"], pa.string())),
        column("distance", lambda rows: pa.nulls(len(rows), pa.int64())),
        column("dep_delay", lambda rows: pc.if_else(pc.is_valid(rows["dep_delay"]), "late", None)),
        Fault(name="empty", day=BROKEN, rewrite=lambda table, rows, day: rows.slice(0, 0)),
    ],
    ids=["text", "nulls", "words", "empty"],
)
def test_a_feed_that_makes_no_sense_does_not_end_the_year(replay, fault):
    assert replay(fault)[LAST].answers > 0


def test_the_truth_is_paid_from_the_claim_alone():
    terms = desk.Terms(180, 300, ((500.0, 75.0, 150.0), (float("inf"), 225.0, 400.0)), 60.0, 120.0)

    def claim(minutes, cancelled=False):
        return claims.Claim(id="c", flight_key="k", flight="f", distance=400, minutes=minutes, cancelled=cancelled)

    assert [truth_paid(claim(minutes), terms) for minutes in (180, 181, 301)] == [0, 75, 150]
    assert truth_paid(claim(None, cancelled=True), terms) == 60
    assert truth_paid(claim(None), terms) == 75
