"""Which value comes to which column of an INSERT; expected pairs are read off the statements."""

import json
import re
import sqlite3
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.database_programs import BY_NUMBER, HANDED, TABLES
from tests.told_by_code import BEGIN, DATA, Script, edges

import driftline
from driftline.capture.hooks import earlier, inserted
from driftline.capture.program import sites
from driftline.capture.runs import transactions
from driftline.capture.runs.columns import When
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.event.lineage import Dataset, Job, Touched
from driftline.testing import MemorySink

sa = pytest.importorskip("sqlalchemy")

W = ("\0where", "\1\0where")  # what the script has put behind WHERE


@pytest.mark.parametrize(
    ("text", "into", "expected"),
    [
        ("INSERT INTO t (b, a) VALUES (?, ?)", "ba", [("b", "0"), ("a", "1")]),
        ("insert into t values(%s,%s)", "ab", [("a", "0"), ("b", "1")]),
        ("INSERT INTO t VALUES (:x, $y)", "ab", [("a", "x"), ("b", "y")]),
        ("INSERT INTO t VALUES (%(x)s, %(y)s)", "ab", [("a", "x"), ("b", "y")]),
        ("INSERT INTO t VALUES ($2, ?1)", "ab", [("a", "1"), ("b", "0")]),
        ("INSERT INTO t VALUES (:2, :1)", "ab", [("a", "1"), ("b", "0")]),
        (
            "INSERT INTO t VALUES (?, upper(?), 'it''s, ?', ?, 5)",
            "abcde",
            [("a", "0"), ("b", "\0021"), ("c", "\0012"), ("d", "2"), ("e", "\0014")],
        ),
        (
            "INSERT INTO t VALUES (? + ?, ?, %s::int)",
            "abc",
            [("a", "\0020"), ("a", "\0021"), ("b", "2"), ("c", "\0023")],
        ),
        (
            "INSERT INTO t VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = ?",
            "abb",
            [("a", "0"), ("b", "1"), ("\0a", "0"), ("b", "2"), W],
        ),  # its key decides which rows there are
        ("INSERT INTO t VALUES (?, ?), (?, ?)", "ab", [("a", "0"), ("b", "1"), ("a", "2"), ("b", "3")]),
        ("INSERT INTO t VALUES (?, ?)", "a", []),
        ("INSERT INTO t SELECT ?", "a", [("a", "0")]),
        ("INSERT INTO t SELECT ?, b FROM u WHERE c = ?", "ab", [("a", "0"), ("\0001", "1")]),
        ("INSERT INTO t SELECT * FROM u WHERE c = ?", "ab", [("\0000", "0")]),
        ("INSERT INTO t VALUES (?, (SELECT c FROM u WHERE d = ?))", "ab", [("a", "0"), ("b", "\0011")]),
        ("INSERT INTO t VALUES (7, ?)", "ab", [("a", "\0010"), ("b", "0")]),
        (
            "INSERT INTO t VALUES (?, 7) ON CONFLICT (a) DO UPDATE SET b = b + ?, c = 'x' WHERE d < ?",
            "ab",
            [("a", "0"), ("b", "\0011"), ("\0a", "0"), ("b", "\0021"), ("c", "\001c"), W, ("\0002", "2")],
        ),
        (
            "UPDATE t SET a = ?, b = upper(?), c = ? WHERE a = ? AND d LIKE ?",
            "abcd",
            [("a", "0"), ("b", "\0021"), ("c", "2"), W, ("\0003", "3"), ("\0004", "4")],
        ),
        ('update t set "a" = :x where b = :y', "ab", [("a", "x"), W, ("\0y", "y")]),
        ("UPDATE t SET a = b || ?, c = 'where ?'", "abc", [("a", "\0020"), ("c", "\001c"), W]),
        ("DELETE FROM t WHERE a IN (?, ?)", "ab", [W, ("\0000", "0"), ("\0001", "1")]),
        ("UPDATE t SET a = iif(b, c = ?, 2), c = ?", "abc", [("a", "\0020"), ("c", "1"), W]),
        ("DELETE FROM t", "ab", []),
        ("INSERT INTO t SELECT *, ? FROM u", "abc", [("c", "0")]),  # a star gives what the others leave
        ("INSERT INTO t SELECT ?, u.*, ? + 1 FROM u WHERE d = ?", "abcd", [("a", "0"), ("d", "\0021"), ("\0002", "2")]),
        ("INSERT INTO t SELECT ?, u.*, ?, v.*, ? FROM u, v", "abcdef", [("a", "0"), ("f", "2")]),
        ("INSERT INTO t SELECT *, ?, ?, ? FROM u", "ab", []),
        (
            "CREATE TABLE t AS SELECT a + ? AS a, ? AS b FROM u WHERE c > ?",
            "ab",
            [("a", "\0020"), ("b", "1"), ("\0002", "2")],
        ),
        ("create or replace temp table t as select *, :x from u", "ab", [("b", "x")]),
        ("CREATE INDEX i ON t (a) WHERE b > ?", "ab", []),
    ],
)
def test_each_column_gets_the_value_at_its_place_and_what_is_computed_of_it_is_marked(
    text: str, into: str, expected: list[tuple[str, str]]
) -> None:
    assert list(inserted.columns(text, into)) == expected


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ("INSERT OR REPLACE INTO t VALUES (?, ?)", ["\0a"]),
        ("insert or ignore into t (a, b) values (?, ?)", ["\0a"]),
        ("REPLACE INTO t VALUES (?, ?)", ["\0a"]),
        ("INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING", ["\0a"]),
        ("INSERT INTO t VALUES (?, ?)", []),
        ("INSERT OR ABORT INTO t VALUES (?, ?)", []),
    ],
)
def test_keys_of_the_table_decide_where_rows_take_the_place_of_others_or_are_passed_over(
    text: str, decides: list[str]
) -> None:
    found = inserted.columns(text, "ab", lambda: {"a", "c"})
    assert list(found) == [("a", "0"), ("b", "1"), *((one, "0") for one in decides)]


def test_a_statement_that_runs_again_is_taken_down_only_if_something_was_read_meanwhile() -> None:
    run = Recording(Job("default", "j"))
    again = inserted.Again()
    again.seen = Seen(touched=Touched(dataset=Dataset("db", "t"), version="v"))
    again.into = (("a", "0"),)
    again.take(run)
    assert again.seen.visits == []
    sites.read([Dataset("file", "x")])
    again.take(run)
    again.take(run)
    (visit,) = again.seen.visits
    assert visit.into == (("a", "0"),)


def test_what_another_statement_wrote_of_the_same_version_has_the_visit_too() -> None:
    run = Recording(Job("default", "j"))
    touched = Touched(dataset=Dataset("db", "t"), version="v")
    known = Seen(touched=touched)
    run.add("write", known)
    again = inserted.Again()
    again.seen = Seen(touched=touched)
    sites.read([Dataset("file", "x")])
    again.take(run)
    assert (len(known.visits), len(again.seen.visits)) == (1, 1)


def test_another_thread_may_be_given_something_else() -> None:
    run = Recording(Job("default", "j"))
    again = inserted.Again()
    again.seen = Seen(touched=Touched(dataset=Dataset("db", "t"), version="v"))
    other = threading.Thread(target=lambda: again.take(run))
    other.start()
    other.join()
    assert len(again.seen.visits) == 1


class Connection(sqlite3.Connection):
    """One that can be referred to weakly."""


@pytest.mark.parametrize("committed", [True, False])
def test_what_was_rolled_back_has_not_run_again(committed: bool) -> None:
    run, connection, again = Recording(Job("default", "j")), Connection(":memory:"), inserted.Again()
    again.seen, again.times = Seen(touched=Touched(dataset=Dataset("db", "t"), version="v")), [When()]
    first = again.times[0].last
    for _ in range(3):
        sites.read([Dataset("file", "x")])
        again.take(run, connection)
    (transactions.commit if committed else transactions.rollback)(connection)
    assert (again.times[0].last > first, len(again.seen.visits)) == ((True, 3) if committed else (False, 0))
    connection.close()


def test_a_statement_that_is_rolled_back_again_and_again_is_kept_once(script: Script) -> None:
    script(
        "import gc, sqlite3, driftline\n"
        'driftline.watch("job")\n'
        "from driftline.capture.hooks import inserted\n"
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE t (k INTEGER)")\n'
        "for n in range(50):\n"
        '    base.execute("INSERT INTO t VALUES (?)", (n,))\n'
        "    base.rollback()\n"
        "known = [one for one in gc.get_objects() if type(one) is inserted.Again]\n"
        "assert known and max(len(one.times) for one in known) == 1, [len(one.times) for one in known]\n"
        "base.close()\n"
    )


def test_a_row_that_was_taken_back_is_no_source_and_its_statement_did_not_run_later(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import csv, sqlite3\n"
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE t (k INTEGER, p TEXT, v TEXT)")\n'
        'base.execute("CREATE TABLE s (a INTEGER, b TEXT)")\n'
        'base.execute("UPDATE t SET v = p WHERE k = ?", (1,))\n'
        "base.commit()\n"
        'base.execute("INSERT INTO t (k, p) SELECT a, b FROM s")\n'
        "base.commit()\n"
        'base.execute("UPDATE t SET v = p WHERE k = ?", (2,))\n'
        "base.rollback()\n"
    ))  # fmt: skip
    *_, output = [one for event in events for one in event.get("outputs", ()) if one["name"] == "t"]
    assert set(output["facets"]["columnLineage"]["fields"]) == {"k", "p"}


def test_values_at_places_are_called_as_the_program_calls_them() -> None:
    into = (("a", "1"), ("b", "\0020"), ("c", "x"), ("d", "7"), ("\0a", "1"))
    names = (("a", "q"), ("b", "\002p"), ("c", "x"), ("d", "7"), ("\0a", "q"))
    assert inserted.called(into, ["p", "q"]) == (*names, *((one, f"\1{one}") for one in "abcd"))


def test_values_of_several_rows_of_a_library_are_called_as_their_columns() -> None:
    told = inserted.called((("a", "0"), ("b_m", "1"), ("c", "2")), ["a_m0", "b_m1", "c_mx"])
    assert told[:3] == (("a", "a"), ("b_m", "b_m1"), ("c", "c_mx"))


def test_values_of_an_update_come_to_the_columns_that_it_sets_and_what_it_looks_for_decides(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import csv, sqlite3\n"
        'pd.DataFrame({"key": range(60), "town": [f"t{n * 7 % 41}" for n in range(60)]}).to_csv("t.csv", index=False)\n'
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE t (k INTEGER, p TEXT, v TEXT, w TEXT)")\n'
        'rows = [(int(one["id"]), one["plan"]) for one in csv.DictReader(open("customers.csv"))]\n'
        'base.executemany("INSERT INTO t (k, p) VALUES (?, ?)", rows)\n'
        'towns = [(one["town"], int(one["key"])) for one in csv.DictReader(open("t.csv"))]\n'
        'base.executemany("UPDATE t SET v = ? WHERE k = ?", towns)\n'
        'base.execute("UPDATE t SET w = upper(p)")\n'
        'base.execute("UPDATE t SET p = v")\n'
        "base.commit()\n"
    ))  # fmt: skip
    assert edges(events, "t") == {
        "k": {("customers.csv", "id", "TRANSFORMATION", 0.9)},
        "v": {("t.csv", "town", "IDENTITY", 0.9)},
        "w": {("customers.csv", "plan", "TRANSFORMATION", 0.9)},
        "p": {("t.csv", "town", "IDENTITY", 0.9)},
        "": {("customers.csv", "id", "FILTER", 0.9), ("t.csv", "key", "FILTER", 0.9)},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("insert into t (a, b) values (1, 'x (y) ?')", True),
        ("insert into t values (1, datetime('now'))", True),
        ("create table k as select 42 as n", True),
        ("delete from t where a in (1, 2)", True),
        ("insert into t values (?, 1)", False),
        ("insert into t values (:a, 1)", False),
        ("insert into t values (:1, 1)", False),
        ("insert into t values (rate(3), 1)", False),  # a function of the program's own may bring anything
        ("insert into t select rate(3)", False),
    ],
)
def test_a_statement_of_literals_alone_has_no_source(text: str, expected: bool) -> None:
    assert inserted.constant(text) is expected


def test_a_statement_that_is_put_together_has_the_edges_of_one_that_is_handed_its_values(script: Script) -> None:
    """By hand: ``fixed`` is of literals, and of nothing else; the others get the same."""
    events = script(BEGIN + DATA + (
        "import csv, sqlite3\n"
        'base = sqlite3.connect("base.db")\n'
        'for name in ("beside", "within", "late", "fixed", "several"):\n'
        '    base.execute(f"CREATE TABLE {name} (p TEXT, v REAL)")\n'
        'base.execute("INSERT INTO late (p) VALUES (\'a\')")\n'
        'rows = [(one["plan"], one["spend"]) for one in csv.DictReader(open("customers.csv"))]\n'
        "for plan, spend in rows:\n"
        '    base.execute("INSERT INTO beside VALUES (?, ?)", (plan, spend))\n'
        "    base.execute(f\"INSERT INTO within VALUES ('{plan}', {spend})\")\n"
        "    base.execute(\"UPDATE late SET v = %s WHERE p = '%s'\" % (spend, plan))\n"
        "base.execute(\"INSERT INTO fixed VALUES ('x', 1)\")\n"
        "base.execute(\"INSERT INTO several VALUES \" + \", \".join(f\"('{p}', {v})\" for p, v in rows))\n"
        "base.commit()\n"
    ))  # fmt: skip
    expected = {
        "p": {("customers.csv", "plan", "IDENTITY", 0.9)},
        "v": {("customers.csv", "spend", "IDENTITY", 0.9)},
    }
    assert edges(events, "beside") == expected
    assert edges(events, "within") == expected
    assert edges(events, "late") == {"v": expected["v"], "": {("customers.csv", "plan", "FILTER", 0.9)}}
    assert edges(events, "several") == expected
    *_, fixed = [one for event in events for one in event["outputs"] if one["name"] == "fixed"]
    assert fixed["facets"]["lineage"]["inputs"] == []
    assert "columnLineage" not in fixed["facets"]


def test_a_text_of_literals_that_the_caller_does_not_spell_out_makes_others_no_less_sure(script: Script) -> None:
    """By hand: the constant of another module comes from nowhere, but is not known as one where it is executed."""
    events = script(BEGIN + DATA + (
        "import csv, pathlib, sqlite3\n"
        'pathlib.Path("texts.py").write_text("FIRST = \\"INSERT INTO t VALUES (\'x\', 1)\\"\\n")\n'
        "import texts\n"
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE t (p TEXT, v REAL)")\n'
        "base.execute(texts.FIRST)\n"
        'for one in csv.DictReader(open("customers.csv")):\n'
        '    base.execute("INSERT INTO t VALUES (?, ?)", (one["plan"], one["spend"]))\n'
        "base.commit()\n"
    ))  # fmt: skip
    assert edges(events, "t") == {
        "p": {("customers.csv", "plan", "IDENTITY", 0.9)},
        "v": {("customers.csv", "spend", "IDENTITY", 0.9)},
    }


def test_a_text_of_literals_and_one_of_values_are_told_apart_whichever_comes_first(script: Script) -> None:
    """By hand: both statements have one form; the rows that come from the file do so in either order."""
    for first in (True, False):
        fixed = "base.execute(\"INSERT INTO t VALUES ('x', 1)\")\n"
        events = script(BEGIN + DATA + (
            "import csv, sqlite3\n"
            f'base = sqlite3.connect("base{first}.db")\n'
            'base.execute("CREATE TABLE t (p TEXT, v REAL)")\n'
            'rows = [(one["plan"], one["spend"]) for one in csv.DictReader(open("customers.csv"))]\n'
            + (fixed if first else "") +
            "for plan, spend in rows:\n"
            "    base.execute(f\"INSERT INTO t VALUES ('{plan}', {spend})\")\n"
            + ("" if first else fixed) +
            "base.commit()\n"
        ))  # fmt: skip
        assert edges(events, "t") == {
            "p": {("customers.csv", "plan", "IDENTITY", 0.9)},
            "v": {("customers.csv", "spend", "IDENTITY", 0.9)},
        }


KINDS = {"TRANSFORMATION": " t", "AGGREGATION": " a", "FILTER": " f", "CONDITIONAL": " c", "IDENTITY": ""}
SPACES = {"sqlite://s.db": "", "sqlite://m.db": ".", "sqlite://copy.db": "copy."}


def _written(sink: MemorySink) -> dict[str, dict[str, set[str]]]:
    """The columns behind those of each table that was written, by the last event that has it."""
    found: dict[str, dict[str, set[str]]] = {}
    for event in sink.decoded():
        for one in event.outputs:
            facet = json.loads(bytes(one.facets.get("columnLineage", b"{}")))
            fields = {name: column["inputFields"] for name, column in facet.get("fields", {}).items()}
            told = {**fields, **({"": facet["dataset"]} if facet.get("dataset") else {})}
            found[f"{SPACES[one.namespace]}{one.name}"] = {
                name: {
                    f"{SPACES[each['namespace']]}{each['name']}.{each['field']}{KINDS[way['subtype']]}"
                    + (f" {way['confidence']}" if way.get("confidence", 1) < 0.9 else "")
                    for each in sources
                    for way in each["transformations"]
                }
                for name, sources in told.items()
            }
    return found


@pytest.mark.parametrize("name", [pytest.param(one, marks=BY_NUMBER if one == "numbered" else ()) for one in HANDED])
def test_rows_that_are_handed_on_lead_to_the_columns_that_they_were_read_from(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(earlier, "newest", {})
    with closing(sqlite3.connect("s.db")) as one, closing(sqlite3.connect("m.db")) as other:
        one.executescript("create table o (oid integer primary key, cust, amt)")
        one.executescript("insert into o values (1, 'a', 10), (2, 'b', 20), (3, 'c', 30)")
        other.executescript(
            "create table r (a, b, c); create table q (v); create table t2 (a, b); create table lg (x, y)"
        )
        other.executescript("create table k (id integer primary key, v, n); insert into q values ('z')")
        other.executescript("insert into lg values (1, 2), (3, 4)")
    shop, mart = sa.create_engine("sqlite:///s.db"), sa.create_engine("sqlite:///m.db")
    src, con = sqlite3.connect("s.db"), sqlite3.connect("m.db")
    text, expected = HANDED[name]
    file = Path("program.py").absolute()
    file.write_text(TABLES + textwrap.dedent(text))
    space = {"src": src, "con": con, "shop": shop, "mart": mart, "__name__": "program"}
    with driftline.run("job"):
        exec(compile(file.read_text(), str(file), "exec"), space)
        con.commit()
    for each in (src, con):
        each.close()
    shop.dispose()
    mart.dispose()
    assert driftline.flush(timeout=20)
    hand = {table: {key: {*each.split(", ")} for key, each in columns.items()} for table, columns in expected.items()}
    assert _written(watched) == hand


def test_a_script_is_looked_through_once_and_not_once_for_each_of_its_statements(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the square of its length a thousand statements took half a minute, on the user's thread."""
    looked: list[int] = []

    class Counting:
        def finditer(self, text: str, begin: int = 0) -> Iterator[re.Match[str]]:
            looked.append(len(text))
            return token.finditer(text, begin)

    token = inserted._TOKEN
    monkeypatch.setattr(inserted, "_TOKEN", Counting())
    text = "".join(f"DELETE FROM t; INSERT INTO t SELECT a + {number} FROM u;" for number in range(40))
    with closing(sqlite3.connect(":memory:")) as connection, driftline.run("job"):
        connection.executescript("CREATE TABLE t (a); CREATE TABLE u (a)")
        looked.clear()
        connection.executescript(text)
    assert 1 <= len(looked) <= 3
