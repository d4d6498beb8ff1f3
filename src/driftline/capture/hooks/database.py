"""Tables of databases: what they are called, and which ones a statement reads and writes.

Enters: connections of any kind, statements, names of tables. Leaves: versions on a run, with columns where the database
tells them without being asked over a network. Names follow OpenLineage: ``postgres://host:port`` and
``database.schema.table``. Sends nothing over the user's connection, but a question about columns to SQLite where nobody
listens to its statements.
Source: https://openlineage.io/docs/spec/naming.
"""

import functools
import importlib
import sys
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from driftline import later
from driftline.capture import at_hand, client, measure, observe, sites, transactions
from driftline.capture.frames import origin
from driftline.capture.hooks import glance, inserted, memory, sqlite_asked
from driftline.capture.recording import Recording
from driftline.capture.sql.relation import Source
from driftline.capture.trace import Seen
from driftline.event.lineage import Dataset, Field, Touched

if TYPE_CHECKING:
    import sqlite3

    from driftline.capture.sql.known import Analysis
else:
    sqlite3 = later.module("sqlite3")  # not every frame comes from a database

_KNOWN = "driftline.capture.sql.known"  # loaded with the first statement: most scripts have none
_EDGES = "driftline.capture.sql.edges"
_SCHEMES = {"postgresql": "postgres", "mariadb": "mysql", "cockroachdb": "postgres"}
_PORTS = {"postgres": 5432, "mysql": 3306, "mssql": 1433, "oracle": 1521, "redshift": 5439, "trino": 8080}
_SCHEMAS = {"postgres": "public", "redshift": "public", "mssql": "dbo"}
_FOLDED = frozenset(("sqlite", "postgres", "redshift", "mysql"))  # names are the same in capitals
_OWN = ("pg_catalog.", "information_schema.", "pg_")
_PLACEHOLDER = later.pattern(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(%\(\w+\)s|%s|(?<![:\w]):[A-Za-z_]\w*|\$\d+)")
_CACHE = 10_000
_MEMORY = "_driftline_memory"  # attribute of a connection to SQLite in memory: the namespace of its tables
TELLS = "_driftline_tells"  # attribute of a connection to SQLite whose commits and rollbacks are heard of


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
_done: "weakref.WeakKeyDictionary[Recording, dict[tuple[str, str], inserted.Again]]" = weakref.WeakKeyDictionary()


def place_of(connection: Any) -> Place | None:
    """Return the database that a connection, an engine or an address leads to; None for those that are not known."""
    if connection is None:
        return None
    if isinstance(connection, sqlite3.Connection):
        file = sqlite_asked.file_of(connection)
        return _sqlite(file) if file else _in_memory(connection)
    alchemy = sys.modules.get("sqlalchemy")
    if isinstance(connection, str):
        if "://" not in connection:
            return None
        return _of_address(connection) if alchemy is None else _of_url(alchemy.engine.make_url(connection))
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


def _of_address(address: str) -> Place | None:
    """The database of an address that is given to a library without SQLAlchemy; None for those without a server."""
    parts = urlsplit(address)
    scheme = parts.scheme.partition("+")[0]
    scheme = _SCHEMES.get(scheme, scheme)
    if scheme not in _PORTS or not parts.hostname:
        return None
    return _server(scheme, parts.hostname, parts.port, unquote(parts.path.removeprefix("/")))


def _server(scheme: str, host: Any, port: Any, database: Any) -> Place:
    where = str(host or "localhost").rpartition("/")[2] if str(host or "").startswith("/") else str(host or "localhost")
    number = port or _PORTS.get(scheme)
    namespace = f"{scheme}://{where}" + (f":{number}" if number else "")
    catalog, _, schema = str(database or "").partition("/")  # of trino, both stand in the address
    return Place(namespace, scheme, catalog, schema or _SCHEMAS.get(scheme, ""))


def _sqlite(path: str) -> Place:
    owner = client.current()
    if not path or path == ":memory:" or owner is None:
        return Place(memory.namespace("sqlite"), "sqlite")
    return Place(f"sqlite://{observe.name_of(path, '', owner.folder).name}", "sqlite")


def tells(connection: Any) -> bool:
    """Whether the hooks of its own library hear of the commits and rollbacks of a connection."""
    if isinstance(connection, sqlite3.Connection):
        return TELLS in getattr(connection, "__dict__", {})
    return _is_psycopg(connection)


def _is_psycopg(connection: Any) -> bool:
    return type(connection).__module__.partition(".")[0] == "psycopg"


def transaction_of(connection: Any) -> Any:
    """Return the connection whose transaction lasts, where somebody tells of its end; None = what was done stands."""
    if isinstance(connection, sqlite3.Connection):
        return connection if connection.in_transaction else None
    if _is_psycopg(connection):
        return connection if connection.info.transaction_status else None  # 0 = idle
    if not hasattr(type(connection), "exec_driver_sql") or not connection.in_transaction():
        return None  # no connection of SQLAlchemy
    driver = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection) or _is_psycopg(driver):
        return transaction_of(driver)
    level = connection.get_execution_options().get("isolation_level")
    return None if level == "AUTOCOMMIT" or getattr(driver, "autocommit", False) is True else driver


def _in_memory(connection: Any) -> Place:
    """The database in memory that a connection to SQLite is; its name stays while the connection lasts."""
    held = getattr(connection, "__dict__", {})
    if _MEMORY not in held:
        held[_MEMORY] = memory.namespace("sqlite")
    return Place(held[_MEMORY], "sqlite")


class Table(NamedTuple):
    """A table that is read or written, and what is known of it."""

    dataset: Dataset
    fields: tuple[Field, ...] | None
    rows: int | None = None
    frame: Any = None  # all of it, in memory
    shape: Callable[[Any], Any] | None = None  # makes of the frame what the table has
    declared: bool = False  # the database itself told its columns

    def seen(self, version: str) -> Seen:
        """Return it as a version that is seen now."""
        touched = Touched(dataset=self.dataset, version=version, kind="table", rows=self.rows, fields=self.fields)
        seen = Seen(touched=touched, at_ns=time.time_ns(), declared=self.declared)
        if self.frame is not None and client.current() is not None:
            at_hand.hold(seen, self.frame, ordered=False, shape=self.shape)
        return seen


def touch(
    run: Recording,
    way: Literal["read", "write"],
    place: Place,
    name: str,
    schema: str | None,
    frame: Any = None,
    *,
    whole: bool = False,
    shape: Callable[[Any], Any] | None = None,
    transaction: Any = None,
    connection: Any = None,
) -> bool:
    """Record that the run read or wrote a table, whose columns ``frame`` shows, and all of its rows if ``whole``.

    ``shape`` makes of the frame what the table has, where that is not the same; ``connection`` is asked for columns.
    """
    dataset = place.table(name, schema)
    look = glance.at(frame)
    fields = _asking(connection)(dataset.name)
    rows = look.rows if whole or way == "write" else None
    table = Table(dataset, fields or look.fields, rows, frame if whole else None, shape, declared=fields is not None)
    if way == "read":
        origin.read(frame, [dataset])
        sites.read([dataset], look.fields)
        _read(run, table, transaction)
    else:
        _write(run, table, None, transaction)
    return True


def statement(
    run: Recording,
    place: Place,
    text: str,
    connection: Any = None,
    frame: Any = None,
    transaction: Any = None,
    result: Any = None,
) -> bool:
    """Record what one statement has read and written, which has been executed; True where it is understood.

    Args:
        run: the run.
        place: the database.
        text: of the statement, with placeholders.
        connection: that it ran on, to ask SQLite for columns.
        frame: what it gave, where it is known to be all rows and columns of a table.
        transaction: the connection whose transaction has to be committed for this to count; None = it counts now.
        result: the frame that it gave, if it gave one.
    """
    plain = _PLACEHOLDER.sub(lambda found: "?" if found.group(1) else found.group(), text)
    fields = _asking(connection)

    def columns(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:  # noqa: ARG001 - no files
        found = fields(source.names[0]) if source.kind == "table" else None
        return None if found is None else tuple(field.name for field in found)

    known = importlib.import_module(_KNOWN)
    analysis = known.analyse(plain, columns, known.of_scheme(place.scheme))
    if analysis is None:
        return True  # it touches no data
    done = _done.setdefault(run, {})
    key = (place.namespace, analysis.template)
    again = done.get(key)
    if again is None:
        again = done[key] = inserted.Again()
    again.take(run)
    if again.committed and not any(one.writes is None for one in analysis.statements):
        return True
    writes = any(one.writes for one in analysis.statements)
    if writes and transactions.again(transaction, (run, key)):
        return True
    handed = "" if hasattr(type(connection), "exec_driver_sql") else text  # SQLAlchemy hands its own text on
    for one in analysis.statements:
        datasets = _record(run, place, one, analysis, fields, frame, transaction, again, handed)
        if one.lineage is not None and one.writes is None and len(analysis.statements) == 1:
            origin.queried(result, one.lineage, datasets, analysis.spelled, glance.at(result).fields)

    def said() -> None:
        again.committed = True
        if writes or any(_tables(place, one.reads) for one in analysis.statements):
            run.statement(text, analysis.form)

    transactions.put(transaction, run, said, inside=writes and transaction is not None)
    return True


def _record(
    run: Recording,
    place: Place,
    one: Any,
    analysis: "Analysis",
    fields: Callable[[str], Any],
    frame: Any,
    transaction: Any,
    again: inserted.Again,
    text: str,
) -> dict[Source, tuple[Dataset, ...]]:
    """Record what one statement has read and written; returns the tables that it read."""
    for gap in one.gaps:
        run.gap(f"{gap}: {analysis.head}")
    datasets: dict[Source, tuple[Dataset, ...]] = {}
    for source in _tables(place, one.reads):
        dataset = place.table(source.names[0])
        datasets[source] = (dataset,)
        _read(run, Table(dataset, fields(source.names[0]), frame=frame, declared=True), transaction)
    if one.writes is None or not _tables(place, (one.writes,)):
        return datasets
    name = one.writes.names[0]
    dataset = place.table(name)
    edges = None
    if one.lineage is not None:
        edges = importlib.import_module(_EDGES).SqlEdges(one.lineage, datasets, analysis.spelled)
    again.into = () if datasets else _into(one, fields(name), text)
    given = bool(again.into) or (not datasets and _in_order(one, fields(name)))
    again.seen = _write(run, Table(dataset, fields(name)), edges, transaction, given=given, into=again.into)
    return datasets


def _into(one: Any, fields: Any, text: str) -> inserted.Into:
    """What of the values that a statement is handed comes to which columns of its target."""
    into = None if one.lineage is None else one.lineage.into
    return () if into is None else inserted.columns(text, into or [field.name for field in fields or ()])


def _in_order(one: Any, fields: Any) -> bool:
    """Whether a statement gives all columns of its target, in the order of the table."""
    into = None if one.lineage is None else one.lineage.into
    return into is None or [name.lower() for name in into] == [field.name.lower() for field in fields or ()]


def _read(run: Recording, table: Table, transaction: Any) -> None:
    """Record that a table was read; of one that is not committed, once it is."""
    held = transactions.version(transaction, table.dataset)
    seen = table.seen(held or _written.get(table.dataset, ""))
    transactions.put(transaction, run, functools.partial(_add, run, "read", seen), inside=bool(held))


def _write(
    run: Recording, table: Table, edges: Any, transaction: Any, *, given: bool = False, into: inserted.Into = ()
) -> Seen | None:
    """Record that a table was written, once that is committed.

    ``given``: what the script hands to the statement is written; then that is returned, for further visits.
    """
    dataset, version = table.dataset, _version(run, table.dataset)
    seen = table.seen(version)
    visit = sites.visit() if edges is None or given else None
    seen.visits = [] if visit is None else [visit._replace(into=into)]

    def act() -> None:
        if len(_written) >= _CACHE:
            _written.clear()
        _written[dataset] = version
        _add(run, "write", seen)
        if edges is not None:
            run.edges(dataset, edges, version)

    transactions.put(transaction, run, act, dataset, version, inside=transaction is not None)
    return seen if given else None


def _add(run: Recording, way: Literal["read", "write"], seen: Seen) -> None:
    owner = client.current()
    if owner is None:
        run.add(way, seen)
    else:
        at_hand.add(run, way, seen, owner.sender.put)


def _tables(place: Place, sources: Any) -> list[Source]:
    """The tables among ``sources`` that hold the user's data; SQLite keeps names with ``sqlite_`` for its own."""
    tables = [one for one in sources if one.kind == "table"]
    if place.scheme == "sqlite":
        return [one for one in tables if not one.names[0].lower().rpartition(".")[2].startswith("sqlite_")]
    return [one for one in tables if not one.names[0].lower().startswith(_OWN)]


def _version(run: Recording, dataset: Dataset) -> str:
    """The version of a table that a run writes: one per run, however many statements it takes."""
    return f"run:{measure.of_parts(run.id, dataset.namespace, dataset.name)[5:]}"


def _asking(connection: Any) -> Callable[[str], tuple[Field, ...] | None]:
    """A function that returns the columns of a table, asked once; None where they cannot be told cheaply."""
    known: dict[str, tuple[Field, ...] | None] = {}
    if hasattr(type(connection), "exec_driver_sql"):  # of SQLAlchemy
        connection = connection.connection.dbapi_connection

    def ask(name: str) -> tuple[Field, ...] | None:
        if name not in known:
            known[name] = sqlite_asked.columns(connection, name) if isinstance(connection, sqlite3.Connection) else None
        return known[name]

    return ask
