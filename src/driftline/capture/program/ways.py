"""Ways through the code of a child process, in words: what the child tells its parent of where it read and wrote.

Enters: in the child, visits and reads. Leaves: positions in the text, which begin at the function that the library
called there; in the parent, the same as visits and reads of a thread that is nobody's here. Texts are not read.
"""

import inspect
import sys
from typing import Any

import msgspec

from driftline.capture.program import openings, sites, whose
from driftline.capture.program.sites import Read, Visit, Way
from driftline.capture.script.reading import Entry
from driftline.capture.script.site import Path
from driftline.event.lineage import Dataset, Field


class Stop(msgspec.Struct, array_like=True, frozen=True):
    """A visit."""

    path: Path
    entry: Entry
    resumed: bool
    order: int
    part: str = ""
    into: tuple[tuple[str, str], ...] = ()


class Took(msgspec.Struct, array_like=True, frozen=True):
    """What was read at a visit, or the path that was opened there to be written."""

    at: Stop
    written: str = ""
    datasets: tuple[Dataset, ...] = ()
    fields: tuple[Field, ...] | None = None
    path: str = ""
    renamed: dict[str, str] | None = None
    levels: tuple[str, ...] = ()


class Told(Way):
    """A way that was taken in a child process."""

    __slots__ = ("_entry", "_resumed")

    def __init__(self, stop: Stop) -> None:
        super().__init__((), ())
        self._path = stop.path
        self._entry = stop.entry
        self._resumed = stop.resumed

    def entry(self) -> Entry:
        """Return the function that the library called there."""
        return self._entry

    def resumed(self) -> bool:
        """Return whether a generator is among the callees."""
        return self._resumed


_BY_VALUE = "<dynamic-code>"  # how cloudpickle names the file of code, which joblib and others send so
_inner: dict[tuple[Way, int], Way] = {}  # ways without what lies outside of this process
_told: dict[tuple[Any, ...], Told] = {}


def said(visit: Visit) -> Stop | None:
    """Return a visit in words; None where it leads through no text of this process."""
    way = _within(visit.way, _outside())
    path = () if way is None else way.path()
    if way is None or not path:
        return None
    return Stop(path, way.entry(), way.resumed(), visit.order, visit.part, visit.into)


def taken(visit: Visit, one: Read | str) -> Took | None:
    """Return what was read there, or the path that was opened to be written, in words.

    None where a frame is known by what it was made of, which cannot be told.
    """
    if isinstance(one, Read) and one.node is not None:
        return None
    stop = said(visit)
    if stop is None:
        return None
    if isinstance(one, str):
        return Took(stop, one)
    renamed = None if one.renamed is None else dict(one.renamed)
    return Took(stop, "", one.datasets, one.fields, one.path, renamed, one.levels)


def heard(stop: Stop, thread: int) -> Visit:
    """Return a visit that a child process told of; the same way of one thread is the same object."""
    key = (stop.path, stop.entry, thread)  # of each process its own, as each opens files in an order of its own
    way = _told.get(key)
    if way is None:
        if len(_told) >= sites.MOST:
            _told.clear()
        way = _told[key] = Told(_found_again(stop))
    return Visit(way, stop.order, thread, stop.part, stop.into)


def _found_again(stop: Stop) -> Stop:
    """Return a visit in code that was sent by value, which has lost the name of its file: a function of the script."""
    if stop.entry.file != _BY_VALUE:
        return stop
    function = inspect.unwrap(vars(sys.modules["__main__"]).get(stop.entry.function) or len)
    code = getattr(function, "__code__", None)
    if code is None or (code.co_qualname, code.co_firstlineno) != (stop.entry.function, stop.entry.line):
        return stop
    if whose.is_cell(code.co_filename) and len(stop.path) > 1:
        return stop  # what it calls may be in another cell
    path = tuple(site._replace(file=code.co_filename) if site.file == _BY_VALUE else site for site in stop.path)
    return msgspec.structs.replace(stop, path=path, entry=stop.entry._replace(file=code.co_filename))


def take(took: Took, thread: int) -> None:
    """Remember what a child process has read, or opened to be written."""
    at = heard(took.at, thread)
    if took.written:
        openings.begin(took.written, at)
    else:
        sites.keep(
            at.way, Read(at.order, thread, took.datasets, took.fields, None, took.path, took.renamed, took.levels)
        )


def thread_of(name: str) -> int:
    """Return the number of the thread that ``PID-THREAD`` names, which no thread of this process has."""
    process, _, thread = name.partition("-")
    return -((int(process) << 64) + int(thread) + 1)


def _outside() -> int:
    """Return how many frames of the user's code lie outside of the process: what forked it still stands there."""
    process = sys.modules.get("multiprocessing.process")
    bound = None if process is None else process.BaseProcess._bootstrap.__code__
    found, met = 0, False
    frame: Any = sys._getframe(1)
    while bound is not None and frame is not None:
        found += met and whose.is_user(frame.f_code)
        met = met or frame.f_code is bound
        frame = frame.f_back
    return found


def _within(way: Way, outside: int) -> Way | None:
    """Return a way without its outermost frames."""
    depth = way.depth - outside
    if not outside or depth <= 0:
        return way if depth > 0 else None
    found = _inner.get((way, outside))
    if found is None:
        if len(_inner) >= sites.MOST:
            _inner.clear()
        found = _inner[way, outside] = Way(way.codes[:depth], way.places[:depth], way.relation)
    return found
