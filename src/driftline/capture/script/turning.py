"""Whether a loop comes to each element of a list in turn, by its place.

Enters: loops, and an element as the text spells it. Leaves: whether its rounds change every element, as those of
``for i in range(len(rows))`` change ``rows[i]``, and not one of many.
"""

import ast
from collections.abc import Iterable, Sequence

Loop = ast.For | ast.AsyncFor | ast.While
_STEPS = (1, -1)


def each(loops: Sequence[Loop], node: ast.Subscript) -> bool:
    """Whether the rounds of one of these loops take each element; ``node`` is it, as it stands in a round."""
    if _is_last(node.slice):
        wanted = ast.dump(node.value)
        return any(wanted in _grown(loop) for loop in loops)
    names = {one.id for one in ast.walk(node.slice) if isinstance(one, ast.Name)}
    return any(not names.isdisjoint(_counting(loop)) for loop in loops)


def _is_last(key: ast.expr) -> bool:
    match key:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)):
            return True
    return False


def _grown(loop: Loop) -> Iterable[str]:
    """The lists to which each round may add an element, which is the last one then."""
    for part in loop.body:
        for one in ast.walk(part):
            match one:
                case ast.Call(func=ast.Attribute(value=grown, attr="append")):
                    yield ast.dump(grown)


def _counting(loop: Loop) -> Iterable[str]:
    """The names that are one place after the other."""
    if isinstance(loop, ast.While):
        for part in loop.body:
            for one in ast.walk(part):
                match one:
                    case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Sub(), value=ast.Constant(value=1)):
                        yield name
        return
    target = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) else loop.target
    if isinstance(target, ast.Name) and any(_goes_along(one) for one in ast.walk(loop.iter)):
        yield target.id


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


def _spelled(node: ast.expr) -> object:
    """Return the value of a literal; None of anything else."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None
