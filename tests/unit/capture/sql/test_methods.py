"""Methods of columns. Expected columns by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from driftline.capture.sql import dialect, methods
from driftline.capture.sql.relation import Relation
from driftline.capture.sql.scope import Scope


def _asked(sql: str, name: str = "tsql") -> str | None:
    scope = Scope(None)
    scope.add("t", Relation(()))
    node = sqlglot.parse_one(f"SELECT {sql} FROM t", read=name).find(exp.Dot)
    column = methods.asked(node, dialect.of(name), scope)
    return None if column is None else column.sql()


def test_a_method_is_that_of_a_column() -> None:
    assert _asked("doc.value('(/a)[1]', 'int')") == "doc"
    assert _asked("t.doc.nodes('/a')") == "t.doc"


def test_a_function_of_a_schema_is_none() -> None:
    assert _asked("dbo.f(a)") is None
    assert _asked("doc.value('x')", "postgres") is None


def test_a_column_of_a_whole_row_is_that_column(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT (t).a, (u.c).b, (t).d + 1 AS e FROM t, u", "postgres")
    assert one.columns == {"a": ["t.a IDENTITY"], "b": ["u.c TRANSFORMATION"], "e": ["t.d TRANSFORMATION"]}
    (one,) = tell("SELECT (c).a FROM c", "postgres", {"c": ("c", "d")})  # the column c hides the table
    assert one.columns == {"a": ["c.c TRANSFORMATION"]}


L, LB = ["s.l TRANSFORMATION"], ["s.b TRANSFORMATION", "s.l TRANSFORMATION"]


@pytest.mark.parametrize(
    ("call", "edges"),
    [
        ("l.list_transform(x -> x + b)", LB),
        ("s.l.list_transform(lambda x: x + b)", LB),
        ("l.list_transform(x -> x + b).list_sum()", LB),
        ("(l).list_sum()", L),
        ("l[1].upper()", L),
        ("(a || b).upper()", ["s.a TRANSFORMATION", "s.b TRANSFORMATION"]),
        ("a.upper().concat(b)", ["s.a TRANSFORMATION", "s.b TRANSFORMATION"]),
        ("a.max()", ["s.a AGGREGATION"]),
        ("st.fld.upper()", ["s.st TRANSFORMATION"]),
        ("{'b': a}.b.upper()", ["s.a TRANSFORMATION"]),  # a field, no column
        ("struct_pack(b := a).b.c.upper()", ["s.a TRANSFORMATION"]),
        ("st.f.g.h.b.upper()", ["s.st TRANSFORMATION"]),
        ("{'x': a, 'y': l}.struct_pack(b)", ["s.a TRANSFORMATION", "s.b TRANSFORMATION", "s.l TRANSFORMATION"]),
        ("main.f(b)", ["s.b TRANSFORMATION"]),
    ],
)
def test_a_function_of_duckdb_is_a_method_of_its_first_argument(
    tell: Callable[..., list[Any]], call: str, edges: list[str]
) -> None:
    (one,) = tell(f"SELECT {call} AS v FROM s", "duckdb", {"s": ("a", "b", "l", "st")})
    assert (one.columns, one.doubts) == ({"v": edges}, [])


def test_a_macro_is_a_method_as_well(tell: Callable[..., list[Any]]) -> None:
    *_, one = tell("CREATE MACRO max(x, y) AS y; SELECT a.max(b) AS v FROM s", "duckdb", {"s": ("a", "b")})
    assert one.columns == {"v": ["s.b IDENTITY"]}


def test_a_name_may_be_a_schema_or_a_column_where_nothing_says_which(tell: Callable[..., list[Any]]) -> None:
    (one,) = tell("SELECT z.f(a) AS v, z.upper() AS u FROM s", "duckdb")
    assert one.columns == {"v": ["s.a TRANSFORMATION", "s.z TRANSFORMATION 0.9"], "u": ["s.z TRANSFORMATION"]}
    assert one.doubts == ["z.f()"]
    *_, one = tell("CREATE MACRO z.f(x) AS x; SELECT z.f(a) AS v FROM s", "duckdb")
    assert (one.columns, one.doubts) == ({"v": ["s.a IDENTITY"]}, [])
