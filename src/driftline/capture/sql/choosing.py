"""Columns that an expression chooses by their names or places: ``COLUMNS(…)``, and ``#2`` of DuckDB.

Enters: such an expression, and what the tables here offer. Leaves: the columns; None where they are not known. In the
list of a SELECT they are outputs of their own, in all other places the value is made of all of them.
Source: https://duckdb.org/docs/stable/sql/expressions/star.html.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from driftline import later
from driftline.capture.sql import nodes
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import Item, Output
from driftline.capture.sql.scope import Scope

DIALECTS = frozenset(["", "duckdb", "clickhouse", "databricks"])  # that have it
PLACED = nodes.classes("PositionalColumn")
BY_PATTERN = (*nodes.classes("Columns"), *PLACED)
_FOREIGN = later.pattern(r"\[\^?\[|\)[*+{]|\\[^\W\d]")  # in a pattern: what means something else here, or may take long
_REPEATING = later.pattern(r"[*+?{]")
_MOST_REPEATS = 3  # of a pattern: each may try as many places as a name has letters
_COMPARING = (exp.Like, exp.ILike, exp.EQ, exp.NEQ, exp.In)
_CHOOSING_NONE = (exp.Query, exp.Where, exp.Literal, exp.Identifier)


def chooses(node: Any) -> bool:
    """Return whether an expression has ``COLUMNS(…)`` in it, outside of queries and of FILTER."""
    if isinstance(node, _CHOOSING_NONE) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier)):
        return False
    return _is_choice(node) or any(map(chooses, node.iter_expressions()))


def choices(node: Any) -> list[Any]:
    """Return what chooses columns in an expression, outside of queries and of FILTER."""
    return [one for one in node.walk(prune=lambda part: isinstance(part, _CHOOSING_NONE)) if _is_choice(one)]


def _is_choice(node: Any) -> bool:
    """Whether this is ``COLUMNS(…)`` or, of one table, ``t.COLUMNS(…)``."""
    if isinstance(node, PLACED):  # one column, and a value like another where it is a part of an expression
        return _stands_alone(node)
    if not isinstance(node, exp.Dot) or not isinstance(node.this, exp.Identifier):
        return isinstance(node, BY_PATTERN)
    inner = node.expression
    called = isinstance(inner, exp.Anonymous) and inner.name.upper() == "COLUMNS" and len(inner.expressions) == 1
    return bool(BY_PATTERN) and called


def _stands_alone(node: Any) -> bool:
    """Whether this is all of an entry of a list, but for parentheses and an alias."""
    around = node.parent
    while isinstance(around, exp.Paren | exp.Alias):
        around = around.parent
    return around is None or isinstance(around, exp.Select)


def choice(dialect: Dialect, node: Any, scope: Scope) -> list[Output] | None:
    """Return the columns that it chooses; None where that is not known."""
    if not isinstance(node, exp.Dot):
        return chosen_of(node, (item for relation in scope.relations.values() for item in relation.items))
    relation = scope.relation(dialect.table(node.this))
    by = BY_PATTERN[0](this=node.expression.expressions[0].copy())
    return None if relation is None else chosen_of(by, relation.items)


def chosen_of(columns: Any, items: Iterable[Item]) -> list[Output] | None:
    """Return the columns that ``COLUMNS(…)`` chooses among ``items``; None where that is not known."""
    by = columns.this
    known = list(items)
    outputs = [item for item in known if isinstance(item, Output)]
    if len(outputs) != len(known):
        return None
    if isinstance(columns, PLACED):
        return outputs[int(by.name) - 1 : int(by.name)] if by.name.isdigit() else None
    if isinstance(by, exp.Star) and not by.args.get("replace") and not by.args.get("rename"):
        left_out = {part.name.lower() for part in by.args.get("except_") or ()}
        return [one for one in outputs if one.name.lower() not in left_out]
    if isinstance(by, exp.Array) and all(isinstance(part, exp.Literal) for part in by.expressions):
        named = [part.name.lower() for part in by.expressions]
        return [one for one in outputs if one.name.lower() in named]
    if not isinstance(by, exp.Literal):
        told = _telling(by)
        return None if told is None else [one for one in outputs if told(one.name)]
    if _FOREIGN.search(by.name) or len(_REPEATING.findall(by.name)) > _MOST_REPEATS:
        return None
    try:
        form = re.compile(by.name)
    except re.error:
        return None
    return [one for one in outputs if form.search(one.name)]


def _telling(by: Any, parameter: str = "") -> Callable[[str], bool] | None:
    """What ``lambda c: c LIKE 'a%'`` chooses names by; None where that is not known."""
    if isinstance(by, exp.Lambda) and not parameter:
        return _telling(by.this, by.expressions[0].name.lower()) if len(by.expressions) == 1 else None
    if isinstance(by, exp.Paren | exp.Not):
        inner = _telling(by.this, parameter)
        return inner if inner is None or isinstance(by, exp.Paren) else lambda name: not inner(name)
    if isinstance(by, exp.And | exp.Or):
        parts, of_them = [_telling(part, parameter) for part in by.flatten()], all if isinstance(by, exp.And) else any
        each = [part for part in parts if part is not None]
        return None if None in parts else lambda name: of_them(part(name) for part in each)
    if not isinstance(by, _COMPARING) or not isinstance(by.this, exp.Identifier | exp.Column):
        return None
    with_it = by.expressions if isinstance(by, exp.In) else [by.expression]
    told = all(isinstance(one, exp.Literal) and one.is_string for one in with_it)
    if not told or not with_it or by.this.name.lower() != parameter or by.this.args.get("table"):
        return None
    if isinstance(by, exp.Like | exp.ILike):
        form, unlike = like(by.expression.name, ignore_case=isinstance(by, exp.ILike)), bool(by.args.get("negate"))
        return lambda name: (form.fullmatch(name) is not None) is not unlike
    named, other = frozenset(one.name for one in with_it), isinstance(by, exp.NEQ)
    return lambda name: (name in named) is not other


def like(pattern: str, *, ignore_case: bool) -> re.Pattern[str]:
    """Return the pattern of LIKE as one of Python."""
    first, *others = ("".join("." if sign == "_" else re.escape(sign) for sign in part) for part in pattern.split("%"))
    each = [f"(?>.*?{part})" for part in others[:-1] if part]  # the first place will do, and is never gone back from
    form = "".join((first, *each, *(f".*{part}" for part in others[-1:])))
    return re.compile(form, re.IGNORECASE if ignore_case else 0)
