"""Names of connections, of which the newest are known, and which tables they mean. Worked out by hand."""

import contextlib
import gc
import json

import duckdb
import pyarrow as pa
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import duckdb_names
from driftline.capture.hooks.duckdb_names import Names
from driftline.testing import MemorySink


class Connection:
    """Something that can be referred to weakly."""


def test_a_name_in_any_case_means_what_it_was_given_last_on_that_connection_alone() -> None:
    names: Names[int] = Names()
    one, other = Connection(), Connection()
    names.put(one, "Given", 1)
    names.put(one, "given", 2)
    assert dict(names.of(one)) == {"given": 2}
    assert dict(names.of(other)) == dict(names.of(None)) == {}


def test_the_oldest_names_are_forgotten_and_one_that_is_given_anew_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duckdb_names, "MOST", 3)
    names: Names[int] = Names()
    connection = Connection()
    for place, name in enumerate("abcad"):
        names.put(connection, name, place)
    assert dict(names.of(connection)) == {"c": 2, "a": 3, "d": 4}


def test_a_connection_that_is_gone_leaves_nothing_behind() -> None:
    names: Names[int] = Names()
    connection = Connection()
    names.put(connection, "a", 1)
    del connection
    gc.collect()
    assert not len(names._held)


BEGIN = "ATTACH 'other.db' AS o; CREATE SCHEMA s; "
TWO = BEGIN + "CREATE TABLE t (a INT); CREATE TABLE o.t (b INT); "

# What was there before, statements, what they read, and the columns behind those of what they write: by hand, as DuckDB
# looks for names (temporary tables, then the search path). Tables are told with their database but for the own one.
PROGRAMS: dict[str, tuple[str, list[str], set[str], dict[str, str]]] = {
    "another database is used": (
        TWO, ["USE o", "INSERT INTO t SELECT a FROM own.t"], {"t"}, {"other.db:t.b": "t.a"},
    ),
    "a table is made there": (
        TWO, ["USE o", "CREATE TABLE w AS SELECT b AS x FROM t"], {"other.db:t"}, {"other.db:w.x": "other.db:t.b"},
    ),
    "back again": (TWO, ["USE o", "USE own", "CREATE TABLE w AS SELECT * FROM t"], {"t"}, {"w.a": "t.a"}),
    "a schema": (
        BEGIN + "CREATE TABLE t (a INT); CREATE TABLE s.t (c INT); CREATE TABLE s.u (d INT)",
        ["SET schema = 's'", "INSERT INTO u SELECT * FROM t"], {"s.t"}, {"s.u.d": "s.t.c"},
    ),
    "and no more": (
        BEGIN + "CREATE TABLE t (a INT); CREATE TABLE s.t (c INT)",
        ["SET schema TO 's'", "RESET schema", "CREATE TABLE w AS SELECT * FROM t"], {"t"}, {"w.a": "t.a"},
    ),
    "a search path": (
        BEGIN + "CREATE TABLE t (a INT); CREATE TABLE s.t (c INT); CREATE TABLE o.v (z INT)",
        ["SET search_path = 's,main,o.main'", "CREATE TABLE w AS SELECT c, z FROM t, v"],
        {"s.t", "other.db:v"}, {"s.w.c": "s.t.c", "s.w.z": "other.db:v.z"},
    ),
    "a schema of the database that is used": (
        BEGIN + "CREATE SCHEMA o.s; CREATE TABLE s.t (a INT); CREATE TABLE o.s.t (b INT)",
        ["USE o", "CREATE TABLE w AS SELECT * FROM s.t"], {"other.db:s.t"}, {"other.db:w.b": "other.db:s.t.b"},
    ),
    "the schema that is used of a database": (
        BEGIN + "CREATE SCHEMA o.z; CREATE TABLE o.z.t (b INT); CREATE TABLE o.t (c INT)",
        ["USE o.z", "CREATE TABLE w AS SELECT * FROM o.t"], {"other.db:z.t"}, {"other.db:z.w.b": "other.db:z.t.b"},
    ),
    "a schema of another database on the path": (
        BEGIN + "CREATE SCHEMA o.s; CREATE TABLE o.s.t (a INT); CREATE TABLE s.t (b INT)",
        ["SET search_path = 'o.main,own.s'", "USE s", "CREATE TABLE w AS SELECT * FROM t"],
        {"s.t"}, {"s.w.b": "s.t.b"},
    ),
    "the schema that is always looked in": (
        TWO, ["USE o.main", "CREATE SCHEMA z", "USE z", "CREATE TABLE w AS SELECT * FROM t"],
        {"other.db:t"}, {"other.db:z.w.b": "other.db:t.b"},
    ),
    "one that is only in main inside of a transaction": (
        BEGIN + "CREATE TABLE t (a INT); CREATE TABLE s.u (d INT)",
        ["USE s", "BEGIN", "CREATE TABLE w AS SELECT * FROM t", "INSERT INTO u SELECT a FROM w", "COMMIT"],
        {"t"}, {"s.w.a": "t.a", "s.u.d": "s.w.a"},
    ),
    "one that the transaction has made before it": (
        BEGIN + "CREATE TABLE t (a INT)",
        ["USE s", "BEGIN", "CREATE TABLE t (b INT)", "CREATE TABLE main.v AS SELECT 1 AS z",
         "CREATE TABLE w AS SELECT b, z FROM t, v", "COMMIT"],
        {"s.t"}, {"s.w.b": "s.t.b", "s.w.z": "v.z"},
    ),
    "one that a transaction had made that was taken back": (
        BEGIN + "CREATE TABLE t (a INT)",
        ["USE s", "BEGIN", "CREATE TABLE t (b INT)", "ROLLBACK",
         "BEGIN", "CREATE TABLE w AS SELECT * FROM t", "COMMIT"],
        {"t"}, {"s.w.a": "t.a"},
    ),
    "one of a transaction that had failed": (
        TWO + "CREATE TABLE f (q INT)",
        ["BEGIN", "CREATE TEMP TABLE t AS SELECT q FROM f", "INSERT INTO f SELECT error('no')", "COMMIT",
         "CREATE TABLE w AS SELECT * FROM t"],
        {"t", "f"}, {"w.a": "t.a"},
    ),
    "in one text": (
        TWO, ["USE o; CREATE TABLE w AS SELECT * FROM t; USE own; CREATE TABLE w AS SELECT * FROM t"],
        {"t", "other.db:t"}, {"other.db:w.b": "other.db:t.b", "w.a": "t.a"},
    ),
    "two of one name": (
        TWO, ["CREATE TABLE w AS SELECT * FROM t", "CREATE TABLE v AS SELECT * FROM o.t"],
        {"t", "other.db:t"}, {"w.a": "t.a", "v.b": "other.db:t.b"},
    ),
    "keys": (
        BEGIN + "CREATE TABLE t (k INT PRIMARY KEY, v INT); CREATE TABLE s.t (k INT, v INT PRIMARY KEY); "
        "CREATE TABLE o.t (k INT, v INT UNIQUE); CREATE TABLE f (x INT, y INT)",
        ["INSERT OR IGNORE INTO t SELECT x, y FROM f"], {"f"}, {"t.k": "f.x", "t.v": "f.y", "t.": "f.x"},
    ),
    "a database in memory": (
        "ATTACH ':memory:' AS m; CREATE TABLE t (a INT); CREATE TABLE m.t (b INT)",
        ["USE m", "CREATE TABLE w AS SELECT * FROM t"], {"m.t"}, {"m.w.b": "m.t.b"},
    ),
    "another file under the name": (
        TWO,
        ["DETACH o", "ATTACH 'third.db' AS o", "CREATE TABLE o.t AS SELECT 1 AS z", "INSERT INTO t SELECT z FROM o.t"],
        set(), {"t.a": "third.db:t.z"},
    ),
    "a temporary table before others": (
        TWO, ["CREATE TEMP TABLE t AS SELECT a AS q FROM t", "CREATE TABLE w AS SELECT * FROM t"],
        {"t"}, {"temp.t.q": "t.a", "w.q": "temp.t.q"},
    ),
    "in one text with what it stands before": (
        TWO, ["CREATE TEMP TABLE t AS SELECT a AS q FROM t; CREATE TABLE w AS SELECT * FROM t"],
        {"t"}, {"temp.t.q": "t.a", "w.q": "temp.t.q"},
    ),
    "one that is declared": (
        TWO + "CREATE TABLE f (x INT)",
        ["CREATE TEMP TABLE t (z INT)", "INSERT INTO t SELECT x AS z FROM f", "INSERT INTO own.t SELECT z FROM main.t"],
        {"f"}, {"temp.t.z": "f.x", "t.a": "temp.t.z"},
    ),
    "one that is gone": (
        TWO, ["CREATE TEMP TABLE t AS SELECT 1 AS q", "DROP TABLE t", "CREATE TABLE w AS SELECT * FROM t"],
        {"t"}, {"w.a": "t.a"},
    ),
    "one that was rolled back": (
        TWO, ["BEGIN", "CREATE TEMP TABLE t AS SELECT 1 AS q", "ROLLBACK", "CREATE TABLE w AS SELECT * FROM t"],
        {"t"}, {"w.a": "t.a"},
    ),
    "made anew with other columns": (
        "CREATE TABLE f (x INT, y INT)",
        ["CREATE TABLE t AS SELECT x AS p, y AS q FROM f", "DROP TABLE t", "CREATE TABLE t (q INT, p INT)",
         "INSERT INTO t SELECT x, y FROM f"],
        {"f"}, {"t.q": "f.x", "t.p": "f.y"},
    ),
    "a name in a text": (
        TWO, ["CREATE TABLE w AS SELECT * FROM query_table('t')"], {"t"}, {"w.a": "t.a"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_name_means_the_table_that_duckdb_finds(watched: MemorySink, name: str) -> None:
    before, program, read, behind = PROGRAMS[name]
    with duckdb.connect("own.db") as connection:
        connection.execute(before)
        with driftline.run("job"):
            for one in program:
                with contextlib.suppress(duckdb.InvalidInputException):  # of "error"
                    connection.execute(one)
    assert driftline.flush()
    event = json.loads(watched.raw[-1])
    assert {called(one) for one in event.get("inputs", ())} == read
    found = {}
    for output in event["outputs"]:
        facet = output["facets"].get("columnLineage", {"fields": {}})
        for column, known in (*facet["fields"].items(), ("", {"inputFields": facet.get("dataset", ())})):
            sources = {f"{called(one)}.{one['field']}" for one in known["inputFields"]}
            if sources:
                found[f"{called(output)}.{column}"] = sources
    assert found == {column: {source} for column, source in behind.items()}
    assert fault.counts() == {}


def called(one: dict[str, str]) -> str:
    database = one["namespace"].removeprefix("duckdb://")
    return one["name"] if database in ("own.db", "memory/job") else f"{database}:{one['name']}"


def test_a_name_that_is_registered_is_a_frame_until_it_is_not(watched: MemorySink) -> None:
    with duckdb.connect("own.db") as connection:
        connection.execute("CREATE TABLE t (a INT); CREATE TABLE given (b INT)")
        with driftline.run("frame") as frame:
            connection.register("given", pa.table({"b": [1]}))
            connection.execute("INSERT INTO t SELECT b FROM given").fetchall()
        with driftline.run("table") as table:
            connection.unregister("given")
            connection.execute("INSERT INTO t SELECT b FROM given").fetchall()
    assert [one.dataset.name for one in frame.inputs] == []
    assert [one.dataset.name for one in table.inputs] == ["given"]


def test_a_table_that_is_made_from_a_frame_of_its_name_is_not_made_of_itself(watched: MemorySink) -> None:
    given = pa.table({"v": [1]})
    with duckdb.connect("own.db") as connection, driftline.run("job"):
        connection.execute("CREATE TABLE given AS SELECT v FROM given")
    assert driftline.flush()
    (output,) = json.loads(watched.raw[-1])["outputs"]
    assert "columnLineage" not in output["facets"]
    assert given.num_rows == 1
