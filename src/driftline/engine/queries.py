"""The SQL of a run, as its events told it, and how that of two runs differs.

Enters: ids of runs. Leaves: text. It is read from the log, and only where the code of two runs is not the same; of runs
whose events were pruned nothing is known.
"""

from driftline.engine.house import House
from driftline.event import facets, openlineage
from driftline.event.lineage import RunShape
from driftline.graph import datasets, executions, queries


def of_run(house: House, run: RunShape) -> str:
    """Return the statements of a run, "" where its job tells none."""
    events = executions.in_order(openlineage.decode(raw) for raw in house.store.log.of_run(run.run))
    on_job = datasets.merged(event.job.facets for event in events if event.job and event.job.name == run.job.name)
    found = facets.unpack(on_job, "sql", facets.SqlFacet)
    return found.query if found is not None else ""


def differing(house: House, before: RunShape | None, after: RunShape | None) -> str:
    """Return how the SQL of two runs differs in words; "" where it does not, or where their code is the same."""
    if before is None or after is None or not before.code or not after.code or before.code == after.code:
        return ""
    return queries.differing(of_run(house, before), of_run(house, after))
