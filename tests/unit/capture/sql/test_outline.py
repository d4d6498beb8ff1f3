"""The outline of a statement: without its texts and compared numbers, however often it comes in other words."""

import time
from collections import OrderedDict
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from driftline.capture.sql import known, outline
from driftline.capture.sql.relation import Output

WORDS = ["select a", " from t", " where b = 7", " and c < 12", ' "d"', " -- e\n", " /* f */", " $$g$$", "'", '"',
         "e", "''", "--", "\n", "/*", "*/", "$$", "\u00a7", " limit 3", ", ", "unnamed_relation_0a", " E"]  # fmt: skip
TEXTS = [
    "",
    "a",
    "it''s",
    "e",
    "x-e",
    'a"b',
    "*/",
    "/*",
    "--",
    "$$",
    "\u00a7",
    "unnamed_relation_1f",
    "2013-01-31",
    "7",
    "\n",
]


def statement(pieces: list[str], texts: list[str]) -> str:
    """Pieces with a text in quotes between each two of them."""
    return "".join(f"{piece}'{texts[place % len(texts)]}'" for place, piece in enumerate(pieces[:-1])) + pieces[-1]


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\u00a7"), max_size=20), max_size=5))
def test_the_texts_of_a_statement_come_back_as_they_were(texts: list[str]) -> None:
    quoted = [text.replace("'", "''") for text in texts]
    sql = "SELECT 1 " + " ".join(f", '{text}' AS c{place}" for place, text in enumerate(quoted))
    template, literals = outline.normalise(sql)
    if literals:
        assert list(literals) == texts
        assert known.Analysis((), template, literals).spelled("\u00a70\u00a7") == texts[0]
    else:
        assert not texts or template == sql  # an escape string of PostgreSQL's kind: left as it is


@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map("".join), min_size=1, max_size=4),
    st.lists(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3), min_size=2, max_size=4),
)
@example(['select "a', ' from "t"', ""], [["x"], ['x"y'], ["z"]])
@example(["select 1 /* ", " from t"], [["x"], ["x*/"]])
@example(["select ", ""], [["x"], ["e"], ["x"]])
def test_a_statement_that_differs_in_its_texts_alone_is_cut_as_if_it_were_the_first(
    pieces: list[str], texts: list[list[str]]
) -> None:
    outline._between.clear()
    for some in texts:
        sql = statement(pieces, some)
        assert outline.of(sql) == outline.normalise(sql)  # the long way is the other implementation
        assert outline.of(sql) == outline.of(str(sql.encode(), "utf-8"))


def test_a_statement_in_other_words_is_not_looked_through_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = outline.of("copy (select a from 'feed/1.parquet' where b = 3) to 'out/1.parquet'")
    monkeypatch.setattr(outline, "normalise", lambda sql: pytest.fail(f"{sql} was looked through"))
    again = outline.of("copy (select a from 'feed/2.parquet' where b = 3) to 'out/2.parquet'")
    assert again == (first[0], ("feed/2.parquet", "out/2.parquet"))
    assert first[0] == "copy (select a from '\u00a70\u00a7' where b = 7) to '\u00a71\u00a7'"


def test_the_name_of_a_field_stays_and_the_only_path_of_a_list_does_not() -> None:
    said = "select s['x'], {'y': 'a'}['y'] from read_csv(['b.csv'])"
    assert outline.of(said) == (
        "select s['x'], {'y': '\u00a70\u00a7'}['y'] from read_csv(['\u00a71\u00a7'])", ("a", "b.csv"),
    )  # fmt: skip


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "_whole", OrderedDict())
    monkeypatch.setattr(outline, "_between", OrderedDict())
    for number in range(outline.FORMS + 10):
        outline.of(f"select a{number} from 'x'")
    assert len(outline._whole) == len(outline._between) == outline.FORMS
    outline.of("select '" + "x" * outline.LENGTH + "'")
    assert len(outline._whole) == outline.FORMS
    assert not any("xxx" in sql for sql in outline._whole)


def test_numbers_of_groups_and_orders_are_part_of_the_form() -> None:
    assert outline.of("SELECT a FROM t ORDER BY 1")[0] != outline.of("SELECT a FROM t ORDER BY 2")[0]
    assert outline.of("SELECT a FROM t LIMIT 10")[0] == outline.of("SELECT a FROM t LIMIT 20")[0]
    assert outline.of('SELECT "a = 1" FROM t')[0] == 'SELECT "a = 1" FROM t'


@pytest.mark.parametrize(
    ("sql", "outlined"),
    [
        ("insert into t values (1, -2.5e3, 'a', null, 3.)", "insert into t values (7, -7, '\u00a70\u00a7', null, 7)"),
        ("insert into t (a) values (1), ( 22 )", "insert into t (a) values (7)"),
        ("insert into t values (1, 'a'), (2, 'b') returning a", "insert into t values (7, '§0§') returning a"),
        ("insert into t values (1, ?), (2, 3)", "insert into t values (7, ?), (7, 7)"),
        ("insert into t values (?1, $2, ?, 3, default)", "insert into t values (?1, $2, ?, 7, default)"),
        ("replace into t values (x'00FF', X'', b'1', true)", "replace into t values (x'00', X'00', b'00', true)"),
        ("insert into t values (a1, 5)", "insert into t values (a1, 5)"),  # a name, or a call: left as it is
        ("insert into t values (1) on conflict (k) do update set a = 5",
         "insert into t values (7) on conflict (k) do update set a = 7"),
        ("update t set a = -5, b = 6 where k in (1, -2.5 ,3)", "update t set a = -7, b = 7 where k IN (7)"),
        ("select a from t where k between -1 and 2 limit 5", "select a from t where k between -7 and 7 limit 7"),
        ("select 5 as a, b * 1.5, c + -2, d -- * 3\n from t5", "select 7 as a, b * 7, c + -7, d -- * 3\n from t5"),
        ("select a from t where k in (select 1, 2)", "select a from t where k in (select 1, 2)"),
        ("select 1, 2 from t group by 1, 2", "select 1, 2 from t group by 1, 2"),
        ("select b'1', nb'2' from t", "select b'00', nb'\u00a70\u00a7' from t"),
    ],
)  # fmt: skip
def test_numbers_that_say_nothing_of_columns_are_taken_out(sql: str, outlined: str) -> None:
    assert outline.normalise(sql)[0] == outlined


def test_rows_that_do_not_end_are_gone_through_once(growth: Callable[..., float]) -> None:
    assert growth(lambda sql: outline.normalise("insert into t values " + sql), "(1, null", 4_000) < 24
    assert growth(lambda sql: outline.normalise("select a in (" + sql), "1, ", 4_000) < 24


@pytest.mark.parametrize(
    "sql",
    [
        "select [it's], 'a' from t",
        "select `it's`, 'a' from t",
        r"select 'it\'s' from t",
        "select 1 # it's\n, 'a'",
        "select 1 // it's\n, 'a'",
        "select '''it's'''",
        "select 'a' from 't'",
        "insert into 't' values ('a')",
        "update 't' set a = 'b'",
        "select t.'a' from t",
        "select 't'.a from t",
        "select a as 'b' from t",
        "select json_extract(a, '$.b') from t",
        "select a ->> 'b' from t",
        "exec('select 1')",
        "execute immediate 'select 1'",
        "insert into t values ('a'); insert into s values ('b')",
        "create table t as select 'a'",
    ],
)
def test_where_quotes_may_mean_something_else_a_text_stays_as_it_is(sql: str) -> None:
    assert not outline.reads(sql)


@pytest.mark.parametrize(
    "sql",
    ["insert into t values ('it''s', \"b\");", " SELECT a FROM t WHERE b = 'x'\n", "with c as (select 1) select 2"],
)
def test_where_they_mean_texts_and_names_a_statement_has_an_outline_in_any_dialect(sql: str) -> None:
    assert outline.reads(sql)


def test_a_list_of_texts_counts_as_one_in_the_code() -> None:
    short, long = (outline.of(f"select a from read_csv([{some}])")[0] for some in ("'1'", "'1', '2' ,'3'"))
    assert outline.code(short) == outline.code(long) == "select a from read_csv(['\u00a7'])"


def test_the_second_of_two_alike_statements_costs_a_few_microseconds() -> None:
    columns = ", ".join(f"f.column_{number}" for number in range(100))
    texts = [f"copy (select {columns} from 'feed/{day}.parquet' f) to 'out/{day}.parquet'" for day in range(200)]
    outline.of(texts[0])
    start = time.process_time()
    for text in texts[1:]:
        outline.of(text)
    assert (time.process_time() - start) / 199 < 100e-6  # measured 5 microseconds; looking through it takes 150


def test_a_quote_in_a_comment_begins_no_text_of_a_statement_that_was_the_same_up_to_there() -> None:
    assert outline.of("SELECT 'a' FROM b -- it") == ("SELECT '\u00a70\u00a7' FROM b -- it", ("a",))
    longer = "SELECT 'a' FROM b -- it's\nUNION ALL SELECT z FROM c"
    assert outline.of(longer) == outline.normalise(longer)
    assert outline.of(longer)[0].endswith("FROM c")


def test_a_remark_that_does_not_end_goes_on_to_the_end(growth: Callable[..., float]) -> None:
    assert outline.normalise("SELECT 'a' /* 'b'") == ("SELECT '\u00a70\u00a7' /* 'b'", ("a",))
    assert growth(outline.normalise, "/* ", 4_000) < 24


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("INSERT INTO t VALUES (1, -2.5e3, 'a', NULL, ?)", "INSERT INTO t VALUES (7, -7, '§0§', NULL, ?)"),
        ("insert into t (a) values (10),\n (20) returning a", "insert into t (a) values (7) returning a"),
        ("INSERT INTO t VALUES ('5 (1, 2)', 12)", "INSERT INTO t VALUES ('§0§', 7)"),
        ("INSERT INTO t VALUES (1, a + 2)", "INSERT INTO t VALUES (1, a + 7)"),  # more than texts and numbers
        ("INSERT INTO t SELECT 1", "INSERT INTO t SELECT 1"),
    ],
)
def test_numbers_of_rows_that_are_spelled_out_are_taken_out(sql: str, expected: str) -> None:
    assert outline.normalise(sql)[0] == expected


def test_rows_without_an_end_are_not_gone_through_again_and_again() -> None:
    begun = time.process_time()
    outline.normalise("INSERT INTO t VALUES " + "(1, 'a'), " * 2_000 + "(b")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select * from t pivot (sum(a) for b in (2000))", "select * from t pivot (sum(a) for b in (2000, 2010))"),
        ("pivot t on b in (1) using sum(a)", "pivot t on b in (2) using sum(a)"),
        ("create table s as select a * 2 from t", "create table s as select a * 3 from t"),
        ("copy (select a + 2 from t) to 'x.csv'", "copy (select a + 3 from t) to 'x.csv'"),
        ("select $1 as a from t", "select $2 as a from t"),
        ("select #1 as a from t", "select #2 as a from t"),
        ('select "values (1)" from t', 'select "values (2)" from t'),
        ("select q'[it's]', a, 'z' from t", "select q'[it's]', b, 'z' from t"),
        ("select $x$it's$x$, a, 'z' from t", "select $x$it's$x$, b, 'z' from t"),
        ("select /* x /* it's */ ' */ a, 'z' from t", "select /* x /* it's */ ' */ b, 'z' from t"),
        ("select columns('a') from t", "select columns('b') from t"),
    ],
)
def test_statements_that_give_other_columns_have_other_outlines(one: str, other: str) -> None:
    assert outline.of(one)[0] != outline.of(other)[0]


def test_a_text_behind_a_column_may_be_its_name() -> None:
    for sql in ("select a 'b' from t", "select count(*) 'b' from t", "select t.a'b' from t"):
        assert outline.names(outline.of(sql)[0])
    for sql in ("select case when a like 'b' then 'c' else 'd' end from t where e in ('f') and g = N'h'", "select 'i'"):
        assert not outline.names(outline.of(sql)[0])


def test_a_name_that_is_a_text_is_read_where_the_statement_has_it_elsewhere_too() -> None:
    for sql in (
        "select total from (select a as 'total' from t)",
        "with q as (select a AS 'k' from t) select q.K from q",
    ):
        assert outline.called(*outline.of(sql))
    for sql in ("select a as 'total' from t where b = 'c'", "select total from t where a = 'total'"):
        assert not outline.called(*outline.of(sql))


def test_what_is_less_a_number_below_zero_is_no_remark_in_mysql() -> None:
    sql = "select a--1, 'x\n', b, 'y' from t"
    assert outline.reads(sql, "tsql")
    assert not outline.reads(sql, "mysql")


@pytest.mark.parametrize("column", ["a", "b"])
def test_a_text_that_names_a_column_which_the_statement_reads_is_that_name(column: str) -> None:
    one = known.analyse(
        f"CREATE TABLE r AS SELECT total FROM (SELECT {column} AS 'total' FROM t)", lambda *_: ("a", "b")
    )
    assert one is not None
    (statement,) = one.statements
    assert statement.lineage is not None
    (item,) = statement.lineage.items
    assert isinstance(item, Output)
    assert (one.spelled(item.name), {(e.column, e.confidence) for e in item.edges}) == ("total", {(column, 1.0)})
