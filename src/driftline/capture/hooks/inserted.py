"""Which of the values that a script hands to an INSERT come to which columns of the table.

Enters: the text of a statement with its placeholders, and the columns that its VALUES go to, in order. Leaves: per
column the value's place among those that are handed over, or its name; once more, marked as what decides which rows
there are, the key of an upsert, or those of the table where rows are put in the place of others, or passed over. Values
that the statement computes or spells out have no part in this, nor have statements that hand over several rows at once.
"""

import functools
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from driftline.capture.program import sites
from driftline.capture.program.sites import DECIDES
from driftline.capture.runs import recalled, transactions
from driftline.capture.runs.columns import When
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.script import composing

_VALUES = re.compile(r"\)\s*VALUES\s*\(|\bVALUES\s*\(", re.IGNORECASE)
_SECOND = re.compile(r"\)\s*,\s*\(")  # a further row
_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/
      | (?P<place>\?(?!\d)|%s) | (?:\?|\$|(?<![:\w]):)(?P<number>\d+) | %\((?P<percent>\w+)\)s
      | (?<![:\w])[:@$](?P<name>[A-Za-z_]\w*)
      | (?P<sign>[(),])""",
    re.VERBOSE | re.DOTALL,
)

_CONFLICT = re.compile(r"\bON\s+CONFLICT\s*\(([^()]*)\)", re.IGNORECASE)
_INSTEAD = re.compile(
    r"\s*(?:INSERT\s+OR\s+(?:REPLACE|IGNORE)|REPLACE)\b|.*\bON\s+CONFLICT\s+DO\b", re.IGNORECASE | re.DOTALL
)
_CHANGES = re.compile(r"(?:\s|--[^\n]*\n)*(?:UPDATE|DELETE)\b", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
_QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_COMPARED = re.compile(r"(?:\bSET|,)\s*[\"`\[]?(\w+)[\"`\]]?\s*=\s*$", re.IGNORECASE)
_ENDS = re.compile(r"\s*(?:,|;|$|\bWHERE\b|\bFROM\b|\bRETURNING\b)", re.IGNORECASE)
_CALL = re.compile(r"\b([a-z_]\w*)\s*\(", re.IGNORECASE)
_WORDS = """
    abs as by cast char coalesce count current_timestamp date datetime decimal default exists from in into julianday key
    lower max min now numeric on over random round select strftime sum table time trim unique upper using values varchar
    where
"""
_PLAIN = frozenset(_WORDS.split())  # before a bracket: words of SQL, and functions that bring nothing from elsewhere
_NEAR = 200  # characters between a column and its value
_VISITS = 1_000  # of one statement in a run

Into = tuple[tuple[str, str], ...]  # column, and the place of its value from 0 or its name


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
    """Return what comes to which of the columns ``into``; nothing where the statement does not say so plainly.

    ``unique`` tells the keys of the table, in small letters.
    """
    begin = _VALUES.search(text)
    if begin is None:
        return _changed(text)
    found = list(_values(text, begin.end()))
    if _SECOND.search(text, begin.end()) is not None:
        return ()
    if len(found) > len(into):
        return ()
    told = [(column, value) for column, value in zip(into, found, strict=False) if value]
    conflict = _CONFLICT.search(text, begin.end())
    keys: Collection[str] = {one.strip().strip('"`').lower() for one in conflict[1].split(",")} if conflict else ()
    if _INSTEAD.match(text):
        keys = unique()
    return (*told, *((f"{DECIDES}{column}", value) for column, value in told if column.lower() in keys))


def _changed(text: str) -> Into:
    """What an UPDATE sets its columns to, and what it or a DELETE looks for: ``SET a = ?``, ``WHERE b = ?``."""
    if not _CHANGES.match(text):
        return ()
    plain = _QUOTED.sub(lambda found: " " * len(found[0]), text)
    where = _WHERE.search(plain)
    found: list[tuple[str, str]] = []
    for place, token in _places(text):
        column = _COMPARED.search(plain, max(0, token.start() - _NEAR), token.start())
        if where is not None and where.start() < token.start():
            found.append((f"{DECIDES}{place}", place))
        elif column is not None and _ENDS.match(plain, token.end()) and _outside(plain[: token.start()]):
            found.append((column[1], place))
    return tuple(found)


def _outside(before: str) -> bool:
    """Whether what comes after this is in no brackets."""
    return before.count("(") == before.count(")")


def _places(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the place or the name of each value that is handed over, and where it stands."""
    place = 0
    for token in _TOKEN.finditer(text):
        if token["place"]:
            yield str(place), token
            place += 1
        elif token["number"]:
            yield str(int(token["number"]) - 1), token
        elif token["percent"] or token["name"]:
            yield token["percent"] or token["name"], token


def composed(one: Any, names: Sequence[str]) -> Into:
    """Return which values of a text that the script has put together come to which columns, as ``composing`` has them.

    ``names`` are the columns of the table. Of an INSERT that is told by place, of others by the column itself.
    """
    if one.how == "append":
        into = one.lineage.into or names
        return tuple((column, str(place)) for place, column in enumerate(into))
    named = [item.name for item in one.lineage.items if getattr(item, "name", "")]
    return (*((name, name.lower()) for name in named), (f"{DECIDES}where", composing.WHERE))


def constant(text: str) -> bool:
    """Whether a statement is handed no values, and calls no function that might bring some."""
    if any(_places(text)):
        return False
    plain = _QUOTED.sub("''", text)
    begin = _VALUES.search(plain)
    return all(found[1].lower() in _PLAIN for found in _CALL.finditer(plain, begin.end() if begin else 0))


def instead(text: str) -> bool:
    """Whether rows of an INSERT take the place of others or are passed over, by the keys of the table."""
    return _INSTEAD.match(text) is not None and _CONFLICT.search(text) is None


def hands(one: Any, text: str) -> bool:
    """Whether the values of an INSERT are those that the script hands over; its ``text`` may not be known."""
    return one.how == "append" and (not text or any(_places(text)))


def called(into: Into, names: Sequence[str]) -> Into:
    """Return what comes to which columns by the names that the user calls it by, where those are in order of places."""
    return tuple(
        (column, names[int(value)] if value.isdigit() and int(value) < len(names) else value) for column, value in into
    )


def _values(text: str, begin: int) -> Iterator[str]:
    """Yield each value of the one row: its place or its name; "" where it is more than a placeholder."""
    depth, place, start, value, bare = 0, 0, begin, "", True
    for token in _TOKEN.finditer(text, begin):
        sign = token["sign"]
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif sign and not depth:
            bare = bare and not text[start : token.start()].strip()
            yield value if bare else ""
            if sign == ")":
                return
            start, value, bare = token.end(), "", True
        elif sign is None and not token.group().startswith(("--", "/*")):
            bare = bare and not depth and not value and not text[start : token.start()].strip()
            start = token.end()
            value = token["percent"] or token["name"] or ""
            if token["number"]:
                value = str(int(token["number"]) - 1)
            elif token["place"]:
                value, place = str(place), place + 1
            bare = bare and bool(value)
