"""What probes have found, by the code of the function and the form of its arguments; in memory and on disk.

Enters: reports, under the key of what was probed. Leaves: the same, in this process and in later ones; calls of those
who wait for one. Never raises: a report that cannot be kept is found again.
"""

import functools
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from driftline.capture.ground import fault
from driftline.capture.probe import report
from driftline.capture.probe.report import FORM, Report

FOLDER = "probes"
_MOST = 10_000  # reports in memory

_known: dict[str, Report] = {}
_waiting: list[tuple[set[str], Callable[[], None]]] = []
_lock = threading.RLock()


def get(key: str, home: str = "") -> Report | None:
    """Return what is known under ``key``; on disk it is looked for where ``home`` is given."""
    found = _known.get(key)
    if found is None and home:
        found = fault.attempt("probe cache", _read, key, home)
        if found is not None:
            _keep(key, found)
    return found


def _read(key: str, home: str) -> Report | None:
    path = Path(home) / FOLDER / f"{key}.json"
    if not path.is_file():
        return None
    found = report.decode(path.read_bytes())
    return found if found.form == FORM else None


def _keep(key: str, found: Report) -> None:
    if len(_known) >= _MOST:
        _known.clear()
    _known[key] = found


def put(key: str, found: Report, home: str) -> None:
    """Keep a report, and call those who wait for it."""
    _keep(key, found)
    fault.attempt("probe cache", _write, key, found, home)
    with _lock:
        for keys, _ in _waiting:
            keys.discard(key)
        ready = [act for keys, act in _waiting if not keys]
        _waiting[:] = [one for one in _waiting if one[0]]
    for act in ready:
        fault.attempt("probe", act)


def _write(key: str, found: Report, home: str) -> None:
    folder = Path(home) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{key}.{os.getpid()}"
    part.write_bytes(report.encode(found))
    part.replace(folder / f"{key}.json")


def when(keys: Sequence[str], act: Callable[[], None]) -> None:
    """Call ``act`` once all of these reports are there."""
    with _lock:
        missing = {key for key in keys if key not in _known}
        if missing:
            _waiting.append((missing, act))
            return
    fault.attempt("probe", act)


def forget() -> None:
    """Forget everything in memory; for tests, and in a forked child, where nobody is left who could hold the lock."""
    global _lock
    _lock = threading.RLock()
    _known.clear()
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=functools.partial(fault.attempt, "fork", forget))
