"""How long a file stays open, as the text says that opens it.

Enters: a syntax tree, and the end of a call that opened a file. Leaves: the place up to which the file is open: the end
of the ``with`` that it is opened for, its ``close``, or the end of a statement that does no more than write it.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

Place = tuple[int, int]  # line from 1, column in bytes from 0


class Open(NamedTuple):
    """How long it is open."""

    until: Place | None  # None = not known
    handed: bool = False  # it is handed to whoever called the function


UNKNOWN: Final = Open(None)
HANDED: Final = Open(None, handed=True)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_ROUND = (*_FUNCTIONS, ast.Lambda, ast.For, ast.AsyncFor, ast.While, ast.ClassDef)
_PERHAPS = (ast.If, ast.IfExp, ast.BoolOp, ast.Match, ast.ExceptHandler)
_AT_ONCE = frozenset(("copy", "copy2", "copyfile", "move", "write_bytes", "write_text"))
_WRITING = frozenset((
    "copyfileobj", "dump", "print", "savetxt", "to_csv", "to_json", "write", "writelines", "writerow", "writerows",
))  # fmt: skip


def open_until(tree: ast.Module, at: Place) -> Open:
    """Return how long the file is open that the call which ends there has opened."""
    chain = list(_chain(tree, at))
    if any(_name(node) in _AT_ONCE and _end(node) == at for node in chain if isinstance(node, ast.Call)):
        return Open(at)
    number = max((number for number, node in enumerate(chain) if isinstance(node, ast.stmt)), default=None)
    if number is None or any(isinstance(node, ast.Lambda | ast.Yield | ast.YieldFrom) for node in chain[number:]):
        return UNKNOWN
    statement = chain[number]
    if isinstance(statement, ast.Return):
        return HANDED
    if isinstance(statement, ast.With | ast.AsyncWith):
        return HANDED if _yields(statement.body) else Open(_end(statement))
    if isinstance(statement, ast.Expr):
        return Open(_end(statement)) if _name(statement.value) in _WRITING else UNKNOWN
    name = _assigned(statement, at)
    around = next((node for node in reversed(chain[:number]) if isinstance(node, (*_ROUND, ast.Module))), tree)
    ends = (
        [end for node in _within(around, at) if (end := _closed(node, name)) is not None and end > at] if name else []
    )
    return Open(max(ends, default=None))


def _chain(node: ast.AST, at: Place) -> Iterator[ast.AST]:
    """Yield a node and those inside of it, one in the other, that hold a place or end there."""
    found: ast.AST | None = node
    while found is not None:
        yield found
        found = next((one for one in _placed(found) if _begin(one) < at <= _end(one)), None)


def _placed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node that have a place, and those of children that have none."""
    for one in ast.iter_child_nodes(node):
        if hasattr(one, "end_lineno"):
            yield one
        else:
            yield from _placed(one)


def _begin(node: ast.AST) -> Place:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> Place:
    return getattr(node, "end_lineno", None) or 0, getattr(node, "end_col_offset", None) or 0


def _within(node: ast.AST, at: Place) -> Iterator[ast.AST]:
    """Yield what is executed as often as the body of a loop or of a function is, or as what ends at a place."""
    for one in ast.iter_child_nodes(node):
        yield one
        perhaps = isinstance(one, _PERHAPS) and not _begin(one) < at <= _end(one)
        if not perhaps and not isinstance(one, _ROUND):
            yield from _within(one, at)


def _yields(body: Sequence[ast.stmt]) -> bool:
    return any(
        isinstance(one, ast.Yield | ast.YieldFrom)
        for node in body
        if not isinstance(node, _FUNCTIONS)
        for one in ast.walk(node)
    )


def _name(node: ast.expr) -> str:
    """The last name of what is called."""
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _assigned(statement: ast.AST, at: Place) -> str:
    """The name that a file is assigned to; "" = none."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return ""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    [target, *others], value = targets, statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        target = next(
            (one for one, given in zip(target.elts, value.elts, strict=True) if _begin(given) < at <= _end(given)),
            target,
        )
    return target.id if isinstance(target, ast.Name) and not others else ""


def _closed(node: ast.AST, name: str) -> Place | None:
    """The place where a node closes what has that name."""
    if isinstance(node, ast.With | ast.AsyncWith):
        entered = any(isinstance(one.context_expr, ast.Name) and one.context_expr.id == name for one in node.items)
        return _end(node) if entered else None
    called = node.func if isinstance(node, ast.Call) else None
    if not isinstance(called, ast.Attribute) or called.attr != "close":
        return None
    if isinstance(called.value, ast.Name) and called.value.id == name:
        return _end(node)
    return None
