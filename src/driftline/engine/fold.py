"""Second step: fold what the new events speak of, and write the lineage that follows.

Enters: events that wait in the log. Leaves: the executions that they belong to, as they stand now. An event that
cannot be folded is put into quarantine, and the others go on without it. Facets of datasets and jobs are taken from
the same events.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from driftline.engine.house import House
from driftline.event import openlineage
from driftline.event.lineage import Job, RunShape
from driftline.event.openlineage import Event, Facets
from driftline.graph import datasets, executions, fold, mentions
from driftline.store.log import Waiting

_UNLIKELY = (ArithmeticError, LookupError, TypeError, ValueError, AssertionError)  # what an event like no other may raise

Owner = tuple[bytes, int]


class Folded(NamedTuple):
    """What follows from the events that waited."""

    runs: list[RunShape]  # executions as they stand now, of which something is news
    refused: dict[int, str]  # place in the log -> why it cannot be folded


def waiting(house: House, taken: Sequence[Waiting]) -> Folded:
    """Write the lineage that follows from events; part of the transaction that it is called in."""
    by_owner: dict[Owner, list[Waiting]] = {}
    for one in taken:
        by_owner.setdefault((one.owner, one.kind), []).append(one)
    try:
        with house.store.transaction():
            runs = _weave(house, by_owner)
    except _UNLIKELY:
        return _one_by_one(house, by_owner)
    return Folded(runs, {})


def _one_by_one(house: House, by_owner: dict[Owner, list[Waiting]]) -> Folded:
    folded = Folded([], {})
    for owner, waiting_ in by_owner.items():
        try:
            with house.store.transaction():
                folded.runs.extend(_weave(house, {owner: waiting_}))
        except _UNLIKELY as error:
            logging.getLogger("driftline").exception("an event is put into quarantine, as it cannot be folded")
            reason = f"it cannot be folded: {type(error).__name__}: {error}"
            for one in waiting_:
                house.store.log.refuse(one.seq, reason)
                folded.refused[one.seq] = reason
    return folded


def _weave(house: House, by_owner: dict[Owner, list[Waiting]]) -> list[RunShape]:
    store = house.store
    histories, news = [], []
    for (owner, kind), waiting_ in by_owner.items():
        events = [openlineage.decode(raw) for raw in store.log.of_owner(owner, kind)]
        found = fold.fold(events)
        store.profiles.put(fold.profiles(events))
        histories += found
        if kind == 0 and not all(one.quiet for one in waiting_):
            news += [history.shape for history in found]
    for entry in store.log.at([one.seq for waiting_ in by_owner.values() for one in waiting_]):
        _describe(house, openlineage.decode(entry.raw), entry.id)
    store.lineage.put(histories)
    store.index.follow()
    return news


def _describe(house: House, event: Event, id_: str) -> None:
    """Take the facets that an event gives its job and its datasets."""
    order = (*executions.moment(event), bytes.fromhex(id_[-16:]))
    for name in mentions.in_facets(event):
        house.store.lineage.mention(*name, event.time_us)
    above = mentions.on_behalf_of(event)
    if event.job and above:
        own = Job(event.job.namespace, event.job.name)
        house.store.lineage.on_behalf(own, *above, event.time_us)
    if event.job:
        _take(house, "JOB", event.job.namespace, event.job.name, order, event.job.facets)
    for part in (*event.inputs, *event.outputs, *((event.dataset,) if event.dataset else ())):
        _take(house, "DATASET", part.namespace, part.name, order, part.facets)


def _take(house: House, type_: str, namespace: str, name: str, order: tuple[int, int, bytes], held: Facets) -> None:
    found = {key: b"" if datasets.deletes(facet) else bytes(facet) for key, facet in held.items()}
    house.store.lineage.describe(type_, namespace, name, order, found, datasets.kind(held))
