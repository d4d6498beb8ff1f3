"""The product as a story: what happens when one event arrives.

An event is kept raw before anything else looks at it. What its run's events add up to becomes versions and edges; what
people changed becomes changes; what moved in the data becomes findings; a finding that reaches people becomes an
incident with ranked causes; an incident becomes one message; and what must not reach anybody is told to the guards.
"""

from driftline.engine import accept, announce, compare, incidents, quarantine
from driftline.engine.house import House
from driftline.event.report import Receipt
from driftline.graph import changes


def ingest(house: House, raw: bytes) -> Receipt:
    """Take one OpenLineage event; returns when everything that follows from it is durable."""
    with house.lock, house.store.transaction():
        receipt, run = accept.event(house, raw)
        if run is None:
            return receipt

        before = accept.previous(house, run)
        accept.shape(house, run)

        deeds = changes.between(before, run)
        house.store.incidents.put_changes(deeds)

        judged = compare.batches(house, run)
        findings = compare.findings(judged)
        house.store.incidents.put_findings(findings)

        paged = incidents.explain(house, findings)
        announce.enqueue(house, paged)
        quarantine.follow(house, run, paged)

        compare.admit(house, judged)
        incidents.recover(house, judged)

    announce.deliver(house, paged)
    return receipt
