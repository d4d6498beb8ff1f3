"""Tables of DuckDB that were set aside under another name and then dropped, as dbt does with the version before.

Enters: what a run has renamed, and statements that drop a table. Leaves: the run without that table, and without the
read that the renaming was, where nothing else that the run wrote or read stands on it.
"""

import functools
import re
import weakref
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from driftline import later
from driftline.capture.hooks import duckdb_tables, earlier, renaming
from driftline.capture.runs import at_hand, transactions
from driftline.capture.runs.columns import When
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sql.edges import SqlEdges
from driftline.event.lineage import Dataset, Touched

_DROP = later.pattern(
    r"(?:\s|--[^\n]*\n|(?>/\*.*?\*/))*+drop\s+(?:table|view)\s+(?:if\s+exists\s+)?"
    r"(?P<name>(?:[\w.]|\"(?:[^\"]|\"\")+\")+)\s*(?:cascade|restrict)?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)

_renamed: "weakref.WeakKeyDictionary[Recording, dict[Dataset, tuple[Seen, ...]]]" = weakref.WeakKeyDictionary()


def named(run: Recording, connection: Any, edges: SqlEdges | None, after: Dataset) -> bool | None:
    """A table is called ``after`` now; returns what ``moved`` is to know, None = it was none of the catalog."""
    found = [one for datasets in edges.datasets.values() for one in datasets] if edges is not None else []
    if len(found) != 1:
        return None
    renaming.anew(run, connection)
    return earlier.named(run, found[0], after)


def moved(run: Recording, edges: SqlEdges, seen: Seen, newest: MutableMapping[Dataset, str], *, kept: bool) -> None:
    """Record that a table has another name.

    Args:
        run: that it is recorded on.
        edges: of the statement, which read the table by its old name.
        seen: the version by the new name.
        newest: versions of tables that this process has written.
        kept: others have read what the run had made of another table of the new name.
    """
    ((old,),), put, when = edges.datasets.values(), duckdb_tables.put(), edges.when or When()
    before, add = Touched(dataset=old, kind="table", fields=seen.touched.fields), functools.partial(at_hand.add, run)
    former = renaming.moved(run, before, seen, when.first, newest, lambda way, one: add(way, one, put), kept=kept)
    aside = _renamed.setdefault(run, {})
    aside.pop(seen.touched.dataset, None)
    if former is not None:
        aside[seen.touched.dataset] = (former,)


def recorder(connection: Any, text: str, table: Callable[[str], Dataset]) -> Callable[..., None] | None:
    """Return what takes note of a table that is dropped; None = the statement drops none.

    Args:
        connection: that the statement runs on.
        text: the statement.
        table: finds the dataset that a name means.
    """
    found = _DROP.fullmatch(text)
    if found is None:
        return None
    dataset = table(found["name"].replace('"', ""))

    def record(run: Recording, *, failed: bool = False) -> None:
        if not failed:
            inside = connection is not None and transactions.begun(connection)
            transactions.put(connection, run, lambda: _ended(run, dataset), inside=inside)

    return record


def _ended(run: Recording, dataset: Dataset) -> None:
    former, trace = _renamed.get(run, {}).pop(dataset, None), run.trace
    if former is None:
        return
    gone = [seen for seen in trace.outputs if seen.touched.dataset == dataset]
    if any(seen.read_ns for seen in gone) or _stood_on(trace, dataset, gone):
        return
    trace.outputs[:] = [seen for seen in trace.outputs if not any(seen is one for one in gone)]
    unused = [one for one in former if not _stood_on(trace, one.touched.dataset, ())]
    trace.inputs[:] = [seen for seen in trace.inputs if not any(seen is one for one in unused)]


def _stood_on(trace: Trace, dataset: Dataset, but: Iterable[Seen]) -> bool:
    """Whether a statement has made something of a table that the run has written, ``but`` for some."""
    others = [seen for seen in trace.outputs if not any(seen is one for one in but)]
    return any(
        dataset in found for seen in others for edges in seen.edges for found in getattr(edges, "datasets", {}).values()
    )
