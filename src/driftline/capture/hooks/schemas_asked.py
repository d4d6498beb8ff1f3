"""What a connection to PostgreSQL says of where names are looked for: by itself, by its options, or asked.

Enters: connections of psycopg, psycopg2 and asyncpg. Leaves: the search path as the server has told it, which it does
from version 18 on, and the schema in which it finds a table. It is asked for that with one SELECT over catalogs, over
the user's connection, and only where that changes nothing there: no statement is under way, none has failed, nothing
waits in a pipeline, no other thread is at it, and no transaction begins by it; and only of PostgreSQL itself, as a
question that another server refuses would end the user's transaction. Where it cannot be asked, None says so.
"""

import sys
from collections.abc import Callable
from typing import Any

_IDLE, _INSIDE = 0, 2  # libpq's PQTRANS_IDLE and PQTRANS_INTRANS
_TUPLES = 2  # libpq's PGRES_TUPLES_OK
_ITSELF = "in_hot_standby"  # is told by PostgreSQL from version 14 on, not by Redshift and others that speak as it does
_ASKED = (
    "SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relname = {} AND n.nspname <> {} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    " AND n.nspname = ANY (pg_catalog.current_schemas(false))"
    " ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) LIMIT 1"
)


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


def schema_of(refers: Callable[[], Any], name: str, beyond: str) -> str | None:
    """Return the first schema of the search path that has a table or view of a name; None where nobody says.

    Args:
        refers: returns the connection, as long as it is there.
        name: of the table, as it is kept.
        beyond: a schema that does not count.
    """
    connection = refers()
    if getattr(connection, "closed", True):  # that of asyncpg has no such attribute, and is not asked
        return None
    if hasattr(connection, "pgconn"):
        return _by_psycopg(connection, name, beyond)
    return _by_psycopg2(connection, name, beyond) if hasattr(connection, "get_parameter_status") else None


def _by_psycopg(connection: Any, name: str, beyond: str) -> str | None:
    lock = connection.lock
    if not hasattr(lock, "__enter__") or not lock.acquire(blocking=False):  # asynchronous, or in use by another thread
        return None
    try:
        server = connection.pgconn
        if server.transaction_status not in (_IDLE, _INSIDE) or server.pipeline_status:
            return None
        if server.parameter_status(_ITSELF.encode()) is None:
            return None
        found = server.exec_params(_ASKED.format("$1", "$2").encode(), [name.encode(), beyond.encode()])
        value = found.get_value(0, 0) if found.status == _TUPLES and found.ntuples else None
        return None if value is None else bytes(value).decode()
    finally:
        lock.release()


def _by_psycopg2(connection: Any, name: str, beyond: str) -> str | None:
    status = connection.info.transaction_status
    if connection.get_parameter_status(_ITSELF) is None:
        return None
    if status != _INSIDE and not (status == _IDLE and connection.autocommit):
        return None
    with sys.modules["psycopg2"].extensions.cursor(connection) as cursor:  # not of the user's class
        cursor.execute(_ASKED.format("%s", "%s"), (name, beyond))
        found = cursor.fetchone()
        return None if found is None else str(found[0])
