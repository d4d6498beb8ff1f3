"""Sixth step: what must not reach anybody is told to the guards.

A version with an alarm that reaches people is quarantined by itself, each bad batch anew, so that a mended feed flows
again without anybody's doing. Everything that derives from it is found by its version lineage and published with it:
exactly what is affected, and nothing else. A run that reads quarantined versions makes its outputs affected at once.
"""

from collections.abc import Iterable

from driftline.engine.house import House
from driftline.engine.incidents import Paged
from driftline.event import ids
from driftline.event.lineage import RunShape, Version
from driftline.event.report import Quarantine
from driftline.graph import walk
from driftline.guard import switch

DEPTH = 24
LIMIT = 50_000


def follow(house: House, run: RunShape, paged: Paged | None) -> None:
    """Quarantine the bad versions of ``paged``; publish if they or this run change what is affected."""
    news = False
    if paged is not None and house.settings.quarantine == "auto":
        held = {entry.node for entry in house.store.quarantines.list(active=True)}
        for finding in paged.pages:
            node = Version(finding.dataset, finding.version).node
            if node not in held:
                add(house, node, finding.sentence, incident=paged.incident.id, at_us=finding.time_us)
                held.add(node)
                news = True
    if news or _touches(house, run):
        publish(house)


def add(house: House, node: str, reason: str, *, incident: str = "", at_us: int = 0) -> Quarantine:
    """Put ``node`` under quarantine; the caller publishes."""
    moment = at_us or house.now()
    entry = Quarantine(
        id=ids.digest("quarantine", node, str(moment))[:12],
        node=node,
        reason=reason,
        incident=incident,
        created_us=moment,
    )
    house.store.quarantines.add(entry)
    return entry


def release(house: House, id: str, by: str) -> Quarantine:  # noqa: A002 - the record's own field
    """Lift a quarantine and publish.

    Raises:
        NotFound: there is no such quarantine.
    """
    released = house.store.quarantines.release(id, by, house.now())
    publish(house)
    return released


def remember(house: House) -> None:
    """Learn from the store what is affected, after a start."""
    _affected(house, house.store.quarantines.list(active=True))


def publish(house: House) -> None:
    """Write the switch file: every active quarantine and all that derives from it."""
    active = house.store.quarantines.list(active=True)
    affected = _affected(house, active)
    switch.publish(
        house.settings.home,
        switch.SwitchState(
            mode=house.settings.guards,
            entries=tuple(
                switch.Entry(
                    id=entry.id, node=entry.node, since_us=entry.since_us, incident=entry.incident, reason=entry.reason
                )
                for entry in active
            ),
            affected={node: tuple(keys) for node, keys in affected.items()},
        ),
    )
    house.tell("guard", [entry.id for entry in active])


def _affected(house: House, active: Iterable[Quarantine]) -> dict[str, list[str]]:
    """Return version node id -> ids of the quarantines that it is downstream of; the house remembers them."""
    affected: dict[str, list[str]] = {}
    for entry in active:
        for node in walk.downstream(house.store, entry.node, depth=DEPTH, limit=LIMIT).nodes:
            if node.depth > 0 and node.type == "VERSION":
                affected.setdefault(node.id, []).append(entry.id)
    house.affected = set(affected) | {entry.node for entry in active}
    return affected


def _touches(house: House, run: RunShape) -> bool:
    """Say whether the run read something affected, so that what it wrote is affected too."""
    if not house.affected:
        return False
    read = {Version(touched.dataset, touched.version).node for touched in run.inputs}
    wrote = {Version(touched.dataset, touched.version).node for touched in run.outputs}
    return bool(read & house.affected) and not wrote <= house.affected
