"""One SQLite store, usable from every thread.

Enters: names of statements in the ``*.sql`` files with their parameters. Leaves: rows. One connection
writes, under one lock; reads outside a transaction run beside it on a small pool, so that a page never waits
for an ingest. Committed is safe against the death of the process (write-ahead log, synchronous NORMAL).
Never builds SQL text.
Source: https://www.sqlite.org/wal.html.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from driftline.errors import StoreUnusable
from driftline.store import migrate, sql

OPEN = 2**63 - 1  # valid_to_us of what still holds
BUSY_SECONDS = 20.0  # how long a writer waits for another process
_SETTINGS = (
    "synchronous = normal",
    "temp_store = memory",
    "cache_size = -32000",
    "wal_autocheckpoint = 4000",
)

Row = tuple[Any, ...]


class Connection:
    """Named statements on one SQLite file, or in memory when ``file`` is None."""

    def __init__(self, file: Path | None) -> None:
        """Open or create the store and bring it to the newest schema.

        Raises:
            StoreTooNew: a newer Driftline wrote it; nothing was changed.
            StoreUnusable: it cannot be opened, or it holds something else; nothing was changed.
        """
        self.file = file
        self._statements = sql.load("sqlite")
        self._lock = threading.RLock()
        self._owner = 0  # thread that is inside a transaction
        self._depth = 0
        self._idle: list[sqlite3.Connection] = []
        self._forget: list[Callable[[], None]] = []
        self._closed = False
        self._writer = self._open()
        try:
            migrate.version(self._writer)
            if file is not None:
                self._writer.execute("pragma journal_mode = wal")
            self._settle(self._writer)
            migrate.migrate(self._writer)
        except BaseException as error:
            self._writer.close()
            if isinstance(error, sqlite3.Error):
                raise self._plain(error) from error
            raise

    def rows(self, statement: str, /, **values: Any) -> list[Row]:
        """Return all rows of a statement, reading or writing."""
        named = self._statements[statement]
        try:
            if named.writes or self.file is None or (self._depth and self._owner == threading.get_ident()):
                with self._lock:
                    return self._writer.execute(named.text, values).fetchall()
            reader = self._borrow()
            try:
                return reader.execute(named.text, values).fetchall()
            finally:
                self._give_back(reader)
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def stream(self, statement: str, /, **values: Any) -> Iterator[Row]:
        """Yield the rows of a reading statement, without holding them all in memory."""
        if self.file is None:
            yield from self.rows(statement, **values)
            return
        reader = self._borrow()
        try:
            yield from reader.execute(self._statements[statement].text, values)
        except sqlite3.Error as error:
            raise self._plain(error) from error
        finally:
            self._give_back(reader)

    def row(self, statement: str, /, **values: Any) -> Row | None:
        """Return the first row of a statement, or None."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def execute(self, statement: str, /, **values: Any) -> int:
        """Run a writing statement; return how many rows it touched."""
        try:
            with self._lock:
                return self._writer.execute(self._statements[statement].text, values).rowcount
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def many(self, statement: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run a writing statement once per set of values, all or none."""
        with self.transaction():
            try:
                self._writer.executemany(self._statements[statement].text, values)
            except sqlite3.Error as error:
                raise self._plain(error) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One inside another joins it, and is undone alone if it alone fails."""
        with self._lock:
            first = self._depth == 0
            begin, keep = ("begin immediate", "commit") if first else ("savepoint inner_work", "release inner_work")
            self._control(begin)
            self._depth += 1
            self._owner = threading.get_ident()
            try:
                yield
                self._control(keep)
            except BaseException:
                for undo in ("rollback",) if first else ("rollback to inner_work", "release inner_work"):
                    if self._writer.in_transaction:
                        self._writer.execute(undo)
                self.forget()
                raise
            finally:
                self._depth -= 1

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Call ``forget`` whenever work is undone: what was cached from it may never have been."""
        self._forget.append(forget)

    def forget(self) -> None:
        """Let everybody forget what is cached: it was undone, or another process wrote."""
        for forget in self._forget:
            forget()

    def ensure_month(self, event_us: int) -> None:
        """Make room in the log for events of a month; nothing to do here."""

    def close(self) -> None:
        """Close every connection; a second call does nothing."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()

    def _open(self) -> sqlite3.Connection:
        try:
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            return sqlite3.connect(
                self.file or ":memory:",
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreUnusable(f"{self.file}: {error}") from error

    @staticmethod
    def _settle(raw: sqlite3.Connection) -> None:
        for setting in _SETTINGS:
            raw.execute(f"pragma {setting}")

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            reader = self._open()
            self._settle(reader)
            reader.execute("pragma query_only = on")
            return reader

    def _give_back(self, reader: sqlite3.Connection) -> None:
        if self._closed:
            reader.close()
        else:
            self._idle.append(reader)

    def _control(self, text: str) -> None:
        try:
            self._writer.execute(text)
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def _plain(self, error: sqlite3.Error) -> Exception:
        """Return the error that a person can act on; a mistake in our own statements stays what it is."""
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)):
            return error
        return StoreUnusable(f"{self.file or 'in memory'}: {error}")
