"""Rows of an INSERT that meet rows of its target: which columns decide whether they do.

Enters: the tree of the statement, what it offers, and the keys of its target as a CREATE TABLE of the script has them.
Leaves: what it offers, with the keys that ON CONFLICT names (JOIN); where rows take the place of others or are passed
over without that being said (INSERT OR REPLACE, IGNORE, ON DUPLICATE KEY), with those of the table (FILTER).
"""

from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.relation import FILTER, JOIN, NONE, Relation

_UNIQUE = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint)
_INSTEAD = frozenset(["replace", "ignore"])


def met(
    walker: Walker, tree: Any, offered: Relation, into: tuple[str, ...] | None, unique: Iterable[str] = ()
) -> Relation:
    """Return what an INSERT offers, with the keys that decide which rows of the table it meets.

    ``unique``: the keys of the table.
    """
    conflict = tree.args.get("conflict")
    parts = (
        one.find(exp.Column) for one in (conflict.args.get("conflict_keys") if conflict is not None else None) or ()
    )
    keys = [part.this for part in parts if part is not None and isinstance(part.this, exp.Identifier)]
    kind = JOIN if keys else FILTER
    if not keys and _meets(tree):
        keys = [exp.to_identifier(name, quoted=False) for name in unique]
    written = walker.dialect.written
    new = offered.renamed((name, written(name)) for name in into) if into and offered.whole and keys else offered
    hits = (new.output(walker.dialect.column(key)) or new.loosely(key.name) for key in keys)
    found = rel.through(NONE.union(*(hit.edges for hit in hits if hit is not None)), kind)
    return Relation(offered.items, offered.rows | found, offered.base) if found else offered


def _meets(tree: Any) -> bool:
    alternative = str(tree.args.get("alternative") or "").lower()
    return alternative in _INSTEAD or bool(tree.args.get("ignore")) or tree.args.get("conflict") is not None


def keys(node: Any) -> tuple[str, ...]:
    """Return the columns of a new table by which each row is there once, as PRIMARY KEY and UNIQUE say."""
    found: dict[str, None] = {}
    for part in node.expressions if isinstance(node, exp.Schema) else ():
        if isinstance(part, exp.ColumnDef) and any(
            isinstance(one.args.get("kind"), _UNIQUE) for one in part.constraints
        ):
            found[part.name] = None
        for one in part.expressions if isinstance(part, exp.Constraint) else [part]:
            listed = one.this if isinstance(one, exp.UniqueColumnConstraint) else one
            if isinstance(one, exp.PrimaryKey | exp.UniqueColumnConstraint) and isinstance(listed, exp.Expression):
                found.update(dict.fromkeys(each.name for each in listed.expressions))
    return tuple(found)
