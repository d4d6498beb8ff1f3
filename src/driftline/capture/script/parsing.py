"""A text as a syntax tree, made so that nobody is disturbed.

Enters: a text. Leaves: its tree, or what it is compiled to; no warning, as Python has warned of the user's text when it
was loaded. In Python up to 3.11.7 and 3.12.1 all threads share one counter while a tree is made: where two make one at
the same time, either is told ``AST constructor recursion depth mismatch``. Threads change there only inside of what the
garbage collector calls; hence, there alone, it rests while ours is made, and ours waits for somebody else's.
Source: https://github.com/python/cpython/issues/106905.
"""

import ast
import gc
import sys
import threading
import time
from types import FrameType
from typing import Any

from driftline.capture.ground.unwarned import TEXT, unwarned

_SHARED = sys.version_info < (3, 11, 8) or (3, 12) <= sys.version_info < (3, 12, 2)  # the counter
_TRIES = 1_000  # times that somebody else is waited for: on a busy machine the other one may wait for long itself
_PAUSE = 0.005  # seconds
_MAKER = ast.parse.__code__
_OTHERS = frozenset(("ast_parse",))  # of IPython


def parsed(text: str) -> ast.Module:
    """Return the tree of a text.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it holds what no Python may hold, or somebody else makes trees all the time.
    """
    if not _SHARED:
        return _tree(text)
    for _ in range(_TRIES):
        if not _busy():
            return _made(text)
        time.sleep(_PAUSE)
    raise ValueError("another thread parses all the time")


def compiled(text: str, flags: int = 0) -> Any:
    """Return what ``compile`` makes of a text, without the warnings.

    Raises:
        SyntaxError: it is no Python.
        ValueError: it holds what no Python may hold.
    """
    with unwarned():
        return compile(text, TEXT, "exec", flags, dont_inherit=True)


def _made(text: str) -> ast.Module:
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _tree(text)
    finally:
        if collecting:
            gc.enable()


def _tree(text: str) -> ast.Module:
    tree = compiled(text, ast.PyCF_ONLY_AST)
    assert isinstance(tree, ast.Module)
    return tree


def _busy() -> bool:
    """Whether another thread is making a tree."""
    own = threading.get_ident()
    for thread, top in sys._current_frames().items():
        frame: FrameType | None = top
        while frame is not None and thread != own:
            code = frame.f_code
            if code is _MAKER or (code.co_name in _OTHERS and "compile" in code.co_names):
                return True
            frame = frame.f_back
    return False
