import msgspec

from driftline.engine.engine import Engine
from driftline.interop.marquez import naming, run
from driftline.store import Store

BASE = "postgres://h:5432"
FIRST, SECOND, NEXT = (f"0194a1b2-0000-7000-8000-{number:012d}" for number in (1, 2, 3))


def test_one_run_with_all_that_its_events_say(store: Store) -> None:
    found = run.one(store, FIRST)
    assert found is not None
    assert (found.id, found.state, found.duration_ms) == (FIRST, "COMPLETED", 90_000)
    assert (found.started_at, found.ended_at) == ("2026-01-02T03:00:00Z", "2026-01-02T03:01:30Z")
    assert (found.nominal_start_time, found.nominal_end_time) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert set(found.facets) == {"nominalTime", "parent"}
    assert found.job_version is not None
    assert (found.job_version.name, found.job_version.driftline_version) == ("etl.mart", "r1")
    [read], [wrote] = found.input_dataset_versions, found.output_dataset_versions
    assert (read.dataset_version_id.name, dict(read.facets)) == ("shop.raw", {})
    assert wrote.dataset_version_id.version == naming.dataset_version(BASE, "shop.mart", f"run:{FIRST}")
    assert set(wrote.facets) == {"outputStatistics"}


def test_a_version_that_a_run_did_not_name_is_the_one_that_stood_then(store: Store) -> None:
    found = run.one(store, NEXT)
    assert found is not None
    [read] = found.input_dataset_versions
    assert read.dataset_version_id.driftline_version == f"run:{SECOND}"


def test_a_run_goes_on_until_it_ends(store: Store) -> None:
    found = run.one(store, NEXT)
    assert found is not None
    assert (found.state, found.ended_at, found.duration_ms) == ("RUNNING", None, None)


def test_runs_of_a_job_come_newest_first_without_facets(store: Store) -> None:
    line = store.reading.line("JOB", "etl", "etl.mart")
    assert line is not None
    found = run.page(store, line.id, 10, 0)
    assert [(one.id, one.state) for one in found.runs] == [(SECOND, "FAILED"), (FIRST, "COMPLETED")]
    assert found.total_count == 2
    assert [len(one.output_dataset_versions) for one in found.runs] == [1, 1]
    assert [one.id for one in run.page(store, line.id, 1, 1).runs] == [FIRST]


def test_facets_of_a_run_and_of_its_job(store: Store) -> None:
    of_run, of_job = run.facets(store, FIRST, "run"), run.facets(store, FIRST, "job")
    assert of_run is not None
    assert of_job is not None
    assert (set(of_run.facets), set(of_job.facets)) == ({"nominalTime", "parent"}, {"sourceCodeLocation"})
    assert run.facets(store, "0194a1b2-0000-7000-8000-00000000ffff", "run") is None


def test_of_a_run_id_that_came_back_the_last_attempt_is_shown_once(engine: Engine, store: Store) -> None:
    for state, moment in (("START", "05T03:00:00Z"), ("COMPLETE", "05T03:00:05Z")):
        event = {
            "eventType": state,
            "eventTime": f"2026-01-{moment}",
            "run": {"runId": SECOND, "facets": {"again": {"n": 2}} if state == "START" else {}},
            "job": {"namespace": "etl", "name": "etl.mart"},
        }
        engine.ingest(msgspec.json.encode(event))
    line = store.reading.line("JOB", "etl", "etl.mart")
    assert line is not None
    assert [(one.id, one.state) for one in run.page(store, line.id, 10, 0).runs] == [
        (SECOND, "COMPLETED"),
        (FIRST, "COMPLETED"),
    ]
    found = run.one(store, SECOND)
    assert found is not None
    assert (found.duration_ms, set(found.facets)) == (5_000, {"again"})


def test_a_run_that_was_only_announced_has_not_started(engine: Engine) -> None:
    event = {
        "eventType": "OTHER",
        "eventTime": "2026-01-02T03:00:00Z",
        "run": {"runId": FIRST},
        "job": {"namespace": "etl", "name": "later"},
    }
    engine.ingest(msgspec.json.encode(event))
    found = run.one(engine.house.store, FIRST)
    assert found is not None
    assert (found.state, found.started_at, found.created_at) == ("NEW", None, "2026-01-02T03:00:00Z")
