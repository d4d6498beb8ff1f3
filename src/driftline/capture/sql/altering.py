"""ALTER TABLE: names of tables and columns that change, columns that come and go.

Enters: the tree of a statement and its script, which learns of the names. Leaves: statements: a table that has a new
name is made of what it was, a column that has one comes from the column of the same table that it was, a column that
is added and computed from others comes from these. Columns that are only added or dropped move no data.
"""

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from driftline.capture.sql import clauses, nodes
from driftline.capture.sql import relation as rel
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import Edge, Output, Relation, Source
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement, Trades

_MODIFY = nodes.classes("ModifyColumn")
KIND = "ALTER TABLE"


def tables(script: Script, tree: Any, this: Source) -> list[Statement]:
    """Return the tables that have another name now, each made of what it was."""
    found: list[Statement] = []
    for action in () if _of_column(tree) else tree.args.get("actions") or ():
        other = script.source(action.this) if isinstance(action, exp.SwapTable | exp.AlterRename) else None
        if other is None:
            continue
        ways: list[tuple[Source, Source, Trades]] = [(this, other, "")]
        if isinstance(action, exp.SwapTable):
            ways = [(other, this, "first"), (this, other, "second")]
        for source, target, trades in ways:
            lineage = Lineage(script.base(source).items, rel.NONE)
            found.append(Statement((source,), target, lineage, "create", kind=KIND, trades=trades))
        if isinstance(action, exp.AlterRename):
            script.rename(this, other)
    return found


def columns(walker: Walker, script: Script, tree: Any, this: Source) -> Relation | None:
    """Return the columns that have another name now, or are computed from others, each with where it comes from.

    None where there is none. What is there no longer has no edges.
    """
    dialect, before = script.dialect, script.base(this)
    pairs, given = list(_renamed(tree)), clauses.computations(exp.Schema(expressions=_added(tree)))
    items: list[Output] = []
    for old, new in pairs:
        known = before.output(dialect.column(old)) or before.loosely(old.name)
        edges = known.edges if known is not None else frozenset((Edge(this, dialect.shown(old), rel.IDENTITY),))
        items.append(Output(dialect.shown(new), edges, dialect.column(new)))
    scope = walker.scope(None)
    scope.add("", before)
    for name, query in given.items():
        items.append(Output(name, walker.walk(query, scope, rel.IDENTITY), dialect.written(name)))
    script.alter(
        this,
        {old.name.lower(): dialect.shown(new) for old, new in pairs},
        {one.name: _behind(one) for one in _added(tree)},
        dropped(tree),
        frozenset(name.lower() for name in given),
    )
    return Relation(items) if items else None


def renamed(dialect: Dialect, tree: Any) -> tuple[tuple[str, str], ...]:
    """Return the columns that go by another name now, by the old one and the new."""
    return tuple((dialect.shown(old), dialect.shown(new)) for old, new in _renamed(tree))


def dropped(tree: Any) -> frozenset[str]:
    """Return the columns that are there no longer, in small letters."""
    return frozenset(one.name.lower() for one in _dropped(tree))


def added(tree: Any) -> tuple[str, ...]:
    """Return the columns that are there from now on."""
    return tuple(one.name for one in _added(tree))


def _of_column(tree: Any) -> Any:
    """The new name of ``ALTER TABLE t RENAME a TO b``, which is about a column."""
    return tree.find(exp.ToTableProperty)


def _renamed(tree: Any) -> Iterator[tuple[Any, Any]]:
    """The identifiers of columns, old and new."""
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.RenameColumn):
            yield action.this.this, action.args["to"].this
        elif isinstance(action, _MODIFY) and action.args.get("rename_from"):  # CHANGE a b of MySQL
            yield action.args["rename_from"], action.this.this
        elif isinstance(action, exp.AlterColumn) and action.args.get("rename_to"):  # and of Hive
            yield action.this, action.args["rename_to"]
        elif isinstance(action, exp.AlterRename) and (to := _of_column(tree)) and not action.this.args.get("db"):
            yield action.this.this, to.this.this


def _added(tree: Any) -> list[Any]:
    given = tree.args.get("actions") or ()
    every = (one for part in given for one in (part.expressions if isinstance(part, exp.Schema) else [part]))
    return [one for one in every if isinstance(one, exp.ColumnDef)]


def _behind(column: Any) -> str | None:
    """The column behind which a new one stands, in small letters; "" = it is the first, None = the last."""
    position = column.args.get("position")
    return None if position is None else position.this.name.lower() if position.this is not None else ""


def _dropped(tree: Any) -> Iterator[Any]:
    """The identifiers of columns that are dropped."""
    for action in tree.args.get("actions") or ():
        if isinstance(action, exp.Drop) and str(action.args.get("kind")).upper() == "COLUMN":
            listed = action.args.get("tables") or [action.this, *action.expressions]
            yield from (one.this for one in listed if isinstance(one, exp.Column | exp.Table))
        elif isinstance(action, exp.Command) and str(action.this).upper() == "DROP":  # DuckDB, without COLUMN
            yield exp.to_identifier(str(action.expression).strip().strip('"'))
