"""What a cursor of sqlite3 has executed: the statements of its text, one by one where some are taken back, or names
mean something else for some.

Enters: cursors, with the text of what they have executed. Leaves: what the statements have read and written, on a run;
of those inside a transaction once that is committed. Loaded with the first statement.
"""

from typing import Any

from driftline.capture.hooks import addresses, attached, commits, database
from driftline.capture.runs import transactions
from driftline.capture.runs.recording import Recording


def record(run: Recording, cursor: Any, text: Any) -> None:
    """Record what was executed."""
    if not isinstance(text, str):
        return
    connection = cursor.connection
    place, told = addresses.opened(connection), database.Told(lambda: cursor.description)
    turns = ";" in text and attached.turns(connection)
    parts = commits.statements(text) if turns else commits.apart(text)
    for one in parts:
        if turns:
            attached.turn(connection, one)
        if not transactions.told(connection, one):
            lasts = transactions.begun(connection) if len(parts) > 1 else connection.in_transaction
            held = connection if lasts else None
            database.statement(run, place, one, connection, transaction=held, told=told)
    if not connection.in_transaction:
        transactions.commit(connection)
