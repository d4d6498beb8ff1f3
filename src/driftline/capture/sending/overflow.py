"""What comes while the queue is full: a second queue, and a thread that writes it down.

Enters: events and answers for which the sender has no room. Leaves: the same in the spool, where the next delivery
finds them, encoded without what takes long to measure. The thread lives while there is something to write. Never waits
but in ``finish``, which has a deadline.
"""

import threading
from collections import deque
from collections.abc import Callable

from driftline.capture.ground import fault, own
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.flight import Flight, Item

TOGETHER = 500  # items that are written at once


class Overflow:
    """Items that wait to be written down; ``left`` is called with each that waits no longer."""

    def __init__(self, delivery: Delivery, left: Callable[[Item], None]) -> None:
        self._delivery, self._left = delivery, left
        self._items: deque[Item] = deque()
        self._busy = threading.Lock()  # held by who writes; nobody waits for it
        self._thread: threading.Thread | None = None

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
            self._left(item)
            flight.add(item, cheap=True)
        flight.keep()
