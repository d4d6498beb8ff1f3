"""The store in one SQLite file, or in memory.

Enters and leaves: what ``connection`` says. Reads outside a transaction run on a pool of connections beside the
writer. Committed is safe against the death of the process (write-ahead log, synchronous NORMAL). A file that this
user may not write, or whose folder this user may not, is opened for questions alone. Never builds SQL text.
Source: https://www.sqlite.org/wal.html.
"""

import contextlib
import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from driftline import held
from driftline.errors import StoreUnusable
from driftline.store import connection, migrate, sql
from driftline.store.connection import Connection, Row

_SETTINGS = (
    "synchronous = normal",
    "temp_store = memory",
    "cache_size = -32000",
    "wal_autocheckpoint = 4000",
)
READ_ONLY = "It may only be read here: questions are answered. Let this user write its folder, or name another store."
TAKEN = "the program has closed files of it, or has forked while it was open; in this process it stays closed"
BUSY = f"Another process has been writing for {connection.BUSY_SECONDS:.0f} seconds. Try again when it is done."


_FILES = ("", "-wal", "-shm")


class _Closing:
    """How many stores of this process began to close, and have closed; which are open, and never opened again."""

    begun = ended = 0
    taken: ClassVar[set[Path]] = set()
    opened: ClassVar["weakref.WeakSet[SqliteConnection]"] = weakref.WeakSet()


class SqliteConnection(Connection):
    """Named statements on one SQLite file, or in memory when ``file`` is None."""

    def __init__(self, file: Path | None) -> None:
        """Open or create the store and bring it to the newest schema.

        Raises:
            StoreTooNew: a newer Driftline wrote it; nothing was changed.
            StoreUnusable: it cannot be opened, it holds something else, or it has an older schema and may only be read;
                nothing was changed.
        """
        super().__init__("sqlite", file.parent if file else None)
        self.file = file
        self.read_only = file is not None and file.exists() and not _may_write(file)
        self._beside = file is not None
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._numbers: dict[int, held.Mark] = {}
        self._turns = (0, 0)
        if file is not None:
            held.ready()
            _Closing.opened.add(self)  # before it is: another thread may fork amid that
        try:
            self._writer = self._open()
        except BaseException:
            _Closing.opened.discard(self)
            raise
        try:
            found = migrate.version(self._writer)
            if file is not None and not self.read_only:
                self._writer.execute("pragma journal_mode = wal")
            self._settle(self._writer)
            if not self.read_only:
                migrate.migrate(self._writer)
            elif found < migrate.newest():
                raise StoreUnusable(
                    f"{file}: its schema is {found}, this version needs {migrate.newest()}", hint=READ_ONLY
                )
        except BaseException as error:
            self._writer.close()
            _Closing.opened.discard(self)
            if isinstance(error, sqlite3.Error):
                raise self._plain(error) from error
            raise

    def rows(self, statement: str, /, **values: Any) -> list[Row]:
        """Return all rows of a statement, reading or writing."""
        named = self._statements[statement]
        try:
            if named.writes or self.file is None or self._inside():
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
        if self.file is None or self._inside():
            yield from self.rows(statement, **values)
            return
        reader = self._borrow()
        try:
            yield from reader.execute(self._statements[statement].text, values)
        except sqlite3.Error as error:
            raise self._plain(error) from error
        finally:
            self._give_back(reader)

    def execute(self, statement: str, /, **values: Any) -> int:
        """Run a writing statement; return how many rows it touched."""
        try:
            with self._lock:
                return self._writer.execute(self._statements[statement].text, values).rowcount
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def many(self, statement: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run a writing statement once per set of values, all or none."""
        rows = list(values)
        if not rows:
            return
        with self.transaction():
            try:
                self._writer.executemany(self._statements[statement].text, rows)
            except sqlite3.Error as error:
                raise self._plain(error) from error

    def size(self) -> int:
        """Return how many bytes the store takes; 0 where that is not known."""
        files = [Path(f"{self.file}{end}") for end in ("", "-wal")] if self.file else []
        return sum(file.stat().st_size for file in files if file.exists())

    def tidy(self) -> None:
        """Give back room that is not used, and let the engine learn how its tables are filled."""
        with self._lock:
            for text in ("vacuum", "analyze", "pragma wal_checkpoint(truncate)"):
                self._control(text)

    def note(self) -> None:
        """Remember under which numbers its files are open: all of them, also those of other connections to it."""
        self._turns = (_Closing.begun, _Closing.ended)
        self._numbers = held.of(f"{self.file}{end}" for end in _FILES) if self.file else {}

    def ours(self) -> bool:
        """Whether they are open under these numbers still; what another connection has closed meanwhile is its own."""
        told = self._turns[0] == self._turns[1] == _Closing.begun
        return not told or held.same(self._numbers)

    def abandon(self) -> None:
        """Neither use it nor close it any more, nor open it again: SQLite shares its numbers among connections."""
        if self.file is not None:
            _Closing.taken.add(self.file)
        for raw in (getattr(self, "_writer", None), *self._idle):
            held.forever(raw)

    def close(self) -> None:
        """Close every connection; a second call does nothing, nor does one where that would close others' files."""
        with self._lock:
            self._closed = True
            if self.file in _Closing.taken:
                self.abandon()
                return
            _Closing.begun += 1
            try:
                while self._idle:
                    self._idle.pop().close()
                self._writer.close()
                _Closing.opened.discard(self)
            finally:
                _Closing.ended += 1

    def _open(self) -> sqlite3.Connection:
        if self.file in _Closing.taken:
            raise StoreUnusable(f"{self.file}: {TAKEN}")
        try:
            if self.file is not None and not self.read_only:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            return sqlite3.connect(
                self._address() if self.read_only else self.file or ":memory:",
                uri=self.read_only,
                timeout=connection.BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreUnusable(f"{self.file}: {error}") from error

    def _address(self) -> str:
        """Return the address of a file that is only read: where no log lies beside it, nobody changes it."""
        assert self.file is not None
        log = Path(f"{self.file}-wal")
        alone = not log.exists() or not log.stat().st_size
        return f"{self.file.resolve().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"

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
        if self._closed and self.file in _Closing.taken:
            held.forever(reader)
        elif self._closed:
            reader.close()
        else:
            self._idle.append(reader)

    def _begin(self) -> None:
        self._control(sql.BEGIN["sqlite"])

    def _checked_schema(self) -> int:
        return migrate.version(self._writer)

    def _control(self, text: str) -> None:
        try:
            self._writer.execute(text)
        except sqlite3.Error as error:
            raise self._plain(error) from error

    def _undo(self, text: str) -> None:
        if self._writer.in_transaction:
            self._writer.execute(text)

    def _plain(self, error: sqlite3.Error) -> Exception:
        """Return the error that a person can act on; a mistake in our own statements stays what it is."""
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)):
            return error
        hint = BUSY if "locked" in str(error) else READ_ONLY if self.read_only else StoreUnusable.hint
        return StoreUnusable(f"{self.file or 'in memory'}: {error}", hint=hint)


def _may_write(file: Path) -> bool:
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _reborn() -> None:
    """In a child that was forked: what its parent has open is never used, nor closed, nor opened again."""
    _Closing.ended = _Closing.begun
    for one in list(_Closing.opened):
        with contextlib.suppress(ImportError):  # it would be printed; the store stays closed all the same
            one.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reborn)
