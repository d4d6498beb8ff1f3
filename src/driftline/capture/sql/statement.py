"""What a statement reads and writes, worked out once per form of statement and then looked up.

Enters: SQL as DuckDB takes it. Leaves: per statement its sources, its target and its column lineage. Texts and
compared numbers are taken out first, so that a daily statement that differs in a date or a path is one
template: the second time it costs a few microseconds. Where schemas were needed, an answer holds for the same
schemas only. What cannot be parsed gives the files that it names and no columns, and says so. Nothing is
executed and no file is opened here.
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

import sqlglot
from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.columns import ColumnsOf, Walker
from driftline.capture.sql.relation import Edges, Item, Output, Relation, Source, Star

TEMPLATES = 1_000  # forms of statements that are remembered
VARIANTS = 8  # schemas per form
LENGTH = 100_000  # characters of a statement that is still parsed

_TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*') | (?P<skip>"(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$\$.*?\$\$)
      | (?P<lead>[=<>]\s*|\b(?:LIMIT|BETWEEN|AND)\s+)(?P<number>\d+(?:\.\d+)?)\b""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_MARK = re.compile("\u00a7(\\d+)\u00a7")
_LIST = re.compile("'\u00a7\\d+\u00a7'(?:\\s*,\\s*'\u00a7\\d+\u00a7')*")
_UNNAMED = re.compile(r"\bunnamed_relation_[0-9a-f]+")
_ESCAPED = re.compile(r"\b[eE]'")
_DATA = frozenset(
    ["select", "with", "from", "copy", "create", "insert", "update", "merge", "delete", "values", "pivot", "unpivot"]
)
_FIRST = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*([a-z]+)", re.IGNORECASE | re.DOTALL)
_READERS = frozenset(
    ["read_parquet", "parquet_scan", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_ndjson",
     "read_ndjson_auto", "read_json_objects", "read_text", "read_blob"]
)  # fmt: skip
_FILE = re.compile(
    r"[/\\]|\.(?:parquet|pq|csv|tsv|json|jsonl|ndjson|arrow|feather|txt)(?:\.\w+)?$|^\u00a7\d+\u00a7$",
    re.IGNORECASE,
)
_NAMED_FILES = re.compile(r"\b(FROM|JOIN|TO|\w+\s*\(\s*\[?)\s*'([^']+)'", re.IGNORECASE)


class Lineage(NamedTuple):
    """Outputs of a statement in order, and what shapes its rows."""

    items: tuple[Item, ...]
    rows: Edges
    into: tuple[str, ...] | None = None  # columns of the target that the outputs go to; None = by their own names


class Statement(NamedTuple):
    """One statement."""

    reads: tuple[Source, ...]
    writes: Source | None = None
    lineage: Lineage | None = None
    how: Literal["query", "create", "append", "change"] = "query"
    gaps: tuple[str, ...] = ()


class Analysis(NamedTuple):
    """The statements of a text, with the texts that its template stands for."""

    statements: tuple[Statement, ...]
    template: str
    literals: tuple[str, ...]

    @property
    def form(self) -> str:
        """The template as code: a list of texts counts as one, however long it is today."""
        return _LIST.sub("'\u00a7'", self.template)

    def spelled(self, name: str) -> str:
        """Return ``name`` with the statement's own texts in it."""
        return _MARK.sub(lambda mark: self.literals[int(mark.group(1))], name) if self.literals else name


class _Variant(NamedTuple):
    schemas: dict[Source, tuple[str, ...] | None]  # what was asked for, and the answer
    statements: tuple[Statement, ...]


_known: OrderedDict[str, list[_Variant]] = OrderedDict()


def normalise(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return the form of a statement, and the texts that were taken out of it."""
    if _ESCAPED.search(sql) or "\u00a7" in sql:
        return sql, ()
    literals: list[str] = []

    def take(found: re.Match[str]) -> str:
        if found.group("text") is not None:
            literals.append(found.group("text")[1:-1].replace("''", "'"))
            return f"'\u00a7{len(literals) - 1}\u00a7'"
        if found.group("number") is not None:
            return f"{found.group('lead')}7"
        return found.group()

    return _TOKEN.sub(take, _UNNAMED.sub("unnamed_relation", sql)), tuple(literals)


def analyse(sql: str, columns_of: Callable[[Source, Callable[[str], str]], tuple[str, ...] | None]) -> Analysis | None:
    """Return what ``sql`` reads and writes; None where it touches no data at all.

    Args:
        sql: one or more statements.
        columns_of: the columns of a source if they are known, given also how its names are spelled.
    """
    first = _FIRST.match(sql)
    if first is None or (first.group(1).lower() not in _DATA and ";" not in sql):
        return None
    template, literals = normalise(sql)
    analysis = Analysis((), template, literals)

    def ask(source: Source) -> tuple[str, ...] | None:
        return columns_of(source, analysis.spelled)

    variants = _known.get(template)
    for variant in variants or ():
        if all(ask(source) == columns for source, columns in variant.schemas.items()):
            return analysis._replace(statements=variant.statements)
    asked: dict[Source, tuple[str, ...] | None] = {}

    def remember(source: Source) -> tuple[str, ...] | None:
        if source not in asked:
            asked[source] = ask(source)
        return asked[source]

    statements = _statements(template, remember)
    if variants is None:
        variants = _known[template] = []
        while len(_known) > TEMPLATES:
            _known.popitem(last=False)
    variants[:] = [_Variant(asked, statements), *variants[: VARIANTS - 1]]
    return analysis._replace(statements=statements)


def _statements(template: str, columns_of: ColumnsOf) -> tuple[Statement, ...]:
    try:
        if len(template) > LENGTH:
            raise ValueError(f"longer than {LENGTH} characters")
        trees = _parse(template)
        if any(isinstance(tree, exp.Command) and tree.name.lower() in _DATA for tree in trees):
            return (_unparsed(template),)
    except (sqlglot.errors.SqlglotError, ValueError, RecursionError):
        return (_unparsed(template),)
    found = []
    for tree in trees:
        try:
            found.append(_statement(tree, columns_of))
        except Exception:  # a form of statement that nobody thought of: its tables without columns, and a gap
            found.append(_tables_only(tree))
    return tuple(statement for statement in found if statement is not None)


class _Quiet(logging.Filter):
    """Keeps the parser's remarks on unusual syntax from the user."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep back what ``sqlglot`` says."""
        return not record.name.startswith("sqlglot")


_quiet = _Quiet()


def _parse(template: str) -> list[Any]:
    logger = logging.getLogger("sqlglot")
    logger.addFilter(_quiet)
    try:
        return [tree for tree in sqlglot.parse(template, read="duckdb") if tree is not None]
    finally:
        logger.removeFilter(_quiet)


def _unparsed(template: str) -> Statement:
    """The files that stand where files are read or written, as far as a glance can tell."""
    reads: dict[Source, None] = {}
    writes: Source | None = None
    for word, name in _NAMED_FILES.findall(template):
        source = Source("file", (name,))
        if word.upper() == "TO":
            writes = source
        elif word.upper() in ("FROM", "JOIN") or word.split("(")[0].strip().lower() in _READERS:
            reads[source] = None
    return Statement(tuple(reads), writes, gaps=("sql not parsed",))


def _tables_only(tree: Any) -> Statement | None:
    target, query, how = _parts(tree)
    names = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = [table for table in (query or tree).find_all(exp.Table) if table.name.lower() not in names]
    reads = dict.fromkeys(source for source in map(source_of, tables) if source is not None and source != target)
    return Statement(tuple(reads), target, how=how, gaps=("sql columns",))


def _statement(tree: Any, columns_of: ColumnsOf) -> Statement | None:
    target, query, how = _parts(tree)
    walker = Walker(source_of, columns_of)
    if isinstance(tree, exp.Update):
        return _update(tree, walker)
    if isinstance(tree, exp.Merge | exp.Delete | exp.Pivot):
        return _tables_only(tree)
    if query is None:
        return None
    scope = rel.Scope(None)
    walker.with_ctes(tree, scope)
    if isinstance(query, Source):
        walker.reads[query] = None
        offered = rel.table(query, columns_of(query))
    else:
        offered = walker.query(query, scope)
    into = _into(tree, target, columns_of)
    gaps = (("sql columns",) if walker.unknown else ()) + tuple(_nameless(tree))
    return Statement(tuple(walker.reads), target, Lineage(offered.items, offered.rows, into), how, gaps)


def _parts(tree: Any) -> tuple[Source | None, Any, Literal["query", "create", "append", "change"]]:
    """The target of a statement, the query that feeds it, and what becomes of the target."""
    if isinstance(tree, exp.Copy):
        files = _texts(tree.args.get("files") or ())
        inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not tree.args.get("kind"):
            return (Source("file", files[:1]) if files else None), tree.this, "create"
        return source_of(inside), (Source("file", files) if files else None), "append"
    if isinstance(tree, exp.Create):
        if tree.kind not in ("TABLE", "VIEW"):
            return None, None, "query"
        inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        return source_of(inside), tree.expression, "create"
    if isinstance(tree, exp.Insert):
        inside = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        return source_of(inside), tree.expression, "append"
    if isinstance(tree, exp.Update | exp.Merge | exp.Delete):
        return source_of(tree.this), None, "change"
    if isinstance(tree, exp.Query | exp.Values):
        return None, tree, "query"
    return None, None, "query"


def _into(tree: Any, target: Source | None, columns_of: ColumnsOf) -> tuple[str, ...] | None:
    """The columns of the target that outputs go to by their place; None where they keep their names."""
    named = tree.this if isinstance(tree, exp.Insert | exp.Create | exp.Copy) else None
    if isinstance(named, exp.Schema) and named.expressions:
        return tuple(part.name for part in named.expressions)
    if isinstance(tree, exp.Insert) and not tree.args.get("by_name") and target is not None:
        return columns_of(target) or ()
    return None


def _update(tree: Any, walker: Walker) -> Statement:
    """UPDATE: the columns that are set, from the row itself and what is joined to it."""
    joined = [tree.args.get("from_") or tree.args.get("from")]
    query = exp.select().from_(tree.this.copy())
    for clause in filter(None, joined):
        query = query.join(clause.this.copy(), join_type="cross")
    for part in tree.expressions:
        query = query.select(exp.alias_(part.expression.copy(), part.this.name, quoted=True))
    if tree.args.get("where") is not None:
        query = query.where(tree.args["where"].this.copy())
    offered: Relation = walker.query(query)
    target = source_of(tree.this)
    reads = tuple(source for source in walker.reads if source != target)
    gaps = ("sql columns",) if walker.unknown else ()
    return Statement(reads, target, Lineage(offered.items, offered.rows), "change", gaps)


def source_of(table: Any) -> Source | None:
    """Return the source that a table expression names; None where it names none that holds data."""
    if not isinstance(table, exp.Table):
        return None
    inner = table.this
    if isinstance(inner, exp.Identifier):
        if not table.args.get("db") and inner.args.get("quoted") and _FILE.search(inner.name):
            return Source("file", (inner.name,))
        return Source("table", (".".join(part.name for part in table.parts),))
    name = inner.name if isinstance(inner, exp.Anonymous) else inner.sql_name() if isinstance(inner, exp.Func) else ""
    if name.lower() not in _READERS:
        return None
    first = inner.this if isinstance(inner.this, exp.Expression) else next(iter(inner.expressions), None)
    texts = _texts(first.expressions if isinstance(first, exp.Array) else [first])
    return Source("file", texts) if texts else None


def _nameless(tree: Any) -> Iterable[str]:
    """Say that files are read whose names only the running statement knows."""
    for table in tree.find_all(exp.Table):
        inner = table.this
        if isinstance(inner, exp.Func) and source_of(table) is None:
            name = inner.name if isinstance(inner, exp.Anonymous) else inner.sql_name()
            if name.lower() in _READERS:
                yield "sql files without a name"


def _texts(parts: Iterable[Any]) -> tuple[str, ...]:
    given = list(parts)
    texts = [part.name for part in given if isinstance(part, exp.Literal) and part.is_string]
    return tuple(texts) if len(texts) == len(given) else ()


def bind(lineage: Lineage, columns: tuple[str, ...] | None) -> tuple[dict[str, Edges], Edges]:
    """Return the edges per column of the target, and those of its rows.

    Args:
        lineage: of the statement.
        columns: of the target, if they are known; without them, outputs that have no name are left out.
    """
    items = lineage.items
    whole = all(isinstance(item, Output) for item in items)
    if lineage.into is not None:
        columns = lineage.into
        if not whole or len(items) != len(columns):
            return {}, lineage.rows
    found: dict[str, Edges] = {}
    placed = columns if whole and columns is not None and len(columns) == len(items) else None
    for place, item in enumerate(items):
        if isinstance(item, Output):
            name = placed[place] if placed is not None else item.name
            if name and item.edges:
                found[name] = found.get(name, rel.NONE) | item.edges
    stars = [item for item in items if isinstance(item, Star)]
    if len(stars) == 1 and columns is not None and sum(not isinstance(item, Output) for item in items) == 1:
        named = {item.name.lower() for item in items if isinstance(item, Output)}
        for column in columns:
            if column.lower() not in named and column.lower() not in stars[0].excepted:
                found[column] = frozenset((rel.Edge(stars[0].source, column, rel.IDENTITY),))
    return found, lineage.rows
