"""The source columns behind one polars expression, and how each of them reaches its value.

Enters: an expression and the shape of the frame that it is used on. Leaves: output columns with their edges. Only the
public metadata of expressions is used: ``meta.pop`` gives the operands, the text of an expression names the operation,
``meta.root_names`` is the fallback where neither is understood. Aggregates are AGGREGATION, conditions of when/then and
filters inside an expression CONDITIONAL, as is what tells which values are taken (``gather``, ``max_by``), what
when/then chooses goes on as it is, what ``over`` and ``sort_by`` name is WINDOW, the rest TRANSFORMATION. Which of
several columns a function of the user's looks at is not known.
"""

import datetime as dt
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from driftline.capture.frames import parts
from driftline.capture.frames.shape import Shape
from driftline.capture.sql.relation import (
    AGGREGATION,
    CONDITIONAL,
    GUESSED,
    IDENTITY,
    NONE,
    TRANSFORMATION,
    WINDOW,
    Edges,
    Kind,
    doubted,
    step,
    through,
)

_OPERATION = re.compile(r"\.([a-z_0-9.]+)\(")
AGGREGATES = frozenset((
    "all", "any", "approx_n_unique", "arg_max", "arg_min", "bitwise_and", "bitwise_or", "bitwise_xor", "count", "cov",
    "covariance", "entropy", "first", "has_nulls", "implode", "item", "kurtosis", "last", "len", "max", "max_by",
    "mean", "median", "min", "min_by", "mode", "n_unique", "nan_max", "nan_min", "null_count", "pearson_correlation",
    "product", "quantile", "skew", "spearman_rank_correlation", "std", "sum", "var",
))  # fmt: skip
_TYPED = re.compile(r"\bcs\.(?!all\b|by_name\b|starts_with|ends_with|contains|matches|first\b|last\b|by_index|exclude)")
_FIELD = re.compile(r"\.struct\.field_by_name\((.*)\)\(\)", re.DOTALL)
_RENAMED = re.compile(r"\.struct\.rename_fields\((\[.*\])\)\(\)", re.DOTALL)
_KEEPS = frozenset(("alias", "first", "last", "sort", "reverse", "unique", "drop_nulls", "implode", "explode"))
_ORDERING = frozenset((  # what else these are given orders the rows, or tells which stand together
    "over", "sort_by", "top_k_by", "bottom_k_by", "rolling",
))  # fmt: skip
_CHOOSING = frozenset((  # what else these are given tells which values are taken
    "filter", "gather", "get", "slice", "top_k", "bottom_k", "sample", "list.get", "list.gather", "list.slice",
    "list.sample", "arr.get", "arr.gather", "shift", "shift_and_fill", "list.shift", "arr.shift", "diff", "pct_change",
))  # fmt: skip
_ROWS = "len()"  # how polars calls the number of rows
_COLUMN = "Series["  # and a literal that is a column
_FILLS = "shift_and_fill"  # the last that it is given is a value
_OPAQUE = frozenset(("python_udf", "fold", "reduce", "cum_fold", "cum_reduce"))  # functions of the user's, for polars
_VALUES = (int, float, bytes, Decimal, dt.date, dt.time, dt.timedelta)  # one of them is a literal
_WIDE = 5_000  # columns that a selector is spread over

Find = Callable[[str], Edges | None]


class Unclear(Exception):
    """An expression whose columns cannot be told."""


class Chosen(NamedTuple):
    """The columns that selectors stand for, by their texts."""

    now: Mapping[str, Sequence[str]] = {}  # in the output that is asked for
    all: Mapping[str, Sequence[str]] = {}
    summed: frozenset[str] = frozenset()  # texts of what makes one column of all that is selected in it


def typed(expr: Any) -> bool:
    """Whether an expression chooses columns by their types."""
    return bool(_TYPED.search(str(expr)))


def outputs(expr: Any, shape: Shape, schema: Mapping[str, Any] | None = None) -> dict[str, Edges]:
    """Return the columns that ``expr`` makes of a frame.

    Args:
        expr: a polars expression, or the name of a column.
        shape: of the frame.
        schema: names and types of its columns, where they are known.

    Raises:
        Unclear: it chooses columns that are not known.
    """
    if isinstance(expr, str):
        return {expr: behind(shape.find, expr)}
    if not hasattr(expr, "meta"):
        return {"literal": parts.Spelled() if isinstance(expr, _VALUES) else NONE}
    if not expr.meta.has_multiple_outputs():
        name = expr.meta.output_name(raise_if_undetermined=False)
        if name is None:
            raise Unclear(str(expr)[:80])
        return {name: edges(expr, shape.find, IDENTITY)}
    return _spread(expr, shape, schema)


def names(expr: Any, shape: Shape, schema: Mapping[str, Any] | None = None) -> list[str]:
    """Return the columns that ``expr``, a name or a selector, chooses."""
    return [expr] if isinstance(expr, str) else list(outputs(expr, shape, schema))


def roots(expr: Any, shape: Shape, schema: Mapping[str, Any] | None = None) -> Edges:
    """Return all edges behind the columns that ``expr`` makes."""
    return NONE.union(*outputs(expr, shape, schema).values())


def edges(expr: Any, find: Find, kind: Kind, selected: Chosen | None = None) -> Edges:
    """Return the edges of an expression with one output, whose value goes on as ``kind``.

    Args:
        expr: the expression.
        find: what is behind a column.
        kind: of the place that the expression stands in.
        selected: the columns that each selector in it stands for this time.
    """
    try:
        return _edges(expr, find, kind, selected or Chosen())
    except RecursionError:
        plain = TRANSFORMATION if kind == IDENTITY else kind
        return NONE.union(*(through(behind(find, name), plain) for name in expr.meta.root_names()))


def behind(find: Find, name: str) -> Edges:
    """Return the edges behind a column.

    Raises:
        Unclear: there is no such column.
    """
    found = find(name)
    if found is None:
        raise Unclear(name)
    return found


def _edges(expr: Any, find: Find, kind: Kind, selected: Chosen) -> Edges:
    operands = expr.meta.pop()[::-1]
    if not operands:
        return _leaf(expr, find, kind, selected)
    text, start = str(expr), str(operands[0])
    if text in selected.summed:
        selected = Chosen(selected.all)
    part = _part(text.removeprefix(start), operands, find, kind, selected)
    if part is not None:
        return part
    first, others = _kinds(text, start)
    found = _edges(operands[0], find, _on(kind, first), selected)
    operation = _OPERATION.match(text, len(start)) if text.startswith(start) else None
    every = [found]
    if operation is None or operation[1] not in _KEEPS:
        found = frozenset(found)  # its parts may be others now
    for place, operand in enumerate(operands[1:], 1):
        last = place == len(operands) - 1
        more = IDENTITY if others is None and not last else others or CONDITIONAL
        if last and operation is not None and operation[1] == _FILLS:
            more = TRANSFORMATION
        one = _edges(operand, find, _on(kind, more), selected)
        every += [] if more[0] == "INDIRECT" else [one]
        found |= one
    opaque = operation is not None and operation[1] in _OPAQUE
    if all(isinstance(one, parts.Counted) for one in every) and not opaque:
        return parts.counted(found, every)
    if opaque and len({edge[:2] for edge in found}) > 1:
        found = doubted(found, GUESSED)  # which of them the function looks at is its own affair
    return found


def _leaf(expr: Any, find: Find, kind: Kind, selected: Chosen) -> Edges:
    """A column, what selectors stand for, a number of rows, a literal."""
    meta = expr.meta
    text = str(expr)
    chosen = selected.now[text] if text in selected.now else meta.root_names()
    if not chosen and meta.has_multiple_outputs():
        raise Unclear(text[:80])
    if len(chosen) == 1 and (meta.is_column() or text in selected.now):
        return parts.through(behind(find, chosen[0]), kind)
    if text == _ROWS:
        return parts.Counted()
    if meta.is_literal() and not text.startswith(_COLUMN):
        return parts.Spelled()
    leaf = _on(kind, TRANSFORMATION)
    return NONE.union(*(through(behind(find, name), leaf) for name in chosen))


def _part(done: str, operands: list[Any], find: Find, kind: Kind, selected: Chosen) -> Edges | None:
    """What is behind a struct or a list that is made, or a part of one; None where ``done`` is something else."""
    if done.startswith("as_struct("):
        names = [one.meta.output_name(raise_if_undetermined=False) for one in operands]
        if any(name is None or one.meta.has_multiple_outputs() for name, one in zip(names, operands, strict=True)):
            return None
        values = (_edges(one, find, kind, selected) for one in operands)
        return parts.struct(dict(zip(names, values, strict=True)))
    if done.startswith((".list.concat(", ".arr.concat(")):
        every = (_edges(one, find, _on(kind, TRANSFORMATION), selected) for one in operands)
        return parts.whole(NONE.union(*every))
    if (chosen := _FIELD.fullmatch(done)) is not None:
        return parts.field(_edges(operands[0], find, kind, selected), chosen[1])
    if (given := _RENAMED.fullmatch(done)) is not None:
        try:
            names = json.loads(given[1])
        except ValueError:  # Rust spells some letters in a way of its own
            return None
        return parts.renamed(_edges(operands[0], find, kind, selected), names)
    if done.startswith((".list.get(", ".arr.get(")) and not operands[1].meta.root_names():
        return parts.element(_edges(operands[0], find, kind, selected))
    return None


def _kinds(text: str, first: str) -> tuple[Kind, Kind | None]:
    """Return how the first operand and the others reach the value; None: all but the last, which is a condition."""
    if text.startswith(".when(") and not text.startswith(first):
        return IDENTITY, None  # what is chosen goes on as it is
    operation = _OPERATION.match(text, len(first)) if text.startswith(first) else None
    name = operation[1] if operation else ""
    if name == "alias" or name.startswith("name."):
        return IDENTITY, TRANSFORMATION
    if name in _ORDERING or (name.startswith("rolling_") and name.endswith("_by")):
        return TRANSFORMATION, WINDOW
    if name in _CHOOSING:
        return TRANSFORMATION, CONDITIONAL
    if name in ("max_by", "min_by"):
        return AGGREGATION, CONDITIONAL
    if name in AGGREGATES:
        return AGGREGATION, AGGREGATION
    return TRANSFORMATION, TRANSFORMATION


def _on(kind: Kind, more: Kind) -> Kind:
    return kind if kind[0] == "INDIRECT" else step(kind, more)


def _spread(expr: Any, shape: Shape, schema: Mapping[str, Any] | None) -> dict[str, Edges]:
    """The columns of an expression that stands for several."""
    known = dict(schema) if schema is not None else dict.fromkeys(shape.columns)
    if (schema is None and (not shape.closed or typed(expr))) or len(known) > _WIDE:
        raise Unclear(str(expr)[:80])
    leaves = {str(leaf): _expanded(leaf, known) for leaf in _selectors(expr)}
    widest = max((len(found) for found in leaves.values()), default=0)
    made = _expanded(expr, known)
    found: dict[str, Edges] = {}
    summed = frozenset(_summed(expr, known)) if widest > 1 else frozenset()
    for place, name in enumerate(made):
        if len(made) == 1 and leaves:
            found[name] = edges(expr, shape.find, IDENTITY, Chosen(leaves))
        elif len(made) == widest:
            chosen = {text: [columns[place]] for text, columns in leaves.items() if len(columns) == widest}
            chosen |= {text: columns for text, columns in leaves.items() if len(columns) == 1}
            found[name] = edges(expr, shape.find, IDENTITY, Chosen(chosen, leaves, summed))
        else:
            whole = {*expr.meta.root_names(), *(column for columns in leaves.values() for column in columns)}
            found[name] = NONE.union(*(through(behind(shape.find, column), TRANSFORMATION) for column in whole))
            if ".struct.field" in str(expr):
                found[name] = parts.some(found[name])
    if len(made) == 1 and (fields := _fields(expr, shape, schema)) is not None:
        return {made[0]: parts.struct(fields)}
    return found


def _fields(expr: Any, shape: Shape, schema: Mapping[str, Any] | None) -> dict[str, Edges] | None:
    """The fields of a struct of columns that a selector chooses; None where it is something else."""
    operands = expr.meta.pop()[::-1]
    text = str(expr)
    if len(operands) == 1 and text.startswith(f"{operands[0]}.alias("):
        return _fields(operands[0], shape, schema)
    if not text.startswith("as_struct(") or text.startswith(str(operands[0])):
        return None
    return {name: one for operand in operands for name, one in outputs(operand, shape, schema).items()}


def _selectors(expr: Any) -> Iterable[Any]:
    if expr.meta.is_column_selection(allow_aliasing=False) and not expr.meta.is_column():
        yield expr
        return
    for operand in expr.meta.pop():
        yield from _selectors(operand)


def _summed(expr: Any, known: Mapping[str, Any]) -> Iterable[str]:
    """The texts of those parts of an expression that make one column of several."""
    for operand in expr.meta.pop():
        if not operand.meta.has_multiple_outputs() or operand.meta.is_column_selection(allow_aliasing=False):
            continue
        if not _is_binary(operand) and len(_expanded(operand, known)) == 1:
            yield str(operand)
        else:
            yield from _summed(operand, known)


def _is_binary(expr: Any) -> bool:
    """Whether an expression is an operator between two, which has as many columns as they: nobody needs to ask."""
    operands = expr.meta.pop()
    return len(operands) == 2 and str(expr).startswith(f"[({operands[1]})")


def _expanded(expr: Any, known: Mapping[str, Any]) -> list[str]:
    """The names that an expression has on a frame with these columns; polars says them, of a frame without rows."""
    polars = sys.modules["polars"]
    tries = (
        [known] if all(known.values()) else [dict.fromkeys(known, polars.Int64), dict.fromkeys(known, polars.String)]
    )
    for schema in tries:
        try:
            return list(polars.LazyFrame(schema=schema).select(expr).collect_schema().names())
        except polars.exceptions.PolarsError:
            continue
    raise Unclear(str(expr)[:80])
