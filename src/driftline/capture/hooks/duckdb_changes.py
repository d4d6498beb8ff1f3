"""What statements of DuckDB do to a table of the catalog: which values the script hands over, what was there before.

Enters: a statement that has run, and the version that it wrote. Leaves: where in the code values were handed to it, and
the version of before the run among what the run has read, where the statement reads what it changes.
"""

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from driftline.capture.hooks import duckdb_renames, earlier, inserted, renaming, valued
from driftline.capture.program import sites
from driftline.capture.runs import at_hand, transactions
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.script import composing
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.known import Analysis
from driftline.capture.sql.relation import Output, Source
from driftline.capture.sql.stated import Statement
from driftline.event.lineage import Dataset, Touched

_CACHE = 10_000


def begun(
    run: Recording,
    connection: Any,
    analysis: Analysis,
    table: Callable[[str], Dataset],
    empty: Callable[[Any, str], bool],
) -> None:
    """Tables that a text has made without rows, emptied or dropped; ``empty`` tells whether one has no rows now."""
    made = (*analysis.begun, *(one for one in analysis.perhaps if empty(connection, one.names[0])))
    _emptied(run, connection, made, table)


def left(run: Recording, connection: Any, analysis: Analysis, number: int, table: Callable[[str], Dataset]) -> None:
    """Tables of which a text has left nothing of what so many of its statements had written there."""
    _emptied(run, connection, [source for at, source in analysis.emptied if at == number], table)
    for one in [one for one in analysis.altered if one.after == number]:
        act = functools.partial(earlier.altered, run, table(one.table.names[0]), one, time.perf_counter_ns())
        transactions.put(connection, run, act, inside=transactions.begun(connection))


def _emptied(run: Recording, connection: Any, sources: Iterable[Source], table: Callable[[str], Dataset]) -> None:
    for source in sources:
        dataset = table(source.names[0])
        kept = earlier.is_read(run, dataset)
        act = functools.partial(earlier.emptied, run, dataset, time.perf_counter_ns(), kept=kept)
        transactions.put(connection, run, act, inside=transactions.begun(connection))


def recorder(
    connection: Any,
    text: str,
    analysis: Analysis | None,
    table: Callable[[str], Dataset],
    empty: Callable[[Any, str], bool],
) -> Callable[..., None] | None:
    """Return what takes note of tables that a text makes without rows, or drops; None = of none."""
    dropped = duckdb_renames.recorder(connection, text, table)
    if analysis is None or not (analysis.begun or analysis.perhaps or analysis.altered):
        return dropped

    def record(run: Recording, *, failed: bool = False) -> None:
        if not failed:
            begun(run, connection, analysis, table, empty)
            left(run, connection, analysis, 0, table)
        if dropped is not None:
            dropped(run, failed=failed)

    return record


def outputs(one: Statement) -> tuple[str, ...] | None:
    """Return the names of all columns that a statement makes; None where one is not known."""
    items = one.lineage.items if one.lineage is not None else ()
    names = [item.name for item in items if isinstance(item, Output) and item.name]
    return tuple(names) if names and len(names) == len(items) else None


def rootless(one: Statement, edges: SqlEdges | None, template: str) -> bool:
    """Whether a statement reads nothing, and writes nothing but what its own text says; ``template`` is that of it."""
    if edges is None or one.reads or one.how not in ("create", "append"):
        return False
    return edges.constant and inserted.constant(template)  # a function may read what has no name here


def handed(
    run: Recording,
    connection: Any,
    seen: Seen,
    one: Statement,
    analysis: Analysis,
    unique: Callable[[], frozenset[str]],
) -> inserted.Again | None:
    """Have ``seen`` know where the script has handed values to a statement, and which columns they come to.

    ``unique`` tells the keys of the table. Returns what takes down that it runs once more; None = no values count.
    """
    into = None if one.lineage is None else one.lineage.into
    if one.kind == "COPY" or (into is None and one.how not in ("change", "create")):
        return None
    done = run.trace.recalled.setdefault(renaming.DONE_BY_DUCKDB, {})
    key = (seen.touched.dataset, analysis.template)
    again: inserted.Again | None = done.get(key)
    transaction = connection if transactions.begun(connection) else None
    if again is not None and (again.committed or transactions.again(transaction, (run, key), again) is not None):
        again.take(run, transaction)
        return again
    names = into or [field.name for field in seen.touched.fields or ()] or outputs(one) or ()
    found = valued.columns(analysis.template, names, one, "duckdb", unique)
    text = analysis.template
    if (
        not (found or one.reads)
        and one.how != "create"
        and one.lineage is not None
        and composing.spelled(text)
        and inserted.constant(text)
    ):
        found = inserted.composed(one, names, text, unique)  # if the script has put its text together
    visit = sites.visit() if found else None
    if visit is not None and len(done) < _CACHE:
        seen.visits = [visit._replace(into=found)]
        again = done[key] = inserted.Again()
        again.into, again.seen = found, seen
        transactions.again(transaction, (run, key), again)
        transactions.put(transaction, run, again.commit, inside=transaction is not None)
        return again
    return None


def copied(seen: Seen, one: Statement, analysis: Analysis) -> None:
    """Have ``seen``, a file, know where the script has handed values to the query that ``COPY`` writes there."""
    found = valued.columns(analysis.template, outputs(one) or (), one, "duckdb") if one.kind == "COPY" else ()
    visit = sites.visit() if found else None
    if visit is not None:
        seen.visits = [visit._replace(into=found)]


def read_before(
    run: Recording, seen: Seen, one: Statement, written: Mapping[Dataset, str], put: Callable[[Any], None]
) -> None:
    """Record that a table was read that is changed, as it was before the run."""
    dataset, version = seen.touched.dataset, seen.touched.version
    earlier.written(run, dataset, None if one.begins else written.get(dataset, ""), version)
    if one.begins or not one.itself:
        return
    before = earlier.version(run, dataset, "")
    if before is not None:
        touched = Touched(dataset=dataset, version=before, kind="table", fields=seen.touched.fields)
        at_hand.add(run, "read", Seen(touched=touched, at_ns=seen.at_ns, declared=True), put)
