"""Tables of databases: what they are called, and which ones a statement reads and writes.

Enters: connections of any kind, statements, names of tables. Leaves: versions on a run, with columns where the database
tells them without being asked over a network. Names follow OpenLineage: ``postgres://host:port`` and
``database.schema.table``. Sends nothing over the user's connection, but ``PRAGMA table_info`` to SQLite where nobody
listens to its statements.
Source: https://openlineage.io/docs/spec/naming.
"""

import functools
import importlib
import re
import sqlite3
import sys
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from driftline.capture import at_hand, client, measure, observe
from driftline.capture.emit import Seen
from driftline.capture.hooks import glance
from driftline.capture.run import Run
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset, Field, Touched

if TYPE_CHECKING:
    from driftline.capture.sql.statement import Analysis

_STATEMENT = "driftline.capture.sql.statement"  # loaded with the first statement: most scripts have none
_EDGES = "driftline.capture.sql.edges"
_DIALECT = "driftline.capture.sql.dialect"
_SCHEMES = {"postgresql": "postgres", "mariadb": "mysql", "cockroachdb": "postgres"}
_PORTS = {"postgres": 5432, "mysql": 3306, "mssql": 1433, "oracle": 1521, "redshift": 5439, "trino": 8080}
_SCHEMAS = {"postgres": "public", "redshift": "public", "mssql": "dbo"}
_FOLDED = frozenset(("sqlite", "postgres", "redshift", "mysql"))  # names are the same in capitals
_OWN = ("pg_catalog.", "information_schema.", "sqlite_master", "sqlite_schema", "pg_")
_PLACEHOLDER = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(%\(\w+\)s|%s|(?<![:\w]):[A-Za-z_]\w*|\$\d+)")
_CACHE = 10_000
FILE = "_driftline_file"  # attribute of a connection to SQLite: its file, "" = in memory
SILENT = "_driftline_silent"  # attribute of one whose statements somebody listens to: it is asked nothing


class Place(NamedTuple):
    """A database."""

    namespace: str  # of its tables, as OpenLineage names it
    scheme: str  # sqlite, postgres, mysql …: also the dialect
    database: str = ""
    schema: str = ""  # in which a table without one lies

    def table(self, name: str, schema: str | None = None) -> Dataset:
        """Return the table ``name``, which may bring its own schema and database."""
        parts = [*(schema.split(".") if schema else ()), *name.split(".")]
        if self.scheme == "sqlite":
            parts = parts[-1:]
        else:
            lead = [part for part in (self.database, self.schema) if part]
            parts = [*lead[: max(0, len(lead) + 1 - len(parts))], *parts]
        full = ".".join(parts)
        return Dataset(self.namespace, full.lower() if self.scheme in _FOLDED else full)


_written: dict[Dataset, str] = {}  # newest version of a table that this process wrote
_done: "weakref.WeakKeyDictionary[Run, set[tuple[str, str]]]" = weakref.WeakKeyDictionary()


def place_of(connection: Any) -> Place | None:
    """Return the database that a connection, an engine or an address leads to; None for those that are not known."""
    if connection is None:
        return None
    if isinstance(connection, sqlite3.Connection):
        return _sqlite(_file_of(connection))
    alchemy = sys.modules.get("sqlalchemy")
    if isinstance(connection, str):
        return _of_url(alchemy.engine.make_url(connection)) if alchemy is not None and "://" in connection else None
    bind = connection.get_bind() if hasattr(type(connection), "get_bind") else connection
    url = getattr(getattr(bind, "engine", None), "url", None)
    if url is not None:
        return _of_url(url)
    info = getattr(connection, "info", None)
    if type(connection).__module__.startswith("psycopg") and info is not None:
        return _server("postgres", info.host, info.port, info.dbname)
    return None


def _of_url(url: Any) -> Place | None:
    backend = url.get_backend_name()
    scheme = _SCHEMES.get(backend, backend)
    if scheme == "sqlite":
        return _sqlite(url.database or "")
    if scheme == "duckdb":
        return None  # its own hooks know better
    if scheme == "snowflake":
        database, _, schema = (url.database or "").partition("/")
        return Place(f"snowflake://{url.host}", scheme, database, schema)
    if scheme == "bigquery":
        return Place("bigquery", scheme, url.host or "", url.database or "")
    return _server(scheme, url.host, url.port, url.database)


def _server(scheme: str, host: Any, port: Any, database: Any) -> Place:
    where = str(host or "localhost").rpartition("/")[2] if str(host or "").startswith("/") else str(host or "localhost")
    number = port or _PORTS.get(scheme)
    namespace = f"{scheme}://{where}" + (f":{number}" if number else "")
    catalog, _, schema = str(database or "").partition("/")  # of trino, both stand in the address
    return Place(namespace, scheme, catalog, schema or _SCHEMAS.get(scheme, ""))


def _sqlite(path: str) -> Place:
    owner = client.current()
    if not path or path == ":memory:" or owner is None:
        return Place("sqlite://memory", "sqlite")
    return Place(f"sqlite://{observe.name_of(path, '', owner.folder).name}", "sqlite")


def _file_of(connection: Any) -> str:
    held = getattr(connection, "__dict__", {})
    if FILE in held or SILENT in held:
        return str(held.get(FILE, ""))
    rows = sqlite3.Cursor(connection).execute("PRAGMA database_list").fetchall()
    return next((str(row[2]) for row in rows if row[1] == "main" and row[2]), "")


def touch(
    run: Run,
    way: Literal["read", "write"],
    place: Place,
    name: str,
    schema: str | None,
    frame: Any = None,
    *,
    whole: bool = False,
    shape: Callable[[Any], Any] | None = None,
) -> bool:
    """Record that the run read or wrote a table, whose columns ``frame`` shows, and all of its rows if ``whole``.

    ``shape`` makes of the frame what the table has, where that is not the same.
    """
    dataset = place.table(name, schema)
    look = glance.at(frame)
    version = _minted(run, dataset) if way == "write" else _written.get(dataset, "")
    rows = look.rows if whole or way == "write" else None
    seen = Seen(touched=Touched(dataset=dataset, version=version, kind="table", rows=rows, fields=look.fields))
    owner = client.current()
    if whole and owner is not None:
        at_hand.hold(seen, frame, ordered=False, shape=shape)
        at_hand.add(run, way, seen, owner.sender.put)
    else:
        run.add(way, seen)
    return True


def statement(run: Run, place: Place, text: str, connection: Any = None, frame: Any = None) -> bool:
    """Record what one statement has read and written, which has been executed; True where it is understood.

    Args:
        run: the run.
        place: the database.
        text: of the statement, with placeholders.
        connection: that it ran on, to ask SQLite for columns.
        frame: what it gave, where it is known to be all rows and columns of a table.
    """
    plain = _PLACEHOLDER.sub(lambda found: "?" if found.group(1) else found.group(), text)
    fields = _asking(connection)

    def columns(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:  # noqa: ARG001 - no files
        found = fields(source.names[0]) if source.kind == "table" else None
        return None if found is None else tuple(field.name for field in found)

    analysis = importlib.import_module(_STATEMENT).analyse(plain, columns, _dialect(place.scheme))
    if analysis is None:
        return True  # it touches no data
    done = _done.setdefault(run, set())
    key = (place.namespace, analysis.template)
    if key in done and not any(one.writes is None for one in analysis.statements):
        return True
    done.add(key)
    for one in analysis.statements:
        _record(run, place, one, analysis, fields, frame)
    if any(_tables(one.reads) or one.writes for one in analysis.statements):
        run.statement(text, analysis.form)
    return True


@functools.cache
def _dialect(scheme: str) -> str:
    """The dialect of SQL that a database speaks; "" = none in particular."""
    dialect = importlib.import_module(_DIALECT)
    return str(dialect.of(scheme).name) if dialect.exists(scheme) else ""  # the error would load them all to name them


def _record(run: Run, place: Place, one: Any, analysis: "Analysis", fields: Callable[[str], Any], frame: Any) -> None:
    for gap in one.gaps:
        run.gap(gap)
    datasets: dict[Source, tuple[Dataset, ...]] = {}
    for source in _tables(one.reads):
        dataset = place.table(source.names[0])
        datasets[source] = (dataset,)
        touched = Touched(
            dataset=dataset, version=_written.get(dataset, ""), kind="table", fields=fields(source.names[0])
        )
        seen, owner = Seen(touched=touched), client.current()
        if frame is not None and owner is not None:
            at_hand.hold(seen, frame, ordered=False)
            at_hand.add(run, "read", seen, owner.sender.put)
        else:
            run.add("read", seen)
    if one.writes is None or not _tables((one.writes,)):
        return
    name = one.writes.names[0]
    dataset = place.table(name)
    touched = Touched(dataset=dataset, version=_minted(run, dataset), kind="table", fields=fields(name))
    run.add("write", Seen(touched=touched))
    if one.lineage is not None:
        found = importlib.import_module(_EDGES).SqlEdges(one.lineage, datasets, analysis.spelled)
        run.edges(dataset, found, touched.version)


def _tables(sources: Any) -> list[Source]:
    """The tables among ``sources`` that hold the user's data."""
    return [one for one in sources if one.kind == "table" and not one.names[0].lower().startswith(_OWN)]


def _minted(run: Run, dataset: Dataset) -> str:
    """The version of a table that a run writes: one per run, however many statements it takes."""
    version = f"run:{measure.of_parts(run.id, dataset.namespace, dataset.name)[5:]}"
    if len(_written) >= _CACHE:
        _written.clear()
    _written[dataset] = version
    return version


def _asking(connection: Any) -> Callable[[str], tuple[Field, ...] | None]:
    """A function that returns the columns of a table, asked once; None where they cannot be told cheaply."""
    known: dict[str, tuple[Field, ...] | None] = {}

    def ask(name: str) -> tuple[Field, ...] | None:
        if name not in known:
            known[name] = _pragma(connection, name) if isinstance(connection, sqlite3.Connection) else None
        return known[name]

    return ask


def _pragma(connection: Any, name: str) -> tuple[Field, ...] | None:
    quoted = name.rpartition(".")[2].replace('"', '""')
    if SILENT in getattr(connection, "__dict__", {}):
        return None
    cursor = sqlite3.Cursor(connection)
    cursor.row_factory = None
    rows = cursor.execute(f'PRAGMA table_info("{quoted}")').fetchall()
    return tuple(Field(row[1], row[2]) for row in rows) or None
