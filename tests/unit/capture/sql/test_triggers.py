"""Triggers. Expected edges by hand: a row of NEW and OLD is one of the trigger's table."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import triggers

Tell = Callable[..., list[Any]]
RUNS = "CREATE TRIGGER x BEFORE INSERT ON s.t FOR EACH ROW EXECUTE {} f()"


def body(statements: str) -> str:
    return f"CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN {statements} RETURN NEW; END $$ LANGUAGE plpgsql"


def oracle(statements: str) -> str:
    return f"CREATE OR REPLACE TRIGGER x BEFORE INSERT ON s.t FOR EACH ROW BEGIN {statements} END"


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("postgres", lambda inner: f"{body(inner)}; {RUNS.format('FUNCTION')}"),
        ("postgres", lambda inner: f"{RUNS.format('PROCEDURE')}; {body(inner)}"),
        ("oracle", lambda inner: oracle(inner.replace("NEW.", ":NEW."))),
        ("mysql", lambda inner: oracle(inner.replace("NEW.a :=", "SET NEW.a ="))),
    ],
)
def test_what_fills_a_column_of_the_new_row_is_an_update(tell: Tell, name: str, script: Callable[[str], str]) -> None:
    one, two = tell(script("NEW.a := NEW.b + 1; INSERT INTO log (x) VALUES (NEW.b);"), name)
    assert (one.target, one.columns, one.doubts) == ("s.t", {"a": ["s.t.b TRANSFORMATION"]}, [])
    assert (two.target, two.columns) == ("log", {"x": ["s.t.b IDENTITY"]})


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("postgres", lambda inner: f"{body(inner)}; {RUNS.format('FUNCTION')}"),
        ("oracle", lambda inner: oracle(inner.replace("NEW.", ":NEW."))),
    ],
)
def test_a_query_fills_columns_of_the_new_row(tell: Tell, name: str, script: Callable[[str], str]) -> None:
    (one,) = tell(script("SELECT p, q INTO NEW.a, NEW.c FROM u WHERE u.id = NEW.k;"), name)
    by = ["s.t.k FILTER", "u.id FILTER"]
    assert (one.target, one.columns) == ("s.t", {"a": [*by, "u.p IDENTITY"], "c": [*by, "u.q IDENTITY"]})
    (one,) = tell(script("SELECT p INTO NEW.a FROM u;"), name)
    assert (one.target, one.columns) == ("s.t", {"a": ["u.p IDENTITY"]})


def test_a_row_of_a_table_that_is_not_known_is_told(tell: Tell) -> None:
    (one,) = tell(body("NEW.a := NEW.b + 1;"), "postgres")
    assert one.problem == "sets a row of a trigger whose table is not known"
    other = RUNS.format("FUNCTION").replace("s.t", "s.u")
    one, *_ = tell(f"{body('NEW.a := NEW.b + 1;')}; {RUNS.format('FUNCTION')}; {other}", "postgres")
    assert one.problem == "sets a row of a trigger whose table is not known"


def test_functions_are_found_with_the_table_of_their_triggers() -> None:
    text = (
        f"CREATE TABLE t (a INT); {RUNS.format('FUNCTION')}; CREATE TRIGGER y AFTER UPDATE ON u EXECUTE FUNCTION d.G();"
    )
    found = triggers.of_functions(sqlglot.tokenize(text, read="postgres"))
    assert {name: " ".join(token.text for token in query) for name, query in found.items()} == {
        "f": "SELECT * FROM s . t", "g": "SELECT * FROM u",
    }  # fmt: skip
    assert triggers.of_functions(sqlglot.tokenize("SELECT trigger FROM t")) == {}
    assert triggers.function_name(sqlglot.tokenize("CREATE OR REPLACE FUNCTION d.G() RETURNS x")) == "g"
    assert triggers.function_name(sqlglot.tokenize("CREATE TABLE t")) == ""


@pytest.mark.parametrize("named", ["NEW AS n OLD AS o", "OLD o NEW n", 'NEW AS "N" OLD AS "O"'])
def test_the_rows_of_a_trigger_may_have_other_names_in_oracle(tell: Tell, named: str) -> None:
    sql = f"CREATE TRIGGER x BEFORE UPDATE ON s.t REFERENCING {named} FOR EACH ROW WHEN (n.a > 1) BEGIN "
    one, two = tell(f"{sql} :n.a := :n.b + 1; INSERT INTO log (x) VALUES (:o.b); END;", "oracle")
    assert (one.target, one.columns, one.doubts) == ("s.t", {"a": ["s.t.b TRANSFORMATION"]}, [])
    assert (two.target, two.columns) == ("log", {"x": ["s.t.b IDENTITY"]})


@pytest.mark.parametrize("into", [":NEW.z, v", "v, :NEW.z"])
def test_a_value_that_goes_to_a_variable_is_not_told_of_the_column_beside_it(tell: Tell, into: str) -> None:
    to, other = ("r", "p") if into.startswith("v") else ("p", "r")
    one, two = tell(oracle(f"SELECT p, r INTO {into} FROM q WHERE k = 1;"), "oracle")
    assert (one.target, one.columns) == (None, {other: [f"q.{other} IDENTITY"]})
    assert (two.target, two.columns) == ("s.t", {"z": ["q.k FILTER", f"q.{to} IDENTITY"]})


def test_a_variable_that_is_filled_beside_a_column_is_followed(tell: Tell) -> None:
    sql = oracle("SELECT nvl(c.f, 0), c.z, c.h INTO v, :NEW.z, :NEW.y FROM c; INSERT INTO log (x) VALUES (v);")
    found = {one.target: one.columns for one in tell(sql, "oracle") if one.target}
    assert found == {
        "s.t": {"z": ["c.z IDENTITY"], "y": ["c.h IDENTITY"]},
        "log": {"x": ["c.f TRANSFORMATION"]},
    }


@pytest.mark.parametrize("asked", ["*", "DISTINCT p, r"])
def test_values_that_are_not_told_apart_fill_no_column(tell: Tell, asked: str) -> None:
    assert [one.target for one in tell(oracle(f"SELECT {asked} INTO v, :NEW.z FROM q;"), "oracle")] == [None]


@pytest.mark.parametrize(
    "head",
    [
        "TRIGGER x UPDATE OF a ON t",
        "TEMP TRIGGER IF NOT EXISTS m.x DELETE ON t",
        'TRIGGER "x" INSERT ON t FOR EACH ROW',
    ],
)
def test_sqlite_may_leave_out_when_a_trigger_runs(tell: Tell, head: str) -> None:
    """SQLite's documentation, CREATE TRIGGER: BEFORE is the default; there is no table called "of" that is changed."""
    (one,) = tell(f"CREATE {head} BEGIN INSERT INTO log (x) SELECT b FROM u; END", "sqlite")
    assert (one.target, one.columns, one.problem) == ("log", {"x": ["u.b IDENTITY"]}, "")
    kept = sqlglot.tokenize("CREATE TRIGGER x INSTEAD OF DELETE ON t BEGIN SELECT 1; END", read="sqlite")
    assert triggers.timed(kept, "sqlite") is kept


INSERTS = "INSERT INTO log (x) VALUES (NEW.b);"
BEHIND = "INSERT INTO z (a) SELECT a FROM w"
WHEN = "CREATE TRIGGER x AFTER UPDATE ON s.t FOR EACH ROW WHEN (NEW.a > 1 AND OLD.c < 2)"


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("postgres", f"{body(INSERTS)}; {WHEN} EXECUTE FUNCTION f(); {BEHIND}"),
        ("postgres", f"{WHEN} EXECUTE PROCEDURE f(); {body(INSERTS)}; {BEHIND}"),
        ("sqlite", f"{WHEN} BEGIN {INSERTS} END; {BEHIND}"),
        ("sqlite", f"{WHEN.replace('(', '').replace(')', '')} BEGIN {INSERTS} END; {BEHIND}"),
        ("sqlite", f"{WHEN} BEGIN DELETE FROM v; {INSERTS} END; {BEHIND}"),
        ("oracle", f"{WHEN} BEGIN {INSERTS.replace('NEW', ':NEW')} END; {BEHIND}"),
        ("oracle", f"{WHEN} DECLARE k INT; BEGIN {INSERTS.replace('NEW', ':NEW')} END; {BEHIND}"),
        ("oracle", "CREATE TRIGGER x AFTER UPDATE ON s.t REFERENCING NEW AS n OLD AS o FOR EACH ROW "
         f"WHEN (n.a > 1 AND o.c < 2) BEGIN {INSERTS.replace('NEW', ':n')} END; {BEHIND}"),
    ],
)  # fmt: skip
def test_the_condition_of_a_trigger_decides_about_what_it_writes(tell: Tell, name: str, script: str) -> None:
    found = {one.target: (one.columns, one.rows, one.doubts) for one in tell(script, name)}
    assert found["log"] == ({"x": ["s.t.b IDENTITY"]}, ["s.t.a CONDITIONAL", "s.t.c CONDITIONAL"], [])
    assert found["z"] == ({"a": ["w.a IDENTITY"]}, [], [])


def test_a_trigger_without_a_condition_has_none(tell: Tell) -> None:
    (one,) = tell(oracle("INSERT INTO log (x) SELECT CASE WHEN :NEW.a > 1 THEN :NEW.b END FROM u;"), "oracle")
    assert (one.columns, one.rows) == ({"x": ["s.t.a CONDITIONAL", "s.t.b IDENTITY"]}, [])
    one, *_ = tell(f"{body(INSERTS)}; {WHEN} EXECUTE FUNCTION g(); {RUNS.format('FUNCTION')}", "postgres")
    assert (one.target, one.rows) == ("log", [])


def test_a_text_that_is_run_stands_under_the_conditions_around(tell: Tell) -> None:
    """By hand: the first one runs only where u has such a row, the second one always."""
    runs = "EXECUTE 'INSERT INTO {} (a) SELECT a FROM w';"
    block = f"IF (SELECT max(k) FROM u) > 1 THEN {runs.format('e')} END IF; {runs.format('f')}"
    one, two = tell(f"CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN {block} END $$", "postgres")
    assert (one.target, one.rows, two.target, two.rows) == ("e", ["u.k CONDITIONAL"], "f", [])
    asks = "IF EXISTS (SELECT 1 FROM u WHERE k = 1)"
    block = f"{asks} EXEC('INSERT INTO e (a) SELECT a FROM w'); EXEC('INSERT INTO f (a) SELECT a FROM w')"
    one, two = tell(f"CREATE PROCEDURE p AS BEGIN {block} END", "tsql")
    assert (one.target, one.rows, two.target, two.rows) == ("e", ["u.k CONDITIONAL"], "f", [])
