"""Tables of databases as versions on a run: what was read of them, and what a run has made of them.

Enters: places, names of tables, frames that show what they hold. Leaves: versions on a run, once the transaction is
committed that they were written in, with columns where the database tells them without being asked over a network.
"""

import functools
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from driftline import later
from driftline.capture.frames import origin
from driftline.capture.ground import bounded
from driftline.capture.hooks import attached, earlier, glance, inserted, renaming, schemas, sqlite_asked
from driftline.capture.program import sites
from driftline.capture.runs import at_hand, transactions
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Field, Touched

if TYPE_CHECKING:
    import sqlite3

    from driftline.capture.hooks.addresses import Place
    from driftline.capture.sql.known import Altered
    from driftline.capture.sql.stated import Statement
else:
    sqlite3 = later.module("sqlite3")  # not every frame comes from a database

_CACHE = 10_000
Fields = Callable[[str], tuple[Field, ...] | None]


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
    place = among(place, connection)
    dataset = place.table(name, schema)
    look = glance.at(frame)
    fields = asking(connection, place)(f"{schema}.{name}" if schema else name)
    rows = look.rows if whole or way == "write" else None
    told = fields or (None if some else look.fields)
    table = Table(dataset, told, rows, frame if whole else None, shape, declared=fields is not None)
    if way == "read":
        origin.read(frame, [dataset])
        sites.read([dataset], look.fields)
        read(run, table, transaction)
    else:
        if begins:
            begun(run, [dataset], transaction)
        write(run, table, None, transaction)
    return True


def among(place: "Place", connection: Any) -> "Place":
    """Return the place of a connection with what names mean there."""
    return attached.among(place, connection) if place.scheme == "sqlite" else schemas.among(place, connection)


def begun(run: Recording, made: Sequence[Dataset], transaction: Any) -> None:
    """Take note that tables were made anew."""
    for dataset in made:
        kept = earlier.is_read(run, dataset)
        act = functools.partial(_made_anew, run, dataset, time.perf_counter_ns(), kept=kept)
        transactions.put(transaction, run, act, inside=transaction is not None)


def altered(run: Recording, tables: Sequence[tuple[Dataset, "Altered"]], transaction: Any) -> None:
    """Take note that columns of tables are there no longer, or from now on."""
    for dataset, columns in tables:
        act = functools.partial(earlier.altered, run, dataset, columns, time.perf_counter_ns())
        transactions.put(transaction, run, act, inside=transaction is not None)


def _made_anew(run: Recording, dataset: Dataset, at_ns: int, *, kept: bool) -> None:
    earlier.emptied(run, dataset, at_ns, kept=kept)
    if earlier.newest.get(dataset) != _version(run, dataset):  # its own statements are not looked at again
        earlier.newest.pop(dataset, None)  # what another run has written is not there any more


def read_before(run: Recording, table: Table, transaction: Any) -> None:
    """Record that a table was read that is changed, as it was before the run."""

    def act() -> None:
        version = earlier.version(run, table.dataset, earlier.newest.get(table.dataset, ""))
        if version is not None:
            _add(run, "read", table.seen(version))

    transactions.put(transaction, run, act, inside=transaction is not None)


def read(run: Recording, table: Table, transaction: Any) -> None:
    """Record that a table was read; of one that is not committed, once it is."""
    held = transactions.version(transaction, table.dataset)
    seen = table.seen(held or earlier.newest.get(table.dataset, ""))
    if held and table.frame is None and transactions.again(transaction, (run, table.dataset, held), seen) is not None:
        return
    transactions.put(transaction, run, functools.partial(_add, run, "read", seen), inside=bool(held))


def write(
    run: Recording,
    table: Table,
    edges: Any,
    transaction: Any,
    *,
    given: bool = False,
    into: inserted.Into = (),
    begins: bool = False,
    rootless: bool = False,
) -> Seen | None:
    """Record that a table was written, once that is committed.

    ``given``: what the script hands to the statement is written; then that is returned, for further visits.
    ``begins``: nothing of what was there before is left. ``rootless``: what is written comes from nowhere.
    """
    dataset, version = table.dataset, _version(run, table.dataset)
    seen = table.seen(version)
    visit = sites.visit() if edges is None or given else None
    seen.visits = [] if visit is None else [visit._replace(into=into)]
    seen.rootless = rootless

    def act() -> None:
        bounded.room(earlier.newest, _CACHE)
        earlier.written(run, dataset, None if begins else earlier.newest.get(dataset, ""), version)
        earlier.newest[dataset] = version
        _add(run, "write", seen)
        if edges is not None:
            run.edges(dataset, edges, version)

    transactions.put(transaction, run, act, dataset, version, inside=transaction is not None)
    return seen if given else None


def renamed(run: Recording, one: "Statement", before: Dataset, after: Table, transaction: Any) -> None:
    """Record that a statement has given a table another name, once that is committed."""
    at_ns, add = time.perf_counter_ns(), functools.partial(_add, run)
    renaming.anew(run, transaction)
    for old, new in renaming.pairs(one, before, after.dataset):
        fields = after.fields if new == after.dataset else None
        was, kept = Touched(dataset=old, kind="table", fields=fields), earlier.named(run, old, new)
        seen = Table(new, fields).seen(_version(run, new))
        act = functools.partial(renaming.moved, run, was, seen, at_ns, earlier.newest, add, kept=kept)
        transactions.put(transaction, run, act, new, seen.touched.version, inside=transaction is not None)


def _add(run: Recording, way: Literal["read", "write"], seen: Seen) -> None:
    owner = client.current()
    if owner is None:
        run.add(way, seen)
    else:
        at_hand.add(run, way, seen, owner.sender.put)


def _version(run: Recording, dataset: Dataset) -> str:
    """The version of a table that a run writes: one per run, however many statements it takes."""
    return f"run:{measure.of_parts(run.id, dataset.namespace, dataset.name)[5:]}"


def asking(connection: Any, place: "Place") -> Callable[[str], tuple[Field, ...] | None]:
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
