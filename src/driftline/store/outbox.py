"""The outbox: what is to be told to people, once per channel and key, until it has been told.

Enters: bodies as bytes. Leaves: what is due, taken for the length of a lease, so that two workers never tell
the same thing twice while both live. At least once: a worker that dies after telling and before ``done``
leaves it to be told again. Never sends.
"""

from typing import NamedTuple

from driftline.store.connection import Connection

_LEASE_US = 60_000_000


class Outgoing(NamedTuple):
    """One thing to tell."""

    id: int
    channel: str
    key: str
    body: bytes
    attempts: int  # this one included


class Outbox:
    """What is to be told."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def enqueue(self, channel: str, key: str, body: bytes) -> bool:
        """Put something in; return False where this channel has had that key already."""
        return bool(self._connection.rows("outbox_put", channel=channel, key=key, body=body))

    def due(self, limit: int, now_us: int, *, lease_us: int = _LEASE_US) -> list[Outgoing]:
        """Take up to ``limit`` that are due, oldest first; nobody else gets them before the lease ends."""
        rows = self._connection.rows("outbox_claim", limit=limit, now_us=now_us, lease_us=now_us + lease_us)
        return sorted(Outgoing(*row) for row in rows)

    def done(self, id_: int) -> None:
        """It was told."""
        self._connection.execute("outbox_done", id=id_)

    def failed(self, id_: int, error: str, retry_at_us: int) -> None:
        """It could not be told; it is due again at ``retry_at_us``."""
        self._connection.execute("outbox_failed", id=id_, error=error, due_us=retry_at_us)

    def waiting(self) -> int:
        """Return how many are still to be told."""
        row = self._connection.row("outbox_waiting")
        return row[0] if row else 0
