"""What a table was before a run wrote to it, which statements of the run on their own table have read.

Enters: tables that are written, and those that are made without rows. Leaves: the newest version of each table, whether
one of before the run can be among the sources of what the run makes of the table, and which one that is.
"""

from driftline.capture.runs.composed import EMPTIED
from driftline.capture.runs.recording import Recording
from driftline.event.lineage import Dataset

_EARLIER = "earlier versions"  # among what a run recalls
_MOST = 20  # times that a table was emptied
_TABLES = 10_000

newest: dict[Dataset, str] = {}  # version of a table of a database that this process wrote


def emptied(run: Recording, dataset: Dataset, at_ns: int) -> None:
    """A table was made without rows, by the clock of visits at that time."""
    known = run.trace.recalled.setdefault(EMPTIED, {})
    if dataset in known or len(known) < _TABLES:
        known[dataset] = (*known.get(dataset, ()), at_ns)[-_MOST:]


def written(run: Recording, dataset: Dataset, before: str | None, version: str) -> None:
    """A table is written; ``before``: its newest version until now, None = nothing of that is left."""
    known = run.trace.recalled.setdefault(_EARLIER, {})
    first = dataset not in known and before != version and len(known) < _TABLES
    if first or before is None:
        known[dataset] = before


def version(run: Recording, dataset: Dataset, newest: str) -> str | None:
    """Return the version of before the run, "" = an unknown one; None where nothing of it can be left."""
    if dataset in run.trace.recalled.get(EMPTIED, {}):
        return None
    found: str | None = run.trace.recalled.get(_EARLIER, {}).get(dataset, newest)
    return found
