"""What the text of the user's code says of a call that wrote: the follower, asked once per program.

Enters: the ways that led to writes, and what was read in this process. Leaves: tables with origins, kept as long as the
texts and the columns that were asked for are the same.
"""

import ast
import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from driftline.capture.explaining.outside import Outside
from driftline.capture.ground import fault
from driftline.capture.program import sites
from driftline.capture.program.sites import Read, Way
from driftline.capture.program.texts import Texts
from driftline.capture.runs import headers
from driftline.capture.script import parsing
from driftline.capture.script.follow import Followed, follow
from driftline.capture.script.reading import BETWEEN, FURTHER, ORDER, Entry, Source, Table
from driftline.capture.script.site import Path
from driftline.event.lineage import Field

_LOOKED_AT = 100  # reads at one place whose columns count
_CACHE = 32  # programs
ALLOWED, SHARE = 3.0, 0.02  # seconds of CPU in one process, and of the time that it lasts

Headers = Callable[[Read], tuple[Field, ...] | None]
Known = Mapping[str, str] | None


class _Held(NamedTuple):
    """One program, as it was followed."""

    followed: Followed
    texts: dict[str, Source | None]
    asked: dict[Path, Known]
    outside: Outside


_held: dict[Entry, _Held] = {}
_STARTED = time.monotonic()


class _Spent:
    seconds = 0.0  # of CPU, in this process


class Program:
    """What the texts say, for one report of one run."""

    def __init__(self, ways: Iterable[Way], headers: Headers) -> None:
        found = list(ways)
        self._texts = Texts({id(code): code for way in found for code in way.codes}.values())
        self._headers = headers
        self._answers: dict[Path, Known] = {}
        self._trees: dict[str, ast.Module | None] = {}
        self._standing: dict[Entry, Followed] = {}  # of which it was looked whether they still hold
        self._tables: dict[tuple[Way, int | str | None, int], Table | None] = {}  # that calls were given

    def given(self, way: Way, place: int | str | None = None, times: int = 0) -> Table | None:
        """Return what the call that ``way`` leads to was given, or its argument at ``place``; None = not known.

        ``times`` is how often it was made of all that the text has of it; 0 = each time.
        """
        key = (way, place, times)
        if key not in self._tables:
            self._tables[key] = self._given(way, place, times)
        return self._tables[key]

    def _given(self, way: Way, place: int | str | None, times: int) -> Table | None:
        path = way.path()
        if not path:
            return None
        followed = self._followed(self._texts.entry(way.entry()))
        if followed is None:
            return None
        placed = self._texts.placed(path)
        return followed.given(placed, times) if place is None else followed.argument(placed, place)

    def in_turn(self, way: Way, turn: int, times: int, place: int | str | None = None) -> Table | None:
        """Return what the call was given the time with that number; None where the text has it not that often."""
        path = way.path()
        followed = self._followed(self._texts.entry(way.entry())) if path else None
        return None if followed is None else followed.in_turn(self._texts.placed(path), place, turn, times)

    def taken(self, path: Path) -> Path:
        """Return a path that a table names as it was taken."""
        return self._texts.taken(path)

    def placed(self, path: Path) -> Path:
        """Return a path as the texts count lines."""
        return self._texts.placed(path)

    def tree(self, file: str) -> ast.Module | None:
        """Return the syntax tree of a text; None where it has none."""
        if file not in self._trees:
            self._trees[file] = self._parsed(file)
        return self._trees[file]

    def _parsed(self, file: str) -> ast.Module | None:
        source = self._texts.of(file)
        try:
            return None if source is None else parsing.parsed(source.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # of the text
            return None

    def _followed(self, entry: Entry) -> Followed | None:
        if entry not in self._standing:
            found = self._read(entry)
            if found is None:
                return None
            self._standing[entry] = found
        return self._standing[entry]

    def _read(self, entry: Entry) -> Followed | None:
        held = _held.get(entry)
        if held is not None and self._stands(held):
            return held.followed
        if self._texts.of(entry.file) is None:
            return None
        texts: dict[str, Source | None] = {}
        asked: dict[Path, Known] = {}
        outside = Outside(self._texts.taken)

        def source_of(name: str) -> Source | None:
            texts[name] = self._texts.of(name)
            return texts[name]

        def columns(path: Path) -> Known:
            asked[path] = self._columns(path)
            return asked[path]

        if _Spent.seconds > ALLOWED + SHARE * (time.monotonic() - _STARTED):
            return None  # it is read anew again and again, as other columns come each time
        begin = time.thread_time()
        followed = follow(entry, source_of, columns, outside)
        _Spent.seconds += time.thread_time() - begin
        if followed.problem is not None:
            fault.failed("code", followed.problem)
        if len(_held) >= _CACHE:
            _held.clear()
        _held[entry] = _Held(followed, texts, asked, outside)
        return followed

    def _stands(self, held: _Held) -> bool:
        return (
            all(self._texts.of(name) == text for name, text in held.texts.items())
            and all(self._columns(path) == known for path, known in held.asked.items())
            and held.outside.stands(self._texts.taken)
        )

    def _columns(self, path: Path) -> Known:
        if path not in self._answers:
            self._answers[path] = self._looked_up(path)
        return self._answers[path]

    def _looked_up(self, path: Path) -> Known:
        """The columns of what was read at a path; those that differ from time to time are taken together."""
        found = [one for held in sites.reads(self._texts.taken(path)) for one in held[-_LOOKED_AT:]]
        schemas = dict.fromkeys(one.fields or self._headers(one) for one in found[-_LOOKED_AT:])
        if not schemas or None in schemas:
            return None
        columns = {field.name: field.type for field in itertools.chain.from_iterable(filter(None, schemas))}
        ordered = any(getattr(one.node, "ordered", False) for one in found[-_LOOKED_AT:])
        marks = {fault.attempt("headers", headers.between, one.path) for one in (found[0], found[-1]) if one.path}
        mark = marks.pop() if len(marks) == 1 else None
        further = any(one.path and headers.goes_on(one.path) for one in (found[0], found[-1]))
        columns |= {FURTHER: ""} if further else {}
        return columns | ({ORDER: ""} if ordered else {}) | ({BETWEEN: mark} if mark else {})
