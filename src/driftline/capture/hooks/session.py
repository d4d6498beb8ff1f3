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

from driftline.capture.ground import fault
from driftline.capture.hooks import (
    commits,
    duckdb_catalog,
    duckdb_changes,
    duckdb_export,
    duckdb_renames,
    duckdb_tables,
    inserted,
    memory,
)
from driftline.capture.hooks.duckdb_catalog import Catalog
from driftline.capture.hooks.duckdb_files import Files, folder
from driftline.capture.hooks.duckdb_frames import Queries
from driftline.capture.hooks.duckdb_names import Names
from driftline.capture.hooks.duckdb_text import Forms
from driftline.capture.program import sites
from driftline.capture.runs import at_hand, headers, observe, transactions
from driftline.capture.runs.around import enclosing
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

_PATHS = ("file_glob", "file_globs", "path_or_buffer", "path")
_TABLES = 10_000
_LONG = 20_000  # characters of a statement that is bound a second time
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
        self._databases: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()
        self._temporary: Names[tuple[str, ...] | None] = Names()
        self._registered: Names[None] = Names()
        self._default: Any = (
            None  # held: each call of the module makes a new object of it, to which nothing would stick
        )
        self._written: dict[Dataset, str] = {}  # newest version of a table that this process wrote
        self.queries = Queries()

    # --- calls ------------------------------------------------------------------------------------------------

    def statement(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``connection.execute(query, …)`` and its kin."""
        return self.sql(args[0], argument(args, kwargs, 1, "query", "statement"), caller)

    def module_statement(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``duckdb.sql(query, …)`` and its kin."""
        return self.sql(self.default(kwargs), argument(args, kwargs, 0, "query", "statement"), caller)

    def reader(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> Record | None:
        """``connection.read_parquet(path, …)`` and its kin."""
        return self._read(args[0], argument(args, kwargs, 1, *_PATHS), kwargs)

    def module_reader(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> Record | None:
        """``duckdb.read_parquet(path, …)`` and its kin."""
        return self._read(self.default(kwargs), argument(args, kwargs, 0, *_PATHS), kwargs)

    def register(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> None:
        """``connection.register(name, frame)``: from now on the name means a frame."""
        name = argument(args, kwargs, 1, "view_name")
        if isinstance(name, str):
            self._registered.put(args[0], name, None)

    def module_register(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> None:
        """``duckdb.register(name, frame)``."""
        self.register((self.default(kwargs), *args), kwargs, caller)

    def default(self, kwargs: Mapping[str, Any]) -> Any:
        """The connection of a call of the module's own functions."""
        given = kwargs.get("connection")
        if given is not None:
            return given
        default = self._duckdb.default_connection
        self._default = default() if callable(default) else default
        return self._default

    def _read(self, connection: Any, paths: Any, options: Mapping[str, Any]) -> Record | None:
        given = [paths] if isinstance(paths, str | os.PathLike) else paths if isinstance(paths, list | tuple) else []
        names = [os.fspath(path) for path in given if isinstance(path, str | os.PathLike)]
        forms = self._forms(connection, "", tuple(names), options)
        found = [(name, seen) for name in names for seen in observe.observe(name, None, Given(), folder())]
        for name, one in found:
            one.form = forms.read(name, one.path) if one.path else None

        def record(run: Recording, *, failed: bool = False) -> None:  # noqa: ARG001 - what was tried to be read counts
            for _, seen in found:
                run.add("read", seen)

        return record if found else None

    # --- SQL --------------------------------------------------------------------------------------------------

    def sql(self, connection: Any, query: Any, caller: Any, *, told: bool = True) -> Record | None:
        """Understand a text of statements, before it runs; None = it reads and writes nothing that has a name.

        ``told``: whether it is the user's text, which the run then shows.
        """
        text = query if isinstance(query, str) else getattr(query, "query", None)
        if not isinstance(text, str):
            return None
        if connection is not None:
            if transactions.controls(text):
                lost = self.catalog.lost(connection) if transactions.commits(text) else None
                return commits.control(connection, text, lost)
            if transactions.mixed(text):
                return commits.together([self.sql(connection, one, caller) for one in commits.apart(text)])
        if duckdb_export.folder(text):
            return duckdb_export.recorder(text, lambda one: self.sql(connection, one, caller, told=False))
        files = Files(self._forms(connection, text))
        analysis = statements.analyse(
            text,
            lambda source, spelled: self._columns(connection, source, spelled, files),
            ask_second=lambda one: self._second(connection, text, one),
        )
        if analysis is None or not analysis.statements:
            named, empty = functools.partial(self._table, connection), self.catalog.empty
            return duckdb_changes.recorder(connection, text, analysis, named, empty)
        known = self._sources(connection, analysis, caller, files)
        self.queries.understood(analysis, {source: found.datasets for source, found in known.items()})
        fresh = duckdb_tables.before(analysis, functools.partial(self.catalog.ask, connection)) if connection else {}
        files.begin()
        began_ns = time.time_ns()

        def record(ended: Recording, *, failed: bool = False) -> None:
            if failed:
                for seen in (one for source in known.values() for one in source.seen if _is_file(one)):
                    ended.add("read", seen)
                return
            named, empty = functools.partial(self._table, connection), self.catalog.empty
            duckdb_changes.begun(ended, connection, analysis, named, empty)
            touches = any(one.reads or one.writes for one in analysis.statements)
            if touches and told:
                ended.statement(text, analysis.form)
            for one in analysis.statements:
                self._record(ended, connection, one, analysis, known, began_ns, caller, fresh, files)

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
    ) -> None:
        put = duckdb_tables.put()
        for gap in one.gaps:
            run.gap(f"{gap}: {analysis.head}")
        for source in one.reads:
            if source not in known:  # made by an earlier statement of the same text
                known[source] = self._known(connection, source, analysis, caller, files)
            for seen in known[source].seen:
                duckdb_tables.add_read(run, connection, seen, put)
        if one.writes is None:
            return
        datasets = {source: found.datasets for source, found in known.items()}
        for seen in self._targets(run, connection, one, analysis, began_ns, files.forms):
            touched, name = seen.touched, one.writes.names[0]
            unique = functools.partial(self.catalog.keys, connection, name)
            edges = None if one.lineage is None else edges_of.of(one, datasets, touched.dataset, analysis)
            if edges is not None and one.reads and inserted.instead(analysis.template):
                edges = edges._replace(keys=unique())
            if any(it.kind == "table" and not known[it].datasets for it in one.reads):  # frames in variables
                seen.visits = [visit] if (visit := sites.visit()) is not None else []
            if one.writes.kind == "file":
                self._written_to(run, one, seen, edges, None, _unknown)
                continue
            if one.kind == "ALTER TABLE":
                duckdb_renames.renamed(run, touched.dataset, (old for it in one.reads for old in known[it].seen))
            duckdb_changes.handed(run, connection, seen, one, analysis, unique)
            inside = transactions.begun(connection)
            look = None
            if name in fresh:  # what waits for a commit must not keep its connection alive
                weakly = weakref.proxy(connection)
                look = functools.partial(
                    duckdb_tables.hold, seen, weakly, name, fresh[name], self.catalog.ask, self.catalog.query
                )
            act = functools.partial(self._written_to, run, one, seen, edges, look, self._later(connection, name))
            transactions.put(connection, run, act, touched.dataset, touched.version, inside=inside)

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
    ) -> None:
        """Record what was written, and is committed; only now can others see the columns of a new table."""
        touched = seen.touched
        if touched.kind == "table" and touched.fields is None:
            touched = seen.touched = msgspec.structs.replace(touched, fields=fault.attempt("duckdb table", fields))
        if touched.kind == "table":
            duckdb_changes.read_before(run, seen, one, self._written, duckdb_tables.put())
            if len(self._written) >= _TABLES:
                self._written.clear()
            self._written[touched.dataset] = touched.version
        if hold is not None:
            fault.attempt("duckdb table", hold)
        at_hand.add(run, "write", seen, duckdb_tables.put())
        if edges is not None:
            run.edges(touched.dataset, edges, touched.version)

    def _known(self, connection: Any, source: Source, analysis: Analysis, caller: Any, files: Files) -> _Known:
        if source.kind == "table":
            name = source.names[0]
            if duckdb_catalog.own(name) or self._is_variable(connection, name, caller):
                return _Known((), ())
            dataset = self._table(connection, name)
            version = transactions.version(connection, dataset) or self._written.get(dataset, "")
            fields = self.catalog.fields(connection, name)
            touched = Touched(dataset=dataset, version=version, kind="table", fields=fields)
            seen = Seen(touched=touched, declared=True)
            if not version:
                self._look(connection, name, seen)
            return _Known((dataset,), (seen,))
        found = tuple(one for name in source.names for one in files.take(analysis.spelled(name)))
        return _Known(tuple(dict.fromkeys(one.touched.dataset for one in found)), found)

    def _look(self, connection: Any, name: str, seen: Seen) -> None:
        """Have ``seen`` hold a table that nobody here has written, which then names it; once per run."""
        run = enclosing()
        if connection is None or run is None or transactions.begun(connection):
            return
        if not any(one.touched.dataset == seen.touched.dataset for one in run.trace.inputs):
            catalog = self.catalog
            fault.attempt(
                "duckdb table", duckdb_tables.hold, seen, connection, name, frozenset(), catalog.ask, catalog.query
            )

    def _targets(
        self, run: Recording, connection: Any, one: Statement, analysis: Analysis, began_ns: int, forms: Forms
    ) -> Iterable[Seen]:
        assert one.writes is not None
        if one.writes.kind == "file":
            path = analysis.spelled(one.writes.names[0])
            for seen in observe.observe(path, None, Given(), folder()):
                if seen.modified_ns >= began_ns - headers.TICK_NS or not os.path.isdir(path):
                    seen.form = forms.written(path, functools.partial(duckdb_changes.outputs, one))
                    yield seen
            return
        name = one.writes.names[0]
        dataset = self._table(connection, name)
        version = f"run:{measure.of_parts(run.id, dataset.namespace, dataset.name)[5:]}"
        if connection is not None and one.how == "create" and one.lineage is not None:
            self._temporary.put(connection, name, duckdb_changes.outputs(one))
        touched = Touched(dataset=dataset, version=version, kind="table", fields=self.catalog.fields(connection, name))
        yield Seen(touched=touched, at_ns=time.time_ns(), declared=True)

    # --- names and columns ------------------------------------------------------------------------------------

    def _is_variable(self, connection: Any, name: str, caller: Any) -> bool:
        """Whether a table's name means a frame among the caller's variables rather than a table."""
        if name.lower() in self._registered.of(connection):
            return True
        if "." in name or name.lower() in self._temporary.of(connection):
            return False
        value = caller.f_locals.get(name, caller.f_globals.get(name))
        if value is None or not any(hasattr(value, sign) for sign in ("__arrow_c_stream__", "columns", "to_arrow")):
            return False
        return self.catalog.columns(connection, name) is None

    def _table(self, connection: Any, name: str) -> Dataset:
        path, table = self.catalog.placed(connection, name)
        return Dataset(_named(path) if path else self._database(connection), table)

    def _database(self, connection: Any) -> str:
        if connection is None:
            return memory.namespace("duckdb")
        found = self._databases.get(connection)
        if found is None:
            path = self.catalog.path(connection)
            found = self._databases[connection] = _named(path) if path else memory.namespace("duckdb")
        return found

    def _forms(
        self, connection: Any, text: str, paths: tuple[str, ...] = (), options: Mapping[str, Any] | None = None
    ) -> Forms:
        return Forms(functools.partial(self.catalog.ask, connection), text, paths, options)

    def _columns(
        self, connection: Any, source: Source, spelled: Callable[[str], str], files: Files
    ) -> tuple[str, ...] | None:
        if source.kind == "file":
            return files.columns([spelled(name) for name in source.names])
        name = source.names[0].lower()
        if connection is None:
            return None
        temporary = self._temporary.of(connection)
        if name in temporary:
            return temporary[name]
        return self.catalog.columns(connection, name)

    def _second(self, connection: Any, text: str, one: Statement) -> second.Said | None:
        """What DuckDB's binder says of a statement, before it runs; see docs/guide/sql-lineage.md for what it costs."""
        files = [source for source in one.reads if source.kind == "file"]
        local = all(name.lower().endswith(".parquet") and "://" not in name for file in files for name in file.names)
        if connection is None or not local or len(text) > _LONG or not self.catalog.serialises(connection):
            return None
        plan_text = plan.serialised(connection, text, _SECONDS, self.catalog.execute)
        return second.Said(plan_text) if plan_text is not None and len(plan_text) <= _PLAN else None


def _named(path: str) -> str:
    return f"duckdb://{observe.name_of(path, '', folder()).name}"


def _unknown() -> None:
    """Tell nothing of the columns of a file, which its header tells."""


def argument(args: Sequence[Any], kwargs: Mapping[str, Any], place: int, *names: str) -> Any:
    """Return an argument that was given by its place or by one of its names; None = it was not."""
    if len(args) > place:
        return args[place]
    return next((kwargs[name] for name in names if name in kwargs), None)


def _is_file(seen: Seen) -> bool:
    return seen.touched.version.startswith(("xxh3:", "stat:"))
