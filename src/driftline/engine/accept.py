"""First step: keep events raw, each once, and tell what became of them.

An event that cannot be read is kept too, in quarantine, with the reason; nothing is dropped but secrets. What follows
from the events is worked out afterwards, so that whoever sent them waits for the disk alone.
"""

from collections.abc import Iterator, Sequence

from driftline.engine.house import House
from driftline.errors import BadEvent
from driftline.event import openlineage, secrets
from driftline.event.openlineage import Event
from driftline.event.report import Receipt
from driftline.event.unread import unread
from driftline.graph import fold
from driftline.store.log import Fresh, Note


def events(house: House, batch: Sequence[bytes], *, quiet: bool = False) -> list[Receipt]:
    """Append ``batch`` to the log, durable on return; one receipt each, in order.

    Args:
        house: the house.
        batch: OpenLineage events as JSON.
        quiet: the past is read in: lineage follows from it, but no findings.
    """
    found = [fresh(raw) for raw in batch]
    kept = house.store.log.append(found, received_us=house.now(), quiet=quiet)
    return [
        Receipt(
            status="quarantined" if one.refused else "accepted" if held.new else "merged",
            event=held.id,
            reason=one.refused,
            facets=dict(one.notes.facets),
            repairs=dict(one.notes.repairs),
        )
        for one, held in zip(found, kept, strict=True)
    ]


def refused(house: House, raw: bytes, reason: str) -> Receipt:
    """Keep ``raw`` in quarantine, whatever it is; durable on return."""
    [held] = house.store.log.append([Fresh(secrets.redact(raw), refused=reason)], received_us=house.now())
    return Receipt(status="quarantined", event=held.id, reason=reason)


def fresh(sent: bytes) -> Fresh:
    """Return an event as it is kept: without secrets, and with the reason where it cannot be read."""
    raw = secrets.redact(sent)
    try:
        event, repairs = openlineage.read(raw)
    except BadEvent as error:
        return Fresh(raw, refused=error.message)
    owner, kind = fold.owner(event)
    faults = unread(event)
    return Fresh(raw, event.time_us, owner, kind, tuple(facets(event)), notes=Note(repairs=repairs, facets=faults))


def facets(event: Event) -> Iterator[bytes]:
    """Yield the facets of an event, as they came."""
    if event.run:
        yield from map(bytes, event.run.facets.values())
    if event.job:
        yield from map(bytes, event.job.facets.values())
    for part in (*event.inputs, *event.outputs, *((event.dataset,) if event.dataset else ())):
        for held in (part.facets, part.input_facets, part.output_facets):
            yield from map(bytes, held.values())
