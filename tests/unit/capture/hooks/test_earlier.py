"""What a table was before a run; expected versions follow from the order of the calls."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import duckdb
import pytest
from tests.recorded import names

import driftline
from driftline.capture.hooks import earlier
from driftline.capture.runs.composed import EMPTIED
from driftline.capture.runs.recording import Recording
from driftline.event.lineage import Dataset, Job
from driftline.testing import MemorySink

T = Dataset("db", "t")


def test_the_version_before_the_first_write_stays_the_earlier_one() -> None:
    run = Recording(Job("default", "j"))
    assert earlier.version(run, T, "old") == "old"
    earlier.written(run, T, "old", "run:1")
    earlier.written(run, T, "run:1", "run:1")
    assert earlier.version(run, T, "run:1") == "old"


def test_a_table_that_was_made_in_the_run_has_no_earlier_version() -> None:
    made, emptied = Recording(Job("default", "j")), Recording(Job("default", "j"))
    earlier.emptied(made, T, 1, kept=False)
    assert earlier.version(made, T, "") is None
    earlier.written(emptied, T, None, "run:1")
    assert earlier.version(emptied, T, "run:1") is None


def test_a_table_that_has_another_name_has_no_earlier_version_by_it_and_the_old_name_begins_anew() -> None:
    run, other = Recording(Job("default", "j")), Dataset("db", "u")
    earlier.beside(run, T, None)
    earlier.read(run, [T])
    earlier.emptied(run, T, 1, kept=False)
    assert not earlier.named(run, T, other)
    earlier.renamed(run, T, other, 2, kept=False)
    assert run.trace.recalled[EMPTIED] == {other: (1,), T: (2,)}
    assert [earlier.version(run, one, "run:1") for one in (T, other)] == [None, None]
    assert [earlier.is_read(run, one) for one in (T, other)] == [False, True]


def connected(library: str) -> Any:
    return duckdb.connect() if library == "duckdb" else sqlite3.connect(":memory:", isolation_level=None)


FORM = "(g TEXT, v TEXT)"


def ran(library: str, texts: list[str]) -> None:
    """Run statements beside a table that is there."""
    with closing(connected(library)) as connection:
        connection.execute(f"CREATE TABLE s {FORM}")
        run = connection.executescript if library == "sqlite" else connection.execute
        with driftline.run("job"):
            for text in texts:
                run(text) if ";" in text else connection.execute(text)
    assert driftline.flush()


@pytest.mark.parametrize("library", ["duckdb", "sqlite"])
@pytest.mark.parametrize(
    ("begin", "inputs"),
    [
        (["DROP TABLE t", f"CREATE TABLE IF NOT EXISTS t {FORM}"], []),
        ([f"DROP TABLE IF EXISTS t; CREATE TABLE IF NOT EXISTS t {FORM}"], []),
        (["DROP TABLE t", f"CREATE TABLE t {FORM}"], []),
        (["TRUNCATE t"], []),
        (["DELETE FROM t"], []),
        (["DELETE FROM t WHERE g = 'z'"], ["t"]),
        ([f"CREATE TABLE IF NOT EXISTS t {FORM}"], ["t"]),
        (["DROP TABLE IF EXISTS other"], ["t"]),
    ],
)
def test_a_table_of_which_nothing_is_left_has_no_earlier_version(
    watched: MemorySink, library: str, begin: list[str], inputs: list[str]
) -> None:
    if library == "sqlite" and begin == ["TRUNCATE t"]:
        begin = ["DELETE FROM t"]  # which it calls so
    with closing(connected(library)) as connection:
        with driftline.run("first"):
            connection.execute(f"CREATE TABLE t {FORM}")
            connection.execute("INSERT INTO t VALUES ('a', 'b')")
        with driftline.run("second") as run:
            for text in begin:
                if library == "sqlite" and ";" in text:
                    connection.executescript(text)
                else:
                    connection.execute(text)
            connection.execute("INSERT INTO t VALUES ('c', 'd')")
            connection.execute("UPDATE t SET v = upper(g)")
    assert names(run) == (inputs, ["t"])


@pytest.mark.parametrize("library", ["duckdb", "sqlite"])
def test_a_table_that_is_made_because_it_is_not_there_has_no_earlier_version(watched: MemorySink, library: str) -> None:
    found = []
    with closing(connected(library)) as connection:
        for name in ("first", "second"):
            with driftline.run(name) as run:
                connection.execute(f"CREATE TABLE IF NOT EXISTS t {FORM}")
                connection.execute("INSERT INTO t VALUES ('c', 'd')")
                connection.execute("UPDATE t SET v = upper(g)")
            found.append(names(run))
    assert found == [([], ["t"]), (["t"], ["t"])]


@pytest.mark.parametrize("library", ["duckdb", "sqlite"])
@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["CREATE TABLE t AS SELECT a AS x FROM src", "CREATE TABLE f AS SELECT x FROM t", "DROP TABLE t"], {"a"}),
        (["CREATE TABLE t AS SELECT a AS x FROM src", "SELECT x FROM t", "DELETE FROM t"], {"a"}),
        (["CREATE TABLE t AS SELECT a AS x FROM src", "CREATE TABLE f AS SELECT x FROM t", "DROP TABLE t",
          "CREATE TABLE t AS SELECT b AS x FROM src"], {"a", "b"}),
        (["CREATE TABLE t AS SELECT a AS x FROM src", "CREATE TABLE f AS SELECT x FROM t",
          "UPDATE t SET x = (SELECT max(b) FROM src)"], {"a", "b"}),
        (["CREATE TABLE t AS SELECT a AS x FROM src", "DROP TABLE t", "CREATE TABLE t AS SELECT b AS x FROM src"],
         {"b"}),
        (["CREATE TABLE t AS SELECT a AS x FROM src", "SELECT x FROM t", "DROP TABLE t",
          "CREATE TABLE t AS SELECT b AS x FROM src", "DROP TABLE t", "CREATE TABLE t AS SELECT c AS x FROM src"],
         {"a", "b", "c"}),  # once others have read of it, nothing is taken away any more
        (["SELECT x FROM old_t", "DROP TABLE old_t", "CREATE TABLE old_t AS SELECT a AS x FROM src", "DROP TABLE old_t",
          "CREATE TABLE old_t AS SELECT b AS x FROM src"], {"b"}),  # what was read was not made by the run
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", [False, True])
def test_what_others_have_read_of_a_table_stays_known_when_it_is_made_anew(
    watched: MemorySink, library: str, statements: list[str], expected: set[str], inside: bool
) -> None:
    """By hand: a source stays if something was made of the rows that came from it, or if the last rows did."""
    with closing(connected(library)) as connection:
        connection.execute("CREATE TABLE src (a INT, b INT, c INT)")
        connection.execute("CREATE TABLE old_t (x INT)")
        with driftline.run("job"):
            for one in ["BEGIN", *statements, "COMMIT"] if inside else statements:
                connection.execute(one).fetchall()
    assert driftline.flush(timeout=20)
    *_, output = [one for event in watched.decoded() for one in event.outputs if one.name.endswith("t")]
    facet = json.loads(bytes(output.facets["columnLineage"]))
    assert {one["field"] for one in facet["fields"]["x"]["inputFields"]} == expected


DROP = "ALTER TABLE t DROP COLUMN v"
MAKE = "CREATE TABLE t AS SELECT g, v AS v FROM s"
OWN = {"g": {"s.g"}}


ADD = "ALTER TABLE t ADD COLUMN v TEXT"


@pytest.mark.parametrize("library", ["duckdb", "sqlite"])
@pytest.mark.parametrize(
    ("texts", "columns"),
    [
        ([MAKE, DROP], ["g"]),
        ([MAKE, DROP, ADD], ["g", "v"]),
        ([f"{MAKE}; {DROP}; {ADD}; CREATE TABLE r AS SELECT g, v FROM t"], ["g", "v"]),
        ([MAKE, f"{DROP}; {ADD}"], ["g", "v"]),
        ([MAKE, "BEGIN", DROP, ADD, "ROLLBACK"], ["g", "v"]),
        ([MAKE, "ALTER TABLE t ADD COLUMN w INT", DROP], ["g", "w"]),
    ],
)
def test_a_table_has_the_columns_that_it_was_given_last(
    watched: MemorySink, library: str, texts: list[str], columns: list[str]
) -> None:
    """By hand: the table as both databases describe it in the end."""
    ran(library, texts)
    (output,) = (one for one in json.loads(watched.raw[-1])["outputs"] if one["name"].rpartition(".")[2] == "t")
    assert [one["name"] for one in output["facets"]["schema"]["fields"]] == columns


@pytest.mark.parametrize("library", ["duckdb", "sqlite"])
@pytest.mark.parametrize(
    ("texts", "fields"),
    [
        ([MAKE, DROP], OWN),
        (["BEGIN", MAKE, DROP, "COMMIT"], OWN),
        ([f"{MAKE}; {DROP}"], OWN),
        ([MAKE, DROP, "ALTER TABLE t ADD COLUMN v TEXT"], OWN),
        ([MAKE, DROP, "ALTER TABLE t ADD COLUMN v TEXT", "UPDATE t SET v = g"], {**OWN, "v": {"s.g"}}),
        ([MAKE, "UPDATE t SET g = v", DROP], {"g": {"s.v"}}),
        ([MAKE, DROP, "ALTER TABLE t RENAME TO r"], OWN),
        ([MAKE, "BEGIN", DROP, "ROLLBACK"], {**OWN, "v": {"s.v"}}),
        ([MAKE, "CREATE TABLE r AS SELECT v FROM t", DROP, "DROP TABLE r"], {**OWN, "v": {"s.v"}}),  # r came from there
        ([DROP.replace("t DROP", "s DROP"), "CREATE TABLE t AS SELECT g FROM s"], OWN),
        # one goes and another one comes: the others are not told by their places
        ([MAKE, "ALTER TABLE t DROP COLUMN g", "ALTER TABLE t ADD COLUMN w TEXT"], {"v": {"s.v"}}),
        ([f"{MAKE}; ALTER TABLE t ADD COLUMN w TEXT; ALTER TABLE t DROP COLUMN g"], {"v": {"s.v"}}),
        (
            [
                "CREATE TABLE t (g TEXT, v TEXT)",
                "INSERT INTO t SELECT v, g FROM s",
                "ALTER TABLE t RENAME COLUMN g TO h",
                "ALTER TABLE t DROP COLUMN h",
                "ALTER TABLE t ADD COLUMN w TEXT",
            ],
            {"v": {"s.g"}},
        ),
        (
            [
                MAKE,
                "ALTER TABLE t ADD COLUMN w TEXT",
                "ALTER TABLE t DROP COLUMN g",
                "INSERT INTO t SELECT g, v FROM s",
            ],
            {"v": {"s.v", "s.g"}, "w": {"s.v"}},
        ),
    ],
)
def test_a_column_that_is_dropped_has_no_sources(
    watched: MemorySink, library: str, texts: list[str], fields: dict[str, set[str]]
) -> None:
    """By hand: what the table has in the end; a column of which another one was made has brought that its source."""
    ran(library, texts)
    outputs = {one["name"].rpartition(".")[2]: one["facets"] for one in json.loads(watched.raw[-1])["outputs"]}
    found = outputs["r" if texts[-1].endswith("TO r") else "t"]["columnLineage"]["fields"]
    told = {
        name: {f"{one['name'].rpartition('.')[2]}.{one['field']}" for one in known["inputFields"]}
        for name, known in found.items()
    }
    assert told == fields
