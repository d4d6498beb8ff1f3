"""A text as a syntax tree, made so that nobody is disturbed.

Enters: a text. Leaves: its tree, or what it is compiled to; no warning, as Python has warned of the user's text when it
was loaded. All threads share one counter while a tree is made: where two make one at the same
time, either is told ``AST constructor recursion depth mismatch``. Threads change there only inside of what the garbage
collector calls; hence it rests while ours is made, and ours waits where somebody else's is being made.
Source: https://github.com/python/cpython/issues/106905.
"""

import ast
import gc
import sys
import threading
import time
from typing import Any

from driftline.capture.unwarned import TEXT, unwarned

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
        tree = compiled(text, ast.PyCF_ONLY_AST)
    finally:
        if collecting:
            gc.enable()
    assert isinstance(tree, ast.Module)
    return tree


def _busy() -> bool:
    """Whether another thread is making a tree."""
    own = threading.get_ident()
    for thread, top in sys._current_frames().items():
        frame = top
        while frame is not None and thread != own:
            code = frame.f_code
            if code is _MAKER or (code.co_name in _OTHERS and "compile" in code.co_names):
                return True
            frame = frame.f_back  # type: ignore[assignment]
    return False
