"""What is held for a commit, by hand; that databases do the same is shown in hooks/test_commits.py."""

import functools
import gc
from collections.abc import Callable, Iterator

import pytest

import driftline
from driftline.capture.runs import transactions
from driftline.capture.runs.run import Run
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

T = Dataset("sqlite://x", "t")


class Connection:
    """Anything that can be referred to weakly."""


@pytest.fixture
def run(sink: MemorySink) -> Iterator[Run]:
    with driftline.run("job") as made:
        yield made


def test_what_is_put_outside_of_a_transaction_is_done_at_once(run: Run) -> None:
    done: list[int] = []
    transactions.put(Connection(), run, lambda: done.append(1), inside=False)
    transactions.put(object(), run, lambda: done.append(2), inside=True)  # nobody would tell of its end
    assert done == [1, 2]


def test_of_a_connection_that_cannot_be_referred_to_nothing_is_known_and_nothing_fails(run: Run) -> None:
    one, done = object(), list[int]()
    transactions.begin(one)
    transactions.mark(one, "here")
    for act in (transactions.back, transactions.release):
        act(one, "here")
    assert transactions.again(one, "key", 1) is None
    assert not transactions.begun(one)
    assert (transactions.version(one, T), transactions.holds(one)) == ("", False)
    transactions.put(one, run, lambda: done.append(1), T, "v", inside=True)
    transactions.commit(one)
    transactions.rollback(one)
    assert (done, transactions.any_open()) == ([1], False)


def test_a_commit_does_what_was_held_in_order_once(run: Run) -> None:
    done: list[int] = []
    one, other = Connection(), Connection()
    for number in (1, 2):
        transactions.put(one, run, lambda number=number: done.append(number), T, f"v{number}", inside=True)
    transactions.put(other, run, lambda: done.append(9), inside=True)
    assert (transactions.version(one, T), transactions.version(other, T), done) == ("v2", "", [])
    transactions.commit(one)
    transactions.commit(one)
    transactions.rollback(other)
    assert done == [1, 2]
    assert not transactions.any_open()


@pytest.mark.parametrize(
    ("statements", "left"),
    [
        (("savepoint a", "+1", "rollback to a"), [0]),
        (("savepoint a", "+1", "ROLLBACK TRANSACTION TO SAVEPOINT A", "+2"), [0, 2]),
        (("savepoint a", "+1", "savepoint b", "+2", "release a", "rollback to b"), []),  # b is not known any more
        (("savepoint a", "+1", 'savepoint "b"', "+2", "rollback to b", "+3", "release savepoint b;"), [0, 1, 3]),
        (("+1", "rollback", "+2"), [2]),
        (("rollback to before", "+1"), [1]),
    ],
)
def test_savepoints(run: Run, statements: tuple[str, ...], left: list[int]) -> None:
    done: list[int] = []
    connection = Connection()
    transactions.put(connection, run, lambda: done.append(0), inside=True)
    for text in statements:
        if text.startswith("+"):
            transactions.put(connection, run, lambda number=int(text): done.append(number), inside=True)
        else:
            assert transactions.controls(text)
            assert transactions.told(connection, text)
    transactions.told(connection, "COMMIT WORK")
    assert done == left


def test_other_statements_are_not_about_the_transaction(run: Run) -> None:
    for text in ("select 1", "insert into commit values (1)", "create table rollback (a int)", "begin; select 1"):
        assert not transactions.controls(text)
    assert transactions.mixed("begin; insert into t values (1); rollback")
    assert not transactions.mixed("rollback;")


def test_a_key_is_held_once_until_something_is_taken_back(run: Run) -> None:
    connection = Connection()
    assert transactions.again(None, "k", 1) is None
    assert [transactions.again(connection, "k", value) for value in (1, 2, 3)] == [None, 1, 1]
    transactions.back(connection, "somewhere")
    assert transactions.again(connection, "k", 1) is None
    transactions.anew(connection)
    assert [transactions.again(connection, "k", value) for value in (2, 3)] == [None, 2]
    transactions.rollback(connection)


def test_a_connection_that_goes_away_takes_what_it_held_with_it(run: Run) -> None:
    done: list[int] = []
    connection = Connection()
    transactions.put(connection, run, lambda: done.append(1), T, "v", inside=True)
    del connection
    gc.collect()
    transactions.settle(run, lost=False)
    assert (done, run.trace.gaps) == ([], {})


def test_the_end_of_a_run_settles_what_is_still_held(run: Run) -> None:
    done: list[int] = []
    kept, lost = Connection(), Connection()
    transactions.put(kept, run, lambda: done.append(1), T, "v", inside=True)
    transactions.settle(run, lost=False)
    transactions.put(lost, run, lambda: done.append(2), T, "v", inside=True)
    transactions.settle(run, lost=True)
    assert (done, run.trace.gaps) == ([1], {"not committed: t": 2})


def test_it_is_known_what_waits_and_which_statements_commit(run: Run) -> None:
    connection = Connection()
    assert not transactions.holds(connection)
    transactions.begin(connection)
    assert not transactions.holds(connection)
    transactions.put(connection, run, lambda: None, inside=True)
    assert transactions.holds(connection)
    transactions.commit(connection)
    assert not transactions.holds(connection)
    assert all(map(transactions.commits, ("COMMIT;", "end transaction")))
    assert not transactions.commits("rollback")
    assert not transactions.commits("select 1")


def test_of_one_transaction_so_much_is_held_and_the_rest_is_counted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "MOST", 3)
    connection, done = Connection(), list[int]()
    for number in range(5):
        transactions.put(connection, run, functools.partial(done.append, number), inside=True)
        transactions.again(connection, number, 1)
    transactions.commit(connection)
    assert (done, run.trace.gaps) == ([0, 1, 2], {transactions.FURTHER: 2})


@pytest.mark.parametrize(
    ("act", "changed"),
    [(transactions.commit, False), (transactions.rollback, True), (lambda one: transactions.back(one, "here"), True)],
)
def test_what_is_taken_back_is_counted_and_what_is_committed_is_not(
    run: Run, act: Callable[[Connection], None], changed: bool
) -> None:
    one, before = Connection(), transactions.undone()
    transactions.put(one, run, list, inside=True)
    act(one)
    assert (transactions.undone() != before) is changed


def test_what_goes_with_its_connection_is_counted(run: Run) -> None:
    before = transactions.undone()
    transactions.put(Connection(), run, list, inside=True)
    gc.collect()
    assert transactions.undone() == before + 1


@pytest.mark.parametrize(
    ("act", "left"),
    [
        (transactions.commit, ["first stands", "second stands"]),
        (transactions.rollback, ["second undone", "first undone"]),
        (lambda one: transactions.back(one, "here"), ["second undone"]),
    ],
)
def test_what_belongs_to_the_connection_stands_or_is_undone_backwards(
    run: Run, act: Callable[[Connection], None], left: list[str]
) -> None:
    one, done = Connection(), list[str]()
    for name in ("first", "second"):
        acts = [functools.partial(done.append, f"{name} {end}") for end in ("stands", "undone")]
        transactions.beside(one, *acts)
        transactions.mark(one, "here")
        if name == "first":
            transactions.settle(run, lost=True)  # it is of no run
            transactions.mark(one, "here")
    transactions.release(one, "here")
    act(one)
    assert done == left


def test_of_a_connection_that_cannot_be_referred_to_nothing_is_undone(run: Run) -> None:
    transactions.beside(object(), None, None)
    assert not transactions.any_open()


@pytest.mark.parametrize("end", ["closed", "gone", "next", "failed", "rolled back", "lasting"])
def test_what_is_written_in_memory_counts_without_a_commit_unless_it_is_taken_back(sink: MemorySink, end: str) -> None:
    done: list[str] = []
    run = driftline.run("job").__enter__()
    one = Connection()
    setattr(one, transactions.PASSING, True)
    transactions.put(one, run, functools.partial(done.append, "a"), T, "v", inside=True)
    if end == "lasting":  # a file was attached meanwhile
        setattr(one, transactions.PASSING, False)
        transactions.put(one, run, functools.partial(done.append, "b"), T, "v", inside=True)
    if end in ("closed", "lasting"):
        transactions.closed(one)
    elif end == "rolled back":
        transactions.rollback(one)
    elif end != "failed":
        del one
        gc.collect()
    if end == "next":
        transactions.begin(Connection())
        assert done == ["a"]
    transactions.settle(run, lost=True)
    assert done == ([] if end in ("rolled back", "lasting") else ["a"])
    assert run.trace.gaps == {}
    run.__exit__(None, None, None)
