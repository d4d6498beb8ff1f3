"""Tables of databases that get another name, and their columns as they were before the text that renames them.

Enters: the statements of a text, and what tells the columns of a table by the name that it has now; statements that
rename a table. Leaves: the columns by the names that tables and columns had when the text began, as what comes before
a renaming means these; a table that had no such name then has no columns that can be told. And on a run, a table by
its new name with what the run has made of it, and what it was before the run as a source, by the name that it had then.
The old name is no table any more, or another one (``runs.renamed`` says why).
"""

from collections.abc import Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline import later
from driftline.capture.hooks import earlier
from driftline.capture.runs import renamed, transactions
from driftline.capture.runs.columns import Bindable, When
from driftline.capture.runs.recalled import Way
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import NONE, Source, Star
from driftline.capture.sql.stated import Statement
from driftline.event.lineage import Dataset, Touched

if TYPE_CHECKING:
    from driftline.capture.sql import edges as edges_of
    from driftline.capture.sql.known import Altered
else:
    edges_of = later.module("driftline.capture.sql.edges")

DONE = "statements"  # among what a run recalls: by place and form ``inserted.Again``
DONE_BY_DUCKDB = "statements of duckdb"  # by dataset and form
_WHOLE = Source("table", ("",))
_KIND = "ALTER TABLE"
ColumnsOf = Callable[[Source, Callable[[str], str]], tuple[str, ...] | None]


class Before(NamedTuple):
    """What has other names after a text than before it."""

    now: dict[Source, Source | None]  # by the names of before; None = there was no table of that name
    columns: dict[Source, list[dict[str, str]]]  # by the names of now: new names in small letters, and old; last first
    lost: frozenset[Source] = frozenset()  # by the names of before: had columns that are gone, nobody tells where

    def asking(self, columns_of: ColumnsOf) -> ColumnsOf:
        """Return what tells the columns of before, of what tells those of now."""

        def ask(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:
            now = self.now.get(source, source)
            found = None if now is None or source in self.lost else columns_of(now, spelled)
            if found is None or now is None:
                return found
            for names in self.columns.get(now, ()):
                found = tuple(names.get(name.lower(), name) for name in found)
            return found

        return ask


def before(statements: Sequence[Statement], altered: "Sequence[Altered]" = ()) -> Before | None:
    """Return what a text has renamed, or dropped of a table, after another of its statements; None where it has not."""
    first: dict[Source | None, int] = {}  # the number of the statement that reads or writes a table
    for number, one in enumerate(statements if altered else ()):
        first.update((source, number) for source in (*one.reads, one.writes) if source not in first)
    lost = frozenset(one.table for one in altered if one.dropped and first.get(one.table, one.after) < one.after)
    if not lost and (len(statements) < 2 or not any(one.kind == _KIND for one in statements[1:])):
        return None
    found = Before({}, {}, lost)
    for one in reversed(statements):
        target = one.writes
        if one.kind != _KIND or target is None:
            continue
        now = found.now.get(target, target)
        if one.how == "create":
            found.now[target] = None
            found.now[one.reads[0]] = now
        elif now is not None:
            found.columns.setdefault(now, []).append({new.lower(): old for old, new in one.renamed})
    return found


def renames(one: Statement) -> bool:
    """Whether a statement gives a table another name."""
    return one.kind == _KIND and one.how == "create" and len(one.reads) == 1


def pairs(one: Statement, before: Dataset, after: Dataset) -> list[tuple[Dataset, Dataset]]:
    """Return which table gets which name, one after the other; of two that change places one steps aside first."""
    if not one.trades:
        return [(before, after)]
    aside = Dataset(after.namespace, f"{after.name if one.trades == 'first' else before.name}\0")
    return [(after, aside), (before, after)] if one.trades == "first" else [(aside, after)]


def moved(
    run: Recording,
    before: Touched,
    after: Seen,
    at_ns: int,
    newest: MutableMapping[Dataset, str],
    add: Callable[[Way, Seen], Any],
    *,
    kept: bool,
) -> Seen | None:
    """Record that a table has another name; returns what is read of before the run, if nothing else was in it.

    Args:
        run: that it is recorded on.
        before: the table by its old name, whose version is told here.
        after: the version by the new name.
        at_ns: when it was renamed, by the clock of visits.
        newest: versions of tables that this process has written.
        add: records a version.
        kept: others have read what the run had made of another table of the new name.
    """
    old, name = before.dataset, after.touched.dataset
    left = earlier.version(run, old, newest.get(old, ""))
    if not kept:
        run.trace.outputs[:] = [seen for seen in run.trace.outputs if seen.touched.dataset != name]
    own = renamed.table(run.trace, old, after, at_ns)
    former = None
    if left is not None:
        read = Touched(dataset=old, version=left, kind="table", fields=before.fields)
        former = Seen(touched=read, at_ns=after.at_ns, declared=True)
        add("read", former)
        after.edges.append(_as_it_was(old))
        after.rootless = False
    if kept:  # what others have made of that one came from there
        after.edges = [_beside(one) for one in after.edges]
    earlier.renamed(run, old, name, at_ns, kept=kept)
    newest.pop(old, None)
    newest[name] = after.touched.version
    add("write", after)
    return None if own else former


def anew(run: Recording, connection: Any) -> None:
    """Have statements that have run be looked at when they run again: they are about another table then."""
    for known in (DONE, DONE_BY_DUCKDB):
        run.trace.recalled.pop(known, None)
    transactions.anew(connection)


def _beside(edges: Bindable) -> Bindable:
    return edges._replace(begins=False, whole=False) if isinstance(edges, edges_of.SqlEdges) else edges


def _as_it_was(dataset: Dataset) -> "edges_of.SqlEdges":
    """Return the edges of a table whose columns are what they were before the run, under another name."""
    when = When()
    when.first = when.last = 0
    return edges_of.SqlEdges(
        Lineage((Star(_WHOLE, frozenset()),), NONE), {_WHOLE: (dataset,)}, str, when=when, begins=True
    )
