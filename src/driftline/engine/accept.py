"""First step: keep the event raw, then fold its run.

An event that cannot be read is kept too, in quarantine, with the reason; nothing is dropped.
"""

from driftline.engine.house import House
from driftline.errors import BadEvent
from driftline.event import ids, openlineage
from driftline.event.lineage import RunShape
from driftline.event.report import Receipt
from driftline.event.unread import unread
from driftline.graph import fold


def event(house: House, raw: bytes) -> tuple[Receipt, RunShape | None]:
    """Append ``raw`` to the log; return its receipt and the folded run, None where there is nothing to follow up."""
    now = house.now()
    try:
        read, repairs = openlineage.read(raw)
    except BadEvent as error:
        return refuse(house, raw, error.message), None
    run = read.run.run_id if read.run else ids.digest(raw)
    digest, fresh = house.store.log.append(raw, event_us=read.time_us, received_us=now, run=run)
    if not fresh:
        return Receipt(status="merged", event=digest), None
    events = [read] if read.run is None else [openlineage.decode(body) for body in house.store.log.of_run(run)]
    for key, data in fold.profiles(events).items():
        house.store.profiles.put(key, data)
    return Receipt(status="accepted", event=digest, facets=unread(read), repairs=repairs), fold.fold(events)


def refuse(house: House, raw: bytes, reason: str) -> Receipt:
    """Keep an event in quarantine, with the reason."""
    digest, _ = house.store.log.append(
        raw, event_us=0, received_us=house.now(), run="", status="quarantined", reason=reason
    )
    return Receipt(status="quarantined", event=digest, reason=reason)


def previous(house: House, run: RunShape) -> RunShape | None:
    """Return the job's last finished run before this one."""
    return house.store.lineage.previous_run(run.job, run.time_us or house.now())


def shape(house: House, run: RunShape) -> None:
    """Write the run's versions and edges."""
    house.store.lineage.put(run)
