"""Where in the user's code data are read and written: the calls that led there, taken down as they happen.

Enters: the stack of a call that a hook records. Leaves: a ``Way``, which is only code objects and places in them, and
the reads of this process with the ways that led to them; what a frame holds is never kept. Which line and column that
is, is looked up when a run is reported (``path``). Frames of libraries, of the standard library and of Driftline are
left out, and those of comprehensions, which newer versions of Python do not have.
"""

import itertools
import os
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR
from opcode import opmap
from types import CodeType
from typing import Any, NamedTuple

from driftline.capture.ground import fault, launch
from driftline.capture.program import whose
from driftline.capture.script.reading import Entry
from driftline.capture.script.site import PREVIOUS, Path, Site, loading, nearest, turn_of
from driftline.event.lineage import Dataset, Field

DEEPEST = 12  # frames of the user's code; of what is called from deeper nothing is taken down
FARTHEST = 200  # frames that are looked at
_LOOKED_AT = 100  # reads at one place and thread whose indexes count
DECIDES = "\0"  # before a column of ``Visit.into`` that decides which rows there are
COMPUTED = "\2"  # before a value in ``Visit.into`` of which something is computed
MOST = 20_000  # reads that are remembered, in this process
_COMPREHENSIONS = frozenset(("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"))
_GET_ITER = opmap["GET_ITER"]


class Way:
    """The frames of the user's code that led to a call, the innermost first; the same object for the same way."""

    __slots__ = ("_path", "codes", "depth", "places", "relation", "times")

    def __init__(self, codes: tuple[CodeType, ...], places: tuple[int, ...], relation: str = "") -> None:
        self.codes = codes
        self.places = places  # of the instruction in the code, in bytes
        self.times = 0  # that it was taken
        self.relation = relation  # of objects, for which a library reads more than it was asked for
        self.depth = len(codes)
        self._path: Path | None = None

    def path(self) -> Path:
        """Return it as positions in the text, the outermost first; empty where they are not known."""
        if self._path is None:
            self._cut()
            path = _resolved(self.codes, self.places)
            self._path = loading(path, self.relation) if path and self.relation else path
        return self._path

    def entry(self) -> Entry:
        """Return where the outermost code begins: a module or a cell, or a function that a library calls."""
        self.path()
        code = self.codes[-1]
        if code.co_name == "<module>":
            return Entry(code.co_filename)
        return Entry(code.co_filename, code.co_qualname, code.co_firstlineno)

    def resumed(self) -> bool:
        """Return whether a generator or coroutine is among the callees: who goes on with it has not called it."""
        return any(code.co_flags & _RESUMED for code in self.codes[:-1])

    def _cut(self) -> None:
        """Forget what runs a script or a cell of a notebook: there a program begins, but not in what it imports."""
        own = launch.own(self.codes)
        self.codes, self.places = self.codes[:own], self.places[:own]
        for place, code in enumerate(self.codes[:-1]):
            if code.co_name == "<module>" and (
                whose.is_cell(code.co_filename) or not whose.loaded_as(code.co_filename)
            ):
                self.codes, self.places = self.codes[: place + 1], self.places[: place + 1]
                return


class Visit(NamedTuple):
    """One time that a way was taken."""

    way: Way
    order: int  # when it was, by a clock that parents and children share
    thread: int  # of a child process one that no thread here has
    part: str = ""  # of what was written: the sheet of a workbook
    into: tuple[tuple[str, str], ...] = ()  # columns of a table, with the place or name of what comes to each
    turn: int = 0  # its number among those of the way


class Read(NamedTuple):
    """What was read there."""

    order: int
    thread: int
    datasets: tuple[Dataset, ...]
    fields: tuple[Field, ...] | None = None  # of the frame that it gave; None = not known
    node: Any = None  # frames.node.Node: where its columns come from, if that is more than the datasets
    path: str = ""  # of the file that it is, where no dataset was named
    renamed: Mapping[str, str] | None = None  # its columns by those of the frame; None = they are called the same
    levels: tuple[str, ...] = ()  # of the index of the frame, by their names; none = it has none that are told


_RESUMED = CO_GENERATOR | CO_COROUTINE | CO_ASYNC_GENERATOR
_ways: dict[tuple[int, ...], Way] = {}
_relations: dict[tuple[Way, str], Way] = {}
_reads: dict[Way, dict[int, list[Read]]] = {}  # by thread
_paths: dict[Path, list[Way]] = {}
_lock = threading.Lock()
_ours: dict[int, Any] = {}  # what modules of Driftline hold, by its id: of whom their frames are, that alone tells
_FRAMES = range(FARTHEST)
_next = time.perf_counter_ns
_thread = threading.get_ident


class _Kept:
    number = 0  # of reads
    looked_up = 0  # ways whose paths are known
    wanted = True  # as ``settings.read_code`` says
    told: "Callable[[Visit, Read | str], None] | None" = None  # of each read, and of each path opened to be written


def use(*, wanted: bool) -> None:
    """Take ways down from now on, or no longer."""
    _Kept.wanted = wanted


def told() -> "Callable[[Visit, Read | str], None] | None":
    """Return who hears of it."""
    return _Kept.told


def tell(told: "Callable[[Visit, Read | str], None]") -> None:
    """Have ``told`` hear of each read from now on, and of each path that is opened to be written."""
    _Kept.told = told


def number() -> int:
    """Return a number that is another one once more was read."""
    return _Kept.number


def visit(part: str = "", frame: Any = None, near: int = 0) -> Visit | None:
    """Return how the user's code has come here; None where it has not, or from too deep.

    Args:
        part: of what was written.
        frame: from which on outwards it is looked for; default: that of the caller.
        near: as ``way_to`` has it.
    """
    if frame is None:
        frame = sys._getframe(1)
        while frame is not None and id(frame.f_globals) in _ours:
            frame = frame.f_back
    way = way_to(frame, near)
    if way is None:
        return None
    way.times = times = way.times + 1
    return Visit(way, _next(), _thread(), part, (), times - 1)


def way_to(frame: Any, near: int = 0) -> Way | None:
    """Return the way on which the user's code has come to ``frame``; None where it has not, or from too deep.

    Args:
        frame: from which on outwards it is looked for; None = there is none.
        near: within how many frames the user's code has to be, with no package and no import between; 0 = anywhere.
    """
    if not _Kept.wanted:
        return None
    key: list[int] = []
    add, of, user, here = key.append, whose.known.get, whose.USER, frame
    for step in _FRAMES:
        if frame is None:
            break
        code = frame.f_code  # Python tells of this by an audit event, which takes longer than all else here
        owner = of(code.co_filename)
        if owner is user or (owner is None and whose.is_user(code)):
            add(id(code))
            add(frame.f_lasti)
        elif not key:
            if code.co_filename.startswith(whose.OWN):
                _ours[id(frame.f_globals)] = frame.f_globals
            elif near and (step >= near or whose.ends(code.co_filename)):
                return None
        frame = frame.f_back
    found = tuple(key)
    return _ways.get(found) or _taken(found, here)


def _taken(key: tuple[int, ...], frame: Any) -> Way | None:
    """Return the way from ``frame`` outwards, which was not taken before."""
    if not 0 < len(key) <= 2 * DEEPEST:
        return None
    codes = []
    for _ in range(FARTHEST):
        if frame is None:
            break
        if id(frame.f_code) in key[::2] and whose.is_user(frame.f_code):
            codes.append(frame.f_code)
        frame = frame.f_back
    if frame is not None:
        return None  # it does not end here
    if len(_ways) >= MOST:
        _ways.clear()
    way = _ways[key] = Way(tuple(codes), key[1::2])
    return way


def read(
    datasets: Iterable[Dataset],
    fields: tuple[Field, ...] | None = None,
    node: Any = None,
    renamed: Mapping[str, str] | None = None,
    levels: tuple[str, ...] = (),
    relation: str = "",
) -> None:
    """Remember what was read where the user's code is now, by a library for a ``relation`` of what it reads there."""
    at = visit()
    if at is None:
        return
    if relation:
        if len(_relations) >= MOST:
            _relations.clear()
        way = Way(at.way.codes, at.way.places, relation)
        at = at._replace(way=_relations.setdefault((at.way, relation), way))
    take(at, Read(at.order, at.thread, tuple(dict.fromkeys(datasets)), fields, node, "", renamed, levels))


def take(at: Visit, one: Read) -> None:
    """Remember what was read there, and have it told."""
    keep(at.way, one)
    if _Kept.told is not None:
        _Kept.told(at, one)


def keep(way: Way, one: Read) -> None:
    """Remember what was read on a way."""
    held = _reads.get(way)
    if held is not None and one.thread in held:  # nearly always
        held[one.thread].append(one)
    else:
        _reads.setdefault(way, {}).setdefault(one.thread, []).append(one)
    _Kept.number += 1
    if _Kept.number > MOST:
        _forget()


def reads(path: Path) -> list[list[Read]]:
    """Return what was read there, in order, for each thread that did; of a numbered path that read alone.

    Of one call there may be two ways, as ``openings`` says.
    """
    path, turn = turn_of(path)
    alike: dict[tuple[Path, int], list[list[Read]]] = {}
    for way in _known_ways(path):
        for thread, held in list(_reads.get(way, {}).items()):
            alike.setdefault((way.path(), thread), []).append(held)
    found = [one[0] if len(one) == 1 else sorted(itertools.chain(*one), key=order_of) for one in alike.values()]
    if turn is None:
        return found
    return [found[0][turn : turn + 1]] if len(found) == 1 and turn < len(found[0]) else []


def ways(path: Path) -> list[Way]:
    """Return the ways to what was read there, as they were taken."""
    return _known_ways(path)


def levels(path: Path) -> tuple[str, ...] | None:
    """Return the levels of the index of what was read there; None where they differ from time to time."""
    found = {one.levels for held in reads(path) for one in held[-_LOOKED_AT:]}
    return found.pop() if len(found) == 1 else None


def latest(path: Path, order: int, thread: int) -> Read | None:
    """Return what was read there last before ``order``, or once before, on this thread if any was; None = nothing."""
    path, turn = turn_of(path) if turn_of(path)[1] == PREVIOUS else (path, None)
    back = 1 if turn is None else 2
    found = [one for held in reads(path) if (one := _before(held, order, back)) is not None]
    own = [one for one in found if one.thread == thread]
    return max(own or found, key=lambda one: one.order, default=None)


def every(path: Path, order: int) -> list[Read]:
    """Return all that was read there before ``order``."""
    return [one for held in reads(path) for one in held[: bisect_left(held, order, key=order_of)]]


def _before(held: list[Read], order: int, back: int) -> Read | None:
    place = bisect_left(held, order, key=order_of) - back
    return held[place] if place >= 0 else None


def order_of(one: Read | Visit) -> int:
    """Return when it happened, among all that did."""
    return one.order


def _known_ways(path: Path) -> list[Way]:
    """The ways of which the text says that they are one; those that are new since are looked up first."""
    with _lock:
        if len(_reads) != _Kept.looked_up:
            _paths.clear()
            for way in list(_reads):
                path_of = way.path()
                _paths.setdefault(path_of, []).append(way)
                if path_of and (way.resumed() or way.relation):
                    _paths.setdefault(path_of[-1:], []).append(way)  # who goes on with a generator is not who called it
            _Kept.looked_up = len(_reads)
    for begin in range(len(path)):  # what a library calls, on a thread or in a process, begins a way of its own
        found = _paths.get(path[begin:])
        if found:
            alike = nearest(path, [way.path() for way in found]) if len(found) > 1 else []
            return [way for way in found if way.path() in alike] if alike else found
    return []


def _forget() -> None:
    """Forget the older half, unless the lock is taken: it may be by what this thread was doing before a signal."""
    if not _lock.acquire(blocking=False):
        return
    try:
        if _Kept.number <= MOST:
            return
        middle = sorted(one.order for held in list(_reads.values()) for some in list(held.values()) for one in some)[
            MOST // 2
        ]
        for way, by_thread in list(_reads.items()):
            for thread, held in list(by_thread.items()):
                del held[: bisect_left(held, middle, key=order_of)]
                if not held:
                    del by_thread[thread]
            if not by_thread:
                del _reads[way]
        _Kept.number = sum(len(held) for by_thread in list(_reads.values()) for held in list(by_thread.values()))
        _Kept.looked_up = -1
    finally:
        _lock.release()


def _resolved(codes: tuple[CodeType, ...], places: tuple[int, ...]) -> Path:
    found: list[Site] = []
    inside = False  # a comprehension, whose call is no call of the user's
    for code, place, outer in zip(codes, places, (*codes[1:], None), strict=False):
        if not inside:
            site = _site(code, place, outer if code.co_name in _COMPREHENSIONS else code)
            if site is None:
                return ()
            found.append(site)
        inside = code.co_name in _COMPREHENSIONS
    return tuple(reversed(found))


def _site(code: CodeType, place: int, loops: CodeType | None) -> Site | None:
    """The end of the expression that the instruction at ``place`` belongs to; of a loop that of what it goes over."""
    position = next(itertools.islice(code.co_positions(), place // 2, None), None)
    position = (_gone_over(loops, position) if loops is not None else None) or position
    if position is None or position[1] is None or position[3] is None:
        return None
    return Site(code.co_filename, position[1], position[3])


def _gone_over(code: CodeType, loop: Any) -> Any:
    """Return the position of what a loop or a comprehension goes over; None where there is none at that position.

    Before Python 3.13 the instructions that go around span all of it, and end where its last statement does.
    """
    before = None
    for instruction, position in zip(code.co_code[::2], code.co_positions(), strict=False):
        if instruction == _GET_ITER and position == loop:
            return before
        before = position
    return None


def _reborn() -> None:
    """In a forked child: a thread of the parent that held the lock is not there."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: fault.attempt("fork", _reborn))
