"""The graph is small enough to be read off: a job feeds another, which read ``raw`` and wrote ``out``."""

import pytest

from driftline.event.lineage import Dataset, History, Job, Place, RunShape, State, Tie, Touched
from driftline.store import Store, open_store
from driftline.store.line import FEED, FLOW, Line
from driftline.store.steps import Steps, feed
from driftline.store.walks import NOW

RAW, OUT = Dataset("n", "raw"), Dataset("n", "out")
FIRST, OWN = Job("n", "first"), Job("n", "own")


@pytest.fixture
def store() -> Store:
    store = open_store(":memory:")
    tie = Tie(Place("JOB", "n", "first"), Place("JOB", "n", "own"))
    shape = RunShape(run="r", job=OWN, inputs=(Touched(dataset=RAW),), outputs=(Touched(dataset=OUT),), ties=(tie,))
    store.lineage.put([History("run", (State(1, shape),))])
    return store


def ids(store: Store) -> dict[str, int]:
    found = {}
    for node in (RAW.node, OUT.node, FIRST.node, OWN.node):
        known = store.lineage.lookup(node)
        assert known is not None
        found[known.label] = known.id
    return found


def test_a_row_is_a_line_towards_what_is_further_down() -> None:
    assert feed((1, 2, 3, "explicit", 1.0), up=True) == Line(2, 1, 3, 2, FEED, "explicit", 1.0)
    assert feed((1, 2, 3, "explicit", 1.0), up=False) == Line(1, 2, 3, 2, FEED, "explicit", 1.0)


def test_a_dataset_is_next_to_what_fed_it_and_to_the_job_that_feeds_its_writer(store: Store) -> None:
    at = ids(store)
    lines = Steps(store.walks._connection, "up", NOW)([at["out"]])
    assert {(line.source, line.via, line.hops, line.kind) for line in lines} == {
        (at["raw"], at["own"], 2, ""),
        (at["first"], at["own"], 2, FEED),
    }
    assert {line.target for line in Steps(store.walks._connection, "down", NOW)([at["raw"]])} == {at["out"]}
    store.close()


def test_a_job_that_a_walk_begins_at_or_meets_is_next_to_what_it_read_or_wrote(store: Store) -> None:
    at = ids(store)
    assert Steps(store.walks._connection, "down", NOW)([at["own"]]) == []  # it only stands between datasets
    begun = Steps(store.walks._connection, "down", NOW, [at["own"]])
    assert [(line.source, line.target, line.kind) for line in begun([at["own"]])] == [(at["own"], at["out"], FLOW)]
    met = Steps(store.walks._connection, "down", NOW, [at["first"]])
    assert [(line.target, line.hops, line.kind) for line in met([at["first"]])] == [(at["own"], 1, "")]
    assert [(line.target, line.kind) for line in met([at["own"]])] == [(at["out"], FLOW)]
    store.close()
