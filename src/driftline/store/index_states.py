"""What can be found of runs and versions: those that people said something of, by what they said.

Enters: node ids. Leaves: a document for each run or version that has a label, None for one that has none or is gone.
There are millions of runs; those without a label are reached from their jobs and are not indexed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from driftline.store import document
from driftline.store.catalogue import Found
from driftline.store.connection import OPEN, Connection
from driftline.store.document import Document, Labelled, Meanings

Lookup = Callable[[str], Found | None]


def may_be(node: str) -> bool:
    """Whether a node id may be one of a run or a version."""
    return node.startswith("run:") or (node.startswith("dataset:") and "#" in node)


class IndexStates:
    """Runs and versions, as far as they are found."""

    def __init__(self, connection: Connection, lookup: Lookup) -> None:
        self._connection = connection
        self._lookup = lookup

    def said_of(self) -> list[str]:
        """Return the runs and versions that people said something of."""
        return [node for (node,) in self._connection.rows("states_said_of", open=OPEN)]

    def indexed(self) -> list[str]:
        """Return the runs and versions that can be found."""
        return [node for (node,) in self._connection.rows("states_indexed")]

    def documents(
        self, nodes: Iterable[str], labels: Mapping[str, Labelled], meanings: Meanings
    ) -> Iterator[tuple[str, Document | None]]:
        """Yield what is to be found of each node that is a run or a version, or was one."""
        for node in nodes:
            found = self._lookup(node)
            if found is None or node not in labels:
                yield node, None
            elif found.type == "RUN":
                yield node, self._of_run(found, labels[node], meanings)
            elif found.type == "VERSION":
                yield node, self._of_version(found, labels[node], meanings)

    def _of_run(self, found: Found, labels: Labelled, meanings: Meanings) -> Document:
        [row] = self._connection.rows("runs_by_ids", ids=f"[{found.id}]")
        key = ("RUN", "", row[9] or "", f"{row[10] or ''} {found.label}".strip())
        return document.of_state(found.node, key, found.label, found.label, row[10] or "", labels, meanings)

    @staticmethod
    def _of_version(found: Found, labels: Labelled, meanings: Meanings) -> Document:
        assert found.dataset is not None
        space, name = found.dataset.namespace, found.dataset.name
        key = ("VERSION", found.kind, space, found.label)
        return document.of_state(found.node, key, found.label, found.version, name, labels, meanings)
