from collections.abc import Iterator

import pytest

from driftline.event.lineage import Dataset, Job, RunShape, Touched
from driftline.store import Store, open_store
from driftline.store.walks import NOW

IN, OUT = Dataset("f", "in"), Dataset("f", "out")
JOB = Job("j", "job")


def run(id_: str, start: int, end: int, *, reads: tuple[Dataset, ...] = (IN,), parent: str = "") -> RunShape:
    return RunShape(
        run=id_,
        job=JOB,
        state="COMPLETE",
        started_us=start,
        ended_us=end,
        parent=parent,
        inputs=tuple(Touched(dataset=one) for one in reads),
        outputs=(Touched(dataset=OUT),) if reads else (),
    )


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def name(store: Store, as_of_us: int) -> str:
    """Return the run id of the job's last execution."""
    found = store.lineage.lookup(JOB.node)
    assert found is not None
    runs = store.views.last_runs([found.id], as_of_us)
    return str(store.walks.run_rows(runs.values())[runs[found.id]][1]) if runs else ""


def test_the_last_run_is_the_one_that_ended_last_by_the_moment(store: Store) -> None:
    for id_, start, end in (("b", 20, 25), ("a", 10, 15), ("c", 30, 35)):
        store.lineage.put_shape(run(id_, start, end))
    assert [name(store, moment) for moment in (9, 15, 27, NOW)] == ["", "a", "b", "c"]


def test_a_run_that_names_no_dataset_is_passed_over(store: Store) -> None:
    store.lineage.put_shape(run("a", 10, 15))
    store.lineage.put_shape(run("b", 20, 25, reads=()))
    assert name(store, NOW) == "a"


def test_of_two_that_ended_together_the_greater_id_is_the_last(store: Store) -> None:
    for id_ in ("y", "z", "x"):
        store.lineage.put_shape(run(id_, 10, 15))
    assert name(store, NOW) == "z"


def test_children_are_found_by_the_run_that_started_them(store: Store) -> None:
    store.lineage.put_shape(run("p", 1, 9))
    store.lineage.put_shape(run("second", 5, 6, parent="p"))
    store.lineage.put_shape(run("first", 2, 3, parent="p"))
    store.lineage.put_shape(run("other", 2, 3, parent="q"))
    found = store.views.children(["p"])
    rows = store.walks.run_rows(child for child, _ in found)
    assert [rows[child][1] for child, _ in found] == ["first", "second"]
    assert store.views.children([]) == []


def test_what_came_between_two_moments_is_paged_by_id(store: Store) -> None:
    store.lineage.put_shape(run("a", 10, 15))
    assert {row[3] for row in store.views.born((0, 15), 10)} == {"job", "in", "out"}
    assert store.views.born((15, 99), 10) == []
    (target,) = store.views.changed("edge", 0, (0, 15), 10)
    assert store.walks.nodes([target])[target][3] == "out"
    assert store.views.changed("edge", target, (0, 15), 10) == []
    assert len(store.views.changed("flow", 0, (0, 15), 10)) == 2
    assert len(store.views.changed("flow", 0, (0, 15), 1)) == 1
