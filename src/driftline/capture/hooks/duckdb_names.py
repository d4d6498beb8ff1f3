"""What names mean on connections of DuckDB: frames among variables, tables of the catalog, those that statements made.

Enters: a connection, a name in any case, and what it means. Leaves: datasets, and columns. Holds ``MOST`` names of a
connection that the catalog does not tell of, the newest: a service that makes up a name for each request goes on for
months.
"""

import weakref
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from driftline.capture.ground import bounded
from driftline.capture.hooks import duckdb_scope, memory
from driftline.capture.hooks.duckdb_catalog import Catalog
from driftline.capture.hooks.duckdb_files import folder
from driftline.capture.runs import observe, transactions
from driftline.event.lineage import Dataset

MOST = 10_000

Meaning = TypeVar("Meaning")


class Names(Generic[Meaning]):
    """Names by connection, for as long as that lives."""

    def __init__(self) -> None:
        self._held: weakref.WeakKeyDictionary[Any, dict[str, Meaning]] = weakref.WeakKeyDictionary()

    def put(self, connection: Any, name: str, meaning: Meaning) -> None:
        """Have ``name`` mean something from now on; the oldest goes."""
        held = self._held.setdefault(connection, {})
        key = name.lower()
        held.pop(key, None)
        bounded.room(held, MOST)
        held[key] = meaning

    def drop(self, connection: Any, name: str) -> None:
        """Have ``name`` mean nothing of this any more."""
        held = self._held.get(connection)
        if held is not None:
            held.pop(name.lower(), None)

    def of(self, connection: Any) -> Mapping[str, Meaning]:
        """Return what names of ``connection``, in lower case, mean; None is no connection, and has none."""
        return MappingProxyType({}) if connection is None else self._held.get(connection, MappingProxyType({}))


class Meanings:
    """What the names of all connections mean."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._databases: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self._memories: weakref.WeakKeyDictionary[Any, memory.Database] = weakref.WeakKeyDictionary()
        self._default = memory.Database("duckdb")  # of the module's own functions, and of what was opened before
        self._made: Names[tuple[str, ...] | None] = Names()  # tables by statements: a cursor may not see them
        self._registered: Names[None] = Names()

    def opened(self, connection: Any, database: str) -> None:
        """A connection was opened; those in memory are one if they have the same name."""
        if database != ":default:":
            named = database.startswith(":memory:") and database != ":memory:"
            self._memories[connection] = memory.shared("duckdb", database) if named else memory.Database("duckdb")

    def opened_again(self, connection: Any, cursor: Any) -> None:
        """Another connection was made to what one has opened."""
        self._memories[cursor] = self._memories.get(connection, self._default)

    def opened_as(self, connection: Any) -> memory.Database:
        """Return what stands for the database that a connection was opened to, and those that were made of it."""
        return self._memories.get(connection, self._default)

    def is_new(self, connection: Any) -> bool:
        """Whether a database was empty when it was opened."""
        return connection in self._memories and not self._catalog.path(connection)

    def register(self, connection: Any, name: str) -> None:
        """From now on a name means a frame."""
        self._catalog.changed()
        self._registered.put(connection, name, None)

    def unregister(self, connection: Any, name: str) -> None:
        """From now on it means what it did before."""
        self._catalog.changed()
        self._registered.drop(connection, name)

    def make(self, connection: Any, name: str, columns: tuple[str, ...] | None) -> None:
        """A statement has made a table of these columns; None = they are not known."""
        self._made.put(connection, self._key(connection, name), columns)

    def ran(self, connection: Any, texts: Sequence[str], *, failed: bool = False) -> None:
        """These have run, and what they say of names is not taken note of yet."""
        if connection is None or not (len(self._made.of(connection)) or transactions.begun(connection)):
            return
        for one in (one for text in texts for one in duckdb_scope.apart(text)):
            renamed = duckdb_scope.renamed(one)
            if renamed is not None and not failed:
                self._renamed(connection, *renamed)
                continue
            for name in duckdb_scope.changed(one):
                self._made.drop(connection, self._key(connection, name))
            for verb in duckdb_scope.ends(one):
                self.ended(connection, verb)

    def _renamed(self, connection: Any, table: str, old: str, new: str) -> None:
        """A column has another name, which a cursor does not see before it is committed."""
        known, key = self.columns(connection, table), self._key(connection, table)
        if key in self._made.of(connection) or transactions.begun(connection):
            self._made.put(connection, key, known and tuple(new if one.lower() == old else one for one in known))

    def ended(self, connection: Any, verb: str) -> None:
        """A transaction has begun or ended."""
        for key in list(self._made.of(connection)) if verb == "rollback" else ():
            if not key.startswith(f"{duckdb_scope.TEMP}."):
                self._made.drop(connection, key)

    def shadowed(self, connection: Any, text: str) -> bool:
        """Whether one of several statements makes a temporary table of the name of another one."""
        made = [name for one in duckdb_scope.apart(text) for name in duckdb_scope.temporary(one)] if ";" in text else ()
        return any(
            not self._catalog.temporary(connection, name) and self._catalog.columns(connection, name) for name in made
        )

    def is_variable(self, connection: Any, name: str, caller: Any) -> bool:
        """Whether a table's name means a frame among the caller's variables rather than a table."""
        if name.lower() in self._registered.of(connection):
            return True
        if "." in name or self._catalog.temporary(connection, name):
            return False
        if self._key(connection, name) in self._made.of(connection):
            return False
        value = caller.f_locals.get(name, caller.f_globals.get(name))
        if value is None or not any(hasattr(value, sign) for sign in ("__arrow_c_stream__", "columns", "to_arrow")):
            return False
        return self._catalog.columns(connection, name) is None

    def columns(self, connection: Any, name: str) -> tuple[str, ...] | None:
        """Return the columns of a table, in a transaction as its own statements have made it; None = not known."""
        if connection is None:
            return None
        made, key = self._made.of(connection), self._key(connection, name)
        if key in made and (transactions.begun(connection) or self._catalog.temporary(connection, name)):
            return made[key]
        return self._catalog.columns(connection, name) or made.get(key)

    def table(self, connection: Any, name: str) -> Dataset:
        """Return the dataset that a table is."""
        path, table = self._catalog.placed(connection, name)
        return Dataset(_named(path) if path else self._database(connection), table)

    def _key(self, connection: Any, name: str) -> str:
        return ".".join(self._catalog.meant(connection, name))

    def _database(self, connection: Any) -> str:
        if connection is None:
            return memory.namespace("duckdb")
        found = self._databases.get(connection)
        if found is None:
            path = self._catalog.path(connection)
            found = self._databases[connection] = _named(path) if path else ""
        return found or self._memories.get(connection, self._default).namespace


def _named(path: str) -> str:
    return f"duckdb://{observe.name_of(path, '', folder()).name}"
