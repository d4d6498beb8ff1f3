"""What decides whether a statement runs, as queries. Expected queries by hand."""

import pytest
import sqlglot

from driftline.capture.sql.branches import Condition
from driftline.capture.sql.deciding import Deciding
from driftline.capture.sql.limit import UNLIMITED
from driftline.capture.sql.looping import Loops
from driftline.capture.sql.trees import Trees


def deciding(text: str, loops: Loops | None = None) -> Deciding:
    trees = Trees(text, "postgres", sqlglot.Dialect.get_or_raise("postgres"), UNLIMITED, ())
    return Deciding(trees, loops or Loops())


def test_a_condition_is_a_query_of_its_value_and_is_parsed_once() -> None:
    text = "a > (SELECT b FROM c)"
    decides, words = deciding(text), sqlglot.tokenize(text, read="postgres")
    (one,), (again,) = decides.queries([Condition(words)]), decides.queries([Condition(words)])
    assert (one.query.sql(), one.each) == ("SELECT a > (SELECT b FROM c)", False)
    assert again.query is one.query


def test_what_is_no_condition_decides_nothing() -> None:
    assert deciding("").queries([Condition([])]) == ()
    assert deciding("1 + +").queries([Condition(sqlglot.tokenize("1 +"))]) == ()


def test_a_row_stands_for_its_query_if_that_is_known() -> None:
    loops, query = Loops(), sqlglot.parse_one("SELECT a FROM t")
    words = sqlglot.tokenize("FOR r IN SELECT a FROM t")
    assert deciding("", loops).queries([Condition(words[1:2], "rows")]) == ()
    loops.query(words, 3, query)
    (one,) = deciding("", loops).queries([Condition(words[1:2], "rows")])
    assert (one.query, one.each) == (query, True)


@pytest.mark.parametrize(
    ("ran", "asked"),
    [
        ("SELECT a INTO v FROM t WHERE b", "SELECT 1 FROM (SELECT a FROM t WHERE b) AS found"),
        ("UPDATE t SET a = 1 WHERE b", "SELECT 1 FROM t WHERE b"),
        ("DELETE FROM t", "SELECT 1 FROM t"),
    ],
)
def test_whether_there_was_a_row_is_about_what_ran_last(ran: str, asked: str) -> None:
    decides, words = deciding(""), sqlglot.tokenize("FOUND OR FOUND OR FOUND")
    assert decides.queries([Condition(words, "found")]) == ()
    decides.ran(sqlglot.parse_one(ran, read="postgres"), words[1].start)
    (one,) = decides.queries([Condition(words[2:], "found")])
    assert (one.query.sql(), one.each) == (asked, False)
    decides.ran(sqlglot.parse_one("INSERT INTO t SELECT 1"), words[3].start)
    assert decides.queries([Condition(words[2:], "found")]) == (one,)  # which stands under it
    assert decides.queries([Condition(words[4:], "found")]) == ()


def test_whether_there_was_a_row_may_be_about_what_ran_before_the_branches_around() -> None:
    decides, words = deciding(""), sqlglot.tokenize("FOUND OR FOUND OR FOUND")
    decides.ran(sqlglot.parse_one("DELETE FROM t WHERE b"), words[0].start)
    decides.ran(sqlglot.parse_one("DELETE FROM u WHERE c"), words[3].start)
    (one,) = decides.queries([Condition(words[4:], "found", since=words[2].start)])
    assert one.query.sql() == "SELECT 1 FROM t WHERE b"
