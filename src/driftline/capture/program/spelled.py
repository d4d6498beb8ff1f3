"""Texts that the user's code spells out: plain constants of the code that runs, put together of nothing.

Enters: a text, and the stack of the call that was given it. Leaves: whether the user's code on that stack, or code that
lies in it, has the text among its constants. What a constant of another module is, is not known. Reads no text.
"""

import sys
from collections.abc import Iterator
from types import CodeType

from driftline.capture.ground import bounded
from driftline.capture.program import sites

_MOST = 1_000  # code objects
_DEEPEST = 8  # functions and classes inside of each other
_constants: dict[int, tuple[CodeType, frozenset[str]]] = {}  # by the id of the code, which is held


def out(text: str) -> bool:
    """Whether the user's code that has called spells a text out as it is."""
    way = sites.way_to(sys._getframe(1))
    return way is not None and any(text in _of(code) for code in way.codes)


def _of(code: CodeType) -> frozenset[str]:
    known = _constants.get(id(code))
    if known is None:
        bounded.room(_constants, _MOST)
        known = _constants[id(code)] = code, frozenset(_strings(code, _DEEPEST))
    return known[1]


def _strings(code: CodeType, depth: int) -> Iterator[str]:
    for one in code.co_consts:
        if isinstance(one, str):
            yield one
        elif isinstance(one, CodeType) and depth:
            yield from _strings(one, depth - 1)
        elif isinstance(one, tuple):
            yield from (each for each in one if isinstance(each, str))
