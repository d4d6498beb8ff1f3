"""The collector of garbage rests while modules are loaded in the middle of a program.

Enters: nothing. Leaves: a context in which Python looks for no garbage. What modules define stays, so that there is
none to be found; but each 700 objects bring nearer the moment at which the whole heap is gone through, which takes a
tenth of a second where large libraries are loaded. Where somebody has an opinion of the collector, or another thread of
the program's might have one meanwhile, it is left as it is.
"""

import contextlib
import gc
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def collector() -> Iterator[None]:
    """Let the collector rest, if nobody can notice."""
    if not untouched() or threading.active_count() > 1:
        yield
        return
    try:
        gc.disable()
        yield
    finally:
        gc.enable()


def untouched() -> bool:
    """Whether the collector is as Python starts with it: it is on, and nobody hears of it."""
    return gc.isenabled() and not gc.callbacks and not gc.get_debug()
