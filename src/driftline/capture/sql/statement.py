"""What a text of SQL reads and writes, worked out once per form of statement and then looked up.

Enters: SQL of any dialect. Leaves: per statement its sources, its target and its column lineage. Where a dialect
lets it, texts and compared numbers are taken out first, so that a daily statement that differs in a date or a
path is one template: the second time it costs a few microseconds. Where schemas were needed, an answer holds for
the same schemas only. What cannot be parsed gives the tables or files that it names and no columns, and says so.
Nothing is executed and no file is opened here.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from driftline.capture.sql import dialect as dialects
from driftline.capture.sql import salvage, second
from driftline.capture.sql.bound import Lineage, bind
from driftline.capture.sql.change import Reading, Statement
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.limit import Limit, TooLong
from driftline.capture.sql.parse import Piece, pieces
from driftline.capture.sql.relation import Source
from driftline.capture.sql.script import Script

_HEAD = 60  # characters of a statement that it is known by
TEMPLATES = 1_000  # forms of statements that are remembered
VARIANTS = 8  # schemas per form
LENGTH = 100_000  # characters of a text that is still parsed on the user's thread
Opinion = Callable[[str], list[frozenset[tuple[str, str]]] | None]
LIMIT = Limit(5.0)  # for one statement; then its tables without columns

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
    ["select", "with", "from", "copy", "create", "insert", "update", "merge", "delete", "values", "pivot", "unpivot",
     "alter", "replace", "call", "exec", "execute"]
)  # fmt: skip
_FIRST = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*([a-z]+)", re.IGNORECASE | re.DOTALL)
_UNPLAIN = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:create\b[^;]*\b(?:procedure|function)\b|do\b)", re.IGNORECASE)


class Analysis(NamedTuple):
    """The statements of a text, with the texts that its template stands for."""

    statements: tuple[Statement, ...]
    template: str
    literals: tuple[str, ...]
    said: second.Said | None = None  # what the database says of the only statement

    @property
    def form(self) -> str:
        """The template as code: a list of texts counts as one, however long it is today."""
        return _LIST.sub("'\u00a7'", self.template)

    @property
    def head(self) -> str:
        """How it begins, on one line and without its texts, for people to know it by."""
        words = " ".join(_MARK.sub("…", self.template).split())
        return words if len(words) <= _HEAD else f"{words[:_HEAD]}…"

    def spelled(self, name: str) -> str:
        """Return ``name`` with the statement's own texts in it."""
        return _MARK.sub(lambda mark: self.literals[int(mark.group(1))], name) if self.literals else name


class _Variant(NamedTuple):
    schemas: dict[Source, tuple[str, ...] | None]  # what was asked for, and the answer
    statements: tuple[Statement, ...]
    said: second.Said | None


_known: OrderedDict[tuple[str, str], list[_Variant]] = OrderedDict()
_forms: OrderedDict[tuple[str, str], tuple[str, tuple[str, ...]]] = OrderedDict()  # of whole texts, as they came


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


def analyse(
    sql: str,
    columns_of: Callable[[Source, Callable[[str], str]], tuple[str, ...] | None],
    dialect: str = "duckdb",
    ask_second: Callable[[Statement], second.Said | None] | None = None,
) -> Analysis | None:
    """Return what ``sql`` reads and writes; None where it touches no data at all.

    Args:
        sql: one or more statements.
        columns_of: the columns of a source if they are known, given also how its names are spelled.
        dialect: of the statements.
        ask_second: what the database says of a statement that writes; asked once per form.
    """
    first = _FIRST.match(sql)
    if first is None or (first.group(1).lower() not in _DATA and ";" not in sql):
        return None
    meant = dialects.of(dialect)
    template, literals = _form(sql, meant)
    analysis = Analysis((), template, literals)

    def ask(source: Source) -> tuple[str, ...] | None:
        return columns_of(source, analysis.spelled)

    key = (meant.name, template)
    variants = _known.get(key)
    for variant in variants or ():
        if all(ask(source) == columns for source, columns in variant.schemas.items()):
            return analysis._replace(statements=variant.statements, said=variant.said)
    asked: dict[Source, tuple[str, ...] | None] = {}

    def remember(source: Source) -> tuple[str, ...] | None:
        if source not in asked:
            asked[source] = ask(source)
        return asked[source]

    if len(template) > LENGTH:
        statements: tuple[Statement, ...] = (salvage.whole(template, f"longer than {LENGTH} characters"),)
    else:
        found = read(template, Script(meant, remember))
        statements = tuple(one for one in found if one.how != "none")
    only = statements[0] if len(statements) == 1 else None
    said = ask_second(only) if ask_second and only is not None and only.writes and only.lineage else None
    if variants is None:
        variants = _known[key] = []
        while len(_known) > TEMPLATES:
            _known.popitem(last=False)
    variants[:] = [_Variant(asked, statements, said), *variants[: VARIANTS - 1]]
    return analysis._replace(statements=statements, said=said)


def _form(sql: str, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The form of a text; of one that came before, word for word, without looking into it."""
    if not dialect.plain or _UNPLAIN.match(sql):
        return sql, ()
    key = (dialect.name, sql)
    found = _forms.get(key)
    if found is None:
        found = _forms[key] = normalise(sql)
        while len(_forms) > TEMPLATES:
            _forms.popitem(last=False)
    return found


def read(text: str, script: Script, limit: Limit = LIMIT, opinion: Opinion | None = None) -> Iterator[Statement]:
    """Yield all statements of ``text``, in order; of those that touch no data only that they are there.

    Args:
        text: one or more statements.
        script: what is known of their tables, and learns of those that they make.
        limit: for one statement.
        opinion: what a database says of the columns behind the outputs of a statement; differences lower confidence.
    """
    for piece in pieces(text, script.dialect.name, limit):
        found = _statements(piece, script, limit)
        bound = opinion(piece.text) if opinion is not None and len(found) == 1 and found[0].lineage else None
        yield from found if bound is None else [second.weighed(found[0], bound)]


def _statements(piece: Piece, script: Script, limit: Limit) -> list[Statement]:
    if piece.tree is None:
        return [salvage.from_tokens(piece, script)]
    try:
        with limit.armed():
            found = Reading(script, piece.variables, limit.deadline(), piece.rows).statements(piece.tree)
    except TooLong:
        found = [salvage.from_tree(piece, script, limit.said)]
    except RecursionError:
        found = [salvage.from_tree(piece, script, "too deeply nested")]
    except Exception as error:  # a form of statement that nobody thought of: its tables without columns, and a gap
        found = [salvage.from_tree(piece, script, f"{type(error).__name__} while its columns were looked for")]
    return [one._replace(line=piece.line) for one in found]


__all__ = ["Analysis", "Lineage", "Source", "Statement", "analyse", "bind", "normalise", "read"]
