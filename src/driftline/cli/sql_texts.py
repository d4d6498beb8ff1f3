"""Where ``driftline sql-lineage`` finds SQL: standard input, a file, a folder, a dbt manifest.

Enters: a path. Leaves: its texts, each with the statements that it holds, read when they are asked for. Files of a
folder know the tables that files before them made; a temporary table ends with its file. One of them that may not be
read is told as a statement with that problem; the others go on.
"""

import codecs
import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from driftline.capture.sql import dbt, dialect, plan, statement
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.limit import Limit
from driftline.capture.sql.relation import Output, Relation, Source
from driftline.capture.sql.schema import Schema
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement
from driftline.errors import BadInput, MissingFile

STDIN = "-"
_COLUMNS = (
    "SELECT schema_name, table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
    "WHERE NOT internal GROUP BY ALL ORDER BY ALL"
)


class Reading(NamedTuple):
    """How texts are to be understood."""

    dialect: dialect.Dialect
    schema: Schema
    limit: Limit
    through: bool  # look through temporary tables
    opinion: statement.Opinion | None = None  # of a database at hand


class Text(NamedTuple):
    """One text: what it is called (None where there is only one), and its statements."""

    name: str | None
    statements: Callable[[], Iterator[Statement]]


def schema(file: str | None) -> Schema:
    """Return the schema that a JSON file holds."""
    if file is None:
        return Schema()
    given = _json(Path(file), _once)
    if dbt.is_manifest(given) and "child_map" not in given and "macros" not in given:  # a dbt catalog has nodes too
        found = Schema()
        for table in (*given["nodes"].values(), *(given.get("sources") or {}).values()):
            described = table.get("metadata") or {}
            parts = tuple(str(described[key]) for key in ("database", "schema", "name") if described.get(key))
            columns = sorted(table["columns"].values(), key=lambda column: column.get("index") or 0)
            found.add(parts, tuple(str(column["name"]) for column in columns))
        return found
    return Schema(given)


@contextlib.contextmanager
def database(file: str | None, known: Schema) -> Iterator[statement.Opinion | None]:
    """Add the tables of a DuckDB file to ``known``; gives its opinion of statements while the block lasts."""
    if file is None:
        yield None
        return
    if not Path(file).is_file():
        raise MissingFile(file)
    import duckdb

    try:
        connection = duckdb.connect(file, read_only=True)
    except duckdb.Error as error:
        raise BadInput(f"{file} cannot be opened by DuckDB: {str(error).splitlines()[0]}") from error
    try:
        rows = connection.execute(_COLUMNS).fetchall()
        for place, table, names in rows:
            known.add((str(place), str(table)), tuple(names))
        yield lambda sql: plan.opinion(connection, sql)
    finally:
        connection.close()


def manifest(path: str) -> dict[str, Any] | None:
    """Return the dbt manifest that ``path`` is; None where it is no JSON; raises BadInput if it is another JSON."""
    file = Path(path)
    if path == STDIN or file.suffix.lower() != ".json":
        return None
    given = _json(file)
    if not dbt.is_manifest(given):
        raise BadInput(
            f"{path} is no dbt manifest", hint="Name a .sql file, a folder of them, or target/manifest.json."
        )
    found: dict[str, Any] = given
    return found


def texts(path: str, given: dict[str, Any] | None, how: Reading) -> list[Text]:
    """Return the texts of ``path``; raises MissingFile and BadInput."""
    if given is not None:
        beside = Path(path).with_name("catalog.json")
        catalog = _json(beside) if beside.is_file() else None
        dbt.columns(given, catalog, how.schema)
        return [_model(model, how) for model in dbt.models(given)]
    if path == STDIN:
        return [_text(None, lambda: _decoded(sys.stdin.buffer.read()), how, {})]
    place = Path(path)
    if not place.exists():
        raise MissingFile(path)
    if not place.is_dir():
        return [_text(None, lambda: _read(place), how, {})]
    files = sorted(file for file in place.rglob("*.*") if file.suffix.lower() == ".sql" and file.is_file())
    files = [one for one in files if not any(part.startswith(".") for part in one.relative_to(place).parts)]  # hidden
    if not files:
        raise BadInput(f"there are no .sql files in {path}", hint="Name a .sql file, or a folder that holds some.")
    made: dict[Source, tuple[str, ...]] = {}
    return [_text(str(file.relative_to(place)), functools.partial(_read, file), how, made) for file in files]


def _text(name: str | None, read: Callable[[], str], how: Reading, made: dict[Source, tuple[str, ...]]) -> Text:
    def statements() -> Iterator[Statement]:
        def columns(source: Source) -> tuple[str, ...] | None:
            return how.schema.columns(source) or made.get(source)

        try:
            sql = read()
        except BadInput as error:
            if name is None:
                raise
            yield Statement((), how="none", kind="FILE", gaps=("sql not parsed",), problem=error.message)
            return
        script = Script(how.dialect, columns, how.schema.named_as, through=how.through)
        yield from statement.read(sql, script, how.limit, how.opinion)
        made.update(script.lasting())

    return Text(name, statements)


def _model(model: dbt.Model, how: Reading) -> Text:
    target = Source("table", (".".join(model.parts),))

    def statements() -> Iterator[Statement]:
        if model.problem:
            yield Statement((), target, how="create", kind="MODEL", gaps=("sql not parsed",), problem=model.problem)
            return
        script = Script(how.dialect, how.schema.columns, how.schema.named_as, through=how.through)
        every = statement.read(model.sql, script, how.limit, how.opinion)
        found = [one for one in every if one.how != "none" or one.problem]
        for one in found[:-1]:
            yield one
        for one in found[-1:]:
            if how.schema.columns(target) is None and one.lineage is not None and not model.temporary:
                relation = Relation(one.lineage.items)
                if relation.whole and relation.items:
                    names = [item.name for item in relation.items if isinstance(item, Output)]
                    how.schema.add(model.parts, tuple(names) if all(names) else ())
            lineage = Lineage(one.lineage.items, one.lineage.rows) if one.lineage is not None else None
            yield one._replace(writes=target, how="create", kind="MODEL", lineage=lineage)

    return Text(model.file, statements)


def _read(file: Path) -> str:
    try:
        return _decoded(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file} may not be read: {error.strerror}") from error


def _decoded(given: bytes) -> str:
    """A text by the mark that it begins with, else as UTF-8, else as Latin-1; its lines end as Python's do."""
    wide = given.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # what SQL Server's tools call Unicode
    for encoding in ("utf-16" if wide else "utf-8-sig", "utf-8-sig"):
        with contextlib.suppress(UnicodeDecodeError):
            return _lines(given.decode(encoding))
    return _lines(given.decode("latin-1"))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _json(file: Path, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    if file.is_dir():
        raise BadInput(f"{file} is a folder, no JSON file")
    if not file.is_file():
        raise MissingFile(str(file))
    try:
        return json.loads(_read(file), object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        raise BadInput(f"{file} is not JSON: {error.msg} at line {error.lineno}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs, of which the last would win if two had one name."""
    found = dict(pairs)
    twice = next((name for name, value in pairs if found[name] != value), None)
    if twice is not None:
        raise BadInput(f"the schema names {twice} twice, and not as the same")
    return found
