"""What statements read and write, and that a form of statement is understood once, in one process or in several.

Expected values by hand.
"""

import logging
import os
import pickle
import subprocess
import sys
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot

from driftline.capture.sql import known, outline
from driftline.capture.sql.relation import Output, Source
from driftline.capture.tables import measure, remembered
from driftline.config import Settings

DAILY = (
    "COPY (SELECT f.a, w.b FROM read_parquet('feed/2013-01-{day:02d}.parquet') f "
    "LEFT JOIN 'weather/2013-01-{day:02d}.parquet' w ON f.k = w.k WHERE f.day = {day}) "
    "TO 'out/2013-01-{day:02d}.parquet'"
)


def nothing_known(source: Source, spelled: object) -> None:
    return None


def touched(sql: str) -> list[tuple[list[str], str, str]]:
    analysis = known.analyse(sql, nothing_known)
    assert analysis is not None
    return [
        (
            [analysis.spelled(name) for source in one.reads for name in source.names],
            analysis.spelled(one.writes.names[0]) if one.writes else "",
            one.how,
        )
        for one in analysis.statements
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM 'a.parquet'", [(["a.parquet"], "", "query")]),
        ('SELECT * FROM "dir/a.parquet"', [(["dir/a.parquet"], "", "query")]),
        ("SELECT * FROM read_csv(['a.csv', 'b.csv'], header = true)", [(["a.csv", "b.csv"], "", "query")]),
        (
            "SELECT * FROM read_parquet('feed/*/x.parquet', hive_partitioning = true)",
            [(["feed/*/x.parquet"], "", "query")],
        ),
        ("COPY t TO 'out.csv' (HEADER)", [(["t"], "out.csv", "create")]),
        ("COPY t FROM 'in.csv'", [(["in.csv"], "t", "append")]),
        ("COPY (SELECT 1 AS x) TO 'it''s.parquet'", [([], "it's.parquet", "create")]),
        ("CREATE TEMP TABLE made AS SELECT * FROM other.schema_of.it", [(["other.schema_of.it"], "made", "create")]),
        ("INSERT INTO t SELECT * FROM u", [(["u"], "t", "append")]),
        ("INSERT INTO t VALUES (1)", [([], "t", "append")]),
        ("DELETE FROM t WHERE k IN (SELECT k FROM u)", [(["u"], "t", "change")]),
        ("MERGE INTO t USING u ON t.k = u.k WHEN MATCHED THEN UPDATE SET a = u.a", [(["u"], "t", "change")]),
        ("WITH t AS (SELECT 1 AS a) SELECT * FROM t", [([], "", "query")]),
        ("COPY (SELECT 1 AS x) TO 'a.csv'; SELECT * FROM 'a.csv'", [([], "a.csv", "create"), (["a.csv"], "", "query")]),
        ("PIVOT t ON a USING sum(b)", [(["t"], "", "query")]),
        ("SELECT * FROM range(10)", [([], "", "query")]),
    ],
)
def test_what_is_read_and_written(sql: str, expected: list[tuple[list[str], str, str]]) -> None:
    assert touched(sql) == expected


@pytest.mark.parametrize(
    "sql", ["SET threads = 1", "PRAGMA version", "BEGIN", "INSTALL x", "ATTACH 'x.db'", "", "  -- only words"]
)
def test_statements_that_touch_no_data_are_not_even_parsed(sql: str) -> None:
    assert known.analyse(sql, nothing_known) is None


def test_a_daily_statement_is_one_form_and_costs_microseconds_the_second_time() -> None:
    first = known.analyse(DAILY.format(day=1), nothing_known)
    assert first is not None
    start = time.process_time()
    for day in range(2, 29):
        again = known.analyse(DAILY.format(day=day), nothing_known)
        assert again is not None
        assert again.template == first.template
        assert again.statements is first.statements
        assert again.spelled(again.statements[0].reads[0].names[0]) == f"feed/2013-01-{day:02d}.parquet"
    assert (time.process_time() - start) / 27 < 500e-6  # measured 16 microseconds; parsing takes 3 milliseconds


def test_an_answer_that_needed_a_schema_holds_for_that_schema_only() -> None:
    schema = ("a", "b")
    sql = "SELECT * FROM changing"
    first = known.analyse(sql, lambda source, spelled: schema)
    schema = ("a", "b", "c")
    second = known.analyse(sql, lambda source, spelled: schema)
    assert first is not None
    assert second is not None
    assert [len(one.lineage.items) for a in (first, second) for one in a.statements if one.lineage] == [2, 3]


def test_a_list_of_files_counts_as_one_text_in_the_code_whatever_its_length() -> None:
    short = known.analyse("SELECT a FROM read_parquet(['1.parquet'])", nothing_known)
    long = known.analyse("SELECT a FROM read_parquet(['1.parquet', '2.parquet', '3.parquet'])", nothing_known)
    assert short is not None
    assert long is not None
    assert short.form == long.form


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "call refresh_totals(1)"),
        ("postgres", "EXECUTE plan_of_the_day(3)"),
        ("tsql", "exec dbo.load_day @day = '2024-01-01'"),
        ("mysql", "CALL load_day('2024-01-01')"),
    ],
)
def test_a_call_alone_is_a_gap_as_nobody_knows_what_it_touches(dialect: str, text: str) -> None:
    analysis = known.analyse(text, nothing_known, dialect)
    assert analysis is not None
    (one,) = analysis.statements
    assert (one.gaps, one.reads, one.writes) == (("sql not followed",), (), None)


def test_a_call_whose_sql_stands_there_is_what_that_does() -> None:
    analysis = known.analyse("EXEC sp_executesql N'insert into t select * from u'", nothing_known, "tsql")
    assert analysis is not None
    (one,) = analysis.statements
    assert one.gaps == ()
    assert ([source.names for source in one.reads], one.writes and one.writes.names) == ([("u",)], ("t",))


def test_what_cannot_be_parsed_gives_the_files_it_names_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        analysis = known.analyse("COPY (SELECT FROM FROM 'a.parquet' )) TO 'b.parquet'", nothing_known)
    assert analysis is not None
    (one,) = analysis.statements
    assert one.gaps == ("sql not parsed",)
    assert [analysis.spelled(source.names[0]) for source in one.reads] == ["a.parquet"]
    assert one.writes is not None
    assert analysis.spelled(one.writes.names[0]) == "b.parquet"
    assert one.lineage is None
    assert caplog.records == []


def test_files_whose_names_only_the_running_statement_knows_are_a_gap() -> None:
    analysis = known.analyse("SELECT * FROM read_parquet(?)", nothing_known)
    assert analysis is not None
    assert "sql files without a name" in analysis.statements[0].gaps


def test_the_sign_that_marks_texts_may_stand_in_a_statement() -> None:
    assert touched("SELECT '\u00a70\u00a7' AS x FROM 'a.parquet'") == [(["a.parquet"], "", "query")]


def test_a_form_of_another_dialect_is_another_form() -> None:
    def of(name: str) -> list[str]:
        analysis = known.analyse('SELECT "a" AS b FROM t', nothing_known, dialect=name)
        assert analysis is not None
        lineage = analysis.statements[0].lineage
        assert lineage is not None
        return [edge.column for item in lineage.items if isinstance(item, Output) for edge in item.edges]

    assert of("postgres") == ["a"]
    assert of("mysql") == []  # there it is a text


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(remembered._Held, "shelf", None)
    measure.use(Settings(home=str(tmp_path)))
    monkeypatch.setattr(known, "_known", OrderedDict())
    known.spoken.cache_clear()
    known.of_scheme.cache_clear()
    yield tmp_path / remembered.FOLDER
    measure.use(Settings())


SEVERAL = (
    "CREATE TABLE m AS SELECT t.*, sum(b) OVER (PARTITION BY u.k) AS s, {'x': t.a} AS r FROM t JOIN u USING (k) "
    "WHERE c > 3; SELECT * FROM read_csv('x.csv'); INSERT INTO t SELECT * FROM m UNION SELECT a, b FROM v; SELECT nope"
)


def test_what_one_process_has_understood_others_look_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schemas = {"t": ("a", "b", "c", "k"), "u": ("k", "y")}

    def columns_of(source: Source, spelled: object) -> tuple[str, ...] | None:
        return schemas.get(source.names[0])

    texts = [(SEVERAL, "duckdb"), ("SELECT `a` FROM t WHERE x = 'y'", "mysql"), (DAILY.format(day=1), "duckdb")]
    first = [known.analyse(text, columns_of, dialect) for text, dialect in texts]
    assert all(first)
    monkeypatch.setattr(known, "_known", OrderedDict())  # as in another process
    monkeypatch.setattr(known.statement, "read", lambda *_: pytest.fail("it was read again"), raising=False)
    assert [known.analyse(text, columns_of, dialect) for text, dialect in texts] == first
    again = known.analyse(DAILY.format(day=2), columns_of)
    assert again is not None
    assert again.spelled(again.statements[0].reads[0].names[0]) == "feed/2013-01-02.parquet"


def test_what_was_understood_with_other_schemas_is_not_taken(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "CREATE TABLE m AS SELECT * FROM t"
    known.analyse(sql, lambda source, spelled: ("a",))
    monkeypatch.setattr(known, "_known", OrderedDict())
    found = known.analyse(sql, lambda source, spelled: ("a", "b"))
    assert found is not None
    lineage = found.statements[0].lineage
    assert lineage is not None
    assert [item.name for item in lineage.items if isinstance(item, Output)] == ["a", "b"]


def test_what_was_not_understood_in_one_process_is_read_again_by_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been the machine: a time that was over, a stack that was full."""
    first = known.analyse("SELECT FROM FROM 'a.parquet' ))", nothing_known)
    assert first is not None
    assert first.statements[0].problem
    monkeypatch.setattr(known, "_known", OrderedDict())
    monkeypatch.setattr(known.statement, "read", lambda *_: iter(()), raising=False)
    again = known.analyse("SELECT FROM FROM 'a.parquet' ))", nothing_known)
    assert again is not None
    assert again.statements == ()


class Harm:
    """Would run something, if it was made."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 3",)


@pytest.mark.parametrize(
    "body", [pickle.dumps(Harm()), pickle.dumps([known.pickle.Unpickler]), b"", b"\x80", pickle.dumps([[1]])[:-2]]
)
def test_bytes_that_are_no_records_make_nothing_and_the_text_is_read_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr(os, "system", lambda _: pytest.fail("it was run"))
    monkeypatch.setattr(remembered, "get", lambda kind, key: body if kind == "sql" else None)
    assert touched("SELECT * FROM 'a.parquet'") == [(["a.parquet"], "", "query")]


def test_a_statement_that_is_known_is_looked_up_without_sqlglot(home: Path) -> None:
    """In another process, which is asked whether it has loaded it."""
    known.analyse(DAILY.format(day=1), nothing_known)
    text = (
        "import sys; from driftline.capture.tables import measure; from driftline.config import Settings; "
        "from driftline.capture.sql import known; "
        f"measure.use(Settings(home={str(home.parent)!r})); "
        f"found = known.analyse({DAILY.format(day=5)!r}, lambda source, spelled: None); "
        "print(found.spelled(found.statements[0].writes.names[0]), 'sqlglot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["out/2013-01-05.parquet", "False"]


def test_a_database_speaks_the_dialect_that_its_addresses_begin_with(home: Path) -> None:
    for _ in range(2):
        assert [known.of_scheme(name) for name in ("postgres", "postgresql", "mssql", "hdbsql")] == [
            "postgres",
            "postgres",
            "tsql",
            "",
        ]
        known.of_scheme.cache_clear()


def test_a_text_that_is_too_long_to_be_parsed_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand loads of a megabyte each would be a gigabyte."""
    monkeypatch.setattr(known, "_known", OrderedDict())
    monkeypatch.setattr(outline, "_whole", OrderedDict())
    long = f"COPY (SELECT 1 AS {'a' * known.LENGTH}) TO 'out.parquet'"
    assert touched(long) == touched(long) == [([], "out.parquet", "query")]
    assert not known._known
    assert not outline._whole


def test_a_sqlglot_that_lies_in_no_folder_says_itself_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that is one archive."""
    monkeypatch.setattr(known, "find_spec", lambda name: None)
    known._grammar.cache_clear()
    assert known._grammar() == (sqlglot.__version__,)
    known._grammar.cache_clear()


def test_a_sqlglot_that_does_not_say_where_it_is_from_says_itself_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that a test or a packer has made by hand: ``find_spec`` raises a ValueError for it."""
    monkeypatch.setattr(sqlglot, "__spec__", None)
    known._grammar.cache_clear()
    assert known._grammar() == (sqlglot.__version__,)
    known._grammar.cache_clear()


def test_of_a_very_long_text_only_its_ends_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "LENGTH", 100)
    monkeypatch.setattr(known, "LONGEST", 1_000)
    rows = ", ".join(["(1, f(2))"] * 300)
    text = f"copy (select * from 'a.csv') to 'b.csv'; insert into t values {rows}; copy t to 'c.csv'"
    found = known.analyse(text, nothing_known)
    assert found is not None
    assert (len(found.template) < 250, found.literals) == (True, ("a.csv", "b.csv", "c.csv"))
    assert [one.problem for one in found.statements] == ["longer than 100 characters"]
    long = f"insert into t values ('{'x' * 3_000}')"  # its text is no part of the form
    assert known.short(long) == long


def test_a_mark_that_the_user_wrote_stands_for_itself() -> None:
    analysis = known.analyse("COPY (SELECT a FROM \"\u00a75\u00a7\") TO 'o.parquet'", nothing_known)
    assert analysis is not None
    assert [analysis.spelled(name) for one in analysis.statements for source in one.reads for name in source.names] == [
        "\u00a75\u00a7"
    ]


def test_many_remarks_before_a_statement_are_passed_over_once() -> None:
    """Each of them may have been taken for a part of the one before: 40 would have taken a million years."""
    assert known._FIRST.match("/**/" * 400 + "1") is None
    assert known._UNPLAIN.match("/* a\n*/ " * 400 + "SELECT 1") is None
    found = known._FIRST.match("/* a */ -- b\n (/**/SELECT 1")
    assert found is not None
    assert found[1] == "SELECT"
    assert known._UNPLAIN.match("/* a */ -- b\n CREATE OR REPLACE FUNCTION f()") is not None


def test_a_statement_reads_what_it_changes_only_if_it_names_its_columns() -> None:
    texts = {"update t set a = upper(b)": True, "update t set a = 1": False, "delete from t where a = 1": True,
             "insert into t (a) select b from s": False, "insert into t (a) select a from t": True}  # fmt: skip
    for text, reads in texts.items():
        analysis = known.analyse(text, lambda *_: ("a", "b"), "sqlite")
        assert analysis is not None
        assert analysis.statements[0].itself is reads, text


@pytest.mark.parametrize(
    ("text", "begun", "perhaps"),
    [
        ("CREATE TABLE t (a INT)", ["t"], []),
        ("CREATE TABLE IF NOT EXISTS t (a INT)", [], ["t"]),
        ("-- anew\nDROP TABLE IF EXISTS t", ["t"], []),
        ("DROP TABLE t; CREATE TABLE IF NOT EXISTS t (a INT)", ["t"], []),
        ("TRUNCATE TABLE t", ["t"], []),
        ("INSERT INTO t VALUES (1); TRUNCATE t", [], []),
        ("ALTER TABLE t ADD COLUMN b INT", [], []),
    ],
)
def test_tables_of_which_nothing_is_left_are_told(text: str, begun: list[str], perhaps: list[str]) -> None:
    for _ in range(2):  # worked out, and looked up
        analysis = known.analyse(text, lambda *_: None)
        assert analysis is not None
        assert [one.names[0] for one in analysis.begun] == begun
        assert [one.names[0] for one in analysis.perhaps] == perhaps


def test_what_is_dropped_that_is_no_table_is_not_looked_at() -> None:
    assert known.analyse("DROP INDEX i", lambda *_: None) is None


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "tsql", "postgres", "duckdb"])
def test_statements_that_differ_in_values_alone_have_one_template(dialect: str) -> None:
    texts = [f"insert into t (a, b) values ({number}, 'it''s {number}', -{number}.5)" for number in range(3)]
    assert len({known.template(text, dialect) for text in texts}) == 1
    assert len({known.template(f"select a from t where a in ({number}, 5)", dialect) for number in range(3)}) == 1


@pytest.mark.parametrize("dialect", ["sqlite", "mysql"])
def test_a_name_in_single_quotes_is_part_of_the_template(dialect: str) -> None:
    assert known.template("insert into 'a' values (1)", dialect) != known.template(
        "insert into 'b' values (1)", dialect
    )


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "trino"])
def test_bytes_are_understood(dialect: str) -> None:
    found = known.analyse("insert into t (a, b) select a, x'00FF' from s", lambda *_: None, dialect)
    assert found is not None
    assert [one.gaps for one in found.statements] == [()]
    assert [source.names for source in found.statements[0].reads] == [("s",)]


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "tsql"])
def test_a_column_whose_name_stands_in_single_quotes_behind_it_is_found_by_that_name(dialect: str) -> None:
    found = known.analyse("select n, m from (select a 'm', b 'n' from t) s", lambda *_: None, dialect)
    assert found is not None
    assert found.statements[0].lineage is not None
    outputs = found.statements[0].lineage.items
    assert [{edge.column for edge in one.edges} for one in outputs] == [{"b"}, {"a"}]
