"""What is found by a part of a name, the events as they came, tags, and counts over time.

Enters: a store. Leaves: pages of results. A text to look for may hold ``%`` and ``_`` as signs for any signs and any
one sign, as in Marquez.
"""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from driftline import clock
from driftline.interop.marquez import hidden, naming
from driftline.store import Store
from driftline.store.reading import HOUR_US

DAY_HOURS = 24
WEEK_DAYS = 7
_TYPES = {"dataset": ("DATASET",), "job": ("JOB",)}


class MarquezResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One dataset or job that was found."""

    type: str
    name: str
    updated_at: str | None
    namespace: str
    node_id: str


class MarquezResults(msgspec.Struct, frozen=True, rename="camel"):
    """What was found."""

    total_count: int
    results: list[MarquezResult]


class MarquezEvents(msgspec.Struct, frozen=True, rename="camel"):
    """A page of events, as they came."""

    events: list[msgspec.Raw]
    total_count: int


class MarquezTag(msgspec.Struct, frozen=True):
    """A tag that people put on things."""

    name: str
    description: str | None = None


class MarquezTags(msgspec.Struct, frozen=True, rename="camel"):
    """A page of tags."""

    tags: list[MarquezTag]
    total_count: int


class MarquezEventCount(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many events of each state happened in a span of time."""

    start_interval: str
    end_interval: str
    fail: int = 0
    start: int = 0
    complete: int = 0
    abort: int = 0


class MarquezCount(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many there were at the end of a span of time."""

    start_interval: str
    end_interval: str
    count: int


def search(store: Store, text: str, sort: str, wanted: str, namespace: str, limit: int) -> MarquezResults:
    """Return datasets and jobs whose names hold ``text``.

    Args:
        store: the store.
        text: what to look for, with ``%`` and ``_`` as wild signs.
        sort: ``name``, or anything that begins with ``update`` for the newest first.
        wanted: ``dataset`` or ``job``; else both.
        namespace: of which namespace; ``""`` = all.
        limit: how many at most.
    """
    form = f"%{text.lower()}%".replace("\\", "\\\\")
    types = _TYPES.get(wanted.lower(), ("DATASET", "JOB"))
    newest = sort.lower().startswith("update")
    lines = store.reading.found(form, types, namespace, limit, newest=newest, without=hidden.hidden(store))
    results = [
        MarquezResult(
            type=line.type,
            name=line.name,
            updated_at=naming.moment(line.updated_us),
            namespace=line.namespace,
            node_id=line.node,
        )
        for line in lines
    ]
    return MarquezResults(len(results), results)


def events(store: Store, since_us: int, until_us: int, limit: int, offset: int, *, up: bool) -> MarquezEvents:
    """Return one page of run events by when they happened."""
    entries, total = store.reading.run_events(since_us, until_us, limit, offset, up=up)
    return MarquezEvents([msgspec.Raw(entry.raw) for entry in entries], total)


def tags(store: Store, limit: int, offset: int) -> MarquezTags:
    """Return one page of the tags that people named or put on something."""
    said = store.marks.words("tags")
    kinds = store.labels.kinds()
    known = sorted({*said, *kinds, *store.labels.counts()})
    told = {name: said[name].get("description") if name in said else None for name in known}
    told |= {name: kind.description for name, kind in kinds.items() if kind.description}
    return MarquezTags([MarquezTag(name, told[name]) for name in known[offset : offset + limit]], len(known))


class Span(NamedTuple):
    """From when to when, and how the two are written."""

    since_us: int
    until_us: int
    start: str
    end: str


def spans(period: str, zone: str, now_us: int) -> list[Span]:
    """Return the last 24 hours (``DAY``) or the last 7 days (``WEEK``) of a time zone.

    A day begins at midnight there, and is written as if that were midnight of UTC: the web page shows the date in UTC.

    Raises:
        ValueError: there is no such time zone.
    """
    if period == "DAY":
        last = now_us // HOUR_US
        hours = [hour * HOUR_US for hour in range(last - DAY_HOURS + 1, last + 2)]
        return [Span(one, after, clock.iso(one), clock.iso(after)) for one, after in itertools.pairwise(hours)]
    try:
        here = clock.to_datetime(now_us).astimezone(ZoneInfo(zone or "UTC"))
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"no time zone {zone!r}") from error
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=day) for day in range(1 - WEEK_DAYS, 2)]
    return [
        Span(clock.from_datetime(day), clock.from_datetime(after), _written(day), _written(after))
        for day, after in itertools.pairwise(days)
    ]


def _written(midnight: datetime) -> str:
    return clock.iso(clock.from_datetime(midnight.replace(tzinfo=UTC)))


def event_counts(store: Store, asked: Sequence[Span]) -> list[MarquezEventCount]:
    """Return how many run events of each state there were in some spans, told by whole hours."""
    found = []
    for span in asked:
        counted: dict[str, int] = {}
        for hour in range(span.since_us // HOUR_US, span.until_us // HOUR_US):
            for state, amount in store.reading.states(hour).items():
                counted[state] = counted.get(state, 0) + amount
        found.append(
            MarquezEventCount(
                start_interval=span.start,
                end_interval=span.end,
                fail=counted.get("FAIL", 0),
                start=counted.get("START", 0),
                complete=counted.get("COMPLETE", 0),
                abort=counted.get("ABORT", 0),
            )
        )
    return found


def counts(store: Store, asset: str, asked: Sequence[Span]) -> list[MarquezCount]:
    """Return how many jobs, datasets or sources were known at the end of each of some spans."""
    if asset == "sources":
        firsts: dict[int, int] = {}
        for space in store.reading.spaces():
            if space.datasets:
                hour = space.sourced_us // HOUR_US
                firsts[hour] = firsts.get(hour, 0) + 1
    else:
        firsts = store.reading.firsts("JOB" if asset == "jobs" else "DATASET")
    return [
        MarquezCount(
            start_interval=span.start,
            end_interval=span.end,
            count=sum(amount for hour, amount in firsts.items() if hour < span.until_us // HOUR_US),
        )
        for span in asked
    ]
