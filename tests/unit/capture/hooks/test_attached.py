"""Programs over several databases of one connection to SQLite; what they read and write was written down by hand.

Which table an unqualified name means: https://www.sqlite.org/lang_naming.html (temp, main, attached in order).
"""

import json
import sqlite3
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
from tests.attached_programs import AUX, MAIN, PROGRAMS, T
from tests.database_programs import BY_NUMBER

import driftline
from driftline.capture.hooks import addresses, attached, earlier, sqlite_asked
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")


@pytest.fixture(autouse=True)
def _files(watched: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ``main.db`` and ``other.db``, which both have a table ``t``; another test's versions are not known."""
    monkeypatch.setattr(earlier, "newest", {})
    made = {
        "main.db": """create table t (a, b); insert into t values (1, 2); create table s (a);
            create table keyed (k primary key, v);""",
        "other.db": "create table t (a, c); create table r (d); create table keyed (k, v primary key);",
        "third.db": "create table t (a, c);",
    }
    for name, text in made.items():
        with closing(sqlite3.connect(name)) as connection:
            connection.executescript(text)


def _engine() -> "sa.Engine":
    engine = sa.create_engine("sqlite:///main.db")

    @sa.event.listens_for(engine, "connect")
    def attach(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("attach 'other.db' as aux")

    return engine


def written(sink: MemorySink) -> dict[str, dict[str, list[str]]]:
    """The columns behind those of each table that was written, by the last event of each run."""
    found: dict[str, dict[str, list[str]]] = {}
    for event in sink.decoded():
        for one in event.outputs:
            facet = json.loads(bytes(one.facets.get("columnLineage", b"{}")))
            fields = {name: column["inputFields"] for name, column in facet.get("fields", {}).items()}
            told = {**fields, **({"": facet["dataset"]} if facet.get("dataset") else {})}
            found[f"{one.namespace}/{one.name}"] = {
                name: sorted({f"{each['namespace']}/{each['name']}.{each['field']}" for each in sources})
                for name, sources in told.items()
            }
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_table_is_named_by_the_database_that_it_is_in(watched: MemorySink, name: str) -> None:
    text, reads, writes = PROGRAMS[name]
    file = Path("program.py").absolute()
    file.write_text(textwrap.dedent(text))
    connection, engine = sqlite3.connect("main.db"), _engine()
    space = {"c": connection, "sqlite3": sqlite3, "pd": pd, "pl": pl, "sa": sa, "engine": engine}
    with driftline.run("job") as run:
        exec(compile(textwrap.dedent(text), str(file), "exec"), space)
        space["c"].commit()
    for one in (connection, space["c"]):
        one.close()
    engine.dispose()
    assert driftline.flush(timeout=20)
    assert {f"{one.dataset.namespace}/{one.dataset.name}" for one in run.inputs} == reads
    found = written(watched)
    assert found.keys() == writes.keys()
    expected = {table: {key: sorted(each) for key, each in columns.items()} for table, columns in writes.items()}
    assert found == expected


def names(connection: sqlite3.Connection, *tables: str) -> list[str]:
    """What tables of a connection are called."""
    place = addresses.place_of(connection)
    assert place is not None
    found = [attached.among(place, connection).table(one) for one in tables]
    return [f"{one.namespace}/{one.name}" for one in found]


def test_a_connection_of_its_own_calls_the_table_the_same() -> None:
    with closing(sqlite3.connect("main.db")) as one, closing(sqlite3.connect("other.db")) as other:
        one.execute("attach 'other.db' as aux")  # before any run
        assert names(one, "aux.t") == names(
            other,
            "t",
        )
        assert names(one, "main.t") == names(one, "t") == [T]


def test_behind_a_link_it_is_called_as_it_was_attached(tmp_path: Path) -> None:
    folder = tmp_path.parent / f"{tmp_path.name}-linked"
    folder.symlink_to(tmp_path.parent)
    path = folder / tmp_path.name / "other.db"
    with closing(sqlite3.connect("main.db")) as one, closing(sqlite3.connect(path)) as other:
        one.execute(f"attach '{path}' as aux")
        assert names(one, "aux.t") == names(other, "t")


def test_a_connection_that_nobody_has_heard_is_asked() -> None:
    driftline.unwatch()
    with closing(sqlite3.connect("main.db")) as connection:
        connection.execute("attach 'other.db' as aux")
        connection.execute("create temp table k (a)")
        assert names(connection, "aux.t", "t", "k") == [AUX, T, "sqlite://memory/temp.k"]


def test_where_somebody_listens_the_texts_tell_what_they_can() -> None:
    said: list[str] = []
    with closing(sqlite3.connect("main.db")) as connection:
        connection.set_trace_callback(said.append)
        connection.execute("attach 'other.db' as aux")
        connection.execute("create temp table k (a)")
        connection.execute("attach 'third' || '.db' as x")
        assert names(connection, "aux.t", "k", "t") == [AUX, "sqlite://memory/temp.k", T]
        assert names(connection, "x.t") == [f"{MAIN}/x.t"]  # not known, and not main's
    assert [one.split()[0] for one in said] == ["attach", "create", "attach"]


@pytest.mark.parametrize(
    ("file", "values"),
    [
        ("?", ("third.db",)),
        ("?", ["third.db"]),
        pytest.param("?2", ("no.db", "third.db"), marks=BY_NUMBER),
        (":file", {"file": "third.db"}),
    ],
)
def test_where_somebody_listens_a_bound_file_is_known_and_a_name_goes(file: str, values: Any) -> None:
    with closing(sqlite3.connect("main.db")) as connection:
        connection.set_trace_callback(lambda _: None)
        connection.execute("attach 'other.db' as x")
        assert names(connection, "x.t") == [AUX]
        connection.execute("detach x")
        connection.execute(f"attach {file} as x", values)
        assert names(connection, "x.t") == ["sqlite://third.db/t"]
        connection.execute("detach database x")
        connection.execute("select 1")
        assert names(connection, "x.t") == [f"{MAIN}/x.t"]  # there is none


def test_temporary_tables_of_two_jobs_are_not_the_same(watched: MemorySink) -> None:
    for job in ("one", "two"):
        with driftline.run(job) as run, closing(sqlite3.connect("main.db")) as connection:
            connection.execute("create temp table k as select a from t")
        assert [one.dataset for one in run.outputs] == [Dataset(f"sqlite://memory/{job}", "temp.k")]


@pytest.mark.parametrize("kind", ["table", "temp table"])
def test_a_table_that_was_made_anew_is_not_what_an_earlier_run_has_written(watched: MemorySink, kind: str) -> None:
    with driftline.run("job"), closing(sqlite3.connect("main.db")) as connection:
        connection.execute(f"create {kind} k as select a from t")
    with driftline.run("job") as run, closing(sqlite3.connect("main.db")) as connection:
        connection.execute("drop table if exists k")
        connection.execute(f"create {kind} k (a)")
        connection.execute("insert into s select a from k")
        connection.commit()
    assert [one.version for one in run.inputs] == [""]


def test_a_loop_of_statements_asks_for_no_databases(watched: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(name: str) -> Any:
        original = getattr(sqlite_asked, name)
        return lambda *given: (asked.append(name), original(*given))[1]

    for name in ("databases", "temporary", "has"):
        monkeypatch.setattr(sqlite_asked, name, counted(name))
    with driftline.run("job"), closing(sqlite3.connect("main.db")) as connection:
        for value in range(10):
            connection.execute("insert into t values (?, 'temp')", (value,))
        assert asked == []
        connection.execute("attach 'other.db' as aux")
        assert asked == ["databases"]
        connection.execute("insert into aux.r values (0)")
        connection.commit()
        asked.clear()
        for value in range(10):
            connection.execute("insert into aux.r values (?)", (value,))
        assert "databases" not in asked


def test_a_lock_on_another_database_is_not_waited_for(watched: MemorySink) -> None:
    """SQLite's own question for columns, where no database is named, takes a lock on each of them."""
    with closing(sqlite3.connect("main.db")) as connection, closing(sqlite3.connect("other.db")) as other:
        connection.execute("attach 'other.db' as aux")
        connection.execute("pragma busy_timeout = 0")
        other.execute("begin exclusive")
        with driftline.run("job") as run:
            connection.execute("select * from t").fetchall()
        other.rollback()
    ((name, fields),) = [(one.dataset, one.fields or ()) for one in run.inputs]
    assert name == Dataset(MAIN, "t")
    assert [one.name for one in fields] == ["a", "b"]
