"""SQLAlchemy: the statements that its engines execute, told by its own events.

Enters: the loaded sqlalchemy module. Leaves: two listeners on ``Engine``, which see every engine and session, the
asynchronous ones too. The database is named from the engine's address, without user and password. What tools
such as MLflow, Optuna and Airflow keep in databases of their own is their book-keeping and no data: engines that are
first used by them are passed over.
"""

import functools
import re
import sqlite3
import sys
import weakref
from typing import Any, NamedTuple

from driftline import later
from driftline.capture.ground import fault
from driftline.capture.hooks import addresses, attached, commits, database, dbapi, patch, schemas, sqlalchemy_results
from driftline.capture.hooks.addresses import Place
from driftline.capture.runs import transactions
from driftline.capture.runs.around import active
from driftline.capture.runs.recording import Recording

_PIECE = "hook sqlalchemy.execute"
_COMMITTING = frozenset(("mysql", "oracle"))  # definitions end the transaction there
_DEFINES = later.pattern(r"\s*(?:create|drop|alter|truncate|rename)\b(?!\s+temporary)", re.IGNORECASE)
_TOOLS = frozenset(("mlflow", "optuna", "dagster", "prefect", "pyiceberg", "airflow", "celery", "kombu"))
_BETWEEN = frozenset(("driftline", "sqlalchemy", "alembic", "contextlib"))

_books: "weakref.WeakKeyDictionary[Any, bool]" = weakref.WeakKeyDictionary()  # pool -> whether it is a tool's own
_servers: "weakref.WeakKeyDictionary[Any, Place | None]" = weakref.WeakKeyDictionary()  # pool -> where that leads to


class Listener(NamedTuple):
    """One listener that was put on."""

    event: Any
    target: Any
    name: str
    function: Any

    def undo(self) -> None:
        """Take it off."""
        self.event.remove(self.target, self.name, self.function)


def install(sqlalchemy: Any) -> list[Listener]:
    """Put the listeners on and return them."""
    event, engine = sqlalchemy.event, sqlalchemy.engine.Engine
    listeners = [
        Listener(event, engine, "before_cursor_execute", _before),
        Listener(event, engine, "after_cursor_execute", _after),
        *(Listener(event, engine, name, act) for name, act in commits.alchemy(addresses.tells).items()),
    ]
    for one in listeners:
        event.listen(engine, one.name, one.function)
    return listeners


def _before(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, executemany: Any) -> None:  # noqa: ARG001 - an event calls it so
    """Say that what this cursor executes is recorded here."""
    fault.attempt(_PIECE, _claim, cursor, statement)


def _claim(cursor: Any, statement: Any) -> None:
    run = active()
    if run is not None and type(cursor).__weakrefoffset__:
        dbapi.claimed.add(cursor)
    connection = getattr(cursor, "connection", None)
    if run is not None and connection is not None and not isinstance(connection, sqlite3.Connection):
        patch.noted(_PIECE, run, schemas.outside, connection, lambda: str(statement))


def _after(conn: Any, cursor: Any, statement: Any, parameters: Any, context: Any, executemany: Any) -> None:  # noqa: ARG001 - an event calls it so
    """Record what was executed."""
    fault.attempt(_PIECE, _executed, conn, cursor, statement, context)


def _executed(conn: Any, cursor: Any, statement: Any, context: Any) -> None:
    connection = getattr(cursor, "connection", None)
    if transactions.any_open() and not isinstance(connection, sqlite3.Connection):  # those have told it themselves
        driver = conn.connection.dbapi_connection
        if driver is not None and transactions.told(driver, str(statement)):
            return
    (attached.ran if isinstance(connection, sqlite3.Connection) else schemas.ran)(conn.engine.pool, connection)
    run = active()
    if run is not None and not fault.off(_PIECE):
        patch.noted(_PIECE, run, _record, run, conn, cursor, statement, context)


def _record(run: Recording, conn: Any, cursor: Any, statement: Any, context: Any) -> None:
    driver = getattr(cursor, "connection", None)
    lite, text = isinstance(driver, sqlite3.Connection), str(statement)
    place = _place(conn, driver if lite else None)
    if place is None:
        return
    transaction = addresses.transaction_of(driver if lite else conn)
    if place.scheme in _COMMITTING and transaction is not None and _DEFINES.match(text):
        transactions.commit(transaction)
        transaction = None
    gave = functools.partial(sqlalchemy_results.described, cursor, context)
    related = fault.attempt("relations", sqlalchemy_results.related, context)  # it looks inside of the library
    relation, apart = related or ("", frozenset())
    names = getattr(getattr(context, "compiled", None), "positiontup", None) or ()
    told = database.Told(gave, names=names, relation=relation, apart=apart)
    database.statement(run, place, text, driver if lite else schemas.driver(conn), transaction=transaction, told=told)


def _place(conn: Any, lite: Any) -> Place | None:
    """Return where a connection leads to, by that of SQLite's own if it is one; None = to a tool's own book-keeping."""
    pool = conn.engine.pool
    if _is_book(pool):
        return None
    if lite is not None and addresses.tells(lite):
        return addresses.opened(lite)
    if lite is not None:
        return addresses.place_of(conn)
    if pool not in _servers:
        _servers[pool] = addresses.place_of(conn)
    return _servers[pool]


def _is_book(pool: Any) -> bool:
    """Whether connections of this pool lead to what a tool keeps for itself, by who was the first to use one."""
    found = _books.get(pool)
    if found is None:
        frame = sys._getframe(1)
        while frame.f_back is not None and _root(frame) in _BETWEEN:
            frame = frame.f_back
        found = _books[pool] = _root(frame) in _TOOLS
    return found


def _root(frame: Any) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
