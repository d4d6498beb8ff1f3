"""The whole graph in memory, for questions that meet much of it: loaded once, kept as the store has it.

Enters: a connection. Leaves: edges and flows as arrays, with their spans of time, or None as long as they are not
there: they are loaded in a thread of their own, and the store is asked meanwhile. Whoever writes edges says into which
places (``moved``); before each answer the rows into places that moved since are read again. Never holds what is not
committed; never answers with less than was committed when it was asked.
"""

import json
import logging
import struct
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from driftline import later
from driftline.errors import DriftlineError
from driftline.store.connection import Connection, Row

if TYPE_CHECKING:
    from driftline.store import arrays
    from driftline.store.arrays import Ints, Table
else:
    arrays = later.module("driftline.store.arrays")  # with numpy; who writes edges only says what moved

KEPT = 2_000  # words on what moved that are kept
MOST_ROWS = 12_000_000  # of edges and flows together; a graph of more is walked in the store (about 400 MB)
MOST_MOVED = 100_000  # places that are read again; when more moved, everything is
_TOGETHER = 5_000

logger = logging.getLogger("driftline")


def moved(connection: Connection, targets: Iterable[int]) -> None:
    """Say, within the transaction that writes them, into which places edges or flows were written."""
    places = sorted(targets)
    body = struct.pack(f"<{len(places)}q", *places)
    if body:
        [(seq,)] = connection.rows("moved_put", targets=body)
        if seq % (KEPT // 10) == 0:
            connection.execute("moved_drop", seq=seq - KEPT)


class _Stopped(Exception):
    """The store is being closed, or the graph is too large."""


class Whole:
    """The graph of one store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._graph: tuple[Table, Table] | None = None
        self._seq = 0  # the last word on what moved that is in it
        self._loading: threading.Thread | None = None
        self._stop = threading.Event()
        self._too_large = False

    def graph(self) -> "tuple[Table, Table] | None":
        """Return edges and flows as they are committed; None where the store has to be asked."""
        if self._graph is None or not self._connection.settled():
            return None
        with self._lock:
            if self._graph is not None:
                self._catch_up()
            return self._graph

    def begin(self) -> None:
        """Have the graph loaded, unless it is there or on its way."""
        with self._lock:
            loading = self._loading is not None and self._loading.is_alive()
            if loading or self._graph is not None or self._too_large or self._stop.is_set():
                return
            if self._connection.settled():
                self._loading = threading.Thread(target=self._load, name="driftline whole graph", daemon=True)
                self._loading.start()

    def load(self) -> bool:
        """Load the graph now, and wait for it; return whether it is there."""
        self.begin()
        if self._loading is not None:
            self._loading.join()
        return self._graph is not None

    def close(self) -> None:
        """Let go of the graph; loading ends."""
        self._stop.set()
        if self._loading is not None:
            self._loading.join()
        self._graph = None

    def _load(self) -> None:
        try:
            _, seq = self._span()
            edges = arrays.table(self._while_wanted("edges_whole", MOST_ROWS))
            flows = arrays.table(self._while_wanted("flows_whole", MOST_ROWS - len(edges.target)))
            self._seq = seq
            self._graph = edges, flows
        except _Stopped:
            self._too_large = not self._stop.is_set()
        except (DriftlineError, OverflowError, MemoryError) as error:
            self._too_large = isinstance(error, (OverflowError, MemoryError))
            logger.warning("the graph was not loaded into memory, questions are answered without: %s", error)

    def _while_wanted(self, statement: str, most: int) -> Iterator[Row]:
        for number, row in enumerate(self._connection.stream(statement)):
            if number % 1_000 == 0 and (self._stop.is_set() or number > most):
                raise _Stopped
            yield row

    def _catch_up(self) -> None:
        """Read again what moved since the graph was read; let go of it where that is not known, or is too much."""
        first, last = self._span()
        if last == self._seq:
            return
        if last < self._seq or first > self._seq + 1 or self._graph is None:
            self._graph = None
            return
        rows = self._connection.rows("moved_since", after=self._seq)
        targets = arrays.places(body for (body,) in rows)
        if len(targets) > MOST_MOVED:
            self._graph = None
            return
        edges, flows = self._graph
        self._graph = (
            edges.replaced(targets, self._into("edges_moved", targets)),
            flows.replaced(targets, self._into("flows_moved", targets)),
        )
        self._seq = last

    def _into(self, statement: str, targets: "Ints") -> "Table":
        found: list[Row] = []
        for at in range(0, len(targets), _TOGETHER):
            found += self._connection.rows(statement, ids=json.dumps(targets[at : at + _TOGETHER].tolist()))
        return arrays.table(found)

    def _span(self) -> tuple[int, int]:
        [(first, last)] = self._connection.rows("moved_span")
        return first, last
