"""Which of the values that a script hands to an INSERT come to which columns of the table.

Enters: the text of a statement with its placeholders, and the columns that its VALUES go to, in order. Leaves: per
column the value's place among those that are handed over, or its name, marked where the statement computes something
of it; once more, marked as what decides which rows there are, the key of an upsert, or those of the table where rows
are put in the place of others, or passed over, and what a WHERE looks for. What stands in the text itself the script
may have put there, which ``composing`` tells: its place is marked, too.
"""

import functools
import re
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from driftline.capture.program import sites
from driftline.capture.program.sites import COMPUTED, DECIDES
from driftline.capture.runs import recalled, transactions
from driftline.capture.runs.columns import When
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.script import composing
from driftline.capture.script.composing import COMPOSED

_VALUES = re.compile(r"\)\s*VALUES\s*\(|\bVALUES\s*\(", re.IGNORECASE)
_FURTHER = re.compile(r"\)\s*,\s*\(")  # a row, after another
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/
      | (?P<place>\?(?!\d)|%s) | (?:\?|\$|(?<![:\w]):)(?P<number>\d+) | %\((?P<percent>\w+)\)s
      | (?<![:\w])[:@$](?P<name>[A-Za-z_]\w*)
      | (?P<sign>[(),;]|\b(?:FROM|WHERE|RETURNING|UNION|ORDER|LIMIT)\b)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)

_CONFLICT = re.compile(r"\bON\s+CONFLICT\s*\(([^()]*)\)", re.IGNORECASE)
_INSTEAD = re.compile(
    r"\s*(?:INSERT\s+OR\s+(?:REPLACE|IGNORE)|REPLACE)\b|.*\bON\s+CONFLICT\s+DO\b", re.IGNORECASE | re.DOTALL
)
_DOES = re.compile(r"\b(?:DO\s+UPDATE\s+SET|ON\s+DUPLICATE\s+KEY\s+UPDATE)\b", re.IGNORECASE)
_INSERTS = re.compile(r"(?:\s|--[^\n]*\n)*(?:INSERT|REPLACE)\b", re.IGNORECASE)
_MAKES = re.compile(r"(?:\s|--[^\n]*\n)*CREATE\s+(?:OR\s+REPLACE\s+)?(?:\w+\s+)?TABLE\b", re.IGNORECASE)
_SELECT = re.compile(r"\bSELECT\b(?:\s+(?:ALL|DISTINCT)\b)?", re.IGNORECASE)
_SET = re.compile(r"\bSET\b", re.IGNORECASE)
_CHANGES = re.compile(r"(?:\s|--[^\n]*\n)*(?:UPDATE|DELETE)\b", re.IGNORECASE)
_QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_STAR = re.compile(r"\s*(?:[\w\"`\[\]]+\s*\.\s*)*\*|\s*COLUMNS\s*\(", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\s)\s+AS\s+[\w\"`\[\]]+\s*\Z", re.IGNORECASE)
_SETS = re.compile(r"\s*[\"`\[]?(\w+)[\"`\]]?\s*=")
_CALL = re.compile(r"\b([a-z_]\w*)\s*\(", re.IGNORECASE)
_WORDS = """
    abs as by cast char coalesce conflict count current_timestamp date datetime decimal default exists from in into
    julianday key lower max min now numeric on over random round select strftime sum table time trim unique upper using
    values varchar where
"""
_PLAIN = frozenset(_WORDS.split())  # before a bracket: words of SQL, and functions that bring nothing from elsewhere
_ROWS = 100  # of one statement that are told apart
_VISITS = 1_000  # of one statement in a run

Into = tuple[tuple[str, str], ...]  # column, and the place of its value from 0 or its name
Values = tuple[str, ...]  # that one value of a statement is made of
Place = tuple[str, re.Match[str]]  # the same of a value, and where it stands


class Again:
    """A statement that has run, and may run again with other values."""

    def __init__(self) -> None:
        self.committed = False
        self.times: list[When] = []  # of its statements, as they were recorded last
        self.into: Into = ()
        self.seen: Seen | None = None  # what it writes; None = no values are among its sources
        self._read = _read()  # what was read when it last ran
        self._visits = 0
        self._ran_ns = 0

    def take(self, run: Recording, transaction: Any = None) -> None:
        """Take down where it runs once more, if anything was read since: it may be given something else by now.

        ``transaction``: the connection whose transaction has to be committed for this to count; None = it counts now.
        """
        if self.times:
            self._ran_ns = time.perf_counter_ns()
            if transactions.again(transaction, (run, self), self) is None:
                transactions.put(transaction, run, self._ran, inside=transaction is not None)
        if self.seen is None or self._visits >= _VISITS or self._read == (read := _read()):
            return
        self._read = read
        self._visits += 1
        visit = sites.visit()
        if visit is not None:
            act = functools.partial(_visited, run, self.seen, visit._replace(into=self.into))
            transactions.put(transaction, run, act, inside=transaction is not None)

    def commit(self) -> None:
        """It stands."""
        self.committed = True

    def _ran(self) -> None:
        for one in self.times:
            one.last = self._ran_ns


def _read() -> tuple[int, int]:
    """What was read until now, and the thread: another one may be given something else."""
    return sites.number(), threading.get_ident()


def _visited(run: Recording, seen: Seen, visit: sites.Visit) -> None:
    known = [one for _, one in recalled.of(run.trace, "write").alike(seen)]
    same = (one for one in (seen, *known) if one.touched.version == seen.touched.version)
    for visits in {id(one.visits): one.visits for one in same}.values():
        visits.append(visit)


def columns(text: str, into: Sequence[str], unique: Callable[[], Collection[str]] = tuple) -> Into:
    """Return what comes to which of the columns ``into``; nothing where the statement is handed no value.

    ``unique`` tells the keys of the table, in small letters.
    """
    places = marks(text)
    if not places:
        return ()
    if not (_INSERTS.match(text) or _MAKES.match(text)):
        return _changed(text, places) if _CHANGES.match(text) else ()
    begin, does = _VALUES.search(text), _DOES.search(text)
    end = len(text) if does is None else does.start()
    rows, at = _rows(text, begin.end(), places) if begin is not None else _selected(text, places, end, len(into))
    if any(len(row) > len(into) for row in rows):
        return ()
    told = [(column, one) for row in rows for column, values in zip(into, row, strict=False) for one in values]
    keys = deciding(text, unique)
    decides = [(f"{DECIDES}{column}", value) for column, value in told if column.lower() in keys]
    looked = [(f"{DECIDES}{place}", place) for place, token in places if at <= token.start() < end]
    changed = () if does is None else _changed(text, places, does.end())
    return tuple(dict.fromkeys((*told, *decides, *looked, *changed)))


def _rows(text: str, begin: int, places: Sequence[Place]) -> tuple[list[list[Values]], int]:
    """The rows of VALUES, each value as what it is made of, and where what decides about them begins: nowhere."""
    rows: list[list[Values]] = []
    more: int | None = begin
    while more is not None and len(rows) < _ROWS:
        row, end = _listed(text, more, places)
        rows.append([values or (f"{COMPOSED}{number}",) for number, (_, values) in enumerate(row)])
        further = _FURTHER.match(text, end)
        more = None if further is None else further.end()
    return rows, len(text)


def _selected(text: str, places: Sequence[Place], end: int, width: int) -> tuple[list[list[Values]], int]:
    """The same of the lists of SELECT, which give ``width`` columns; behind the first of them a value decides."""
    rows: list[list[Values]] = []
    plain, at, since = _blank(text), 0, end
    for found in _SELECT.finditer(plain, 0, end):
        if found.start() >= at and _outside(plain[: found.start()]):
            row, at = _listed(text, found.end(), places)
            rows.append(_spread(row, width))
            since = min(since, at)
    return rows, since


def _spread(row: Sequence[tuple[str, Values]], width: int) -> list[Values]:
    """The values of the columns that a list of SELECT gives, of which a star may give any number."""
    values, stars = [one for _, one in row], [place for place, (item, _) in enumerate(row) if _STAR.match(item)]
    if not stars:
        return values
    before, behind = values[: stars[0]], values[stars[-1] + 1 :]
    return [*before, *[()] * (width - len(before) - len(behind)), *behind]


def deciding(text: str, unique: Callable[[], Collection[str]]) -> Collection[str]:
    """Return the columns that decide whether a row of an INSERT is a new one, in small letters."""
    if _INSTEAD.match(text):
        return unique()
    conflict = _CONFLICT.search(text)
    return {one.strip().strip('"`').lower() for one in conflict[1].split(",")} if conflict else ()


def _changed(text: str, places: Sequence[Place], begin: int = 0) -> Into:
    """What columns are set to, and what is looked for behind that: ``SET a = ?``, ``WHERE b = ?``."""
    first = None if begin else _SET.search(_blank(text))
    told: list[tuple[str, str]] = []
    if begin or first is not None:
        row, begin = _listed(text, first.end() if first is not None else begin, places)
        for item, values in row:
            column = _SETS.match(item)
            if column is not None:
                told += [(column[1], value) for value in values or (f"{COMPOSED}{column[1].lower()}",)]
    told.append((f"{DECIDES}where", f"{COMPOSED}{composing.WHERE}"))
    return (*told, *((f"{DECIDES}{place}", place) for place, token in places if token.start() >= begin))


def _blank(text: str) -> str:
    return _QUOTED.sub(lambda found: " " * len(found[0]), text)


def _outside(before: str) -> bool:
    """Whether what comes after this is in no brackets."""
    return before.count("(") == before.count(")")


@functools.lru_cache(1)  # each statement of a script asks of all of its text
def marks(text: str) -> tuple[Place, ...]:
    """Return the place or the name of each value that is handed over, and where it stands."""
    return tuple(_placed(text))


def _placed(text: str) -> Iterator[Place]:
    place = 0
    for token in _TOKEN.finditer(text):
        if token["place"]:
            yield str(place), token
            place += 1
        elif token["number"]:
            yield str(int(token["number"]) - 1), token
        elif token["percent"] or token["name"]:
            yield token["percent"] or token["name"], token


def composed(one: Any, names: Sequence[str], text: str, unique: Callable[[], Collection[str]] = tuple) -> Into:
    """Return which values of a text that the script has put together come to which columns, as ``composing`` has them.

    ``names`` are the columns of the table. Of an INSERT that is told by place, of others by the column itself.
    """
    sets = [item.name for item in one.lineage.items if getattr(item, "name", "")]
    told: list[tuple[str, str]] = []
    if one.how == "append":
        into, keys = one.lineage.into or names, deciding(text, unique)
        sets = [] if _DOES.search(text) is None else [*into]
        told = [(column, f"{COMPOSED}{place}") for place, column in enumerate(into)]
        told += [(f"{DECIDES}{column}", value) for column, value in told if column.lower() in keys]
    named = ((name, f"{COMPOSED}{name.lower()}") for name in sets)
    return (*told, *named, (f"{DECIDES}where", f"{COMPOSED}{composing.WHERE}"))


@functools.lru_cache(1)  # as above
def constant(text: str) -> bool:
    """Whether a statement is handed no values, and calls no function that might bring some."""
    if marks(text):
        return False
    plain = _QUOTED.sub("''", text)
    begin = _VALUES.search(plain)
    return all(found[1].lower() in _PLAIN for found in _CALL.finditer(plain, begin.end() if begin else 0))


@functools.lru_cache(1)  # as above
def instead(text: str) -> bool:
    """Whether rows of an INSERT take the place of others or are passed over, by the keys of the table."""
    return _INSTEAD.match(text) is not None and _CONFLICT.search(text) is None


def hands(one: Any, text: str) -> bool:
    """Whether the values of an INSERT are those that the script hands over; its ``text`` may not be known."""
    return one.how == "append" and (not text or bool(marks(text)))


def called(into: Into, names: Sequence[str]) -> Into:
    """Return what comes to which columns by the names that the user calls it by, where those are in order of places.

    A library that calls them so has put the statement together: what it sets its columns to is told by these, too.
    """

    def name(column: str, value: str) -> str:
        mark, place = (COMPUTED, value[1:]) if value.startswith(COMPUTED) else ("", value)
        found = names[int(place)] if place.isdigit() and int(place) < len(names) else ""
        of_row = found.startswith(f"{column}_m") and found[len(column) + 2 :].isdigit()
        return mark + (column if of_row else found) if found else value

    told = [(column, name(column, value)) for column, value in into]
    sets = ((column, f"{COMPOSED}{column.lower()}") for column, _ in told if not column.startswith(DECIDES))
    return tuple(dict.fromkeys((*told, *sets)))


def _listed(text: str, begin: int, places: Sequence[Place]) -> tuple[list[tuple[str, Values]], int]:
    """Return what stands between commas, each with the values that it is made of, and where what ends that stands."""
    depth, start, found = 0, begin, []
    for token in _TOKEN.finditer(text, begin):
        sign = token["sign"]
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif sign and not depth:
            found.append(_item(text, start, token.start(), places))
            start = token.end()
            if sign != ",":
                return found, token.start()
    return [*found, _item(text, start, len(text), places)], len(text)


def _start(place: Place) -> int:
    return place[1].start()


def _item(text: str, start: int, end: int, places: Sequence[Place]) -> tuple[str, Values]:
    item = _COMMENT.sub(" ", text[start:end])
    first = bisect_left(places, start, key=_start)
    inside = [(place, token[0]) for place, token in places[first : bisect_left(places, end, first, key=_start)]]
    value = item[column.end() :] if (column := _SETS.match(item)) is not None else item
    if len(inside) == 1 and _NAMED.sub("", value).strip() == inside[0][1]:
        return item, (inside[0][0],)
    if _SELECT.search(item) is not None:
        return item, ()  # it is looked for
    return item, tuple(f"{COMPUTED}{place}" for place, _ in inside)
