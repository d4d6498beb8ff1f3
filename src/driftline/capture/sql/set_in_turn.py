"""Assignments of MySQL, of which each sees what those before it have set: after ``SET a = b, b = a``, b is as it was.

Enters: the scope of an UPDATE, of ON DUPLICATE KEY UPDATE or of ``SET NEW.a = …`` in a trigger, and each assignment
once its edges are known. Leaves: the scope that the next one stands in, queries within it as well. Source: MySQL
Reference Manual, "UPDATE Statement": "Single-table UPDATE assignments are generally evaluated from left to right", and
of several tables that there is "no guarantee that assignments are carried out in any particular order".
"""

import copy
from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql import structs
from driftline.capture.sql.relation import Edges, Output, Relation
from driftline.capture.sql.scope import Scope

_EITHER = 0.5  # before or after another assignment
_LEAST = 0.01  # of what a long row of these leaves


class Turns:
    """What the assignments of one statement have set so far; in other dialects than MySQL that is never seen."""

    def __init__(self, queries: structs.Walks, scope: Scope) -> None:
        self.queries = queries
        self.dialect = queries.dialect
        self.scope = scope
        self._said: dict[str, Edges] = {}  # columns that may be named without their table
        self._of: dict[str, dict[str, Output]] = {}  # alias of a table -> its columns

    def now(self, part: Any) -> Scope:
        """Return the scope that an assignment stands in."""
        if not isinstance(part, exp.EQ) or not (self._of or self._said):
            return self.scope
        set_before = self._said.keys() | {key for columns in self._of.values() for key in columns}
        seen = any(self.dialect.column(one.this) in set_before for one in part.expression.find_all(exp.Column))
        return self._after() if seen else self.scope

    def done(self, part: Any, now: Scope, found: Mapping[str, Edges]) -> None:
        """Note what an assignment that stood in the scope ``now`` has set, by the names of columns."""
        column = part.this if isinstance(part, exp.EQ) else None
        if self.dialect.name != "mysql" or not isinstance(column, exp.Column) or column.name not in found:
            return
        key, edges, relations = self.dialect.column(column.this), found[column.name], self.scope.relations
        bare = self.scope.find(key, column.name)
        meant = {alias for alias, one in relations.items() if bare and _behind(one, key, column.name) == bare.edges}
        own = self._called(column) if column.table else meant
        alone = len(relations) == 1 and not isinstance(part.expression, exp.Query)
        fields = structs.fields(self.queries, part.expression, now) if alone else ()
        for alias in own:
            self._of.setdefault(alias, {})[key] = Output(column.name, edges, key, fields=fields)
        if not column.table or (own and own <= meant):
            self._said[key] = edges

    def _called(self, column: Any) -> set[str]:
        """The aliases of the table of a column that is named with it; ``NEW`` of a trigger may be written ``new``."""
        key, named = self.dialect.table(column.args["table"]), column.table.lower()
        return {key} & self.scope.relations.keys() or {one for one in self.scope.rows if one.lower() == named}

    def _after(self) -> Scope:
        relations = self.scope.relations
        now = {**self.scope.rows, **relations}
        every = {alias: _with(now[alias], dict(columns)) for alias, columns in self._of.items()}
        rows = {alias: one for alias, one in every.items() if alias not in relations}
        later = {alias: one for alias, one in every.items() if alias in relations}
        if all(one.whole for one in relations.values()):
            scope = copy.copy(self.scope)
            scope.relations, scope.rows = {**relations, **later}, {**self.scope.rows, **rows}
        else:  # that a table has a column does not make it surer that a query within means that one
            scope = Scope(self.scope)
            scope.variables_first = self.scope.variables_first
            scope.rows, scope.aliases = {**later, **rows}, self._said
        changed = {id(relations[alias]): relation for alias, relation in later.items()}
        scope.ways = {way: changed.get(id(relation), relation) for way, relation in self.scope.ways.items()}
        return scope


def either(one: Edges, other: Edges) -> Edges:
    """Return the edges of a value that is the one or the other, as the order is not told."""
    return (one & other) | {edge for edge in rel.doubted(one ^ other, _EITHER) if edge.confidence > _LEAST}


def _with(relation: Relation, columns: dict[str, Output]) -> Relation:
    """A table whose columns are what they are set to."""
    items = [columns.pop(item.key, item) if isinstance(item, Output) else item for item in relation.items]
    return Relation((*items, *columns.values()), relation.rows, relation.base)


def _behind(relation: Relation, key: str, name: str) -> Edges | None:
    hit = relation.find(key, name)
    return None if hit is None else hit.edges
