"""The table that a change really changes, where it names a query: ``WITH c AS (SELECT … FROM t …) DELETE FROM c``.

Enters: what UPDATE or DELETE names, and the queries that it may mean: common table expressions, queries in FROM, a
query in place of a table. Leaves: the table beneath, and how its columns are called there. A query of several tables
is changed in the one whose columns are set.
"""

from typing import Any, NamedTuple

from sqlglot import exp

from driftline.capture.sql.dialect import Dialect

_DEPTH = 20  # queries upon queries
_THROUGH = frozenset(["", "tsql", "fabric"])  # dialects that change a table through a common table expression


class Beneath(NamedTuple):
    """A table, and the names there of the columns that the query gives."""

    table: Any
    names: dict[str, str]

    def called(self, dialect: Dialect, name: str) -> str:
        """Return what a column of the query is called in the table."""
        return self.names.get(_key(dialect, name), name)


def beneath(dialect: Dialect, tree: Any, named: Any, first: Any = None) -> Beneath | None:
    """Return the table beneath the query that ``tree`` changes; None where it changes a table itself.

    Args:
        dialect: of the statement.
        tree: the UPDATE or DELETE.
        named: what is changed: a table node, or a query.
        first: a column that is set.
    """
    with_ = tree.args.get("with_") or tree.args.get("with")
    queries = {
        dialect.table(cte.args["alias"].this): cte.this
        for cte in (with_.expressions if with_ is not None and dialect.name in _THROUGH else ())
        if isinstance(cte.args["alias"].this, exp.Identifier)
    }
    key = _key(dialect, first.name) if isinstance(first, exp.Column) else ""
    query = _meant(dialect, named, queries)
    names: dict[str, str] | None = None
    for _ in range(_DEPTH):
        query = query.unnest() if isinstance(query, exp.Subquery) else query
        if not isinstance(query, exp.Select):
            return None
        below = {_key(dialect, part.alias_or_name): part.unalias() for part in query.expressions}
        below = {above: part for above, part in below.items() if isinstance(part, exp.Column)}
        each = {above: above for above in below} if names is None else names
        names = {above: below[_key(dialect, name)].name if _key(dialect, name) in below else name
                 for above, name in each.items()}  # fmt: skip
        chosen = _entry(dialect, query, below.get(key))
        key = _key(dialect, below[key].name) if key in below else key
        query = _meant(dialect, chosen, queries)
        if query is None:
            return Beneath(chosen, names) if isinstance(chosen, exp.Table) else None
    return None


def _key(dialect: Dialect, name: str) -> str:
    return dialect.column(exp.to_identifier(name))


def _meant(dialect: Dialect, named: Any, queries: dict[str, Any]) -> Any:
    """The query that a name means, or that stands there itself."""
    if isinstance(named, exp.Subquery):
        return named
    plain = isinstance(named, exp.Table) and isinstance(named.this, exp.Identifier) and not named.args.get("db")
    return queries.get(dialect.table(named.this)) if plain else None


def _entry(dialect: Dialect, query: Any, column: Any) -> Any:
    """The entry of FROM that is changed: the only one, or the one that a column which is set comes from."""
    origin = query.args.get("from_") or query.args.get("from")
    joins = query.args.get("joins") or ()
    if origin is None or not joins:
        return origin.this if origin is not None else None
    wanted = dialect.table(column.args["table"]) if column is not None and column.table else None
    each = (origin.this, *(join.this for join in joins))
    return next((one for one in each if dialect.table(exp.to_identifier(one.alias_or_name)) == wanted), None)
