"""The product as a story: what happens when one event arrives.

An event is kept raw before anything else looks at it. What its run's events add up to becomes versions and edges; what
people changed becomes changes; what moved in the data becomes findings; a finding that reaches people becomes an
incident with ranked causes; an incident becomes one message; and what must not reach anybody is told to the guards.
"""

from driftline.engine import accept, announce, compare, failure, incidents, quarantine, remember
from driftline.engine.house import House
from driftline.event.report import Receipt
from driftline.graph import changes


def ingest(house: House, raw: bytes) -> Receipt:
    """Take one OpenLineage event; returns when everything that follows from it is durable."""
    try:
        return _walk(house, raw)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # an event like no other: kept, not lost
        return accept.refuse(house, raw, f"it cannot be folded: {type(error).__name__}: {error}")


def _walk(house: House, raw: bytes) -> Receipt:
    with house.lock, remember.unless_undone(house), house.store.transaction():
        receipt, run = accept.event(house, raw)
        if run is None:
            return receipt

        before = accept.previous(house, run)
        accept.shape(house, run)

        deeds = changes.between(before, run)
        house.store.incidents.put_changes(deeds)

        judged = compare.batches(house, run)
        findings = compare.findings(judged) + failure.findings(house, run, before)
        house.store.incidents.put_findings(findings)

        paged = incidents.explain(house, findings)
        announce.enqueue(house, paged)
        spread = quarantine.follow(house, run, paged)

        compare.admit(house, judged)
        resolved = incidents.recover(house, judged)
        announce.close(house, resolved)

    if spread:
        quarantine.publish(house)
    announce.deliver(house, paged, resolved)
    return receipt
