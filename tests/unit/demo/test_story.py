"""Forty days before the fault and three after it, replayed with Driftline on; then how figures are put together."""

import json
from datetime import date, timedelta

import msgspec
import pytest

from driftline.capture.sending import client
from driftline.capture.watching import watch
from driftline.demo import faults, story
from driftline.demo.faults import Fault
from driftline.demo.feed import Source
from driftline.demo.story import Year
from driftline.demo.world import HANDLING, DayResult, World
from driftline.event.finding import Cause, Incident, Money
from driftline.event.report import IncidentReport

BROKEN = date(2013, 4, 12)
FIRST, LAST = BROKEN - timedelta(days=42), BROKEN + timedelta(days=2)
FEED = "dataset:file:feed/flights"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return both replays and the outcome, as ``tell`` makes them, on 45 days instead of a year."""
    folder = tmp_path_factory.mktemp("story")
    source, fault = Source(), faults.choose("units", 7, BROKEN)
    guarded = Year(guarded=True, first_bad=BROKEN)
    world = World(folder / "guarded", source, 7, fault, guarded=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        story.replay(guarded, world, FIRST, BROKEN - timedelta(days=1), "before", quiet=True)
        copied = world.fork(folder / "unguarded", guarded=False)
        bare = Year(guarded=False, first_bad=BROKEN, days=list(guarded.days), known=set(guarded.known))
        story.replay(bare, copied, BROKEN, LAST, "without", quiet=True)
        story.replay(guarded, world, BROKEN, LAST, "with", quiet=True)
    watch.unwatch()
    client.forget()
    return bare, guarded, story.outcome(folder, fault, 7, bare, guarded)


def test_nothing_is_called_an_incident_before_the_fault(told):
    _, guarded, _ = told
    before = [day for day in guarded.days if day.day < BROKEN]
    assert len(before) == 42
    assert {(day.overpaid, day.held, day.stopped) for day in before} == {(0.0, 0, "")}
    assert guarded.false == set()


def test_the_fault_is_noticed_with_its_first_batch_and_the_feed_is_named(told):
    for year in told[:2]:
        assert year.noticed == BROKEN
        assert len(year.known) == 1
        assert year.incident is not None
        assert year.incident.incident.causes[0].node == FEED
        assert year.incident.incident.first_bad == str(BROKEN)


def test_claims_on_bad_features_go_to_persons_and_nothing_is_overpaid(told):
    _, guarded, _ = told
    bad = [day for day in guarded.days if BROKEN <= day.day < BROKEN + timedelta(days=story.REPAIR_DAYS)]
    for day in bad:
        assert day.held == day.answers > 0
        assert (day.stopped, day.overpaid, day.handling) == ("features", 0.0, HANDLING * day.held)


def test_the_day_of_the_repair_flows_again_by_itself(told):
    _, guarded, _ = told
    assert guarded.mended == LAST
    last = guarded.days[-1]
    assert (last.day, last.held, last.overpaid, last.stopped) == (LAST, 0, 0.0, "")
    assert last.answers > 0


def test_without_guards_the_same_claims_cost_money(told):
    bare, guarded, _ = told
    assert [day.answers for day in bare.days] == [day.answers for day in guarded.days]
    assert sum(day.held for day in bare.days) == 0
    assert all(day.overpaid > 0 for day in bare.days if day.day >= BROKEN)
    assert bare.mended is None


def test_the_outcome_adds_up_what_happened_from_the_fault_on(told):
    bare, guarded, result = told
    lost = sum(day.overpaid for day in bare.days if day.day >= BROKEN)
    handled = 6.0 * sum(day.held for day in guarded.days)
    assert (result.money_unguarded, result.money_guarded) == (round(lost, 2), handled)
    assert result.money_avoided == round(lost - handled, 2)
    assert (result.cause_first, result.cause_correct, result.false_incidents) == (FEED, True, 0)
    assert (result.batches_to_notice, result.answers_to_notice) == (0, 0)
    assert result.flights == sum(day.flights for day in guarded.days)
    assert json.loads(story.line(result)) == msgspec.structs.asdict(result)


def day_of(number, **figures):
    return DayResult(day=date(2013, 5, number), **figures)


def test_figures_are_added_up_from_the_fault_on_and_over_all_days_without_one():
    days = [day_of(1, overpaid=5.0), day_of(2, overpaid=7.0, handling=6.0), day_of(3, overpaid=11.0)]
    assert Year(guarded=False, days=days, first_bad=date(2013, 5, 2)).total(lambda day: day.lost) == 24.0
    assert Year(guarded=False, days=days).total(lambda day: day.lost) == 29.0


@pytest.mark.parametrize(
    ("figures", "status"),
    [
        ({}, "well"),
        ({"overpaid": 1.0, "held": 3}, "bad"),
        ({"held": 1}, "held"),
        ({"stopped": "index"}, "held"),
    ],
)
def test_a_day_is_bad_held_or_well(figures, status):
    assert story._tick(day_of(1, **figures)).status == status


def outcome(fault, bare, guarded, folder):
    return story.outcome(folder, fault, 3, bare, guarded)


def test_a_fault_that_nobody_noticed_is_no_right_answer(tmp_path):
    fault = faults.choose("units", 3, date(2013, 5, 2))
    year = Year(guarded=True, first_bad=fault.day, days=[day_of(2, overpaid=10.0, answers=4, flights=9)])
    result = outcome(fault, year, year, tmp_path)
    assert (result.cause_correct, result.noticed_batch, result.batches_to_notice) == (False, None, None)
    assert (result.first_bad_batch, result.money_unguarded, result.money_avoided) == ("2013-05-02", 10.0, 0.0)


def test_a_year_without_a_fault_has_no_cause_to_be_right_about(tmp_path):
    year = Year(guarded=True, days=[day_of(1, answers=4)])
    result = outcome(Fault(name="none"), year, year, tmp_path)
    assert (result.day, result.cause_correct, result.cause_truth, result.incidents) == (None, None, [], 0)


def test_a_wrong_first_cause_and_incidents_of_either_year_count(tmp_path):
    fault = faults.choose("inner-join", 3, date(2013, 5, 2))
    cause = Cause(rank=1, node=FEED, kind="feed", score=0.7, sentence="It moved.")
    incident = Incident(
        id="i", title="t", opened_us=1, updated_us=1, symptom="s", causes=(cause,), money=Money(lost=3.0),
        hit=("dataset:file:features",),
    )  # fmt: skip
    told = IncidentReport(incident=incident)
    noticed = date(2013, 5, 4)
    bare = Year(guarded=False, first_bad=fault.day, incident=told, noticed=noticed, known={"i", "x"}, false={"x"})
    guarded = Year(guarded=True, first_bad=fault.day, incident=told, noticed=noticed, known={"i", "y"}, false={"x"})
    result = outcome(fault, bare, guarded, tmp_path)
    assert (result.cause_first, result.cause_correct, result.cause_score) == (FEED, False, 0.7)
    assert (result.batches_to_notice, result.incidents, result.false_incidents) == (2, 2, 1)
    assert result.money_lost_seen == 3.0
