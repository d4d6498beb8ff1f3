"""Sixth step: what must not reach anybody is told to the guards.

A version with an alarm that reaches people is quarantined by itself, each bad batch anew, so that a mended feed flows
again without anybody's doing. Everything that derives from it is found by its version lineage and published with it:
exactly what is affected, and nothing else. A run that reads quarantined versions makes its outputs affected at once.
"""

from typing import TYPE_CHECKING

import msgspec

from driftline import later
from driftline.engine.house import House
from driftline.engine.incidents import Paged
from driftline.event import ids
from driftline.event.lineage import RunShape, Version
from driftline.event.report import Quarantine
from driftline.guard import switch

if TYPE_CHECKING:
    from driftline.graph import walk
else:
    walk = later.module("driftline.graph.walk")  # for what is under quarantine

DEPTH = 400  # hops; a version and the run that read it are two
LIMIT = 50_000
KEPT = 4  # quarantines named per affected version; more are not needed to hold it back


def follow(house: House, run: RunShape, paged: Paged | None) -> bool:
    """Quarantine the bad versions of ``paged``; say whether they or this run change what is affected."""
    news = False
    if paged is not None and house.settings.quarantine == "auto":
        for finding in paged.pages:
            node = Version(finding.dataset, finding.version).node
            if finding.version and not any(entry.node == node for entry in house.quarantined):
                add(house, node, finding.sentence, incident=paged.incident.id, at_us=finding.time_us)
                news = True
        if news and house.settings.guards == "enforce":
            house.store.incidents.put(msgspec.structs.replace(paged.incident, state="contained"))
    return _inherit(house, run) or news


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
    house.quarantined.append(entry)
    _spread(house, entry)
    return entry


def release(house: House, id: str, by: str) -> Quarantine:  # noqa: A002 - the record's own field
    """Lift a quarantine and publish.

    Raises:
        NotFound: there is no such quarantine.
    """
    released = house.store.quarantines.release(id, by, house.now())
    remember(house)
    about = house.store.incidents.get(released.incident) if released.incident else None
    if about is not None and about.state == "contained" and not _held(house, about.id):
        house.store.incidents.put(msgspec.structs.replace(about, state="open"))
    publish(house)
    return released


def _held(house: House, incident: str) -> bool:
    return any(entry.incident == incident for entry in house.quarantined)


def remember(house: House) -> None:
    """Learn from the store what is quarantined and what derives from it: after a start, and when one was lifted."""
    house.quarantined = house.store.quarantines.list(active=True)
    house.affected = {}
    for entry in house.quarantined:
        _spread(house, entry)


def publish(house: House) -> None:
    """Write the switch file: every active quarantine and all that derives from it."""
    entries = tuple(
        switch.Entry(
            id=entry.id,
            node=entry.node,
            since_us=entry.since_us,
            spared=_spared(house, entry),
            incident=entry.incident,
            reason=entry.reason,
        )
        for entry in house.quarantined
    )
    state = switch.SwitchState(mode=house.settings.guards, entries=entries, affected=dict(house.affected))
    switch.publish(house.settings.home, state)
    house.tell("guard", [entry.id for entry in house.quarantined])


def _spared(house: House, entry: Quarantine) -> tuple[str, ...]:
    """Return the versions of a quarantined dataset that are older than the quarantine reaches back."""
    found = house.store.lineage.lookup(entry.node)
    if not entry.since_us or found is None or found.type != "DATASET" or found.dataset is None:
        return ()
    return tuple(version.node for version in house.store.lineage.versions(found.dataset, LIMIT, entry.since_us))


def _spread(house: House, entry: Quarantine) -> None:
    """Mark the versions that derive from ``entry``."""
    for start in _versions(house, entry):
        house.affected[start] = _with(house.affected.get(start, ()), (entry.id,))
        for node in walk.downstream(house.store, start, depth=DEPTH, limit=LIMIT).nodes:
            if node.depth > 0 and node.type == "VERSION":
                house.affected[node.id] = _with(house.affected.get(node.id, ()), (entry.id,))


def _versions(house: House, entry: Quarantine) -> list[str]:
    """Return the versions that ``entry`` is about: itself, or those of the dataset since the moment given."""
    found = house.store.lineage.lookup(entry.node)
    if found is None or found.type != "DATASET" or found.dataset is None:
        return [entry.node]
    spared = set(_spared(house, entry))
    every = house.store.lineage.versions(found.dataset, LIMIT)
    return [version.node for version in every if version.node not in spared]


def _inherit(house: House, run: RunShape) -> bool:
    """Mark what the run wrote if it read something affected; say whether that is news."""
    if not house.quarantined:
        return False
    ids_: tuple[str, ...] = ()
    for touched in run.inputs:
        ids_ = _with(ids_, house.affected.get(Version(touched.dataset, touched.version).node, ()))
    news = False
    for touched in run.outputs:
        whole = tuple(entry.id for entry in house.quarantined if entry.node == touched.dataset.node)
        if not ids_ and not whole:
            continue
        node = Version(touched.dataset, touched.version).node
        before = house.affected.get(node, ())
        house.affected[node] = _with(before, (*whole, *ids_))
        news = news or house.affected[node] != before
    return news


def _with(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))[:KEPT]
