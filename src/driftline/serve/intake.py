"""Events on their way in: requests that arrive while the disk is busy share its next commit.

Enters: events as raw bytes. Leaves: their receipts, and only once the events are durable. Whoever has the
turn takes along everything that waits; the others find their receipts made. What waits is bounded.
"""

from collections import deque
from collections.abc import Sequence

import anyio

from driftline.engine.engine import Engine
from driftline.errors import Busy
from driftline.event.report import Receipt
from driftline.serve.threads import Threads

TOGETHER = 500  # events that share a commit
WAITING_BYTES = 128 * 1024 * 1024


class _Ticket:
    __slots__ = ("error", "events", "receipts", "size")

    def __init__(self, events: Sequence[bytes]) -> None:
        self.events = events
        self.size = sum(map(len, events))
        self.receipts: list[Receipt] | None = None
        self.error: BaseException | None = None


class Intake:
    """Takes the events of all requests of one server to its engine."""

    def __init__(self, engine: Engine, threads: Threads) -> None:
        self._engine = engine
        self._threads = threads
        self._turn = anyio.Lock()
        self._waiting: deque[_Ticket] = deque()
        self._bytes = 0

    async def take(self, events: Sequence[bytes]) -> list[Receipt]:
        """Return one receipt per event, in order; they are durable then.

        Raises:
            Busy: too much is waiting already; nothing was taken.
        """
        ticket = _Ticket(events)
        if self._bytes + ticket.size > WAITING_BYTES and self._waiting:
            raise Busy("events arrive faster than they can be stored")
        self._waiting.append(ticket)
        self._bytes += ticket.size
        async with self._turn:
            if ticket.receipts is None and ticket.error is None:
                await self._commit()
        if ticket.error is not None:
            raise ticket.error
        return ticket.receipts or []

    async def _commit(self) -> None:
        taken: list[_Ticket] = []
        events: list[bytes] = []
        while self._waiting and (not taken or len(events) + len(self._waiting[0].events) <= TOGETHER):
            ticket = self._waiting.popleft()
            taken.append(ticket)
            events.extend(ticket.events)
        try:
            receipts = await self._threads.write(lambda: self._engine.ingest_many(events))
        except BaseException as error:
            for ticket in taken:
                ticket.error = error
            raise
        finally:
            self._bytes -= sum(ticket.size for ticket in taken)
        for ticket in taken:
            ticket.receipts, receipts = receipts[: len(ticket.events)], receipts[len(ticket.events) :]
