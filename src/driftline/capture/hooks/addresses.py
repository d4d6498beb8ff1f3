"""Where a database is: what it is called, what its tables are called, and whose transaction lasts on a connection.

Enters: connections of any kind, engines, sessions, addresses. Leaves: places, named as OpenLineage does:
``postgres://host:port`` and ``database.schema.table``, without user and password. Sends nothing over a connection but
a question to SQLite for its file where nobody listens.
Source: https://openlineage.io/docs/spec/naming.
"""

import functools
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from driftline import later
from driftline.capture.ground import imported
from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import attached, schemas, sqlite_asked
from driftline.capture.sending import client
from driftline.event.lineage import Dataset

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = later.module("sqlite3")  # not every frame comes from a database

_SCHEMES = {"postgresql": "postgres", "mariadb": "mysql", "cockroachdb": "postgres"}
_PORTS = {"postgres": 5432, "mysql": 3306, "mssql": 1433, "oracle": 1521, "redshift": 5439, "trino": 8080}
_SCHEMAS = {"postgres": "public", "redshift": "public", "mssql": "dbo"}
_FOLDED = frozenset(("sqlite", "redshift", "mysql"))  # names are the same in capitals
_PLACE = "_driftline_place"  # attribute of a connection to SQLite: what its name is relative to (None = nothing), place
TELLS = "_driftline_tells"  # of a connection to SQLite, or a class of psycopg2's, whose commits and rollbacks are heard

_servers: Beside["Place"] = Beside()  # where connections of psycopg lead to; how users' classes compare is not asked


class Place(NamedTuple):
    """A database."""

    namespace: str  # of its tables, as OpenLineage names it
    scheme: str  # sqlite, postgres, mysql …: also the dialect
    database: str = ""
    schema: str = ""  # in which a table without one lies
    databases: "attached.Attached | schemas.Searched | None" = (
        None  # what names mean on a connection, where that is not plain
    )

    def table(self, name: str, schema: str | None = None) -> Dataset:
        """Return the table ``name``, which may bring its own schema and database."""
        parts = [*(schema.split(".") if schema else ()), *name.split(".")]
        namespace, plain = attached.table(self, ".".join(parts))
        if self.scheme == "sqlite":
            return Dataset(namespace, plain.lower())
        if namespace != self.namespace:
            return Dataset(namespace, plain)
        parts = plain.split(".")
        lead = [part for part in (self.database, self.schema) if part]
        parts = [*lead[: max(0, len(lead) + 1 - len(parts))], *parts]
        full = ".".join(parts)
        return Dataset(self.namespace, full.lower() if self.scheme in _FOLDED else full)


def place_of(connection: Any) -> Place | None:
    """Return the database that a connection, an engine or an address leads to; None for those that are not known."""
    if connection is None:
        return None
    if isinstance(connection, sqlite3.Connection):
        return opened(connection)
    alchemy = sys.modules.get("sqlalchemy")
    if isinstance(connection, str):
        if "://" not in connection:
            return None
        if alchemy is None or imported.waits(alchemy):
            return _of_address(connection)
        return _of_url(alchemy.engine.make_url(connection))
    bind = connection.get_bind() if hasattr(type(connection), "get_bind") else connection
    engine = getattr(bind, "engine", None)
    url = getattr(engine, "url", None)
    if url is not None:
        return _of_url(url, getattr(engine, "pool", None))
    kind: Any = type(connection)
    if not _of_library(kind, "psycopg", "psycopg2") and not _is_psycopg(connection):
        return None
    known = _servers.get(connection)
    if known is None and (info := getattr(connection, "info", None)) is not None:
        known = _server("postgres", info.host, info.port, info.dbname)
        _servers.put(connection, known)
    return known


def of_uri(uri: str) -> Place | None:
    """Return the database that an address leads to as ConnectorX reads it: behind ``sqlite://`` stands the path."""
    scheme, _, rest = uri.partition("://")
    if scheme != "sqlite":
        return _of_address(uri)
    path = unquote(rest.partition("?")[0])
    return _sqlite(path) if os.path.isfile(path) else None


def _of_url(url: Any, pool: Any = None) -> Place | None:
    backend = url.get_backend_name()
    scheme = _SCHEMES.get(backend, backend)
    if scheme == "sqlite":
        return _sqlite(url.database or "", pool)
    if scheme == "duckdb":
        return None  # its own hooks know better
    if scheme == "snowflake":
        database, _, schema = (url.database or "").partition("/")
        return Place(f"snowflake://{url.host}", scheme, database, schema)
    if scheme == "bigquery":
        return Place("bigquery", scheme, url.host or "", url.database or "")
    return _searching(_server(scheme, url.host, url.port, url.database), url.query.get("options"))


def _of_address(address: str) -> Place | None:
    """The database of an address that is given to a library without SQLAlchemy; None for those without a server."""
    parts = urlsplit(address)
    scheme = parts.scheme.partition("+")[0]
    scheme = _SCHEMES.get(scheme, scheme)
    if scheme not in _PORTS or not parts.hostname:
        return None
    found = _server(scheme, parts.hostname, parts.port, unquote(parts.path.removeprefix("/")))
    return _searching(found, *parse_qs(parts.query).get("options", ())[-1:])


def _searching(place: Place, options: Any = None) -> Place:
    """The place of an address whose options may say in which schemas a name is looked for: in the first of them."""
    path = schemas.path_of(options) if isinstance(options, str) else ()
    return place._replace(schema=path[0]) if path[:1] not in ((), ("$user",)) else place


def _server(scheme: str, host: Any, port: Any, database: Any) -> Place:
    where = str(host or "localhost").rpartition("/")[2] if str(host or "").startswith("/") else str(host or "localhost")
    number = port or _PORTS.get(scheme)
    namespace = f"{scheme}://{where}" + (f":{number}" if number else "")
    catalog, _, schema = str(database or "").partition("/")  # of trino, both stand in the address
    return Place(namespace, scheme, catalog, schema or _SCHEMAS.get(scheme, ""))


def _sqlite(path: str, pool: Any = None) -> Place:
    if not path or path == ":memory:" or client.current() is None:
        return Place(attached.of_pool(pool), "sqlite")
    return Place(attached.namespace(path), "sqlite")


def tells(connection: Any) -> bool:
    """Whether the hooks of its own library hear of the commits and rollbacks of a connection."""
    if isinstance(connection, sqlite3.Connection):
        return TELLS in getattr(connection, "__dict__", {})
    return _is_psycopg(connection)


def _is_psycopg(connection: Any) -> bool:
    """Whether it is a connection of psycopg, or one of psycopg2 that tells."""
    kind: Any = type(connection)
    return _of_library(kind, "psycopg") or getattr(kind, TELLS, False) is True


@functools.lru_cache(100)
def _of_library(kind: Any, *names: str) -> bool:
    """Whether it is a class of a library, or one of the user's that is made of one."""
    return any(one.__module__.partition(".")[0] in names for one in kind.__mro__)


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


def opened(connection: Any) -> Place:
    """The database that a connection to SQLite has opened; it stays there, whatever its path leads to later."""
    held, owner = getattr(connection, "__dict__", {}), client.current()
    folder = "" if owner is None else owner.folder
    known: tuple[str | None, Place] | None = held.get(_PLACE)
    if known is not None and known[0] == folder:
        return known[1]
    file = sqlite_asked.file_of(connection) if known is None or known[0] is not None else ""
    if not file:
        memory = held.get(attached.MEMORY)
        space = memory.namespace if memory is not None else attached.session(connection)
        if known is None or known[1].namespace != space:
            known = held[_PLACE] = None, Place(space, "sqlite")
        return known[1]
    found = _sqlite(file)
    if os.path.exists(file):
        held[_PLACE] = folder, found
    return found
