"""``driftline sql-lineage``: which columns reach which, from SQL alone."""

import contextlib
import sys
from collections.abc import Iterator

import click

from driftline.capture.sql import dbt
from driftline.capture.sql import dialect as dialects
from driftline.capture.sql.limit import Limit
from driftline.capture.sql.report import ColumnSource, Report, report
from driftline.cli import show, sql_texts
from driftline.errors import BadInput

_DEPTH = 6_000  # of Python's calls: expressions nest deeply in generated SQL
_SOURCES = 6  # in one cell; the rest is counted


@click.command("sql-lineage")
@click.argument("path", metavar="FILE|FOLDER|MANIFEST")
@click.option("--dialect", "-d", default="", help="Dialect of the SQL: postgres, snowflake, bigquery, spark, tsql ….  "
              "[default: none in particular; a manifest names its own]")  # fmt: skip
@click.option("--schema", "-s", "schema", metavar="S.json", help='Columns of tables: {"table": {"column": "type"}}.')
@click.option("--database", metavar="FILE", help="A DuckDB file that knows the tables: columns and a second opinion.")
@click.option("--keep-temporary", is_flag=True, help="Name temporary tables as sources; do not look through them.")
@click.option("--seconds", default=10.0, show_default=True, help="Time limit for each statement.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per statement.")
@click.pass_context
def sql_lineage(
    ctx: click.Context,
    path: str,
    dialect: str,
    schema: str | None,
    database: str | None,
    keep_temporary: bool,
    seconds: float,
    as_json: bool,
) -> None:
    """Print which columns reach which in a .sql FILE, a FOLDER of them, or a dbt MANIFEST; - is standard input.

    A statement that cannot be parsed is told with the tables that it names; the others go on, and the command
    then exits with 65.
    """
    manifest = sql_texts.manifest(path)
    known = sql_texts.schema(schema)
    named = dialect or (dbt.dialect_of(manifest) if manifest is not None else "") or ("duckdb" if database else "")
    with sql_texts.database(database, known) as opinion:
        how = sql_texts.Reading(
            dialects.of(named), known, Limit(seconds, alarm=True), through=not keep_temporary, opinion=opinion
        )
        statements, problems = _tell(sql_texts.texts(path, manifest, how), as_json=as_json)
    if not as_json:
        _summarise(statements, problems)
    if problems:
        ctx.exit(BadInput.exit_code)


def _tell(texts: list[sql_texts.Text], *, as_json: bool) -> tuple[int, int]:
    """Print the records of all texts; returns how many there are, and how many of them have a problem."""
    statements = problems = 0
    with _deep(), _progress(len(texts)) as step:
        for text in texts:
            for number, statement in enumerate(text.statements(), 1):
                found = report(statement, number, text.name)
                statements += 1
                problems += found.problem is not None
                if as_json:
                    show.as_json(found)
                else:
                    _show(found)
            step()
    return statements, problems


@contextlib.contextmanager
def _deep() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Step:
    def __call__(self) -> None:
        """Show no progress."""


@contextlib.contextmanager
def _progress(total: int) -> Iterator[_Step]:
    """Show a bar on a terminal if there is more than one text; the records go to standard output meanwhile."""
    if total < 2 or not sys.stderr.isatty():
        yield _Step()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading SQL"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)

        class Advance(_Step):
            def __call__(self) -> None:
                progress.advance(task)

        yield Advance()


def _show(found: Report) -> None:
    where = f"{found.file}:{found.line}" if found.file else f"line {found.line}"
    target = f" → {found.target}" if found.target else ""
    show.heading(f"{found.statement}. {found.kind or 'statement'}{target}  ({where})")
    if found.problem:
        show.say(f"  {found.problem}; only tables are known", "yellow")
        if found.reads:
            show.say(f"  reads {', '.join(found.reads)}")
        return
    rows = [(f"  {column.name}", _sources(column.sources)) for column in found.columns]
    if found.dataset:
        rows.append(("  every row", _sources(found.dataset)))
    show.table(("  column", "from"), rows)
    for one in found.unknown:
        candidates = f": {', '.join(one.candidates)}" if one.candidates else ""
        show.say(f"  ? {one.name}: {one.why}{candidates}", "dim")


def _sources(sources: tuple[ColumnSource, ...]) -> str:
    lines = []
    for source in sources[:_SOURCES]:
        sure = "" if source.confidence == 1 else f" {show.percent(source.confidence)}"
        lines.append(f"{source.table}.{source.column} ({source.subtype.lower()}{sure})")
    if len(sources) > _SOURCES:
        lines.append(f"and {len(sources) - _SOURCES:,} more; --json lists all")
    return "\n".join(lines) if lines else "–"


def _summarise(statements: int, problems: int) -> None:
    show.say()
    if not statements:
        show.say("No statements were found.")
    elif problems:
        show.say(f"{show.count(statements, 'statement')}; {problems:,} could not be parsed or followed.", "bold")
    else:
        show.say(f"{show.count(statements, 'statement')}.", "bold")
