"""Statements that only change what names mean to those after them: USE, SET and RESET, DROP, DECLARE.

Enters: the tree of a statement and its script, which learns of the names. Leaves: statements that touch no
data, but for what the queries in a SET ask.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from driftline.capture.sql import clauses, functions
from driftline.capture.sql.relation import Source
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement


def use(script: Script, tree: Any) -> list[Statement]:
    """USE: where the tables lie from now on that are named without it."""
    if isinstance(tree.this, exp.Table):
        script.use(str(tree.args.get("kind") or "").upper(), tree.this)
    return [Statement((), how="none", kind="USE")]


def settings(script: Script, tree: Any, own: Callable[[Any], list[Statement]]) -> list[Statement]:
    """SET and RESET of a setting: ``search_path`` of PostgreSQL says where tables lie; ``own`` reads what it asks."""
    path = clauses.search_path(tree)
    if path is not None and script.dialect.name in clauses.SEARCHING:
        script.search(path)
    asked = [one for query in clauses.asked(tree) for one in own(query)]
    return asked or [Statement((), how="none", kind=clauses.kind_of(tree))]


def drop(script: Script, tree: Any) -> list[Statement]:
    """DROP: a table or a function that is there no longer."""
    functions.forget(script.functions, tree)
    targets = [target for table in tree.args.get("tables") or [tree.this] if (target := script.source(table))]
    for target in targets:
        script.drop(target)
    return _begun(tree, targets if str(tree.args.get("kind")).upper() == "TABLE" else [])


def truncate(script: Script, tree: Any) -> list[Statement]:
    """TRUNCATE: tables that have no rows any more, but for other partitions."""
    whole = not tree.args.get("partition") and not tree.args.get("is_database")
    return _begun(tree, [target for table in tree.expressions if whole and (target := script.source(table))])


def _begun(tree: Any, targets: list[Source]) -> list[Statement]:
    """Tables of which nothing is left."""
    kind = clauses.kind_of(tree)
    found = [Statement((), target, how="none", kind=kind, begins=True) for target in targets]
    return found or [Statement((), how="none", kind=kind)]


def declare(script: Script, tree: Any) -> list[Statement]:
    """DECLARE @v TABLE (…) of T-SQL: a table that ends with its batch."""
    for item in tree.expressions:
        if isinstance(item.args.get("kind"), exp.Schema):
            listed, computed = clauses.listed(item.args["kind"]), clauses.computed(item.args["kind"])
            for name in item.this if isinstance(item.this, list) else [item.this]:
                source = script.source(exp.Table(this=name))
                if source is not None:
                    script.declare(source, listed, temporary=True, computed=computed)
    return [Statement((), how="none", kind="DECLARE")]
