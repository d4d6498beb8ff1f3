"""What child processes record of a run that their parent began: handed over through files, at once.

Enters: versions, as a child reads and writes them. Leaves: in the parent, when its run ends, the same versions on its
trace. A line is written with each call, since a pool ends its workers by a signal that leaves no time to say
anything. The files lie in ``home/runs/RUN``, one per process, and are removed by the parent.
"""

import atexit
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from driftline import later
from driftline.capture.ground import fault, place
from driftline.capture.program import openings, ways
from driftline.capture.program.sites import Read, Visit
from driftline.capture.runs import by_path, renamed
from driftline.capture.runs import collect as collecting
from driftline.capture.runs.columns import Bound, Reach
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.tables.form import Form
from driftline.event.lineage import Touched
from driftline.event.openlineage import as_json

if TYPE_CHECKING:
    import shutil
else:  # few runs have children
    shutil = later.module("shutil")

try:
    import fcntl
except ImportError:  # on Windows, where nothing is forked
    fcntl = None  # type: ignore[assignment]  # a module otherwise; asked for before it is used

FOLDER = "runs"
STALE_SECONDS = 7 * 86_400.0  # what a parent that was killed left behind is kept for so long
NEW = ".new"  # behind the same, as long as that is being written
MARK = ".open"  # behind the name of a run: the file that says that its process lives
_ENDING = ".jsonl"
_MUCH = 10_000  # versions and files that a child remembers of what it has handed over
_TRIES = 10  # at leaving a line

_inside: dict[int, int] = {}  # by thread
_registered: set[int] = set()  # the process whose end is provided for


class _Forks:
    """How often this process has begun to fork, and come to the end of that."""

    begun = 0
    ended = 0


def forks() -> int:
    """Return what ``forked`` is to be told: the number of forks that are over."""
    return _Forks.ended


def forked(since: int) -> bool:
    """Whether this process has forked, or was forking, since ``forks`` returned that; where in doubt it has."""
    return _Forks.begun != since


Said = tuple[str, str, str, str, str, str, float, bool]  # a reach


class Part(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line: a version, or what is left to say when the child ends."""

    way: Literal["read", "write", ""] = ""
    touched: Touched | None = None
    path: str = ""
    size: int = 0
    modified_ns: int = 0
    deferred: bool = False
    pending: bool = False
    at_ns: int = 0
    form: Form | None = None
    fields: dict[str, list[Said]] = {}
    rows: list[Said] = []
    facets: dict[str, dict[str, Any]] = {}
    visits: list[ways.Stop] = []  # where in the code it was written
    took: ways.Took | None = None  # what was read or opened at one place in the code
    moved: tuple[str, str] | None = None  # the former and the new path of what was opened to be written
    statements: list[str] = []
    gaps: dict[str, int] = {}
    opened: list[tuple[str, str, int]] = []  # path, read or write, when
    attributed: list[str] = []


class Stated:
    """Column edges that came from a child, bound there."""

    def __init__(self, fields: dict[str, list[Reach]], rows: list[Reach]) -> None:
        self._bound = (fields, rows)

    def bind(self, columns: tuple[str, ...] | None) -> Bound:  # noqa: ARG002 - they are bound already
        """Return the edges as the child bound them."""
        return self._bound


def leave(home: str, run: str, way: Literal["read", "write"], seen: Seen) -> None:
    """Write down that this process read or wrote ``seen`` for ``run``.

    Raises:
        OSError: the folder cannot be written.
    """
    names = None if seen.touched.fields is None else tuple(field.name for field in seen.touched.fields)
    fields: dict[str, list[Any]] = {}
    rows: list[Any] = []
    for edges in seen.edges:
        bound, shaping = edges.bind(names)
        for name, found in bound.items():
            fields.setdefault(name, []).extend(map(tuple, found))
        rows += map(tuple, shaping)
    part = Part(
        way=way,
        touched=seen.touched,
        path=seen.path,
        size=seen.size,
        modified_ns=seen.modified_ns,
        deferred=seen.deferred,
        pending=seen.pending,
        at_ns=seen.at_ns,
        form=seen.form,
        fields=fields,
        rows=rows,
        facets=seen.facets,
        visits=[stop for visit in seen.visits if (stop := ways.said(visit)) is not None],
    )
    _append(home, run, part)


def leave_place(home: str, run: str, visit: Visit, one: Read | str) -> None:
    """Write down where in the code something was read, or which path was opened there to be written.

    Raises:
        OSError: the folder cannot be written.
    """
    took = ways.taken(visit, one)
    opened = [(one, "write", time.time_ns())] if isinstance(one, str) else []  # a child may be killed before it ends
    if took is not None or opened:
        _append(home, run, Part(took=took, opened=opened))


def leave_move(home: str, run: str, source: str, target: str) -> None:
    """Write down that what was opened there to be written goes by another name.

    Raises:
        OSError: the folder cannot be written.
    """
    _append(home, run, Part(moved=(source, target)))


def leave_rest(home: str, trace: Trace) -> None:
    """Write down what has no place of its own: statements, gaps and the files that Python opened."""
    told = {seen.path for seen in (*trace.inputs, *trace.outputs) if seen.path}  # maybe in an earlier part of the run
    rest = Part(
        statements=trace.statements,
        gaps=trace.gaps,
        opened=[(path, way, when) for (path, way), when in trace.opened.items()],
        attributed=sorted(trace.attributed.union(path for path, _ in trace.opened if path in told)),
    )
    if rest != Part():
        _append(home, trace.run, rest)


def _append(home: str, run: str, part: Part) -> None:
    line, thread = as_json(part) + b"\n", threading.get_ident()
    inside = _inside.get(thread, 0)  # lines that this thread is in the midst of: a signal handler may leave one, too
    name = f"{os.getpid()}-{thread}{f'.{inside}' if inside else ''}{_ENDING}"
    _inside[thread] = inside + 1
    try:
        _append_to(_folder(home, run), name, line)
    finally:
        _inside[thread] = inside
        if not inside:
            del _inside[thread]


def _append_to(folder: str, name: str, line: bytes) -> None:
    file = os.path.join(folder, name)
    for _ in range(_TRIES):  # the parent may be taking the file, or the folder, just now
        try:
            handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
            continue
        try:
            with _alone(handle):
                state = os.fstat(handle)
                if state.st_nlink and os.write(handle, line) == len(line):
                    return
                if state.st_nlink:  # the disk is full: half a line would spoil the next one
                    os.ftruncate(handle, state.st_size)
                    raise OSError(f"{file} was written in part")
        finally:
            os.close(handle)
    raise OSError(f"{file} is removed again and again")


@contextlib.contextmanager
def _alone(handle: int) -> Iterator[None]:
    """Wait until no other process is at the file; where its file system has no locks, do without.

    The lock is given back before the file is closed: a process that was forked meanwhile has it open for longer.
    """
    with contextlib.suppress(OSError):
        _lock(handle, held=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            _lock(handle, held=False)


def _lock(handle: int, *, held: bool) -> None:
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_EX if held else fcntl.LOCK_UN)


def before_exit(finish: Callable[[None], None]) -> None:
    """Have ``finish(None)`` called when this child process ends; once per process."""
    if _registered == {os.getpid()}:
        return
    _registered.clear()
    _registered.add(os.getpid())
    process = sys.modules.get("multiprocessing.process")
    if process is not None and process.parent_process() is not None:  # it ends without atexit
        sys.modules["multiprocessing.util"].Finalize(None, finish, args=(None,), exitpriority=10)
    else:
        atexit.register(finish, None)


def forget(home: str, trace: Trace) -> None:
    """In a child that does not end: forget what is handed over, once it is much."""
    if len(trace.inputs) + len(trace.outputs) + len(trace.attributed) + len(trace.opened) < _MUCH:
        return
    leave_rest(home, trace)
    trace.inputs, trace.outputs, trace.statements, trace.gaps = [], [], [], {}
    trace.opened, trace.again, trace.attributed, trace.recalled = {}, {}, set(), {}


def collect(home: str, trace: Trace, run: str = "") -> None:
    """Add to ``trace`` what child processes have left for its run, or ``run``, and remove that; they may go on."""
    left = _folder(home, run or trace.run)
    if not os.path.isdir(left):
        return
    folder = Path(left)
    for file in sorted(folder.glob(f"*{_ENDING}")):
        thread = ways.thread_of(file.name.partition(".")[0])
        for line in _taken(file).splitlines():
            fault.attempt("offspring", _take, trace, line, thread, place.base(home))
    with contextlib.suppress(OSError):  # a child has just left something more
        folder.rmdir()


def _taken(file: Path) -> bytes:
    """Return what is in a file, which is gone then; a child that has opened it finds that out."""
    try:
        with file.open("rb") as held, _alone(held.fileno()):
            found = held.read()
            file.unlink()
    except FileNotFoundError:  # another thread of ours was faster
        return b""
    return found


def _take(trace: Trace, line: bytes, thread: int, folder: str) -> None:
    part = msgspec.json.decode(line, type=Part)
    if part.took is not None:
        ways.take(part.took, thread)
    if part.moved is not None:
        source, target = part.moved
        states = renamed.States()
        for at, _ in by_path.at(trace, "write", source):
            renamed.rename(trace, "write", at, source, target, folder, states)
        openings.renamed(source, target)
        opened = trace.opened.pop((source, "write"), 0) or time.time_ns()
        trace.opened[target, "write"] = opened
        states.setdefault(source, []).append((opened, None, None))
        renamed.noted(trace, source, target, states)
    if part.touched is not None and part.way:
        seen = Seen(
            touched=part.touched,
            path=part.path,
            size=part.size,
            modified_ns=part.modified_ns,
            deferred=part.deferred,
            pending=part.pending,
            at_ns=part.at_ns,
            form=part.form,
            facets=part.facets,
            visits=[ways.heard(stop, thread) for stop in part.visits],
        )
        if part.fields or part.rows:
            fields = {name: _reaches(found) for name, found in part.fields.items()}
            seen.edges = [Stated(fields, _reaches(part.rows))]
        collecting.add(trace, part.way, seen)
    for text in part.statements:
        collecting.statement(trace, text)
    for gap, count in part.gaps.items():
        trace.gaps[gap] = trace.gaps.get(gap, 0) + count
    for path, way, when in part.opened:
        trace.opened.setdefault((path, way), when)
    trace.attributed.update(part.attributed)


def _reaches(found: Iterable[Said]) -> list[Reach]:
    return [Reach(*one) for one in found]  # type: ignore[arg-type]  # the kind was checked when it was bound


def sweep(home: str) -> None:
    """Remove what runs have left behind whose process was killed long ago."""
    folder = os.path.join(os.path.abspath(home), FOLDER)
    if not os.path.isdir(folder):
        return
    oldest = time.time() - STALE_SECONDS
    for entry in os.scandir(folder):
        if _touched(entry) < oldest and not os.path.exists(entry.path + MARK):  # a run that is open is never old
            if entry.name.endswith(NEW):
                Path(entry.path).unlink(missing_ok=True)
            else:
                shutil.rmtree(entry.path, ignore_errors=True)


def _touched(entry: "os.DirEntry[str]") -> float:
    """When something was last left there; a file that grows does not touch its folder."""
    try:
        inside = [one.stat().st_mtime for one in os.scandir(entry.path)] if entry.is_dir() else []
        return max((entry.stat().st_mtime, *inside))
    except OSError:  # its run has just ended, and taken it
        return time.time()


def _folder(home: str, run: str) -> str:
    return os.path.join(os.path.abspath(home), FOLDER, run)


def _fork() -> None:
    _Forks.begun += 1


def _forked() -> None:
    _Forks.ended += 1


def _born() -> None:
    _Forks.ended = _Forks.begun


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: fault.attempt("fork", _fork),
        after_in_parent=lambda: fault.attempt("fork", _forked),
        after_in_child=lambda: fault.attempt("fork", _born),
    )
