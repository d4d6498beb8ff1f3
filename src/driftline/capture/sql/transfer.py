"""Statements that move files: COPY, LOAD DATA, EXPORT DATA.

Enters: the tree of a statement, what its script knows, and the outermost scope. Leaves: what is written and how, what
is offered for it, and the columns that it goes to by place; None where nothing is moved that has a name.
"""

from typing import Any, Literal, NamedTuple

from sqlglot import exp

from driftline.capture.sql import clauses, names
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.relation import Relation, Source, Unknown
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.script import Script

_BY_NAME = frozenset(["databricks"])  # where COPY INTO goes by the names of columns


class Move(NamedTuple):
    """What goes where."""

    target: Source | None
    how: Literal["create", "append"]
    offered: Relation
    into: tuple[str, ...] | None = None


def copy(walker: Walker, script: Script, tree: Any, scope: Scope) -> Move:
    """Return what COPY moves, out of a table or a query or into a table."""
    files = names.texts(tree.args.get("files") or ()) or _addresses(tree.args.get("files") or ())
    inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    stage = names.name_of(inside, script.dialect) if isinstance(inside, exp.Table) else None
    if not tree.args.get("kind") or (isinstance(stage, Source) and stage.kind == "file"):
        if isinstance(stage, Source) and stage.kind == "file":  # COPY INTO 'file' FROM table
            first = next(iter(tree.args.get("files") or ()), None)
            target: Source | None = stage
            query = first
        else:
            target, query = (Source("file", files[:1]) if files else None), _listed(tree.this)
        offered = walker.query(query, scope) if isinstance(query, exp.Expression) else Relation(())
        return Move(target, "create", offered)
    target = script.source(inside)
    into: tuple[str, ...] | None = clauses.listed(tree.this)
    if not into:
        known = script.columns(target) if target is not None else None
        into = None if script.dialect.name in _BY_NAME else known or ()
    if not files:
        queries = [part for part in tree.args.get("files") or () if isinstance(part, exp.Subquery)]
        offered = walker.query(queries[0], scope) if queries else Relation((Unknown(),))
        return Move(target, "append", offered, into)
    return Move(target, "append", _read(walker, script, files), into)


def _listed(node: Any) -> Any:
    """``t (a, b)`` as the query of these columns."""
    if not isinstance(node, exp.Schema):
        return node
    names = [one if isinstance(one, exp.Identifier) else one.this for one in node.expressions]
    return exp.Select(expressions=[exp.Column(this=one.copy()) for one in names]).from_(node.this.copy())


def _addresses(parts: Any) -> tuple[str, ...]:
    """Addresses in double quotes: ``FROM "s3://…"``."""
    found = [part.name for part in parts if isinstance(part, exp.Table) and "://" in part.name]
    return tuple(found) if len(found) == len(parts) else ()


def load(walker: Walker, script: Script, tree: Any) -> Move | None:
    """Return what LOAD DATA moves: files go into a table by place."""
    inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    target = script.source(inside)
    path = tree.args.get("inpath")
    files = (path.name,) if isinstance(path, exp.Literal) else clauses.uris(tree.args.get("files"))
    if target is None or not files:
        return None
    into = clauses.listed(tree.this) or script.columns(target) or ()
    return Move(target, "append", _read(walker, script, files), tuple(into))


def export(walker: Walker, tree: Any, scope: Scope) -> Move:
    """Return what EXPORT DATA of BigQuery moves."""
    files = clauses.uris(tree.args.get("options"))
    return Move(Source("file", files) if files else None, "create", walker.query(tree.this, scope))


def _read(walker: Walker, script: Script, files: tuple[str, ...]) -> Relation:
    """Return what some files hold, which are read."""
    source = Source("file", files)
    walker.reads[source] = None
    return script.base(source)
