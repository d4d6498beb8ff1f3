"""Names that tables and columns get after they were used; expected columns are read off the texts."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline.capture.hooks import addresses, database, renaming
from driftline.capture.sql import known
from driftline.capture.sql.relation import Source
from driftline.testing import MemorySink

MADE = "create table s (a, b); create table t (x, y); create table n (p, q); insert into s values (1, 2)"


def lineage(watched: MemorySink, folder: Path, text: str) -> dict[str, list[tuple[str, float]]]:
    """The sources of all columns that a text writes, with how sure they are."""
    connection = sqlite3.connect(folder / "x.db")
    connection.executescript(MADE)
    with driftline.run("job"):
        connection.executescript(text)
    connection.close()
    assert driftline.flush(timeout=20)
    found: dict[str, list[tuple[str, float]]] = {}
    for output in (one for event in watched.decoded() for one in event.outputs if event.job.name == "job"):
        for column, told in json.loads(bytes(output.facets["columnLineage"]))["fields"].items():
            found[f"{output.name}.{column}"] = sorted(
                (f"{one['name']}.{one['field']}", way.get("confidence", 1.0))
                for one in told["inputFields"]
                for way in one["transformations"]
            )
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("insert into t select a, b from s; alter table t rename to u",
         {"t.x": None, "u.x": ["s.a", "t.x"], "u.y": ["s.b", "t.y"]}),  # t may have had rows before
        ("insert into t select a, b from s; alter table t rename column x to z",
         {"t.z": ["s.a", "t.x"], "t.y": ["s.b"]}),  # the table may have had rows before
        ("insert into t select * from s; alter table s rename column a to c",
         {"t.x": ["s.a"], "t.y": ["s.b"], "s.c": ["s.a"]}),
        ("insert into t select a, b from s; alter table t rename x to z; alter table T rename Z to v",
         {"t.v": ["s.a", "t.x"], "t.y": ["s.b"]}),
        ("""insert into t select a, b from s; alter table t rename to o; alter table n rename p to r;
            alter table n rename to t; create table rep as select * from t""",
         {"t.x": None, "o.x": ["s.a", "t.x"], "o.y": ["s.b", "t.y"], "t.r": ["n.p"], "t.q": ["n.q"],
          "rep.r": ["t.r"], "rep.q": ["t.q"]}),
    ],
)  # fmt: skip
def test_what_is_renamed_later_in_a_text_is_meant_by_its_name_of_before(
    watched: MemorySink, tmp_path: Path, text: str, expected: dict[str, list[str] | None]
) -> None:
    found = lineage(watched, tmp_path, text)
    told = {name: found.get(name) for name in expected}
    assert told == {name: sources and [(source, 1.0) for source in sources] for name, sources in expected.items()}
    assert not {"t.a", "t.b"} & found.keys()


def _before(text: str) -> Callable[[str], tuple[str, ...] | None]:
    """What the columns were of a table that ``_NOW`` has, by the statements of a text."""
    analysis = known.analyse(text, lambda source, spelled: _NOW.get(source.names[0]), "sqlite")
    assert analysis is not None
    before = renaming.before(analysis.statements, analysis.altered)
    assert before is not None
    ask = before.asking(lambda source, spelled: _NOW.get(source.names[0]))
    return lambda name: ask(Source("table", (name,)), str)


_NOW = {"u": ("Z", "y"), "s": ("a", "b")}


def test_a_name_that_no_table_had_has_no_columns() -> None:
    ask = _before("insert into t select a, b from s; alter table t rename x to Z; alter table t rename to u")
    assert [ask("t"), ask("u"), ask("s")] == [("x", "y"), None, ("a", "b")]


def test_a_table_of_which_a_column_is_dropped_later_in_a_text_had_others() -> None:
    assert _before("create table n as select * from s; alter table s drop column q")("s") is None


def test_what_is_read_before_a_column_is_dropped_comes_from_the_columns_of_then(
    watched: MemorySink, tmp_path: Path
) -> None:
    """By hand: n has x and y of s, of which y and z are left when the database is asked."""
    with closing(sqlite3.connect(tmp_path / "base.db")) as connection:
        connection.execute("create table s (x int, y int)")
        with driftline.run("job"):
            connection.executescript(
                "create table n as select * from s; alter table s add column z int; alter table s drop column x"
            )
    assert driftline.flush()
    (facets,) = (one["facets"] for one in json.loads(watched.raw[-1])["outputs"] if one["name"].endswith("n"))
    fields = facets["columnLineage"]["fields"]
    assert {name: [one["field"] for one in told["inputFields"]] for name, told in fields.items()} == {
        "x": ["x"], "y": ["y"],
    }  # fmt: skip


def test_a_text_that_renames_nothing_after_another_statement_is_asked_for_once() -> None:
    for text in ("alter table t rename to u", "alter table t rename to u; insert into u select a, b from s",
                 "alter table s drop column q; create table n as select * from s"):  # fmt: skip
        analysis = known.analyse(text, lambda source, spelled: None, "sqlite")
        assert analysis is not None
        assert renaming.before(analysis.statements, analysis.altered) is None


# --- tables that change their names, each statement by itself ----------------------------------------------------

FILLED = "create table new (v int, w text); insert into new select c, d from raw1"
SWAPPED = "alter table live rename to old; alter table new rename to live"
PUT_IN_PLACE = [
    # text, and the source columns of every column that is told: read off the text
    (f"{FILLED}; {SWAPPED}",
     {"old": {"v": ["live.v"], "w": ["live.w"]}, "live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"insert into live select a, b from raw0; {FILLED}; {SWAPPED}",  # live had rows before
     {"old": {"v": ["live.v", "raw0.a"], "w": ["live.w", "raw0.b"]}, "live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"drop table live; create table live as select a as v, b as w from raw0; {FILLED}; {SWAPPED}",
     {"old": {"v": ["raw0.a"], "w": ["raw0.b"]}, "live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"update live set v = v + 1; {FILLED}; {SWAPPED}; update old set v = v * 2",
     {"old": {"v": ["live.v"], "w": ["live.w"]}, "live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"{FILLED}; drop table live; alter table new rename to live", {"live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"{FILLED}; create table early as select v from live; {SWAPPED}; create table late as select v from live",
     {"early": {"v": ["live.v"]}, "old": {"v": ["live.v"], "w": ["live.w"]},
      "live": {"v": ["raw1.c"], "w": ["raw1.d"]}, "late": {"v": ["live.v"]}}),
    (f"{FILLED}; create table beside as select v from new; {SWAPPED}",
     {"beside": {"v": ["live.v"]}, "old": {"v": ["live.v"], "w": ["live.w"]},
      "live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"{FILLED}; alter table live rename to tmp; alter table new rename to live; alter table tmp rename to new",
     {"new": {"v": ["live.v"], "w": ["live.w"]}, "live": {"v": ["raw1.c"], "w": ["raw1.d"]}}),
    (f"{FILLED}; {SWAPPED}; drop table old; create table new (v int, w text);"
     f"insert into new select a, b from raw0; {SWAPPED}",  # twice in one run
     {"old": {"v": ["raw1.c"], "w": ["raw1.d"]}, "live": {"v": ["raw0.a"], "w": ["raw0.b"]}}),
]  # fmt: skip


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("library", ["sqlite3", "duckdb"])
@pytest.mark.parametrize(("text", "expected"), PUT_IN_PLACE)
def test_a_table_that_is_put_in_the_place_of_another_has_its_own_sources(
    watched: MemorySink, text: str, library: str, expected: dict[str, Any], inside: bool
) -> None:
    if library == "duckdb":
        connection = pytest.importorskip("duckdb").connect("x.duckdb")
    else:
        connection = sqlite3.connect("x.db", isolation_level=None)
    before = "create table raw0 (a int, b text); create table raw1 (c int, d text); create table live (v int, w text)"
    for one in (*before.split(";"), "insert into live values (1, 'x')"):
        connection.execute(one)
    with driftline.run("job"):
        for one in ("begin", *text.split(";"), "commit") if inside else text.split(";"):
            connection.execute(one)
    connection.close()
    assert columns(watched) == expected


def columns(watched: MemorySink) -> dict[str, dict[str, list[str]]]:
    """The sources of all columns that a run has written."""
    assert driftline.flush(timeout=20)
    (event,) = [
        one for one in map(json.loads, watched.raw) if one["job"]["name"] == "job" and one["eventType"] != "START"
    ]
    return {
        output["name"]: {
            column: sorted(f"{one['name']}.{one['field']}" for one in told["inputFields"])
            for column, told in output["facets"].get("columnLineage", {"fields": {}})["fields"].items()
        }
        for output in event["outputs"]
    }


@pytest.mark.parametrize(
    ("scheme", "text", "expected"),
    [
        ("mysql", "rename table live to old, new to live", {"old": ["live"], "live": ["raw1"]}),
        ("mysql", "rename table live to tmp, new to live, tmp to new", {"new": ["live"], "live": ["raw1"]}),
        ("clickhouse", "exchange tables live and new", {"new": ["live"], "live": ["raw1"]}),
        ("snowflake", "alter table live swap with new", {"new": ["live"], "live": ["raw1"]}),
    ],
)
def test_other_words_for_it_mean_the_same(
    watched: MemorySink, scheme: str, text: str, expected: dict[str, list[str]]
) -> None:
    """By hand; ``live`` is what another run has left there, and no database tells its columns."""
    place = addresses.Place(f"{scheme}://db", scheme)
    with driftline.run("job") as run:
        for one in ("create table new (v int)", "insert into new (v) select c from raw1", text):
            database.statement(run, place, one)
    found = {
        output.touched.dataset.name: [
            one.name for edges in output.edges for read in edges.datasets.values() for one in read
        ]
        for output in run.trace.outputs
    }
    assert found == expected


def test_a_renaming_that_is_taken_back_is_none(watched: MemorySink, tmp_path: Path) -> None:
    connection = sqlite3.connect("x.db", isolation_level=None)
    connection.execute("create table raw1 (c int)")
    with driftline.run("job"):
        for text in (
            "create table new as select c as v from raw1",
            "begin",
            "alter table new rename to live",
            "rollback",
        ):
            connection.execute(text)
    connection.close()
    assert columns(watched) == {"new": {"v": ["raw1.c"]}}


def test_versions_lead_from_what_was_set_aside_to_what_was_there_before_the_run(
    script: Callable[..., Any], tmp_path: Path
) -> None:
    """By hand; the transaction is committed a while after the tables have changed their names."""
    begin = "import driftline, sqlite3, time\ndriftline.watch({job!r})\ncon = sqlite3.connect('x.db')\n"
    filled = "create table raw0 (a); create table raw1 (c); insert into raw0 values (1); insert into raw1 values (2);"
    made = f"{filled} create table live as select a as v from raw0"
    script(begin.format(job="first") + f"con.executescript({made!r})\n")
    swap = f"begin; create table new as select c as v from raw1; {SWAPPED}"
    ran = "".join(f"con.execute({text.strip()!r})\n" for text in swap.split(";"))
    script(begin.format(job="swap") + ran + "time.sleep(0.2)\ncon.commit()\n")
    for name, expected in {"old": ["live", "raw0"], "live": ["raw1"]}.items():
        command = [sys.executable, "-m", "driftline", "lineage", f"{name}@latest", "--up", "--depth", "9", "--json"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        nodes = json.loads(done.stdout)["nodes"]
        found = [one["label"].partition("#")[0] for one in nodes if one["type"] == "VERSION" and one["depth"] < 0]
        assert sorted(found) == expected
