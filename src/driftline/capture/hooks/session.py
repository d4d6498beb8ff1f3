"""What DuckDB connections have read and written so far, and how one more call adds to it.

Enters: calls, before they run. Leaves: for each a function that records it on the run once it has ended.
Files are versioned by their bytes before the statement runs, tables of the catalog by the run that wrote them.
The columns of files come from their headers, of tables from the catalog through a cursor of its own, of
temporary tables from the statements that made them. Never touches the connection's pending result.
"""

import functools
import os
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from driftline.capture.ground import bounded, fault
from driftline.capture.hooks import (
    commits,
    duckdb_catalog,
    duckdb_changes,
    duckdb_export,
    duckdb_macros,
    duckdb_renames,
    duckdb_scope,
    duckdb_tables,
    earlier,
    inserted,
    prepared,
    renaming,
    returned,
)
from driftline.capture.hooks.duckdb_again import Again, Repeated, Written
from driftline.capture.hooks.duckdb_catalog import Catalog
from driftline.capture.hooks.duckdb_files import Files, folder
from driftline.capture.hooks.duckdb_frames import Queries
from driftline.capture.hooks.duckdb_names import Meanings
from driftline.capture.hooks.duckdb_text import Forms
from driftline.capture.program import sites, spelled
from driftline.capture.runs import at_hand, observe, transactions
from driftline.capture.runs.observe import Given
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sql import edges as edges_of
from driftline.capture.sql import known as statements
from driftline.capture.sql import plan, second
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.known import Analysis
from driftline.capture.sql.relation import Source
from driftline.capture.sql.stated import Statement
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Field, Touched

_TABLES = 10_000
_LONG = 20_000  # characters of a statement that is bound a second time, or looked through for what it gives back
_SECONDS = 0.25  # for that
_PLAN = 500_000  # characters of a plan that is kept until the run is reported


Fields = Callable[[], tuple[Field, ...] | None]


class Record(Protocol):
    """Records a call on the run that it belongs to."""

    def __call__(self, run: Recording, /, *, failed: bool = False) -> None:
        """Record what was read and written; of a call that failed, only what it tried to read."""


class _Known(NamedTuple):
    """A source of a statement, found before it runs."""

    datasets: tuple[Dataset, ...]
    seen: tuple[Seen, ...]


class Session:
    """All connections of this process."""

    def __init__(self, duckdb: Any) -> None:
        self._duckdb = duckdb
        self.catalog = Catalog(duckdb)
        self.names = Meanings(self.catalog)
        self._macros = duckdb_macros.Macros(self.catalog, self.names, duckdb)
        self._default: Any = None  # held: each call of the module makes a new object of it, which keeps nothing
        self._written: dict[Dataset, str] = {}  # newest version of a table that this process wrote
        self.queries = Queries()
        self._repeated = Repeated()

    def default(self, kwargs: Mapping[str, Any]) -> Any:
        """The connection of a call of the module's own functions."""
        given = kwargs.get("connection")
        if given is not None:
            return given
        default = self._duckdb.default_connection
        self._default = default() if callable(default) else default
        return self._default

    # --- SQL --------------------------------------------------------------------------------------------------

    def sql(self, connection: Any, query: Any, caller: Any, *, told: bool = True) -> Record | None:
        """Understand a text of statements, before it runs; None = it reads and writes nothing that has a name.

        ``told``: whether it is the user's text, which the run then shows.
        """
        text = prepared.meant(connection, written) if isinstance(written := getattr(query, "query", query), str) else ""
        if not text:
            return None
        number = self.catalog.number
        again = self._repeated.of(connection, text, number, told=told)
        if again is not None:
            self.queries.understand(again.query)
            return again
        if connection is not None:
            if transactions.controls(text):
                lost = self.lost(connection) if transactions.commits(text) else None
                return commits.control(connection, text, lost)
            if transactions.mixed(text):
                return commits.together([self.sql(connection, one, caller) for one in commits.apart(text)])
            if duckdb_scope.moves(text) or self.names.shadowed(connection, text):
                return self._moving(connection, text, caller)
        if duckdb_export.folder(text):
            return duckdb_export.recorder(text, lambda one: self.sql(connection, one, caller, told=False))
        return self._understood(connection, text, caller, number, told=told)

    def _understood(self, connection: Any, text: str, caller: Any, number: int, *, told: bool) -> Record | None:
        """Understand a text that nothing is known of; ``number``: of changes until now."""
        files = Files(self.forms(connection, text))
        analysis = statements.analyse(
            text,
            lambda source, spelled: self._columns(connection, source, spelled, files),
            ask_second=lambda one: self._second(connection, text, one),
            defined_as=functools.partial(self._macros.defined_as, connection),
        )
        if analysis is None or not analysis.statements:
            named, empty = functools.partial(self.names.table, connection), self.catalog.empty
            return duckdb_changes.recorder(connection, text, analysis, named, empty)
        known = self._sources(connection, analysis, caller, files)
        gives = self._returned(connection, text, analysis, files)
        self.queries.understood(*(gives or (analysis, {source: found.datasets for source, found in known.items()})))
        query = self.queries.latest()
        meant = functools.partial(self.catalog.meant, connection)
        ask = functools.partial(self.catalog.ask, connection)
        fresh = duckdb_tables.before(analysis, ask, meant) if connection else {}
        files.begin()
        began_ns = time.time_ns()

        def record(ended: Recording, *, failed: bool = False) -> None:
            if failed:
                for seen in (one for source in known.values() for one in source.seen if _is_file(one)):
                    ended.add("read", seen)
                return
            named, empty = functools.partial(self.names.table, connection), self.catalog.empty
            duckdb_changes.begun(ended, connection, analysis, named, empty)
            said = analysis._replace(plain=told and spelled.out(text))
            touches = any(one.reads or one.writes for one in analysis.statements)
            if touches and told:
                ended.statement(text, analysis.form)
            written: list[Written] = []
            for place, one in enumerate(analysis.statements):
                duckdb_changes.left(ended, connection, analysis, place, named)
                written += self._record(ended, connection, one, said, known, began_ns, caller, fresh, files)
            duckdb_changes.left(ended, connection, analysis, len(analysis.statements), named)
            if self._repeats(connection, text, analysis, known):
                reads = frozenset(dataset for found in known.values() for dataset in found.datasets)
                made = Again(number, ended, connection, analysis, written, query, reads)
                self._repeated.put(connection, text, analysis, made, told=told)

        return record

    def _returned(
        self, connection: Any, text: str, analysis: Analysis, files: Files
    ) -> tuple[Analysis, dict[Source, tuple[Dataset, ...]]] | None:
        """The query that gives the rows that a change gives back; None where it gives none."""
        into = analysis.statements[0].writes if len(analysis.statements) == 1 else None
        if into is None or into.kind != "table" or len(text) > _LONG:
            return None
        query = returned.query(text, into.names[0])
        found = statements.analyse(query, functools.partial(self._columns, connection, files=files)) if query else None
        if found is None or not found.statements:
            return None
        return found, dict.fromkeys(found.statements[0].reads, (self.names.table(connection, into.names[0]),))

    def _repeats(self, connection: Any, text: str, analysis: Analysis, known: Mapping[Source, _Known]) -> bool:
        """Whether a statement will do the same when it runs again, if nothing changes: rows of tables, no more."""
        touched = [*known, *(one.writes for one in analysis.statements if one.writes is not None)]
        return (
            connection is not None and duckdb_catalog.rows(text) and self.catalog.alone(connection)
            and bool(touched) and all(source.kind == "table" for source in touched)
            and all(found.datasets for found in known.values())
            and all(self.catalog.columns(connection, source.names[0]) is not None for source in known)
        )  # fmt: skip

    def _moving(self, connection: Any, text: str, caller: Any) -> Record:
        """Statements some of which have the connection look elsewhere for tables: each is understood where it ran."""
        scope = self.catalog.scopes.own(connection)
        before = scope.path, dict(scope.temporary)

        def record(run: Recording, *, failed: bool = False) -> None:
            if failed:
                return
            scope.path, scope.temporary = before
            for one in duckdb_scope.apart(text):
                self.catalog.changed()
                found = self.sql(connection, one, caller)
                self.catalog.moved(connection, one)
                if found is not None:
                    found(run)

        return record

    def _sources(self, connection: Any, analysis: Analysis, caller: Any, files: Files) -> dict[Source, _Known]:
        """Return what the statements read, as it is before they run, but for what they write themselves."""
        written: set[Source] = set()
        known: dict[Source, _Known] = {}
        for one in analysis.statements:
            for source in one.reads:
                if source not in known and source not in written:
                    known[source] = self._known(connection, source, analysis, caller, files)
            if one.writes is not None:
                written.add(one.writes)
        return known

    def _record(
        self,
        run: Recording,
        connection: Any,
        one: Statement,
        analysis: Analysis,
        known: dict[Source, _Known],
        began_ns: int,
        caller: Any,
        fresh: Mapping[str, frozenset[int]],
        files: Files,
    ) -> Iterable[Written]:
        put, made, moves = duckdb_tables.put(), list[Written](), renaming.renames(one)
        for gap in one.gaps:
            run.gap(f"{gap}: {analysis.head}")
        for source in one.reads:
            if source not in known:  # made by an earlier statement of the same text
                known[source] = self._known(connection, source, analysis, caller, files)
            for seen in [] if moves else known[source].seen:
                duckdb_tables.add_read(run, connection, seen, put)
        sources = {dataset for source in one.reads if not moves for dataset in known[source].datasets}
        if one.writes is None:
            earlier.read(run, sources)
            return made
        datasets = {source: found.datasets for source, found in known.items()}
        for seen in self._targets(run, connection, one, analysis, began_ns, files.forms):
            touched, name = seen.touched, one.writes.names[0]
            unique = functools.partial(self.catalog.keys, connection, name)
            edges = None if one.lineage is None else edges_of.of(one, datasets, touched.dataset, analysis)
            kept = duckdb_renames.named(run, connection, edges, touched.dataset) if moves else None
            edges = earlier.beside(run, touched.dataset, edges)
            if edges is not None and one.reads and inserted.instead(analysis.template):
                edges = edges._replace(keys=unique())
            if any(it.kind == "table" and not known[it].datasets for it in one.reads):  # frames in variables
                seen.visits = [visit] if (visit := sites.visit()) is not None else []
            if one.writes.kind == "file":
                duckdb_changes.copied(seen, one, analysis)
                self._written_to(run, one, seen, edges, None, lambda: None, Written(seen, edges, None))
                continue
            again = duckdb_changes.handed(run, connection, seen, one, analysis, unique)
            written = Written(seen, edges, again)
            made.append(written)
            inside = transactions.begun(connection)
            look = duckdb_tables.holding(self.catalog, connection, seen, name, fresh[name]) if name in fresh else None
            seen.rootless = duckdb_changes.rootless(one, edges, analysis.template)
            later = self._later(connection, name)
            act = functools.partial(self._written_to, run, one, seen, edges, look, later, written, kept)
            if inside and transactions.version(connection, touched.dataset) != touched.version:
                self.catalog.number += 1  # who reads it now reads what is not committed
            transactions.put(connection, run, act, touched.dataset, touched.version, inside=inside)
        earlier.read(run, sources.difference(each.seen.touched.dataset for each in made))
        return made

    def _later(self, connection: Any, name: str) -> Fields:
        """Return what looks up the columns of a table once its transaction is over."""
        weakly: Callable[[], Any] = (lambda: None) if connection is None else weakref.ref(connection)
        return lambda: self.catalog.fields(weakly(), name)

    def _written_to(
        self,
        run: Recording,
        one: Statement,
        seen: Seen,
        edges: SqlEdges | None,
        hold: Callable[[], None] | None,
        fields: Fields,
        written: Written,
        kept: bool | None = None,
    ) -> None:
        """Record what was written, and is committed; only now can others see the columns of a new table."""
        touched = seen.touched
        if touched.kind == "table" and touched.fields is None:
            touched = seen.touched = msgspec.structs.replace(touched, fields=fault.attempt("duckdb table", fields))
        if touched.kind == "table":
            duckdb_changes.read_before(run, seen, one, self._written, duckdb_tables.put())
            if self._written.get(touched.dataset) != touched.version:
                self.catalog.number += 1  # who reads it now reads this version
                bounded.room(self._written, _TABLES)
                self._written[touched.dataset] = touched.version
        if hold is not None:
            fault.attempt("duckdb table", hold)
        if kept is not None and edges is not None:
            duckdb_renames.moved(run, edges, seen, self._written, kept=kept)
            return
        at_hand.add(run, "write", seen, duckdb_tables.put())
        written.settle(run, edges)

    def _known(self, connection: Any, source: Source, analysis: Analysis, caller: Any, files: Files) -> _Known:
        if source.kind == "table":
            name = analysis.spelled(source.names[0])
            if duckdb_catalog.own(name) or self.names.is_variable(connection, name, caller):
                return _Known((), ())
            dataset = self.names.table(connection, name)
            version = transactions.version(connection, dataset) or self._written.get(dataset, "")
            fields = self.catalog.fields(connection, name)
            touched = Touched(dataset=dataset, version=version, kind="table", fields=fields)
            seen = Seen(touched=touched, declared=True)
            if not version:
                duckdb_tables.look(self.catalog, connection, name, seen)
            return _Known((dataset,), (seen,))
        found = tuple(one for name in source.names for one in files.take(analysis.spelled(name)))
        return _Known(tuple(dict.fromkeys(one.touched.dataset for one in found)), found)

    def _targets(
        self, run: Recording, connection: Any, one: Statement, analysis: Analysis, began_ns: int, forms: Forms
    ) -> Iterable[Seen]:
        assert one.writes is not None
        if one.writes.kind == "file":
            path = analysis.spelled(one.writes.names[0])
            for seen in observe.observe(path, None, Given(), folder()):
                if seen.modified_ns >= began_ns - observe.TICK_NS or not os.path.isdir(path):
                    seen.form = forms.written(path, functools.partial(duckdb_changes.outputs, one))
                    yield seen
            return
        name = one.writes.names[0]
        dataset = self.names.table(connection, name)
        version = f"run:{measure.of_parts(run.id, dataset.namespace, dataset.name)[5:]}"
        if connection is not None and one.how == "create" and one.lineage is not None:
            self.names.make(connection, name, duckdb_changes.outputs(one))
        touched = Touched(dataset=dataset, version=version, kind="table", fields=self.catalog.fields(connection, name))
        yield Seen(touched=touched, at_ns=time.time_ns(), declared=True)

    # --- names and columns ------------------------------------------------------------------------------------

    def ran(self, connection: Any, texts: Sequence[str], *, failed: bool) -> None:
        """A call that was given these, and may have changed more than rows, has ended."""
        self.names.ran(connection, texts, failed=failed)
        self.catalog.ran(connection, texts, failed=failed)
        self._macros.ran(connection, texts)

    def ended(self, connection: Any, verb: str) -> None:
        """A transaction has begun or ended by a call."""
        self.catalog.ended(connection, verb)
        self.names.ended(connection, verb)
        self._macros.ran(connection)

    def lost(self, connection: Any) -> Any:
        """Return the connection, if what it is about to commit is taken back instead."""
        found = self.catalog.lost(connection)
        if found is not None:
            self.ended(found, "rollback")
        return found

    def forms(
        self, connection: Any, text: str, paths: tuple[str, ...] = (), options: Mapping[str, Any] | None = None
    ) -> Forms:
        """Return the forms of the text tables of one statement or call."""
        return Forms(functools.partial(self.catalog.ask, connection), text, paths, options)

    def _columns(
        self, connection: Any, source: Source, spelled: Callable[[str], str], files: Files
    ) -> tuple[str, ...] | None:
        if source.kind == "file":
            return files.columns([spelled(name) for name in source.names])
        return self.names.columns(connection, spelled(source.names[0]))

    def _second(self, connection: Any, text: str, one: Statement) -> second.Said | None:
        """What DuckDB's binder says of a statement, before it runs; see docs/guide/sql-lineage.md for what it costs."""
        scope = self.catalog.scopes.of(connection)
        if scope.path or scope.temporary:
            return None  # it would be bound by a cursor, which looks elsewhere
        files = [source for source in one.reads if source.kind == "file"]
        local = all(name.lower().endswith(".parquet") and "://" not in name for file in files for name in file.names)
        if connection is None or not local or len(text) > _LONG or not self.catalog.serialises(connection):
            return None
        plan_text = plan.serialised(connection, text, _SECONDS, self.catalog.execute)
        return second.Said(plan_text) if plan_text is not None and len(plan_text) <= _PLAN else None


def _is_file(seen: Seen) -> bool:
    return seen.touched.version.startswith(("xxh3:", "stat:"))
