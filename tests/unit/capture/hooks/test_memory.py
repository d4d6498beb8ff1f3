"""Databases in memory are named by what owns the process, so that unrelated scripts do not share their tables."""

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

import driftline
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

Script = Callable[..., list[dict[str, Any]]]

NUMBERS = itertools.count()

WORK = """import driftline; driftline.watch({name})
import duckdb, sqlite3
with driftline.run("load"):
    d, s = duckdb.connect(), sqlite3.connect(":memory:")
    d.execute("create table t as select * from 'in.csv'")
    s.execute("create table u as select 1 as a")
with driftline.run("store"):
    d.execute("copy t to 'out.csv'")
    s.execute("create table v as select a from u")
"""

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed database:ResourceWarning"
)  # since Python 3.13: it is let go of


def spaces(events: list[dict[str, Any]]) -> set[str]:
    parts = [part for event in events for part in event.get("inputs", []) + event.get("outputs", [])]
    return {part["namespace"] for part in parts if part["namespace"] != "file"}


def test_the_tables_of_two_jobs_never_meet_and_those_of_one_job_do(script: Script, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    assert spaces(script(WORK.format(name="'payroll'"))) == {"duckdb://memory/payroll", "sqlite://memory/payroll"}
    both = spaces(script(WORK.format(name="'weather: new'")))  # the store holds the first script's events as well
    assert both == {
        "duckdb://memory/payroll", "sqlite://memory/payroll",
        "duckdb://memory/weather_ new", "sqlite://memory/weather_ new",
    }  # fmt: skip


def test_a_process_without_a_name_is_named_by_its_script(script: Script, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    assert spaces(script(WORK.format(name=""))) == {"duckdb://memory/script.py", "sqlite://memory/script.py"}


def test_a_notebook_is_named_by_its_file_and_what_is_no_script_by_its_outermost_run(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with driftline.run("outer"), driftline.run("inner", namespace="team") as inner:
        duckdb.connect().execute("create table t as select 1 as a")
    assert [one.dataset.namespace for one in inner.outputs] == ["duckdb://memory/outer"]
    with driftline.run("alone", namespace="team") as alone:
        duckdb.connect().execute("create table t as select 1 as a")
    assert [one.dataset.namespace for one in alone.outputs] == ["duckdb://memory/team/alone"]
    monkeypatch.delattr("__main__.__file__", raising=False)  # a worker of pytest-xdist has none
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "study.ipynb"))
    (tmp_path / "study.ipynb").touch()
    with driftline.run("cell") as cell:
        duckdb.connect().execute("create table t as select 1 as a")
    assert [one.dataset.namespace for one in cell.outputs] == ["duckdb://memory/study.ipynb"]


def used(*opened: sqlite3.Connection) -> list[str]:
    """The namespaces of a table that is made on each of these, as a run tells them."""
    with driftline.run("job") as run:
        for connection in opened:
            connection.execute(f"create table t{next(NUMBERS)} as select 1 as a")
            connection.close()
    return [one.dataset.namespace.removeprefix("sqlite://memory") for one in run.outputs]


def test_two_of_one_run_are_two_and_the_next_run_calls_them_the_same(watched: MemorySink) -> None:
    for _ in range(2):
        found = used(sqlite3.connect(":memory:"), sqlite3.connect(""), sqlite3.connect("file::memory:", uri=True))
        assert found == ["/job", "/job:2", "/job:3"]


def test_one_that_is_shared_by_its_name_is_one(watched: MemorySink) -> None:
    """https://www.sqlite.org/inmemorydb.html#sharedmemdb."""
    plain, named = "file::memory:?cache=shared", "file:n?mode=memory&cache=shared"
    opened = [sqlite3.connect(one, uri=True) for one in (plain, named, plain, named, "file:n?mode=memory")]
    kept = [sqlite3.connect(one, uri=True) for one in (plain, named)]
    assert used(*opened) == ["/job", "/job:2", "/job", "/job:2", "/job:3"]
    assert used(*kept) == ["/job", "/job:2"]


def test_those_of_runs_before_change_no_name_though_they_have_not_gone_away_yet(watched: MemorySink) -> None:
    """An engine of SQLAlchemy and a connection of Python 3.11 go when the collector of cycles comes by."""
    left: list[Any] = []
    for opens in (sqlite3.connect, duckdb.connect):
        found = []
        for _ in range(3):
            with driftline.run("job") as run:
                left.append(opens(":memory:"))
                left[-1].execute("create table t as select 1 as a")
            found += [one.dataset.namespace.partition("://")[2] for one in run.outputs]
        assert found == ["memory/job"] * 3


def test_one_that_is_closed_and_opened_again_is_another_and_those_of_a_run_before_are_told_apart_if_they_last(
    watched: MemorySink,
) -> None:
    with driftline.run("job") as run:
        for name in ("one", "two"):
            connection = sqlite3.connect(":memory:")
            connection.execute(f"create table {name} as select 1 as a")
            connection.close()
        del connection
        lasting: Any = sqlite3.connect(":memory:")
        lasting.execute("create table three as select 1 as a")
    assert [one.dataset.namespace[-6:] for one in run.outputs] == ["ry/job", "/job:2", "/job:3"]
    lasting.close = bool  # it lasts
    assert used(lasting, *(sqlite3.connect(":memory:") for _ in range(3))) == ["/job:3", "/job", "/job:2", "/job:4"]
    assert used(*(sqlite3.connect(":memory:") for _ in range(3)), lasting) == ["/job", "/job:2", "/job:3", "/job:4"]


def test_temporary_tables_of_two_connections_are_two(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        for name in ("one.db", "two.db"):
            with closing(sqlite3.connect(name)) as connection:
                connection.execute("create temp table k as select 1 as a")
    assert [str(one.dataset) for one in run.outputs] == [
        str(Dataset("sqlite://memory/job", "temp.k")), str(Dataset("sqlite://memory/job:2", "temp.k")),
    ]  # fmt: skip


def test_connections_that_share_the_cache_of_a_file_have_temporary_tables_of_their_own(watched: MemorySink) -> None:
    """https://www.sqlite.org/sharedcache.html: each has a temp schema of its own."""
    with driftline.run("job") as run:
        opened = [sqlite3.connect("file:x.db?cache=shared", uri=True) for _ in range(2)]
        for connection in opened:
            connection.execute("create temp table k as select 1 as a")
        assert [one.execute("select count(*) from k").fetchone() for one in opened] == [(1,), (1,)]
        for connection in opened:
            connection.close()
    assert {one.dataset.namespace for one in run.outputs} == {"sqlite://memory/job", "sqlite://memory/job:2"}


def test_statements_of_two_connections_on_temporary_tables_are_not_one(watched: MemorySink) -> None:
    made = "create table r (a); create table q (a); create table one (a); create table two (b)"
    with closing(sqlite3.connect("x.db")) as connection:
        connection.executescript(made)
    with (
        driftline.run("job") as run,
        closing(sqlite3.connect("x.db")) as aside,
        closing(sqlite3.connect("x.db")) as one,
        closing(sqlite3.connect("x.db")) as two,
    ):
        aside.execute("attach 'y.db' as y")  # which uses nothing in memory
        aside.execute("create table y.t (a)")
        aside.execute("insert into r select a from y.t")
        aside.commit()
        for connection in (one, two):
            connection.execute("create temp table k (a)")
        for name, connection in (("one", one), ("two", two)):
            connection.execute(f"insert into k select * from {name}")
            connection.execute("delete from k")
            connection.commit()
    assert {one.dataset.namespace for one in run.outputs} == {
        "sqlite://x.db", "sqlite://memory/job", "sqlite://memory/job:2",
    }  # fmt: skip


def test_after_a_hundred_they_are_one(watched: MemorySink) -> None:
    found = used(*(sqlite3.connect(":memory:") for _ in range(103)))
    assert found[97:] == ["/job:98", "/job:99", *["/job:100"] * 4]


def test_engines_that_only_their_pools_know_are_told_apart(watched: MemorySink) -> None:
    sa = pytest.importorskip("sqlalchemy")
    pd = pytest.importorskip("pandas")
    one, two = sa.create_engine("sqlite://"), sa.create_engine("sqlite:///:memory:")
    with driftline.run("job") as run:
        for engine in (one, two):
            pd.DataFrame({"a": [1]}).to_sql("t", engine, index=False)
        pd.read_sql("select a from t", one).to_sql("s", two, index=False)
        pd.read_sql_table("t", two)
    for engine in (one, two):
        engine.dispose()
    first, second = "sqlite://memory/job", "sqlite://memory/job:2"
    assert [one.dataset for one in run.outputs] == [Dataset(first, "t"), Dataset(second, "t"), Dataset(second, "s")]


def test_connections_of_duckdb_are_told_apart_and_their_cursors_are_not(watched: MemorySink) -> None:
    """https://duckdb.org/docs/stable/clients/python/dbapi: a name makes one in memory shared."""
    one, two, named = duckdb.connect(), duckdb.connect(database=":memory:"), duckdb.connect(":memory:n")
    opened = [
        one, duckdb.connect(":default:"), two, one.cursor(), two.duplicate(), named,
        duckdb.connect(":memory:n"), duckdb,
    ]  # fmt: skip
    with driftline.run("job") as run:
        for number, connection in enumerate(opened):
            connection.execute(f"create or replace table d{number} as select 1 as a")
    found = {one.dataset.name: one.dataset.namespace.removeprefix("duckdb://memory") for one in run.outputs}
    assert found == {
        "d0": "/job", "d1": "/job:2", "d2": "/job:3", "d3": "/job", "d4": "/job:3", "d5": "/job:4", "d6": "/job:4",
        "d7": "/job:2",
    }  # fmt: skip
    for number in (1, 7):
        duckdb.execute(f"drop table d{number}")
