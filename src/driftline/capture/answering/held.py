"""Calls of models that wait for other spans to end: one around them that may tell of the same call, or streams in them.

Some frameworks do not make their spans current while they call a client that is instrumented, too: the span of the
client has no parent, or stands beside. Enters: a call that is over while spans of other instrumentation are open around
it. Leaves: for each of these, when it ends, the call that it tells of; and the calls that none of them tells of. They
wait for a moment only, as such a span ends right after the call. What ends while a stream goes on inside of it, a span
or an answer of the user's, waits for the end of the stream, which is part of the same answer.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from driftline.capture.answering.dialects import Ended
from driftline.capture.answering.united import tells_of
from driftline.capture.sending.flight import Unmade
from driftline.capture.sending.sender import Sender
from driftline.event.current import Draft

SECONDS = 10.0  # that a call waits
STREAMED = 600.0  # seconds that an answer waits for its stream
_now = time.monotonic


class Held:
    """A call, or an answer, that waits."""

    __slots__ = ("_keys", "_sender", "_since", "_waits", "found", "made", "near", "root")

    def __init__(
        self,
        root: Ended,
        found: Sequence[Ended],
        near: tuple[list[Ended], list[Ended]],
        sender: Sender,
        made: tuple[Any, Draft] | None = None,
    ) -> None:
        self.root, self.found, self.near = root, [*found], near
        self.made = made  # the answer of the user's that waits, and what was collected for it
        self._sender = sender
        self._keys: list[int] = []  # of the spans
        self._waits = 0
        self._since = _now()
        sender.delivery.tally.wait()

    def queue(self, item: Unmade | None) -> None:
        """Queue what becomes of it; None = it is part of another answer."""
        self._sender.delivery.tally.waited(alone=item is not None)
        if item is not None:
            self._sender.queue(item)

    @property
    def over(self) -> bool:
        """Whether it waits no longer: a span has told of it, or none does."""
        return not self._waits


class Waiting:
    """The calls that wait, by the spans that they wait for."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._every: OrderedDict[int, Held] = OrderedDict()  # only those that wait, the first one first
        self._for: dict[int, dict[int, Held]] = {}  # only those that wait: a span may last as long as the process

    def __bool__(self) -> bool:
        return bool(self._every)

    def add(self, held: Held, keys: Iterable[int]) -> None:
        """Let a call wait for spans."""
        self.more(held, keys)
        self._every[id(held)] = held

    def more(self, held: Held, keys: Iterable[int]) -> None:
        """Let a call that waits wait for further spans."""
        for key in keys:
            self._for.setdefault(key, {})[id(held)] = held
            held._keys.append(key)
            held._waits += 1

    def of(self, key: int) -> list[Held]:
        """Return the calls that wait for a span."""
        return list(self._for.get(key, {}).values())

    def ended(self, key: int, ended: Ended | None) -> tuple[Held | None, list[Held]]:
        """Return the call that a span tells of, and those that none will tell of; None = it tells of none."""
        own = list(self._for.pop(key, {}).values())
        told = [one for one in own if ended is not None and tells_of(ended.span, one.root.span)]
        mine = min(told, key=lambda one: one.root.span.start_us, default=None)  # of several the nearest to its start
        for one in own:
            one._waits -= 1
            if one.over:
                self._every.pop(id(one), None)
        if mine is not None:
            self._leave(mine)
        return mine, [one for one in own if one is not mine and one.over]

    def late(self) -> list[Held]:
        """Return the calls that have waited long enough."""
        found = []
        while self._every and (first := next(iter(self._every.values())))._since + self._seconds < _now():
            found.append(first)
            self._leave(first)
        return found

    def all(self) -> list[Held]:
        """Return all calls that wait, which wait no longer."""
        found = list(self._every.values())
        for one in found:
            self._leave(one)
        return found

    def _leave(self, one: Held) -> None:
        """Have a call wait no longer."""
        one._waits = 0
        self._every.pop(id(one), None)
        for key in one._keys:
            others = self._for.get(key, {})
            others.pop(id(one), None)
            if not others:
                self._for.pop(key, None)
