"""The end of a script: the code that the interpreter ends with, whoever raised it.

Enters: the sys module. Leaves: ``SystemExit.code`` told by a descriptor in front of Python's own, and a patch on
``sys.exit``. Nothing but the interpreter itself asks for the code with no Python frame around it, and it does so
once: for the ``SystemExit`` that nobody has caught. Python 3.11 has no exception to be asked where ``sys.exit`` was
called and nothing has looked at it since; the patch catches it and lets it go on, which makes it one. ``os._exit``
asks nothing.
"""

import functools
import gc
import sys
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.ground import fault
from driftline.capture.hooks import patch, raised
from driftline.capture.hooks.patch import Patch
from driftline.capture.watching import process

if TYPE_CHECKING:
    import ctypes
else:
    ctypes = later.module("ctypes")


_kept: list["Code"] = []  # for good: Python remembers what it has found without holding it, and crashes if it is gone


class Code:
    """The attribute ``code`` of ``SystemExit``, as it was, with an ear."""

    def __init__(self, own: Any) -> None:
        self.own = own
        self.found = False  # Python looks here, and not where it remembers to have found the attribute before

    def __get__(self, error: Any, owner: Any = None) -> Any:
        """Return the code, and remember it where the interpreter asks."""
        if error is None:
            self.found = True
            return self.own
        code = self.own.__get__(error, owner)
        fault.attempt("hook SystemExit.code", _heard, code)
        return code

    def __set__(self, error: Any, code: Any) -> None:
        self.own.__set__(error, code)

    def __delete__(self, error: Any) -> None:
        self.own.__delete__(error)


def _heard(code: Any) -> None:
    try:
        sys._getframe(3)  # whoever asked, behind this function, ``attempt`` and ``__get__``
    except ValueError:
        process.exiting(code)


class _Told:
    """What was put in front of ``SystemExit.code``."""

    def __init__(self, held: dict[str, Any], own: Any) -> None:
        self._held, self._own = held, own

    def undo(self) -> None:
        """Put Python's own back."""
        _put(self._held, self._own)


def install(module: Any) -> list[Any]:
    """Put the hooks on and return what was replaced."""
    original = module.exit

    @functools.wraps(original)
    def leave(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except raised.ANY as error:  # what was caught is an object from now on, which can be asked
            raised.through(error)
            raise

    module.exit = patch.unbound(patch.unseen(leave, original), original)
    return [Patch(module, "exit", original), *(fault.attempt("hook SystemExit.code", _listen) or ())]


def _listen() -> list[_Told]:
    held = gc.get_referents(SystemExit.__dict__)[0]
    own = held["code"]
    code = Code(own)
    _kept.append(code)
    held["code"] = code
    _ = SystemExit.code
    if not code.found or SystemExit.__subclasses__():
        _renew()
    return [_Told(held, own)]


def _put(held: dict[str, Any], found: Any) -> None:
    held["code"] = found
    _renew()


def _renew() -> None:
    """Have Python look up again what it has remembered of the class."""
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(SystemExit))
