"""A frame that a SELECT gave: its columns are those of the statement, each with the columns of tables behind it.

Enters: the lineage of the statement, the datasets that its sources are, and the columns of the frame. Leaves: a node.
A frame of pandas may have been changed in place since: what is said of one is less sure, and never said to be all.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from driftline.capture.frames.node import Headers, Node, Opaque, Scan, deeper
from driftline.capture.frames.parts import Counted, counted
from driftline.capture.frames.probed import MUTABLE
from driftline.capture.frames.shape import Shape
from driftline.capture.sql import bound
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import JOIN, NOTHING, Edge, Edges, Output, Source
from driftline.event.lineage import Dataset


class Selected(NamedTuple):
    """What one SELECT gave."""

    lineage: Lineage
    datasets: Mapping[Source, tuple[Dataset, ...]]
    spelled: Callable[[str], str]
    columns: tuple[str, ...]
    labels: tuple[str, ...]  # columns that a frame of pandas has as its index
    inputs: tuple[Node, ...]
    depth: int
    loaded: bool = False  # for a relation of objects, which alone what shapes these rows tells of
    apart: frozenset[tuple[str, str]] = frozenset()  # by table and column: what only brings related objects along

    @property
    def ordered(self) -> bool:
        """Whether what sorts the rows tells nothing but their order."""
        return self.lineage.ordered

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - the statement says it all
        """Return the columns as the statement has them: by their places, or by name where some became the index."""
        whole, every = all(isinstance(item, Output) for item in self.lineage.items), (*self.labels, *self.columns)
        fields, rows = bound.bind(self.lineage, None if whole and self.labels else every)
        found = {self.spelled(name).lower(): self._edges(edges) for name, edges in fields.items()}
        rootless = {
            self.spelled(name).lower()
            for name, one in bound.made(self.lineage, None if whole and self.labels else every).items()
            if one == NOTHING
        }
        columns = {name: found.get(name.lower(), frozenset()) for name in every}
        columns |= {name: Counted(edges) for name, edges in columns.items() if name.lower() in rootless}
        shaping = [edge for edge in rows if edge.kind != JOIN or self._called(edge) not in self.apart]
        return Shape(columns, rows=self._edges(shaping), unknown=not whole and not all(columns.values()))

    def _called(self, edge: Edge) -> tuple[str, str]:
        return edge.source.names[-1].rpartition(".")[2].lower(), edge.column.lower()

    def _edges(self, found: Iterable[Edge]) -> Edges:
        return frozenset(
            edge._replace(source=_table(dataset), column=self.spelled(edge.column))
            for edge in found
            if edge.column != "*"  # of columns that are not known
            for dataset in self.datasets.get(edge.source, ())
        )


class Changeable(NamedTuple):
    """A frame that may have been changed in place since it is known where it comes from."""

    inputs: tuple[Node, ...]  # what is known, and that it is not all
    depth: int
    changeable: bool = True

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - inputs are made
        """Return what is known, a little less surely."""
        known = made[id(self.inputs[0])]
        columns = {
            name: counted(_less(edges), [edges]) if isinstance(edges, Counted) else _less(edges)
            for name, edges in known.columns.items()
        }
        return known._replace(columns=columns, rows=_less(known.rows))


def of(
    lineage: Lineage,
    datasets: Mapping[Source, tuple[Dataset, ...]],
    spelled: Callable[[str], str],
    columns: tuple[str, ...],
    labels: tuple[str, ...] = (),
) -> Selected:
    """Return the node of a frame with these columns, which are in the order of the statement."""
    inputs = tuple(Scan(_table(one)) for one in dict.fromkeys(one for found in datasets.values() for one in found))
    return Selected(lineage, datasets, spelled, columns, labels, inputs, deeper(inputs))


def changeable(known: Node) -> Changeable:
    """Return where a frame comes from that may have been changed in place."""
    inputs = (known, Opaque())
    return Changeable(inputs, deeper(inputs))


def _table(dataset: Dataset) -> Source:
    return Source("table", (dataset.namespace, dataset.name))


def _less(edges: Edges) -> Edges:
    return frozenset(edge._replace(confidence=round(edge.confidence * MUTABLE, 6)) for edge in edges)
