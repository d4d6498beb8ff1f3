"""What a table was before a run wrote to it, which statements of the run on their own table have read.

Enters: tables that are read and written, and those that are made without rows. Leaves: the newest version of each
table, whether one of before the run can be among the sources of what the run makes of the table, and which one that is.
What a run has made of a table, and others have read of it, stays known when the table is emptied or made anew: what was
made of those rows came from there.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from driftline import later
from driftline.capture.runs.columns import called_then
from driftline.capture.runs.composed import DROPPED, EMPTIED
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.event.lineage import Dataset, Field

if TYPE_CHECKING:
    from driftline.capture.sql import edges as edges_of
    from driftline.capture.sql.bound import Lineage
    from driftline.capture.sql.edges import SqlEdges
    from driftline.capture.sql.known import Altered
else:  # most scripts have no statement
    edges_of = later.module("driftline.capture.sql.edges")

_EARLIER = "earlier versions"  # among what a run recalls
_READ = "tables that were written"  # by dataset: whether others have read it since
_MOST = 20  # times that a table was emptied
_TABLES = 10_000

newest: dict[Dataset, str] = {}  # version of a table of a database that this process wrote


def read(run: Recording, datasets: Iterable[Dataset]) -> None:
    """Tables were read, by something else than what writes them."""
    known: dict[Dataset, bool] = run.trace.recalled.get(_READ, {})
    for dataset in datasets if known else ():
        if dataset in known:
            known[dataset] = True


def is_read(run: Recording, dataset: Dataset) -> bool:
    """Whether a table was read that the run had written."""
    found: bool = run.trace.recalled.get(_READ, {}).get(dataset, False)
    return found


def beside(run: Recording, dataset: Dataset, edges: "SqlEdges | None") -> "SqlEdges | None":
    """Return edges of what is written now; earlier ones stay beside them if others have read what these made."""
    known = run.trace.recalled.setdefault(_READ, {})
    if len(known) < _TABLES:
        known.setdefault(dataset, False)
    return edges._replace(begins=False, whole=False) if edges is not None and is_read(run, dataset) else edges


def emptied(run: Recording, dataset: Dataset, at_ns: int, *, kept: bool) -> None:
    """A table was made without rows, by the clock of visits at that time; ``kept``: others had read what was there."""
    known = run.trace.recalled.setdefault(EMPTIED, {})
    if dataset in known or len(known) < _TABLES:
        times = known.get(dataset, ())
        known[dataset] = times if kept else (*times, at_ns)[-_MOST:]


def altered(run: Recording, dataset: Dataset, columns: "Altered", at_ns: int) -> None:
    """Columns of a table were dropped, or added; if others have read the table, they keep their sources."""
    known = run.trace.recalled.setdefault(DROPPED, {})
    if columns.dropped and not is_read(run, dataset) and (dataset in known or len(known) < _TABLES):
        known[dataset] = (*known.get(dataset, ()), (at_ns, columns.dropped))[-_MOST:]
    bound: dict[tuple[int, tuple[str, ...]], Lineage] = {}
    for seen in run.trace.outputs:
        if seen.touched.dataset == dataset and seen.touched.fields:
            _bind(seen, bound)
            kept = [one for one in seen.touched.fields if one.name.lower() not in columns.dropped]
            there = {one.name.lower() for one in kept}
            kept += (Field(name) for name in columns.added if name.lower() not in there)
            seen.touched = msgspec.structs.replace(seen.touched, fields=tuple(kept))


def _bind(seen: Seen, bound: "dict[tuple[int, tuple[str, ...]], Lineage]") -> None:
    """Bind what was written to the columns of now, whose places will be others; ``bound``: what is so already."""
    names = tuple(field.name for field in seen.touched.fields or ())
    for place, edges in enumerate(seen.edges):
        if isinstance(edges, edges_of.SqlEdges):
            then = called_then(names, edges, seen.edges) or names
            key = id(edges.lineage), then
            if key not in bound:
                bound[key] = edges.placed(then)
            seen.edges[place] = edges._replace(lineage=bound[key])


def written(run: Recording, dataset: Dataset, before: str | None, version: str) -> None:
    """A table is written; ``before``: its newest version until now, None = nothing of that is left."""
    known = run.trace.recalled.setdefault(_EARLIER, {})
    first = dataset not in known and before != version and len(known) < _TABLES
    if first or before is None:
        known[dataset] = before


def named(run: Recording, before: Dataset, after: Dataset) -> bool:
    """A table has another name; returns whether others have read what the run had made of one that had it then."""
    known, kept = run.trace.recalled.setdefault(_READ, {}), is_read(run, after)
    known[after] = known.pop(before, False) or kept
    return kept


def renamed(run: Recording, before: Dataset, after: Dataset, at_ns: int, *, kept: bool) -> None:
    """A table has another name, by the clock of visits at that time; what it was before the run is told apart.

    ``kept``: others had read what the run had made of one that had the name before.
    """
    empty, known = run.trace.recalled.setdefault(EMPTIED, {}), run.trace.recalled.setdefault(_EARLIER, {})
    times = empty.pop(before, ())
    gone = run.trace.recalled.get(DROPPED, {})
    gone.pop(after, None)
    if before in gone:
        gone[after] = gone.pop(before)
    if max(len(empty), len(known)) >= _TABLES:
        return
    empty[after], empty[before] = () if kept else times, (at_ns,)  # the old name may be given to another table
    known[after] = known[before] = None


def version(run: Recording, dataset: Dataset, newest: str) -> str | None:
    """Return the version of before the run, "" = an unknown one; None where nothing of it can be left."""
    if dataset in run.trace.recalled.get(EMPTIED, {}):
        return None
    found: str | None = run.trace.recalled.get(_EARLIER, {}).get(dataset, newest)
    return found
