"""Fifth step: tell people, once.

Messages are put into the outbox in the same transaction as the incident, so that none is lost between the two, and are
delivered after it, so that a slow channel never holds up an event.
"""

from collections.abc import Iterable, Sequence

from driftline.alert import message
from driftline.engine.house import House
from driftline.engine.incidents import Paged
from driftline.event.finding import Change, Finding, Incident


def enqueue(house: House, paged: Paged | None) -> None:
    """Put one message about a new incident into the outbox, per channel."""
    if paged is not None and paged.new:
        post(house, paged.incident)


def post(house: House, incident: Incident) -> None:
    """Put the message about ``incident`` as it stands into the outbox; it replaces one not yet sent."""
    house.outbox.put(message.compose(incident, *_members(house, incident)), house.now())


def close(house: House, resolved: Iterable[Incident]) -> None:
    """Tell that incidents are over."""
    for incident in resolved:
        post(house, incident)


def deliver(house: House, paged: Paged | None, resolved: Sequence[Incident] = ()) -> None:
    """Send what is due, if there is news."""
    if (paged is not None and paged.new) or resolved:
        house.outbox.deliver(house.now())


def _members(house: House, incident: Incident) -> tuple[tuple[Finding, ...], tuple[Change, ...]]:
    findings = [house.store.incidents.finding(id_) for id_ in incident.findings]
    changes = [house.store.incidents.change(id_) for id_ in incident.changes]
    return tuple(f for f in findings if f is not None), tuple(c for c in changes if c is not None)
