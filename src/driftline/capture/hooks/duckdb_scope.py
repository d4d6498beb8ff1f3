"""Where a connection of DuckDB looks for a table: the schemas of its search path, and before them its temporary tables.

Enters: texts of statements, and calls, that have run on a connection. Leaves: what is known of it by them. A cursor
that asks the catalog has a search path and temporary tables of its own, so these are read off the statements that set
or made them. Never asks a database.
Source: https://duckdb.org/docs/stable/sql/statements/use.html.
"""

import re
import weakref
from typing import Any

from driftline import later
from driftline.capture.ground import bounded
from driftline.capture.hooks import commits

MOST = 10_000  # temporary tables of a connection
TEMP = "temp"  # the database that they are in
MAIN = "main"

_NAME = r'(?:\w+|"(?:[^"]|"")+")'
_WAY = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_GAP = r"(?>\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)"
_MOVES = later.pattern(
    rf"{_GAP}*(?:use{_GAP}+(?P<used>{_WAY})|(?:set|pragma)\s+(?:session\s+)?(?:schema|search_path)\s*(?:=|\bto\b)\s*"
    rf"(?P<set>'(?:[^']|'')*'|{_WAY})|reset\s+(?:session\s+)?(?:schema|search_path)){_GAP}*",
    re.IGNORECASE | re.DOTALL,
)
_MAKES = later.pattern(
    rf"{_GAP}*create\s+(?:or\s+replace\s+)?temp(?:orary)?\s+(?:recursive\s+)?(?:table|view)\s+"
    rf"(?:if\s+not\s+exists\s+)?(?P<name>{_WAY})",
    re.IGNORECASE | re.DOTALL,
)
_CREATES = later.pattern(
    rf"{_GAP}*create\s+(?:or\s+replace\s+)?(?:recursive\s+)?(?:table|view)\s+(?:if\s+not\s+exists\s+)?"
    rf"(?P<name>{_WAY})",
    re.IGNORECASE | re.DOTALL,
)
_DROPS = later.pattern(
    rf"{_GAP}*drop\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<names>{_WAY}(?:\s*,\s*{_WAY})*)", re.IGNORECASE | re.DOTALL
)
_RENAMES = later.pattern(
    rf"{_GAP}*alter\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<name>{_WAY})\s+rename\s+to\s+(?P<to>{_NAME})",
    re.IGNORECASE | re.DOTALL,
)
_RENAMES_COLUMN = later.pattern(
    rf"{_GAP}*alter\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<name>{_WAY})\s+rename\s+(?:column\s+)?"
    rf"(?P<old>{_NAME})\s+to\s+(?P<new>{_NAME}){_GAP}*",
    re.IGNORECASE | re.DOTALL,
)
_ALTERS = later.pattern(
    rf"{_GAP}*alter\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<name>{_WAY})", re.IGNORECASE | re.DOTALL
)
_ENDS = later.pattern(
    rf"{_GAP}*(?:(?P<begin>begin|start\s+transaction)|(?P<commit>commit|end)|(?P<rollback>rollback|abort))\b",
    re.IGNORECASE | re.DOTALL,
)
_MACRO = later.pattern(
    rf"{_GAP}*create\s+(?:or\s+replace\s+)?(?P<temporary>temp(?:orary)?\s+)?(?:macro|function)\s+"
    rf"(?P<kept>if\s+not\s+exists\s+)?(?P<name>{_WAY})",
    re.IGNORECASE | re.DOTALL,
)
_DROPS_MACRO = later.pattern(
    rf"{_GAP}*drop\s+(?:macro|function)\s+(?:table\s+)?(?:if\s+exists\s+)?(?P<name>{_WAY})", re.IGNORECASE | re.DOTALL
)
_LISTED = later.pattern(_WAY)
_PART = later.pattern(_NAME)

Way = tuple[str, ...]  # a name by its parts, in small letters


def apart(text: str) -> list[str]:
    """Return the statements of a text."""
    return commits.statements(text) if ";" in text else [text]


def way(name: str) -> Way:
    """Return a name by its parts."""
    return tuple(one.strip('"').replace('""', '"').lower() for one in _PART.findall(name))


def moved(text: str) -> list[Way] | None:
    """Return what one statement sets the search path to, none = as it is by itself; None where it does not set it."""
    found = _MOVES.fullmatch(text)
    if found is None:
        return None
    if found["used"]:
        return [way(found["used"])]
    given = found["set"] or ""
    listed = given[1:-1].replace("''", "'") if given.startswith("'") else given
    return [way(one) for one in _LISTED.findall(listed)]


def temporary(text: str) -> list[str]:
    """Return the name of the temporary table or view that one statement makes, without what it is in; none = none."""
    made = _MAKES.match(text)
    return [] if made is None else [way(made["name"])[-1]]


def made(text: str) -> Way | None:
    """Return the lasting table or view that one statement makes; None = it makes none."""
    found = _CREATES.match(text)
    return None if found is None else way(found["name"])


def changed(text: str) -> list[str]:
    """Return the tables and views that one statement has dropped or altered, in small letters."""
    dropped, altered = _DROPS.match(text), _ALTERS.match(text)
    names = _LISTED.findall(dropped["names"]) if dropped else [altered["name"]] if altered else []
    return [".".join(way(name)) for name in names]


def renamed(text: str) -> tuple[str, str, str] | None:
    """Return the table in which one statement has renamed a column, and its old name and its new one."""
    found = _RENAMES_COLUMN.fullmatch(text)
    if found is None:
        return None
    old, new = (one.strip('"').replace('""', '"') for one in (found["old"], found["new"]))
    return ".".join(way(found["name"])), old.lower(), new


def moves(text: str) -> bool:
    """Whether a text of several statements sets the search path between them."""
    return ";" in text and len(parts := apart(text)) > 1 and any(moved(one) is not None for one in parts)


def passing(name: str) -> bool:
    """Whether a name, in small letters, can mean a temporary table by its parts before the last."""
    return name.rpartition(".")[0] in ("", MAIN, TEMP, f"{TEMP}.{MAIN}")


def ends(text: str) -> tuple[str, ...]:
    """Return what one statement does to the transaction: begin, commit or rollback; none = nothing."""
    found = _ENDS.match(text)
    return () if found is None else (found.lastgroup or "",)


def _passes(text: str) -> bool:
    """Whether a statement makes a temporary macro."""
    made = _MACRO.match(text)
    return made is not None and made["temporary"] is not None


class Scope:
    """What is known of one connection."""

    __slots__ = ("_macros", "before", "macros", "made", "path", "settled", "temporary")

    def __init__(self) -> None:
        self.path: tuple[tuple[str, str], ...] = ()  # databases and schemas, the first one first; none = its own
        self.temporary: dict[str, None] = {}  # names of tables and views
        self.before: dict[str, None] | None = None  # what these were when its transaction began
        self.made: dict[tuple[str, str, str], None] = {}  # what that has made: database, schema and name
        self.macros: dict[str, str] = {}  # that no cursor sees, by what has made them; "" = it is dropped
        self._macros: dict[str, str] = {}  # that were there when its transaction began: temporary ones
        self.settled = False  # a transaction that has changed macros was committed

    def ended(self, verb: str) -> None:
        """A transaction begins or ends."""
        self.made = {}
        if verb == "begin":
            self.before = dict(self.temporary)
            self._macros = dict(self.macros)
        elif verb == "rollback" and self.before is not None:
            self.temporary, self.macros = self.before, self._macros
        elif verb == "commit":
            self.settled = self.settled or (self.before is not None and self.macros != self._macros)
            self.macros = {name: text for name, text in self.macros.items() if _passes(text)}
        if verb != "begin":
            self.before = None

    def ran(self, text: str) -> None:
        """One statement that sets no search path has run."""
        if verbs := ends(text):
            self.ended(verbs[0])
        elif made := temporary(text):
            bounded.room(self.temporary, MOST)
            self.temporary[made[0]] = None
        elif (dropped := _DROPS.match(text)) is not None:
            for name in map(way, _LISTED.findall(dropped["names"])):
                if passing(".".join(name)):
                    self.temporary.pop(name[-1], None)
        elif (macro := _MACRO.match(text)) is not None:
            called = way(macro["name"])[-1]
            if (self.before is not None or macro["temporary"]) and not (macro["kept"] and self.macros.get(called)):
                bounded.room(self.macros, MOST)
                self.macros[called] = text
        elif (macro := _DROPS_MACRO.match(text)) is not None:
            called = way(macro["name"])[-1]
            self.macros.pop(called, None)
            if self.before is not None:
                self.macros[called] = ""
        elif (named := _RENAMES.match(text)) is not None:
            name = way(named["name"])
            if passing(".".join(name)) and name[-1] in self.temporary:
                del self.temporary[name[-1]]
                self.temporary[way(named["to"])[-1]] = None


class Scopes:
    """What is known of each connection, for as long as that lives."""

    def __init__(self) -> None:
        self._held: weakref.WeakKeyDictionary[Any, Scope] = weakref.WeakKeyDictionary()
        self._usual = Scope()

    def of(self, connection: Any) -> Scope:
        """Return what is known of a connection, not to be changed; None is no connection."""
        return self._usual if connection is None else self._held.get(connection, self._usual)

    def own(self, connection: Any) -> Scope:
        """Return what is known of a connection, to be changed."""
        found = self._held.get(connection)
        if found is None:
            found = self._held[connection] = Scope()
        return found
