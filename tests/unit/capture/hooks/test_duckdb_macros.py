"""Macros that an earlier call, or another connection, has made. Expected edges by hand: what the body comes to."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks.duckdb_catalog import Catalog
from driftline.capture.watching import watch
from driftline.testing import MemorySink

TABLES = "CREATE TABLE t (a INT, b INT); CREATE TABLE u (z INT)"
BY_U = {"u.z AGGREGATION", "t.a TRANSFORMATION"}  # of x + (SELECT max(z) FROM u)
LOOKS = "x + (SELECT max(z) FROM u)"
INT: Any = "INT"  # a type by its name, which the stubs do not know


@pytest.fixture
def connection(sink: MemorySink) -> Iterator[duckdb.DuckDBPyConnection]:
    driftline.watch()
    with duckdb.connect() as made:
        made.execute(TABLES)
        yield made
    assert fault.counts() == {}


def last(sink: MemorySink) -> tuple[dict[str, set[str]], dict[str, int]]:
    """The edges of the output of the last run, and the names of SQL that its events could not tell."""
    assert driftline.flush()
    event = json.loads(sink.raw[-1])
    (output,) = event["outputs"]
    fields = output["facets"].get("columnLineage", {"fields": {}})["fields"]
    found = {
        name: {f"{one['name']}.{one['field']} {way['subtype']}" for one in known["inputFields"]
               for way in one["transformations"]}
        for name, known in fields.items()
    }  # fmt: skip
    return found, event["run"]["facets"].get("driftline_gaps", {}).get("gaps", {})


def told(sink: MemorySink, connection: duckdb.DuckDBPyConnection, query: str = "SELECT f(a) AS c FROM t") -> set[str]:
    """What column c of a table comes from that a query makes."""
    with driftline.run("job"):
        connection.execute(f"CREATE OR REPLACE TABLE r AS {query}")
    return last(sink)[0].get("c", set())


@pytest.mark.parametrize("way", ["MACRO f(x)", "FUNCTION main.f(x)", "TEMP MACRO f(x)", "MACRO f(x, y := 3)"])
def test_a_macro_of_an_earlier_call_is_followed(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, way: str
) -> None:
    assert told(sink, connection, "SELECT a AS c FROM t") == {"t.a IDENTITY"}
    connection.execute(f"CREATE {way} AS {LOOKS}")
    assert told(sink, connection) == BY_U


def test_a_macro_that_is_a_table_is_the_query_that_it_is(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("CREATE MACRO f(n) AS TABLE SELECT z + n AS q FROM u")
    assert told(sink, connection, "SELECT q AS c FROM f(1)") == {"u.z TRANSFORMATION"}


def test_the_same_text_means_another_macro_once_that_is_replaced_or_dropped(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    """In one run, where a text that is repeated is not looked at anew for nothing."""
    connection.execute("CREATE MACRO f(x) AS x")
    text = "INSERT INTO u SELECT f(a) FROM t"
    with driftline.run("job"):
        for _ in range(3):
            connection.execute(text)
    assert last(sink)[0] == {"z": {"t.a IDENTITY"}}
    with driftline.run("job"):
        connection.execute(text)
        connection.execute("CREATE OR REPLACE MACRO f(x) AS x + 1")
        connection.execute(text)
    assert last(sink)[0] == {"z": {"t.a IDENTITY", "t.a TRANSFORMATION"}}
    connection.execute("DROP MACRO f")
    connection.create_function("f", lambda x: x, [INT], INT)
    assert told(sink, connection) == {"t.a TRANSFORMATION"}


def test_a_macro_of_a_transaction_is_known_to_it_and_to_others_once_it_is_committed(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    other = connection.cursor()
    connection.execute("CREATE MACRO f(x) AS x")
    connection.begin()
    connection.execute(f"CREATE OR REPLACE MACRO f(x) AS {LOOKS}")
    assert told(sink, other) == {"t.a IDENTITY"}
    other.execute("DROP TABLE r")
    connection.rollback()
    assert told(sink, connection) == {"t.a IDENTITY"}
    connection.execute("BEGIN")
    connection.execute(f"CREATE OR REPLACE MACRO f(x) AS {LOOKS}")
    connection.execute("SELECT list_reverse([a]) FROM t")
    connection.execute("COMMIT")
    assert told(sink, connection) == BY_U
    assert told(sink, other) == BY_U


def test_a_temporary_macro_is_its_connections_alone(sink: MemorySink, connection: duckdb.DuckDBPyConnection) -> None:
    other = connection.cursor()
    other.execute("CREATE MACRO f(x) AS x")
    connection.execute(f"CREATE TEMP MACRO f(x) AS {LOOKS}")
    assert told(sink, other) == {"t.a IDENTITY"}
    assert told(sink, connection) == BY_U


def test_a_database_that_is_opened_has_the_macros_that_it_had(sink: MemorySink, tmp_path: Path) -> None:
    path = tmp_path / "base.duckdb"
    with duckdb.connect(path) as made:
        made.execute(f"{TABLES}; CREATE MACRO f(x) AS {LOOKS}; CREATE MACRO g(x) AS TABLE SELECT z AS q FROM u")
    driftline.watch()
    with duckdb.connect(path) as connection:
        assert told(sink, connection) == BY_U
        assert told(sink, connection, "SELECT q AS c FROM g(1)") == {"u.z IDENTITY"}


def test_so_it_is_where_they_are_called_like_functions_of_duckdb(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: sum gives a of each row here, the query is of column z, and DuckDB's own avg is as it was."""
    asked: list[str] = []
    ask = Catalog.ask
    monkeypatch.setattr(
        Catalog, "ask", lambda self, of, query, *given: (asked.append(query), ask(self, of, query, *given))[1]
    )
    path = tmp_path / "base.duckdb"
    with duckdb.connect(path) as made:
        made.execute(f"{TABLES}; CREATE MACRO sum(x) AS x; CREATE MACRO nullif(x, y) AS y")
        made.execute("CREATE MACRO range(x) AS TABLE SELECT z AS q FROM u")
    driftline.watch()
    with duckdb.connect(path) as connection:
        for number in range(3):
            assert told(sink, connection, f"SELECT avg(a) AS c, {number} AS n FROM t") == {"t.a AGGREGATION"}
        assert len([query for query in asked if '."avg"(' in query]) == 2  # as a value, and as a table
        assert not [query for query in asked if "from duckdb_functions() where not" in query]
        assert told(sink, connection, "SELECT sum(a) AS c FROM t") == {"t.a IDENTITY"}
        assert told(sink, connection, "SELECT q AS c FROM range(1)") == {"u.z IDENTITY"}
        assert told(sink, connection, "SELECT nullif(a, b) AS c FROM t") == {"t.b IDENTITY"}  # a macro by itself
    assert fault.counts() == {}


def test_what_duckdb_has_itself_is_asked_once_and_macros_only_for_other_names(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = Catalog.ask
    monkeypatch.setattr(
        Catalog, "ask", lambda self, of, query, *given: (asked.append(query), ask(self, of, query, *given))[1]
    )
    counts = []
    for name, call in (("a", "list_reverse([a])"), ("b", "list_reverse([a])"), ("c", "f(a)")):
        watch.unwatch()  # as another process
        driftline.watch()
        with duckdb.connect(tmp_path / f"{name}.duckdb") as connection:
            connection.execute("CREATE TABLE t (a INT)")
            connection.create_function("f", lambda x: x, [INT], INT)
            for number in range(3):
                assert told(sink, connection, f"SELECT {call} AS c, {number} AS n FROM t") == {"t.a TRANSFORMATION"}
        counts.append(len([query for query in asked if "duckdb_functions" in query]))
    assert counts == [1, 1, 2]


def test_a_name_of_several_macros_is_a_gap(sink: MemorySink, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE SCHEMA s; CREATE MACRO f(x) AS x; CREATE MACRO s.f(x) AS x + 1")
    assert told(sink, connection) == {"t.a TRANSFORMATION"}
    assert "sql columns: CREATE OR REPLACE TABLE r AS SELECT f(a) AS c FROM t" in last(sink)[1]


def test_a_database_in_memory_is_not_asked_for_macros_that_nobody_has_made(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = Catalog.ask
    monkeypatch.setattr(
        Catalog, "ask", lambda self, of, query, *given: (asked.append(query), ask(self, of, query, *given))[1]
    )
    assert told(sink, connection, "SELECT list_reverse([a]) AS c FROM t") == {"t.a TRANSFORMATION"}
    assert asked
    assert not [query for query in asked if "duckdb_functions" in query]
    connection.execute("CREATE MACRO f(x) AS x")
    for _ in range(3):
        assert told(sink, connection) == {"t.a IDENTITY"}
    assert len([query for query in asked if "duckdb_functions" in query]) == 1


def test_a_macro_that_has_the_name_of_a_function_of_duckdb_takes_its_place(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute("CREATE MACRO concat(x, y) AS y")
    assert told(sink, connection, "SELECT concat(a, b) AS c FROM t") == {"t.b IDENTITY"}


@pytest.mark.parametrize("body", ["x + 1", "upper(x::VARCHAR)"])
def test_one_that_is_called_lower_does_not_change_what_we_ask(sink: MemorySink, tmp_path: Path, body: str) -> None:
    """By hand: DuckDB's own function of that name is another one, and what is asked of its catalog needs it."""
    path = tmp_path / "base.duckdb"
    with duckdb.connect(path) as made:
        made.execute(f"{TABLES}; CREATE MACRO lower(x) AS {body}; CREATE MACRO f(x) AS {LOOKS}")
    driftline.watch()
    with duckdb.connect(path) as connection:
        assert told(sink, connection, "SELECT * FROM (SELECT a AS c FROM t)") == {"t.a IDENTITY"}
        assert told(sink, connection, "SELECT lower(a) AS c FROM t") == {"t.a TRANSFORMATION"}
        assert told(sink, connection) == BY_U
    assert fault.counts() == {}


@pytest.mark.parametrize("name", ["max", "list"])
def test_so_does_one_whose_function_makes_one_value_of_many_rows(
    sink: MemorySink, connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    """By hand: DuckDB gives b of each row."""
    connection.execute(f"CREATE MACRO {name}(x, y) AS y")
    assert told(sink, connection, f"SELECT {name}(a, b) AS c FROM t") == {"t.b IDENTITY"}
    connection.execute(f"DROP MACRO {name}")
    assert told(sink, connection, f"SELECT {name}(a) AS c FROM t") == {"t.a AGGREGATION"}


def test_a_macro_is_called_as_a_method_as_well(sink: MemorySink, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE MACRO f(x, y) AS y; ALTER TABLE t ADD l INT[]")
    assert told(sink, connection, "SELECT a.f(b) AS c FROM t") == {"t.b IDENTITY"}
    assert told(sink, connection, "SELECT l.list_transform(lambda x: x + b) AS c FROM t") == {
        "t.l TRANSFORMATION", "t.b TRANSFORMATION",
    }  # fmt: skip
