"""What ``watch`` loads is set aside from garbage collection, where all that there is by then is Python's and ours.

Enters: what loads it, and the frame that called ``watch``. Leaves: its objects, and those that Python begins with,
where the collector does not look (``gc.freeze``), until the program ends: in one whose heap grows, each full collection
would go through them. They are given back before Python takes its modules apart, as a file that is open in a module
which the collector passes over would never be written out. Never sets aside what the user's program has made: then, and
where anybody has an opinion of the collector, that is left as it is. Source: https://docs.python.org/3/library/gc.html.
"""

import _thread
import atexit
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType
from typing import Any

from driftline.capture.ground import aliases, imported, resting

_FEW = 14_000  # objects; 6,000 are there when Python starts, 4,000 of ours by then
_ALREADY = 1_000  # objects that Python may have set aside itself as it starts; 3.12 does so with 375
_OF_PYTHON = ("__loader__", "__spec__", "__builtins__", "__annotations__")
_PLAIN = frozenset((bool, int, float, complex, str, bytes, type(None), ModuleType))
_DESCRIBING = frozenset(("typing", "__future__"))  # modules whose objects have no life of their own


class _State:
    held = 0  # objects that were set aside


def while_loading(act: Callable[[], bool], caller: FrameType) -> None:
    """Call ``act``, once, and set aside what it loads, unless it returns False; ``caller`` is who called ``watch``."""
    may = False
    with suppress(Exception):
        may = _untouched() and _at_the_top(caller) and _nothing_made(caller.f_globals)
    if not may:
        act()
        return
    gc.collect()  # what the first lines have made and dropped already is not kept for that
    try:
        gc.disable()
        if act():
            gc.freeze()
            _State.held = gc.get_freeze_count()
            atexit.register(back)
    finally:
        gc.enable()


def back() -> None:
    """Give back what was set aside, when the program ends."""
    if _State.held:
        _State.held = 0
        if resting.untouched():
            gc.collect(1)  # what is young comes behind what is old
            gc.freeze()  # and all of it behind what was set aside, as objects are finalized in the order they stand in
        gc.unfreeze()
        atexit.unregister(back)


def back_at_once() -> None:
    """Give it back while the program goes on, unless it has set aside more itself since: all of it would come back."""
    if gc.get_freeze_count() <= _State.held:
        back()


def _untouched() -> bool:
    """Whether the collector is as Python starts with it, and nobody else is at work."""
    if not resting.untouched() or gc.get_freeze_count() >= _ALREADY:
        return False
    return not _thread._count() and len(gc.get_objects()) < _FEW


def _at_the_top(caller: FrameType) -> bool:
    """Whether it was called by the script itself, which nothing but the interpreter runs, and nobody types."""
    if hasattr(sys, "ps1") or caller.f_code.co_name != "<module>":
        return False
    if caller.f_globals is not imported.of("__main__"):
        return False
    outer = caller.f_back
    while outer is not None and outer.f_code.co_filename == "<frozen runpy>":  # python -m
        outer = outer.f_back
    return outer is None


def _nothing_made(held: dict[str, Any]) -> bool:
    """Whether the script holds only what it has imported and plain constants, and has imported no module of its own."""
    if not all(_found(value) for name, value in held.items() if name not in _OF_PYTHON):
        return False
    folder = os.path.dirname(os.__file__)  # where some systems have their own first module, too
    users = (held for name, _, held in imported.modules() if name != "__main__" and aliases.is_users(name, held))
    return all(held["__file__"].startswith(folder) for held in users)


def _found(value: Any) -> bool:
    kind = type(value)  # and not what it says of itself: what stands for another object would make that one now
    if kind in _PLAIN or kind.__module__ in _DESCRIBING:
        return True
    return issubclass(kind, type | FunctionType | BuiltinFunctionType) and value.__module__ != "__main__"
