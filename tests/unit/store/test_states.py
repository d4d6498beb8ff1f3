"""By hand: stories of one dataset, told run by run at moments that are small numbers."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from driftline.event.lineage import Dataset, History, Job, RunShape, State, Touched, Version
from driftline.store import Store, migrate, open_store, sql, states

A = Dataset("n", "a")
Said = tuple[str, ...]  # versions, each with the slices that it was: "xxh3:a", "xxh3:a feb mar"
Tell = Callable[..., int]


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store(":memory:")
    yield store
    store.close()


@pytest.fixture
def tell(store: Store) -> Tell:
    """Return a function that tells of a run, and returns its id."""

    def parts(said: Said) -> tuple[Touched, ...]:
        made = []
        for version, *slices in (one.split() for one in said):
            made.append(Touched(dataset=A, version=version, partition="".join(slices[:1]), also=tuple(slices[1:])))
        return tuple(made)

    def run(end: int, reads: Said = (), writes: Said = (), *, start: int = 0, job: str = "j") -> int:
        name = f"{job}{end:06d}"
        shape = RunShape(
            run=name, job=Job("n", job), state="COMPLETE", started_us=start or end, ended_us=end,
            inputs=parts(reads), outputs=parts(writes),
        )  # fmt: skip
        store.lineage.put([History(name, (State(end, shape),))])
        found = store.lineage.lookup(f"run:{name}")
        return found.id if found else 0

    return run


def dataset(store: Store) -> int:
    found = store.lineage.lookup(A.node)
    assert found is not None
    return found.id


def id_(store: Store, version: str) -> int:
    found = store.lineage.lookup(Version(A, version).node)
    assert found is not None
    return found.id


def named(store: Store, ids: object) -> set[str]:
    return {row[3] for row in store.walks.version_rows(ids).values()}


def there(store: Store, moment: int, slice_: str = "") -> set[str]:
    return named(store, store.states.at(dataset(store), slice_, moment))


def turn(store: Store, version: str, moment: int, slice_: str = "") -> tuple[int, set[str], int, bool]:
    found = store.states.turn(dataset(store), slice_, id_(store, version), moment)
    assert found is not None
    return found.since_us, named(store, found.gone), found.gone_since_us, found.returned


def test_a_return_is_a_turn_of_its_own(store: Store, tell: Tell) -> None:
    for moment, version in ((10, "xxh3:a"), (20, "xxh3:b"), (30, "xxh3:a")):
        tell(moment, writes=(version,))
    assert [there(store, moment) for moment in (9, 10, 25, 99)] == [set(), {"xxh3:a"}, {"xxh3:b"}, {"xxh3:a"}]
    assert turn(store, "xxh3:a", 15) == (10, set(), 0, False)
    assert turn(store, "xxh3:b", 25) == (20, {"xxh3:a"}, 10, False)
    assert turn(store, "xxh3:a", 99) == (30, {"xxh3:b"}, 20, True)


def test_a_reader_that_began_before_a_write_and_tells_of_it_later_saw_what_was_there_before(
    store: Store, tell: Tell
) -> None:
    tell(10, writes=("xxh3:a",))
    tell(20, writes=("xxh3:b",))
    tell(40, reads=("xxh3:a",), start=15, job="slow")
    assert there(store, 99) == {"xxh3:b"}
    tell(60, reads=("xxh3:a",), start=50, job="later")  # somebody put it back, and nobody said so
    assert there(store, 99) == {"xxh3:a"}
    assert turn(store, "xxh3:a", 99) == (40, {"xxh3:b"}, 20, True)


def test_who_reads_a_snapshot_by_its_number_says_nothing_of_what_is_there_now(store: Store, tell: Tell) -> None:
    tell(10, writes=("delta:1",))
    tell(20, writes=("delta:2",))
    tell(30, reads=("delta:1",), job="look")
    assert there(store, 99) == {"delta:2"}
    tell(40, reads=("delta:3",), job="look")  # the first word of a new one
    assert there(store, 99) == {"delta:3"}


def test_equal_slices_have_one_version_and_each_its_own_time(store: Store, tell: Tell) -> None:
    tell(10, writes=("xxh3:a jan", "xxh3:b feb"))
    tell(20, writes=("xxh3:b jan feb",))
    assert store.states.slices(id_(store, "xxh3:b")) == ("feb", "jan")
    assert [there(store, moment, "jan") for moment in (15, 25)] == [{"xxh3:a"}, {"xxh3:b"}]
    assert [there(store, moment, "feb") for moment in (15, 25)] == [{"xxh3:b"}] * 2
    assert turn(store, "xxh3:b", 99, "jan") == (20, {"xxh3:a"}, 10, False)
    assert turn(store, "xxh3:b", 99, "feb") == (10, set(), 0, False)
    assert store.states.seen(dataset(store), 0, 15, 9) == ["feb", "jan"]
    assert store.states.seen(dataset(store), 20, 99, 9) == []


def test_a_slice_that_went_is_one_that_a_later_run_of_the_job_no_longer_read(store: Store, tell: Tell) -> None:
    first = tell(10, reads=("xxh3:a jan", "xxh3:b feb"))
    second = tell(20, reads=("xxh3:b feb",))
    here, job = dataset(store), store.walks.run_rows([_run(store, "j000010")])[_run(store, "j000010")][3]
    assert (store.states.reader(here, 15), store.states.reader(here, 99)) == (first, second)
    assert store.states.before(job, here, 20) == first
    assert store.states.before(job, here, 10) == 0
    assert store.states.before(job, here, 20, wrote=True) == 0
    read = {slice_: named(store, ids) for slice_, ids in store.states.read(first, here).items()}
    assert read == {"feb": {"xxh3:b"}, "jan": {"xxh3:a"}}
    assert list(store.states.read(second, here)) == ["feb"]


def _run(store: Store, name: str) -> int:
    found = store.lineage.lookup(f"run:{name}")
    assert found is not None
    return found.id


@pytest.mark.parametrize("slice_", ["", "jan"])
def test_another_content_is_found_behind_any_number_of_readings(
    store: Store, tell: Tell, monkeypatch: pytest.MonkeyPatch, slice_: str
) -> None:
    """More readings than are looked at, 5 pages of 10: what is alike is stepped over."""
    monkeypatch.setattr(states, "PAGE", 10)
    monkeypatch.setattr(states, "PAGES", 5)
    monkeypatch.setattr(states, "_BORN", 2)
    tell(1, writes=(f"xxh3:a {slice_}",))
    for moment in range(2, 60):
        tell(moment, reads=(f"xxh3:a {slice_}",), job="read")
    tell(60, writes=(f"xxh3:b {slice_}",))
    for moment in range(61, 130):
        tell(moment, reads=(f"xxh3:b {slice_}",), job="read")
    assert turn(store, "xxh3:b", 999, slice_) == (60, {"xxh3:a"}, 1, False)
    assert turn(store, "xxh3:a", 59, slice_) == (1, set(), 0, False)
    assert there(store, 999, slice_) == {"xxh3:b"}


@pytest.mark.parametrize("slice_", ["", "jan"])
def test_what_is_there_is_found_behind_any_number_of_readings_that_say_nothing_of_it(
    store: Store, tell: Tell, monkeypatch: pytest.MonkeyPatch, slice_: str
) -> None:
    """Twice as many readings of two snapshots by their numbers as 5 pages of 10; and as many slices beside it."""
    monkeypatch.setattr(states, "PAGE", 10)
    monkeypatch.setattr(states, "PAGES", 5)
    tell(1, writes=(f"delta:1 {slice_}",))
    tell(2, writes=(f"delta:2 {slice_}",))
    for moment in range(3, 103):
        tell(moment, reads=(f"delta:{moment % 2 + 1} {slice_}",), job="read")
        tell(moment, writes=(f"xxh3:{moment} other",), job="beside")
    assert there(store, 999, slice_) == {"delta:2"}
    assert turn(store, "delta:2", 999, slice_) == (2, {"delta:1"}, 1, False)


@pytest.mark.parametrize("slice_", ["", "jan"])
def test_two_contents_that_lie_side_by_side_are_there_since_they_came_however_often_they_were_read(
    store: Store, tell: Tell, monkeypatch: pytest.MonkeyPatch, slice_: str
) -> None:
    monkeypatch.setattr(states, "PAGE", 10)
    monkeypatch.setattr(states, "PAGES", 5)
    tell(1, writes=(f"xxh3:a {slice_}",))
    both = (f"xxh3:b {slice_}", f"xxh3:c {slice_}")
    tell(2, writes=both)
    for moment in range(3, 103):
        tell(moment, reads=both, job="read")
    assert there(store, 999, slice_) == {"xxh3:b", "xxh3:c"}
    assert turn(store, "xxh3:b", 999, slice_) == (2, {"xxh3:a"}, 1, False)


def test_a_run_that_read_more_files_than_are_looked_at_together_is_seen_whole(
    store: Store, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "PAGE", 10)
    tell(10, writes=tuple(f"xxh3:{number} jan" for number in range(35)))
    assert len(store.states.at(dataset(store), "jan", 99)) == 35


def test_no_statement_reads_all_that_is_known_of_a_dataset() -> None:
    """By a dataset alone SQLite steps only to the first of its slices."""
    raw = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(raw)
    text = (Path(states.__file__).parent / "states.sql").read_text()
    found = []
    for name in re.findall(r"^-- name: (\w+)$", text, re.MULTILINE):
        statement = sql.load()[name].text
        values: dict[str, object] = dict.fromkeys(re.findall(r":([a-z_]+)", statement), 1)
        plan = raw.execute(f"explain query plan {statement}", values).fetchall()
        found += [(name, step[3]) for step in plan if step[3].endswith("(dataset_id=?)")]
    assert found == [("slices_between", "SEARCH state USING COVERING INDEX state_slice (dataset_id=?)")]
    raw.close()
