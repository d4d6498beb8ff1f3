"""The fault rule: our own failures are counted, told once, and never reach the user.

Enters: the name of the piece that failed and the error. Leaves: a count per piece and one log line per kind of
failure; a hook that has failed three times is off until ``reset``. ``attempt`` and ``failed`` never raise, whatever
fails inside of them, and never touch what the user's call returned or raised; what is no ``Exception`` (the user's
Ctrl-C, the end of the process) passes through them.
"""

import contextlib
import logging
from collections.abc import Callable
from typing import Any

from driftline.errors import shown

logger = logging.getLogger("driftline")

OFF_AFTER = 3  # failures of one hook

_counts: dict[str, int] = {}
known = _counts  # true where anything has failed: hot paths look at that first
_told: set[str] = set()


def failed(piece: str, error: BaseException) -> None:
    """Count one failure of ``piece`` and log the first one of its kind."""
    with contextlib.suppress(Exception):  # a log that cannot be written: nobody is left to tell
        _failed(piece, error)


def _failed(piece: str, error: BaseException) -> None:
    count(piece)
    if piece not in _told:
        said = f"a part of it failed, '{piece}' ({shown(error)[:200]})"
        tell(piece, f"{said}; your program goes on, but what that part records may be missing")


def count(piece: str, by: int = 1) -> None:
    """Count ``by`` more of ``piece``."""
    _counts[piece] = _counts.get(piece, 0) + by


def tell(kind: str, sentence: str) -> None:
    """Log ``sentence`` unless one of this ``kind`` was logged already."""
    if kind not in _told:
        _told.add(kind)
        logger.warning("driftline: %s", sentence)


def off(piece: str) -> bool:
    """Whether ``piece`` has failed so often that it has switched itself off."""
    return _counts.get(piece, 0) >= OFF_AFTER


def attempt(piece: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return ``act(*args, **kwargs)``, or None where it failed."""
    try:
        return act(*args, **kwargs)
    except Exception as error:  # the fault rule: whatever of ours fails, the user goes on
        failed(piece, error)
        return None


def counts() -> dict[str, int]:
    """Return how often each piece has failed or lost something in this process."""
    return dict(_counts)


def reset() -> None:
    """Forget all counts, so that every hook is on again and every kind of failure is told again."""
    _counts.clear()
    _told.clear()
