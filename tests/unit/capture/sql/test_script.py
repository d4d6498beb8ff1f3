"""Scripts whose statements feed each other. Expected edges by hand."""

from collections.abc import Callable
from typing import Any

from driftline.capture.sql import dialect, known
from driftline.capture.sql.relation import Source
from driftline.capture.sql.script import Script

Tell = Callable[..., list[Any]]
SCHEMA = {"t": ("a", "b", "k"), "u": ("k", "x")}


def test_a_table_that_an_earlier_statement_made_has_its_columns(tell: Tell) -> None:
    _, last = tell("CREATE TABLE m AS SELECT a, k FROM t; INSERT INTO n (p, q) SELECT * FROM m", "postgres", SCHEMA)
    assert last.columns == {"p": ["m.a IDENTITY"], "q": ["m.k IDENTITY"]}


def test_an_empty_table_that_the_script_made_takes_an_insert_by_place(tell: Tell) -> None:
    (last,) = tell("CREATE TABLE m (p int, q int); INSERT INTO m SELECT a, k FROM t", "postgres", SCHEMA)
    assert last.columns == {"p": ["t.a IDENTITY"], "q": ["t.k IDENTITY"]}


def test_a_temporary_table_is_looked_through_with_what_shaped_its_rows(tell: Tell) -> None:
    sql = (
        "CREATE TEMP TABLE m AS SELECT a, k FROM t WHERE b = 1; INSERT INTO n (p) SELECT m.a FROM m JOIN u ON u.k = m.k"
    )
    _, last = tell(sql, "postgres", SCHEMA, through=True)
    assert (last.columns, last.rows) == ({"p": ["t.a IDENTITY"]}, ["t.b FILTER", "t.k JOIN", "u.k JOIN"])
    _, last = tell(sql, "postgres", SCHEMA)
    assert (last.columns, last.rows) == ({"p": ["m.a IDENTITY"]}, ["m.k JOIN", "u.k JOIN"])


def test_what_is_put_into_a_temporary_table_later_counts_too(tell: Tell) -> None:
    last = tell(
        "CREATE TEMP TABLE m (p int, q int); INSERT INTO m SELECT a, b FROM t; "
        "UPDATE m SET q = u.x FROM u WHERE u.k = m.p; INSERT INTO n (r, s) SELECT p, q FROM m",
        "postgres", SCHEMA, through=True,
    )[-1]  # fmt: skip
    assert last.columns == {"r": ["t.a IDENTITY"], "s": ["t.b IDENTITY", "u.x IDENTITY"]}
    assert last.rows == ["t.a FILTER", "u.k FILTER"]


def test_temporary_tables_of_t_sql_are_known_by_their_sign(tell: Tell) -> None:
    found = tell(
        "SELECT a, k INTO #m FROM t\nGO\nDECLARE @v TABLE (p INT)\nINSERT INTO @v SELECT a FROM #m\n"
        "INSERT INTO n (q) SELECT p FROM @v\nGO\nDROP TABLE #m\nGO\nSELECT a FROM #m",
        "tsql", SCHEMA, through=True,
    )  # fmt: skip
    assert [one.target for one in found] == ["#m", "@v", "n", None]
    assert found[2].columns == {"q": ["t.a IDENTITY"]}
    assert found[3].columns == {"a": ["#m.a IDENTITY"]}  # gone, so not looked through any more


def test_one_table_in_several_spellings_is_one_source(tell: Tell) -> None:
    (one,) = tell("SELECT p.a, q.b FROM Sales.Orders p JOIN SALES.ORDERS q ON p.k = q.k", "tsql")
    assert one.columns == {"a": ["Sales.Orders.a IDENTITY"], "b": ["Sales.Orders.b IDENTITY"]}


def test_a_renamed_table_keeps_its_columns(tell: Tell) -> None:
    last = tell("CREATE TABLE m AS SELECT a FROM t; ALTER TABLE m RENAME TO o; SELECT * FROM o", "postgres", SCHEMA)[-1]
    assert last.columns == {"a": ["o.a IDENTITY"]}


def test_a_table_of_before_the_script_keeps_its_columns_and_its_old_name_is_free(tell: Tell) -> None:
    text = "ALTER TABLE t RENAME TO o; ALTER TABLE u RENAME TO t; CREATE TABLE m AS SELECT b, x FROM o CROSS JOIN t"
    assert tell(text, "sqlite", SCHEMA)[-1].columns == {"b": ["o.b IDENTITY"], "x": ["t.x IDENTITY"]}


def test_a_temporary_table_of_sqlite_hides_another_of_its_name_until_it_is_gone(tell: Tell) -> None:
    """By https://www.sqlite.org/lang_naming.html: ``temp`` is searched first."""
    sql = "CREATE TEMP TABLE t AS SELECT b FROM t; INSERT INTO n (p) SELECT b FROM T; DROP TABLE t; SELECT a FROM t"
    made, filled, last = tell(sql, "sqlite", SCHEMA)
    assert (made.target, made.columns) == ("temp.t", {"b": ["t.b IDENTITY"]})
    assert filled.columns == {"p": ["temp.t.b IDENTITY"]}
    assert last.columns == {"a": ["t.a IDENTITY"]}
    _, through, _ = tell(sql, "sqlite", SCHEMA, through=True)
    assert through.columns == {"p": ["t.b IDENTITY"]}


def test_a_temporary_table_of_postgresql_has_a_schema_of_its_own_in_the_text_that_makes_it() -> None:
    """So that it is told from a lasting one of its name, which ``n`` and the first ``t`` are."""
    text = "CREATE TEMP TABLE t AS SELECT a FROM t; INSERT INTO n SELECT a FROM t; SELECT a INTO TEMP m FROM n"
    found = known.analyse(text, lambda *_: None, "postgres")
    assert found is not None
    told = [([one.names[0] for one in each.reads], each.writes and each.writes.names[0]) for each in found.statements]
    assert told == [(["t"], "pg_temp.t"), (["pg_temp.t"], "n"), (["n"], "pg_temp.m")]


def test_what_a_table_offers_is_made_once_for_as_long_as_its_columns_are_the_same() -> None:
    columns = [("a", "b")]
    script = Script(dialect.of("duckdb"), lambda source: columns[-1])
    before = script.base(Source("table", ("t",)))
    assert script.base(Source("table", ("t",))) is before
    columns.append(("a", "c"))
    after = script.base(Source("table", ("t",)))
    assert [relation.output("c") is not None for relation in (before, after)] == [False, True]
    columns.append(("a", "b"))
    assert script.base(Source("table", ("t",))) is not before  # a script that alters often does not keep them all
