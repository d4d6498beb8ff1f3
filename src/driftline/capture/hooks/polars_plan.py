"""Polars: each frame remembers the one that it was made from, and by which method with which expressions.

Enters: the loaded polars module. Leaves: patches on the methods of LazyFrame (those of DataFrame are made of them) that
make a frame from frames. A patched method calls the original once with the same arguments; of frames of which nothing
is known it does nothing else. Columns are worked out from public metadata of expressions when what is written is
reported (``polars_rules``). A frame that is changed in place is forgotten.
"""

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from driftline.capture.frames import expression, node
from driftline.capture.frames.expression import Unclear
from driftline.capture.frames.node import Headers, Node, Opaque
from driftline.capture.frames.polars_joins import JOINS
from driftline.capture.frames.polars_rules import RULES, Rule, Taken, grouped, keys_of, unknown
from driftline.capture.frames.shape import NOTHING, Shape
from driftline.capture.ground import fault, own
from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import raised
from driftline.capture.hooks.patch import Patch, found_by_name, unseen

_OTHER = "any other method"
METHODS: dict[str, Rule] = {**RULES, **JOINS, _OTHER: unknown}
_SEVERAL = frozenset((*JOINS, "merge_sorted", _OTHER))
_PIECE = "polars plan"
_GROUPINGS = ("group_by", "group_by_dynamic", "rolling")
_AGGREGATIONS = ("agg", "all", "len", "count", "first", "last", "max", "mean", "median", "min", "n_unique", "quantile",
                 "sum", "head", "tail")  # fmt: skip
_EAGER = ("lazy", "head", "limit", "tail", "slice", "sample", "clone", "rechunk", "shrink_to_fit", "with_row_index")
_FRAMES = frozenset(("LazyFrame", "DataFrame"))
IN_PLACE = ("__setitem__", "insert_column", "replace_column", "drop_in_place", "extend")


class Step(NamedTuple):
    """A frame that a method has made."""

    method: str
    inputs: tuple[Node, ...]
    taken: Taken
    depth: int
    groups: Taken | None = None  # how it was grouped before

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - inputs are made
        """Return the columns; nothing where they cannot be told."""
        frame, *others = (made[id(one)] for one in self.inputs)
        try:
            if self.groups is not None:
                return grouped(frame, keys_of(frame, self.groups), self.taken, self.method)
            return METHODS[self.method](frame, others, self.taken)
        except Unclear:
            return NOTHING


class Groups(NamedTuple):
    """Groups of a frame, before they are aggregated."""

    of: Node
    taken: Taken
    frame: Any  # that it was made of, which its plan holds as well


Note = Callable[[Sequence[Any], Mapping[str, Any], Any], None]

_groups: Beside[Groups] = Beside()


def install(polars: Any, ending: Collection[str]) -> list[Patch]:
    """Put the hooks on and return what was replaced; methods in ``ending`` make no frame that goes on."""
    patches: list[Patch] = []
    lazy, eager = polars.LazyFrame, polars.DataFrame
    others = {name for name, method in vars(lazy).items() if name[0] != "_" and isinstance(method, FunctionType)}
    for name in METHODS.keys() | others.difference(ending, _GROUPINGS):
        patches += _around(lazy, name, functools.partial(_made, name if name in METHODS else _OTHER))
    patches += _around(lazy, "_collect_eager", functools.partial(_made, "collect"))
    for name in _GROUPINGS:
        patches += _around(lazy, name, _grouped)
    for name in _AGGREGATIONS:
        patches += _around(getattr(polars.lazyframe.group_by, "LazyGroupBy", None), name, functools.partial(_agg, name))
    for name in _EAGER:
        patches += _around(eager, name, functools.partial(_made, name))
    patches += _around(eager, "__getitem__", _picked) + _around(eager, "partition_by", _parted)
    patches += _around(eager, "vstack", _stacked) + _around(eager, "hstack", _put_beside)
    for name in IN_PLACE:
        patches += _around(eager, name, _forgotten)
    for name in ("concat", "union"):
        patches += _around(polars, name, _concatenated)
    return patches + _around(polars, "collect_all", _all_collected)


def _around(owner: Any, name: str, note: Note) -> list[Patch]:
    """Have ``note`` look at each call that has returned, as long as anything is known of any frame."""
    original = getattr(owner, "__dict__", {}).get(name)
    if original is None or isinstance(original, staticmethod | classmethod | property):
        return []
    noted = raised.held(_noted, note)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = original(*args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt(_PIECE, noted, args, kwargs, result)
        return result

    setattr(owner, name, unseen(call, original))
    return [Patch(owner, name, original), *found_by_name(owner, name, original, call)]


def _noted(note: Note, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    if node.any_known() and not fault.off(_PIECE):
        note(args, kwargs, result)


def _is_frame(given: Any) -> bool:
    return type(given).__name__ in _FRAMES


def _made(method: str, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    first = node.of(args[0])
    others: tuple[Node | None, ...] = ()
    rest, named = args[1:], kwargs
    if method in _SEVERAL:
        found = [one for one in (*rest, *kwargs.values()) if _is_frame(one)]
        others = tuple(node.of(one) for one in found)
        rest = tuple(one for one in rest if not _is_frame(one))
        named = {name: one for name, one in kwargs.items() if not _is_frame(one)}
    if (first is None and not any(others)) or not _is_frame(result):
        return
    inputs = tuple(one or Opaque() for one in (first, *others))
    schema = _schema(args[0], rest, named) if first is not None else None
    node.put(result, Step(method, inputs, Taken(rest, named, schema), node.deeper(inputs)))


def _picked(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:  # noqa: ARG001 - a Note's signature
    """``frame[rows, columns]``, where that is a frame: its columns go by their names."""
    known = node.of(args[0]) if _is_frame(result) else None
    if known is not None:
        node.put(result, Step("select", (known,), Taken(tuple(result.columns), {}), node.deeper((known,))))


def _parted(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    """``partition_by``: frames whose rows its keys choose, in a list or a dict."""
    known = node.of(args[0])
    if known is None:
        return
    by = (*args[1:], kwargs.get("by"))
    for one in result.values() if isinstance(result, dict) else result:
        node.put(one, Step("filter", (known,), Taken(by, {}, _schema(args[0], by, {})), node.deeper((known,))))


def _schema(frame: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Names and types of a frame's columns, asked for only where an expression chooses columns by them."""
    for one in (*args, *kwargs.values()):
        for expr in one if isinstance(one, list | tuple) else (one,):
            meta = getattr(expr, "meta", None)
            if meta is not None and meta.has_multiple_outputs() and expression.typed(expr):
                try:
                    with own.working():
                        return dict(frame.collect_schema())
                except Exception:  # whatever is wrong with the plan, the user hears it when he collects it
                    return None
    return None


def _grouped(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    known = node.of(args[0])
    if known is not None:
        taken = Taken(args[1:], kwargs, _schema(args[0], args[1:], kwargs))
        _groups.put(result, Groups(known, taken, args[0]))


def _agg(method: str, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    groups = _groups.get(args[0])
    if groups is None or not _is_frame(result):
        return
    inner = node.of(result)  # ``sum`` of groups is made of ``agg``, which has told more
    if inner is None:
        inputs = (groups.of,)
        taken = Taken(args[1:], kwargs, _schema(groups.frame, args[1:], kwargs))
        node.put(result, Step(method, inputs, taken, node.deeper(inputs), groups.taken))


def _concatenated(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    items = args[0] if args else kwargs.get("items")
    if not isinstance(items, list | tuple) or not _is_frame(result):
        return
    found = [node.of(one) for one in items]
    if any(found):
        inputs = tuple(one or Opaque() for one in found)
        how = {key: value for key, value in kwargs.items() if key == "how"}
        node.put(result, Step("concat", inputs, Taken((), how), node.deeper(inputs)))


def _stacked(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    """``frame.vstack(other)``, also in place."""
    _of_two("vstack", args[0], args[1] if len(args) > 1 else kwargs.get("other"), (), result)


def _put_beside(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    """``frame.hstack(other)`` and ``frame.hstack([series])``, also in place; where a series comes from is not known."""
    other: Any = args[1] if len(args) > 1 else kwargs.get("columns")
    names = other.columns if _is_frame(other) else [one.name for one in other] if isinstance(other, list) else None
    if names is None:
        node.forget(result)
    else:
        _of_two("hstack", args[0], other, tuple(names), result)


def _of_two(method: str, frame: Any, other: Any, names: tuple[str, ...], result: Any) -> None:
    found = (node.of(frame), node.of(other))
    if any(found) and _is_frame(result):
        inputs = tuple(one or Opaque() for one in found)
        node.put(result, Step(method, inputs, Taken(names, {}), node.deeper(inputs)))


def _all_collected(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
    frames = args[0] if args else kwargs.get("lazy_frames", ())
    if isinstance(result, list) and isinstance(frames, list | tuple):
        for frame, made in zip(frames, result, strict=False):
            node.same(frame, made)


def _forgotten(args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:  # noqa: ARG001 - Note's own
    node.forget(args[0])
