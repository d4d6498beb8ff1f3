"""What a connection to PostgreSQL says of where names are looked for: by itself, by its options, or asked.

Enters: connections of psycopg, psycopg2 and asyncpg. Leaves: the search path as the server has told it, which it does
from version 18 on, and the tables in the schemas of it. It is asked for those with one SELECT over catalogs, over the
user's connection, before a statement of the user, and only where that changes nothing there: no transaction is open,
none begins by it, nothing waits in a pipeline, no other thread is at it; so a question that is refused, or takes too
long, ends nothing but itself. It waits for no lock longer than its own bounds. Only PostgreSQL itself is asked.
"""

import contextlib
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

_IDLE = 0  # libpq's PQTRANS_IDLE
_TUPLES = 2  # libpq's PGRES_TUPLES_OK
_ITSELF = "in_hot_standby"  # is told by PostgreSQL from version 14 on, not by Redshift and others that speak as it does
_MOST = 20_000  # tables
_SECONDS = 10.0  # for which an answer stands
# of one text, so that what is set ends with it
_ASKED = (
    "SET LOCAL lock_timeout = 50; SET LOCAL statement_timeout = 500;"
    " SELECT n.nspname, c.relname FROM pg_catalog.pg_namespace n"
    " LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " WHERE n.nspname IN ({}) AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') LIMIT {}"
)


class Listing:
    """What lies in the schemas that a connection searches, as far as the server has told it."""

    __slots__ = ("_missed", "_names", "_schemas", "_until", "stale")

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}  # by schema, those of a statement that has just run, too
        self._schemas: frozenset[str] = frozenset()  # that were asked for
        self._missed: set[str] = set()
        self._until = 0.0
        self.stale = True

    def schema_of(self, path: Sequence[str], name: str, beyond: str) -> str:
        """Return the first schema of a path but ``beyond`` that has a table or view; "" = none is known to."""
        found = next((one for one in path if one != beyond and name in self._names.get(one, ())), "")
        if not found and name not in self._missed and len(self._missed) < _MOST:
            self._missed.add(name)
            self.stale = True
        return found

    def first(self, path: Sequence[str]) -> str:
        """Return the schema in which a table is made: the first that is there."""
        return next((one for one in path if one in self._names), path[0] if path else "")

    def made(self, schema: str, name: str) -> None:
        """Take note of a table that was made."""
        self._names.setdefault(schema, set()).add(name)

    def ask(self, connection: Any, path: Iterable[str]) -> bool:
        """Ask the server where that is due and hurts nobody; True where it has told something new."""
        schemas, now = frozenset(path), time.monotonic()
        if len(schemas) < 2 or (schemas <= self._schemas and not self.stale and now < self._until):
            return False
        self._schemas, self._until, self.stale = schemas, now + _SECONDS, False
        rows = _rows(connection, sorted(schemas))
        if rows is None or len(rows) >= _MOST:
            return False
        before, self._names = self._names, {}
        for schema, name in rows:
            names = self._names.setdefault(schema, set())
            if name is not None:
                names.add(name)
        return self._names != before


def told(connection: Any) -> Any:
    """Return the search path that the server has told last, as it writes it; None = it tells none."""
    found = getattr(connection, "pgconn", None)
    if found is not None:
        return found.parameter_status(b"search_path")
    if hasattr(connection, "get_parameter_status"):
        return connection.get_parameter_status("search_path")
    return getattr(connection.get_settings(), "search_path", None) if hasattr(connection, "get_settings") else None


def waits(connection: Any) -> bool:
    """Whether statements wait in a pipeline, so that the server has not told yet what they have set."""
    found = getattr(connection, "pgconn", None)
    return found is not None and bool(found.pipeline_status)


def options(connection: Any) -> str:
    """Return the options that the connection was opened with."""
    return str(getattr(getattr(connection, "info", None), "options", "") or "")


def user(connection: Any) -> str:
    """Return the name of the user; "" = it is not known."""
    return str(getattr(getattr(connection, "info", None), "user", "") or "")


def idle(connection: Any) -> bool:
    """Whether no transaction is open on a connection of psycopg, or on one of psycopg2 where none would begin."""
    server = getattr(connection, "pgconn", None)
    if server is not None:
        return bool(server.transaction_status == _IDLE)
    if not hasattr(connection, "get_parameter_status") or connection.closed:
        return False
    return bool(connection.autocommit and connection.info.transaction_status == _IDLE)


def _rows(connection: Any, schemas: Sequence[str]) -> list[tuple[Any, ...]] | None:
    """Return pairs of a schema and one of its tables, or None; None = nobody says."""
    if hasattr(connection, "pgconn"):
        return _by_psycopg(connection, schemas)
    return _by_psycopg2(connection, schemas) if hasattr(connection, "get_parameter_status") else None


def _by_psycopg(connection: Any, schemas: Sequence[str]) -> list[tuple[Any, ...]] | None:
    lock = connection.lock
    if not hasattr(lock, "__enter__") or not lock.acquire(blocking=False):  # asynchronous, or in use by another thread
        return None
    try:
        server = connection.pgconn
        if server.transaction_status != _IDLE or server.pipeline_status:
            return None
        if server.parameter_status(_ITSELF.encode()) is None:
            return None
        escape = sys.modules["psycopg"].pq.Escaping(server).escape_literal
        named = ",".join(bytes(escape(one.encode())).decode() for one in schemas)
        found = server.exec_(_ASKED.format(named, _MOST).encode())  # a NOTIFY stays for the statement that follows
        if found.status != _TUPLES:
            return None
        values = (found.get_value(row, column) for row in range(found.ntuples) for column in (0, 1))
        texts = (None if value is None else bytes(value).decode() for value in values)
        return list(zip(texts, texts, strict=True))
    finally:
        lock.release()


def _by_psycopg2(connection: Any, schemas: Sequence[str]) -> list[tuple[Any, ...]] | None:
    if not idle(connection) or connection.get_parameter_status(_ITSELF) is None:
        return None
    library = sys.modules["psycopg2"]
    if library.extensions.get_wait_callback() is not None:
        return None  # the user's code would be called, and others go on meanwhile
    with contextlib.suppress(library.Error), library.extensions.cursor(connection) as cursor:  # not of the user's class
        cursor.execute(_ASKED.format(",".join(["%s"] * len(schemas)), _MOST), schemas)
        return list(cursor.fetchall())
    return None
