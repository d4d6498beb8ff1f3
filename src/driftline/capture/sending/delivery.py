"""Handing batches to the sink: tried again with growing pauses, then kept in the spool, and replayed from there.

Enters: encoded events and answers, on the sender's thread; what overflows, on the spooler's. Leaves: calls of the sink,
which is opened with the first of them; lines in the spool; counts. What cannot even be spooled is counted as lost and
said once. A sink that puts work off is told when to do it. Never raises for what a sink or a disk does.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from driftline.capture.ground import fault
from driftline.capture.sending.spool import Spool
from driftline.capture.sending.tally import Tally
from driftline.errors import shown
from driftline.event.answer import Answer
from driftline.event.sink import Sink, deferring, follow, holding

_PAUSES = (0.05, 0.2)  # before the second and third try of a batch
_REST_SECONDS = (1.0, 30.0)  # shortest and longest rest after a failed batch


def _unsaid(_answers: int, _events: int) -> None:
    """What is replayed lies in the spool until it has arrived."""


class Over(Exception):
    """The process ends, and nobody enters the sink any more."""


class Delivery:
    """One sink and the spool behind it; a forked child makes its own."""

    def __init__(
        self, home: str, open_sink: Callable[[], Sink], tally: Tally | None = None, *, server: bool = False
    ) -> None:
        self.spool = Spool(home, server=server)
        self.tally = tally or Tally(home)
        self.counts = {"queued": 0, "delivered": 0, "spooled": 0, "replayed": 0, "lost": 0}
        self.dirty = False  # something was spooled and not replayed since
        self.open_sink = open_sink
        self.lends = False  # its parent's store may be one that it can never open
        self._sink: Sink | None = None
        self._rest = 0.0
        self._next_try = 0.0
        self._spool_known = False  # the spool has been looked at
        self._quiet = 0.0  # before that moment nothing is replayed unasked
        self._failure: Exception | None = None  # of the batch that is about to be kept
        self._complained = False  # it was said that events are kept, and why
        self._losing = False  # something was lost since the last flush
        self._behind = False  # the sink could not do what it had put off
        self._calling = False  # a thread is in the sink
        self.over = False  # whoever is in the sink comes out of it, and nobody enters it: the process ends
        self._alone = threading.RLock()  # held by whoever is in the sink, or forks

    @property
    def inside(self) -> bool:
        """Whether a thread is in a sink that works in this process, and not only waits for a network."""
        return self._calling and deferring(self._sink)

    def clean(self) -> bool:
        """Whether all was delivered and nothing lost since this was last asked."""
        losing, self._losing = self._losing, False
        return not (self.dirty or losing or self._behind)

    def hand(self, events: Sequence[bytes], answers: Sequence[Answer], *, hurry: bool) -> None:
        """Deliver a batch, or keep it in the spool; ``hurry`` tries even while a failed sink is left to rest."""
        if not self._deliver(events, answers, hurry=hurry):
            self.keep(events, answers)

    def _deliver(self, events: Sequence[bytes], answers: Sequence[Answer], *, hurry: bool) -> bool:
        if self.over or (time.monotonic() < self._next_try and not hurry):
            return False
        tries = (0.0, *_PAUSES) if self._rest == 0 else (0.0,)
        for pause in tries:
            time.sleep(pause)
            try:
                self._take(events, answers, self.tally.fly)
            except Over:
                return False
            except Exception as error:  # whatever a sink raises, its batch is tried again, then spooled
                self.tally.fly(0, 0)  # it goes there again, or to the disk
                fault.count("sink")
                self._failure = error
                continue
            self._rest = self._next_try = 0.0
            self.counts["delivered"] += len(events) + len(answers)
            return True
        self._pause()
        return False

    def _pause(self) -> None:
        self._rest = min(max(self._rest * 2, _REST_SECONDS[0]), _REST_SECONDS[1])
        self._next_try = time.monotonic() + self._rest

    def _take(
        self, events: Sequence[bytes], answers: Sequence[Answer], flying: Callable[[int, int], None] = _unsaid
    ) -> None:
        with self._entered():
            if self._sink is None:
                self._sink = self.open_sink()
            sink = self._sink
        with self._entered():  # who forks waits for the one or for the other
            if events:
                flying(0, len(events))
                sink.events(events)
            if answers:
                flying(len(answers), len(events))
                sink.answers(answers)

    @contextlib.contextmanager
    def _entered(self) -> Iterator[None]:
        """Be in the sink, and alone there.

        Raises:
            Over: nobody enters it any more.
        """
        self._calling = True  # before it is asked whether it is over, as who ends that waits while it is so
        try:
            if self.over:
                raise Over
            with self._alone:
                yield
        finally:
            self._calling = False

    def hold(self, seconds: float) -> bool:
        """Keep everybody out of a sink that works in this process until ``let_go``; False where that takes longer.

        A process that is forked meanwhile finds none of the locks taken that a library such as SQLite keeps.
        """
        return (self._sink is None or deferring(self._sink)) and self._alone.acquire(timeout=seconds)

    def part(self) -> None:
        """The process is about to fork, and nobody else is in the sink: a child is to find nothing of it open."""
        if deferring(self._sink):
            self._sink.part()

    def let_go(self) -> None:
        """Let others into the sink again."""
        self._alone.release()

    def release(self, seconds: float) -> None:
        """Have the sink let go of what it holds open, until there is more to deliver; not where that takes longer."""
        if holding(self._sink) and self._alone.acquire(timeout=seconds):
            try:
                self._sink.release()
            finally:
                self._alone.release()

    def abandon(self) -> None:
        """In a forked child: never use what the parent's sink holds open."""
        if holding(self._sink):
            self._sink.abandon()

    def keep(self, events: Sequence[bytes], answers: Sequence[Answer]) -> None:
        """Put a batch into the spool, and say why it is there."""
        size = len(events) + len(answers)
        failure = self._failure
        self._failure = None
        self.dirty = True
        said = "" if failure is None else f"cannot deliver ({shown(failure)})"
        try:
            self.spool.add(events, answers)
        except Exception as error:  # a full disk or a read-only folder: the loss is counted and said
            why = f"the spool cannot be written ({shown(error)})"
            self.lost(size, f"{why}, and {said}" if said else why)
            return
        self.counts["spooled"] += size
        self._lend()
        if said:
            self._complained = True
            kept = f"{said}; events are kept in {self.spool.folder} and sent later"
            fault.tell(f"sink:{type(failure).__name__}", kept)

    def _lend(self) -> None:
        """Leave what is spooled to other processes where this is a child that cannot open the sink, unlike them."""
        if self.lends and self._rest and self._sink is None:
            self.spool.lend()

    def behind(self) -> bool:
        """Whether something is spooled: by this process, or by one that it has started."""
        return self.dirty or self.spool.orphaned() or self.tally.orphaned()

    def put_off(self, seconds: float) -> None:
        """Leave what is spooled there for so long: more is to come."""
        self._quiet = time.monotonic() + seconds

    def replay(self, *, asked: bool, spilling: bool) -> None:
        """Deliver what is spooled, of this process and of dead ones; ``spilling``: more is on its way there."""
        if asked:
            self.dirty = self.behind()
        if self._spool_known and not self.dirty:
            return
        if self._sink is None and not self.dirty:
            return  # nothing was delivered yet: no reason to open a sink
        if not asked and time.monotonic() < max(self._next_try, self._quiet):
            return
        self._spool_known = True
        fault.attempt("adopt", self._adopt)
        try:
            taken, torn = self.spool.replay(self._take)
        except Over:  # the file stays, for the next process
            self.dirty = True
            self.spool.close()
            return
        except Exception as error:  # whatever the sink or the disk raises, the spool stays and is tried again
            fault.count("sink")
            if not self._complained:
                fault.tell("replay", f"what is spooled in {self.spool.folder} cannot be delivered yet ({shown(error)})")
            self.dirty = True
            self._pause()
            self._lend()
            return
        self.counts["replayed"] += taken
        self.counts["delivered"] += taken
        self._rest = self._next_try = 0.0
        if torn:
            self.lost(torn, "lines of the spool were torn")
        self.dirty = spilling

    def claim(self, name: str) -> dict[str, int]:
        """Count what the process of that tally took with it, and return it as gaps, for an event about that process."""
        fresh, gaps = self.tally.claim(name)
        self._mourn(fresh)
        return gaps

    def _adopt(self) -> None:
        """Count what processes that are dead had recorded and took with them."""
        self._mourn(self.tally.adopt())

    def _mourn(self, fresh: Sequence[int]) -> None:
        _, answers, events, *perhaps = fresh
        self.counts["lost"] += answers + events
        told = [f"{n:,} {what}{'s' * (n != 1)}" for n, what in ((answers, "answer"), (events, "event")) if n]
        told += [f"perhaps {sum(perhaps):,} more"] if any(perhaps) else []
        if told:
            fault.tell(f"killed:{fresh}", f"lost with processes that were killed: {', '.join(told)}")

    def follow(self, *, asked: bool) -> None:
        """Have the sink do what it has put off: all of it where somebody asked, else what has waited long enough."""
        if self._sink is None:
            return
        try:
            with self._entered():
                follow(self._sink, asked=asked)
        except Over:
            return
        except Exception as error:  # what was delivered stays with the sink, which is asked again
            self._behind = True
            fault.count("sink")
            fault.tell("follow", f"what was delivered is not worked out yet ({shown(error)})")
        else:
            self._behind = False

    def lost(self, number: int, why: str) -> None:
        """Count what is lost for good, and say it once."""
        self.counts["lost"] += number
        self.tally.lose(number)
        self._losing |= number > 0
        if number:
            fault.tell(f"lost:{why[:20]}", f"events or answers are being lost: {why}")

    def sum_up(self) -> None:
        """Say at the end how much was lost in all."""
        if self.counts["lost"]:
            fault.tell("lost in all", f"events and answers that were lost in all: {self.counts['lost']:,}")

    def shut(self) -> None:
        """Let go of the spool and of the sink."""
        self.spool.close()
        if self._sink is None:
            return
        with contextlib.suppress(Over), self._entered():
            fault.attempt("sink", self._sink.close)
            self._sink = None
