"""The time limit of a statement."""

import gc
import signal
import time
import weakref

import pytest
import sqlglot

from driftline.capture.sql import dialect, limit, statement
from driftline.capture.sql.limit import UNLIMITED, Limit, TooLong
from driftline.capture.sql.script import Script


def test_an_alarm_ends_what_does_not_look_at_the_time_and_puts_the_old_handler_back() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooLong, match=r"not finished within 0.05 seconds"), Limit(0.05, alarm=True).armed():
        time.sleep(5)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_alarm_that_python_drops_comes_once_more() -> None:
    class Slow:
        def __del__(self) -> None:
            time.sleep(5)  # what is raised in here is dropped

    def drop_one() -> None:
        one = Slow()
        del one
        time.sleep(5)

    with pytest.raises(TooLong), Limit(0.05, alarm=True).armed():
        drop_one()


def test_inside_a_users_program_no_signal_is_touched() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with Limit(0.01).armed():
        assert signal.getsignal(signal.SIGALRM) is before
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert UNLIMITED.deadline() > time.monotonic() + 1e9


def test_an_alarm_waits_while_someone_is_told_of_garbage() -> None:
    def told(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(0.1)  # what is raised in here is dropped, with a warning

    gc.collect()  # what other tests left is none of the garbage below
    gc.callbacks.append(told)
    try:
        with pytest.raises(TooLong):
            _collect_and_wait()
    finally:
        gc.callbacks.remove(told)


def test_an_alarm_waits_while_a_set_of_weak_references_loses_a_member() -> None:
    with pytest.raises(TooLong), Limit(0.05, alarm=True).armed():
        _add_and_lose()


def _add_and_lose() -> None:
    members: weakref.WeakSet[_Member] = weakref.WeakSet()
    while True:
        members.add(_Member())  # and at once it is gone: what is raised in the callback is dropped, with a warning


class _Member:
    pass


def _collect_and_wait() -> None:
    with Limit(0.05, alarm=True).armed():
        gc.collect()
        time.sleep(5)


def test_a_parser_that_would_not_come_to_its_end_is_ended_without_a_signal() -> None:
    """The parser tries each of these brackets twice: 40 of them would take a billion times as long as ten."""
    sql = f"INSERT INTO n SELECT {'array[' * 40}a{']' * 40} AS x FROM t"
    before = signal.getsignal(signal.SIGALRM)
    (one,) = statement.read(sql, Script(dialect.of(""), lambda source: None), Limit(0.2))
    assert signal.getsignal(signal.SIGALRM) is before
    assert one.problem in ("not finished within 0.2 seconds", "too deeply nested")  # so where the parser is compiled
    assert [source.names[0] for source in one.reads] == ["t"]
    assert one.writes is not None
    assert one.writes.names == ("n",)


def test_types_in_each_other_do_not_hold_the_parser_either() -> None:
    """The parser tries each of these types twice, too."""
    (one,) = statement.read(
        f"SELECT {'struct(' * 40}a{')' * 40} AS x FROM t", Script(dialect.of(""), lambda _: None), Limit(0.2)
    )
    assert one.problem in ("not finished within 0.2 seconds", "too deeply nested")
    assert [source.names[0] for source in one.reads] == ["t"]


@pytest.mark.parametrize("name", ["", "athena", "mysql", "tsql", "clickhouse", "snowflake"])
def test_a_parser_has_until_the_deadline(name: str) -> None:
    grammar = sqlglot.Dialect.get_or_raise(name or None)
    tokens = grammar.tokenize("SELECT a FROM t")
    (tree,) = Limit(60).parser(grammar).parse(tokens, "")
    assert tree.sql() == "SELECT a FROM t"
    with pytest.raises(TooLong, match="not finished within -1 seconds"):
        Limit(-1).parser(grammar).parse(tokens, "")


def test_a_dialect_that_looks_at_the_time_is_the_dialect_that_it_was() -> None:
    """The way of a compiled parser, whose methods cannot be replaced."""
    known = set(sqlglot.Dialect.classes)
    grammar = sqlglot.Dialect.get_or_raise("mysql")
    text = "SELECT `a`, b || c FROM t"
    (tree,) = limit._asked(grammar, (float("inf"), "")).parser().parse(grammar.tokenize(text), text)
    assert tree == sqlglot.parse_one(text, dialect="mysql")
    with pytest.raises(TooLong, match="late"):
        limit._asked(grammar, (0.0, "late")).parser().parse(grammar.tokenize(text), text)
    assert set(sqlglot.Dialect.classes) == known
    assert sqlglot.Dialect.get("mysql") is type(grammar)


def test_statements_of_one_text_share_the_time_unless_the_process_is_our_own() -> None:
    begun = Limit(1.0).begun()
    time.sleep(0.01)
    assert begun.deadline() == begun.until < Limit(1.0).deadline()
    assert Limit(1.0, alarm=True).begun().until == float("inf")
