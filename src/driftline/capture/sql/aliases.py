"""Aliases of ClickHouse, which hide columns of their name everywhere in a query, also in front of where they stand.

Enters: a SELECT and its scope. Leaves: the entries of its list, each while the scope has the aliases that the entry
sees: ``SELECT b + 1 AS c, a AS b`` adds 1 to a. An alias is the column of its name within its own expression, also
where it comes to itself by others: ``SELECT a AS b, b AS a`` changes nothing. One that is an aggregate is no argument
of another aggregate: that only runs where columns go before aliases. Other dialects see what was named before, if that.
Source: https://clickhouse.com/docs/sql-reference/syntax#expression-aliases, the setting prefer_column_name_to_alias.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import IDENTITY, Edges, Kind
from driftline.capture.sql.scope import Scope

_SETTING = "prefer_column_name_to_alias"
_DEEPEST = 6  # aliases that come to themselves by others: how many of them are gone through, and how often at all
_MOST = 500


class Walks(Protocol):
    """The pass over a statement, as it is seen from here."""

    dialect: Dialect

    def walk(self, node: Any, scope: Scope, kind: Kind, windows: dict[str, Any] | None = None) -> Edges:
        """Return the edges of an expression whose value goes on as ``kind``."""


def columns_first(select: Any) -> bool:
    """Return whether a SELECT is told that columns hide aliases of their name."""
    told = [one for one in select.args.get("settings") or () if isinstance(one, exp.EQ) and one.this.name == _SETTING]
    return bool(told) and told[-1].expression.name in ("1", "true")


def seen(queries: Walks, select: Any, scope: Scope, windows: dict[str, Any]) -> Iterator[Any]:
    """Yield the entries of a SELECT, each while ``scope`` has the aliases that it sees."""
    if not scope.aliases_first:
        yield from select.expressions
        return
    ahead = _Ahead(queries, select, scope, windows)
    for entry in select.expressions:
        hidden = ahead.hidden(entry)
        yield entry
        scope.aliases = {**hidden, **scope.aliases}


class _Ahead:
    """The aliases of one SELECT, as far as one of them is used before it is named."""

    def __init__(self, queries: Walks, select: Any, scope: Scope, windows: dict[str, Any]) -> None:
        self._queries, self._scope, self._windows = queries, scope, windows
        column = queries.dialect.column
        named = [(column(one.args["alias"]), one) for one in select.expressions if _is_named(one)]
        self._values = {key: one.this for key, one in reversed(named)}
        self._keys = {id(one): key for key, one in named}
        self._summed = {key for key, one in self._values.items() if one.find(exp.AggFunc) is not None}
        self._turning: set[str] = set()
        self._room = _MOST
        named_before: set[str] = set()
        for entry in select.expressions:
            if self._used(entry) - named_before - {self._keys.get(id(entry), "")}:
                self._find()
                break
            named_before.add(self._keys.get(id(entry), ""))

    def hidden(self, entry: Any) -> dict[str, Edges]:
        """Leave only the aliases that ``entry`` sees in its place; returns those that it does not see."""
        aliases, own = self._scope.aliases, self._keys.get(id(entry), "")
        if own in self._turning:
            aliases.update(self._others(own, frozenset((own,))))
        unseen = {own, *(self._named(entry) - self._used(entry))} & aliases.keys()
        hidden = {key: aliases.pop(key) for key in unseen}
        hidden.pop(own, None)
        return hidden

    def _find(self) -> None:
        """Note what is behind each alias, those first that others are made of."""
        uses = {key: self._used(value) - {key} for key, value in self._values.items()}
        left = {key: len(names) for key, names in uses.items()}
        users: dict[str, list[str]] = {}
        for key, names in uses.items():
            for name in names:
                users.setdefault(name, []).append(key)
        ready = [key for key, number in left.items() if not number]
        for key in ready:
            self._scope.aliases[key] = self._walked(key, {})
            for user in users.get(key, ()):
                left[user] -= 1
                ready += [user] if not left[user] else []
        self._turning = left.keys() - set(ready)
        for key in self._turning:
            self._scope.aliases[key] = self._walked(key, self._others(key, frozenset((key,))))

    def _others(self, key: str, around: frozenset[str]) -> dict[str, Edges]:
        """What the aliases are that the one of ``key`` is made of, where those ``around`` are columns."""
        names = self._used(self._values[key]) & self._turning - around if len(around) < _DEEPEST else set[str]()
        self._room -= len(names)
        if self._room < 0:
            return {}
        return {name: self._walked(name, self._others(name, around | {name})) for name in sorted(names)}

    def _walked(self, key: str, others: dict[str, Edges]) -> Edges:
        before = self._scope.aliases
        kept = {name: edges for name, edges in before.items() if name not in self._turning and name != key}
        unseen = self._named(self._values[key]) - self._used(self._values[key])
        self._scope.aliases = {name: edges for name, edges in {**kept, **others}.items() if name not in unseen}
        edges = self._queries.walk(self._values[key], self._scope, IDENTITY, self._windows)
        self._scope.aliases = before
        return edges

    def _named(self, node: Any) -> set[str]:
        """The aliases that an expression names, queries in it as well."""
        return {self._queries.dialect.column(one.this) for one in _bare(node)} & self._values.keys()

    def _used(self, node: Any) -> set[str]:
        """Those that it means: an aggregate is no argument of another."""
        column = self._queries.dialect.column
        named = [(column(one.this), one) for one in _bare(node)]
        return {key for key, one in named if key in self._values and not (key in self._summed and _is_summed(one))}


def _is_named(entry: Any) -> bool:
    return isinstance(entry, exp.Alias) and isinstance(entry.args.get("alias"), exp.Identifier)


def _bare(node: Any) -> Iterator[Any]:
    return (
        one for one in node.find_all(exp.Column) if not one.args.get("table") and isinstance(one.this, exp.Identifier)
    )


def _is_summed(column: Any) -> bool:
    """Whether a column stands in an aggregate of its own query, but for one of a window."""
    around = column.find_ancestor(exp.AggFunc, exp.Query)
    return isinstance(around, exp.AggFunc) and not isinstance(around.parent, exp.Window)
