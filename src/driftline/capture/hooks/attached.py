"""Which table a name means on a connection to SQLite that has more databases than one: attached ones, temporary tables.

Enters: the texts that were executed on connections. Leaves: the databases of a connection as they are by now, asked for
once after each statement that may change them, and which of them a name is of: the one that it begins with, else the
first that has such a table: temporary ones, the main database, then what was attached, in that order. Attached files
are called as a connection to them calls them. Temporary tables and attached memory are of the session: they lie where
databases in memory do, with the name of their database. A connection to one file alone is asked nothing.
Source: https://www.sqlite.org/lang_naming.html.
"""

import os
import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, urlsplit

from driftline import later
from driftline.capture.hooks import attaching, memory, sqlite_asked
from driftline.capture.runs import observe, transactions
from driftline.capture.sending import client

if TYPE_CHECKING:
    import sqlite3

    from driftline.capture.hooks.addresses import Place
else:
    sqlite3 = later.module("sqlite3")  # not every frame comes from a database

MEMORY = "_driftline_memory"  # attribute of a connection to SQLite: its database in memory
_HELD = "_driftline_attached"  # attribute of a connection to SQLite: its databases, if there ever were several
_FOUND = 10_000  # names

_pools: "weakref.WeakKeyDictionary[Any, Attached]" = weakref.WeakKeyDictionary()  # of SQLAlchemy, by their last use
_memories: "weakref.WeakKeyDictionary[Any, memory.Database]" = weakref.WeakKeyDictionary()  # of the same pools


class _Database(NamedTuple):
    """A database of a connection."""

    name: str  # in small letters
    namespace: str  # "" = that of the connection's own, or of the session
    of_session: bool  # it ends with it


class Attached:
    """The databases of a connection; equal to another in which names mean the same."""

    __slots__ = ("_before", "_found", "_meant", "asks", "databases", "elsewhere", "private", "temporary")

    def __init__(
        self,
        databases: Iterable[_Database],
        temporary: frozenset[str],
        changes: int,
        asks: Callable[[], Any],
        before: "Attached | None" = None,
    ) -> None:
        self.databases = tuple(databases)  # in the order in which they are searched
        self.temporary = temporary  # tables and views, in small letters
        self.private = bool(temporary) or any(one.of_session and one is not _TEMP for one in self.databases)
        self.elsewhere = "main", frozenset[str]()  # where tables lie that are nowhere now, but for these of main
        self.asks = asks  # returns the connection, as long as it is there
        self._before = before
        self._found: dict[str, str] = {}  # name of a table -> of its database
        self._meant = self.databases, temporary, changes

    def __eq__(self, other: object) -> bool:
        """Whether all names mean the same here and there."""
        if not isinstance(other, Attached) or self._meant != other._meant:
            return False
        return self is other or not self.private or self.session == other.session

    def __hash__(self) -> int:
        """Return the hash of what names mean."""
        return hash(self._meant)

    @property
    def session(self) -> str:
        """The namespace of what ends with the connection."""
        return session(self.asks())

    def having(self, one: _Database) -> "Attached":
        """Return the same with another database by the name of ``one``."""
        others = [one if each.name == one.name else each for each in self.databases]
        _, temporary, changes = self._meant
        made = Attached(others, temporary, changes, self.asks, self._before)
        made.elsewhere = self.elsewhere
        return made

    def split(self, name: str) -> tuple[_Database | None, str]:
        """Return the database that a name begins with, if it does, and the rest."""
        low = name.lower()
        found = next((one for one in self.databases if low.startswith(f"{one.name}.")), None)
        return found, name if found is None else name[len(found.name) + 1 :]

    def full(self, name: str, beyond: str = "") -> str:
        """Return a name with the database that it is of, which is not ``beyond``."""
        database, table = self.split(name)
        return name if database is not None else f"{self._where(table.lower(), beyond)}.{table}"

    def emptied(self, name: str) -> str:
        """Return a name with its database, of a table that was just made, or dropped."""
        database, table = self.split(name)
        if database is not None:
            return name
        low = table.lower()
        if self._before is not None and low in self.temporary ^ self._before.temporary:
            return f"temp.{table}"
        held = "main" if sqlite_asked.has(self.asks(), "main", table) else self._known(low)
        return f"{held or 'main'}.{table}"

    def source(self, one: Any, read: str) -> str:
        """Return the name of what a statement reads; what it makes by the same name in main was not there before.

        A view that lasts sees its own database alone.
        """
        if one.how != "create" or one.writes is None:
            return self.full(read)
        if one.kind == "CREATE VIEW" and self.split(read)[0] is None:
            database, _ = self.split(self.target(one))
            if database is not None and database is not _TEMP:
                return f"{database.name}.{read}"
        return self.full(read, beyond="main" if one.writes.names[0] == read else "")

    def target(self, one: Any) -> str:
        """Return the name of what a statement writes: what is made is in main, what is renamed stays where it was."""
        name: str = one.writes.names[0]
        if one.how != "create" or self.split(name)[0] is not None:
            return self.full(name)
        old = self.full(one.reads[0].names[0]) if one.kind == "ALTER TABLE" and one.reads else ""
        database, _ = self.split(old)
        return f"main.{name}" if database is None else f"{database.name}.{name}"

    def table(self, namespace: str, name: str) -> tuple[str, str]:
        """Return the namespace and the name of a table."""
        database, plain = self.split(self.full(name))
        if database is None or database.name == "main":
            return namespace, plain
        if database.of_session:
            return self.session, f"{database.name}.{plain}"
        return database.namespace, plain

    def _where(self, table: str, beyond: str) -> str:
        """Return the database that an unqualified name is of; what is nowhere is where it was last, else in main."""
        found = "temp" if table in (self._before or self).temporary else self._known(table)
        if found is None or found == beyond:
            lasting = [one.name for one in self.databases if one.name not in ("temp", beyond)]
            connection = self.asks() if lasting not in (["main"], []) else None
            has = (name for name in lasting if connection is not None and sqlite_asked.has(connection, name, table))
            gone, made = self.elsewhere
            found = next(has, "main" if table in made or gone == beyond else gone)
            if len(self._found) < _FOUND:
                self._found[table] = found
        return found

    def _known(self, table: str) -> str | None:
        return self._found.get(table) or (self._before._found.get(table) if self._before is not None else None)


class _Held:
    """What a connection is known to have."""

    __slots__ = ("changes", "doubted", "inside", "now", "turns", "view")

    def __init__(self) -> None:
        self.now: Attached | None = None  # None = one database
        self.view: Attached | None = None  # as the text that was executed last has found it
        self.changes = 0  # of lasting tables, while something was attached
        self.inside = False  # it was asked in a transaction, which may take it back
        self.doubted = False
        self.turns = False  # the text that was executed last gave one name to several files


def namespace(path: str) -> str:
    """Return the namespace of the tables of a file; "" = nobody records."""
    owner = client.current()
    return "" if owner is None else f"sqlite://{observe.name_of(path, '', owner.folder).name}"


def session(connection: Any) -> str:
    """Return the namespace of the tables that a connection has in memory; it stays while the connection lasts."""
    held = getattr(connection, "__dict__", None) if isinstance(connection, sqlite3.Connection) else None
    if held is None:  # of sqlite3's own class, or of another library
        return memory.namespace("sqlite")
    if MEMORY not in held:
        held[MEMORY] = memory.Database("sqlite")
    return str(held[MEMORY].namespace)


def of_pool(pool: Any) -> str:
    """Return the namespace of the tables that the connections of a pool of SQLAlchemy have in memory."""
    if pool is None:
        return memory.namespace("sqlite")
    return _memories.setdefault(pool, memory.Database("sqlite")).namespace


def heard(connection: Any, text: Any, values: Any = ()) -> None:
    """Take note of a text that was executed with ``values``: what it has attached, detached, made or dropped."""
    held = connection.__dict__.get(_HELD)
    if held is not None:
        held.view, held.turns = held.now, False
    if not isinstance(text, str):
        return
    says = attaching.said if len(text) <= attaching.SHORT else attaching.says
    if says(attaching.FIRST if held is None else attaching.CHANGES, text):
        held = connection.__dict__.setdefault(_HELD, held or _Held())
        _ask(held, connection, text, values)
        if held.now is not None and not all(one.of_session or one is _MAIN for one in held.now.databases):
            connection.__dict__[transactions.PASSING] = False  # it may write to a file


def turns(connection: Any) -> bool:
    """Whether names of databases meant several files, one after another, in the text that was executed last."""
    held = connection.__dict__.get(_HELD)
    return held is not None and held.turns


def turn(connection: Any, statement: str) -> None:
    """Have names mean what they do from one statement of such a text on."""
    held = connection.__dict__[_HELD]
    for name, file in attaching.turns(statement):
        if file is not None and held.view is not None:
            held.view = held.view.having(_named(name, "", file))


def doubt(connection: Any) -> None:
    """Have a connection asked anew: a transaction was taken back."""
    held = getattr(connection, "__dict__", {}).get(_HELD)
    if held is not None:
        held.doubted = True


def among(place: "Place", connection: Any) -> "Place":
    """Return the place of a connection to SQLite with its databases, if it has several."""
    view = _of(connection)
    if view is None:
        return place
    return place._replace(databases=view)


def ran(pool: Any, connection: Any) -> None:
    """Take note that a connection of a pool of SQLAlchemy was used, as those who know the engine alone see no other."""
    attributes = getattr(connection, "__dict__", {})
    held = attributes.get(_HELD)
    if attributes.get(sqlite_asked.FILE) == "":
        _memories[pool] = attributes.setdefault(MEMORY, _memories.get(pool) or memory.Database("sqlite"))
    if held is not None and held.view is not None:
        _pools[pool] = held.view
    elif _pools:
        _pools.pop(pool, None)


def full(place: "Place", name: str) -> str:
    """Return the name of a table with the database that it is of, where there are several."""
    return name if place.databases is None else place.databases.full(name)


def source(place: "Place", one: Any, read: str) -> str:
    """Return the name of what a statement reads."""
    return read if place.databases is None else place.databases.source(one, read)


def emptied(place: "Place", name: str) -> str:
    """Return the name of a table that was made without rows, or dropped."""
    return name if place.databases is None else place.databases.emptied(name)


def target(place: "Place", one: Any) -> str:
    """Return the name of what a statement writes."""
    name: str = one.writes.names[0]
    return name if place.databases is None else place.databases.target(one)


def table(place: "Place", name: str) -> tuple[str, str]:
    """Return the namespace and the name of a table."""
    if place.databases is not None:
        return place.databases.table(place.namespace, name)
    return place.namespace, name[5:] if place.scheme == "sqlite" and name[:5].lower() == "main." else name


def _of(connection: Any) -> Attached | None:
    """The databases of a connection, if there are several."""
    attributes = getattr(connection, "__dict__", None) or {}
    held = attributes.get(_HELD)
    if held is not None:
        if held.doubted or (held.inside and not connection.in_transaction):
            _ask(held, connection, "")
        view: Attached | None = held.view
        return view
    return None if sqlite_asked.FILE in attributes else _of_another(connection)


def _of_another(connection: Any) -> Attached | None:
    """The databases of a connection that has told of nothing, or of one of SQLAlchemy."""
    if isinstance(connection, sqlite3.Connection):
        held = _Held()
        _ask(held, connection, "")
        return held.view
    if hasattr(type(connection), "exec_driver_sql"):
        return _of(connection.connection.dbapi_connection)
    bind = connection.get_bind() if hasattr(type(connection), "get_bind") else connection
    pool = getattr(bind, "pool", None)
    return _pools.get(pool) if _pools and pool is not None else None


def _ask(held: _Held, connection: Any, text: str, values: Any = ()) -> None:
    """Ask a connection for its databases, after ``text`` was executed on it."""
    before, found, turned = held.now, sqlite_asked.databases(connection), attaching.turns(text, values)
    had = {} if before is None else {one.name: one for one in before.databases}
    files = {name: file for name, file in turned if file is not None}
    said = {name: _named(name, "", file) for name, file in files.items()}
    if found:
        known = {name.lower(): _named(name.lower(), file, files.get(name.lower(), "")) for name, file in found}
        temporary = sqlite_asked.temporary(connection) if _TEMP.name in known else frozenset()
    else:  # somebody listens: what the text says is all that is known
        gone = {name for name, file in dict(turned).items() if file is None}
        known = {_MAIN.name: _MAIN, **{name: one for name, one in {**had, **said}.items() if name not in gone}}
        temporary = attaching.made(text, temporary=True).union(() if before is None else before.temporary)
    known = {_TEMP.name: _TEMP, **known}
    several = len(known) > 2 or bool(temporary)
    held.changes += len(known) > 2 and attaching.lasting(text)
    held.doubted, held.inside = False, connection.in_transaction
    asks = _weakly(connection)
    held.now = Attached(known.values(), temporary, held.changes, asks) if several else None
    held.view = held.now
    if text:  # which may name what it has detached, and means what was there before it
        was = before or Attached((), frozenset(), 0, asks)
        several = len(files) < sum(file is not None for _, file in turned)
        held.turns = several or any(had.get(name, one) != one for name, one in said.items())
        first = {
            name: one for name, one in {**said, **had}.items() if name not in known or (held.turns and name in said)
        }
        held.view = Attached({**known, **first}.values(), temporary, held.changes, asks, was)
        for name in (name for name, file in turned if file is None and name not in known):
            held.view.elsewhere = name, attaching.made(text)


_MAIN = _Database("main", "", of_session=False)
_TEMP = _Database("temp", "", of_session=True)


def _named(name: str, file: str, given: str) -> _Database:
    """A database by its name, the file that SQLite tells, and the one that was given."""
    if name in (_MAIN.name, _TEMP.name):
        return _MAIN if name == _MAIN.name else _TEMP
    if given.startswith("file:"):
        parts = urlsplit(given)
        given = "" if "mode=memory" in parts.query else unquote(parts.path)
    path = os.path.abspath(given) if given not in ("", ":memory:") else ""
    if file and (not path or os.path.realpath(path) != os.path.realpath(file)):
        path = file
    return _Database(name, namespace(path) if path else "", of_session=not path)


def _weakly(connection: Any) -> Callable[[], Any]:
    """What returns the connection, which it does not keep open; one of sqlite3's own class cannot be held so."""
    try:
        return weakref.ref(connection)
    except TypeError:
        return lambda: None
