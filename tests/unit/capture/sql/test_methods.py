"""Methods of columns. Expected columns by hand."""

from collections.abc import Callable
from typing import Any

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
