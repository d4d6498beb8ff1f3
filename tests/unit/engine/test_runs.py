"""Runs in a list, from events by hand."""

from typing import Any

from driftline.engine import runs


def test_the_newest_runs_come_first_with_what_failed_of_what(town: Any, say: Any) -> None:
    first = say("build", "05", "flights", "features")
    second = say("build", "06", "flights", "", state="FAIL")
    third = say("serve", "07", "features", "desk")
    house = town.engine.house
    found = runs.newest(house)
    assert [(one.run, one.job, one.state) for one in found] == [
        (third, "serve", "COMPLETE"),
        (second, "build", "FAIL"),
        (first, "build", "COMPLETE"),
    ]
    assert [(one.inputs, one.outputs) for one in found] == [(1, 1), (1, 0), (1, 1)]
    job = found[1].job_node
    assert [one.run for one in runs.newest(house, job=job)] == [second, first]
    assert [one.run for one in runs.newest(house, job=job, limit=1)] == [second]
    assert [one.run for one in runs.newest(house, states=runs.FAILED)] == [second]
    assert runs.newest(house, job="job:no:body") == []
    assert (runs.failed_since(house, 0), runs.failed_since(house, found[0].ended_us)) == (1, 0)


def test_a_job_is_failing_as_long_as_its_newest_run_has_failed(town: Any, say: Any) -> None:
    house = town.engine.house
    failed = say("build", "05", "flights", "features", state="FAIL")
    jobs = [one.job_node for one in runs.newest(house)]
    assert {job: one.run for job, one in runs.failing(house, [*jobs, "job:no:body"]).items()} == {jobs[0]: failed}
    say("build", "06", "flights", "features")
    assert runs.failing(house, jobs) == {}


def test_a_run_has_ended_once_it_said_so(town: Any, say: Any) -> None:
    house = town.engine.house
    begun = say("build", "05", "flights", "", state="START")
    done = say("build", "06", "flights", "features", state="FAIL")
    assert [runs.ended(house, run) for run in (begun, done)] == [False, True]
