"""What has left the queue and is encoded, until it is delivered or on disk.

Enters: events and answers, made or to be made; to encode them is to read files and to make hashes. Leaves: calls of
a ``Delivery``, each with all that is held, and what became of it in the ``Tally`` of the process. Never raises for an
item: one that cannot be made is a counted loss.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from driftline.capture.ground import fault
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.tally import ANSWERS, EVENTS
from driftline.capture.tables import measure
from driftline.event.answer import Answer

if TYPE_CHECKING:
    from driftline.capture.runs.trace import Seen


class Pending(Protocol):
    """An event that is encoded when its turn comes."""

    def encode(self, *, cheap: bool) -> Sequence[bytes]:
        """Return the event as JSON, in pieces where it is large; ``cheap`` leaves out what takes long to measure."""

    def waiting(self) -> "Iterable[Seen]":
        """Return the versions whose contents it tells of."""


TOGETHER = "together"  # the piece that measures what several events wait for
_TOGETHER = "driftline.capture.runs.together"  # loaded when contents are measured

# Answers that are made when their turn comes: what makes them, how many they are at most, and of what, in one tuple.
Unmade = tuple[Any, ...]
Item = bytes | Answer | Pending | Unmade
_ANSWERED = (tuple, Answer)  # made once: each item asks


def weight(item: Item) -> int:
    """Return how many answers or events an item is; 0 = work that is done again later."""
    return item[1] if type(item) is tuple else 1


def kind(item: Item) -> int:
    """Return where an item is counted."""
    return ANSWERS if isinstance(item, _ANSWERED) else EVENTS


def prepare(items: Iterable[Item], stop: Callable[[], bool]) -> None:
    """Measure together what several items wait for, unless somebody wants the thread to ``stop``."""
    if not measure.level.contents or fault.off(TOGETHER):
        return
    waiting = [seen for item in items if not isinstance(item, bytes | tuple | Answer) for seen in item.waiting()]
    if len(waiting) > 1:
        together(waiting, stop)


def together(waiting: "Sequence[Seen]", stop: Callable[[], bool]) -> None:
    """Measure these versions together."""
    if not fault.off(TOGETHER):
        importlib.import_module(_TOGETHER).measure_all(waiting, stop)


class Flight:
    """One batch that grows until it is handed over; used by one thread at a time."""

    def __init__(self, delivery: Delivery) -> None:
        self.events: list[bytes] = []
        self.answers: list[Answer] = []
        self._delivery = delivery
        self._counted = [0, 0]  # answers and events that were to become of the items

    def __len__(self) -> int:
        return len(self.events) + len(self.answers)

    def copy(self) -> "Flight":
        """Return another one with the same in it, for the case that the thread of this one hangs."""
        found = Flight(self._delivery)
        found.events, found.answers, found._counted = list(self.events), list(self.answers), list(self._counted)
        return found

    def add(self, item: Item, *, cheap: bool) -> None:
        """Encode an item."""
        self._counted[kind(item)] += weight(item)
        try:
            if isinstance(item, tuple):
                made = item[0](*item[2:])
                if isinstance(made, Answer):
                    self.answers.append(made)
                else:
                    self.answers.extend(made)
            elif isinstance(item, Answer):
                self.answers.append(item)
            elif isinstance(item, bytes):
                self.events.append(item)
            else:
                self.events.extend(item.encode(cheap=cheap))
        except Exception as error:  # the fault rule: an event that cannot be encoded is a counted loss
            fault.failed("encode", error)
            self._counted[kind(item)] -= weight(item)
            self._delivery.tally.settle(*((0, weight(item)) if kind(item) == EVENTS else (weight(item), 0)))
            self._delivery.lost(max(1, weight(item)), "an event could not be encoded")

    def hand(self, *, hurry: bool) -> None:
        """Deliver what is held, or spool it."""
        if self:
            self._delivery.hand(self.events, self.answers, hurry=hurry)
        counted = self._counted
        self.events, self.answers, self._counted = [], [], [0, 0]
        self._delivery.tally.settle(*counted)
        self._delivery.tally.fly(0, 0)

    def keep(self) -> None:
        """Spool what is held; where something of ours failed it may have arrived, and is known there then."""
        events, answers, counted = self.events, self.answers, self._counted
        self.events, self.answers, self._counted = [], [], [0, 0]
        if events or answers:
            self._delivery.keep(events, answers)
        self._delivery.tally.settle(*counted)
