"""What stands in the tree of a statement: its kind, the columns that it lists, partitions, addresses, INTO.

Enters: trees of sqlglot. Leaves: names and parts of the tree. Knows nothing of what its script knows.
"""

import re
from typing import Any

from sqlglot import exp

from driftline.capture.sql import names, nodes

_OPTIONS = nodes.classes("OptionsProperty")
_TAKING = (exp.Limit, exp.Fetch, exp.Offset, exp.Window)  # some rows, or values of some


def kind_of(tree: Any) -> str:
    """Return the word or words by which people call a statement."""
    if isinstance(tree, exp.Create | exp.Drop):
        return f"{type(tree).__name__.upper()} {tree.args.get('kind') or ''}".strip()
    if isinstance(tree, exp.Command):
        return str(tree.this).upper()
    if isinstance(tree, exp.Query | exp.Values):
        return "SELECT"
    if isinstance(tree, exp.Alias) and isinstance(tree.this, exp.Column):  # two words, such as DEALLOCATE c
        return str(tree.this.name).upper()
    return {"Cache": "CACHE TABLE", "TruncateTable": "TRUNCATE"}.get(type(tree).__name__, type(tree).__name__.upper())


def orders_alone(tree: Any) -> bool:
    """Return whether a query sorts its rows at its end, and nothing in it takes some rows or values by their order."""
    if not isinstance(tree, exp.Select | exp.SetOperation) or not tree.args.get("order"):
        return False
    if isinstance(tree.args.get("limit"), _TAKING):
        return False
    orders = 0
    for node in tree.walk():
        if isinstance(node, _TAKING) or (isinstance(node, exp.Distinct) and node.args.get("on")):
            return False
        orders += isinstance(node, exp.Order)
    return orders == 1


def into_of(tree: Any) -> Any:
    """Return the INTO of a query that makes a table of what it finds; None where it has none."""
    while isinstance(tree, exp.SetOperation):
        tree = tree.this
    into = tree.args.get("into") if isinstance(tree, exp.Select) else None
    return into if isinstance(into, exp.Into) and isinstance(into.this, exp.Table) else None


def listed(node: Any) -> tuple[str, ...]:
    """Return the names of a list of columns behind a table's name."""
    if not isinstance(node, exp.Schema):
        return ()
    parts = (part for part in node.expressions if isinstance(part, exp.ColumnDef | exp.Identifier | exp.Column))
    return tuple(part.name for part in parts)


def computed(node: Any) -> frozenset[str]:
    """Return those of the columns behind a table's name that no INSERT fills, ``c AS a * 2``; in small letters."""
    return frozenset(name.lower() for name in computations(node))


def computations(node: Any) -> dict[str, Any]:
    """Return what each of the columns behind a table's name is computed from, ``c AS a * 2``."""
    parts = node.expressions if isinstance(node, exp.Schema) else ()
    defined = (part for part in parts if isinstance(part, exp.ColumnDef))
    given = ((part.name, one.args.get("kind")) for part in defined for one in part.constraints)
    found: dict[str, Any] = {}
    for name, kind in given:
        if isinstance(kind, exp.ComputedColumnConstraint):
            found[name] = kind.this
        elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint) and kind.expression:
            found[name] = kind.expression  # what the parser makes of GENERATED ALWAYS AS (…), as an identity has none
    return found


SEARCHING = frozenset(["postgres", "redshift", "materialize", "risingwave"])  # dialects with ``search_path``
_NO_SCHEMA = frozenset(["default", "$user", "pg_catalog", "pg_temp"])


def search_path(tree: Any) -> tuple[str, ...] | None:
    """Return the schemas that SET search_path lists, as they are written; None where it is another setting."""
    if isinstance(tree, exp.Command):
        words = re.split(r"\s*(?:\bTO\b|=)\s*", str(tree.expression or "").strip(), maxsplit=1, flags=re.IGNORECASE)
        name, value = words[0], words[1] if len(words) > 1 else ""
        listed = value.split(",")
    else:
        item = next(iter(tree.expressions), None)
        one = item.this if isinstance(item, exp.SetItem) else None
        if not isinstance(one, exp.EQ):
            return None
        name, listed = one.this.name, [one.expression.name]
    if name.split()[-1:] != ["search_path"]:
        return None
    schemas = (part.strip().strip("'\"") for part in listed)
    return tuple(one for one in schemas if one and one.lower() not in _NO_SCHEMA)


def asked(tree: Any) -> list[Any]:
    """Return the queries whose values SET gives to variables, ``SET n = (SELECT max(a) FROM t)``."""
    items = (
        (item.this for item in tree.expressions if isinstance(item, exp.SetItem)) if isinstance(tree, exp.Set) else ()
    )
    values = (one.expression.unnest() for one in items if isinstance(one, exp.EQ) and one.expression is not None)
    return [value for value in values if isinstance(value, exp.Query) and value.find(exp.From) is not None]


def uris(properties: Any) -> tuple[str, ...]:
    """Return the addresses among the options of LOAD DATA and EXPORT DATA."""
    for part in properties.expressions if isinstance(properties, exp.Properties) else ():
        if isinstance(part, exp.Property) and part.name.lower() in ("uri", "uris"):
            value = part.args.get("value")
            return names.texts(value.expressions if isinstance(value, exp.Array) else [value])
    return ()


def path(tree: Any) -> Any:
    """Return the files that a table without columns is made of, as a table; None where there are none.

    They stand in ``USING csv OPTIONS (path 'file')``, in ``LOCATION 'folder'`` or, with BigQuery, in ``uris``.
    """
    given = tree.args.get("properties")
    located = given.find(exp.LocationProperty) if given is not None else None
    listed = uris(given)[:1] or ((located.this.name,) if located is not None and located.this.is_string else ())
    if listed:
        return exp.Table(this=exp.Literal.string(listed[0]))
    for options in tree.find_all(*_OPTIONS):
        for one in options.expressions:
            value = one.args.get("value")
            if one.name.lower() == "path" and isinstance(value, exp.Literal):
                return exp.Table(this=value.copy())
    return None


def temporary(tree: Any) -> bool:
    """Whether what is created ends with its session."""
    properties = tree.args.get("properties")
    return properties is not None and any(
        isinstance(p, exp.TemporaryProperty | exp.VolatileProperty) for p in properties.expressions
    )


def like(tree: Any) -> Any:
    """Return the table after which another is made, by LIKE or CLONE; None where there is none."""
    clone = tree.args.get("clone")
    if clone is not None:
        return clone.this
    found = next(iter(tree.find_all(exp.LikeProperty)), None)
    return found.this if found is not None and isinstance(found.this, exp.Table) else None


def partition(partition: Any) -> tuple[list[str], list[str]]:
    """Return the columns of PARTITION that are given a value, and those that take theirs from the query."""
    fixed: list[str] = []
    moving: list[str] = []
    for part in partition.expressions if isinstance(partition, exp.Partition) else ():
        if isinstance(part, exp.EQ):
            fixed.append(part.this.name)
        elif isinstance(part, exp.Column | exp.Identifier):
            moving.append(part.name)
    return fixed, moving


def tables(query: Any) -> list[Any]:
    """Return the tables behind FROM and JOIN of a SELECT, and queries with an alias that stand for one."""
    if not isinstance(query, exp.Select) or query.args.get("from_") is None:
        return []
    behind = [query.args["from_"].this, *(join.this for join in query.args.get("joins") or ())]
    named = (exp.Identifier, exp.Query)  # of a table, and of a query
    return [one for one in behind if isinstance(one, exp.Table | exp.Subquery) and isinstance(one.this, named)]
