"""Column lineage of a statement as edges between datasets, once it is known what its sources are called.

Enters: the lineage of a form of statement, and the datasets that its sources are this time. Leaves: edges per
output column and edges that shape the rows, bound to the columns of the output when those are known, each as sure as
the statement makes it. A source that is several datasets reaches the output from each of them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from driftline.capture.columns import Bound, Reach
from driftline.capture.sql import bound
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import Edge, Source
from driftline.event.lineage import Dataset


class SqlEdges(NamedTuple):
    """The lineage of one executed statement."""

    lineage: Lineage
    datasets: Mapping[Source, tuple[Dataset, ...]]
    spelled: Callable[[str], str]

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set."""
        fields, rows = bound.bind(self.lineage, columns)
        found = {self.spelled(name): self._reaches(edges) for name, edges in fields.items()}
        return {name: reaches for name, reaches in found.items() if reaches}, self._reaches(rows)

    def _reaches(self, edges: Iterable[Edge]) -> list[Reach]:
        found = [
            Reach(
                dataset.namespace, dataset.name, self.spelled(edge.column), *edge.kind, edge.provenance, edge.confidence
            )
            for edge in edges
            if edge.column != "*"  # columns that are not known have no name: they are a gap of the run
            for dataset in self.datasets.get(edge.source, ())
        ]
        return sorted(found)
