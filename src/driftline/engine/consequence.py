"""Which alarms reach people: severity follows consequence.

An alarm pages when it stands in what a served endpoint gives out (a dataset of kind ``predictions``), or in what that
endpoint reads directly: about the rows as a whole, or on a column that reaches the outcome by a DIRECT column edge.
Which of its columns are its outcome, an endpoint says in the attribute ``outcome``; without it, all are. Other alarms
are kept as evidence. Where no column lineage into an endpoint is known, the alarm pages: not knowing is no reason for
silence. A window of recorded answers counts as an endpoint only where no dataset says what is given out.
"""

from driftline.engine import windows
from driftline.engine.house import House
from driftline.event import names
from driftline.event.finding import Finding
from driftline.event.lineage import Dataset, Version
from driftline.graph import walk

SERVED = "predictions"
OUTCOME = "outcome"
_NEXT = 2  # hops from a dataset over the reading job to what it writes


def reaches_people(house: House, finding: Finding) -> bool:
    """Say whether ``finding`` is worth an incident."""
    if finding.severity != "alarm":
        return False
    return any(_concerns(house, finding, endpoint) for endpoint in _endpoints(house, finding.dataset.node))


def _endpoints(house: House, node: str) -> list[Dataset]:
    """Return the served endpoints that read ``node`` directly, or that it is."""
    near = walk.downstream(house.store, node, depth=_NEXT)
    found = (house.store.lineage.lookup(one.id) for one in near.nodes if one.kind == SERVED)
    served = [one.dataset for one in found if one is not None and one.dataset is not None]
    return [dataset for dataset in served if dataset.namespace != windows.NAMESPACE] or served


def _concerns(house: House, finding: Finding, endpoint: Dataset) -> bool:
    outcome = _outcome(house, endpoint)
    if finding.dataset == endpoint:
        return not finding.column or not outcome or finding.column in outcome
    if not finding.column:
        return True
    column = names.column_id(finding.dataset.namespace, finding.dataset.name, finding.column)
    prefix = names.column_id(endpoint.namespace, endpoint.name, "")
    links = walk.downstream(house.store, column, depth=1, columns=True).edges
    direct = {
        link.target.removeprefix(prefix)
        for link in links
        if link.source == column and link.target.startswith(prefix) and link.kind.startswith("DIRECT")
    }
    if direct:
        return not outcome or bool(direct & outcome)
    return not walk.upstream(house.store, endpoint.node, depth=1, columns=True).edges


def _outcome(house: House, endpoint: Dataset) -> frozenset[str]:
    """Return the columns that the endpoint declares as its outcome; none = it declares nothing."""
    for version in house.store.lineage.versions(endpoint, 1):
        touched = house.store.lineage.touched(Version(endpoint, version.version))
        said = touched.attributes.get(OUTCOME, "") if touched is not None else ""
        return frozenset(part.strip() for part in said.split(",") if part.strip())
    return frozenset()
