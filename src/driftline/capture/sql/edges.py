"""Column lineage of a statement as edges between datasets, once it is known what its sources are called.

Enters: the lineage of a form of statement, and the datasets that its sources are this time. Leaves: edges per
output column and edges that shape the rows, bound to the columns of the output when those are known. A source
that is several datasets reaches the output from each of them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from driftline.capture.columns import Bound, Reach
from driftline.capture.sql import statement
from driftline.capture.sql.relation import Edge, Source
from driftline.capture.sql.statement import Lineage
from driftline.event.lineage import Dataset


class SqlEdges(NamedTuple):
    """The lineage of one executed statement."""

    lineage: Lineage
    datasets: Mapping[Source, tuple[Dataset, ...]]
    spelled: Callable[[str], str]

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set."""
        fields, rows = statement.bind(self.lineage, columns)
        bound = {self.spelled(name): self._reaches(edges) for name, edges in fields.items()}
        return {name: reaches for name, reaches in bound.items() if reaches}, self._reaches(rows)

    def _reaches(self, edges: Iterable[Edge]) -> list[Reach]:
        found = [
            Reach(dataset.namespace, dataset.name, self.spelled(edge.column), *edge.kind)
            for edge in edges
            if edge.confidence >= 1 and edge.column != "*"  # what is not sure is a gap of the run, not an edge
            for dataset in self.datasets.get(edge.source, ())
        ]
        return sorted(found)
