"""Whether a loop comes to each element of a list in turn, by its place.

Enters: loops, and an element as the text spells it. Leaves: whether its rounds change every element, as those of
``for i in range(len(rows))`` change ``rows[i]``, and not one of many.
"""

import ast
from collections.abc import Iterable, Sequence
from functools import cached_property

from driftline.capture.script.values import Scope

_STEPS = (1, -1)


class Round:
    """A round of a loop, with what it counts and what it adds to, which is looked up where somebody asks."""

    def __init__(self, loop: ast.For | ast.AsyncFor | ast.While, scope: Scope) -> None:
        self.scope = scope
        self._loop = loop

    @cached_property
    def counting(self) -> frozenset[str]:
        """The names that are one place after the other."""
        loop = self._loop
        if isinstance(loop, ast.While):
            return frozenset(_counted(loop.body)) - frozenset(_ending(loop.test))
        target = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target
        along = isinstance(target, ast.Name) and any(_goes_along(one) for one in ast.walk(loop.iter))
        return frozenset({target.id} if along and isinstance(target, ast.Name) else ())

    @cached_property
    def grown(self) -> frozenset[str]:
        """The lists to which it may add an element, which is the last one then."""
        return frozenset(_added_to(self._loop.body))


def each(rounds: Sequence[Round], node: ast.Subscript) -> bool:
    """Whether these rounds take each element; ``node`` is it, as it stands in them."""
    if _spelled(node.slice) == -1:
        wanted = ast.dump(node.value)
        return any(wanted in one.grown for one in rounds)
    names = {one.id for one in ast.walk(node.slice) if isinstance(one, ast.Name)}
    return any(not names.isdisjoint(one.counting) for one in rounds)


def _counted(body: Iterable[ast.stmt]) -> Iterable[str]:
    for one in (one for part in body for one in ast.walk(part)):
        match one:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub(), value=ast.Constant(value=1)):
                yield name


def _ending(test: ast.expr) -> Iterable[str]:
    """What goes no further than to a number that the text spells out."""
    for one in ast.walk(test):
        match one:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Lt() | ast.LtE()], comparators=[end]) if _spelled(end):
                yield name


def _added_to(body: Iterable[ast.stmt]) -> Iterable[str]:
    for one in (one for part in body for one in ast.walk(part)):
        match one:
            case ast.Call(func=ast.Attribute(value=grown, attr="append")):
                yield ast.dump(grown)


def _goes_along(node: ast.AST) -> bool:
    """``enumerate``, or a ``range`` without gaps whose end the text does not spell out."""
    match node:
        case ast.Call(func=ast.Name(id="enumerate")):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[start, stop, step]):
            return _spelled(step) in _STEPS and None in (_spelled(start), _spelled(stop))
        case ast.Call(func=ast.Name(id="range"), args=args):
            return any(_spelled(one) is None for one in args)
    return False


def _spelled(node: ast.expr) -> int | None:
    """Return a number that the text spells out; None of anything else."""
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None
