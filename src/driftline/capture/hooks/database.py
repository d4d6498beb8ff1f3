"""Tables of databases: which ones a statement reads and writes.

Enters: places, statements, names of tables. Leaves: versions on a run, with columns where the database tells them
without being asked over a network. Sends nothing over the user's connection, but a question about columns to SQLite
where nobody listens to its statements.
"""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from driftline import later
from driftline.capture.frames import origin
from driftline.capture.ground import fault
from driftline.capture.hooks import attached, copying, earlier, glance, inserted, procedures, repeated, sqlite_asked
from driftline.capture.hooks import starred as stars_of
from driftline.capture.program import sites
from driftline.capture.runs import at_hand, transactions
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.sql import outline
from driftline.capture.sql.relation import Source, Star
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Field, Touched

if TYPE_CHECKING:
    import sqlite3

    from driftline.capture.hooks.addresses import Place
    from driftline.capture.sql import edges as edges_of
    from driftline.capture.sql import known
    from driftline.capture.sql.known import Analysis
else:  # most scripts have no statement
    sqlite3 = later.module("sqlite3")
    edges_of = later.module("driftline.capture.sql.edges")
    known = later.module("driftline.capture.sql.known")

_OWN = ("pg_catalog.", "information_schema.", "pg_")
_PLACEHOLDER = later.pattern(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|(%\(\w+\)s|%s|(?<![:\w]):[A-Za-z_]\w*|\$\d+)")
_LONG = 1_000_000  # characters of a statement that may be too long to be looked through
_CACHE = 10_000
Fields = Callable[[str], tuple[Field, ...] | None]

_DONE = "statements"  # among what a run recalls: by place and form ``inserted.Again``


class Table(NamedTuple):
    """A table that is read or written, and what is known of it."""

    dataset: Dataset
    fields: tuple[Field, ...] | None
    rows: int | None = None
    frame: Any = None  # all of it, in memory
    shape: Callable[[Any], Any] | None = None  # makes of the frame what the table has
    declared: bool = False  # the database itself told its columns

    def seen(self, version: str) -> Seen:
        """Return it as a version that is seen now."""
        touched = Touched(dataset=self.dataset, version=version, kind="table", rows=self.rows, fields=self.fields)
        seen = Seen(touched=touched, at_ns=time.time_ns(), declared=self.declared)
        if self.frame is not None and client.current() is not None:
            at_hand.hold(seen, self.frame, ordered=False, shape=self.shape)
        return seen


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


class _Handed(NamedTuple):
    """A statement that is handed values."""

    text: str
    names: Sequence[str]  # that the user calls the values by, in the order of their places
    keys: Callable[[str], frozenset[str]]  # of a table, where its database tells them


def touch(
    run: Recording,
    way: Literal["read", "write"],
    place: "Place",
    name: str,
    schema: str | None,
    frame: Any = None,
    *,
    whole: bool = False,
    some: bool = False,
    begins: bool = False,
    shape: Callable[[Any], Any] | None = None,
    transaction: Any = None,
    connection: Any = None,
) -> bool:
    """Record that the run read or wrote a table, whose columns ``frame`` shows, and all of its rows if ``whole``.

    ``some``: of the columns alone, so that the frame does not tell what the table has. ``shape`` makes of the frame
    what the table has, where that is not the same; ``connection`` is asked for columns. ``begins``: it is made anew.
    """
    if isinstance(connection, sqlite3.Connection):
        schema = None  # which is passed over
    place = attached.among(place, connection)
    dataset = place.table(name, schema)
    look = glance.at(frame)
    fields = _asking(connection, place)(f"{schema}.{name}" if schema else name)
    rows = look.rows if whole or way == "write" else None
    told = fields or (None if some else look.fields)
    table = Table(dataset, told, rows, frame if whole else None, shape, declared=fields is not None)
    if way == "read":
        origin.read(frame, [dataset])
        sites.read([dataset], look.fields)
        _read(run, table, transaction)
    else:
        if begins:
            _begun(run, [dataset], transaction)
        _write(run, table, None, transaction)
    return True


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
    spoken, alike = known.of_scheme(place.scheme), frame is None and result is None
    place, gave = attached.among(place, connection), (told.gave, (told.relation, told.apart))
    if alike and repeated.told(run, place, text, transaction, *gave):
        return True
    plain = _plain(text)
    template = known.template(plain, spoken)
    if alike and repeated.told(run, place, template, transaction, *gave):
        return True
    fields = _asking(connection, place)
    _not_followed(run, place, plain)
    analysis = _analysed(plain, spoken, fields, told)
    if analysis is None or repeated.defines(analysis):
        repeated.forget()
    if analysis is not None:  # else it touches no data
        ran = _Ran(run, place, text, connection, frame, transaction, result, told)
        _executed(ran, analysis, fields)
    return True


def _plain(text: str) -> str:
    """Return a text with placeholders of one kind; of one that is too long to be looked through, its ends."""
    ends = text if len(text) <= _LONG else known.short(text)
    return _PLACEHOLDER.sub(lambda found: "?" if found.group(1) else found.group(), ends)


def _executed(ran: _Ran, analysis: "Analysis", fields: Fields) -> None:
    """Record what a statement has read and written whose repetition is not all that there is to tell."""
    run, place, transaction = ran.run, ran.place, ran.transaction
    _begun(run, _emptied(place, analysis, ran.connection), transaction)
    done = run.trace.recalled.setdefault(_DONE, {})
    if len(done) >= _CACHE:
        done.clear()
    key = place, analysis.template
    again = done.get(key) or done.setdefault(key, inserted.Again())
    again.take(run, transaction)
    writes = any(one.writes for one in analysis.statements)
    for text in {ran.text, analysis.template} if writes else ():
        repeated.keep(run, place, text, analysis, repeated.Written(again, (run, key)))
    if again.committed and not any(one.writes is None for one in analysis.statements):
        return
    held = transactions.again(transaction, (run, key), again) if writes else None
    if held is not None:
        if held is not again:  # of the part in which the transaction began
            held.take(run, transaction)
        return
    own = "" if hasattr(type(ran.connection), "exec_driver_sql") else ran.text  # SQLAlchemy hands its own text on
    again.times, handed = [], _Handed(own, ran.told.names, functools.partial(sqlite_asked.keys, ran.connection))
    for one in analysis.statements:
        datasets = _record(ran, one, analysis, fields, again, handed)
        if one.lineage is not None and one.writes is None and len(analysis.statements) == 1:
            _gave(ran, one.lineage, datasets, analysis)

    def said() -> None:
        again.committed = True
        if writes or any(_tables(place, one.reads) for one in analysis.statements):
            run.statement(ran.told.shown or ran.text, ran.told.shown or analysis.form)

    transactions.put(transaction, run, said, inside=writes and transaction is not None)


def _analysed(text: str, spoken: str, fields: Fields, told: Told) -> "Analysis | None":
    """Work out what a statement does; the columns behind its stars are those that the database or its result tells."""
    starred: Mapping[Source, tuple[str, ...]] = {}

    def columns(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:  # noqa: ARG001 - no files
        found = fields(source.names[0]) if source.kind == "table" else None
        return starred.get(source) if found is None else tuple(field.name for field in found)

    analysis: Analysis | None = known.analyse(text, columns, spoken)
    lineages = [one.lineage for one in analysis.statements if one.writes is None] if analysis is not None else []
    stars = sum(isinstance(item, Star) for one in lineages if one is not None for item in one.items)
    if stars > 1 and len(lineages) == 1 and lineages[0] is not None and told.tables is not None:
        numbers = fault.attempt("tables of a result", told.tables) or ()
        starred = stars_of.columns(text, lineages[0].items, repeated.described(told.gave), numbers)
        analysis = known.analyse(text, columns, spoken) if starred else analysis
    return analysis


def _not_followed(run: Recording, place: "Place", text: str) -> None:
    """Name the procedures that a block of PL/SQL calls."""
    for name in procedures.called(text) if place.scheme == "oracle" else ():
        run.gap(f"sql not followed: call {name}")


def _gave(ran: _Ran, lineage: Any, datasets: Mapping[Source, tuple[Dataset, ...]], analysis: "Analysis") -> None:
    """Remember where the frame comes from that a SELECT gave, or the rows, whose columns its driver names."""
    told, names, fields = ran.told, repeated.described(ran.told.gave), glance.at(ran.result).fields
    spelled, apart = analysis.spelled, (told.relation, told.apart)
    fields, node = origin.queried(ran.result, lineage, datasets, spelled, fields, names, *apart)
    versions = {one: repeated.version(ran.transaction, one) for found in datasets.values() for one in found}
    if ran.frame is None and ran.result is None:
        given = repeated.Given(versions, fields, node, names, apart)
        for text in {ran.text, ran.text if outline.MARK.search(repr(lineage)) else analysis.template}:
            repeated.keep(ran.run, ran.place, text, analysis, given)


def copied(run: Recording, place: "Place", text: str, transaction: Any, *, plain: bool = True) -> bool:
    """Record what a COPY between the program and a table reads or writes; other statements only if ``plain``."""
    found = copying.of(text)
    if found is None:
        return plain and statement(run, place, text, transaction=transaction)
    if found.text:
        return statement(run, place, found.text, transaction=transaction, told=Told(shown=text))
    return touch(run, "write", place, found.table.replace('"', ""), None, transaction=transaction)


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
    datasets: dict[Source, tuple[Dataset, ...]] = {}
    for source in reads:
        name = attached.source(place, one, source.names[0])
        dataset = place.table(name)
        datasets[source] = (dataset,)
        _read(run, Table(dataset, fields(name), frame=ran.frame, declared=True), transaction)
    if one.writes is None or not _tables(place, (one.writes,)):
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
    again.into = () if datasets else _into(one, name, fields(name), handed)
    given = bool(again.into) or (not datasets and _in_order(one, fields(name)) and inserted.hands(one, handed.text))
    if not one.begins and one.itself:
        _read_before(run, Table(dataset, fields(name), declared=True), transaction)
    again.seen = _write(
        run, Table(dataset, fields(name)), edges, transaction, given=given, into=again.into, begins=one.begins
    )
    return datasets


def _emptied(place: "Place", analysis: "Analysis", connection: Any) -> list[Dataset]:
    """The tables of which a text has left nothing."""
    named = [attached.emptied(place, source.names[0]) for source in analysis.perhaps]
    asked = [name for name in named if sqlite_asked.empty(connection, name)]
    return [place.table(name) for name in (*(attached.emptied(place, one.names[0]) for one in analysis.begun), *asked)]


def _begun(run: Recording, made: Sequence[Dataset], transaction: Any) -> None:
    """Take note that tables were made anew."""
    for dataset in made:
        act = functools.partial(_made_anew, run, dataset, time.perf_counter_ns())
        transactions.put(transaction, run, act, inside=transaction is not None)


def _made_anew(run: Recording, dataset: Dataset, at_ns: int) -> None:
    earlier.emptied(run, dataset, at_ns)
    earlier.newest.pop(dataset, None)  # what another run has written is not there any more


def _read_before(run: Recording, table: Table, transaction: Any) -> None:
    """Record that a table was read that is changed, as it was before the run."""

    def act() -> None:
        version = earlier.version(run, table.dataset, earlier.newest.get(table.dataset, ""))
        if version is not None:
            _add(run, "read", table.seen(version))

    transactions.put(transaction, run, act, inside=transaction is not None)


def _into(one: Any, name: str, fields: Any, handed: _Handed) -> inserted.Into:
    """What of the values that a statement is handed comes to which columns of its target, by ``names`` or by place."""
    into = None if one.lineage is None else one.lineage.into
    if into is None and one.how != "change":
        return ()
    unique = functools.partial(handed.keys, name)
    found = inserted.columns(handed.text, into or [field.name for field in fields or ()], unique)
    return inserted.called(found, handed.names) if handed.names else found


def _in_order(one: Any, fields: Any) -> bool:
    """Whether a statement gives all columns of its target, in the order of the table."""
    into = None if one.lineage is None else one.lineage.into
    return into is None or [name.lower() for name in into] == [field.name.lower() for field in fields or ()]


def _read(run: Recording, table: Table, transaction: Any) -> None:
    """Record that a table was read; of one that is not committed, once it is."""
    held = transactions.version(transaction, table.dataset)
    seen = table.seen(held or earlier.newest.get(table.dataset, ""))
    if held and table.frame is None and transactions.again(transaction, (run, table.dataset, held), seen) is not None:
        return
    transactions.put(transaction, run, functools.partial(_add, run, "read", seen), inside=bool(held))


def _write(
    run: Recording,
    table: Table,
    edges: Any,
    transaction: Any,
    *,
    given: bool = False,
    into: inserted.Into = (),
    begins: bool = False,
) -> Seen | None:
    """Record that a table was written, once that is committed.

    ``given``: what the script hands to the statement is written; then that is returned, for further visits.
    ``begins``: nothing of what was there before is left.
    """
    dataset, version = table.dataset, _version(run, table.dataset)
    seen = table.seen(version)
    visit = sites.visit() if edges is None or given else None
    seen.visits = [] if visit is None else [visit._replace(into=into)]

    def act() -> None:
        if len(earlier.newest) >= _CACHE:
            earlier.newest.clear()
        earlier.written(run, dataset, None if begins else earlier.newest.get(dataset, ""), version)
        earlier.newest[dataset] = version
        _add(run, "write", seen)
        if edges is not None:
            run.edges(dataset, edges, version)

    transactions.put(transaction, run, act, dataset, version, inside=transaction is not None)
    return seen if given else None


def _add(run: Recording, way: Literal["read", "write"], seen: Seen) -> None:
    owner = client.current()
    if owner is None:
        run.add(way, seen)
    else:
        at_hand.add(run, way, seen, owner.sender.put)


def _tables(place: "Place", sources: Any) -> list[Source]:
    """The tables among ``sources`` that hold the user's data; SQLite keeps names with ``sqlite_`` for its own."""
    tables = [one for one in sources if one.kind == "table"]
    if place.scheme == "sqlite":
        return [one for one in tables if not one.names[0].lower().rpartition(".")[2].startswith("sqlite_")]
    return [one for one in tables if not one.names[0].lower().startswith(_OWN)]


def _version(run: Recording, dataset: Dataset) -> str:
    """The version of a table that a run writes: one per run, however many statements it takes."""
    return f"run:{measure.of_parts(run.id, dataset.namespace, dataset.name)[5:]}"


def _asking(connection: Any, place: "Place") -> Callable[[str], tuple[Field, ...] | None]:
    """A function that returns the columns of a table, asked once; None where they cannot be told cheaply."""
    known: dict[str, tuple[Field, ...] | None] = {}
    if hasattr(type(connection), "exec_driver_sql"):  # of SQLAlchemy
        connection = connection.connection.dbapi_connection

    def ask(name: str) -> tuple[Field, ...] | None:
        if name not in known:
            asked = isinstance(connection, sqlite3.Connection)
            known[name] = sqlite_asked.columns(connection, attached.full(place, name)) if asked else None
        return known[name]

    return ask
