"""USE: where tables lie that are named without database or schema. Expected names by the manuals of the dialects."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.names import Name
from driftline.capture.sql.place import Place
from driftline.capture.sql.report import report
from driftline.capture.sql.schema import Schema
from driftline.capture.sql.script import Script

Tell = Callable[..., list[Any]]


def reads(sql: str, name: str) -> list[str]:
    """Return what the queries of a script read, in order."""
    script = Script(dialect.of(name), lambda source: None)
    return [source.names[0] for one in statement.read(sql, script) for source in one.reads]


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("mysql", "USE d; SELECT a FROM t; SELECT a FROM e.t", ["d.t", "e.t"]),
        ("hive", "SELECT a FROM t; USE d; SELECT a FROM t; USE e; SELECT a FROM t", ["t", "d.t", "e.t"]),
        ("clickhouse", "USE d; SELECT a FROM t", ["d.t"]),
        ("trino", "USE c.s; SELECT a FROM t; USE u; SELECT a FROM t; SELECT a FROM x.t", ["c.s.t", "c.u.t", "c.x.t"]),
        ("spark", "USE NAMESPACE s; SELECT a FROM t; USE CATALOG c; SELECT a FROM s.t", ["s.t", "c.s.t"]),
        ("databricks", "USE DATABASE s; SELECT a FROM t; USE SCHEMA u; SELECT a FROM t", ["s.t", "u.t"]),
        ("snowflake", "USE SCHEMA d.s; SELECT a FROM t; USE SCHEMA u; SELECT a FROM t", ["d.s.t", "d.u.t"]),
        ("teradata", "DATABASE d; SELECT a FROM t", ["d.t"]),
        ("", "USE d.s; SELECT a FROM t; SELECT a FROM x.y.t", ["d.s.t", "x.y.t"]),
        ("duckdb", "USE d.s; SELECT a FROM t; USE x; SELECT a FROM t", ["d.s.t", "t"]),
    ],
)
def test_a_table_without_a_schema_lies_where_use_says(name: str, said: str, expected: list[str]) -> None:
    assert reads(said, name) == expected


def test_a_schema_that_nobody_named_is_not_made_up() -> None:
    assert reads("USE sales\nGO\nSELECT a FROM t; SELECT a FROM dbo.t; SELECT a FROM #t", "tsql") == [
        "t", "sales.dbo.t", "#t",
    ]  # fmt: skip
    assert reads("USE SCHEMA s; USE DATABASE d; SELECT a FROM t; SELECT a FROM u.t", "snowflake") == ["t", "d.u.t"]


def test_warehouses_and_roles_are_no_place() -> None:
    assert reads("USE SCHEMA s; USE WAREHOUSE w; USE ROLE r; SELECT a FROM t", "snowflake") == ["s.t"]


def test_names_of_common_table_expressions_and_tables_that_the_script_makes_stay_their_own(tell: Tell) -> None:
    script = "USE d; CREATE TABLE n AS WITH q AS (SELECT a FROM t) SELECT a FROM q; INSERT INTO m (x) SELECT a FROM d.n"
    made, filled = tell(script, "mysql")
    assert (made.target, made.columns) == ("d.n", {"a": ["d.t.a IDENTITY"]})
    assert (filled.target, filled.columns) == ("d.m", {"x": ["d.n.a IDENTITY"]})


def test_a_place_names_in_full_what_is_known() -> None:
    spoken = dialect.of("snowflake")
    table = sqlglot.parse_one("USE SCHEMA Db.Sc", read="snowflake").this
    place = Place().used("SCHEMA", table, spoken)
    assert place.of(Name(("t",), ("T",))) == Name(("Db", "Sc", "t"), ("DB", "SC", "T"))
    assert place.of(Name(("x", "t"), ("X", "T"))) == Name(("Db", "x", "t"), ("DB", "X", "T"))
    assert place.of(Name(("a", "x", "t"), ("A", "X", "T"))).parts == ("a", "x", "t")
    assert place.of(Name(("@t",), ("@t",), temporary=True)).parts == ("@t",)


def test_a_search_path_says_where_tables_lie_until_it_is_reset(tell: Tell) -> None:
    script = (
        "SET search_path TO sales, public; INSERT INTO u (a) SELECT a FROM t; SET search_path = other; "
        "INSERT INTO u (a) SELECT a FROM s.t; RESET search_path; INSERT INTO u (a) SELECT a FROM t"
    )
    first, second, third = tell(script, "postgres")
    assert (first.target, first.columns) == ("sales.u", {"a": ["sales.t.a IDENTITY"]})
    assert (second.target, second.columns) == ("other.u", {"a": ["s.t.a IDENTITY"]})
    assert (third.target, third.columns) == ("u", {"a": ["t.a IDENTITY"]})
    (plain,) = tell("SET search_path TO sales; INSERT INTO u (a) SELECT a FROM t", "mysql")
    assert plain.target == "u"


def test_of_several_schemas_the_first_counts_that_is_known_to_have_the_table() -> None:
    schema = Schema({"public.t": {"a": "int"}})
    script = Script(dialect.of("postgres"), schema.columns, schema.named_as)
    text = "SET search_path TO sales, public; INSERT INTO u (a) SELECT a FROM t"
    one = [report(each, 1) for each in statement.read(text, script)][-1]
    assert (one.target, one.reads) == ("sales.u", ("public.t",))
