"""How a hook is put on: one attribute of a class or module is replaced, and can be put back.

Enters: the owner, the attribute and what to record. Leaves: a function with the same name, signature and
pickling that calls the original exactly once with the same arguments, then (or before, too) records on the
current run. Without a run it only calls. A hook that has failed three times only calls as well.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from driftline.capture import fault
from driftline.capture.run import Run, current_run

Record = Callable[..., None]


class Patch(NamedTuple):
    """One attribute that was replaced."""

    owner: Any
    attribute: str
    original: Any

    def undo(self) -> None:
        """Put the original back."""
        setattr(self.owner, self.attribute, self.original)


def after(owner: Any, attribute: str, record: Record) -> Patch:
    """Call ``record(run, args, kwargs)`` after each call of ``owner.attribute`` that returned."""
    original = owner.__dict__[attribute]
    piece = f"hook {getattr(owner, '__name__', owner)}.{attribute}"

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        run = current_run.get()
        if run is None or fault.off(piece):
            return original(*args, **kwargs)
        result = original(*args, **kwargs)
        noted(piece, run, record, run, args, kwargs)
        return result

    setattr(owner, attribute, call)
    return Patch(owner, attribute, original)


def noted(piece: str, run: Run, act: Callable[..., Any], *args: Any) -> Any:
    """Return ``act(*args)``; where it fails, the failure is counted and the run carries a gap."""
    try:
        return act(*args)
    except Exception as error:  # the fault rule: whatever of ours fails, the user's call is done
        fault.failed(piece, error)
        run.gap(piece)
        return None
