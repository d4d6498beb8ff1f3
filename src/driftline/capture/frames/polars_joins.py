"""What the joins of polars do: which columns the result has, and which columns pair the rows.

Enters: the shapes of both sides and the arguments. Leaves: the shape of the result. Keys of either side shape all rows
(JOIN); of a key that both sides share the result has one column, whose value is that of the side which is kept. Source:
the reference of ``LazyFrame.join``, ``join_asof``, ``join_where`` and ``update``.
"""

from collections.abc import Sequence
from typing import Any

from driftline.capture.frames import expression
from driftline.capture.frames.polars_rules import Rule, Taken, flat
from driftline.capture.frames.shape import Shape
from driftline.capture.sql.relation import FILTER, JOIN, NONE, Edges


def join(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Rows of two frames by equal keys."""
    other = others[0]
    how = str(taken.argument(1, "how", "inner"))
    left, right = _keys(taken, 0)
    edges = _side(frame, left) | _side(other, right)
    if how in ("semi", "anti"):
        return frame.shaped(_side(frame, left), FILTER).shaped(_side(other, right), FILTER)
    merged = taken.kwargs.get("coalesce")
    merged = how not in ("full", "outer") if merged is None else merged
    names = list(zip(left, right, strict=False)) if merged and how != "cross" else []
    return _beside(frame, other, names, how, str(taken.kwargs.get("suffix", "_right"))).shaped(edges, JOIN)


def nearest(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Rows of two frames by the nearest key."""
    other = others[0]
    left, right = _keys(taken, None)
    by_left, by_right = _pair(taken.kwargs, "by", "by_left", "by_right")
    edges = _side(frame, left + by_left) | _side(other, right + by_right)
    names = [(one, two) for one, two in zip(left, right, strict=False) if taken.kwargs.get("coalesce", True)]
    names += zip(by_left, by_right, strict=False)
    return _beside(frame, other, names, "left", str(taken.kwargs.get("suffix", "_right"))).shaped(edges, JOIN)


def where(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Rows of two frames that meet conditions, which name columns as the result has them."""
    shape = _beside(frame, others[0], [], "inner", str(taken.kwargs.get("suffix", "_right")))
    return shape.shaped(NONE.union(*(expression.roots(one, shape) for one in flat(taken.args))), JOIN)


def update(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Values of another frame in place of one's own."""
    other = others[0]
    left, right = _keys(taken, 0)
    shared = [name for name in frame.columns if name in other.columns and name not in left]
    columns = {**frame.columns, **{name: frame.columns[name] | other.columns[name] for name in shared}}
    unknown = frame.unknown or other.unknown or not other.closed
    shape = frame._replace(columns=columns, rows=frame.rows | other.rows, unknown=unknown)
    return shape.shaped(_side(frame, left) | _side(other, right), JOIN)


def _keys(taken: Taken, place: int | None) -> tuple[list[Any], list[Any]]:
    given = dict(taken.kwargs)
    if place is not None and len(taken.args) > place:
        given["on"] = taken.args[place]
    return _pair(given, "on", "left_on", "right_on")


def _pair(given: Any, both: str, left: str, right: str) -> tuple[list[Any], list[Any]]:
    if given.get(both) is not None:
        keys = flat([given[both]])
        return keys, keys
    return flat([given.get(left)]), flat([given.get(right)])


def _side(shape: Shape, keys: Sequence[Any]) -> Edges:
    return NONE.union(*(expression.roots(key, shape) for key in keys))


def _beside(frame: Shape, other: Shape, merged: Sequence[tuple[Any, Any]], how: str, suffix: str) -> Shape:
    """The columns of both frames; of merged keys only those of the side that is kept."""
    names = [(_plain(left), _plain(right)) for left, right in merged]
    gone = {right for _, right in names}
    columns = dict(frame.columns)
    for left, right in names:
        kept, lost = expression.behind(frame.find, left), expression.behind(other.find, right)
        columns[left] = lost if how == "right" else kept | lost if how in ("full", "outer") else kept
    for name, edges in other.columns.items():
        if name not in gone:
            taken = name in columns or (frame.star is not None and name not in frame.without)
            columns[name + suffix if taken and name in columns else name] = edges
    both = frame.star is not None and other.star is not None
    rest = None if frame.rest is None and other.rest is None else (frame.rest or NONE) | (other.rest or NONE)
    return Shape(
        columns=columns,
        star=None if both else frame.star or other.star,
        without=frame.without | other.without | gone,
        rest=rest,
        rows=frame.rows | other.rows,
        unknown=frame.unknown or other.unknown or both,
    )


def _plain(key: Any) -> str:
    name = key if isinstance(key, str) else key.meta.output_name(raise_if_undetermined=False)
    if name is None:
        raise expression.Unclear(str(key)[:80])
    return str(name)


JOINS: dict[str, Rule] = {"join": join, "join_asof": nearest, "join_where": where, "update": update}
