"""Migrations: numbered SQL files, applied once each, in order, inside one transaction.

Enters: a raw connection of either engine, in autocommit. Leaves: a store at the newest schema, or an error and
an untouched store. Several servers that start at once migrate once. A schema newer than this version knows is
refused, because old code would misread it, unless its file begins with ``-- compatible: N`` and this version
knows schema N. ``-- only: postgresql`` (or ``sqlite``) above a statement leaves it out elsewhere. In
PostgreSQL every text is compared by its bytes, as SQLite does, whatever the language of the database.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from driftline import clock
from driftline.errors import StoreTooNew, StoreUnusable
from driftline.store import adopt, sql
from driftline.store.adopt import Raw

FOLDER = Path(__file__).with_name("migrations")
AFTER = {2: adopt.old_log, 8: adopt.slices}  # what a migration does that SQL cannot say
_FILE = re.compile(r"^(\d{4})_([a-z_]+)\.sql$")
_ONLY = re.compile(r"^-- only: (sqlite|postgresql)$", re.MULTILINE)
_MARK = re.compile(r"^<(sqlite|postgresql)>\s*")
_COMMENT = re.compile(r"--[^\n]*")
_COMPATIBLE = re.compile(r"\A-- compatible: (\d+)\n")
_TEXT = re.compile(r"(?<!as )\btext\b")  # the type, where a column is defined
_TABLE = """create table if not exists schema_version
(version bigint primary key, name text not null, applied_us bigint not null, compatible_from bigint)"""
_COLUMN = "alter table schema_version add column compatible_from bigint"
_APPLIED = (
    "insert into schema_version (version, name, applied_us, compatible_from) values (:version, :name, :now, :least)"
)
_TABLES = {
    "sqlite": "select name from sqlite_master where type = 'table'",
    "postgresql": "select cast(relname as text) from pg_class where relkind in ('r', 'p') "
    "and relnamespace = cast(quote_ident(current_schema()) as regnamespace)",
}
_COLUMNS = {
    "sqlite": "select name from pragma_table_info('schema_version')",
    "postgresql": "select cast(attname as text) from pg_attribute where attrelid = cast('schema_version' as regclass)",
}
_FOREIGN = {
    "sqlite": "the file is a database, but not one of Driftline",
    "postgresql": "the schema holds tables, but not those of Driftline; give it a database or a schema of its own",
}


def available() -> list[tuple[int, str, Path]]:
    """Return (number, name, file) of every migration, in order, without gaps."""
    hits = [(hit, file) for file in FOLDER.iterdir() if (hit := _FILE.match(file.name))]
    found = sorted((int(hit.group(1)), hit.group(2), file) for hit, file in hits)
    assert [number for number, _, _ in found] == list(range(1, len(found) + 1))
    return found


def newest() -> int:
    """Return the schema that this version knows."""
    return available()[-1][0]


def statements(file: Path, dialect: str) -> Iterator[str]:
    """Yield the statements of one migration, spelt for ``dialect``."""
    source = _COMMENT.sub("", _ONLY.sub(r"<\1>", file.read_text("utf-8")))
    for part in source.split(";"):
        text, mark = part.strip(), _MARK.match(part.strip())
        if mark:
            text = text[mark.end() :] if mark.group(1) == dialect else ""
        if text:
            text = sql.expand(text, dialect)
            yield _TEXT.sub('text collate "C"', text) if dialect == "postgresql" else text


def compatible_from(file: Path, number: int) -> int:
    """Return the oldest schema whose code may go on working after migration ``number``: by default its own."""
    said = _COMPATIBLE.match(file.read_text("utf-8"))
    return int(said.group(1)) if said else number


def version(raw: Raw, dialect: str = "sqlite") -> int:
    """Return the schema version of the store; 0 = empty. It may be newer than the newest one known here.

    Raises:
        StoreTooNew: a newer Driftline wrote it, and this one cannot work on it.
        StoreUnusable: it is a database of something else.
    """
    tables = {name for (name,) in raw.execute(_TABLES[dialect]).fetchall()}
    if "schema_version" not in tables:
        if tables:
            raise StoreUnusable(_FOREIGN[dialect])
        return 0
    least = "compatible_from" if _has_column(raw, dialect) else "version"
    held = raw.execute(f"select version, {least} from schema_version").fetchall()  # noqa: S608 - one of two words
    known = newest()
    found: int = max((number for number, _ in held), default=0)
    if max((since or number for number, since in held if number > known), default=0) > known:
        raise StoreTooNew(f"its schema is {found}, this version knows {known}")
    return found


def migrate(raw: Raw, dialect: str = "sqlite") -> int:
    """Bring the store to the newest schema; return its version."""
    if (done := version(raw, dialect)) >= newest():
        return done
    applied = sql.psycopg(_APPLIED) if dialect == "postgresql" else _APPLIED
    try:
        raw.execute(sql.BEGIN[dialect])
        done = version(raw, dialect)  # again, inside the lock: another process may have been first
        raw.execute(_TABLE)
        if not _has_column(raw, dialect):
            raw.execute(_COLUMN)
        for number, name, file in available():
            if number <= done:
                continue
            for text in statements(file, dialect):
                raw.execute(text)
            if number in AFTER:
                AFTER[number](raw, dialect)
            least = compatible_from(file, number)
            raw.execute(applied, {"version": number, "name": name, "now": clock.now_us(), "least": least})
        raw.execute("commit")
    except BaseException:
        with contextlib.suppress(Exception):  # there may be nothing to undo, or nobody to tell
            raw.execute("rollback")
        raise
    return version(raw, dialect)


def _has_column(raw: Raw, dialect: str) -> bool:
    return ("compatible_from",) in raw.execute(_COLUMNS[dialect]).fetchall()
