"""Methods of columns. Expected columns by hand."""

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
