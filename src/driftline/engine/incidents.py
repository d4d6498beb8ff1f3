"""Fourth step: from alarms that reach people to one incident, with its causes.

Alarms of one run are one symptom. A symptom that lies downstream of the first cause of an incident still open, or on
the same dataset, belongs to that incident and makes no new message. A new one is explained: the cone above the
symptom, the findings and changes of its window, the ranking, what else is hit.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from driftline import clock, later
from driftline.engine.house import House
from driftline.event import ids, names
from driftline.event.finding import Finding, Incident

if TYPE_CHECKING:
    from driftline import cause
    from driftline.cause import sentence
    from driftline.engine import consequence, costs
    from driftline.engine.compare import Judged
    from driftline.graph import walk
else:  # what only an alarm needs
    cause = later.module("driftline.cause")
    sentence = later.module("driftline.cause.sentence")
    consequence = later.module("driftline.engine.consequence")
    costs = later.module("driftline.engine.costs")
    walk = later.module("driftline.graph.walk")

DAY_US = 86_400_000_000
LOOK_BACK_US = 14 * DAY_US  # changes this old can still be a cause
CALM_US = 3 * DAY_US  # event time without a new alarm after which a healthy batch resolves an incident
JOIN_US = 7 * DAY_US  # an incident without news for this long takes no new symptoms
DEPTH = 12
MEMBERS = 5_000  # findings that an incident counts by; its page shows the first of them


class Paged(msgspec.Struct, frozen=True):
    """What came of a run: the incident, whether it is new, and the findings that reach people."""

    incident: Incident
    new: bool
    pages: tuple[Finding, ...]


def explain(house: House, findings: Sequence[Finding]) -> Paged | None:
    """Open or extend the incident of what a run showed; None where nothing reaches people."""
    pages = tuple(finding for finding in findings if consequence.reaches_people(house, finding))
    if not pages:
        return None
    symptom = max(pages, key=lambda finding: (finding.size, finding.id))
    known = _belongs(house, symptom)
    incident = _open(house, symptom) if known is None else _extended(known, pages, symptom.time_us)
    house.store.incidents.put(incident)
    involve(house, incident)
    house.tell("incident", [incident.id])
    return Paged(incident, known is None, pages)


def involve(house: House, incident: Incident) -> None:
    """Remember which datasets the incident involves: their alarms do not become the new normal."""
    for id_ in incident.findings:
        finding = house.store.incidents.finding(id_)
        if finding is not None:
            house.involved[finding.dataset.node] = incident.updated_us + JOIN_US


def recover(house: House, judged: "Iterable[Judged]") -> list[Incident]:
    """Resolve incidents whose symptom's dataset has been well again for three days; return them."""
    well = {one.node: one.batch.time_us for one in judged if one.judgement.healthy}
    done: list[Incident] = []
    for incident in house.store.incidents.unresolved() if well and house.involved else ():
        about = house.store.incidents.finding(incident.symptom)
        if about is None or well.get(about.dataset.node, 0) - incident.updated_us < CALM_US:
            continue
        time_us = well[about.dataset.node]
        money = costs.count(house, incident)
        resolved = msgspec.structs.replace(incident, state="resolved", updated_us=time_us, money=money)
        house.store.incidents.put(resolved)
        house.tell("incident", [incident.id])
        done.append(resolved)
    return done


def _belongs(house: House, symptom: Finding) -> Incident | None:
    """Return the open incident that ``symptom`` is part of."""
    node = symptom.dataset.node
    recent = [
        incident for incident in house.store.incidents.unresolved() if symptom.time_us - incident.updated_us <= JOIN_US
    ]
    for incident in recent:
        about = house.store.incidents.finding(incident.symptom)
        if about is not None and about.dataset.node == node:
            return incident
        if incident.causes and node in (incident.causes[0].node, *incident.hit):
            return incident
    return None


def _extended(incident: Incident, pages: Iterable[Finding], time_us: int) -> Incident:
    members = dict.fromkeys((*incident.findings, *(finding.id for finding in pages)))
    return msgspec.structs.replace(
        incident, findings=tuple(members)[:MEMBERS], updated_us=max(incident.updated_us, time_us)
    )


def _open(house: House, symptom: Finding) -> Incident:
    scene = look(house, symptom)
    ranking = cause.rank(scene)
    first = ranking.causes[0] if ranking.causes and ranking.causes[0].score > ranking.unknown else None
    spread = walk.downstream(house.store, first.node if first else symptom.dataset.node, depth=DEPTH)
    involved = sorted(scene.by_node.items())
    members = [symptom.id, *(f.id for _, found in involved for f in found if f.severity == "alarm")]
    return Incident(
        id=ids.digest("incident", symptom.id)[:12],
        title=sentence.title(symptom, first.node if first else "", first.kind if first else ""),
        opened_us=symptom.time_us,
        updated_us=symptom.time_us,
        first_bad_us=scene.onset_us,
        first_bad=symptom.partition or clock.iso(scene.onset_us)[:10],
        symptom=symptom.id,
        causes=ranking.causes,
        unknown=round(ranking.unknown, 4),
        findings=tuple(dict.fromkeys(members))[:MEMBERS],
        changes=tuple(c.id for c in scene.changes if c.node in scene.nodes),
        hit=tuple(node.id for node in spread.nodes if node.depth > 0),
        endpoints=consequence.served(spread.nodes),
    )


def look(house: House, symptom: Finding) -> "cause.Scene":
    """Gather what the ranking looks at."""
    store = house.store
    until = symptom.time_us + 1
    dataset = symptom.dataset
    focus = names.column_id(dataset.namespace, dataset.name, symptom.column) if symptom.column else symptom.dataset.node
    return cause.Scene(
        symptom=symptom,
        findings=tuple(store.incidents.findings(since_us=until - DAY_US // 2, until_us=until)),
        changes=tuple(store.incidents.changes(since_us=until - LOOK_BACK_US, until_us=until)),
        cone=walk.upstream(store, dataset.node, depth=DEPTH),
        columns=walk.upstream(store, focus, depth=DEPTH, columns=True),
    )
