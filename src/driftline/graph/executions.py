"""The events of one run id, put in order and told apart by job and attempt.

Enters: events that share a run id, in any order and with any repetition. Leaves: executions, each the events of one
attempt of one job, in the one order that the set of them has: event time, then state, then content. Schedulers use
run ids again, so a START that follows an end, at a later time, begins a new attempt. Attempts are counted from 1, over
all jobs of the run id, by their first event. Source: OpenLineage 2-0-2, and what its producers send.
"""

import itertools
from collections.abc import Iterable, Sequence

from driftline.event import ids, openlineage
from driftline.event.lineage import TERMINAL, Job
from driftline.event.openlineage import Event

_RANKS = {"OTHER": 0, "START": 1, "RUNNING": 2}
_LAST = 3

Execution = tuple[Job, tuple[Event, ...]]


def moment(event: Event) -> tuple[int, int]:
    """Return when an event happened and, within that moment, the place of its state."""
    return event.time_us, _RANKS.get(event.event_type or "OTHER", _LAST)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return ``events`` in their order: time, state, content; those of the same content once."""
    found: list[Event] = []
    for _, same in itertools.groupby(sorted(events, key=moment), key=moment):
        together = list(same)
        if len(together) > 1:
            by_content = {ids.digest(openlineage.encode(event)): event for event in together}
            together = [by_content[key] for key in sorted(by_content)]
        found += together
    return found


def executions(events: Iterable[Event]) -> list[Execution]:
    """Return the executions in ``events``: the first is attempt 1."""
    by_job: dict[Job, list[Event]] = {}
    for event in in_order(events):
        if event.run is not None and event.job is not None:
            by_job.setdefault(Job(event.job.namespace, event.job.name), []).append(event)
    found = [(job, tuple(part)) for job, said in by_job.items() for part in _attempts(said)]
    return sorted(found, key=lambda item: (item[1][0].time_us, item[0]))


def _attempts(ordered: Sequence[Event]) -> Iterable[list[Event]]:
    part: list[Event] = []
    ended_us = 0
    for event in ordered:
        if event.event_type == "START" and ended_us and event.time_us > ended_us:
            yield part
            part, ended_us = [], 0
        part.append(event)
        if event.event_type in TERMINAL:
            ended_us = ended_us or event.time_us
    yield part
