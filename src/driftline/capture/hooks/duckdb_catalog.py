"""What DuckDB is asked: its catalog, through a cursor of its own, and whether a transaction can still be committed.

Enters: connections and names of tables. Leaves: columns, and rows of the catalog. A cursor is a connection of its own:
it sees what is committed, and leaves the user's transaction and pending result alone. What a table has is asked once,
until something has run that may change more than rows; of databases that others can change, each time.
"""

import re
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

from driftline import later
from driftline.capture.ground import bounded
from driftline.capture.ground import own as ours
from driftline.capture.hooks import duckdb_scope
from driftline.capture.hooks.duckdb_scope import MAIN, TEMP, Scopes, Way
from driftline.capture.runs import transactions
from driftline.capture.runs.around import enclosing
from driftline.event.lineage import Field

_COLUMNS = (  # ``lower`` may be a macro of the user's
    "select column_name, data_type, system.main.lower(database_name), system.main.lower(schema_name) "
    "from duckdb_columns() where system.main.lower(table_name) = ? order by column_index"
)
_DATABASES = (
    "select path, system.main.lower(database_name), type from duckdb_databases() where not internal "
    "order by database_oid"
)
_EXTENSION = "select 1 from duckdb_extensions() where extension_name = 'json' and loaded"
_SCHEMATA = "select system.main.lower(database_name), system.main.lower(schema_name) from duckdb_schemas()"
_SCHEMAS = frozenset(("information_schema", "pg_catalog"))
_VIEWS = ("sqlite_master", "sqlite_schema", "sqlite_temp_", "duckdb_", "__duckdb_")  # the last ones are no tables
_KEYS = (
    "select constraint_column_names, system.main.lower(database_name), system.main.lower(schema_name) "
    "from duckdb_constraints() where system.main.lower(table_name) = ? and constraint_type in ('PRIMARY KEY', 'UNIQUE')"
)
_ROWS = later.pattern(  # one statement that changes rows at most
    r"(?:\s|--[^\n]*\n)*(?:insert|update|delete|merge|truncate|select|from|with|values|copy(?!\s+from\b))\b[^;]*;?\s*",
    re.IGNORECASE,
)
_TABLES = 10_000
_ACTS = {"begin": transactions.begin, "commit": transactions.commit, "rollback": transactions.rollback}


def own(name: str) -> bool:
    """Whether a table's name means what DuckDB tells about itself, which is no data of the user's."""
    *way, plain = name.lower().split(".")
    return not _SCHEMAS.isdisjoint(way) or plain.startswith(_VIEWS)


def rows(text: str) -> bool:
    """Whether a text is one statement that changes rows at most, and no tables."""
    return _ROWS.fullmatch(text) is not None


class Meant(NamedTuple):
    """The table that a name means, in small letters."""

    database: str
    schema: str
    name: str


class Catalog:
    """The catalogs of all connections of this process."""

    def __init__(self, duckdb: Any) -> None:
        self.execute = duckdb.DuckDBPyConnection.execute  # the originals, taken before they are patched
        self.query = duckdb.DuckDBPyConnection.sql
        self.close = duckdb.DuckDBPyConnection.close
        self._fetch = duckdb.DuckDBPyConnection.fetchall
        self._error = duckdb.Error
        self._plans: bool | None = None  # DuckDB tells the plans of statements
        self._known: weakref.WeakKeyDictionary[Any, dict[tuple[str, ...], list[Any]]] = weakref.WeakKeyDictionary()
        self._own: weakref.WeakKeyDictionary[Any, tuple[str, str]] = weakref.WeakKeyDictionary()
        self._uncommitted: weakref.WeakSet[Any] = weakref.WeakSet()  # connections that may have changed a catalog
        self.scopes = Scopes()
        self.number = 0  # another one once a name may mean something else, or a table may have other columns

    def ask(self, connection: Any, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return the rows of a query through a cursor; a connection that is not known answers nothing."""
        if connection is None:
            return []
        cursor = connection.cursor()
        try:
            self.execute(cursor, query, list(parameters))
            rows: list[Any] = self._fetch(cursor)
            return rows
        finally:
            self.close(cursor)

    def complaint(self, connection: Any, query: str) -> str:
        """Return what DuckDB has to say against a query; "" = nothing."""
        try:
            self.ask(connection, query)
        except self._error as error:
            return str(error)
        return ""

    # --- what may have changed --------------------------------------------------------------------------------

    def ran(self, connection: Any, texts: Sequence[str], *, failed: bool = False) -> None:
        """A call that was given these has run on a connection: catalogs may have changed, and what its names mean."""
        if len(texts) == 1 and transactions.controls(texts[0]):
            for verb in duckdb_scope.ends(texts[0]):
                if verb == "begin" and not failed and connection is not None:
                    transactions.begin(connection)  # also where no run is there to take note of it
                if not failed or verb == "commit":  # one that fails has taken back what there was
                    self.ended(connection, "rollback" if failed else verb)
                if verb != "begin" and (failed or enclosing() is None):  # nobody else takes note that none lasts now
                    _ACTS["rollback" if failed else verb](connection)
            return
        self.changed()
        if connection is None:
            return
        self._uncommitted.add(connection)
        parts = [] if failed else [part for text in texts for part in duckdb_scope.apart(text)]
        for one in parts:
            self.moved(connection, one)
        verbs = [verb for one in parts for verb in duckdb_scope.ends(one)]
        if verbs and (enclosing() is None or not any(map(transactions.mixed, texts))):  # else each is taken note of
            _ACTS[verbs[-1]](connection)

    def changed(self) -> None:
        """Nothing that is known of catalogs holds any longer."""
        self.number += 1
        self._known.clear()

    def ended(self, connection: Any, verb: str) -> None:
        """A transaction begins or ends: only of what it has changed itself can others see something else now."""
        if connection is None:
            self.changed()
            return
        if verb != "begin" and not transactions.begun(connection) and connection not in self._uncommitted:
            return  # nothing was begun
        self.number += 1
        self.scopes.own(connection).ended(verb)
        if verb != "begin" and connection in self._uncommitted:
            self._uncommitted.discard(connection)
            self.changed()

    def moved(self, connection: Any, text: str) -> None:
        """One statement has run: the connection may look elsewhere for tables."""
        ways = duckdb_scope.moved(text)
        scope = self.scopes.own(connection)
        if ways is None:
            scope.ran(text)
        made = duckdb_scope.made(text) if scope.before is not None else None
        if ways is None and made is None:
            return
        token = ours.enter(ours.OURS)
        try:
            if ways is not None:
                scope.path = tuple(self._schema(connection, way) for way in ways)
            elif made is not None:
                place = self._path(connection)[0] if len(made) == 1 else self.meant(connection, ".".join(made))[:2]
                bounded.room(scope.made, duckdb_scope.MOST)
                scope.made[*place, made[-1]] = None
        finally:
            ours.leave(token)

    def _schema(self, connection: Any, way: Way) -> tuple[str, str]:
        """Return the database and schema that a part of a search path means."""
        if len(way) > 1:
            return way[-2], way[-1]
        path = self._path(connection)
        current = next((database for database, schema in path if schema == way[0]), path[0][0])
        schemas = self._told(connection, _SCHEMATA)
        if (current, way[0]) not in schemas and any(one[1] == way[0] for one in self._databases(connection)):
            return way[0], MAIN
        return current, way[0]

    # --- what is asked ----------------------------------------------------------------------------------------

    def _told(self, connection: Any, query: str, *names: str) -> list[Any]:
        """Return what the catalog tells, of tables of a name in small letters."""
        if connection is None:
            return []
        key, number = (query, *names), self.number
        held = self._known.get(connection)
        found = None if held is None else held.get(key)
        if found is None:
            found = self.ask(connection, query, names)
            alone = query == _DATABASES or self.alone(connection)
            known = self._known.setdefault(connection, {})
            if number == self.number and alone and len(known) < _TABLES:
                known[key] = found
        return found

    def _databases(self, connection: Any) -> list[Any]:
        return self._told(connection, _DATABASES)

    def alone(self, connection: Any) -> bool:
        """Whether nobody outside of this process can change the databases of a connection meanwhile."""
        return all(
            kind == "duckdb" and "://" not in (path or "") and not (path or "").startswith("md:")
            for path, _, kind in self._databases(connection)
        )

    def _of(self, connection: Any) -> tuple[str, str]:
        """Return the name and the file of a connection's own database, also once it is detached."""
        found = self._own.get(connection)
        if found is None:
            rows = self._databases(connection)
            found = self._own[connection] = (rows[0][1], str(rows[0][0] or "")) if rows else ("", "")
        return found

    def path(self, connection: Any) -> str:
        """Return the file of a connection's database; "" = it is in memory."""
        return "" if connection is None else self._of(connection)[1]

    # --- what a name means ------------------------------------------------------------------------------------

    def _path(self, connection: Any) -> tuple[tuple[str, str], ...]:
        return self.scopes.of(connection).path or ((self._of(connection)[0], MAIN),)

    def meant(self, connection: Any, name: str) -> Meant:
        """Return the table that a name means, or would be made under it, where a connection looks for tables."""
        *way, plain = name.lower().split(".")
        if connection is None:
            return Meant(way[0] if len(way) > 1 else "", way[-1] if way else MAIN, plain)
        if self.temporary(connection, name) or way[:1] == [TEMP]:
            return Meant(TEMP, MAIN, plain)
        if len(way) > 1:
            return Meant(way[-2], way[-1], plain)
        path = self._path(connection)
        first, named = path[0][0], way[0] if way else MAIN
        places = [one for one in path if not way or one[1] == named]
        database = bool(way) and any(one[1] == named for one in self._databases(connection))
        if not database or (first, named) in self._told(connection, _SCHEMATA):
            places.append((first, named))
        if database:
            places += [one for one in path if one[0] == named] or [(named, MAIN)]
        if len(set(places)) > 1:
            there = {row[2:4] for row in self._told(connection, _COLUMNS, plain)}
            there.update(one[:2] for one in self.scopes.of(connection).made if one[2] == plain)  # which no cursor sees
            places = [one for one in places if one in there] or places
        return Meant(*places[0], plain)

    def temporary(self, connection: Any, name: str) -> bool:
        """Whether a name means a temporary table or view, which come before all others."""
        held = self.scopes.of(connection).temporary
        return bool(held) and (small := name.lower()).rpartition(".")[2] in held and duckdb_scope.passing(small)

    def placed(self, connection: Any, name: str) -> tuple[str, str]:
        """Return the file of the database that a table is in, and its name there.

        The file is ``""`` where the table is in the connection's own database, however that is called, and where the
        database that is meant has no file or is not DuckDB's. ``main``, the schema that tables are in, is left out.
        """
        database, schema, plain = self.meant(connection, name)
        rest = plain if schema == MAIN else f"{schema}.{plain}"
        if not database or (connection is not None and database == self._of(connection)[0]):
            return "", rest
        for path, known, kind in self._databases(connection):
            if known == database and path and kind == "duckdb":
                return str(path), rest
        return "", f"{database}.{rest}"

    def _rows(self, connection: Any, name: str) -> list[Any]:
        """Return the rows of the catalog for the columns of the table that ``name`` means."""
        if connection is None:
            return []
        meant = self.meant(connection, name)
        return [row for row in self._told(connection, _COLUMNS, meant.name) if row[2:4] == meant[:2]]

    def columns(self, connection: Any, name: str) -> tuple[str, ...] | None:
        """Return the names of the columns of a table; None where there is none, or it is a temporary one."""
        return tuple(row[0] for row in self._rows(connection, name)) or None

    def fields(self, connection: Any, name: str) -> tuple[Field, ...] | None:
        """Return the columns of a table; None where a transaction may change them."""
        if connection is None or transactions.begun(connection):
            return None
        return tuple(Field(row[0], row[1]) for row in self._rows(connection, name)) or None

    def keys(self, connection: Any, name: str) -> frozenset[str]:
        """Return the columns, in small letters, of which a table takes no two rows that have the same."""
        if connection is None:
            return frozenset()
        meant = self.meant(connection, name)
        rows = self._told(connection, _KEYS, meant.name)
        return frozenset(
            str(column).lower() for columns, *place in rows if tuple(place) == meant[:2] for column in columns
        )

    def empty(self, connection: Any, name: str) -> bool:
        """Whether a table is there and has no rows, where that can be told."""
        if connection is None:
            return False
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in self.meant(connection, name))
        try:
            return not self.ask(connection, f"select 1 from {quoted} limit 1")  # noqa: S608 - a quoted name
        except self._error:  # nobody else can see it yet
            return False

    def serialises(self, connection: Any) -> bool:
        """Return whether plans can be had without an extension being fetched for it."""
        if self._plans is None:
            self._plans = bool(self.ask(connection, _EXTENSION))
        return self._plans

    def lost(self, connection: Any) -> Any:
        """Return the connection, if a failed statement has ended its transaction, which a commit takes back silently.

        Asked on the connection itself, just before the commit, which ends whatever result is pending.
        """
        scope = self.scopes.of(connection)
        made = scope.before is not None and scope.before.keys() != scope.temporary.keys()
        if not made and not transactions.holds(connection):
            return None
        try:
            self.execute(connection, "select 1")
        except self._error:
            return connection
        return None
