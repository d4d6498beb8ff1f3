"""What comes while the queue is full: a second queue, and a thread that writes it down.

Enters: events and answers for which the sender has no room. Leaves: the same in the spool, where the next delivery
finds them, encoded without what takes long to measure. The thread lives while there is something to write. Never waits
but in ``finish``, which has a deadline, and in ``gains`` while that thread gets on.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from driftline.capture.ground import fault, own
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.flight import Flight, Item
from driftline.latch import Latch

TOGETHER = 500  # items that are written at once
PATIENCE_SECONDS = 1.0  # for which who records waits while nothing moves, as on a disk that hangs
_PAUSE_SECONDS = 0.005  # after which he looks by himself


class Overflow:
    """Items that wait to be written down; ``left`` is called with each that waits no longer."""

    def __init__(self, delivery: Delivery, left: Callable[[Item], None]) -> None:
        self._delivery, self._left = delivery, left
        self._items: deque[Item] = deque()
        self._busy = threading.Lock()  # held by who writes; nobody waits for it
        self._thread: threading.Thread | None = None
        self._taken = 0  # items that wait no longer
        self._stuck = -1  # so many had been taken when somebody waited in vain
        self._moves = Latch()

    def __len__(self) -> int:
        return len(self._items)

    @property
    def writing(self) -> bool:
        """Whether somebody is writing something down."""
        return self._busy.locked()

    def put(self, item: Item) -> None:
        """Have an item written down; never waits."""
        self._items.append(item)
        if not self._busy.acquire(blocking=False):
            return  # who holds it looks once more after letting go of it
        started = None
        try:
            started = own.thread("driftline-spooler", self._work)
        finally:
            if started is None:
                self._busy.release()
        self._thread = started

    def gains(self, room: Callable[[], bool]) -> bool:
        """Wait for ``room``, which becomes while this is written down, as long as anything moves; whether there is.

        What our own threads record waits for nobody, and nobody does again where nothing has moved meanwhile.
        """
        if own.inside() is own.OURS:
            return room()
        moved, end = self._taken, time.monotonic() + PATIENCE_SECONDS
        while not room() and self._busy.locked() and moved != self._stuck:
            self._moves.clear()
            self._moves.wait(_PAUSE_SECONDS)
            if self._taken != moved:
                moved, end = self._taken, time.monotonic() + PATIENCE_SECONDS
            elif time.monotonic() > end:
                self._stuck = moved
        return room()

    def finish(self, timeout: float) -> None:
        """Wait until all is written, for so many seconds at most; what nobody writes is written here."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
        if self._busy.acquire(blocking=False):
            self._work()

    def _work(self) -> None:
        while True:
            while self._items:
                fault.attempt("spooler", self._some)
            self._busy.release()
            if not self._items or not self._busy.acquire(blocking=False):
                return

    def _some(self) -> None:
        flight = Flight(self._delivery)
        while self._items and len(flight) < TOGETHER:
            item = self._items.popleft()
            self._taken += 1
            self._left(item)
            flight.add(item, cheap=True)
        self._moves.set()
        flight.keep()
