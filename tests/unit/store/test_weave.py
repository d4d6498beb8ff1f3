from collections.abc import Iterator
from typing import Any

import pytest

from driftline.event.lineage import ColumnEdge, Dataset, Edge, History, Job, RunShape, State, Touched, Version
from driftline.store import Store, open_store
from driftline.store.facts import Facts
from driftline.store.weave import Weaver

A, B, OUT = (Dataset("n", name) for name in ("a", "b", "out"))
J, K = Job("n", "j"), Job("n", "k")


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def whole(**more: Any) -> RunShape:
    """Return a run with everything that is kept of one."""
    written = Version(OUT, "v")
    said: dict[str, Any] = {
        "run": "r",
        "job": J,
        "state": "COMPLETE",
        "started_us": 3,
        "ended_us": 5,
        "nominal_us": 2,
        "parent": "p",
        "parent_job": K,
        "root": "q",
        "root_job": Job("n", "dag"),
        "code": "c1",
        "parameters": {"x": "1"},
        "inputs": (Touched(dataset=A, version="1", rows=7),),
        "outputs": (Touched(dataset=OUT, version="v"),),
        "informed": (written,),
        "edges": (Edge(Version(A, "1"), written, "r", "column"),),
        "columns": (ColumnEdge(A, "x", OUT, "x"),),
    }
    return RunShape(**(said | more))


def put(store: Store, *shapes: RunShape) -> None:
    store.lineage.put([History("run", (State(shape.time_us, shape),)) for shape in shapes])


def facts(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return what is held but for the nodes, which stay when they were once named."""
    return {
        table: sorted(store.canonical.facts(table), key=repr) for table in store.canonical.digests() if table != "node"
    }


def test_an_execution_comes_back_as_it_was_put(store: Store) -> None:
    put(store, whole())
    assert store.lineage.run("r") == whole()


def test_attempts_of_a_run_are_executions_of_their_own(store: Store) -> None:
    put(
        store,
        whole(state="FAIL"),
        whole(attempt=2, started_us=7, ended_us=9, outputs=(Touched(dataset=OUT, version="w"),), informed=(), edges=()),
    )
    assert [run.attempt for run in store.lineage.runs(J)] == [2, 1]
    assert store.lineage.run("r", 1) == whole(state="FAIL")
    last = store.lineage.run("r")
    assert last is not None
    assert (last.attempt, last.state) == (2, "COMPLETE")


def test_an_attempt_that_is_no_more_goes_with_all_that_it_said(store: Store) -> None:
    put(store, whole())
    before = facts(store)
    put(store, whole(), whole(attempt=2, started_us=7, ended_us=9, inputs=(Touched(dataset=B),), edges=()))
    assert facts(store) != before
    put(store, whole())
    assert facts(store) == before


def test_an_execution_that_turns_out_to_be_another_jobs_leaves_nothing_with_the_first(store: Store) -> None:
    put(store, whole(job=K))
    put(store, whole())
    other = open_store(":memory:")
    put(other, whole())
    assert facts(store) == facts(other)
    other.close()


def test_the_same_again_changes_nothing_and_writes_no_new_id(store: Store) -> None:
    put(store, whole())
    before = facts(store), store.lineage.lookup(Version(OUT, "v").node)
    put(store, whole())
    assert (facts(store), store.lineage.lookup(Version(OUT, "v").node)) == before


def test_several_executions_written_together_are_the_same_as_one_by_one(store: Store) -> None:
    runs = [whole(run=f"r{number}", ended_us=5 + number) for number in range(4)]
    put(store, *runs)
    other = open_store(":memory:")
    for run in reversed(runs):
        put(other, run)
    assert facts(store) == facts(other)
    other.close()


def test_only_a_good_end_or_no_word_on_states_is_what_a_later_run_is_compared_with(store: Store) -> None:
    put(
        store,
        *(
            whole(run=state or "none", state=state, ended_us=n)
            for n, state in enumerate(("COMPLETE", "", "FAIL", "START"), 5)
        ),
    )
    before = store.lineage.previous_run(J, 99)
    assert before is not None
    assert before.run == "none"


class Looked(dict[tuple[int, int, int], int]):
    """Counts how often all of it is looked through."""

    times = 0

    def items(self) -> Any:
        self.times += 1
        return super().items()


def test_the_columns_of_many_outputs_are_looked_through_once_and_not_for_each(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, held = Weaver._write_columns, []

    def counted(weaver: Weaver, run_id: int, run: tuple[str, int], old: Facts, new: Facts) -> None:
        held.append(new._replace(columns=Looked(new.columns)))
        write(weaver, run_id, run, old, held[-1])

    monkeypatch.setattr(Weaver, "_write_columns", counted)
    made = [Dataset("n", f"out{number}") for number in range(20)]
    put(
        store,
        whole(
            outputs=tuple(Touched(dataset=one, version="v") for one in made),
            columns=tuple(ColumnEdge(A, "x", one, "x") for one in made),
        ),
    )
    assert [(len(one.columns), one.columns.times) for one in held] == [(20, 1)]
