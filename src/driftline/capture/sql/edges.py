"""Column lineage of a statement as edges between datasets, once it is known what its sources are called.

Enters: the lineage of a form of statement, and the datasets that its sources are this time. Leaves: edges per
output column and edges that shape the rows, bound to the columns of the output when those are known, each as sure as
the statement makes it. A source that is several datasets reaches the output from each of them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from driftline.capture.runs.columns import Bound, Reach
from driftline.capture.sql import bound, second
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import Edge, Source
from driftline.capture.sql.second import Said
from driftline.event.facets import Difference
from driftline.event.lineage import Dataset
from driftline.event.names import dataset_id

PLAN = "plan"  # who observed what was not declared, or did not: the database that bound the statement


class SqlEdges(NamedTuple):
    """The lineage of one executed statement."""

    lineage: Lineage
    datasets: Mapping[Source, tuple[Dataset, ...]]
    spelled: Callable[[str], str]
    said: Said | None = None  # what the database says of it

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set."""
        opinion = self.said.columns() if self.said is not None else None
        lineage = second.weigh(self.lineage, self.datasets, opinion) if opinion is not None else self.lineage
        fields, rows = bound.bind(lineage, columns)
        found = {self.spelled(name): self._reaches(edges) for name, edges in fields.items()}
        return {name: reaches for name, reaches in found.items() if reaches}, self._reaches(rows)

    def differing(self, output: str, columns: tuple[str, ...] | None) -> list[Difference]:
        """Return where the statement and the plan to which the database bound it do not agree.

        Args:
            output: the node id of the target.
            columns: of the target, if they are known.
        """
        opinion = self.said.columns() if self.said is not None else None
        if opinion is None:
            return []
        found = []
        for side, alone in zip(
            ("declared", "observed"), second.sides(self.lineage, self.datasets, opinion), strict=True
        ):
            for name, edges in bound.bind(alone, columns)[0].items():
                for one in self._reaches(edges):
                    source = dataset_id(one.namespace, one.name)
                    found.append(
                        Difference(output, self.spelled(name), source, one.field, by=PLAN, **{side: (one.way,)})
                    )
        return found

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
