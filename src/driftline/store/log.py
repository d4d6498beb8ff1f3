"""The event log: every event as it came, once by content, in the order in which it came.

Enters: raw JSON bytes with what is known of them. Leaves: the same bytes. An event that cannot be read is
kept too, as quarantined, with the reason. Never reads what is in an event.
"""

from collections.abc import Iterator
from typing import NamedTuple

from driftline.event import ids
from driftline.store.connection import Connection


class Entry(NamedTuple):
    """One event in the log."""

    seq: int  # place in the log
    hash: str  # of the content
    run: str  # run id, "" = none
    event_us: int
    received_us: int
    status: str  # accepted or quarantined
    reason: str
    raw: bytes


class Log:
    """The raw events."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(
        self,
        raw: bytes,
        *,
        event_us: int,
        received_us: int,
        run: str,
        status: str = "accepted",
        reason: str = "",
    ) -> tuple[str, bool]:
        """Keep one event; return its content hash and whether it was new.

        Outside a transaction it is durable on return.
        """
        hash_ = ids.digest(raw)
        with self._connection.transaction():
            fresh = self._connection.rows(
                "log_append",
                hash=hash_,
                run=run,
                event_us=event_us,
                received_us=received_us,
                status=status,
                reason=reason,
                raw=raw,
            )
            self._connection.execute("tally_add", name=f"events {status if fresh else 'merged'}", amount=1)
        return hash_, bool(fresh)

    def of_run(self, run: str) -> list[bytes]:
        """Return the accepted events of ``run``, in the order in which they came."""
        return [raw for (raw,) in self._connection.rows("log_of_run", run=run)]

    def read(self, after_seq: int = 0, limit: int = 1_000) -> Iterator[Entry]:
        """Yield up to ``limit`` events after place ``after_seq``."""
        for row in self._connection.rows("log_read", after=after_seq, limit=limit):
            yield Entry(*row)

    def quarantined(self, limit: int = 100) -> list[Entry]:
        """Return events that could not be read, newest first."""
        return [Entry(*row) for row in self._connection.rows("log_quarantined", limit=limit)]

    def counts(self) -> dict[str, int]:
        """Return how many events were ``accepted``, ``merged`` (known already) and ``quarantined``."""
        counted = {"accepted": 0, "merged": 0, "quarantined": 0}
        for name, amount in self._connection.rows("tally_all"):
            sort, _, status = name.partition(" ")
            if sort == "events":
                counted[status] = amount
        return counted
