"""What every engine of the store offers, and what all of them share: named statements, and transactions.

Enters: names of statements in the ``*.sql`` files with their parameters. Leaves: rows of plain Python values
(int, float, str, bytes, None), the same from every engine. One connection writes, under one lock; reads
outside a transaction run beside it, so that a page never waits for an ingest. The engines are ``sqlite`` and
``postgres``. Never builds SQL text.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from driftline.store import sql

OPEN = 2**63 - 1  # valid_to_us of what still holds
NOW = OPEN - 1  # a moment at which everything that still holds is seen
BUSY_SECONDS = 20.0  # how long a writer waits for another process

NONE = (
    "Name another place (--home or --store; in Python driftline.configure(home=…)), or record something first, as with "
    "'driftline ingest FILE'."
)

Row = tuple[Any, ...]


class Connection(ABC):
    """Named statements on one store, usable from every thread."""

    def __init__(self, dialect: str, folder: Path | None) -> None:
        self.folder = folder  # where files that belong to the store lie; None: it has none
        self.read_only = False
        self._dialect = dialect
        self._statements = sql.load(dialect)
        self._lock = threading.RLock()
        self._owner = 0  # thread that is inside a transaction
        self._depth = 0
        self._schema = -1  # the newest schema of the store that this code was found to be fit for
        self._forget: list[Callable[[], None]] = []
        self._beside = True  # reads run beside the writer

    @abstractmethod
    def rows(self, statement: str, /, **values: Any) -> list[Row]:
        """Return all rows of a statement, reading or writing."""

    def row(self, statement: str, /, **values: Any) -> Row | None:
        """Return the first row of a statement, or None."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    @abstractmethod
    def execute(self, statement: str, /, **values: Any) -> int:
        """Run a writing statement; return how many rows it touched."""

    @abstractmethod
    def many(self, statement: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run a writing statement once per set of values, all or none."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One inside another joins it, and is undone alone if it alone fails.

        Only one outermost transaction is in progress on a store at any time, whatever the number of processes.

        Raises:
            StoreTooNew: since the store was opened, a newer Driftline made it one that this code cannot work on.
        """
        with self._lock:
            first = self._depth == 0
            if first:
                self._begin()
            else:
                self._control("savepoint inner_work")
            self._depth += 1
            self._owner = threading.get_ident()
            try:
                if first:
                    self._fit()
                yield
                self._control("commit" if first else "release inner_work")
            except BaseException:
                for text in ("rollback",) if first else ("rollback to inner_work", "release inner_work"):
                    self._undo(text)
                self.forget()
                raise
            finally:
                self._depth -= 1

    def _fit(self) -> None:
        row = self.row("schema_newest")
        if row is not None and row[0] != self._schema:
            self._schema = self._checked_schema()

    @abstractmethod
    def _checked_schema(self) -> int:
        """Return the schema of the store; StoreTooNew where this code cannot work on it."""

    def on_rollback(self, forget: Callable[[], None]) -> None:
        """Call ``forget`` whenever work is undone: what was cached from it may never have been."""
        self._forget.append(forget)

    def forget(self) -> None:
        """Let everybody forget what is cached: it was undone, or another process wrote."""
        for forget in self._forget:
            forget()

    @abstractmethod
    def stream(self, statement: str, /, **values: Any) -> Iterator[Row]:
        """Yield the rows of a reading statement, without holding them all in memory."""

    def ensure_month(self, event_us: int) -> None:  # noqa: B027 - an engine without partitions has nothing to do
        """Have a place ready for log entries of the month of ``event_us``; what lies far off shares one place."""

    @abstractmethod
    def size(self) -> int:
        """Return how many bytes the store takes; 0 where that is not known."""

    @abstractmethod
    def tidy(self) -> None:
        """Give back room that is not used, and let the engine learn how its tables are filled."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection; a second call does nothing."""

    def note(self) -> None:  # noqa: B027 - a server's files are not ours
        """Remember under which numbers its files are open."""

    def ours(self) -> bool:
        """Whether they are open under these numbers still, and not closed or taken by somebody else in the process."""
        return True

    def abandon(self) -> None:  # noqa: B027 - a server's files are not ours
        """Neither use it nor close it any more, nor open its files in this process again: its numbers are taken."""

    def settled(self) -> bool:
        """Whether the calling thread reads what is committed, and nothing else."""
        return self._beside and not self._inside()

    def _inside(self) -> bool:
        """Whether the calling thread is inside a transaction."""
        return bool(self._depth) and self._owner == threading.get_ident()

    @abstractmethod
    def _begin(self) -> None:
        """Begin an outermost transaction, alone in writing until it ends."""

    @abstractmethod
    def _control(self, text: str) -> None:
        """Run ``text``, one of the words that steer a transaction."""

    @abstractmethod
    def _undo(self, text: str) -> None:
        """Run ``text``, one of the words that undo a transaction, if there still is one."""
