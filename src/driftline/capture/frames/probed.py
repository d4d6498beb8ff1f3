"""A frame that a step has returned: its columns come from those of the step's arguments, as probing finds out.

Enters: the key of the probe and where the arguments come from. Leaves: a node whose edges are there once the probe is
answered, marked as probed, with the confidence of the probe. Through an argument that may have been changed in place
since it was read the confidence is a little less.
"""

from collections.abc import Mapping
from typing import NamedTuple

from driftline.capture.frames.node import Headers, Node
from driftline.capture.frames.shape import NOTHING, Shape
from driftline.capture.probe import cache
from driftline.capture.probe.report import Influence, Report
from driftline.capture.runs.columns import PROBED
from driftline.capture.sql.relation import NONE, Edge, Edges, step

MUTABLE = 0.95  # of the confidence that is left where the argument is a frame that can be changed in place


class Step(NamedTuple):
    """One result of one call of a step."""

    key: str
    names: tuple[str, ...]  # of the arguments that are tables
    inputs: tuple[Node, ...]  # where they come from, in the same order
    mutable: frozenset[str]
    output: int
    depth: int

    def waits(self) -> tuple[str, ...]:
        """Return the key of the probe while it is not answered."""
        return (self.key,) if cache.get(self.key) is None else ()

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - inputs are made
        """Return the columns as the probe found them; nothing before it has."""
        found = cache.get(self.key)
        if found is None or found.reason or self.output >= len(found.columns):
            return NOTHING
        given = {name: made[id(node)] for name, node in zip(self.names, self.inputs, strict=True)}
        return self._composed(found, given)

    def _composed(self, found: Report, given: Mapping[str, Shape]) -> Shape:
        columns: dict[str, Edges] = dict.fromkeys(found.columns[self.output], NONE)
        rows: Edges = NONE.union(*(shape.rows for shape in given.values()))
        for one in found.influences:
            if one.output != self.output or one.argument not in given:
                continue
            edges = self._through(given[one.argument].find(one.column) or NONE, one)
            if one.target:
                columns[one.target] = columns.get(one.target, NONE) | edges
            else:
                rows |= edges
        unknown = any(shape.unknown for shape in given.values())
        return Shape(columns, rows=rows, unknown=unknown)

    def _through(self, edges: Edges, influence: Influence) -> Edges:
        kept = influence.confidence * (MUTABLE if influence.argument in self.mutable else 1.0)
        kind = (influence.type, influence.subtype or ("TRANSFORMATION" if influence.type == "DIRECT" else "FILTER"))
        return frozenset(
            Edge(edge.source, edge.column, step(edge.kind, kind), round(edge.confidence * kept, 6), PROBED)
            for edge in edges
        )
