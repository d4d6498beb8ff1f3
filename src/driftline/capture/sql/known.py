"""What a text of SQL reads and writes, worked out once per form of statement and then looked up.

Enters: SQL of any dialect. Leaves: per statement its sources, its target and its column lineage. Where a dialect
lets it, texts and compared numbers are taken out first, so that a daily statement that differs in a date or a
path is one template: the second time it costs a few microseconds. Where schemas were needed, an answer holds for
the same schemas only. What was worked out is kept for other processes, too (``remembered``), which then do without
sqlglot. Nothing is executed.
"""

import contextlib
import functools
import io
import os
import pickle
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

import msgspec

from driftline import hidden, later
from driftline.capture.ground import resting
from driftline.capture.sql import bound, outline, relation, second, stated
from driftline.capture.sql.relation import Source
from driftline.capture.sql.second import Said
from driftline.capture.sql.stated import Statement
from driftline.capture.tables import remembered

dialects = later.module("driftline.capture.sql.dialect")  # these load sqlglot
salvage = later.module("driftline.capture.sql.salvage")
sqlglot = later.module("sqlglot")
scripts = later.module("driftline.capture.sql.script")
statement = later.module("driftline.capture.sql.statement")

_HEAD = 60  # characters of a statement that it is known by
VARIANTS = 8  # schemas per form
LENGTH = outline.LENGTH  # characters of a text that is still parsed on the user's thread
LONGEST = 10 * LENGTH  # characters beside its texts, of which numbers leave a tenth; only the ends of longer ones count
_KEPT = 200_000  # bytes of what is kept for other processes

_DATA = frozenset(
    ["select", "with", "from", "copy", "create", "insert", "update", "merge", "delete", "values", "pivot", "unpivot",
     "alter", "replace", "call", "exec", "execute", "truncate", "rename", "exchange"]
)  # fmt: skip
_REMARKS = r"(?>--[^\n]*\n|/\*(?s:.*?)\*/)"  # once passed over, never gone back into: many would take for ever
_FIRST = re.compile(rf"(?:\s|\(|{_REMARKS})*+([a-z]+)", re.IGNORECASE)
_DROPS = re.compile(r"drop\s+table\b", re.IGNORECASE)
_UNPLAIN = re.compile(rf"(?:\s|{_REMARKS})*+(?:create\b[^;]*\b(?:procedure|function)\b|do\b)", re.IGNORECASE)


class Altered(NamedTuple):
    """The columns of a table that are dropped, in small letters, or added after so many statements of a text."""

    after: int
    table: Source
    dropped: frozenset[str]
    added: tuple[str, ...]


class Analysis(NamedTuple):
    """The statements of a text, with the texts that its template stands for."""

    statements: tuple[Statement, ...]
    template: str
    literals: tuple[str, ...]
    said: Said | None = None  # what the database says of the only statement
    begun: tuple[Source, ...] = ()  # tables that it made without rows, emptied or dropped before it wrote there
    perhaps: tuple[Source, ...] = ()  # tables that it made so if they were not there
    emptied: tuple[tuple[int, Source], ...] = ()  # of what it wrote nothing is left after so many statements
    altered: tuple[Altered, ...] = ()  # columns that are dropped, or added
    plain: bool = False  # the user's code spells the text out as it is

    @property
    def form(self) -> str:
        """The template as code: a list of texts counts as one, however long it is today."""
        return outline.code(self.template)

    @property
    def head(self) -> str:
        """How it begins, on one line and without its texts, for people to know it by."""
        words = " ".join(outline.MARK.sub("…", self.template[:LENGTH]).split())
        return words if len(words) <= _HEAD else f"{words[:_HEAD]}…"

    def spelled(self, name: str) -> str:
        """Return ``name`` with the statement's own texts in it."""
        if not self.literals or "\u00a7" not in name:
            return name
        return outline.MARK.sub(lambda mark: self.literals[int(mark.group(1))], name)


class _Variant(NamedTuple):
    schemas: dict[Source, tuple[str, ...] | None]  # what was asked for, and the answer
    statements: tuple[Statement, ...]
    said: Said | None
    begun: tuple[Source, ...]
    perhaps: tuple[Source, ...]
    emptied: tuple[tuple[int, Source], ...] = ()
    altered: tuple[Altered, ...] = ()
    functions: tuple[tuple[str, str], ...] | None = None  # what was asked for, and how it is defined; None = nobody was


_known: OrderedDict[tuple[str, str], list[_Variant]] = OrderedDict()


def short(sql: str) -> str:
    """Return a text, of a very long one both ends: it is not parsed, and to look through it takes 0.1 s for each MB."""
    if len(sql) <= LONGEST or sum(map(len, sql.split("'")[::2])) <= LONGEST:
        return sql
    return f"{sql[:LENGTH]} {sql[-LENGTH:]}"


def analyse(
    sql: str,
    columns_of: Callable[[Source, Callable[[str], str]], tuple[str, ...] | None],
    dialect: str = "duckdb",
    ask_second: Callable[[Statement], Said | None] | None = None,
    defined_as: Callable[[str], str] | None = None,
) -> Analysis | None:
    """Return what ``sql`` reads and writes; None where it touches no data at all.

    Args:
        sql: one or more statements.
        columns_of: the columns of a source if they are known, given also how its names are spelled.
        dialect: of the statements.
        ask_second: what the database says of a statement that writes; asked once per form.
        defined_as: the statements that have made a function, by its name in small letters; "" = it is not known.
    """
    sql = short(sql)
    meant = spoken(dialect)
    template, literals = _form(sql, meant)
    key = (meant.name, template)
    variants = _known.get(key)
    if variants is None and not _touches(sql):
        return None
    analysis = Analysis((), template, literals)

    def ask(source: Source) -> tuple[str, ...] | None:
        return columns_of(source, analysis.spelled)

    kept = (*key, ask_second is not None)
    if variants is None:
        variants = _put(key, _recalled(kept)) if len(template) <= LENGTH else []  # a thousand of them are too many
    for variant in variants:
        same = all(ask(source) == columns for source, columns in variant.schemas.items())
        if same and _calls_the_same(variant, defined_as):
            return Analysis(variant.statements, template, literals, *variant[2:-1])
    asked: dict[Source, tuple[str, ...] | None] = {}

    def remember(source: Source) -> tuple[str, ...] | None:
        if source not in asked:
            asked[source] = ask(source)
        return asked[source]

    made = _worked_out(template, dialect, remember, defined_as)._replace(schemas=asked)
    only = made.statements[0] if len(made.statements) == 1 else None
    if ask_second and only is not None and only.writes and only.lineage:
        made = made._replace(said=ask_second(only))
    if len(template) <= LENGTH:
        _keep(kept, _put(key, [made, *variants[: VARIANTS - 1]]))
    return Analysis(made.statements, template, literals, *made[2:-1])


def _worked_out(
    template: str,
    dialect: str,
    columns_of: Callable[[Source], tuple[str, ...] | None],
    defined_as: Callable[[str], str] | None,
) -> _Variant:
    """Work out what a form does, for the schemas and functions that are asked for."""
    if len(template) > LENGTH:
        return _Variant({}, (salvage.whole(template, f"longer than {LENGTH} characters"),), None, (), ())
    script = scripts.Script(_load(dialect), columns_of, apart=True)
    functions: dict[str, str] = {}
    if defined_as is not None:
        script.functions.ask = functools.partial(_functions, script.dialect, defined_as, functions)
    read = tuple(statement.read(template, script))
    first = _first(read)
    return _Variant(
        {},
        tuple(one for one in read if one.how != "none"),
        None,
        tuple(source for source, one in first.items() if one.how == "none" and one.begins),
        tuple(source for source, one in first.items() if one.how == "none" and one.perhaps),
        tuple(_emptied(read)),
        tuple(_altered(read)),
        None if defined_as is None else tuple(functions.items()),
    )


def _calls_the_same(variant: _Variant, defined_as: Callable[[str], str] | None) -> bool:
    """Whether the functions that a form calls are defined as they were."""
    if defined_as is None or variant.functions is None:
        return defined_as is None and not variant.functions
    return all(defined_as(name) == text for name, text in variant.functions)


def template(sql: str, dialect: str) -> str:
    """Return the template of a text, which is the same for statements that do the same with other values."""
    return _form(short(sql), spoken(dialect))[0]


def _functions(dialect: Any, defined_as: Callable[[str], str], asked: dict[str, str], name: str) -> Mapping[str, Any]:
    """Return the function of a name, by what a connection knows of it."""
    text = asked[name] = defined_as(name)
    script = scripts.Script(dialect, lambda _: None)
    for _ in statement.read(text, script) if text else ():
        pass
    return {name: script.functions[name]} if name in script.functions else {}


def _first(read: Iterable[Statement]) -> dict[Source, Statement]:
    """The first statement on each of the tables that are made or written."""
    first: dict[Source, Statement] = {}
    for one in read:
        if one.writes is not None and not ((one.dropped or one.added) and one.how == "none"):
            first.setdefault(one.writes, one)
    return first


def _emptied(read: Iterable[Statement]) -> Iterator[tuple[int, Source]]:
    """Yield tables of whose rows nothing is left that the text had written, with the number of statements before."""
    written: set[Source | None] = set()
    number = 0
    for one in read:
        if one.how != "none":
            number += 1
            written.add(one.writes)
        elif one.begins and one.writes is not None and one.writes in written:
            written.discard(one.writes)
            yield number, one.writes


def _altered(read: Iterable[Statement]) -> Iterator[Altered]:
    """Yield the columns that a text drops, or adds, with their table and the number of statements before."""
    number = 0
    for one in read:
        if (one.dropped or one.added) and one.writes is not None:
            yield Altered(number + (one.how != "none"), one.writes, one.dropped, one.added)
        number += one.how != "none"


def _touches(sql: str) -> bool:
    """Whether the first word of a text says that it may touch data."""
    first = _FIRST.match(sql)
    if first is None:
        return False
    return first.group(1).lower() in _DATA or ";" in sql or _DROPS.match(sql, first.start(1)) is not None


def _put(key: tuple[str, str], variants: list[_Variant]) -> list[_Variant]:
    while key not in _known and len(_known) >= outline.FORMS:
        _known.popitem(last=False)
    _known[key] = variants
    return variants


def _recalled(key: tuple[object, ...]) -> list[_Variant]:
    """Return what other processes have found out about a form."""
    body = remembered.get("sql", (*key, _grammar()))
    if body is None:
        return []
    try:
        found: list[_Variant] = _Ours(io.BytesIO(body)).load()
    except Exception:  # it is what it should not be: it is worked out anew, and replaced
        return []
    return found


def _keep(key: tuple[object, ...], variants: list[_Variant]) -> None:
    """Keep what was understood; a time that was over or a stack that was full may not be so the next time."""
    body = pickle.dumps([one for one in variants if not any(each.problem for each in one.statements)])
    if len(body) <= _KEPT:
        remembered.put("sql", (*key, _grammar()), body)


class _Ours(pickle.Unpickler):
    """Makes nothing but the records of statements, whatever the bytes ask for."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of our own classes of tuples."""
        found = next((getattr(one, name, None) for one in _RECORDS if one.__name__ == module), None)
        if isinstance(found, type) and (issubclass(found, tuple) or found is Said):
            return found
        if module == __name__ and name in ("_Variant", "Altered"):
            return _Variant if name == "_Variant" else Altered
        raise pickle.UnpicklingError(f"{module}.{name} is no record of a statement")


_RECORDS = (relation, bound, stated, second)


@functools.cache
def _load(dialect: str) -> Any:
    """Load what reads statements of a dialect, which is some hundred thousand objects; returns the dialect."""
    with resting.collector():
        for one in (statement, scripts):
            hidden.module(one.__name__)
        return dialects.of(dialect)


class Spoken(NamedTuple):
    """What has to be known of a dialect before anything is read."""

    name: str  # sqlglot's name; "" for SQL of no dialect in particular
    plain: bool  # texts stand in single quotes and are doubled to escape, names in double quotes


@functools.cache
def spoken(dialect: str) -> Spoken:
    """Return a dialect, by any of its names; raises BadInput with those that exist."""
    key = (dialect, _grammar())
    body = remembered.get("dialect", key)
    if body is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(body, type=Spoken)
    found = _load(dialect)
    made = Spoken(found.name, found.plain)
    remembered.put("dialect", key, msgspec.msgpack.encode(made))
    return made


@functools.cache
def of_scheme(scheme: str) -> str:
    """Return the dialect that a database speaks whose addresses begin so; "" = none in particular."""
    key = (scheme, _grammar())
    body = remembered.get("scheme", key)
    if body is not None:
        return body.decode(errors="replace")
    found = spoken(scheme).name if dialects.exists(scheme) else ""  # the error would load them all to name them
    remembered.put("scheme", key, found.encode())
    return found


@functools.cache
def _grammar() -> tuple[int | str, ...]:
    """Which sqlglot reads what is not known; it is loaded for that only where it lies in no folder."""
    try:
        spec = find_spec("sqlglot")  # a ValueError: who has made that module has left out where it is from
        state = os.stat(os.path.join(os.path.dirname(getattr(spec, "origin", None) or ""), "_version.py"))
    except (OSError, ValueError):
        return (str(sqlglot.__version__),)
    return state.st_size, state.st_mtime_ns


def _form(sql: str, dialect: Spoken) -> tuple[str, tuple[str, ...]]:
    """The outline of a text and the texts in it; where it cannot be told what is one, the whole text."""
    if _UNPLAIN.match(sql) or not (dialect.plain or outline.reads(sql, dialect.name)):
        return sql, ()
    found = outline.of(sql)
    named = outline.called(*found) if dialect.plain else outline.names(found[0])
    return (sql, ()) if named else found
