"""What SQLite tells of a connection of the user's: its file, and the columns of a table.

Enters: a connection. Leaves: answers to four questions, which are asked over it only where nobody hears it. Text is
asked for as bytes: how the connection makes text of them is the user's code.
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
_COLUMNS = "SELECT CAST('a' AS BLOB), CAST(name AS BLOB), CAST(type AS BLOB) FROM pragma_table_info(?)"
_KEYS = """
    SELECT CAST('a' AS BLOB), CAST(name AS BLOB) FROM pragma_table_info(?1) WHERE pk
    UNION SELECT CAST('a' AS BLOB), CAST(part.name AS BLOB)
    FROM pragma_index_list(?1) AS held, pragma_index_info(held.name) AS part WHERE held."unique" AND part.name NOT NULL
"""
_SOME = "SELECT CAST('a' AS BLOB), CAST(count(*) AS BLOB) FROM (SELECT 1 FROM ? LIMIT 1)"
_FILE_OF_MAIN = "SELECT CAST('a' AS BLOB), CAST(file AS BLOB) FROM pragma_database_list WHERE name = 'main'"
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


def columns(connection: Any, name: str) -> tuple[Field, ...] | None:
    """Return the columns of a table; None where they cannot be told."""
    rows = _asked(connection, _COLUMNS, (name.rpartition(".")[2],))
    return tuple(Field(column, kind) for column, kind in rows) or None


def keys(connection: Any, name: str) -> frozenset[str]:
    """Return the columns of which a table takes no two rows that have the same; none where they cannot be told."""
    if not isinstance(connection, sqlite3.Connection):
        return frozenset()
    return frozenset(column.lower() for (column,) in _asked(connection, _KEYS, (name.rpartition(".")[2],)))


def empty(connection: Any, name: str) -> bool:
    """Whether a table is there and has no rows, where that can be told."""
    if not isinstance(connection, sqlite3.Connection):
        return False
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
    return _asked(connection, _SOME.replace("?", quoted)) == [["0"]]


def _asked(connection: sqlite3.Connection, question: str, about: tuple[str, ...] = ()) -> list[list[str]]:
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
