"""What SQLite tells of a connection of the user's: its databases and their files, and the columns of a table.

Enters: a connection, and names of tables, which may begin with that of their database (``main.t``). Leaves: answers,
which are asked for over it only where nobody hears it. Text is asked for as bytes: how the connection makes text of
them is the user's code. Of a table whose database is named no other database is locked, or waited for.
"""

import gc
from types import ModuleType
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.event.lineage import Field

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = later.module("sqlite3")  # not every frame comes from a database

_ENCODINGS = {b"a": "utf-8", b"a\0": "utf-16-le", b"\0a": "utf-16-be"}  # of a database, by how it keeps an a
_COLUMNS = """
    SELECT CAST('a' AS BLOB), CAST(name AS BLOB), CAST(type AS BLOB)
    FROM pragma_table_xinfo(:name, :base) WHERE hidden <> 1
"""
_FILLED = "SELECT CAST('a' AS BLOB), CAST(name AS BLOB) FROM pragma_table_info(:name, :base)"  # without generated ones
_KEYS = """
    SELECT CAST('a' AS BLOB), CAST(name AS BLOB) FROM pragma_table_info(:name, :base) WHERE pk
    UNION SELECT CAST('a' AS BLOB), CAST(part.name AS BLOB)
    FROM pragma_index_list(:name, :base) AS held, pragma_index_info(held.name, :base) AS part
    WHERE held."unique" AND part.name NOT NULL
"""
_SOME = "SELECT CAST('a' AS BLOB), CAST(count(*) AS BLOB) FROM (SELECT 1 FROM ? LIMIT 1)"
_FILE_OF_MAIN = "SELECT CAST('a' AS BLOB), CAST(file AS BLOB) FROM pragma_database_list WHERE name = 'main'"
_DATABASES = "SELECT CAST('a' AS BLOB), CAST(name AS BLOB), CAST(file AS BLOB) FROM pragma_database_list ORDER BY seq"
_TEMPORARY = "SELECT CAST('a' AS BLOB), CAST(name AS BLOB) FROM sqlite_temp_master WHERE type IN ('table', 'view')"
_TABLES = """
    SELECT CAST('a' AS BLOB), CAST(name AS BLOB) FROM main.sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""
_THERE = "CREATE TABLE IF NOT EXISTS ? AS SELECT 1 UNION SELECT 1, 2"  # what stands behind AS cannot be
FILE = "_driftline_file"  # attribute of a connection to SQLite: its file, "" = in memory


def _listened(connection: Any) -> bool:
    """Whether somebody listens to the statements of a connection to SQLite, and would hear ours.

    It does not tell, but refers to what it calls and to the module of that: for a trace, an authorizer or a progress
    handler, as long as it is set.
    """
    return any(type(one) is ModuleType for one in gc.get_referents(connection))


def file_of(connection: Any) -> str:
    """Return the file of a connection; "" = it is in memory, or cannot be asked."""
    held = getattr(connection, "__dict__", {})
    if FILE in held:
        return str(held[FILE])
    return next((file for (file,) in _asked(connection, _FILE_OF_MAIN)), "")


def databases(connection: Any) -> list[tuple[str, str]]:
    """Return the databases of a connection by name, with their files; none where they cannot be told."""
    return [(name, file) for name, file in _asked(connection, _DATABASES)]


def temporary(connection: Any) -> frozenset[str]:
    """Return the temporary tables and views of a connection, in small letters."""
    return frozenset(name.lower() for (name,) in _asked(connection, _TEMPORARY))


def tables(connection: Any) -> list[str]:
    """Return the tables of the first database of a connection."""
    return [name for (name,) in _asked(connection, _TABLES)]


def has(connection: Any, database: str, table: str) -> bool:
    """Whether a database has a table or a view, as far as that can be told. Nothing is locked for it, or waited for.

    A statement is compiled, and never executed: executed, it would be the one that is kept compiled, from before. It
    is without a fault only where the table is there. To compile one that reads what is not there would wait for each
    database that another process has locked.
    """
    if not isinstance(connection, sqlite3.Connection) or _listened(connection):
        return False
    try:
        sqlite3.Connection.__call__(connection, _THERE.replace("?", f"{_quoted(database)}.{_quoted(table)}"))
    except sqlite3.Error:
        return False
    return True


def columns(connection: Any, name: str) -> tuple[Field, ...] | None:
    """Return the columns of a table; None where they cannot be told."""
    rows = _asked(connection, _COLUMNS, **_about(connection, name))
    return tuple(Field(column, kind) for column, kind in rows) or None


def filled(connection: Any, name: str) -> tuple[str, ...]:
    """Return the columns of a table that an INSERT without a list fills; none where they cannot be told."""
    if not isinstance(connection, sqlite3.Connection):
        return ()
    return tuple(column for (column,) in _asked(connection, _FILLED, **_about(connection, name)))


def keys(connection: Any, name: str) -> frozenset[str]:
    """Return the columns of which a table takes no two rows that have the same; none where they cannot be told."""
    if not isinstance(connection, sqlite3.Connection):
        return frozenset()
    return frozenset(column.lower() for (column,) in _asked(connection, _KEYS, **_about(connection, name)))


def empty(connection: Any, name: str) -> bool:
    """Whether a table is there and has no rows, where that can be told."""
    if not isinstance(connection, sqlite3.Connection):
        return False
    table, database = _meant(connection, name)
    quoted = f"{_quoted(database)}.{_quoted(table)}" if database else _quoted(table)
    return _asked(connection, _SOME.replace("?", quoted)) == [["0"]]


def _about(connection: Any, name: str) -> dict[str, str | None]:
    """What a question about a table is given: by names, as numbers take no row of values any more in Python 3.14."""
    return dict(zip(("name", "base"), _meant(connection, name), strict=True))


def _meant(connection: Any, name: str) -> tuple[str, str | None]:
    """The table that a name means, and its database; a dot may be a part of either."""
    dots = (place for place, sign in enumerate(name) if sign == ".")
    splits = ((name[place + 1 :], name[:place]) for place in dots)
    return next((one for one in splits if has(connection, one[1], one[0])), (name, None))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _asked(connection: sqlite3.Connection, question: str, **about: str | None) -> list[list[str]]:
    """Rows of text, asked of a connection where nobody hears it; nothing where that cannot be told.

    Text is asked for as bytes, as the connection's own ``text_factory`` is the user's code.
    """
    if _listened(connection):
        return []
    try:
        rows = sqlite3.Cursor(connection).execute(question, about).fetchall()
    except sqlite3.Error:  # a virtual table whose data are gone, a connection of another thread
        return []
    return [[str(one, _ENCODINGS[row[0]], "replace") for one in row[1:]] for row in rows]
