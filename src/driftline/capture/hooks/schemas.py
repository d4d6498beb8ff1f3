"""Which table a name means on a connection to PostgreSQL or MySQL: where it is looked for, and temporary tables.

Enters: connections, the statements that ran on them, and what these have made. Leaves: for a name the schema that it is
in, or that it is a temporary table, which comes before all others and lies where databases in memory do. PostgreSQL
tells its search path by itself from version 18 on; before that, and with MySQL, the statements that set it tell. Only
where several schemas are searched the server is asked for their tables (``schemas_asked``), before a statement.
Source: PostgreSQL documentation, "The Schema Search Path"; MySQL Reference Manual, "USE Statement".
"""

import functools
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import commits, memory, repeated, schemas_asked
from driftline.capture.runs import transactions

if TYPE_CHECKING:
    from driftline.capture.hooks.addresses import Place
    from driftline.capture.sql.known import Analysis

_SEARCHING, _USING = frozenset(("postgres", "redshift")), "mysql"
TEMP = "pg_temp."  # before the names of temporary tables
_PASSED = ("$user", "pg_catalog", "pg_temp")
_LENGTH = 2_000  # characters of a statement that sets where names are looked for
_FOUND = 10_000  # names
_I = 2  # re.IGNORECASE
_NAME = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_WAY = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_SETS = later.pattern(
    r"\s*(?:set\s+(?:(?P<local>local)\s+|session\s+)?(?:search_path\s*(?:=|\bto\b)|schema\b)\s*(?P<set>[^;]+)"
    r"|(?P<reset>reset\s+(?:search_path|all)|discard\s+all)"
    r"|select\s+(?:pg_catalog\s*\.\s*)?set_config\s*\(\s*'search_path'\s*,\s*(?P<value>'(?:[^']|'')*')\s*,"
    r"\s*(?P<only>\w+)[^;]*)\s*;?\s*\Z",
    _I,
)
_USES = later.pattern(r"\s*use\s+(?P<name>`(?:[^`]|``)+`|[\w$]+)\s*;?\s*\Z", _I)
_OPTION = later.pattern(r"(?:-c\s*|--)search_path=((?:\\.|\S)*)")
_LISTED = later.pattern(r"\s*(?:\"((?:[^\"]|\"\")*)\"|'((?:[^']|'')*)'|([^\s,\"']+))\s*(?:,|\Z)")
_ENDING = later.pattern(r"\bon\s+commit\s+drop\b", _I)
_DISCARDS = later.pattern(r"\s*discard\s+temp", _I)
_DROPS = later.pattern(rf"\s*drop\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<names>{_WAY}(?:\s*,\s*{_WAY})*)", _I)
_CREATES = later.pattern(r"\s*create\b", _I)
_RENAMES = later.pattern(
    rf"\s*alter\s+(?:table|view)\s+(?:if\s+exists\s+)?(?P<name>{_WAY})\s+rename\s+to\s+(?P<to>{_NAME})", _I
)
_PART = later.pattern(_NAME)
_EACH = later.pattern(_WAY)


class Searched:
    """Where names are looked for on a connection that has temporary tables, or searches several schemas."""

    __slots__ = ("_called", "_found", "_hash", "_listing", "_meant", "path", "temporary")

    def __init__(
        self,
        path: tuple[str, ...],
        temporary: Mapping[str, str],
        listing: schemas_asked.Listing,
        called: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self.temporary = temporary  # name -> what it is called
        self._called = temporary if called is None else called  # the same with those that the statement makes
        self._listing = listing
        self._found: dict[tuple[str, str], str] = {}
        self._meant = path, frozenset(temporary.items())
        self._hash = hash(self._meant)

    def __eq__(self, other: object) -> bool:
        """Whether all names mean the same here and there."""
        return isinstance(other, Searched) and self._meant == other._meant

    def __hash__(self) -> int:
        """Return the hash of what names mean."""
        return self._hash

    def but(self, called: Mapping[str, str]) -> "Searched":
        """Return the same for a statement that makes or drops tables."""
        return Searched(self.path, self.temporary, self._listing, called)

    def full(self, name: str, beyond: str = "") -> str:
        """Return a name with the schema that it is in, which is not ``beyond``."""
        if "." in name:
            return name
        return f"{TEMP}{name}" if name in self.temporary else self._lasting(name, beyond)

    def source(self, one: Any, read: str) -> str:
        """Return the name of what a statement reads; what it makes by the same name was not there before."""
        if one.how != "create" or one.writes is None or one.writes.names[0] != read or "." in read:
            return self.full(read)
        return self.full(read, self._listing.first(self.path) if len(self.path) > 1 else "")

    def target(self, one: Any) -> str:
        """Return the name of what a statement writes: what is renamed stays where it was."""
        name: str = one.writes.names[0]
        if one.how != "create" or "." in name:
            return self.full(name)
        if self.passes(one):
            return f"{TEMP}{name}"
        if one.kind == "ALTER TABLE" and one.reads:
            return f"{self.full(one.reads[0].names[0]).rpartition('.')[0]}.{name}"
        first = self._listing.first(self.path)
        return f"{first}.{name}" if first else name

    def passes(self, one: Any) -> bool:
        """Whether a statement makes a view over a temporary table, which is temporary by that."""
        return "VIEW" in one.kind and any(self.full(read.names[0]).startswith(TEMP) for read in one.reads)

    def emptied(self, name: str) -> str:
        """Return the name of a table that was just made, or dropped."""
        return self.full(name)

    def table(self, namespace: str, name: str) -> tuple[str, str]:
        """Return the namespace and the name of a table; of one that lasts its name has a schema."""
        full = self.full(name)
        if full.startswith(TEMP):
            return memory.namespace("postgres"), self._called.get(full.removeprefix(TEMP), full.removeprefix("pg_"))
        return namespace, full

    def _lasting(self, name: str, beyond: str = "") -> str:
        found = self._found.get((name, beyond))
        if found is None:
            told = self._listing.schema_of(self.path, name, beyond) if len(self.path) > 1 else ""
            found = told or next((one for one in self.path if one != beyond), "")
            if len(self._found) < _FOUND:
                self._found[name, beyond] = found
        return f"{found}.{name}" if found else name


class _Known:
    """What is known of a connection."""

    __slots__ = ("begun", "given", "listing", "placed", "raw", "said", "temporary")

    def __init__(self, begun: tuple[str, ...]) -> None:
        self.begun = begun  # where it looks at first
        self.said: tuple[str, ...] | None = None  # where it looks by its statements
        self.temporary: dict[str, str] = {}  # never changed, but replaced
        self.listing = schemas_asked.Listing()
        self.raw: Any = None  # what the server has told, when it was looked at last
        self.given: Place | None = None  # a place, and what it is on this connection
        self.placed: Place | None = None

    def put(self, temporary: dict[str, str]) -> None:
        self.temporary, self.placed = temporary, None

    def say(self, path: tuple[str, ...] | None) -> None:
        self.said, self.placed = path, None


_known: Beside[_Known] = Beside()  # by connection
_last: Beside[Callable[[], Any]] = Beside()  # by pool of SQLAlchemy: returns the connection that was used last


def among(place: "Place", connection: Any) -> "Place":
    """Return the place that a connection leads to, with where names are looked for there."""
    if place.scheme not in _SEARCHING and place.scheme != _USING:
        return place
    known = _known.get(connection)
    if known is None:
        connection = driver(connection)
        if connection is None:
            return place
        known = _of(connection)
    raw = None if place.scheme == _USING else schemas_asked.told(connection)
    if known.placed is None or known.given is not place or raw != known.raw:
        known.given, known.raw, known.placed = place, raw, _placed(place, known, connection, raw)
    return known.placed


def _placed(place: "Place", known: _Known, connection: Any, raw: Any) -> "Place":
    if place.scheme == _USING:
        return place._replace(database=known.said[0]) if known.said else place
    if raw is not None and not schemas_asked.waits(connection):
        known.said = None  # what is told counts
    path = _path(known.said or (listed(raw) if raw is not None else known.begun) or (place.schema,), connection)
    if len(path) < 2 and not known.temporary:
        return place._replace(schema=path[0]) if path else place
    return place._replace(databases=Searched(path, known.temporary, known.listing))


def _path(path: tuple[str, ...], connection: Any) -> tuple[str, ...]:
    """Return the schemas of a path that hold tables of the user."""
    if path == ("$user",):
        path = (schemas_asked.user(connection),)
    return tuple(one for one in path if one not in _PASSED)


def _of(connection: Any) -> _Known:
    known = _known.get(connection)
    if known is None:
        known = _Known(path_of(schemas_asked.options(connection)))
        _known.put(connection, known)
    return known


def outside(connection: Any, spelled: Callable[[], str] = str) -> None:
    """Have the server asked for its tables, where that is due, before a statement that runs outside of transactions."""
    if not schemas_asked.idle(connection):
        return
    known, raw = _of(connection), schemas_asked.told(connection)
    path = setting(spelled()) or (listed(raw) if raw is not None else known.said or known.begun)
    if len(path) > 1 and known.listing.ask(connection, _path(path, connection)):
        known.placed = None
        repeated.forget()


def ran(pool: Any, connection: Any) -> None:
    """Take note that a connection of a pool of SQLAlchemy was used, as those who know the engine alone see no other."""
    found = _last.get(pool)
    if found is None or found() is not connection:
        _last.put(pool, _weakly(connection))


def driver(connection: Any) -> Any:
    """Return the connection of the driver below one of SQLAlchemy, or that was used last by an engine."""
    kind: Any = type(connection)
    if hasattr(kind, "exec_driver_sql"):
        connection = connection.connection.dbapi_connection
    elif hasattr(kind, "get_bind") or hasattr(kind, "raw_connection"):
        bind = connection.get_bind() if hasattr(kind, "get_bind") else connection
        found = _last.get(getattr(bind, "pool", None))
        connection = None if found is None else found()
    elif isinstance(connection, str):
        return None
    return getattr(connection, "driver_connection", connection)


def setting(text: str) -> tuple[str, ...]:
    """Return the schemas that a statement has names looked for in from then on; none = it sets nothing."""
    found = _SETS.match(text) if len(text) <= _LENGTH else None
    return () if found is None or found["reset"] else listed(found["set"] or found["value"][1:-1].replace("''", "'"))


def sets(place: "Place", connection: Any, text: str, transaction: Any) -> bool:
    """Whether a statement does nothing but set where names are looked for; note is taken of that then."""
    known = _known.get(driver(connection)) if len(text) <= _LENGTH else None
    return known is not None and _set(known, text, transaction, using=place.scheme == _USING)


def _set(known: _Known, text: str, transaction: Any, *, using: bool) -> bool:
    """Take note of one statement; False where it sets nothing."""
    found = (_USES if using else _SETS).match(text)
    if found is None:
        return False
    if using:
        known.say((found["name"].strip("`").replace("``", "`"),))
        return True
    path, before = known.begun, known.said
    if not found["reset"]:
        given = listed(found["set"] or found["value"][1:-1].replace("''", "'"))
        path = path if given == ("default",) else given
    elif found["reset"][0] in "dD":
        _change(known, {}, transaction)
    back = functools.partial(known.say, before)
    local = bool(found["local"]) or (found["only"] or "").lower() in ("true", "t")
    if transaction is not None:
        transactions.beside(transaction, back if local else None, back)
    if transaction is not None or not local:
        known.say(path)
    return True


def made(place: "Place", connection: Any, text: str, analysis: "Analysis | None", transaction: Any) -> "Place":
    """Take note of the temporary tables that a definition makes, renames or drops; returns what its own names mean."""
    connection = driver(connection)
    known = _known.get(connection)
    if known is None:
        return place
    parts = commits.statements(text) if ";" in text else [text]
    for part in parts:  # within the text, its reader has taken note of it
        if len(part) <= _LENGTH:
            _set(known, part, transaction, using=place.scheme == _USING)
    if place.scheme == _USING:
        return place
    gone = [_kept(name) for one in parts if (found := _DROPS.match(one)) for name in _EACH.findall(found["names"])]
    before = known.temporary
    searched = place.databases if isinstance(place.databases, Searched) else None
    searched = searched or Searched((place.schema,), before, known.listing)
    after = {} if any(map(_DISCARDS.match, parts)) else dict(before)
    for name in _makes(searched, analysis, gone):
        after[name] = before.get(name) or _called(connection, name)
    new = {name for name in after if name not in before}
    _lasting(known, searched, analysis, creating=all(map(_CREATES.match, parts)))
    for name in gone:
        after.pop(name, None)
    for one in filter(None, map(_RENAMES.match, parts)):
        old, to = _kept(one["name"]), _kept(one["to"])
        if after.pop(old, None) is not None:
            after[to] = _called(connection, to)
    called = {**before, **{name: after.get(name) or _called(connection, name) for name in new}, **after}
    _change(known, after, transaction)
    if new and _ENDING.search(text):
        left = {name: one for name, one in after.items() if name not in new}
        if transaction is None:
            known.put(left)
        else:
            transactions.beside(transaction, functools.partial(known.put, left), None)
    if called == before and len(searched.path) < 2:
        return place
    return place._replace(databases=searched.but(called))


def _lasting(known: _Known, searched: Searched, analysis: "Analysis | None", *, creating: bool) -> None:
    """Take note of the tables and views that a text makes, and that last."""
    known.listing.stale = True
    if analysis is None or len(searched.path) < 2:
        return
    made = [searched.target(one) for one in analysis.statements if one.writes is not None and one.how == "create"]
    if creating:  # else they were dropped or emptied
        made += [source.names[0] for source in analysis.begun]
    for full in made:
        schema, _, name = full.rpartition(".")
        known.listing.made(schema or known.listing.first(searched.path), name)


def _makes(searched: Searched, analysis: "Analysis | None", gone: list[str]) -> Iterator[str]:
    """The temporary tables and views that a text makes."""
    if analysis is None:
        return
    for one in analysis.statements:
        if one.writes is not None and one.how == "create":
            name = searched.target(one) if searched.passes(one) else one.writes.names[0]
            if name.startswith(TEMP):
                yield name.removeprefix(TEMP)
    for source in (*analysis.begun, *analysis.perhaps):
        name = source.names[0].removeprefix(TEMP)
        if name != source.names[0] and name not in gone:
            yield name


def _change(known: _Known, after: dict[str, str], transaction: Any) -> None:
    """Replace the temporary tables of a connection; they are as before where that is taken back."""
    if transaction is not None:
        transactions.beside(transaction, None, functools.partial(known.put, known.temporary))
    known.put(after)


def _kept(name: str) -> str:
    """A name as it is kept, without its schema if it may be a temporary table's; "" = it has another one."""
    parts = [part[1:-1].replace('""', '"') if part.startswith('"') else part.lower() for part in _PART.findall(name)]
    return parts[-1] if parts[:-1] in ([], ["pg_temp"]) else ""


def _called(connection: Any, name: str) -> str:
    """What a temporary table is called: another connection that is open may have one of the same name."""
    taken = {
        known.temporary.get(name)
        for of, known in _known.items()
        if of is not connection and not getattr(of, "closed", 0)
    }
    return next(one for one in _numbered(name) if one not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield f"temp.{name}"
    number = 2
    while True:
        yield f"temp.{name}#{number}"
        number += 1


@functools.lru_cache(100)
def listed(text: str | bytes) -> tuple[str, ...]:
    """Return the schemas of a search path as PostgreSQL writes it."""
    spelled = text.decode(errors="replace") if isinstance(text, bytes) else text.strip()
    found = (
        quoted.replace('""', '"') or single.replace("''", "'") or plain.lower()
        for quoted, single, plain in _LISTED.findall(spelled)
    )
    return tuple(filter(None, found))


def path_of(options: str) -> tuple[str, ...]:
    """Return the schemas in which a connection looks for names by its options; none = they do not say."""
    found = _OPTION.findall(options)
    return listed(found[-1].replace("\\", "")) if found else ()


def _weakly(connection: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(connection)
    except TypeError:
        return lambda: None
