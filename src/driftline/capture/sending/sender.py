"""A queue in memory and the thread behind it that delivers; the user's thread only ever appends to a deque.

Enters: answers, finished events, and events that encode themselves later on the sender's thread. Leaves:
batches to a ``Delivery``. A queue that is full overflows to the spool by a second thread. Never raises and never
waits but in ``flush`` and ``close``, which have deadlines, and for a moment where that thread falls behind.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from driftline.capture.ground import fault, own
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.flight import TOGETHER, Flight, Item, Unmade, kind, prepare, weight
from driftline.capture.sending.overflow import Overflow
from driftline.capture.sending.tally import ANSWERS
from driftline.capture.tables import measure
from driftline.config import Settings
from driftline.event.answer import Answer
from driftline.event.sink import Sink
from driftline.latch import Latch

BATCH = 500  # items handed to the sink at once
_WINDOW = 32  # of them are looked at together before each is encoded
TICK_SECONDS = 1.0  # how often open runs are looked at
_LINGER_SECONDS = 0.02  # for more items to come, unless somebody waits
_LEAVE_SECONDS = 30.0  # how long the end of the program waits for a thread in native code, which would end with a crash
_GATHER_SECONDS = 0.25  # how long what is encoded waits for more, to be delivered together, unless somebody waits


class Opened(Protocol):
    """A run that has begun and not ended."""

    def announce(self) -> None:
        """Say that it has begun, if it has been open for long."""


class _Mark:
    """A place in the queue that somebody waits for."""

    def __init__(self, *, last: bool = False, saves: bool = False, until: float = 0.0) -> None:
        self.done = Latch()
        self.last = last
        self.until = until  # so long what is being written down, as the queue was full, is waited for
        self.saves = saves  # what is before it is to be on disk, wherever it is delivered later
        self.clean = False


class Sender:
    """Delivers to the sink that ``open_sink`` returns, which is opened, used and closed on one thread."""

    def __init__(self, settings: Settings, open_sink: Callable[[], Sink]) -> None:
        self.delivery = Delivery(settings.home, open_sink, server=bool(settings.url))
        self.on_start: Callable[[], None] = lambda: None
        self._limit = settings.queue
        self._fresh()

    def _fresh(self) -> None:
        self._items: deque[Item | _Mark] = deque()
        self._overflow = Overflow(self.delivery, self._taken)
        self._flight = Flight(self.delivery)  # encoded and not delivered
        self._tally = self.delivery.tally
        self._leaves = 0.0  # when it is to be delivered
        self._landing: list[Callable[[], None]] = []  # called once that is delivered or spooled
        self._wake = Latch()
        self._called = False  # somebody has woken the thread, which has not looked yet
        self._turning = False  # the thread is at work
        self._unsaved: _Mark | None = None  # the last place that was not on disk in time
        self._hurry = Latch()
        self._lock = threading.RLock()  # a signal handler, or what is collected meanwhile, may record on this thread
        self._starting = False
        self._thread: threading.Thread | None = None
        self._more = 0  # answers in the queue beyond one an item
        self._measuring = False  # the thread encodes, which may read files
        self._room = self._limit  # items that the queue takes
        self.closed = False
        self.opened: dict[int, Opened] = {}

    def put(self, item: Item) -> None:
        """Queue an event, or work that is no event."""
        self._tally.page[kind(item)] += weight(item)
        self.queue(item)

    def answer(self, item: Answer | Unmade) -> None:
        """Queue what is one answer."""
        self._tally.page[ANSWERS] += 1
        items = self._items  # as ``queue`` does it, without its call
        if len(items) < self._room:
            items.append(item)
            if not self._called:  # asking the event itself costs more
                self._rouse()
        else:
            self._put_elsewhere(item)

    def queue(self, item: Item) -> None:
        """Queue what is counted already."""
        items = self._items
        if len(items) < self._room:
            items.append(item)
            if not self._called:
                self._rouse()
        else:
            self._put_elsewhere(item)

    def put_many(self, item: Unmade) -> None:
        """Queue what several answers are made of."""
        self._weigh(item[1] - 1)
        self.put(item)  # which counts them

    def _rouse(self) -> None:
        if self._thread is None:
            self._start()
        self._called = self._thread is not None
        self._wake.set()

    def _put_elsewhere(self, item: Item) -> None:
        """Keep an item for which there is no room, or nobody who delivers it."""
        if self.closed:  # a run that outlived its settings
            flight = Flight(self.delivery)
            self._add(item, flight, cheap=True)
            flight.keep()
            self.delivery.spool.close()
            self._land()
        elif self._overflow.gains(self._roomy):
            place = self.delivery.spool.folder
            fault.tell("queue", f"the queue is full ({self._limit}); what comes now goes to {place}")
            self._overflow.put(item)
        else:
            self._taken(item)
            self.delivery.lost(weight(item), "they come faster than they can be written down")
            self._tally.settle(*((weight(item), 0) if kind(item) == ANSWERS else (0, weight(item))))

    def _roomy(self) -> bool:
        """Whether more may wait for being written down."""
        return len(self._overflow) + self._more < 2 * self._limit

    def landed(self, act: Callable[[], None]) -> None:
        """Call ``act`` once what was queued before is delivered or spooled."""
        self.put((self._awaiting, 0, act))

    def _awaiting(self, act: Callable[[], None]) -> tuple[()]:
        self._landing.append(act)
        return ()

    def _land(self) -> None:
        acts, self._landing = self._landing, []
        for act in acts:
            fault.attempt("landed", act)

    def _weigh(self, more: int) -> None:
        with self._lock:
            self._more += more
            self._room = 0 if self.closed else self._limit - self._more

    def _taken(self, item: Item) -> None:
        """Make room: an item has left the queue."""
        if weight(item) > 1:
            self._weigh(1 - weight(item))

    def _add(self, item: Item, flight: Flight, *, cheap: bool) -> None:
        self._taken(item)
        flight.add(item, cheap=cheap)

    def watch(self, run: Opened) -> None:
        """Announce ``run`` once it has been open for long."""
        self.opened[id(run)] = run
        if self._thread is None:
            self._start()

    def unwatch(self, run: Opened) -> None:
        """Forget ``run``."""
        self.opened.pop(id(run), None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None or self.closed or self._starting:
                return  # who starts it takes along what is queued meanwhile
            self._starting = True
        try:  # without the lock: what is told may reach a handler of the program's that waits for another thread
            with own.working():
                fault.attempt("sender", self.on_start)
                self._tally.open()
                self._thread = own.thread("driftline-sender", self._work)
        finally:
            self._starting = False

    @property
    def started(self) -> bool:
        """Whether there is a thread that delivers."""
        return self._thread is not None

    def counters(self) -> dict[str, int]:
        """Return the numbers of items waiting, delivered, spooled, replayed and lost."""
        waiting = len(self._items) + len(self._overflow) + len(self._flight) + self._tally.waiting
        return {**self.delivery.counts, "queued": waiting}

    # --- on the sender's thread -------------------------------------------------------------------------------

    def _work(self) -> None:
        last = False
        while not last:
            turned = fault.attempt("sender", self._turn)
            last = turned is True
            if turned is None:  # the thread outlives whatever fails in a turn, and does not spin
                time.sleep(_LINGER_SECONDS)

    def _turn(self) -> bool:
        """Wait for work and do it; returns whether it was the last."""
        if not self._items:
            self._wake.wait(min(TICK_SECONDS, self._leaves - time.monotonic()) if self._flight else TICK_SECONDS)
        for run in list(self.opened.values()):
            fault.attempt("announce", run.announce)
        if self._items and not self._hurry.is_set():
            self._hurry.wait(_LINGER_SECONDS)
        self._turning = True
        self._wake.clear()
        self._called = False
        try:
            return self._drain()
        finally:
            self._turning = False

    def _drain(self) -> bool:
        """Deliver what is queued; returns whether somebody waited for the end, or no longer waits."""
        while self._items and not self.closed:
            batch: list[Item] = []
            mark: _Mark | None = None
            room = BATCH - len(self._flight)
            while self._items and room > 0 and mark is None:
                item = self._items.popleft()
                if isinstance(item, _Mark):
                    mark = item
                else:
                    batch.append(item)
                    room -= weight(item)
            asked = mark is not None and not mark.saves
            if fault.attempt("sender", self._handle, batch, asked) is None:
                fault.attempt("sender", self._flight.keep)
            if mark is not None and mark.saves:
                fault.attempt("sender", self._save, mark)
            elif mark is not None and mark.last and self._items:  # came meanwhile, and nobody comes after the end
                self._items.append(mark)
            elif mark is not None and self._overflow.writing and time.monotonic() < mark.until:
                self._items.append(mark)
                time.sleep(_LINGER_SECONDS)
            elif mark is not None and not self.closed:
                fault.attempt("sender", self._settle, mark)
                mark.done.set()
                if mark.last:
                    return True
        if self.closed:
            return True
        if self._flight and time.monotonic() >= self._leaves and fault.attempt("sender", self._deliver) is None:
            fault.attempt("sender", self._flight.keep)
        self.delivery.replay(asked=False, spilling=bool(self._overflow))
        self.delivery.follow(asked=False)
        return False

    def _save(self, mark: _Mark) -> None:
        """Write down what is encoded, where a process may be ended at any moment; it is delivered later."""
        self.delivery.put_off(_GATHER_SECONDS)
        self._flight.keep()
        self._land()
        mark.done.set()

    def _settle(self, mark: _Mark) -> None:
        """Answer somebody who waits; shut where this is the end."""
        self.delivery.replay(asked=True, spilling=bool(self._overflow))
        self.delivery.follow(asked=True)
        mark.clean = self.delivery.clean()
        if mark.last:
            self.delivery.shut()

    def _handle(self, batch: Sequence[Item], asked: bool) -> bool:
        """Encode what is taken from the queue; deliver it where somebody waits or it has become much."""
        if not self._flight:
            self._leaves = time.monotonic() + _GATHER_SECONDS
        self._measuring = True
        try:
            for place, item in enumerate(batch):
                if place % _WINDOW == 0 and not self.closed:
                    fault.attempt(TOGETHER, prepare, batch[place : place + _WINDOW], lambda: self.closed)
                if self.closed:  # whoever closes has waited long enough, and keeps the rest
                    self._items.extendleft(reversed(batch[place:]))
                    return True
                self._add(item, self._flight, cheap=False)
        finally:
            self._measuring = False
        return self._deliver() if not self.closed and (asked or len(self._flight) >= BATCH) else True

    def _deliver(self) -> bool:
        self._flight.hand(hurry=self._hurry.is_set())
        self._land()
        return True

    # --- with a deadline --------------------------------------------------------------------------------------

    def flush(self, timeout: float) -> bool:
        """Wait until what is queued now has been handled; True if all of it was delivered and nothing is spooled."""
        if threading.current_thread() is self._thread:
            return False
        if self._thread is None and not self._items and not self.delivery.behind():
            return True
        mark = _Mark(until=time.monotonic() + timeout)
        return self._wait(mark, timeout) and mark.clean

    def _wait(self, mark: _Mark, timeout: float) -> bool:
        self._hurry.set()
        self._items.append(mark)
        if not self._called:
            self._rouse()
        try:
            return (self._starting or self._thread is not None) and mark.done.wait(timeout)
        finally:
            self._hurry.clear()

    def save(self, timeout: float, *, last: bool = False) -> None:
        """Wait until what is queued now is on disk or delivered, unless the thread hangs since this was last asked.

        ``last``: nobody can deliver it later; what is not on disk in time is written down here. It may come twice.
        """
        thread, late = self._thread, self._unsaved
        if not (self._items or self._called or self._turning or self._flight) or self.closed:
            return
        if thread is None or not thread.is_alive() or thread is threading.current_thread():
            return
        if late is None or late.done.is_set():
            late = self._unsaved = _Mark(saves=True)
            self._wait(late, timeout)
        if last and not late.done.is_set():
            self.closed = True
            self._overflow.finish(timeout)
            self._keep(self._flight.copy())

    def close(self, timeout: float) -> None:
        """Deliver within ``timeout`` seconds what can be, spool the rest, and stop."""
        if self.closed:
            return
        ended = True
        if self._thread is None and self.delivery.behind():
            self._start()
        thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread():
            ended = self._wait(_Mark(last=True), timeout)
        with self._lock:
            self.closed, self._room = True, 0
        if thread is not None and not ended:
            self._leave(thread)
        self._overflow.finish(1.0)
        rest = Flight(self.delivery) if ended else self._flight.copy()
        if not ended or (thread is None and self._items):
            place = self.delivery.spool.folder
            fault.tell(
                "deadline", f"not all was delivered in time; the rest waits in {place}, and the next run delivers it"
            )
        self._keep(rest)
        self.delivery.spool.close()
        self.delivery.sum_up()
        self._land()
        self._tally.close()

    def _keep(self, rest: Flight) -> None:
        """Write down what is queued, after the rest of what the thread had in hand."""
        while self._items:
            try:
                item = self._items.popleft()
            except IndexError:  # the thread has taken the last one meanwhile
                break
            if not isinstance(item, _Mark):
                self._add(item, rest, cheap=True)
        rest.keep()

    def _leave(self, thread: threading.Thread) -> None:
        """Wait until the thread is out of native code: where the interpreter ends under that, the process aborts."""
        self.delivery.over = True
        end = time.monotonic() + _LEAVE_SECONDS
        while thread.is_alive() and (self._measuring or self.delivery.inside) and time.monotonic() < end:
            try:
                thread.join(0.02)
            except KeyboardInterrupt:  # it ends with the piece of the table that is being measured
                measure.level.enough = True

    def reborn(self) -> None:
        """Begin anew in a forked child: nothing queued, no thread, and a sink of its own."""
        former = self.delivery
        former.spool.reborn()
        fault.attempt("fork", former.abandon)  # where the parent could not let go of it
        home, server = str(former.spool.folder.parent), former.spool.server
        self.delivery = Delivery(home, former.open_sink, former.tally.reborn(), server=server)
        self.delivery.lends = True
        self._fresh()
