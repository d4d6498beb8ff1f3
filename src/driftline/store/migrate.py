"""Migrations: numbered SQL files, applied once each, in order, inside one transaction.

Enters: a raw SQLite connection. Leaves: a store at the newest schema, or an error and an untouched store. A
schema newer than this version knows is refused, because old code would misread it.
"""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from driftline import clock
from driftline.errors import StoreTooNew, StoreUnusable
from driftline.store import sql

FOLDER = Path(__file__).with_name("migrations")
_FILE = re.compile(r"^(\d{4})_([a-z_]+)\.sql$")
_COMMENT = re.compile(r"--[^\n]*")
_TABLE = """create table if not exists schema_version
(version bigint primary key, name text not null, applied_us bigint not null)"""


def available() -> list[tuple[int, str, Path]]:
    """Return (number, name, file) of every migration, in order, without gaps."""
    hits = [(hit, file) for file in FOLDER.iterdir() if (hit := _FILE.match(file.name))]
    found = sorted((int(hit.group(1)), hit.group(2), file) for hit, file in hits)
    assert [number for number, _, _ in found] == list(range(1, len(found) + 1))
    return found


def statements(file: Path, dialect: str) -> Iterator[str]:
    """Yield the statements of one migration, spelt for ``dialect``."""
    for text in _COMMENT.sub("", file.read_text("utf-8")).split(";"):
        if text.strip():
            yield sql.expand(text.strip(), dialect)


def version(raw: sqlite3.Connection) -> int:
    """Return the schema version of the store; 0 = empty.

    Raises:
        StoreTooNew: a newer Driftline wrote it.
        StoreUnusable: it is a database of something else.
    """
    tables = {name for (name,) in raw.execute("select name from sqlite_master where type = 'table'")}
    if "schema_version" not in tables:
        if tables:
            raise StoreUnusable("the file is a database, but not one of Driftline")
        return 0
    found: int = raw.execute("select coalesce(max(version), 0) from schema_version").fetchone()[0]
    newest = available()[-1][0]
    if found > newest:
        raise StoreTooNew(f"its schema is {found}, this version knows {newest}")
    return found


def migrate(raw: sqlite3.Connection) -> int:
    """Bring the store to the newest schema; return its version."""
    if version(raw) == available()[-1][0]:
        return available()[-1][0]
    raw.execute("begin immediate")
    try:
        done = version(raw)  # again, inside the lock: another process may have been first
        raw.execute(_TABLE)
        for number, name, file in available():
            if number <= done:
                continue
            for text in statements(file, "sqlite"):
                raw.execute(text)
            raw.execute("insert into schema_version values (?, ?, ?)", (number, name, clock.now_us()))
        raw.execute("commit")
    except BaseException:
        raw.execute("rollback")
        raise
    return version(raw)
