"""What Python opens, told by its own audit events: the second opinion on what the hooks record.

Enters: ``open`` events of the interpreter, and those of locks, which go to ``locks``. Leaves: on the run of the
context, the paths that it opened; later, those that no hook has claimed and that still exist, without Python's own
files. An audit hook cannot be taken off: a flag switches it. Never raises, opens nothing itself. What libraries open in
C++ (Arrow, Polars, DuckDB) raises no such event; only hooks see that.
Source: https://docs.python.org/3/library/audit_events.html.
"""

import functools
import os
import re
import stat
import sys
import sysconfig
import time
from collections.abc import Iterable
from typing import Any

from driftline import later
from driftline.capture.ground import locks, own, place
from driftline.capture.ground.place import absolute

NAMED = 100  # files of a run that are named one by one
LIMIT = 10_000  # files of a run that are remembered
FURTHER = "openings of further files"
_WRITING = frozenset("wax+")  # what a mode says
_LOCKING = frozenset(("fcntl.lockf", "fcntl.fcntl"))
_CODE = (".gitignore", ".py", ".pyc", ".pyi", ".so", ".pyd", ".dll", ".dylib", ".pth", ".ttf", ".ttc", ".otf", ".afm")
_FOLDERS = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/", "/usr/lib/", "/run/", "/System/", "/Library/")
_INSIDE = ("/site-packages/", "/dist-packages/", "/.git/", "/__pycache__/", "/.cache/", "/.config/", "/.ipython/")
_OUTSIDE = (
    "/mlruns/",
    "/.metaflow/",
    "/.driftline/",
    "/.matplotlib/",
    "/fonts/",
    "/zoneinfo/",
    "/.jupyter/",
    "/.local/share/",
    "/.telemetry/",
    "/compute_logs/",
    "/.ray/",
    "/ray/session_",
)
_BOOKS = tuple(  # of dbt
    f"/target/{name}"
    for name in ("manifest.json", "run_results.json", "catalog.json", "sources.json", "semantic_manifest.json",
                 "graph_summary.json", "graph.gpickle", "partial_parse.msgpack", "perf_info.json")
)  # fmt: skip
_OWN = (*_CODE, *_BOOKS)
_ASIDE = later.pattern("|".join(map(re.escape, (*_INSIDE, *_OUTSIDE))))


class _State:
    """The flag, and who is told; set by ``watch``."""

    def __init__(self) -> None:
        self.on = False
        self.installed = False
        self.around: Any = None  # () -> the run around the user's own code, or None
        self.told: Any = None  # (path, read or write, frame), of what the user's own code opens


_state = _State()


def install(around: Any, told: Any = None) -> None:
    """Switch on.

    Args:
        around: returns the run around the user's own code, whose ``opened`` takes (path, read or write).
        told: called with the same, and the frame that does it, for each file that is there to be opened.
    """
    _state.around, _state.told = around, told
    _state.on = True
    if not _state.installed:
        _state.installed = True
        sys.addaudithook(_heard)


def switch_off() -> None:
    """Switch off; the hook stays, and costs a comparison."""
    _state.on = False


def watching() -> bool:
    """Whether what Python opens is heard of."""
    return _state.on


def _heard(event: str, args: tuple[Any, ...], state: _State = _state, locking: frozenset[str] = _LOCKING) -> None:
    """Called from inside every open of the process: it must never raise.

    It looks at nothing outside of itself before it tries: as Python ends, all names of this module become None, and the
    user's own objects may still be thrown away after that. Python calls it for very much else, too: what it is given
    beside that has places, as names would take longer.
    """
    try:
        if event == "open":
            if state.on:
                given, mode, flags = args
                _note(given, mode, flags)
        elif event in locking:
            locks.heard(event, args)
    except Exception:  # whatever it is: the event would not take place
        return


def _note(given: Any, mode: Any, flags: Any) -> None:
    if isinstance(given, int):
        return
    inside = own.inside()
    if inside is own.OURS:
        return
    text: str = given if isinstance(given, str) else os.fsdecode(given)
    settled = _begins(text)
    if settled is None:
        return
    if isinstance(mode, str):
        writes = not _WRITING.isdisjoint(mode)
    else:
        writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
    key = (text if settled else absolute(text), "write" if writes else "read")
    if inside is not None:
        _keep(inside, key, whole=True)
        return
    run: Any = _state.around()
    if run is not None:
        _keep(run, key, whole=False)
        if _state.told is not None and (writes or os.access(text, os.F_OK)):
            _state.told(*key, sys._getframe(2))


@functools.lru_cache(maxsize=LIMIT)
def _begins(text: str) -> bool | None:
    """Whether a path, as it was given, is an absolute one as it is looked for later; None where it is no data's."""
    passed = text.endswith(_CODE) or text.startswith(_FOLDERS) or "\0" in text
    return None if passed else os.path.isabs(text) and absolute(text) == text


def told(run: Any, path: str, way: str) -> None:
    """Note that a library opens a file for a run, of which Python hears nothing; ``way`` is read or write."""
    _keep(run, (absolute(path), way), whole=False)


def _keep(run: Any, key: tuple[str, str], *, whole: bool) -> None:
    """Note an opening on a run, or on a call that is recorded as a ``whole``."""
    opened = run.opened
    if key in opened:
        if not whole:
            path, way = key
            if way == "write":
                run.trace.again.pop(path, None)
            elif (path, "write") in opened:  # when it was first opened to read what the run has written there last
                run.trace.again.setdefault(path, time.time_ns())
    elif whole or len(opened) < LIMIT:
        opened[key] = time.time_ns()
    elif key not in run.trace.attributed:
        run.gap(FURTHER)


def left_over(opened: Iterable[tuple[str, str]], attributed: set[str], home: str) -> list[tuple[str, str, int]]:
    """Return (path, read or write, bytes) of the files that nothing recorded accounts for and that still exist."""
    opened = tuple(opened)
    if not opened:
        return []
    recorded = {os.path.abspath(path) for path in attributed}
    ours = (os.path.join(os.path.abspath(home), ""), *installed())
    others = [
        (path, way) for given, way in opened if (path := absolute(given)) not in recorded and not _ignored(path, ours)
    ]
    if not others:
        return []  # as for most runs: what a path itself says is known without asking for every link in it
    known = recorded | {os.path.realpath(path) for path in attributed}
    found: dict[str, tuple[str, str, int]] = {}
    for path, way in others:
        if path in known or (path in found and way == "read"):
            continue
        real = os.path.realpath(path)
        if real in known or _ignored(real, ours):
            continue
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            continue  # it was never there, or has vanished as temporary files do
        if stat.S_ISREG(state.st_mode):
            found[path] = (path, way, state.st_size)
    return list(found.values())


def foreign(path: str, home: str) -> bool:
    """Whether a file is Python's own, Driftline's, the system's or a cache, and so no data of the user's."""
    ours = _ours(home) if os.path.isabs(home) else (os.path.join(os.path.abspath(home), ""), *installed())
    real = place.real(absolute(path))
    return _ignored(real, ours) or (real != path and _ignored(path, ours))


@functools.lru_cache(maxsize=16)
def _ours(home: str) -> tuple[str, ...]:
    """Return the folders of Python, its packages and Driftline, whose path is absolute."""
    return os.path.join(os.path.abspath(home), ""), *installed()


def is_book(path: str) -> bool:
    """Whether a file is one in which dbt keeps what it knows of a project, and so no data of the user's."""
    return path.replace(os.sep, "/").endswith(_BOOKS)


def _ignored(path: str, ours: tuple[str, ...]) -> bool:
    slashed = path.replace(os.sep, "/")
    return (
        slashed.endswith(_OWN)
        or slashed.startswith(_FOLDERS)
        or path.startswith(ours)
        or _ASIDE.search(slashed) is not None
        or ("/joblib/" in slashed and slashed.endswith("/metadata.json"))  # of what ``joblib.Memory`` keeps
    )


@functools.cache
def installed() -> tuple[str, ...]:
    """Return the folders that Python and its packages are installed in."""
    names = ("stdlib", "platstdlib", "purelib", "platlib", "include", "scripts")
    paths = {sysconfig.get_path(name) for name in names} | {os.path.dirname(os.__file__)}
    return tuple(os.path.join(path, "") for path in sorted(filter(None, paths)))
