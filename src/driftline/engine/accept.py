"""First step: keep events raw, each once, and tell what became of them.

An event that cannot be read is kept too, in quarantine, with the reason; nothing is dropped but secrets. What follows
from the events is worked out afterwards, so that whoever sent them waits for the disk alone.
"""

from collections.abc import Container, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from driftline import later
from driftline.engine.house import House
from driftline.errors import BadEvent
from driftline.event import openlineage, secrets
from driftline.event.openlineage import Event, Facets
from driftline.event.report import Receipt
from driftline.graph import fold
from driftline.store.log import Fresh
from driftline.store.repeats import Keyed

if TYPE_CHECKING:
    from driftline.event import unread
else:
    unread = later.module("driftline.event.unread")  # with every facet that is known, for complete receipts

DAY_US = 86_400_000_000
HEARD = 500  # events that are kept in memory until they are folded, so that they are read once


def events(
    house: House, batch: Sequence[bytes], *, quiet: bool = False, noted: Container[int] | None = None
) -> list[Receipt]:
    """Append ``batch`` to the log, durable on return; one receipt each, in order.

    Args:
        house: the house.
        batch: OpenLineage events as JSON.
        quiet: the past is read in: lineage follows from it, but no findings.
        noted: places in ``batch`` whose receipts also say what was repaired and which facets cannot be read, which
            takes as long as all the rest; None = all of them.
    """
    read = [_read(raw) for raw in batch]
    found = [one for one, _ in read]
    now = house.now()
    kept = house.store.log.append(found, received_us=now, quiet=quiet)
    for held, (_, event) in zip(kept, read, strict=True):
        if event is not None and held.new and len(house.heard) < HEARD:
            house.heard[held.id] = event
    receipts = [
        Receipt(
            status="quarantined" if one.refused else "accepted" if held.new else "merged",
            event=held.id,
            reason=one.refused,
        )
        for one, held in zip(found, kept, strict=True)
    ]
    return [
        with_notes(receipt, one.raw, now) if noted is None or place in noted else receipt
        for place, (receipt, one) in enumerate(zip(receipts, found, strict=True))
    ]


def with_notes(receipt: Receipt, raw: bytes, received_us: int) -> Receipt:
    """Return the receipt of an event together with what had to be repaired in it, and which facets cannot be read.

    A time that lies more than a day after the event was received is kept as it is, and noted.
    """
    if receipt.status in ("quarantined", "discarded"):
        return receipt
    event, repairs = openlineage.read(raw)
    if event.time_us > received_us + DAY_US:
        said = f"{repairs['eventTime']}; " if "eventTime" in repairs else ""
        repairs["eventTime"] = f"{said}more than a day after the event was received, kept as it is"
    return msgspec.structs.replace(receipt, repairs=repairs, facets=unread.unread(event))


def refused(house: House, raw: bytes, reason: str) -> Receipt:
    """Keep ``raw`` in quarantine, whatever it is; durable on return."""
    [held] = house.store.log.append([Fresh(secrets.redact(raw), refused=reason)], received_us=house.now())
    return Receipt(status="quarantined", event=held.id, reason=reason)


def fresh(sent: bytes) -> Fresh:
    """Return an event as it is kept: without secrets, and with the reason where it cannot be read."""
    return _read(sent)[0]


def _read(sent: bytes) -> tuple[Fresh, Event | None]:
    raw = secrets.redact(sent)
    try:
        event = openlineage.decode(raw)
    except BadEvent as error:
        return Fresh(raw, refused=error.message), None
    owner, kind = fold.owner(event)
    return Fresh(raw, event.time_us, owner, kind, tuple(facets(event))), event


def facets(event: Event) -> Iterator[Keyed]:
    """Yield the facets of an event by key, as they came."""
    for held in _held(event):
        for key, facet in held.items():
            yield key, bytes(facet)


def _held(event: Event) -> Iterator[Facets]:
    if event.run:
        yield event.run.facets
    if event.job:
        yield event.job.facets
    for part in (*event.inputs, *event.outputs, *((event.dataset,) if event.dataset else ())):
        yield part.facets
        yield part.input_facets
        yield part.output_facets
