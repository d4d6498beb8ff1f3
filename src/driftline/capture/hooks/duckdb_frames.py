"""What DuckDB's queries give to Python: frames and rows, with the columns of tables and files behind each column.

Enters: queries, as they are understood before they run, and the connections and relations that hold their results.
Leaves: where a frame that is fetched comes from. Of a relation that was made from another one its own statement tells.
Never runs a query; what is remembered does not keep a connection alive.
"""

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from driftline.capture.frames import origin
from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import glance
from driftline.capture.program import sites
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.known import Analysis
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset

FETCHERS = (
    "df", "fetchdf", "fetch_df", "to_df", "pl", "arrow", "fetch_arrow_table", "to_arrow_table", "fetchall",
    "fetchnumpy",
)  # fmt: skip
OF_THE_MODULE = ("fetchdf", "fetch_df", "pl", "fetch_arrow_table", "fetchall", "fetchnumpy")  # others make relations


class Query:
    """One SELECT."""

    __slots__ = ("again", "datasets", "kept", "lineage", "spelled")

    def __init__(
        self, lineage: Lineage, datasets: Mapping[Source, tuple[Dataset, ...]], spelled: Callable[[str], str]
    ) -> None:
        self.lineage = lineage
        self.datasets = datasets
        self.spelled = spelled
        self.again = False  # its rows have the same columns each time
        self.kept: origin.Given | None = None  # what was found out of these rows


class Queries:
    """The queries of this process whose results were not given yet."""

    def __init__(self) -> None:
        self._latest = threading.local()
        self._of_connections: weakref.WeakKeyDictionary[Any, Query] = (
            weakref.WeakKeyDictionary()
        )  # the one that ran last
        self._of_relations: Beside[Query] = Beside()

    def understood(self, analysis: Analysis, datasets: Mapping[Source, tuple[Dataset, ...]]) -> None:
        """Take note of statements that are about to run on this thread."""
        one = analysis.statements[0]
        single = len(analysis.statements) == 1 and one.writes is None and one.lineage is not None
        self._latest.query = Query(one.lineage, datasets, analysis.spelled) if single and one.lineage else None

    def understand(self, query: Query | None) -> None:
        """Take note of a statement that was understood before."""
        self._latest.query = query

    def latest(self) -> Query | None:
        """Return the query that was understood last on this thread."""
        found: Query | None = getattr(self._latest, "query", None)
        return found

    def take(self) -> Query | None:
        """Return the query that was understood last on this thread, once."""
        found = getattr(self._latest, "query", None)
        self._latest.query = None
        return found

    def made(self, relation: Any) -> None:
        """Remember that the query that was understood last made ``relation``."""
        query = self.take()
        if query is not None:
            self._of_relations.put(relation, query)

    def ran(self, connection: Any) -> None:
        """Remember that the query that was understood last, if one was, ran on ``connection``."""
        query = self.take()
        if query is not None:
            self._of_connections[connection] = query
        else:
            self._of_connections.pop(connection, None)

    def of(self, holder: Any) -> Query | None:
        """Return the query whose result a connection or a relation holds; None where that is not known."""
        found = self._of_relations.get(holder)
        return self._of_connections.get(holder) if found is None and holder is not None else found


def gave(query: Query, result: Any, holder: Any) -> None:
    """Remember where what was fetched from a connection or a relation comes from; a result of None = not yet."""
    rows = result is None or type(result) is list
    if rows and query.kept is not None:
        sites.read(*query.kept)
        return
    names = [str(column[0]) for column in holder.description or ()] if rows else []
    given = origin.queried(result, query.lineage, query.datasets, query.spelled, glance.at(result).fields, names)
    if rows and query.again:
        query.kept = given
