"""What every store promises about its pages."""

from unittest.mock import patch

import msgspec
import pytest

from driftline.event.lineage import Dataset, Field, Job, RunShape, Touched
from driftline.store import Store
from driftline.store.log import Fresh
from driftline.store.reading import FEW, HOUR_US, SEEN, NodeLine

HOUR = 490_000 * HOUR_US
BUILD, DESK = Job("etl", "build"), Job("desk", "Desk")
RAW, MART, OTHER = Dataset("pg", "raw"), Dataset("pg", "Mart"), Dataset("s3", "mart_100%")


def run(number: int, job: Job, state: str, *, attempt: int = 1, **more: object) -> RunShape:
    said = {
        "run": f"0190aaaa-0000-7000-8000-{number:012d}",
        "attempt": attempt,
        "job": job,
        "state": state,
        "started_us": HOUR + number * 1_000_000 + attempt,
        "ended_us": HOUR + number * 1_000_000 + 10 + attempt,
        "inputs": (Touched(dataset=RAW),),
        "outputs": (Touched(dataset=MART, version=f"v{number}", fields=(Field("a", "INT"),)),),
        **more,
    }
    return RunShape(**said)


@pytest.fixture
def filled(store: Store) -> Store:
    store.lineage.put_shape(run(1, BUILD, "COMPLETE"))
    store.lineage.put_shape(run(2, BUILD, "FAIL"))
    reads = {"inputs": (Touched(dataset=MART),), "outputs": (Touched(dataset=OTHER, version="w"),)}
    store.lineage.put_shape(run(3, DESK, "COMPLETE", **reads))
    return store


def test_namespaces_are_counted_as_names_come(filled: Store) -> None:
    first = {space.name: (space.datasets, space.jobs) for space in filled.reading.spaces()}
    assert first == {"desk": (0, 1), "etl": (0, 1), "pg": (2, 0), "s3": (1, 0)}
    with filled.transaction():
        filled.lineage.put_shape(run(4, Job("etl", "new"), "COMPLETE"))
    space = filled.reading.space("etl")
    assert space is not None
    assert (space.jobs, space.first_us, space.last_us) == (2, HOUR + 1_000_011, HOUR + 4_000_011)
    assert filled.reading.space("none") is None
    assert filled.reading.firsts("JOB") == {490_000: 3}


def test_pages_are_by_name(filled: Store) -> None:
    assert [line.name for line in filled.reading.page("DATASET", "pg", 5, 0)] in (["Mart", "raw"], ["raw", "Mart"])
    whole = filled.reading.page("DATASET", "", 5, 0)
    assert [filled.reading.page("DATASET", "", 1, at)[0] for at in range(3)] == whole
    assert filled.reading.page("JOB", "none", 5, 0) == []
    line = filled.reading.line("JOB", "etl", "build")
    assert line is not None
    assert filled.reading.lines([line.id]) == {line.id: line}
    assert filled.reading.lines_by_node(["job:etl:build", "job:no:no"]) == {"job:etl:build": line}


def test_what_is_hidden_is_on_no_page(filled: Store) -> None:
    raw, build = (
        filled.reading.line(type_, *name) for type_, *name in (("DATASET", "pg", "raw"), ("JOB", "etl", "build"))
    )
    assert raw is not None
    assert build is not None
    gone = (raw.id, build.id)
    assert [line.name for line in filled.reading.page("DATASET", "pg", 5, 0, without=gone)] == ["Mart"]
    assert [line.name for line in filled.reading.page("JOB", "", 5, 0, without=gone)] == ["Desk"]
    assert filled.reading.jobs_in_state(["FAIL"], "", 5, 0, without=gone) == ([], 0)
    for newest in (False, True):
        assert filled.reading.found("%raw%", ["DATASET"], "", 5, newest=newest, without=gone) == []


def test_jobs_by_the_state_of_their_newest_execution(filled: Store) -> None:
    found, total = filled.reading.jobs_in_state(["FAIL"], "", 5, 0)
    assert ([line.name for line in found], total) == (["build"], 1)
    assert filled.reading.jobs_in_state(["FAIL"], "desk", 5, 0) == ([], 0)
    assert filled.reading.jobs_in_state([], "", 5, 0) == ([], 0)


def test_names_by_their_form(filled: Store) -> None:
    found = filled.reading.found("%mart%", ["DATASET"], "", 5, newest=False)
    assert {line.name for line in found} == {"Mart", "mart_100%"}
    assert [line.name for line in filled.reading.found("%100\\%", ["DATASET", "JOB"], "", 5, newest=True)] == [
        "mart_100%"
    ]
    assert filled.reading.found("%mart%", ["JOB"], "", 5, newest=False) == []


def test_jobs_come_with_the_last_spoken_of_first_and_in_a_state_likewise(filled: Store) -> None:
    """Events spoke of Desk first, of build last; build failed. A job that none speaks of comes last."""
    for name, moment in (("Desk", 1), ("build", 2)):
        space = "desk" if name == "Desk" else "etl"
        filled.lineage.describe({("JOB", space, name): {}}, {("JOB", space, name): (HOUR, HOUR + moment)})
    filled.lineage.put_shape(run(9, Job("etl", "silent"), "FAIL"))
    reading = filled.reading
    assert [line.name for line in reading.page("JOB", "", 5, 0)] == ["build", "Desk", "silent"]
    assert [line.name for line in reading.page("JOB", "", 1, 1)] == ["Desk"]
    assert [line.name for line in reading.page("JOB", "etl", 5, 0)] == ["build", "silent"]
    for few in (0, FEW):
        with patch("driftline.store.reading.FEW", few):
            assert names(reading.jobs_in_state(["FAIL", "COMPLETE"], "", 5, 0)) == (["build", "Desk", "silent"], 3)
            assert names(reading.jobs_in_state(["FAIL"], "etl", 5, 0)) == (["build", "silent"], 2)
            assert names(reading.jobs_in_state(["FAIL"], "desk", 5, 0)) == ([], 0)


def names(page: tuple[list[NodeLine], int]) -> tuple[list[str], int]:
    return [line.name for line in page[0]], page[1]


def test_newest_executions_of_several_jobs(filled: Store) -> None:
    ids = [line.id for line in filled.reading.page("JOB", "", 5, 0)]
    newest = filled.reading.newest_runs(ids, 5)
    rows = filled.walks.run_rows(one for runs in newest.values() for one in runs)
    found = {job: [rows[one][4] for one in runs] for job, runs in newest.items()}
    assert sorted(found.values()) == [["COMPLETE"], ["FAIL", "COMPLETE"]]
    assert all(len(runs) == 1 for runs in filled.reading.newest_runs(ids, 1).values())


def test_what_runs_read_and_wrote(filled: Store) -> None:
    row = filled.reading.run("0190aaaa-0000-7000-8000-000000000003")
    assert row is not None
    read, wrote = filled.reading.ends([row[0]])
    assert (read.name, read.version, read.writes, wrote.name, wrote.version, wrote.writes) == (
        "Mart",
        "",
        False,
        "mart_100%",
        "w",
        True,
    )
    then = filled.walks.version_rows([read.then_id])[read.then_id]
    assert then[3] == "v2"
    writer = filled.reading.writers([read.then_id])[read.then_id]
    assert writer[1] == "0190aaaa-0000-7000-8000-000000000002"
    assert (wrote.then_id, wrote.writer_id) == (0, row[0])
    assert filled.reading.ends([]) == []


def test_versions_newest_first(filled: Store) -> None:
    line = filled.reading.line("DATASET", "pg", "Mart")
    assert line is not None
    rows, total = filled.reading.versions(line.id, 1, 0)
    assert ([row[3] for row in rows], total) == (["v2"], 2)
    assert filled.reading.newest_versions([line.id]) == {line.id: rows[0][0]}
    assert {version for _, version in filled.reading.version_names(line.id, 9, 0)} == {"", "v1", "v2"}
    assert filled.reading.schemas([rows[0][10], 0]) == {rows[0][10]: (Field("a", "INT"),)}


def event(second: int, state: str) -> Fresh:
    raw = msgspec.json.encode({"eventType": state, "n": second})
    return Fresh(raw, HOUR + second * 1_000_000, "0190aaaa-0000-7000-8000-000000000001", 0)


def test_run_events_by_time(store: Store) -> None:
    static = Fresh(b"{}", HOUR, "dataset:a:b", 2)
    store.log.append([event(1, "START"), event(2, "COMPLETE"), event(3, "START"), static], received_us=1)
    found, total = store.reading.run_events(HOUR, HOUR + HOUR_US, 2, 1, up=True)
    assert ([msgspec.json.decode(one.raw)["n"] for one in found], total) == ([2, 3], 3)
    found, total = store.reading.run_events(HOUR + 2_000_000, HOUR + HOUR_US, 5, 0, up=False)
    assert ([msgspec.json.decode(one.raw)["n"] for one in found], total) == ([3, 2], 2)


def test_states_are_counted_anew_when_there_are_more_events(store: Store) -> None:
    assert store.reading.states(490_000) == {}
    store.log.append([event(1, "START"), event(2, "COMPLETE")], received_us=1)
    assert store.reading.states(490_000) == {"START": 1, "COMPLETE": 1}
    store.log.append([event(3, "START")], received_us=2)
    assert store.reading.states(490_000) == {"START": 2, "COMPLETE": 1}


def test_of_very_many_events_the_shares_are_told(store: Store) -> None:
    many = [event(1, "START")._replace(raw=b'{"eventType":"START","n":%d}' % n) for n in range(SEEN + 500)]
    store.log.append(many, received_us=1)
    assert store.reading.states(490_000) == {"START": SEEN + 500}


def test_settings_by_name(store: Store) -> None:
    store.state.put("a", b"1")
    assert store.reading.settings(["a", "b"]) == {"a": b"1"}


def test_the_newest_runs_are_found_by_job_and_state_with_their_last_attempt(filled: Store) -> None:
    assert [filled.reading.counted(["FAIL"], since) for since in (0, HOUR + 3_000_000)] == [1, 0]
    filled.lineage.put_shape(run(2, BUILD, "COMPLETE", attempt=2))
    job = filled.reading.line("JOB", "etl", "build")
    assert job is not None

    def newest(job: int, *states: str) -> list[tuple[str, int]]:
        return [(row[1][-1], row[2]) for row in filled.reading.newest(job, states, 5)]

    assert newest(0) == [("3", 1), ("2", 2), ("1", 1)]
    assert newest(job.id) == [("2", 2), ("1", 1)]
    assert newest(job.id, "COMPLETE") == [("2", 2), ("1", 1)]
    assert newest(0, "FAIL", "ABORT") == []  # of run 2 the second attempt came to a good end


def test_a_run_is_found_by_either_end_of_its_id_and_a_version_by_its_partition(filled: Store) -> None:
    slices = {"outputs": (Touched(dataset=OTHER, version="w2", partition="2026-01-01"),)}
    filled.lineage.put_shape(run(40, DESK, "COMPLETE", **slices))
    last = "0190aaaa-0000-7000-8000-000000000040"
    for typed in ("00000040", "run:00000040", last, last[:-1]):
        assert filled.lineage.find(typed) == [f"run:{last}"]
    assert len(filled.lineage.find("0190aaaa")) == 4
    assert filled.lineage.find("mart_100%#2026-01-01") == ["dataset:s3:mart_100%#w2"]


def test_a_file_is_found_without_its_suffix_where_nothing_else_goes_by_that_name(filled: Store) -> None:
    for number, name in enumerate(("feed/x.csv", "y.tar.gz", "y.long.name.csv", "x.d/z.csv")):
        more = {"outputs": (Touched(dataset=Dataset("file", name), version="1"),)}
        filled.lineage.put_shape(run(50 + number, DESK, "COMPLETE", **more))
    assert filled.lineage.find("x") == ["dataset:file:feed/x.csv"]
    assert filled.lineage.find("feed/x") == ["dataset:file:feed/x.csv"]
    assert filled.lineage.find("y") == ["dataset:file:y.tar.gz"]
    assert filled.lineage.find("x#1") == ["dataset:file:feed/x.csv#1"]
    assert filled.lineage.find("x", only="DATASET") == ["dataset:file:feed/x.csv"]
    assert filled.lineage.find("x", only="JOB") == []
    assert filled.lineage.find("nobody") == filled.lineage.find("nobody#1") == []
