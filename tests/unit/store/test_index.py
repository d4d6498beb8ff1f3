from tests.described import describe

from driftline.event.lineage import Dataset, Job, RunShape, Touched
from driftline.store import Store, open_store
from driftline.store.finder import Wanted
from driftline.store.index import DAY, DERIVED

START = 1_700_000_000_000_000
RAW, OUT = Dataset("db", "raw"), Dataset("db", "out")


def run(store: Store, number: int, time_us: int) -> None:
    """A run reads raw and writes out; an event speaks of both."""
    shape = RunShape(
        run=f"0190{number:04d}-0000-7000-8000-000000000000",
        job=Job("jobs", "load"),
        state="COMPLETE",
        started_us=time_us,
        ended_us=time_us,
        inputs=(Touched(dataset=RAW),),
        outputs=(Touched(dataset=OUT),),
    )
    for dataset in (RAW, OUT):
        describe(store, "DATASET", dataset.namespace, dataset.name, (time_us, 0, b"e%d" % number), {})
    store.lineage.put_shape(shape)
    store.index.follow()


def used(store: Store, name: str) -> int:
    return next(hit.used for hit in store.finder.find(Wanted(name), {}, 9, 0).hits if hit.name == name)


def test_what_is_read_often_and_lately_counts_as_used() -> None:
    store = open_store(":memory:")
    for day in range(40):
        run(store, day, START + day * DAY)
    assert used(store, "raw") == 31 + DERIVED  # the last thirty days with both ends; one dataset derives from it
    assert used(store, "out") == 0
    store.close()


def test_use_is_looked_at_once_a_day_of_event_time() -> None:
    store = open_store(":memory:")
    for number in range(5):
        run(store, number, START + number)
    assert used(store, "raw") == 1 + DERIVED
    run(store, 9, START + DAY)
    assert used(store, "raw") == 6 + DERIVED
    store.close()


def test_a_node_is_known_once_it_is_indexed() -> None:
    store = open_store(":memory:")
    run(store, 1, START)
    assert store.index.known(RAW.node)
    assert not store.index.known("dataset:db:other")
    store.close()
