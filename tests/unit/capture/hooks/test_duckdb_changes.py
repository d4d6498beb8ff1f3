"""Tables of DuckDB that are filled by the script and changed in the same run; expected sources by hand."""

import json
from typing import Any

import duckdb
import pytest
from tests.recorded import names
from tests.told_by_code import BEGIN, DATA, Script, edges

import driftline
from driftline.testing import MemorySink

FILL = DATA + (
    "import csv, duckdb\n"
    'con = duckdb.connect("base.duckdb")\n'
    "{make}\n"
    'rows = [(one["plan"], int(one["id"])) for one in csv.DictReader(open("customers.csv"))]\n'
    'con.executemany("INSERT INTO t (g, k) VALUES (?, ?)", rows)\n'
    'con.execute("UPDATE t SET v = upper(g) WHERE k > 3")\n'
    "con.close()\n"
)
MAKE = 'con.execute("CREATE TABLE t (g TEXT, k INTEGER, v TEXT)")'


def sources(events: list[dict[str, Any]], column: str) -> set[tuple[str, str]]:
    """The columns behind a column of t, or behind its rows."""
    *_, output = [one for event in events for one in event.get("outputs", ()) if one["name"] == "t"]
    facet = output["facets"]["columnLineage"]
    found = facet["fields"][column]["inputFields"] if column else facet["dataset"]
    return {(one["name"], one["field"]) for one in found}


def test_rows_that_are_handed_over_come_to_the_columns_and_through_an_update_to_others(script: Script) -> None:
    events = script(BEGIN + FILL.replace("{make}", MAKE))
    assert edges(events, "t") == {
        "g": {("customers.csv", "plan", "IDENTITY", 0.9)},
        "k": {("customers.csv", "id", "TRANSFORMATION", 0.9)},
        "v": {("customers.csv", "plan", "TRANSFORMATION", 0.9)},
        "": {("customers.csv", "id", "FILTER", 0.9)},
    }
    assert not [one for event in events for one in event["inputs"] if one["name"] == "t"]


def test_a_statement_that_is_put_together_has_the_edges_of_one_that_is_handed_its_values(script: Script) -> None:
    """By hand: ``within`` gets the plan and the spend of each row, ``fixed`` nothing that anybody knows of."""
    events = script(BEGIN + DATA + (
        "import csv, duckdb\n"
        'base = duckdb.connect("base.duckdb")\n'
        'base.execute("CREATE TABLE within (p TEXT, v DOUBLE)")\n'
        'base.execute("CREATE TABLE fixed (p TEXT, v DOUBLE)")\n'
        'for one in csv.DictReader(open("customers.csv")):\n'
        "    base.execute(f\"INSERT INTO within VALUES ('{one['plan']}', {float(one['spend']) * 2})\")\n"
        "base.execute(\"INSERT INTO fixed VALUES ('x', 1)\")\n"
        "base.execute(\"INSERT INTO within VALUES ('x', 1)\")\n"
    ))  # fmt: skip
    assert edges(events, "within") == {
        "p": {("customers.csv", "plan", "IDENTITY", 0.9)},
        "v": {("customers.csv", "spend", "TRANSFORMATION", 0.9)},
    }
    assert edges(events, "fixed") == {}


def test_a_table_that_was_there_before_is_a_source_beside_the_file(script: Script) -> None:
    before = MAKE + "\ncon.execute(\"INSERT INTO t VALUES ('z', 9, NULL)\")\ncon.close()"
    script("import duckdb\ncon = duckdb.connect('base.duckdb')\n" + before)
    events = script(BEGIN + FILL.replace("{make}", ""))
    assert sources(events, "v") == {("customers.csv", "plan"), ("t", "g")}
    assert sources(events, "g") == {("customers.csv", "plan")}
    assert sources(events, "") == {("customers.csv", "id"), ("t", "k")}


@pytest.mark.parametrize("head", ["INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO"])
def test_the_keys_of_the_table_decide_which_rows_take_the_place_of_others(watched: MemorySink, head: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE s (a INTEGER, b TEXT)")
        connection.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)")
        with driftline.run("keys") as run:
            connection.execute(f"{head} t SELECT a, b FROM s")
    assert names(run) == (["s"], ["t"])
    driftline.flush()
    *_, event = [one for one in watched.decoded() if one.job and one.job.name == "keys"]
    facet = bytes(event.outputs[0].facets["columnLineage"])
    assert b'"dataset":[{"namespace"' in facet
    assert b'"field":"a","transformations":[{"type":"INDIRECT","subtype":"FILTER"}]' in facet


@pytest.mark.parametrize(("first", "second"), [("ROLLBACK", "COMMIT"), ("COMMIT", "ROLLBACK")])
def test_values_that_were_rolled_back_are_no_source_and_those_that_were_committed_are(
    script: Script, first: str, second: str
) -> None:
    events = script(BEGIN + DATA + (
        "import csv, duckdb, shutil\n"
        'shutil.copy("customers.csv", "others.csv")\n'
        'con = duckdb.connect("base.duckdb")\n'
        'con.execute("CREATE TABLE t (g TEXT)")\n'
        f'for name, end in (("customers.csv", "{first}"), ("others.csv", "{second}")):\n'
        '    con.execute("BEGIN")\n'
        "    for one in csv.DictReader(open(name)):\n"
        '        con.execute("INSERT INTO t VALUES (?)", [one["plan"]])\n'
        "    con.execute(end)\n"
        "con.close()\n"
    ))  # fmt: skip
    kept = "customers.csv" if first == "COMMIT" else "others.csv"
    assert {source for source, *_ in edges(events, "t")["g"]} == {kept}


def test_what_goes_into_columns_by_name_or_in_another_order_crosses_nothing(watched: MemorySink) -> None:
    with duckdb.connect("base.duckdb") as connection, driftline.run("job"):
        connection.execute("CREATE TABLE src (k INTEGER, v TEXT)")
        for place, into in enumerate(("BY NAME", "(v, k)")):
            connection.execute(f"CREATE TABLE r{place} (k INTEGER, v TEXT)")
            connection.execute(f"INSERT INTO r{place} {into} SELECT v, k FROM src")
    assert driftline.flush()
    found = {one["name"]: one["facets"] for raw in watched.raw for one in json.loads(raw).get("outputs", ())}
    for name in ("r0", "r1"):
        fields = found[name]["columnLineage"]["fields"]
        ways = {column: [(one["field"], one["transformations"]) for one in part["inputFields"]]
                for column, part in fields.items()}  # fmt: skip
        sure = [{"type": "DIRECT", "subtype": "IDENTITY"}]
        assert ways == {"k": [("k", sure)], "v": [("v", sure)]}


def test_rows_that_were_handed_over_are_behind_a_column_by_its_new_name(script: Script) -> None:
    update = 'con.execute("UPDATE t SET v = upper(g) WHERE k > 3")'
    assert update in FILL
    program = FILL.replace("{make}", MAKE).replace(update, 'con.execute("ALTER TABLE t RENAME g TO plan")')
    assert edges(script(BEGIN + program), "t") == {
        "plan": {("customers.csv", "plan", "IDENTITY", 0.9)},
        "k": {("customers.csv", "id", "TRANSFORMATION", 0.9)},
    }


def test_a_table_of_constants_has_no_source_and_one_of_what_a_function_reads_may_have(script: Script) -> None:
    """By hand: what ``range`` stands for here may be any function over rows that nobody knows."""
    program = (
        BEGIN + 'import duckdb\ncon = duckdb.connect("base.duckdb")\n'
        "con.execute(\"CREATE TABLE t AS SELECT 1 AS one, 'x' AS two, now() AS three\")\n"
        'con.execute("CREATE TABLE u (a INTEGER)")\ncon.execute("INSERT INTO u VALUES (1), (2)")\n'
        'con.execute("CREATE TABLE v AS SELECT count(*) AS n FROM range(7)")\n'
        'con.execute(f"CREATE TABLE w AS SELECT {1 + 1} AS n")\n'
    )
    outputs = [one for event in script(program) for one in event["outputs"]]
    assert [one["name"] for one in outputs if one["facets"].get("lineage", {}).get("inputs") == []] == ["t", "u"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT INTO t SELECT a FROM s; DROP TABLE t; CREATE TABLE t (x INT); INSERT INTO t SELECT b FROM s", {"b"}),
        ("INSERT INTO t SELECT a FROM s; DELETE FROM t; INSERT INTO t SELECT b FROM s", {"b"}),
        (
            "INSERT INTO t SELECT a FROM s; CREATE TABLE z AS FROM t; TRUNCATE t; INSERT INTO t SELECT b FROM s",
            {"a", "b"},
        ),
        ("INSERT INTO t SELECT a FROM s; DROP TABLE t; CREATE TABLE t (x INT)", set()),
    ],
)
def test_what_a_text_has_dropped_again_is_not_in_its_table(sink: MemorySink, text: str, expected: set[str]) -> None:
    """By hand: the table has what came after it was emptied, and what others had read before."""
    driftline.watch()
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE s (a INT, b INT); CREATE TABLE t (x INT)")
        with driftline.run("job"):
            connection.execute(text)
    assert driftline.flush()
    (output,) = [one for one in json.loads(sink.raw[-1])["outputs"] if one["name"] == "t"]
    fields = output["facets"].get("columnLineage", {"fields": {}})["fields"]
    assert {one["field"] for known in fields.values() for one in known["inputFields"]} == expected


@pytest.mark.parametrize("library", ["duckdb", "sqlite3"])
def test_values_that_stand_beside_columns_of_a_table_are_sources_as_well(script: Script, library: str) -> None:
    """By hand, each table from the text of its statement."""
    options = ", isolation_level=None" if library == "sqlite3" else ""
    events = script(BEGIN + DATA + (
        f"import {library} as db\n"
        f'base = db.connect("base.db"{options})\n'
        'base.execute("CREATE TABLE s (a INT, z INT)")\n'
        'for name in "tuv":\n'
        '    base.execute(f"CREATE TABLE {name} (b INT, c INT, d INT)")\n'
        'base.execute("CREATE TABLE m (b INT, c INT)")\n'
        'x = int(pd.read_csv("customers.csv")["tenure"].max())\n'
        'base.execute("INSERT INTO t (b) SELECT a + ? FROM s", [x])\n'
        'base.execute("INSERT INTO u SELECT *, ? FROM s", [x])\n'
        'base.execute("INSERT INTO v (b) SELECT a FROM s WHERE z > $x", {"x": x})\n'
        'base.execute("UPDATE m SET b = s.a + ? FROM s WHERE m.c = s.z", [x])\n'
        'base.execute("CREATE TABLE w AS SELECT a + ? AS q, ? AS r, 1 AS n FROM s", [x, 5])\n'
    ))  # fmt: skip
    value = {("customers.csv", "tenure", "AGGREGATION", 0.9)}
    expected = {"t": {"b": value}, "u": {"d": value}, "m": {"b": value}, "w": {"q": value},
                "v": {"": {("customers.csv", "tenure", "FILTER", 0.9)}}}  # fmt: skip
    assert {name: edges(events, name) for name in expected} == expected
