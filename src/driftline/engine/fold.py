"""Second step: fold what the new events speak of, and write the lineage that follows.

Enters: events that wait in the log. Leaves: the executions that they belong to, as they stand now. An event that
cannot be folded is put into quarantine, and the others go on without it. Facets of datasets and jobs are taken from
the same events.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from driftline.engine.house import House
from driftline.errors import BadEvent, BadInput
from driftline.event import openlineage
from driftline.event.lineage import Dataset, History, Job, RunShape
from driftline.event.openlineage import Event, Facets
from driftline.graph import datasets, executions, fold, mentions
from driftline.store.log import RUN, Waiting

# What a run found out about a dataset that it read: said of the reading, true of the dataset.
_QUALITY = frozenset({"dataQualityAssertions", "dataQualityMetrics"})
UNLIKELY = (
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AssertionError,
    RecursionError,
    msgspec.MsgspecError,
    BadEvent,
    BadInput,
)  # what an event like no other may raise

Owner = tuple[bytes, int]
Name = tuple[str, str, str]  # DATASET or JOB, namespace, name
Order = tuple[int, int, bytes]  # time, state, content


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
    except UNLIKELY:
        return _one_by_one(house, by_owner)
    return Folded(runs, {})


def _one_by_one(house: House, by_owner: dict[Owner, list[Waiting]]) -> Folded:
    folded = Folded([], {})
    for owner, waiting_ in by_owner.items():
        try:
            with house.store.transaction():
                folded.runs.extend(_weave(house, {owner: waiting_}))
        except UNLIKELY as error:
            reason = f"it cannot be folded: {type(error).__name__}: {error}"
            logger = logging.getLogger("driftline")
            logger.warning("driftline: an event is put into quarantine, as %s", reason)
            logger.debug("driftline: an event that cannot be folded", exc_info=True)
            for one in waiting_:
                house.store.log.refuse(one.seq, reason)
                folded.refused[one.seq] = reason
    return folded


def _weave(house: House, by_owner: dict[Owner, list[Waiting]]) -> list[RunShape]:
    store = house.store
    ids = store.log.names([one.seq for waiting_ in by_owner.values() for one in waiting_])
    events = _heard(house, ids)
    texts = {owner: fold.owner(events[waiting_[0].seq])[0] for owner, waiting_ in by_owner.items()}
    folded = store.log.folded(texts.values())
    histories: list[History] = []
    news: list[RunShape] = []
    for owner, waiting_ in by_owner.items():
        said = [events[one.seq] for one in waiting_]
        if texts[owner] in folded:
            said = [openlineage.decode(raw) for raw in store.log.of_owner(*owner)]
        found = fold.fold(said)
        store.profiles.put(fold.measures(said))
        histories += found
        if owner[1] == RUN and not all(one.quiet for one in waiting_):
            news += [history.shape for history in found]
    _describe(house, [(events[seq], id_) for seq, id_ in ids.items()])
    store.lineage.put(histories)
    store.index.follow()
    return news


def _heard(house: House, ids: Mapping[int, str]) -> dict[int, Event]:
    """Return events by their places in the log; those that this process has just accepted were read then."""
    known = {seq: house.heard.pop(id_) for seq, id_ in ids.items() if id_ in house.heard}
    entries = house.store.log.at([seq for seq in ids if seq not in known])
    return known | {entry.seq: openlineage.decode(entry.raw) for entry in entries}


def _describe(house: House, said: Sequence[tuple[Event, str]]) -> None:
    """Take whom events name, and the facets that they give their jobs and datasets: of each key the newest."""
    found: dict[Name, dict[str, tuple[Order, bytes]]] = {}
    spans: dict[Name, tuple[int, int]] = {}
    schemas: dict[tuple[Name, bytes], int] = {}
    for event, id_ in said:
        order = (*executions.moment(event), bytes.fromhex(id_[-16:]))
        for name in mentions.in_facets(event):
            house.store.lineage.mention(*name, event.time_us)
        above = mentions.on_behalf_of(event)
        if event.job and above:
            house.store.lineage.on_behalf(Job(event.job.namespace, event.job.name), *above, event.time_us)
        for name, held in _named(event):
            first, last = spans.get(name, (event.time_us, event.time_us))
            spans[name] = min(first, event.time_us), max(last, event.time_us)
            facets = found.setdefault(name, {})
            for key, facet in held.items():
                if key not in facets or facets[key][0] < order:
                    facets[key] = (order, b"" if datasets.deletes(facet) else bytes(facet))
            if name[0] == "DATASET" and held:
                house.store.lineage.kind(Dataset(*name[1:]), datasets.kind(held))
                if "schema" in held:
                    schema = name, bytes(held["schema"])
                    schemas[schema] = min(event.time_us, schemas.get(schema, event.time_us))
    house.store.lineage.describe(found, spans)
    for (name, raw), moment in schemas.items():
        house.store.lineage.columns(Dataset(*name[1:]), datasets.columns(raw), moment)


def _named(event: Event) -> Iterator[tuple[Name, Facets]]:
    if event.job:
        yield ("JOB", event.job.namespace, event.job.name), event.job.facets
    # of one event the first stands: what a dataset is after a run that has changed it is what the run wrote last
    for part in (*reversed(event.outputs), *event.inputs, *((event.dataset,) if event.dataset else ())):
        quality = {key: facet for key, facet in part.input_facets.items() if key in _QUALITY}
        yield ("DATASET", part.namespace, part.name), ({**part.facets, **quality} if quality else part.facets)
