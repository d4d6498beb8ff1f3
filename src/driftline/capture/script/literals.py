"""Large literals: a table that a script spells out has few columns and many rows, which all say the same.

Enters: the elements of a list. Leaves: those that are to be looked at, and one that stands for the rows that are not:
records and tuples of nothing but constants, after the first ``MAX_ROWS``.
"""

import ast
from collections.abc import Sequence
from typing import Any

from driftline.capture.script.memory import Memory
from driftline.capture.script.values import Items, Pairs, Thing, Value

MAX_ROWS = 128


def shortened(memory: Memory, elements: Sequence[ast.expr]) -> tuple[list[ast.expr], Value | None]:
    """Return the elements without rows of constants after the first, and what stands for those."""
    kept, width, names = list(elements[:MAX_ROWS]), 0, dict[Any, Value]()
    for one in elements[MAX_ROWS:]:
        if isinstance(one, ast.Dict) and _constant([*one.keys, *one.values]):
            names |= {key.value: Thing() for key in one.keys if isinstance(key, ast.Constant)}
        elif isinstance(one, ast.List | ast.Tuple) and _constant(one.elts):
            width = max(width, len(one.elts))
        else:
            kept.append(one)
    if len(kept) == len(elements):
        return kept, None
    return kept, memory.new(Pairs(names) if names else Items((Thing(),) * width, kind="tuple"))


def _constant(nodes: Sequence[ast.expr | None]) -> bool:
    return all(
        isinstance(one, ast.Constant) or (isinstance(one, ast.UnaryOp) and isinstance(one.operand, ast.Constant))
        for one in nodes
    )
