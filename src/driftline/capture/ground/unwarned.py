"""Warnings that name a line or a text of ours: nobody is told, for what the user's own call warns of names the user's.

Enters: work that is to be done so. Leaves: nothing. ``warnings.catch_warnings`` would change what other threads are
told; a filter that concerns nobody else's warnings may be seen by them.
"""

import contextlib
import re
import warnings
from collections.abc import Iterator
from typing import Any

TEXT = "<text read by driftline>"  # name of a text that is compiled to be looked at
_OURS = ("ignore", None, Warning, re.compile(rf"driftline\.|{re.escape(TEXT)}"), 0)


@contextlib.contextmanager
def unwarned() -> Iterator[None]:
    """While this lasts, no warning is told that names a module of ours or ``TEXT``."""
    filters: Any = warnings.filters
    held = isinstance(filters, list)
    if held:
        filters.insert(0, _OURS)
    try:
        yield
    finally:
        if held:
            with contextlib.suppress(ValueError):  # another thread has removed all
                filters.remove(_OURS)
