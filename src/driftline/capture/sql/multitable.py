"""INSERT ALL and INSERT FIRST, and Hive's ``FROM … INSERT … INSERT …``: one source, several targets.

Enters: the tree of the statement, and what reads one part of it. Leaves: a statement for each target. What the WHEN
before a target looks at shapes the rows that it gets; of INSERT FIRST, and of ELSE, what the WHENs before it look at,
too.
"""

from collections.abc import Callable
from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.relation import FILTER, Edges, Relation, Source
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import How, Statement


class Part(Protocol):
    """What reads one part of a statement."""

    script: Script
    walker: Walker

    def root(self) -> Scope:
        """Return the outermost scope."""

    def into(self, tree: Any, inside: Any, target: Source | None) -> tuple[str, ...] | None:
        """Return the columns of the target that outputs go to by their place."""

    def done(
        self, tree: Any, target: Source | None, how: How, offered: Relation, into: tuple[str, ...] | None = None
    ) -> Statement:
        """Return the statement, now that its edges are known."""


def several(fresh: Callable[[], Part], tree: Any) -> list[Statement]:
    """Return a statement for each target of ``tree``."""
    source = tree.args.get("source")
    source = source.this if isinstance(source, exp.From) else source
    found: list[Statement] = []
    before: Edges = rel.NONE  # what earlier conditions look at
    chosen: Edges = rel.NONE  # what decides about the targets behind the last WHEN, or behind ELSE
    for part in tree.expressions:
        insert = part.this if isinstance(part, exp.ConditionalInsert) else part
        reading = fresh()
        scope = reading.root()
        reading.walker.with_ctes(tree, scope)
        offered = reading.walker.query(source, scope)
        named_scope = reading.root()
        named_scope.ctes = scope.ctes
        scope.add("", offered)
        if isinstance(part, exp.ConditionalInsert) and part.expression is not None:
            own = reading.walker.walk(part.expression, scope, FILTER)
            chosen, before = own | (before if tree.args.get("kind") == "FIRST" else rel.NONE), before | own
        elif isinstance(part, exp.ConditionalInsert) and part.args.get("else_"):
            chosen = before
        query = insert.expression
        if query is None:
            inner = offered
        elif isinstance(query, exp.Select) and isinstance(source, exp.Table | exp.Subquery):
            inner = reading.walker.query(query.copy().from_(source.copy()), named_scope)
        else:
            inner = reading.walker.query(query, scope)
        inside = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
        target = reading.script.source(inside)
        into = reading.into(insert, inside, target)
        rows = inner.rows | offered.rows | chosen
        found.append(reading.done(insert, target, "append", Relation(inner.items, rows), into))
    return found
