"""The reference is a count of all rows, which pages do not make."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.estates import grow

from driftline.event.lineage import Dataset, History, Job, RunShape, State, Touched
from driftline.store import Store, migrate, open_store, sqlite
from driftline.store.amounts import Amounts
from driftline.store.connection import OPEN

RUNS = "select job_id, count(*) from run where attempt > 0 group by job_id order by job_id"
VERSIONS = """select dataset_id, count(*) from version where version <> '' and time_us < 9223372036854775807
group by dataset_id order by dataset_id"""
LAST = """select n.id, (select r.state from run r where r.job_id = n.id and r.attempt > 0
order by r.time_us desc, r.run desc, r.attempt desc limit 1) from node n where n.type = 'JOB' order by n.id"""
KEPT = "select node_id, {} from node_amount where {} > 0 and node_id > 0 order by node_id"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path))
    yield opened
    opened.close()


def read(store: Store, text: str) -> list[Any]:
    return store._connection._writer.execute(text).fetchall()


def write(store: Store, run: int, job: str, *, version: str, state: str = "COMPLETE", moment: int = 5) -> None:
    shape = RunShape(
        run=f"{run:08x}-0000-4000-8000-000000000000",
        job=Job("n", job),
        state=state,
        outputs=(Touched(dataset=Dataset("n", "out"), version=version),) if version else (),
    )
    store.lineage.put([History("run", (State(moment, shape),))])


def check(store: Store) -> None:
    assert read(store, KEPT.format("runs", "runs")) == read(store, RUNS)
    assert read(store, KEPT.format("versions", "versions")) == read(store, VERSIONS)
    states = {job: state or "" for job, state in read(store, LAST)}
    kept = dict(read(store, "select node_id, state from node_amount where node_id > 0"))
    assert {job: kept.get(job, "") for job in states} == states


@pytest.mark.parametrize("seed", range(6))
def test_what_is_added_up_is_what_a_count_finds(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    for turn in range(5):
        grow(store, chance, 15, begin=turn * 10)  # runs are heard of again, some under another job
        for _ in range(10):
            state = chance.choice(("START", "FAIL", "COMPLETE"))
            version, moment = chance.choice(("", "v1", "v2", "v3")), chance.randrange(9)
            write(store, 1_000 + chance.randrange(12), "j1", version=version, state=state, moment=moment)
        store.lineage.drop([f"{1_000 + chance.randrange(12):08x}-0000-4000-8000-000000000000"])
        check(store)
    counts = store.lineage.counts()
    assert counts["runs"] == read(store, "select count(*) from run where attempt > 0")[0][0]
    assert counts["versions"] == sum(amount for _, amount in read(store, VERSIONS)) > 0


def test_what_is_undone_is_not_counted(store: Store) -> None:
    write(store, 1, "j", version="v1")

    def fail() -> None:
        with store.transaction():
            write(store, 2, "j", version="v2")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    check(store)
    amounts = Amounts(store._connection)
    amounts.runs(1, 5)
    amounts.forget()
    amounts.flush()
    check(store)


def test_jobs_are_listed_by_how_their_last_execution_stands_whether_they_are_few_or_many(
    store: Store, monkeypatch: Any
) -> None:
    for number, (job, state) in enumerate((("a", "FAIL"), ("b", "FAIL"), ("b", "COMPLETE"), ("c", "FAIL"))):
        write(store, number, job, version="", state=state, moment=number)
    found = []
    for few in (0, 5_000):
        monkeypatch.setattr("driftline.store.reading.FEW", few)
        for space in ("", "n"):
            lines, total = store.reading.jobs_in_state(["FAIL"], space, 10, 0)
            found.append(([line.name for line in lines], total))
        assert store.reading.jobs_in_state(["ABORT"], "n", 10, 0) == ([], 0)
    assert found == [(["c", "a"], 2)] * 4  # no event spoke of either: the one that was heard of last comes first


def test_a_store_of_the_schema_before_is_counted_once(tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "driftline.db"
    known = migrate.available()
    monkeypatch.setattr(migrate, "available", lambda: known[:3])
    old = sqlite.SqliteConnection(file)
    old._writer.execute("insert into node values (1, 'JOB', 'n', 'j', 'job:n:j', '', 1, 1, x'')")
    for run, attempt, state in (("r1", 1, "COMPLETE"), ("r1", 2, "FAIL"), ("r2", 0, "")):
        old._writer.execute("insert into run values (null, ?, ?, 1, ?, ?, 1, '', x'')", (run, attempt, state, attempt))
    for version, moment in (("v1", 5), ("v2", OPEN), ("", 5)):
        row = (2, version, moment)
        old._writer.execute("insert into version values (null, ?, ?, ?, 0, '', '', 0, '', '', x'', 1)", row)
    old.close()
    monkeypatch.undo()
    store = open_store(str(tmp_path))
    assert read(store, "select * from node_amount") == [(1, 2, 0, "FAIL"), (2, 0, 1, "")]
    store.close()
