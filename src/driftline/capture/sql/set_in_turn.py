"""Assignments of MySQL, of which each sees what those before it have set: after ``SET a = b, b = a``, b is as it was.

Enters: the assignments of an UPDATE, or of ON DUPLICATE KEY UPDATE. Leaves: the same, with what a column has been set
to in the place of its name; those in queries stay, as a name there may be of another table. Source: MySQL Reference
Manual, "UPDATE Statement": "Single-table UPDATE assignments are generally evaluated from left to right", and of
several tables that there is "no guarantee that assignments are carried out in any particular order".
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import Edges

_NODES = 5_000  # of expressions that stand in others
_EITHER = 0.5  # before or after another assignment


def written_out(dialect: Dialect, parts: list[Any], same: Callable[[Any, Any], bool]) -> list[Any]:
    """Return the assignments with values in the places of columns that are set before; as they are in other dialects.

    ``same`` tells of a column that is set, and of one that an expression names, whether they are one.
    """
    if dialect.name != "mysql":
        return parts
    values: list[tuple[Any, Any]] = []
    found: list[Any] = []
    left = _NODES

    def now(node: Any) -> Any:
        if not _is_name(node) or node.find_ancestor(exp.Query) is not None:
            return node
        value = next((value for column, value in reversed(values) if same(column, node)), None)
        return node if value is None else exp.Paren(this=value.copy())

    for part in parts:
        if not isinstance(part, exp.EQ) or not _is_name(part.this):
            return parts
        value = part.expression.transform(now)
        left -= sum(1 for _ in value.walk())
        if left < 0:
            return parts
        values.append((part.this, value))
        found.append(exp.EQ(this=part.this.copy(), expression=value))
    return found


def alike(dialect: Dialect, one: Any, other: Any) -> bool:
    """Return whether two columns have the same name."""
    return dialect.column(one.this) == dialect.column(other.this)


def either(one: Edges, other: Edges) -> Edges:
    """Return the edges of a value that is the one or the other, as the order is not told."""
    return (one & other) | rel.doubted(one ^ other, _EITHER)


def _is_name(node: Any) -> bool:
    return isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier)
