"""What names mean on connections that tell nothing by themselves; on others: ``acceptance/test_postgres_names``."""

from types import SimpleNamespace
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.capture.hooks import addresses, database, schemas
from driftline.capture.runs import transactions
from driftline.testing import MemorySink

PLACE = addresses.Place("postgres://db:5432", "postgres", "shop", "public")
MYSQL = addresses.Place("mysql://db:3306", "mysql", "shop")


class Connection:
    """One to a PostgreSQL that is older than 18, as far as it is looked at here."""

    def __init__(self, options: str = "", user: str = "ann") -> None:
        self.info = SimpleNamespace(options=options, user=user)
        self.closed = False


def say(run: Any, text: str, connection: Any, *, within: bool = False, place: addresses.Place = PLACE) -> None:
    """Tell of a statement that has run, within a transaction or not."""
    held = connection if within else None
    if not transactions.told(connection, text):
        database.statement(run, place, text, connection, transaction=held)


def read(connection: Any, place: addresses.Place = PLACE, name: str = "t") -> str:
    """Return what a run reads that asks for a table."""
    with driftline.run("read") as run:
        database.statement(run, place, f"select a from {name}", connection)
    (found,) = names(run)[0]
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"$user", public', ("$user", "public")),
        (b'a, "B c"', ("a", "B c")),
        ("A,b", ("a", "b")),
        ("'a, b'", ("a, b",)),  # one text is one schema
        ('"a""b"', ('a"b',)),
        ("", ()),
        ('""', ()),
    ],
)
def test_a_search_path_is_read_as_the_server_reads_it(text: str | bytes, found: tuple[str, ...]) -> None:
    assert schemas.listed(text) == found


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("-c search_path=s", "shop.s.t"),
        ("-csearch_path=s,public", "shop.s.t"),
        (r"-c statement_timeout=5 -c search_path=s\ ,public", "shop.s.t"),
        ('--search_path="S"', "shop.S.t"),
        ("-c search_path=$user", "shop.ann.t"),
        ("-c statement_timeout=5", "shop.public.t"),
    ],
)
def test_the_options_of_a_connection_say_where_it_looks(watched: MemorySink, options: str, found: str) -> None:
    assert read(Connection(options)) == found


@pytest.mark.parametrize(
    "text",
    [
        "SET search_path TO s", "set search_path = s, public;", "SET SESSION search_path TO 's'", "SET SCHEMA 's'",
        "SELECT set_config('search_path', 's, public', false)", "select pg_catalog.set_config('search_path','s',false)",
        "SET search_path TO s; INSERT INTO n SELECT a FROM m",
    ],
)  # fmt: skip
def test_a_statement_says_where_it_looks_from_then_on(watched: MemorySink, text: str) -> None:
    one, other = Connection(), Connection()
    assert read(one) == "shop.public.t"
    with driftline.run("job") as run:
        say(run, text, one)
    assert (read(one), read(other)) == ("shop.s.t", "shop.public.t")
    with driftline.run("job") as run:
        say(run, "RESET search_path", one)
    assert read(one) == "shop.public.t"


def test_what_is_set_in_a_transaction_goes_with_it(watched: MemorySink) -> None:
    one = Connection("-c search_path=s")
    with driftline.run("job") as run:
        say(run, "SET search_path TO a", one, within=True)
        say(run, "SAVEPOINT here", one)
        say(run, "SET search_path TO b", one, within=True)
        assert read(one) == "shop.b.t"
        say(run, "ROLLBACK TO here", one)
        assert read(one) == "shop.a.t"
        say(run, "ROLLBACK", one)
        assert read(one) == "shop.s.t"
        say(run, "SET LOCAL search_path TO a", one, within=True)
        assert read(one) == "shop.a.t"
        say(run, "COMMIT", one)
        assert read(one) == "shop.s.t"
        say(run, "SET LOCAL search_path TO a", one)  # outside of one it does nothing
        assert read(one) == "shop.s.t"


def test_use_of_mysql_holds_for_later_statements(watched: MemorySink) -> None:
    one, other = Connection(), Connection()
    assert read(one, MYSQL) == "shop.t"
    with driftline.run("job") as run:
        say(run, "USE `Stage`", one, place=MYSQL)
        say(run, "insert into t select a from shop.t", one, place=MYSQL)
        say(run, "use shop; use Stage", one, place=MYSQL)
    assert names(run) == (["shop.t"], ["stage.t"])
    assert (read(one, MYSQL), read(other, MYSQL)) == ("stage.t", "shop.t")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TEMP TABLE t (a int)", "CREATE TEMPORARY TABLE IF NOT EXISTS t (a int)",
        "CREATE TABLE pg_temp.t (a int)",
        "CREATE LOCAL TEMP TABLE t AS SELECT a FROM s", "SELECT a INTO TEMP t FROM s",
        "SELECT a INTO TEMPORARY TABLE t FROM s",
        "CREATE TEMP VIEW t AS SELECT a FROM s", "CREATE TEMP TABLE o AS SELECT a FROM s; ALTER TABLE o RENAME TO t",
        "CREATE TEMP TABLE t (LIKE s)",
    ],
)  # fmt: skip
def test_a_temporary_table_comes_first_on_its_connection_alone(watched: MemorySink, text: str) -> None:
    one, other = Connection(), Connection()
    assert read(one) == "shop.public.t"
    with driftline.run("job") as run:
        say(run, text, one)
        assert all(each.startswith("temp.") for each in names(run)[1])
    assert (read(one), read(other)) == ("temp.t", "shop.public.t")
    assert (read(one, name="pg_temp.t"), read(one, name="public.t")) == ("temp.t", "shop.public.t")


@pytest.mark.parametrize("text", ["DROP TABLE t", 'drop table if exists x, pg_temp."t"', "DISCARD TEMP", "DISCARD ALL"])
def test_a_temporary_table_that_is_gone_means_nothing_any_more(watched: MemorySink, text: str) -> None:
    one = Connection()
    with driftline.run("job") as run:
        say(run, "CREATE TEMP TABLE t AS SELECT a FROM s", one)
        say(run, "BEGIN", one)
        say(run, text, one, within=True)
        assert read(one) == "shop.public.t"
        say(run, "ROLLBACK", one)
    assert read(one) == "temp.t"
    with driftline.run("job") as run:
        say(run, text, one)
    assert read(one) == "shop.public.t"


def test_a_drop_of_a_table_in_another_schema_leaves_a_temporary_one(watched: MemorySink) -> None:
    one = Connection()
    with driftline.run("job") as run:
        say(run, "CREATE TEMP TABLE t AS SELECT a FROM s", one)
        say(run, "DROP TABLE public.t", one)
    assert read(one) == "temp.t"


def test_a_number_that_is_free_again_is_used_again(watched: MemorySink) -> None:
    one, other, third = Connection(), Connection(), Connection()
    with driftline.run("job") as run:
        for connection in (one, other):
            say(run, "CREATE TEMP TABLE t AS SELECT a FROM s", connection)
        one.closed = True
        say(run, "CREATE TEMP TABLE t AS SELECT a FROM s", third)
    assert (read(other), read(third)) == ("temp.t#2", "temp.t")


def test_on_commit_drop_ends_with_the_transaction(watched: MemorySink) -> None:
    one = Connection()
    with driftline.run("job") as run:
        say(run, "CREATE TEMP TABLE t ON COMMIT DROP AS SELECT a FROM s", one, within=True)
        assert read(one) == "temp.t"
        say(run, "COMMIT", one)
    assert read(one) == "shop.public.t"
    assert [each.dataset.name for each in run.outputs] == ["temp.t"]
    assert run.outputs[0].dataset.namespace.startswith("postgres://memory")


def test_several_schemas_without_an_answer_mean_the_first(watched: MemorySink) -> None:
    one = Connection("-c search_path=a,b")
    place = schemas.among(PLACE, one)
    assert place.databases is not None
    assert place.databases.full("t") == "a.t"
    assert place.databases.full("t", "a") == "b.t"


class Asked(Connection):
    """One that answers as psycopg's does, of which the server has tables in several schemas."""

    def __init__(self, tables: dict[str, list[str]]) -> None:
        super().__init__(f"-c search_path={','.join(tables)}")
        self.tables = tables
        self.asked = 0
        self.pgconn = SimpleNamespace(transaction_status=0, parameter_status=lambda name: None, pipeline_status=0)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question itself has a test of its own, with a server."""

    def rows(connection: Asked, names: list[str]) -> list[tuple[str, str | None]]:
        connection.asked += 1
        return [(schema, name) for schema in names for name in connection.tables.get(schema) or [None]]

    monkeypatch.setattr(schemas.schemas_asked, "_rows", rows)


@pytest.mark.parametrize(
    ("tables", "read", "written"),
    [
        ({"a": [], "b": ["t"]}, "shop.b.t", "shop.a.t"),
        ({"a": ["t"], "b": ["t"]}, "shop.b.t", "shop.a.t"),  # whatever the server says of that
        ({"none": [], "a": [], "b": ["t"]}, "shop.b.t", "shop.none.t"),
    ],
)
def test_a_table_that_is_made_of_one_of_its_name_is_in_another_schema(
    watched: MemorySink, asked: None, tables: dict[str, list[str]], read: str, written: str
) -> None:
    """``CREATE TABLE t AS SELECT … FROM t`` with the path ``a, b`` makes a.t of b.t."""
    one = Asked(tables)
    with driftline.run("job") as run:
        schemas.outside(one)
        say(run, "CREATE TABLE t AS SELECT a FROM t", one, within=True)
        say(run, "INSERT INTO u SELECT a FROM t", one, within=True)
    assert names(run) == ([read], [written, f"{written[:-1]}u"])


def test_names_are_asked_for_together_until_something_is_defined(watched: MemorySink, asked: None) -> None:
    one = Asked({"a": ["x"], "b": ["s", "t"]})
    with driftline.run("job") as run:
        for number in range(3):
            schemas.outside(one)
            say(run, f"insert into t select a from s where a = {number}", one)
            schemas.outside(one)
            say(run, "update t set a = 1", one)
        assert one.asked == 1
        schemas.outside(one)
        say(run, "DROP TABLE s", one)
        one.tables["b"].remove("s")
        schemas.outside(one)
        assert one.asked == 2
        say(run, "CREATE TABLE b.u (a int)", one, within=True)
        say(run, "insert into u select a from t", one, within=True)  # where nobody can be asked
    assert names(run) == (["shop.b.s"], ["shop.b.t", "shop.b.u"])


def test_a_path_that_a_statement_sets_is_asked_for_before_it(watched: MemorySink, asked: None) -> None:
    """Its transaction has begun when the next one runs."""
    one = Asked({"a": []})
    one.tables |= {"b": ["t"]}
    with driftline.run("job") as run:
        schemas.outside(one, lambda: "SET search_path TO a, b")
        one.pgconn.transaction_status = 2
        say(run, "SET search_path TO a, b", one, within=True)
        schemas.outside(one, lambda: "select a from t")
        say(run, "select a from t", one, within=True)
    assert (names(run), one.asked) == ((["shop.b.t"], []), 1)


def test_what_was_told_before_the_answer_is_told_again_after_it(watched: MemorySink, asked: None) -> None:
    """Another program has made b.t meanwhile; the statement is known by its text."""
    one = Asked({"a": [], "b": []})
    with driftline.run("job") as run:
        for _ in range(2):
            schemas.outside(one)
            say(run, "select a from t", one)
            one.tables["b"].append("t")
    assert names(run) == (["shop.a.t", "shop.b.t"], [])


def test_a_temporary_table_may_have_any_name(watched: MemorySink) -> None:
    one = Connection()
    with driftline.run("job") as run:
        say(run, 'CREATE TEMP TABLE "My Work" AS SELECT a FROM s', one)
        say(run, 'CREATE TEMP TABLE IF NOT EXISTS "T" (a int)', one)
    assert (read(one, name='"My Work"'), read(one, name='"T"'), read(one)) == (
        "temp.My Work",
        "temp.T",
        "shop.public.t",
    )
    with driftline.run("job") as run:
        say(run, 'DROP TABLE "My Work", "T"', one)
    assert (read(one, name='"My Work"'), read(one, name='"T"')) == ("shop.public.My Work", "shop.public.T")
