"""Which alarms reach people: severity follows consequence.

An alarm pages when it stands in what a served endpoint gives out (a dataset of kind ``predictions``), or in what that
endpoint reads directly: about the rows as a whole, or on a column that reaches the outcome. Which columns of its own an
endpoint calls its outcome, it says in the attribute ``outcome``; without it, all. Alarms further upstream, or
on columns that only inform a score, are kept as evidence. Where no column lineage is known between a dataset and an
endpoint, the alarm pages: not knowing is no reason for silence.
"""

from driftline.engine.house import House
from driftline.event import names
from driftline.event.finding import Finding
from driftline.event.lineage import Version
from driftline.graph import walk

SERVED = "predictions"
OUTCOME = "outcome"
_NEXT = 2  # hops from a dataset over the reading job to what it writes


def endpoints(house: House, node: str, depth: int = _NEXT) -> tuple[str, ...]:
    """Return the node ids of the served endpoints that read ``node`` within ``depth`` hops, itself included."""
    near = walk.downstream(house.store, node, depth=depth)
    return tuple(sorted(found.id for found in near.nodes if found.kind == SERVED))


def reaches_people(house: House, finding: Finding) -> bool:
    """Say whether ``finding`` is worth an incident."""
    if finding.severity != "alarm":
        return False
    node = finding.dataset.node
    served = endpoints(house, node)
    if not served:
        return False
    if node in served:
        return not finding.column or finding.column in (_outcome(house, finding) or (finding.column,))
    if not finding.column:
        return True
    column = names.column_id(finding.dataset.namespace, finding.dataset.name, finding.column)
    links = walk.downstream(house.store, column, depth=1, columns=True).edges
    targets = tuple(f"datasetField:{part.partition(':')[2]}:" for part in served)
    if any(link.source == column and link.target.startswith(targets) for link in links):
        return any(
            link.source == column and link.target.startswith(targets) and link.kind.startswith("DIRECT")
            for link in links
        )
    return not _known(house, served)


def _outcome(house: House, finding: Finding) -> tuple[str, ...]:
    """Return the columns that the endpoint declares as its outcome (attribute ``outcome``); none = every one."""
    touched = house.store.lineage.touched(Version(finding.dataset, finding.version))
    said = touched.attributes.get(OUTCOME, "") if touched is not None else ""
    return tuple(part.strip() for part in said.split(",") if part.strip())


def _known(house: House, served: tuple[str, ...]) -> bool:
    """Say whether any column lineage into the endpoints is known."""
    return any(walk.upstream(house.store, node, depth=1, columns=True).edges for node in served)
