"""Events on their way in: requests that arrive while the disk is busy share its next commit.

Enters: events as raw bytes. Leaves: their receipts, and only once the events are durable. Whoever has the
turn takes along everything that waits; the others find their receipts made. What waits is bounded. What follows from
the events is worked out behind the answer, in small portions while more arrive; who asks waits for it, for a moment,
so that a question finds what was acknowledged before it.
"""

import logging
from collections import deque
from collections.abc import Sequence

import anyio

from driftline.engine.engine import Engine
from driftline.errors import Busy, DriftlineError
from driftline.event.report import Receipt
from driftline.serve.threads import Threads

TOGETHER = 500  # events that share a commit
WAITING_BYTES = 128 * 1024 * 1024
PORTION = 20  # events that are followed at once while others arrive
PILE = 5_000  # events that may wait to be followed while senders go first
WAY_SECONDS = 0.03  # how long senders go first at most, less the more waits
LULL_SECONDS = 0.05  # how long nothing has arrived when senders are taken to pause
PATIENCE_SECONDS = 2.0  # how long a question waits for what was acknowledged before it
LOOK_SECONDS = 1.0  # how often is looked for what other servers, or a crash, left behind


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
        self._arrived = 0.0  # when the last request came
        self._accepted = engine.backlog()  # events acknowledged by this server, or before it, that were to be followed
        self._settled = 0  # those of them from which everything follows
        self._news = anyio.Event()
        self._progress = anyio.Event()

    async def take(self, events: Sequence[bytes]) -> list[Receipt]:
        """Return one receipt per event, in order; they are durable then.

        Raises:
            Busy: too much is waiting already; nothing was taken.
        """
        ticket = _Ticket(events)
        if self._bytes + ticket.size > WAITING_BYTES and self._waiting:
            raise Busy("events arrive faster than they can be stored")
        self._arrived = anyio.current_time()
        self._waiting.append(ticket)
        self._bytes += ticket.size
        async with self._turn:
            if ticket.receipts is None and ticket.error is None:
                await self._commit()
        if ticket.error is not None:
            raise ticket.error
        return ticket.receipts or []

    async def refuse(self, raw: bytes, reason: str) -> Receipt:
        """Keep in quarantine what is no event at all; it is durable then."""
        return await self._threads.write(lambda: self._engine.refuse(raw, reason))

    async def _commit(self) -> None:
        taken: list[_Ticket] = []
        events: list[bytes] = []
        alone: set[int] = set()  # events that came alone: their senders are given the whole receipt
        while self._waiting and (not taken or len(events) + len(self._waiting[0].events) <= TOGETHER):
            ticket = self._waiting.popleft()
            taken.append(ticket)
            if len(ticket.events) == 1:
                alone.add(len(events))
            events.extend(ticket.events)
        try:
            receipts = await self._threads.write(lambda: self._engine.accept(events, noted=alone))
        except BaseException as error:
            for ticket in taken:
                ticket.error = error
            raise
        finally:
            self._bytes -= sum(ticket.size for ticket in taken)
        self._accepted += len(events)
        self._news.set()
        for ticket in taken:
            ticket.receipts, receipts = receipts[: len(ticket.events)], receipts[len(ticket.events) :]

    async def settled(self) -> bool:
        """Wait until everything follows from what was acknowledged; return False where that takes too long."""
        wanted = self._accepted
        with anyio.move_on_after(PATIENCE_SECONDS):
            while self._settled < wanted:
                await self._progress.wait()
        return self._settled >= wanted

    @property
    def _lull(self) -> bool:
        return not self._waiting and anyio.current_time() - self._arrived > LULL_SECONDS

    async def _give_way(self) -> None:
        """Let senders go first, for a moment."""
        over = anyio.current_time() + WAY_SECONDS * (1 - min(self.behind / PILE, 1))
        while not self._lull and anyio.current_time() < over:  # noqa: ASYNC110 - it ends when senders pause, no event
            await anyio.sleep(WAY_SECONDS / 10)

    @property
    def behind(self) -> int:
        """How many acknowledged events have not been followed, as far as this server knows."""
        return self._accepted - self._settled

    async def follow(self) -> None:
        """Work out what follows from events, until cancelled."""
        while True:
            await self._give_way()
            acknowledged = self._accepted
            amount = TOGETHER if self._lull else PORTION
            try:
                done = await self._threads.write(lambda: self._engine.follow(amount))  # noqa: B023 - it is awaited here
            except Exception as error:  # one failure must not end the work of a server that runs for months
                known = isinstance(error, DriftlineError)
                logging.getLogger("driftline").warning(
                    "events wait to be folded, trying again: %s", error, exc_info=not known
                )
                await anyio.sleep(LOOK_SECONDS)
                continue
            if done:
                self._settled = min(self._settled + done, acknowledged)
            else:
                self._settled = acknowledged
            self._progress.set()
            self._progress = anyio.Event()
            if not done and self._accepted == acknowledged:
                self._news = anyio.Event()
                with anyio.move_on_after(LOOK_SECONDS):
                    await self._news.wait()
