"""The gate: what must hold for an answer, and what happens when it does not.

The room is a function too: ``driftline.guard(fn, policy="refund-desk.guard.yaml")`` guards a function, while
``driftline.guard.policy``, ``driftline.guard.switch`` and the others are its files (docs/decisions/0003). Importing the
room loads none of them; ``inject`` and ``checked`` are looked up when they are first used.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from driftline.guard.faults import inject as inject
    from driftline.guard.wrap import checked as checked
    from driftline.guard.wrap import guard as _guard

_PLACES = {"checked": "driftline.guard.wrap", "inject": "driftline.guard.faults"}


class _Room(ModuleType):
    """A package that can be called."""

    if TYPE_CHECKING:
        __call__ = staticmethod(_guard)
    else:

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return importlib.import_module("driftline.guard.wrap").guard(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name not in _PLACES:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(_PLACES[name]), name)
        setattr(self, name, value)
        return value


sys.modules[__name__].__class__ = _Room
