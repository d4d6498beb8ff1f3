"""What DuckDB is asked: its catalog, through a cursor of its own, and whether a transaction can still be committed.

Enters: connections and names of tables. Leaves: columns, and rows of the catalog. A cursor is a connection of its own:
it sees what is committed, and leaves the user's transaction and pending result alone. What a table has is asked once,
until something has run that may change more than rows; of databases that others can change, each time.
"""

import re
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

from driftline import later
from driftline.capture.runs import transactions
from driftline.event.lineage import Field

_COLUMNS = (
    "select column_name, data_type, database_name, schema_name from duckdb_columns() "
    "where lower(table_name) = ? order by column_index"
)
_DATABASES = "select path, lower(database_name), type from duckdb_databases() where not internal order by database_oid"
_EXTENSION = "select 1 from duckdb_extensions() where extension_name = 'json' and loaded"
_SCHEMAS = frozenset(("information_schema", "pg_catalog"))
_VIEWS = ("sqlite_master", "sqlite_schema", "sqlite_temp_", "duckdb_", "__duckdb_")  # the last ones are no tables
_KEYS = (
    "select constraint_column_names from duckdb_constraints() "
    "where lower(table_name) = ? and constraint_type in ('PRIMARY KEY', 'UNIQUE')"
)
_ROWS = later.pattern(  # one statement that changes rows at most
    r"(?:\s|--[^\n]*\n)*(?:insert|update|delete|merge|truncate|select|from|with|values|copy(?!\s+from\b))\b[^;]*;?\s*",
    re.IGNORECASE,
)
_TABLES = 10_000


def own(name: str) -> bool:
    """Whether a table's name means what DuckDB tells about itself, which is no data of the user's."""
    *way, plain = name.lower().split(".")
    return not _SCHEMAS.isdisjoint(way) or plain.startswith(_VIEWS)


class Catalog:
    """The catalogs of all connections of this process."""

    def __init__(self, duckdb: Any) -> None:
        self.execute = duckdb.DuckDBPyConnection.execute  # the originals, taken before they are patched
        self.query = duckdb.DuckDBPyConnection.sql
        self._fetch = duckdb.DuckDBPyConnection.fetchall
        self._error = duckdb.Error
        self._plans: bool | None = None  # DuckDB tells the plans of statements
        self._known: weakref.WeakKeyDictionary[Any, dict[tuple[str, str], list[Any]]] = weakref.WeakKeyDictionary()
        self._alone: weakref.WeakKeyDictionary[Any, bool] = weakref.WeakKeyDictionary()
        self._changes = 0  # that catalogs may have had

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
            cursor.close()

    def ran(self, given: Iterable[Any]) -> None:
        """A call that was given these has run, for whatever connection: catalogs may have changed.

        They have not where one of these is the text of a statement that changes rows alone.
        """
        texts = [text for one in given if isinstance(text := getattr(one, "query", one), str)]
        if any(_ROWS.fullmatch(text) for text in texts):
            return
        self._changes += 1
        self._known.clear()
        if any("attach" in text.lower() for text in texts):
            self._alone.clear()

    def _told(self, connection: Any, query: str, name: str) -> list[Any]:
        """Return what the catalog tells of tables of this name, in small letters."""
        if connection is None:
            return []
        key, changes = (query, name), self._changes
        found = self._known.get(connection, {}).get(key)
        if found is None:
            found = self.ask(connection, query, [name])
            if connection not in self._alone:
                databases = self.ask(connection, _DATABASES)
                self._alone[connection] = all(
                    kind == "duckdb" and "://" not in (path or "") and not (path or "").startswith("md:")
                    for path, _, kind in databases
                )
            known = self._known.setdefault(connection, {})
            if changes == self._changes and self._alone[connection] and len(known) < _TABLES:
                known[key] = found
        return found

    def path(self, connection: Any) -> str:
        """Return the file of a connection's database; "" = it is in memory."""
        rows = self.ask(connection, _DATABASES)
        return str(rows[0][0]) if rows and rows[0][0] else ""

    def placed(self, connection: Any, name: str) -> tuple[str, str]:
        """Return the file of the database that a table's name begins with, and the rest of the name.

        The file is ``""`` where the table is in the connection's own database, however that is called, and where the
        database that is meant has no file or is not DuckDB's. ``main``, the schema that tables are in, is left out.
        """
        name = name.lower()
        first, _, rest = name.partition(".")
        if rest and first != "main":
            for number, (path, database, kind) in enumerate(self.ask(connection, _DATABASES)):
                if database == first and (number == 0 or (path and kind == "duckdb")):
                    return ("" if number == 0 else str(path)), rest.removeprefix("main.")
        return "", name.removeprefix("main.")

    def _rows(self, connection: Any, name: str) -> list[Any]:
        """Return the rows of the catalog for the columns of the tables that ``name`` may mean."""
        *way, plain = name.lower().split(".")
        rows = ((*row[:2], row[2].lower(), row[3].lower()) for row in self._told(connection, _COLUMNS, plain))
        if not way:
            return list(rows)
        if len(way) > 1:
            return [row for row in rows if row[2:4] == tuple(way[-2:])]
        return [row for row in rows if row[3] == way[0] or row[2:4] == (way[0], "main")]

    def columns(self, connection: Any, name: str) -> tuple[str, ...] | None:
        """Return the names of the columns of a table; None where there is none, or several of that name."""
        rows = self._rows(connection, name)
        names = tuple(row[0] for row in rows)
        return names if names and len({one.lower() for one in names}) == len(names) else None

    def fields(self, connection: Any, name: str) -> tuple[Field, ...] | None:
        """Return the columns of one table; None where it is not certain which, or a transaction may change them."""
        if connection is None or transactions.begun(connection):
            return None
        rows = [row for row in self._rows(connection, name) if "." in name or row[3] == "main"]
        return tuple(Field(row[0], row[1]) for row in rows) if len({row[2] for row in rows}) == 1 else None

    def keys(self, connection: Any, name: str) -> frozenset[str]:
        """Return the columns, in small letters, of which a table takes no two rows that have the same."""
        rows = self._told(connection, _KEYS, name.lower().rpartition(".")[2])
        return frozenset(str(column).lower() for (columns,) in rows for column in columns)

    def empty(self, connection: Any, name: str) -> bool:
        """Whether a table is there and has no rows, where that can be told."""
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
        try:
            return connection is not None and not self.ask(connection, f"select 1 from {quoted} limit 1")  # noqa: S608 - a quoted name
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
        if not transactions.holds(connection):
            return None
        try:
            self.execute(connection, "select 1")
        except self._error:
            return connection
        return None
