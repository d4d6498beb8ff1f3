"""psycopg 3: the statements that its cursors execute, what they stream, and what COPY brings in and takes out.

Enters: the loaded module. Leaves: patches on its cursors, connections and copies, synchronous and asynchronous ones.
What COPY writes counts once it has ended well, and its transaction, too. Rows stay where they are: nothing is fetched.
"""

from collections.abc import Container
from typing import Any

from driftline.capture.hooks import addresses, commits, database, patch, schemas
from driftline.capture.hooks.patch import PASS, Call, Patch
from driftline.capture.runs import transactions
from driftline.capture.runs.recording import Recording

_CURSORS = ("Cursor", "AsyncCursor", "ServerCursor", "AsyncServerCursor")


def install(module: Any, claimed: Container[Any]) -> list[Patch]:
    """Put the hooks on and return what was replaced; of ``claimed`` cursors somebody else tells."""

    def unclaimed(args: Any, kwargs: Any) -> Any:
        if args[0] in claimed:
            return PASS  # who has claimed it asks
        query = args[1] if len(args) > 1 else kwargs.get("query", "")
        schemas.outside(args[0].connection, lambda: _spelled(query, args[0].connection))
        return None

    names = [f"{kind}.{name}" for kind in _CURSORS for name in ("execute", "executemany")]
    patches = [one for name in names for one in patch.around(module, name, _executed, unclaimed)]
    for kind in ("Cursor", "AsyncCursor"):
        patches += patch.around(module, f"{kind}.stream", _streamed, unclaimed)
        patches += patch.around(module, f"{kind}.copy", _copied, unclaimed)
    patches += patch.around(module, "Connection.transaction", patch.nothing, _before_a_block)
    return patches + commits.of_psycopg(module)


def _before_a_block(args: Any, kwargs: Any) -> Any:  # noqa: ARG001 - the signature is that of all such functions
    schemas.outside(args[0])
    return PASS


def _spelled(query: Any, connection: Any) -> str:
    text = query.decode() if isinstance(query, bytes) else query
    return text if isinstance(text, str) else str(text.as_string(connection))  # of psycopg.sql


def _executed(run: Recording, call: Call) -> bool:
    cursor = call.args[0]
    connection = cursor.connection
    text = _spelled(call.argument(1, "query"), connection)
    place = addresses.place_of(connection)
    if place is not None and cursor.statusmessage == "ROLLBACK" and transactions.commits(text):
        transactions.rollback(connection)  # of a transaction that had failed
        return True
    if place is None or transactions.told(connection, text):
        return place is not None
    held = addresses.transaction_of(connection)
    told = database.Told(lambda: cursor.description, tables=lambda: _tables(cursor.pgresult))
    return database.statement(run, place, text, connection, transaction=held, told=told)


def _tables(result: Any) -> list[int]:
    """The numbers of the tables that the columns of a result are of, which the server sends with it."""
    return [] if result is None else [result.ftable(place) for place in range(result.nfields)]


def _streamed(run: Recording, call: Call) -> bool:
    """Rows that are given one by one as they arrive; nothing has been executed yet."""
    connection = call.args[0].connection
    place, text = addresses.place_of(connection), _spelled(call.argument(1, "query"), connection)
    held = None if connection.autocommit else connection
    return place is not None and database.statement(run, place, text, connection, transaction=held)


def _copied(run: Recording, call: Call) -> bool:
    """A COPY is about to begin; what it writes is held until it has ended."""
    connection = call.args[0].connection
    place, text = addresses.place_of(connection), _spelled(call.argument(1, "statement"), connection)
    return place is not None and database.copied(run, place, text, connection, connection)
