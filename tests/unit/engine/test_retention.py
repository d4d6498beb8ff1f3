"""Retention never cuts a way that a live version came by: each way is laid, pruned, and walked again.

What must stay is counted by hand in every test; that nothing else changed is seen by asking before and after.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline import clock
from driftline.config import Settings
from driftline.engine import upkeep
from driftline.engine.engine import Engine
from driftline.event.kept import Pruned

LONG_AGO = "2026-01-01"
Event = dict[str, Any]
LOGICAL = {"symlinks": {"identifiers": [{"namespace": "n", "name": "logical", "type": "TABLE"}]}}
OLD = {"namespace": "n", "name": "old"}
RENAMED = {"lifecycleStateChange": {"lifecycleStateChange": "RENAME", "previousIdentifier": OLD}}
OF_RAW = {"columnLineage": {"fields": {"y": {"inputFields": [{"namespace": "n", "name": "raw", "field": "x"}]}}}}


def state(version: str = "", kind: str = "") -> Event:
    return {"driftline_state": {"version": version, "kind": kind}}


MODEL = state(kind="model")


def run(
    number: int, job: str, reads: Event | None = None, writes: Event | None = None, hour: int = 0, **job_facets: Any
) -> Event:
    """A run that ended in an hour of 2024 (or its minute, above 23); what it touched, each with its facets."""
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2024-01-{1 + hour // 24:02d}T{hour % 24:02d}:00:00Z",
        "run": {"runId": f"00000000-0000-0000-0000-{number:012d}"},
        "job": {"namespace": "etl", "name": job, "facets": job_facets},
        "inputs": [{"namespace": "n", "name": name, "facets": facets} for name, facets in (reads or {}).items()],
        "outputs": [{"namespace": "n", "name": name, "facets": facets} for name, facets in (writes or {}).items()],
    }


TRAIN_ON = {name: run(9, "train", {name: {}}, {"m": MODEL}, 9) for name in ("raw", "logical", "new", "f", "view")}
LOAD = run(1, "load", writes={"raw": {}})
VIEW_BY_JOB = {
    "eventTime": "2024-01-01T02:00:00Z",
    "job": {"namespace": "n", "name": "make_view"},
    "inputs": [{"namespace": "n", "name": "raw"}],
    "outputs": [{"namespace": "n", "name": "view"}],
}
VIEW_BY_DATASET = {"eventTime": "2024-01-01T02:00:00Z", "dataset": {"namespace": "n", "name": "view", "facets": OF_RAW}}
BUILD_JOB, LOAD_JOB = ({"type": "JOB", "namespace": "etl", "name": name} for name in ("build", "load"))
FED_BY_JOB = {"entries": [{**BUILD_JOB, "inputs": [LOAD_JOB]}]}
FEED = run(2, "feed", {"raw": {}}, {}, 1)  # it hands on what it read without a dataset between
BUILD_JOB_FED = {"entries": [{**BUILD_JOB, "inputs": [{"type": "JOB", "namespace": "etl", "name": "feed"}]}]}
ANSWERS = run(4, "serve", {"m": state("1")}, {"p": state("2026-03-01", "predictions")})

WAYS: dict[str, tuple[list[Event], int]] = {  # events, and how many of their runs must stay
    "versions": ([LOAD, run(2, "build", {"raw": {}}, {"f": {}}, 1), TRAIN_ON["f"]], 3),
    "a column alone": ([LOAD, run(2, "build", {}, {"f": OF_RAW}, 1), TRAIN_ON["f"]], 3),
    "a symlink of the writer": ([run(1, "load", writes={"raw": LOGICAL}), TRAIN_ON["logical"]], 2),
    "a symlink said by a third": ([LOAD, run(2, "look", {"raw": LOGICAL}, {}, 1), TRAIN_ON["logical"]], 3),
    "a rename": ([run(1, "load", writes={"old": {}}), run(2, "move", {}, {"new": RENAMED}, 1), TRAIN_ON["new"]], 3),
    "a view of a job": ([LOAD, VIEW_BY_JOB, TRAIN_ON["view"]], 2),
    "a view of a dataset": ([LOAD, VIEW_BY_DATASET, TRAIN_ON["view"]], 2),
    "a job that feeds a job": (
        [LOAD, FEED, run(3, "build", {}, {"f": {}}, 2, lineage=BUILD_JOB_FED), TRAIN_ON["f"]],
        4,
    ),
    "a job that feeds a job, as a third says": (
        [LOAD, FEED, run(3, "build", {}, {"f": {}}, 2), run(4, "tell", hour=3, lineage=BUILD_JOB_FED), TRAIN_ON["f"]],
        5,
    ),
    "a run without inputs": ([run(2, "build", {}, {"f": {}}, 1, lineage=FED_BY_JOB), TRAIN_ON["f"]], 2),
    "an older model that still answers": (
        [
            LOAD,
            run(2, "train", {"raw": {}}, {"m": state("1", "model")}, 2),
            run(3, "train", {}, {"m": state("2", "model")}, 3),
            {**ANSWERS, "eventTime": "2026-03-01T00:00:00Z"},
        ],
        3,  # of the old ones
    ),
}
IDLE = run(8, "idle", {"x": {}}, {"y": {}})


def given(home: Path, events: list[Event], store: str = "") -> Engine:
    engine = Engine.open(Settings(home=str(home), store=store, console=False))
    engine.ingest_many([msgspec.json.encode(event) for event in events])
    return engine


def prune(engine: Engine, when: str = LONG_AGO, **more: Any) -> Pruned:
    return upkeep.prune(engine.house, clock.parse(when), **more)


def upstream(engine: Engine, name: str) -> list[Any]:
    """The dataset and its newest version, as far up as it goes."""
    known = engine.house.store.lineage.lookup(f"dataset:n:{name}")
    assert known is not None
    assert known.dataset is not None
    (newest,) = engine.house.store.lineage.versions(known.dataset, 1)
    return [engine.lineage(node, down=False, depth=5_000, limit=100_000) for node in (known.node, newest.node)]


@pytest.mark.parametrize("way", WAYS)
def test_a_way_that_a_live_version_came_by_stays_whole(way: str, tmp_path: Path) -> None:
    events, staying = WAYS[way]
    live = "p" if way.startswith("an older model") else "m"
    with given(tmp_path, [*events, IDLE]) as engine:
        before = upstream(engine, live)
        assert len(before[0].nodes) >= 4
        done = prune(engine)
        assert (done.runs, done.spared) == (1, staying)  # idle goes
        assert upstream(engine, live) == before
        assert not upkeep.check(engine.house).differ


def test_a_tie_that_every_run_says_again_keeps_the_one_that_said_it_first(tmp_path: Path) -> None:
    """On each of five days feed feeds build."""
    days = [
        event
        for day in range(5)
        for event in (
            run(10 + day, "feed", {}, {"log": {}}, 2 * day),
            run(20 + day, "build", {}, {"f": {}}, 2 * day + 1, lineage=BUILD_JOB_FED),
        )
    ]
    with given(tmp_path, [*days, run(9, "train", {"f": {}}, {"m": MODEL}, 20)]) as engine:
        kept = ("train", "the last build", "the last feed", "the first build, which said first that feed feeds it")
        assert prune(engine).spared == len(kept)


def test_a_table_that_is_written_from_itself_is_followed_to_its_beginning(tmp_path: Path) -> None:
    steps = [run(100 + hour, "add", {"raw": {}}, {"raw": {}}, hour) for hour in range(620)]
    with given(tmp_path, [*steps, run(9, "train", {"raw": {}}, {"m": MODEL}, 621)]) as engine:
        assert prune(engine) == Pruned(runs=0, events=0, spared=621)


def test_what_only_a_replaced_version_came_from_goes(tmp_path: Path) -> None:
    events = [LOAD, run(2, "train", {"raw": {}}, {"m": MODEL}, 1), run(3, "load", {}, {"raw": {}}, 2), TRAIN_ON["raw"]]
    with given(tmp_path, events) as engine:
        assert prune(engine, rehearse=True) == Pruned(runs=2, events=2, spared=2, rehearsed=True)
        assert prune(engine) == Pruned(runs=2, events=2, spared=2)


def test_a_version_that_comes_while_old_runs_go_keeps_what_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "TOGETHER", 1)
    runs = [run(1, "load", writes={"a": {}}), run(2, "load_b", writes={"b": {}})]
    with given(tmp_path, runs) as engine:
        late = {**run(9, "train", {"b": {}}, {"m": MODEL}), "eventTime": "2024-02-01T00:00:00Z"}

        def meanwhile(_done: int) -> None:
            engine.ingest(msgspec.json.encode(late))

        assert prune(engine, progress=meanwhile).runs == 1
        assert {node.label for node in upstream(engine, "m")[0].nodes} == {"m", "train", "b", "load_b"}


def test_postgresql_keeps_the_same_ways(tmp_path: Path, postgres: Any) -> None:
    for at, way in enumerate(("a symlink said by a third", "a rename", "a view of a job", "a job that feeds a job")):
        events, staying = WAYS[way]
        with given(tmp_path / str(at), [*events, IDLE], postgres.new_url()) as engine:
            before = upstream(engine, "m")
            assert prune(engine) == Pruned(runs=1, events=1, spared=staying)
            assert upstream(engine, "m") == before
