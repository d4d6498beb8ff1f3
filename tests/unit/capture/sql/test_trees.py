"""Words as trees, in all the ways that a dialect leaves. Expected trees by hand."""

from collections.abc import Callable
from typing import Any

import sqlglot
from sqlglot import exp

from driftline.capture.sql.limit import UNLIMITED
from driftline.capture.sql.trees import Trees

Tell = Callable[..., list[Any]]


def parsed(text: str, name: str, variables: tuple[str, ...] = ()) -> tuple[object, str]:
    grammar = sqlglot.Dialect.get_or_raise(name or None)
    return Trees(text, name, grammar, UNLIMITED, variables).parse(grammar.tokenize(text))


def test_one_statement_is_a_tree_and_anything_else_has_a_reason() -> None:
    tree, problem = parsed("SELECT a FROM t", "")
    assert isinstance(tree, exp.Select)
    assert problem == ""
    assert parsed("SELECT FROM WHERE", "")[0] is None
    assert parsed("a + b", "")[1] == "cannot be parsed"


def test_quotes_tell_a_dialect_where_none_is_given() -> None:
    tree, _ = parsed("SELECT `a b` FROM t", "")
    assert isinstance(tree, exp.Select)


def test_a_text_that_names_a_column_tells_a_dialect_where_none_is_given(tell: Tell) -> None:
    (made,) = tell("CREATE TABLE r AS SELECT total FROM (SELECT a 'total', b 'other' FROM t)")
    assert (made.target, made.columns) == ("r", {"total": ["t.a IDENTITY"]})
    (made,) = tell("CREATE TABLE r AS SELECT a 'total' FROM t")
    assert (made.target, made.columns) == ("r", {"total": ["t.a IDENTITY"]})


def test_what_a_change_of_tsql_gives_out_is_a_statement_within_it() -> None:
    tree, _ = parsed("DELETE FROM t OUTPUT deleted.a INTO u (x) WHERE b = 1", "tsql")
    assert isinstance(tree, exp.Delete)
    assert isinstance(tree.args["output"], exp.Insert)


def test_variables_that_a_query_fills_are_its_into() -> None:
    tree, _ = parsed("SELECT a, b INTO v, w FROM t", "postgres", ("v", "w"))
    assert isinstance(tree, exp.Select)
    assert [one.name for one in tree.args["into"].expressions] == ["v", "w"]


def test_statements_that_nothing_parts_are_found_in_linear_time(tell: Tell, growth: Callable[..., float]) -> None:
    one = "SELECT c, y, s FROM t WHERE z = 1 "
    assert len(tell(one * 100, "oracle")) == 100
    assert growth(lambda text: tell(text, "oracle"), one, 3_000) < 16


def test_a_statement_may_be_longer_than_what_is_tried_first(tell: Tell) -> None:
    sql = "INSERT INTO m (x) " + "SELECT a FROM t UNION ALL " * 40 + "SELECT b FROM u "
    found = tell(sql + "DELETE FROM n " + sql, "tsql")
    assert [one.target for one in found] == ["m", "n", "m"]
    assert found[0].columns == found[2].columns == {"x": ["t.a IDENTITY", "u.b IDENTITY"]}
