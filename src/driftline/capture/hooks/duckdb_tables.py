"""What is in a table of DuckDB that a statement has just made, or is about to read.

Enters: the connection that makes or reads it. Leaves: the table in memory, beside the version that was seen. Read
through a cursor, which is a connection of its own: it sees what is committed, and leaves the user's transaction and
pending result alone. Hence of those that are made only tables whose number in the catalog was not there before are
looked at: those can be seen only once they are committed, and are then what was made. Up to ``CELLS`` cells, on the
user's thread, before anybody writes there again; that costs about a tenth of what making them has cost.
"""

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from driftline.capture.ground import fault, own
from driftline.capture.hooks.duckdb_catalog import Catalog
from driftline.capture.runs import at_hand, transactions
from driftline.capture.runs.around import enclosing
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.sql.known import Analysis
from driftline.capture.tables import measure

CELLS = 1_000_000
_SIZE = (
    "select schema_name, table_name, estimated_size * column_count, table_oid, database_name from duckdb_tables() "
    "where system.main.lower(database_name) = ? and system.main.lower(schema_name) = ? "
    "and system.main.lower(table_name) = ? and not temporary"
)

Ask = Callable[..., list[Any]]  # asks the catalog of a connection


def before(analysis: Analysis, ask: Ask, meant: Callable[[str], Sequence[str]]) -> dict[str, frozenset[int]]:
    """Return the tables that these statements make, with the numbers of those of their names that are there before.

    ``meant`` tells the database, schema and name that a name stands for.
    """
    written = [
        (one.writes.names[0], one.how) for one in analysis.statements if one.writes and one.writes.kind == "table"
    ]
    names = [name.lower() for name, _ in written]
    return {
        name: frozenset(row[3] for row in ask(_SIZE, list(meant(name))))
        for name, how in written
        if how == "create" and names.count(name.lower()) == 1
    }


def hold(
    seen: Seen,
    connection: Any,
    meant: Sequence[str],
    former: frozenset[int],
    ask: Ask,
    query: Callable[[Any, str], Any],
    close: Callable[[Any], Any],
) -> None:
    """Have ``seen`` hold what is in a table; where it is too large, it says so.

    Args:
        seen: the version that was written.
        connection: that made it.
        meant: database, schema and name of the table, in small letters.
        former: the numbers of tables of that name that were there before.
        ask: asks the catalog.
        query: the original ``sql`` of a connection.
        close: the original ``close``.
    """
    rows = [row for row in ask(connection, _SIZE, list(meant)) if row[3] not in former]
    if len(rows) != 1 or not measure.level.contents:  # a view, temporary, or not committed
        return
    schema, table, cells, _, database = rows[0]
    if cells > min(CELLS, measure.level.cells):
        at_hand.told(seen, f"not measured: about {cells:,} cells")
        return
    cursor = connection.cursor()
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (database, schema, table))
    try:
        with own.working():
            found = query(cursor, f"select * from {quoted}").to_arrow_table()  # noqa: S608 - a quoted name
    finally:
        close(cursor)
    at_hand.hold(seen, found, ordered=False)


def holding(catalog: Catalog, connection: Any, seen: Seen, name: str, former: frozenset[int]) -> Callable[[], None]:
    """Return what has ``seen`` hold a table that was made; what waits for a commit must not keep its connection."""
    meant, weakly = catalog.meant(connection, name), weakref.proxy(connection)
    return functools.partial(hold, seen, weakly, meant, former, catalog.ask, catalog.query, catalog.close)


def look(catalog: Catalog, connection: Any, name: str, seen: Seen) -> None:
    """Have ``seen`` hold a table that nobody here has written, which then names it; once per run."""
    run = enclosing()
    if connection is None or run is None or transactions.begun(connection):
        return
    if not any(one.touched.dataset == seen.touched.dataset for one in run.trace.inputs):
        meant = catalog.meant(connection, name)
        known = catalog.ask, catalog.query, catalog.close
        fault.attempt("duckdb table", hold, seen, connection, meant, frozenset(), *known)


def add_read(run: Recording, connection: Any, seen: Seen, put: Callable[[Any], None]) -> None:
    """Record what was read; of a table that the same transaction has written, once that is committed."""
    held = transactions.version(connection, seen.touched.dataset)
    if held and held == seen.touched.version:
        add = functools.partial(at_hand.add, run, "read", seen, put)
        transactions.put(connection, run, add, inside=True)
    else:
        at_hand.add(run, "read", seen, put)


def put() -> Callable[[Any], None]:
    """Return what queues work for the sender."""
    owner = client.current()
    assert owner is not None
    return owner.sender.put
