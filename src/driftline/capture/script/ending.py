"""Which names hold, after a loop, what one of its rounds alone has made: the last one, or one that was chosen.

Enters: a loop, and what is known of the names that it reads. Leaves: names. A name that a round reads before it writes
it, or that is made of such a name or of what the loop adds to, carries something over from round to round.
"""

import ast
from collections.abc import Callable, Iterable


def of_one_round(node: ast.For | ast.AsyncFor, grows: Callable[[str], bool]) -> set[str]:
    """Return the names that hold what one round has made without anything of the rounds before.

    Args:
        node: the loop.
        grows: whether a name stands for something that the loop changes in place.
    """
    written = _stored([node])
    fresh = _stored([node.target])
    carried = {name for name in _loaded(node.body) - written if grows(name)}
    for one in node.body:
        old = _loaded([one]) & (written | carried) - fresh
        stored = _stored([one])
        always = stored if isinstance(one, ast.Assign | ast.AnnAssign) else stored & fresh
        fresh = fresh - stored if old else (fresh - stored) | always
    bound: dict[str, list[bool]] = {}  # whether each value that a name is given is of its round
    for one in (one for part in node.body for one in ast.walk(part) if isinstance(one, ast.Assign)):
        for name in _stored(one.targets):
            bound.setdefault(name, []).append(not _loaded([one.value]) & (written | carried) - fresh)
    added = _stored(_other_stores(node.body))
    return fresh | {name for name, known in bound.items() if all(known) and name not in added}


def _other_stores(body: Iterable[ast.stmt]) -> Iterable[ast.AST]:
    for one in (one for part in body for one in ast.walk(part)):
        if isinstance(one, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor | ast.NamedExpr):
            yield one.target
        elif isinstance(one, ast.withitem) and one.optional_vars is not None:
            yield one.optional_vars


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    return {one.id for one in _names(nodes) if isinstance(one.ctx, ast.Store)}


def _loaded(nodes: Iterable[ast.AST]) -> set[str]:
    nodes = list(nodes)
    added = {
        one.target.id
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
    }
    return added | {one.id for one in _names(nodes) if isinstance(one.ctx, ast.Load)}


def _names(nodes: Iterable[ast.AST]) -> Iterable[ast.Name]:
    return (one for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name))
