"""One store, opened: everything that Driftline remembers, by room.

Enters: a location. Leaves: a ``Store`` whose parts share one connection and one lock, so that what is done
inside ``transaction()`` is done together or not at all. Never opens a store that a newer version wrote.
"""

from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from driftline import later
from driftline.errors import StoreUnusable
from driftline.store.blobs import Blobs
from driftline.store.connection import NONE, Connection
from driftline.store.glossary import Glossary
from driftline.store.incidents import Incidents
from driftline.store.index import Index
from driftline.store.labels import Labels
from driftline.store.lineage import Lineage
from driftline.store.log import Log
from driftline.store.marks import Marks
from driftline.store.names import Names
from driftline.store.outbox import Outbox
from driftline.store.profiles import Profiles
from driftline.store.quarantines import Quarantines
from driftline.store.sqlite import READ_ONLY, SqliteConnection
from driftline.store.state import State

if TYPE_CHECKING:
    from driftline.store import canonical, finder, ledger, postgres, reading, states, sweep, told, views, walks
else:  # what only questions need, and answers, which load numpy
    canonical = later.module("driftline.store.canonical")
    finder = later.module("driftline.store.finder")
    ledger = later.module("driftline.store.ledger")
    postgres = later.module("driftline.store.postgres")
    reading = later.module("driftline.store.reading")
    states = later.module("driftline.store.states")
    sweep = later.module("driftline.store.sweep")
    told = later.module("driftline.store.told")
    views = later.module("driftline.store.views")
    walks = later.module("driftline.store.walks")

MEMORY = ":memory:"
FILE = "driftline.db"
LEDGER = "ledger"
_TURN = "turn"


class Store:
    """The memory, by room."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        names = Names(connection)
        self.blobs = Blobs(connection)
        self.log = Log(connection, self.blobs)
        self.lineage = Lineage(connection, names, self.blobs)
        self.profiles = Profiles(connection, self.blobs, names)
        self.incidents = Incidents(connection)
        self.quarantines = Quarantines(connection)
        self.labels = Labels(connection)
        self.glossary = Glossary(connection)
        self.index = Index(connection, names, self.blobs, self.labels, self.glossary, self.lineage.lookup)
        self.outbox = Outbox(connection)
        self.state = State(connection)
        self.marks = Marks(self.state)
        self._turn = -1  # how often was folded when this process last did
        connection.on_rollback(self._lose_turn)

    @property
    def read_only(self) -> bool:
        """Whether it may only be read here."""
        return self._connection.read_only

    def demand_writing(self) -> None:
        """Do nothing where the store may be written.

        Raises:
            StoreUnusable: it may only be read here.
        """
        if self.read_only:
            raise StoreUnusable(f"{self._connection.folder}: it may not be written", hint=READ_ONLY)

    def take_turn(self) -> bool:
        """Fold alone until the transaction ends; return whether another process folded since the last turn."""
        said = self.state.get(_TURN)
        turn = int(said) if said else 0
        another = turn != self._turn
        if another:
            self._connection.forget()
        self._turn = turn + 1
        self.state.put(_TURN, str(self._turn).encode())
        return another

    def _lose_turn(self) -> None:
        self._turn = -1

    def size(self) -> int:
        """Return how many bytes the store takes; 0 where the engine does not tell."""
        return self._connection.size()

    def tidy(self) -> int:
        """Let go of blobs that nothing names any more, and give back room; return how many blobs."""
        with self._connection.transaction():
            gone = sweep.Sweep(self._connection).blobs()
            self._connection.forget()
        self._connection.tidy()
        return gone

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, across every room; one inside another joins it."""
        return self._connection.transaction()

    @cached_property
    def ledger(self) -> "ledger.Ledger":
        """The answers, opened on first use: it loads DuckDB."""
        folder = self._connection.folder
        return ledger.Ledger(self._connection, folder / LEDGER if folder else None)

    @cached_property
    def walks(self) -> "walks.Walks":
        """What is upstream and downstream."""
        return walks.Walks(self._connection)

    @cached_property
    def views(self) -> "views.Views":
        """The graph of one run, or of the last run of each job."""
        return views.Views(self._connection)

    @cached_property
    def states(self) -> "states.States":
        """What datasets and their slices held, and when."""
        return states.States(self._connection)

    @cached_property
    def canonical(self) -> "canonical.Canonical":
        """Everything that is kept, in one form."""
        return canonical.Canonical(self._connection, self.blobs)

    @cached_property
    def finder(self) -> "finder.Finder":
        """Search."""
        return finder.Finder(self._connection)

    @cached_property
    def tellings(self) -> "told.Tellings":
        """What runs have told of a dataset."""
        return told.Tellings(self._connection, self.blobs)

    @cached_property
    def reading(self) -> "reading.Reading":
        """Runs and events, page by page."""
        return reading.Reading(self._connection, self.blobs, self.log)

    def note(self) -> None:
        """Remember under which numbers its files are open."""
        self._connection.note()

    def ours(self) -> bool:
        """Whether they are open under these numbers still."""
        return self._connection.ours()

    def abandon(self) -> None:
        """Neither use it nor close it any more: the program has its numbers."""
        self._connection.abandon()

    def close(self) -> None:
        """Let go of the files."""
        if "ledger" in self.__dict__:
            self.ledger.close()
        if "walks" in self.__dict__:
            self.walks.whole.close()
        self._connection.close()


def open_store(location: str, *, home: str = "", create: bool = True) -> Store:
    """Open the store at ``location``; one that does not exist is made where ``create`` says so.

    Args:
        location: ``sqlite://FOLDER``, a folder's path, ``:memory:``, or ``postgresql://USER@HOST:PORT/DATABASE``.
        home: where the answers of a store in PostgreSQL are moved to Parquet; ``""`` = they stay in the database.
        create: make a store where there is none.

    Raises:
        MissingExtra: the store is in PostgreSQL, and psycopg is not installed.
        StoreTooNew: a newer Driftline wrote it; nothing was changed.
        StoreUnusable: it cannot be opened, is something else, or is not there; nothing was changed.
    """
    if location == MEMORY:
        return Store(SqliteConnection(None))
    scheme, mark, rest = location.partition("://")
    if mark and scheme in ("postgresql", "postgres"):
        return Store(postgres.PostgresConnection(location, Path(home) if home else None, create=create))
    if mark and scheme != "sqlite":
        raise StoreUnusable(f"{scheme}://…: known are sqlite://FOLDER, postgresql://… and {MEMORY}")
    file = Path(rest if mark else location) / FILE
    if not create and _missing(file):
        raise StoreUnusable(f"{file.parent} holds no store", hint=NONE)
    return Store(SqliteConnection(file))


def _missing(file: Path) -> bool:
    try:
        return not file.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:  # opening it tells what is wrong
        return False
