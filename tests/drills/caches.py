"""What our own modules remember between calls, forgotten: else only the first piece of work would meet the long ways.

Enters: nothing but the modules that are loaded. Leaves: the same modules as after their import. They are walked, their
classes as well: whatever has a ``cache_clear`` (``functools.cache`` and ``lru_cache``) is cleared; so is each mapping,
set and ``Beside`` at the top of a module whose name is in small letters, since constants are in capitals. ``KEPT`` are
those that are no cache; a probe's queue, which stops with the process, begins anew, and so do counts of what was kept.
"""

import functools
import sys
import weakref
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from driftline.capture.explaining import followed
from driftline.capture.ground.beside import Beside
from driftline.capture.probe import background
from driftline.capture.program import openings, sites

PACKAGES = ("driftline.capture", "driftline.event", "driftline.profile", "driftline.guard", "driftline.clock")
KEPT = frozenset((
    "driftline.capture.watching.hooking:_patches",
    "driftline.capture.runs.offspring:_registered", "driftline.capture.runs.run:open_runs",
    "driftline.capture.runs.at_hand:_waiting", "driftline.guard.faults:_active",
))  # fmt: skip
_found: dict[str, list[Any]] = {}  # by module, what clears its caches
_HOLDING = dict | set | weakref.WeakKeyDictionary | weakref.WeakSet


def forget() -> None:
    """Forget all of it."""
    for name in [name for name in list(sys.modules) if name.startswith(PACKAGES)]:
        if name not in _found:
            _found[name] = list(_of(name, sys.modules[name]))
        for clear in _found[name]:
            clear()
    background._reborn()
    sites._Kept.number = sites._Kept.looked_up = openings._Kept.begun = 0  # of what was forgotten
    followed._Spent.seconds = 0.0


def _of(name: str, module: ModuleType) -> Iterator[Any]:
    """What clears the caches of a module."""
    for called, value in list(vars(module).items()):
        if isinstance(value, type):
            yield from (one.cache_clear for one in vars(value).values() if hasattr(one, "cache_clear"))
        elif isinstance(value, functools._lru_cache_wrapper):
            yield value.cache_clear
        elif called.islower() and f"{name}:{called}" not in KEPT and not called.startswith("__"):
            if isinstance(value, _HOLDING):
                yield value.clear
            elif isinstance(value, Beside):
                yield value._held.clear
