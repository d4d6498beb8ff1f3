"""Tables of databases: which ones a statement reads and writes.

Enters: places, statements, names of tables. Leaves: versions on a run, with columns where the database tells them
without being asked over a network. Sends nothing over the user's connection, but a question about columns to SQLite
where nobody listens to its statements.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline import later
from driftline.capture.frames import origin
from driftline.capture.ground import fault
from driftline.capture.hooks import (
    attached,
    copying,
    earlier,
    glance,
    inserted,
    prepared,
    procedures,
    renaming,
    repeated,
    returned,
    schemas,
    sqlite_asked,
    touching,
    valued,
)
from driftline.capture.hooks import starred as stars_of
from driftline.capture.program import spelled
from driftline.capture.runs import transactions
from driftline.capture.runs.recording import Recording
from driftline.capture.sql import outline
from driftline.capture.sql.relation import Source, Star
from driftline.event.lineage import Dataset

if TYPE_CHECKING:
    import sqlite3

    from driftline.capture.hooks.addresses import Place
    from driftline.capture.sql import edges as edges_of
    from driftline.capture.sql import known
    from driftline.capture.sql.known import Altered, Analysis
else:  # most scripts have no statement
    sqlite3 = later.module("sqlite3")
    edges_of = later.module("driftline.capture.sql.edges")
    known = later.module("driftline.capture.sql.known")

_OWN = ("pg_catalog.", "information_schema.", "pg_")
_PLACEHOLDER = later.pattern(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(%\(\w+\)s|%s|(?<![:\w\[]):\w+|\$\d+)")
_ASKS = later.pattern(r"\s*(?:select|with|pragma|begin|commit)\b", re.IGNORECASE)
_LONG = 1_000_000  # characters of a statement that may be too long to be looked through
_CACHE = 10_000


class Told(NamedTuple):
    """What a driver says of a statement, beside its text."""

    gave: Callable[[], Any] | None = None  # describes the columns that it gave, as PEP 249 has it: the name first
    shown: str = ""  # what the user has written in its place, which the run then shows
    names: Sequence[str] = ()  # that the user calls the values by, in the order of their places
    tables: Callable[[], Sequence[int]] | None = None  # numbers the tables of the columns that it gave; 0 = of none
    relation: str = ""  # of objects, for which a library has asked by itself
    apart: frozenset[tuple[str, str]] = frozenset()  # columns by which it has brought related objects along


NOTHING = Told()


class _Ran(NamedTuple):
    """A statement that was executed, as ``statement`` is told of it."""

    run: Recording
    place: "Place"
    text: str
    connection: Any
    frame: Any
    transaction: Any
    result: Any
    told: Told
    forms: tuple[str, str]  # the text, and its template: both with what the user calls the values
    spelled: bool = False  # the user's code has it as it is, as a constant


class _Handed(NamedTuple):
    """A statement that is handed values."""

    text: str
    names: Sequence[str]  # that the user calls the values by, in the order of their places
    keys: Callable[[str], frozenset[str]]  # of a table, where its database tells them
    dialect: str


def statement(
    run: Recording,
    place: "Place",
    text: str,
    connection: Any = None,
    frame: Any = None,
    transaction: Any = None,
    result: Any = None,
    told: Told = NOTHING,
) -> bool:
    """Record what one statement has read and written, which has been executed; True where it is understood.

    Args:
        run: the run.
        place: the database.
        text: of the statement, with placeholders.
        connection: that it ran on, to ask SQLite for columns.
        frame: what it gave, where it is known to be all rows and columns of a table.
        transaction: the connection whose transaction has to be committed for this to count; None = it counts now.
        result: the frame that it gave, if it gave one.
        told: what its driver says of it.
    """
    text = prepared.meant(connection, text)
    if not text:
        return True
    alike = frame is None and result is None
    place, gave = touching.among(place, connection), (told.gave, (told.relation, told.apart))
    whole = "\0".join((text, *told.names))
    if alike and repeated.told(run, place, whole, transaction, *gave):
        return True
    spoken = known.of_scheme(place.scheme)
    plain, called = _plain(text)
    form = "\0".join((known.template(plain, spoken), *(called or told.names)))
    as_it_is = not called and not told.names and not _ASKS.match(text) and spelled.out(text)
    constant = as_it_is and inserted.constant(text)
    if constant:
        form = whole  # another text of its form may be put together of values
    elif alike and repeated.told(run, place, form, transaction, *gave):
        return True
    if schemas.sets(place, connection, text, transaction):
        repeated.forget()
        return True
    fields = touching.asking(connection, place)
    _not_followed(run, place, plain)
    analysis = _analysed(plain, spoken, fields, told, functools.partial(_filled, place, connection))
    if analysis is None or repeated.defines(analysis):
        repeated.forget()
        place = schemas.made(place, connection, text, analysis, transaction)
    if analysis is not None:  # else it touches no data
        analysis = analysis._replace(plain=as_it_is)
        ran = _Ran(run, place, text, connection, frame, transaction, result, told, (whole, form), constant)
        _executed(ran, analysis, fields)
    return True


def _plain(text: str) -> tuple[str, list[str]]:
    """Return a text with placeholders of one kind, and those that have a name or a number, in order.

    Of a text that is too long to be looked through, its ends are returned.
    """
    called: list[str] = []

    def alike(found: re.Match[str]) -> str:
        one = found.group(1)
        if one and one != "%s":
            called.append(one)
        return "?" if one else found.group()

    return _PLACEHOLDER.sub(alike, text if len(text) <= _LONG else known.short(text)), called


def _executed(ran: _Ran, analysis: "Analysis", fields: touching.Fields) -> None:
    """Record what a statement has read and written whose repetition is not all that there is to tell."""
    run, place, transaction = ran.run, ran.place, ran.transaction
    gave = _returned(ran, analysis.statements[0], fields) if len(analysis.statements) == 1 else None
    touching.begun(run, _emptied(place, analysis, ran.connection), transaction)
    touching.altered(run, _altered(place, analysis, 0), transaction)
    done = run.trace.recalled.setdefault(renaming.DONE, {})
    if len(done) >= _CACHE:
        done.clear()
    key = place, ran.forms[1]
    again = done.get(key) or done.setdefault(key, inserted.Again())
    again.take(run, transaction)
    writes = any(one.writes for one in analysis.statements)
    for text in {*ran.forms} if writes else ():
        repeated.keep(run, place, text, analysis, repeated.Written(again, (run, key), gave))
    if again.committed and not any(one.writes is None for one in analysis.statements):
        return
    held = transactions.again(transaction, (run, key), again) if writes else None
    if held is not None:
        if held is not again:  # of the part in which the transaction began
            held.take(run, transaction)
        return
    own = "" if hasattr(type(ran.connection), "exec_driver_sql") else ran.text  # SQLAlchemy hands its own text on
    keys, dialect = functools.partial(sqlite_asked.keys, ran.connection), known.of_scheme(place.scheme)
    again.times, handed = [], _Handed(own, ran.told.names, keys, dialect)
    for number, one in enumerate(analysis.statements):
        touching.begun(run, _left(place, analysis, number), transaction)
        datasets = _record(ran, one, analysis, fields, again, handed)
        touching.altered(run, _altered(place, analysis, number + 1), transaction)
        if one.lineage is not None and one.writes is None and len(analysis.statements) == 1:
            _gave(ran, one.lineage, datasets, analysis)
    touching.begun(run, _left(place, analysis, len(analysis.statements)), transaction)
    shown, form = ran.told.shown or ran.text, ran.told.shown or analysis.form  # ``ran`` would keep the connection open

    def said() -> None:
        again.committed = True
        if writes or any(_tables(place, one.reads) for one in analysis.statements):
            run.statement(shown, form)

    transactions.put(transaction, run, said, inside=writes and transaction is not None)


def _returned(ran: _Ran, one: Any, fields: touching.Fields) -> repeated.Given | None:
    """Remember where the rows come from that a change gave back; None where it gave none."""
    query = "" if one.writes is None else returned.query(_plain(ran.text)[0], one.writes.names[0])
    analysis = _analysed(query, known.of_scheme(ran.place.scheme), fields, NOTHING, lambda _: ()) if query else None
    if analysis is None or analysis.statements[0].lineage is None:
        return None
    dataset, names = ran.place.table(attached.target(ran.place, one)), repeated.described(ran.told.gave)
    datasets = dict.fromkeys(analysis.statements[0].reads, (dataset,))
    _, told, node = origin.queried(None, analysis.statements[0].lineage, datasets, analysis.spelled, None, names)
    return repeated.Given({dataset: ""}, told, node, names, repeated.NOTHING)


def _analysed(
    text: str, spoken: str, fields: touching.Fields, told: Told, filled: Callable[[str], tuple[str, ...]]
) -> "Analysis | None":
    """Work out what a statement does; the columns behind its stars are those that the database or its result tells."""
    starred: Mapping[Source, tuple[str, ...]] = {}

    def columns(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:  # noqa: ARG001 - no files
        found = fields(source.names[0]) if source.kind == "table" else None
        return starred.get(source) if found is None else tuple(field.name for field in found)

    analysis: Analysis | None = known.analyse(text, columns, spoken)
    asking: renaming.ColumnsOf = columns
    before = renaming.before(analysis.statements, analysis.altered) if analysis is not None else None
    if before is not None:
        asking = before.asking(columns)
        analysis = known.analyse(text, asking, spoken)
    fewer = _fewer(analysis, fields, filled) if analysis is not None else {}
    if fewer:
        analysis = known.analyse(text, lambda source, spelled: fewer.get(source) or asking(source, spelled), spoken)
    reading = [one for one in analysis.statements if one.writes is None] if analysis is not None else []
    lineages = [one.lineage for one in reading if one.lineage is not None]
    stars = sum(isinstance(item, Star) for one in lineages for item in one.items)
    if stars > 1 and len(reading) == 1 and told.tables is not None:
        numbers = fault.attempt("tables of a result", told.tables) or ()
        starred = stars_of.columns(text, lineages[0].items, repeated.described(told.gave), numbers)
    elif stars == 1 and len(reading) == 1 and any(edge.column == "*" for edge in lineages[0].rows):
        starred = stars_of.alone(lineages[0].items, repeated.described(told.gave))  # for ORDER BY 1
    return known.analyse(text, columns, spoken) if starred else analysis


def _fewer(
    analysis: "Analysis", fields: touching.Fields, filled: Callable[[str], tuple[str, ...]]
) -> dict[Source, tuple[str, ...]]:
    """The columns of tables that INSERTs fill by place which have more, as SQLite computes some by itself."""
    found: dict[Source, tuple[str, ...]] = {}
    for one in analysis.statements:
        if one.how != "append" or one.writes is None or one.lineage is None or not one.lineage.into:
            continue
        every = fields(one.writes.names[0])
        if every and one.lineage.into == tuple(field.name for field in every):
            names = filled(one.writes.names[0])
            if names and names != one.lineage.into:
                found[one.writes] = names
    return found


def _filled(place: "Place", connection: Any, name: str) -> tuple[str, ...]:
    return sqlite_asked.filled(connection, attached.full(place, name))


def _not_followed(run: Recording, place: "Place", text: str) -> None:
    """Name the procedures that a block of PL/SQL calls."""
    for name in procedures.called(text) if place.scheme == "oracle" else ():
        run.gap(f"sql not followed: call {name}")


def _gave(ran: _Ran, lineage: Any, datasets: Mapping[Source, tuple[Dataset, ...]], analysis: "Analysis") -> None:
    """Remember where the frame comes from that a SELECT gave, or the rows, whose columns its driver names."""
    told, names, fields = ran.told, repeated.described(ran.told.gave), glance.at(ran.result).fields
    spelled, apart = analysis.spelled, (told.relation, told.apart)
    _, fields, node = origin.queried(ran.result, lineage, datasets, spelled, fields, names, *apart)
    versions = {one: repeated.version(ran.transaction, one) for found in datasets.values() for one in found}
    if ran.frame is None and ran.result is None:
        given = repeated.Given(versions, fields, node, names, apart)
        for text in {*ran.forms[: 1 if outline.MARK.search(repr(lineage)) else 2]}:
            repeated.keep(ran.run, ran.place, text, analysis, given)


def copied(run: Recording, place: "Place", text: str, connection: Any, transaction: Any, *, plain: bool = True) -> bool:
    """Record what a COPY between the program and a table reads or writes; other statements only if ``plain``."""
    found = copying.of(text)
    if found is None:
        return plain and statement(run, place, text, connection, transaction=transaction)
    if found.text:
        return statement(run, place, found.text, connection, transaction=transaction, told=Told(shown=text))
    return touching.touch(run, "write", place, found.table, None, transaction=transaction, connection=connection)


def _record(
    ran: _Ran, one: Any, analysis: "Analysis", fields: Callable[[str], Any], again: inserted.Again, handed: _Handed
) -> dict[Source, tuple[Dataset, ...]]:
    """Record what one statement has read and written; returns the tables that it read."""
    run, place, transaction = ran.run, ran.place, ran.transaction
    reads = _tables(place, one.reads)
    if one.reads and not reads and one.writes is None:
        return {}  # it asks the catalog, as drivers do by themselves
    for gap in one.gaps:
        run.gap(f"{gap}: {analysis.head}")
    if reads and one.writes is not None and renaming.renames(one):
        old, new = attached.source(place, one, one.reads[0].names[0]), attached.target(place, one)
        touching.renamed(run, one, place.table(old), touching.Table(place.table(new), fields(new)), transaction)
        return {}
    datasets: dict[Source, tuple[Dataset, ...]] = {}
    for source in reads:
        name = attached.source(place, one, source.names[0])
        dataset = place.table(name)
        datasets[source] = (dataset,)
        touching.read(run, touching.Table(dataset, fields(name), frame=ran.frame, declared=True), transaction)
    sources = {dataset for found in datasets.values() for dataset in found}
    if one.writes is None or not _tables(place, (one.writes,)):
        earlier.read(run, sources)
        return datasets
    name = attached.target(place, one)
    dataset = place.table(name)
    edges = None
    if one.lineage is not None:
        edges = edges_of.of(one, datasets, dataset, analysis)
        if edges.when is not None:
            again.times.append(edges.when)
        if datasets and inserted.instead(analysis.template):
            edges = edges._replace(keys=handed.keys(name))
    edges = earlier.beside(run, dataset, edges)
    earlier.read(run, sources - {dataset})
    again.into = _into(one, name, fields(name), handed)
    rootless = ran.spelled and not one.reads and one.lineage is not None
    if not (datasets or again.into or rootless or one.lineage is None) and inserted.constant(analysis.template):
        own = [field.name for field in fields(name) or ()]
        again.into = inserted.composed(one, own, analysis.template, functools.partial(handed.keys, name))
    given = bool(again.into) or (not datasets and _in_order(one, fields(name)) and inserted.hands(one, handed.text))
    if not one.begins and one.itself:
        touching.read_before(run, touching.Table(dataset, fields(name), declared=True), transaction)
    again.seen = touching.write(
        run,
        touching.Table(dataset, fields(name)),
        edges,
        transaction,
        given=given,
        into=again.into,
        begins=one.begins,
        rootless=rootless,
    )
    return datasets


def _emptied(place: "Place", analysis: "Analysis", connection: Any) -> list[Dataset]:
    """The tables of which a text has left nothing."""
    named = [attached.emptied(place, source.names[0]) for source in analysis.perhaps]
    asked = [name for name in named if sqlite_asked.empty(connection, name)]
    return [place.table(name) for name in (*(attached.emptied(place, one.names[0]) for one in analysis.begun), *asked)]


def _left(place: "Place", analysis: "Analysis", number: int) -> list[Dataset]:
    """The tables of which a text has left nothing of what it had written there, before one of its statements."""
    return [place.table(attached.emptied(place, one.names[0])) for at, one in analysis.emptied if at == number]


def _altered(place: "Place", analysis: "Analysis", number: int) -> list[tuple[Dataset, "Altered"]]:
    """The columns that a text has dropped, or added, after so many of its statements."""
    found = [one for one in analysis.altered if one.after == number]
    return [(place.table(attached.emptied(place, one.table.names[0])), one) for one in found]


def _into(one: Any, name: str, fields: Any, handed: _Handed) -> inserted.Into:
    """What of the values that a statement is handed comes to which columns of its target, by ``names`` or by place."""
    into = None if one.lineage is None else one.lineage.into
    if into is None and one.how not in ("change", "create"):
        return ()
    unique = functools.partial(handed.keys, name)
    names = into or [field.name for field in fields or ()]
    found = valued.columns(handed.text, names, one, handed.dialect, unique)
    return inserted.called(found, handed.names) if handed.names else found


def _in_order(one: Any, fields: Any) -> bool:
    """Whether a statement gives all columns of its target, in the order of the table."""
    into = None if one.lineage is None else one.lineage.into
    return into is None or [name.lower() for name in into] == [field.name.lower() for field in fields or ()]


def _tables(place: "Place", sources: Any) -> list[Source]:
    """The tables among ``sources`` that hold the user's data; SQLite keeps names with ``sqlite_`` for its own."""
    tables = [one for one in sources if one.kind == "table"]
    if place.scheme == "sqlite":
        return [one for one in tables if not one.names[0].lower().rpartition(".")[2].startswith("sqlite_")]
    return [one for one in tables if not one.names[0].lower().startswith(_OWN) or one.names[0].startswith(schemas.TEMP)]
