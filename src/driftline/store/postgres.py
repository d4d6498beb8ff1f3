"""The store in a PostgreSQL database (15 to 18), in the schema that comes first on the search path.

Enters and leaves: what ``connection`` says. A transaction waits until it is alone in writing, whatever the number of
servers, as with SQLite: what commits later has the higher numbers, and two writers never deadlock. Reads outside
a transaction run on a few connections beside the writer. A server that went away fails the transaction in
progress; the next call connects anew. After a statement has failed inside a transaction, PostgreSQL takes nothing
but its undoing. Never lets a password into a message.
Sources: https://www.psycopg.org/psycopg3/docs/, https://www.postgresql.org/docs/15/explicit-locking.html.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftline import clock, config
from driftline.errors import MissingExtra, StoreUnusable
from driftline.store import connection, migrate, months, postgres_types, sql
from driftline.store.connection import Connection, Row

if TYPE_CHECKING:
    import psycopg

STREAMED = 2_000  # rows fetched at a time from a long answer
READERS = 8  # connections for reads, at most
OLDEST = 150_000  # PostgreSQL 15
CONNECT_SECONDS = 10
HINT = "Check that the server runs, and that --store or DRIFTLINE_STORE names a database that may be written."
SPELLING = (
    "It is postgresql://USER@HOST:PORT/DATABASE; percent-encode special signs, or keep the password in ~/.pgpass."
)
_SETTINGS = """select set_config('lock_timeout', %(busy)s, false), set_config('tcp_keepalives_idle', '30', false),
set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false),
set_config('default_transaction_isolation', 'read committed', false)"""
_SIZE = """select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c
where c.relkind in ('r', 'p') and c.relnamespace = cast(quote_ident(current_schema()) as regnamespace)"""
_READ_ONLY = "set default_transaction_read_only = on"
_LOG = """select cast(c.relkind as text), to_regclass(%(name)s) is not null
from pg_class c where c.oid = to_regclass('event_log')"""
_MONTH = "create table {} partition of event_log for values from ({}) to ({})"


class PostgresConnection(Connection):
    """Named statements on one PostgreSQL schema."""

    def __init__(self, url: str, folder: Path | None = None, *, create: bool = True) -> None:
        """Open the store at ``url`` and bring it to the newest schema; files that belong to it lie in ``folder``.

        Raises:
            MissingExtra: psycopg is not installed.
            StoreTooNew: a newer Driftline wrote it; nothing was changed.
            StoreUnusable: it cannot be opened, holds something else, or nothing where ``create`` is False; nothing was
                changed.
        """
        super().__init__("postgresql", folder)
        self.place = config.bare(url)  # what may be shown
        self._url = url
        self._password = self._understand(url)
        self._closed = False
        self._idle: list[psycopg.Connection[Row]] = []
        self._slots = threading.BoundedSemaphore(READERS)
        self._months: set[str] = set()
        self.on_rollback(self._months.clear)
        self._writer = self._open()
        try:
            with self._plain(everything=True):
                if not create and not migrate.version(self._writer, "postgresql"):
                    raise StoreUnusable(f"{self.place} holds no store", hint=connection.NONE)
                migrate.migrate(self._writer, "postgresql")
        except BaseException:
            self._writer.close()
            raise

    def rows(self, statement: str, /, **values: Any) -> list[Row]:
        """Return all rows of a statement, reading or writing."""
        named = self._statements[statement]
        if not named.writes and not self._inside():
            return self._read(named.text, values)
        with self._lock, self._plain():
            cursor = self._live().execute(named.text, values)
            return cursor.fetchall() if cursor.description else []

    def stream(self, statement: str, /, **values: Any) -> Iterator[Row]:
        """Yield the rows of a reading statement, without holding them all in memory."""
        with self._plain(), self._slots:
            reader = self._reader()
            try:
                with reader.transaction(), reader.cursor(name="stream") as cursor:
                    cursor.itersize = STREAMED
                    yield from cursor.execute(self._statements[statement].text, values)
            finally:
                self._give_back(reader)

    def execute(self, statement: str, /, **values: Any) -> int:
        """Run a writing statement; return how many rows it touched."""
        with self._lock, self._plain():
            return self._live().execute(self._statements[statement].text, values).rowcount

    def many(self, statement: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run a writing statement once per set of values, all or none."""
        sets = list(values)
        if sets:
            with self.transaction(), self._plain(), self._live().cursor() as cursor:
                cursor.executemany(self._statements[statement].text, sets)

    def ensure_month(self, event_us: int) -> None:
        """Create the part of the event log that holds the month of ``event_us``, where the log has parts.

        The default part takes what is too far off, and the months of which it holds entries already.
        """
        import psycopg
        from psycopg.sql import SQL, Identifier, Literal

        wanted = months.month(event_us, clock.now_us())
        if wanted is None or wanted.name in self._months:
            return
        with self.transaction():
            with self._plain():
                found = self._live().execute(_LOG, {"name": wanted.name}).fetchone()
            if found == ("p", 0):
                create = SQL(_MONTH).format(Identifier(wanted.name), Literal(wanted.from_us), Literal(wanted.until_us))
                try:
                    with self.transaction(), self._plain():
                        self._live().execute(create)
                except psycopg.errors.CheckViolation:
                    pass  # the default part has entries of that month, and takes the others too
        self._months.add(wanted.name)

    def size(self) -> int:
        """Return how many bytes the tables of the schema and their indexes take."""
        with self._lock, self._plain():
            row = self._live().execute(_SIZE).fetchone()
        return int(row[0]) if row else 0

    def tidy(self) -> None:
        """Give back room that is not used, and let the engine learn how its tables are filled."""
        with self._lock, self._plain():
            self._live().execute("vacuum (analyze)")

    def close(self) -> None:
        """Close every connection; a second call does nothing."""
        with self._lock:
            self._closed = True
            self._drop_idle()
            self._writer.close()

    def _open(self) -> "psycopg.Connection[Row]":
        import psycopg

        with self._plain(everything=True):
            raw: psycopg.Connection[Row] = psycopg.connect(
                self._url, autocommit=True, client_encoding="utf8", **self._defaults
            )
            try:
                if raw.info.server_version < OLDEST:
                    found = raw.info.parameter_status("server_version")
                    raise StoreUnusable(f"{self.place} is PostgreSQL {found}; 15 or newer is needed", hint=HINT)
                raw.prepare_threshold, raw.prepared_max = 2, 500
                postgres_types.register(raw.adapters)
                raw.execute(_SETTINGS, {"busy": f"{connection.BUSY_SECONDS * 1_000:.0f}ms"})
            except BaseException:
                raw.close()
                raise
            return raw

    def _live(self) -> "psycopg.Connection[Row]":
        """Return the writer; one that was lost is replaced, but never inside a transaction."""
        if self._writer.closed:
            if self._closed or self._depth:
                why = "is closed" if self._closed else "was lost inside a transaction"
                raise StoreUnusable(f"{self.place}: the connection {why}", hint=HINT)
            self._writer = self._open()
            with self._plain(everything=True):
                migrate.version(self._writer, "postgresql")  # it may have been another server's turn
        return self._writer

    def _read(self, text: str, values: Mapping[str, Any]) -> list[Row]:
        import psycopg

        with self._slots, self._plain():
            while True:
                try:
                    reader, known = self._idle.pop(), True
                except IndexError:
                    reader, known = self._reader(), False
                try:
                    cursor = reader.execute(text, values)
                    return cursor.fetchall() if cursor.description else []
                except psycopg.OperationalError:
                    if not (known and reader.closed):
                        raise
                    self._drop_idle()  # the server went away while nobody asked: the others are lost too
                finally:
                    self._give_back(reader)

    def _reader(self) -> "psycopg.Connection[Row]":
        if self._closed:
            raise StoreUnusable(f"{self.place}: the connection is closed", hint=HINT)
        reader = self._open()
        reader.execute(_READ_ONLY)
        return reader

    def _give_back(self, reader: "psycopg.Connection[Row]") -> None:
        if self._closed:
            reader.close()
        elif not reader.closed:
            self._idle.append(reader)

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _begin(self) -> None:
        import psycopg

        with self._plain():
            for again in (True, False):
                writer = self._live()
                try:
                    writer.execute(sql.BEGIN["postgresql"])
                    return
                except BaseException as error:
                    lost = isinstance(error, psycopg.OperationalError) and writer.closed
                    self._undo("rollback")
                    if not (lost and again):
                        raise

    def _checked_schema(self) -> int:
        return migrate.version(self._writer, "postgresql")

    def _control(self, text: str) -> None:
        with self._plain():
            self._live().execute(text)

    def _undo(self, text: str) -> None:
        import psycopg

        if self._writer.closed or self._writer.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            return
        try:
            self._writer.execute(text)
        except psycopg.Error:
            self._writer.close()  # the server undoes what it hears no end of

    @contextmanager
    def _plain(self, *, everything: bool = False) -> Iterator[None]:
        """Turn errors into ones that a person can act on; a mistake in our own statements stays what it is.

        A value that PostgreSQL cannot hold is a ValueError: the store is well, and the next value may fit.
        """
        import psycopg

        try:
            yield
        except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded) as error:
            raise ValueError(f"{self.place} cannot hold it: {error.diag.message_primary or error}") from error
        except psycopg.Error as error:
            if not everything and not isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError)):
                raise
            said = str(error).strip()
            if self._password:
                said = said.replace(self._password, "…")
            raise StoreUnusable(f"{self.place}: {said}", hint=HINT) from error

    def _understand(self, url: str) -> str:
        """Return the password in ``url``, and set what it leaves to us."""
        try:
            from psycopg import ProgrammingError
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as error:
            raise MissingExtra("psycopg", hint="In a clone of Driftline: pip install -e '.[postgres]'") from error
        try:
            said = conninfo_to_dict(url) if config.ADDRESS.fullmatch(url) else None
        except ProgrammingError:
            said = None
        if said is None:  # nothing of it is repeated: a part of it may be a password
            raise StoreUnusable("the address of the PostgreSQL store cannot be read", hint=SPELLING) from None
        ours: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "driftline"}
        self._defaults = {key: value for key, value in ours.items() if key not in said}
        return str(said.get("password") or "")
