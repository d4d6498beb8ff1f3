"""Walks over edges: what is upstream or downstream of a place, as it held at a moment.

Enters: ids of the store. Leaves: the nodes reached with their distance, and the edges among them, as rows.
The work is recursive SQL that steps only along keys, so its cost follows the answer. Never decides what is
shown.
"""

from typing import Literal, NamedTuple

from driftline.store.connection import OPEN, Connection, Row

Direction = Literal["up", "down"]
NOW = OPEN - 1  # a moment at which everything that still holds is seen
_REPEATS = 4  # a node may be reached at several distances; rows looked at per node that is asked for


class Step(NamedTuple):
    """Nodes as rows (id and distance first), the edges among them, and whether more were left out."""

    nodes: list[Row]
    links: list[Row]
    truncated: bool


class Walks:
    """The three graphs: datasets and jobs, versions, columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def flows(self, start: int, direction: Direction, depth: int, as_of_us: int, limit: int) -> Step:
        """Walk datasets and jobs.

        Nodes: id, depth, node, type, name, kind. Links: source, target, provenance, confidence.
        """
        return self._walk("flow", direction, limit, start=start, depth=depth, as_of_us=as_of_us)

    def versions(self, start: int, direction: Direction, depth: int, as_of_us: int, limit: int) -> Step:
        """Walk versions, ``depth`` counted in runs.

        Nodes: id, depth, namespace, name, version, partition, kind, time.
        Links: source, target, provenance, confidence, run, its time, its job.
        """
        return self._walk("version", direction, limit, start=start, depth=depth, as_of_us=as_of_us)

    def columns(self, dataset: int, column: str, direction: Direction, depth: int, as_of_us: int, limit: int) -> Step:
        """Walk columns from one, or from every column of the dataset (``""``).

        Nodes: id, depth, namespace, name, column (``""`` and a negative id: the row set), kind.
        Links: source, target, kind, provenance, confidence.
        """
        start: dict[str, int | str] = {"dataset": dataset, "column": column, "every": int(not column)}
        return self._walk("column", direction, limit, depth=depth, as_of_us=as_of_us, **start)

    def _walk(self, graph: str, direction: Direction, limit: int, **values: int | str) -> Step:
        rows = limit * _REPEATS
        nodes = self._connection.rows(f"{graph}_nodes_{direction}", rows=rows, **values)
        kept = nodes[:limit]
        known = {row[0] for row in kept}
        links = self._connection.rows(f"{graph}_links_{direction}", rows=rows, **values)
        inside = [row for row in links if row[0] in known and row[1] in known]
        return Step(kept, inside, len(nodes) > limit or self._cut(graph, direction, rows, len(nodes), values))

    def _cut(self, graph: str, direction: Direction, rows: int, found: int, values: dict[str, int | str]) -> bool:
        """Whether the walk itself was ended by the number of rows: one for each distance at which a node lies."""
        if found * (int(values["depth"]) + 1) < rows:
            return False
        row = self._connection.row(f"{graph}_steps_{direction}", rows=rows + 1, **values)
        return row is not None and row[0] > rows
