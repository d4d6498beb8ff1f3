"""Spans become answers: each outermost span of a generative system is one, with everything found inside it.

Enters: spans as they start and end, from any thread. Leaves: one answer per root, made on the sender's thread: model,
prompt and index versions, documents in order, tools, tokens, question, what was said, trace and span. Retrieval that
stands beside its answer, below one span of something else, belongs to the answers that follow it there. Inside of an
answer in the making (``with driftline.answer(...)``) the spans add to that one. Bounded in memory; never raises.
"""

import functools
import importlib
import itertools
import os
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.answering import answers, dialects, joined
from driftline.capture.answering.answers import Answering
from driftline.capture.answering.beside import FOUND, Near, fed
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.held import STREAMED, Held, Waiting
from driftline.capture.answering.joined import Heard
from driftline.capture.answering.united import same_call
from driftline.capture.ground import fault
from driftline.capture.runs.pointer import then
from driftline.capture.sending import client
from driftline.errors import MissingExtra
from driftline.event.current import Draft
from driftline.event.lineage import Touched, Version

OPEN = 10_000  # spans that are followed at the same time
HEARD = 1_000  # responses that another instrumentation may still tell of
AROUND = 250  # spans, those that have started last, that are asked whether they tell of a call within them
TOGETHER = 1_000  # spans of one answer that are looked at
_ADAPTER = "driftline.capture.answering.otel"
_SCOPES = ("openinference.", "traceloop.")


class _Known(NamedTuple):
    """A response that was heard of: without the texts of its spans, which go once the answer is made."""

    span: Span
    heard: "weakref.ref[Heard]"


class _Open:
    """A span that has started and not ended."""

    __slots__ = ("answer", "attributes", "found", "inner", "number", "parent", "scope", "within")

    def __init__(self, number: int, parent: int, scope: str, attributes: Any, answer: Answering | None) -> None:
        self.parent, self.scope, self.attributes, self.answer = parent, scope, attributes, answer
        self.within = 0  # the span around it that a framework has not made current
        self.number = number  # they rise in the order in which spans start
        self.inner = 0  # spans that are open directly below it
        self.found: list[Near] = []

    def speaks(self) -> bool:
        """Whether it is of a generative system; some say so only when they end."""
        return self.scope.startswith(_SCOPES) or dialects.speaks(self.attributes() or {})


class _Ready(NamedTuple):
    """The spans of an answer that is over."""

    root: Ended
    found: Sequence[Ended]
    near: tuple[list[Ended], list[Ended]] = ([], [])  # what stands beside: for sure, perhaps
    answer: Answering | None = None  # in the making, around it
    streams: Sequence[int] = ()  # in which what is said comes later


_every: "weakref.WeakSet[Spans]" = weakref.WeakSet()  # whose locks a forked child makes anew


class Spans:
    """The spans of one process that are under way."""

    def __init__(self, endpoint: str, uses: Mapping[str, Touched | Version | str]) -> None:
        self._endpoint = endpoint
        self._uses = dict(uses)
        self._lock = threading.RLock()  # a generator that is collected may end a span
        self._open: dict[int, _Open] = {}
        self._waiting, self._streams = Waiting(), Waiting(STREAMED)
        self._numbers = itertools.count()
        self._heard: dict[str, _Known] = {}  # by the id of the response
        _every.add(self)

    def reborn(self) -> None:
        """In a forked child: a thread of the parent that held the lock is not there, and what waits is the parent's."""
        self._lock = threading.RLock()
        self._waiting, self._streams = Waiting(), Waiting(STREAMED)

    def start(self, key: int, parent: int, scope: str, attributes: Any, within: int = 0) -> None:
        """A span starts; ``attributes`` returns those that it has by now.

        It is ``within`` a span that a framework has not made its parent; 0 = within none.
        """
        started = _Open(next(self._numbers), parent, scope, attributes, answers.current_answer())
        started.within = within
        over: list[Held] = []
        with self._lock:
            while len(self._open) >= OPEN:  # spans that nobody ends
                del self._open[first := next(iter(self._open))]
                over += self._streams.ended(first, None)[1]
            self._open[key] = started
            if (around := self._open.get(parent)) is not None:
                around.inner += 1
        self._release(over)

    def end(self, key: int, ended: Ended | None) -> None:
        """A span ends; None = it says nothing of an answer."""
        with self._lock:
            started = self._open.pop(key, None)
            if started is None:
                return
            told, over = self._waiting.ended(key, ended)
            ready = self._ended(key, started, ended, told)
            over += self._streams.ended(key, None)[1] + self._late()
            waits = self._waits()
        self._release(over)
        if ready is not None:
            self._record(ready, told)
        elif told is not None:
            told.queue(None)  # it is part of what is still open
        if waits:
            self._watched()

    def release(self) -> None:
        """Record the calls that wait for a span around them, now."""
        with self._lock:
            over = self._waiting.all() + self._streams.all()
        self._release(over)

    def announce(self) -> None:
        """Record the calls that have waited long enough; the sender's thread asks for that once in a while."""
        if (owner := client.current()) is not None:
            owner.sender.unwatch(self)
        with self._lock:
            over, waits = self._late(), self._waits()
        self._release(over)
        if waits:
            self._watched()

    def _late(self) -> list[Held]:
        return self._waiting.late() + self._streams.late()

    def _waits(self) -> bool:
        return bool(self._waiting or self._streams)

    def _watched(self) -> None:
        """Have calls recorded that wait while no other span ends."""
        if (owner := client.current()) is not None:
            owner.sender.watch(self)

    def _release(self, over: Sequence[Held]) -> None:
        for one in over:
            fault.attempt("otel", self._record, _Ready(one.root, one.found, one.near), one)

    def _ended(self, key: int, started: _Open, ended: Ended | None, told: Held | None) -> _Ready | None:
        """Return the spans of an answer that is over; None where a span belongs to one around it, or is to wait."""
        parent = self._open.get(started.parent)
        if parent is not None:
            parent.inner -= 1
        found = [one.ended for one in started.found] + [*(told.found if told is not None else ())]
        if ended is not None:
            found = _whole(found, ended)
        going = self._going(key, started)
        if over := self._streams.of(key):  # an answer that is over but for this
            over[0].found[:0] = found
            self._streams.more(over[0], going)
            return None
        if not found:
            return None
        alone = not any(map(_answers, found))  # no model was called in it
        made = started.answer is not None and not started.answer.over
        streams = bool(going) and not made and ended is not None and client.process.client is not None
        if self._inside(started.parent, {one.scope for one in found}) or (alone and not made and not streams):
            if parent is not None:
                known = {id(one.ended): one.leave() for one in started.found}
                parent.found += [known.get(id(one)) or Near(one) for one in found]
                del parent.found[:-TOGETHER]
                self._leave_to(started.parent, going)
            elif started.inner:
                self._hand_on(key, found)
            return None
        if started.inner and parent is None and not going:
            self._hand_on(key, found)
        root = ended if ended is not None else found[-1]
        above = [*self._above(started.parent)]
        asked = not alone or streams
        near = [one for outer in above for one in self._open[outer].found] if asked else []
        near += self._beyond(started, above) if asked else []
        ready = _Ready(root, found, fed(near, root, found), started.answer, going)
        if streams and (owner := client.process.client) is not None:
            self._streams.add(Held(root, found, ready.near, owner.sender), going)
            return None
        around = self._around(started, above) if not made and ended is not None and _answers(ended) else ()
        if around and (owner := client.process.client) is not None:
            self._waiting.add(Held(root, found, ready.near, owner.sender), around)
            return None
        return ready

    def _going(self, key: int, started: _Open) -> list[int]:
        """Return the spans of the same instrumentation that go on directly below one that is over, as streams do."""
        if not started.inner:
            return []
        below = [(one, at) for one, at in self._open.items() if at.parent == key and at.scope == started.scope]
        return [one for one, at in below if at.speaks()]

    def _leave_to(self, parent: int, going: Sequence[int]) -> None:
        """Have what goes on below a span that is over be below the one around that."""
        for one in going:
            self._open[one].parent = parent
            self._open[parent].inner += 1

    def _hand_on(self, key: int, found: Sequence[Ended]) -> None:
        """Have what goes on inside of a span that is over, as a stream does, stand on what no call has read yet."""
        called = max((one.span.start_us for one in found if _answers(one)), default=0)
        fresh = [one for one in found if dialects.kind_of(one.span) in FOUND and one.span.end_us > called]
        for one in self._open.values():
            if one.parent == key:
                one.found[:0] = map(Near, fresh)

    def _above(self, key: int) -> Iterator[int]:
        """Yield the spans around one, from the inside."""
        while (one := self._open.get(key)) is not None:
            yield key
            key = one.parent

    def _beyond(self, started: _Open, above: Sequence[int]) -> list[Near]:
        """Return what was retrieved below spans around one that were not made current."""
        every = [near for key in self._above(started.within) if key not in above for near in self._open[key].found]
        found = [near for near in every if dialects.kind_of(near.ended.span) in FOUND]
        calls = [near.ended.span for near in every if _answers(near.ended)]
        for near in found:
            after = () if near.has_fed else (one for one in calls if near.ended.span.end_us <= one.start_us)
            if (call := next(iter(after), None)) is not None:
                near.feed(call.start_us, call.end_us)
        return found

    def _inside(self, key: int, scopes: set[str]) -> bool:
        """Whether a span, or one around it, is of a generative system."""
        around = [self._open[one] for one in self._above(key)]
        return any(one.scope in scopes or one.speaks() for one in around)

    def _around(self, started: _Open, above: Sequence[int]) -> list[int]:
        """Return the innermost spans that may tell of the call of a model within them, though they are not above it."""
        found = []
        for key, one in [*itertools.islice(reversed(self._open.items()), AROUND)]:
            if one.number < started.number and not one.inner and one.scope != started.scope and key not in above:
                outer = next((at for at in self._above(one.parent) if not self._open[at].speaks()), 0)
                if one.speaks() and (not outer or outer in above):
                    found.append(key)
        return found

    def hold(self, root: Ended, answer: Answering, draft: Draft) -> bool:
        """Keep an answer of the user's, which is over, until its streams are; returns whether any of them goes on."""
        owner = client.process.client
        with self._lock:
            going = [key for key in answer.streams if key in self._open]
            if owner is None or not going:
                return False
            self._streams.add(Held(root, (), ([], []), owner.sender, (answer, draft)), going)
        self._watched()
        return True

    def _record(self, ready: _Ready, held: Held | None = None) -> None:
        """Record an answer; ``held`` was counted as it began to wait; without a call of a model it is none."""
        root, found, (sure, perhaps), answer, streams = ready
        if held is not None and held.made is not None:
            if found:
                fault.attempt("otel", joined.add, *held.made, root, [one.span for one in found], self._uses)
            held.queue(answers.finished(*held.made))
            return
        if held is not None and not any(map(_answers, found)):
            held.queue(None)
            return
        found = [*sure, *found]
        heard, again = self._hear(Heard(root, found, perhaps))
        item, owner = None, client.current()
        if answer is not None and not answer.over:
            joined.add(answer, answer.draft, root, [one.span for one in found], self._uses, said=not streams)
            if streams:
                answer.streams += tuple(streams)
                answer.holds = functools.partial(self.hold, root)
        elif owner is not None and not again:
            item = (joined.made, 1, owner.settings, self._endpoint, self._uses, then(), heard)
        if held is not None:
            held.queue(item)
        elif item is not None and owner is not None:
            owner.answer(item)

    def _hear(self, new: Heard) -> tuple[Heard, bool]:
        """Return the spans of an answer, and whether it is one that others have told of already."""
        span = new.root.span
        response = dialects.response_of(span) if _answers(new.root) else ""
        if not response:
            return new, False
        with self._lock:
            known = self._heard.get(response)
            if known is not None and same_call(known.span, span):
                heard = known.heard() or new
                heard.found += new.found if heard is not new and not heard.made else ()
                return heard, True
            while len(self._heard) >= HEARD:
                del self._heard[next(iter(self._heard))]
            self._heard[response] = _Known(dialects.bare(span), weakref.ref(new))
        return new, False


def _whole(inside: Sequence[Ended], ended: Ended) -> list[Ended]:
    """Return a span and those inside of it; where a call of a model is inside of one, they are the same call.

    What a tool has called is another one: some frameworks run their tools inside of the call that asked for them.
    Of a retrieval inside of one counts what that gives out: it may leave something out, or put it in another order.
    """
    if inside and dialects.kind_of(ended.span) == "retrieval" and dialects.lists(ended.span):
        kinds = [(one, dialects.kind_of(one.span)) for one in inside]
        bare = [one._replace(span=dialects.unlisted(one.span)) for one, kind in kinds if kind == "retrieval"]
        inside = [*(one for one, kind in kinds if kind not in FOUND), *bare]
    if not inside or not _answers(ended):
        return [*inside, ended]
    tools = [one.span for one in inside if dialects.kind_of(one.span) == "tool"]
    calls = [one for one in inside if _answers(one) and not any(_within(one.span, tool) for tool in tools)]
    own = ended._replace(span=ended.span._replace(inside=[one.span for one in calls]))
    return [*(one for one in inside if not any(one is call for call in calls)), own]


def _within(span: Span, tool: Span) -> bool:
    return tool.start_us <= span.start_us and span.end_us <= tool.end_us


def _answers(one: Ended) -> bool:
    return dialects.kind_of(one.span) == "model"


def span_processor(endpoint: str = "", *, uses: Mapping[str, Touched | Version | str] | None = None) -> Any:
    """Return an OpenTelemetry span processor that records the answers of every instrumented framework.

    One line does it: ``provider.add_span_processor(driftline.span_processor("refund-desk"))``.

    Args:
        endpoint: name of the deployment; default: the name of the agent or the workflow, else that of the span.
        uses: role -> what every answer stands on, such as ``{"index": index}``; said here, it wins over the spans.

    Raises:
        MissingExtra: the OpenTelemetry SDK is not installed.
    """
    try:
        adapter = importlib.import_module(_ADAPTER)
    except ImportError as error:
        raise MissingExtra("opentelemetry-sdk", hint="Install it with: pip install 'driftline[otel]'") from error
    return adapter.SpanProcessor(Spans(endpoint, dict(uses or {})))


def _reborn() -> None:
    for one in list(_every):
        one.reborn()


def _release() -> None:
    for one in list(_every):
        one.release()


client.waiting.append(_release)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: fault.attempt("fork", _reborn))
