"""Names are written once: datasets, jobs and columns become dense integers, which edges hold.

Enters: names, with the moment at which an event named them. Leaves: ids, given in the order in which things are first
heard of. Whoever folds is alone in doing so, therefore ids are counted here and written together at the end. Never
changes what a name stands for.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from driftline.event import names
from driftline.event.lineage import Dataset, Job
from driftline.store.connection import OPEN, Connection
from driftline.store.held import Held

Key = tuple[str, str, str]  # type, namespace, name
Order = tuple[int, int, bytes]  # of an event: time, state, content
_NODES = {"DATASET": names.dataset_id, "JOB": names.job_id}


class Standing(msgspec.Struct, frozen=True, array_like=True):
    """The facet of one key that stands: of which event it is, and its number (0: deleted)."""

    time_us: int
    state: int
    event: bytes
    blob: int


class NodeRow(NamedTuple):
    """What is held of a dataset or a job."""

    id: int
    kind: str = ""
    since_us: int = OPEN  # the first event that names it
    last_us: int = 0  # the last one
    facets: bytes = b""


class FieldRow(NamedTuple):
    """What is held of a column."""

    id: int
    since_us: int = OPEN  # the first event that names it


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(dict[str, Standing]).decode


def standing(facets: bytes) -> dict[str, Standing]:
    """Return the facets of a node by key."""
    return _decode(facets) if facets else {}


class Counter:
    """Ids of one table, one after the other."""

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._statement = f"{table}_top"
        self._last = -1
        connection.on_rollback(self.forget)

    def next(self) -> int:
        """Return a new id."""
        if self._last < 0:
            row = self._connection.row(self._statement)
            self._last = row[0] if row else 0
        self._last += 1
        return self._last

    def forget(self) -> None:
        """Ask the table again."""
        self._last = -1


class Names:
    """Ids of datasets, jobs and columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._node_ids = Counter(connection, "node")
        self._field_ids = Counter(connection, "field")
        self._nodes: Held[Key, NodeRow] = Held(self._load_node, self._save_nodes)
        self._fields: Held[tuple[int, str], FieldRow] = Held(self._load_field, self._save_fields, bound=100_000)
        self._told: list[Callable[[list[tuple[Key, NodeRow]], list[int]], None]] = []
        connection.on_rollback(self.forget)

    def on_save(self, told: Callable[[list[tuple[Key, NodeRow]], list[int]], None]) -> None:
        """Call ``told`` with the datasets and jobs that were written, and with datasets that got a column."""
        self._told.append(told)

    def dataset(self, dataset: Dataset, moment_us: int = OPEN) -> int:
        """Return the id of ``dataset``, known or new; ``moment_us`` is when an event named it."""
        return self._node(("DATASET", dataset.namespace, dataset.name), moment_us)

    def job(self, job: Job, moment_us: int = OPEN) -> int:
        """Return the id of ``job``, known or new; 0 for no job."""
        return self._node(("JOB", job.namespace, job.name), moment_us) if job.name else 0

    def hub(self, job: Job, digest: str, moment_us: int) -> int:
        """Return the id of a place where the many inputs and outputs of a run meet."""
        return self._node(("HUB", job.namespace, f"{job.name}#{digest}"), moment_us)

    def known(self, type_: str, namespace: str, name: str) -> int | None:
        """Return the id of a dataset or job, or None where it was never heard of."""
        row = self._connection.row("node_of", type=type_, namespace=namespace, name=name)
        return row[0] if row else None

    def kind(self, dataset: Dataset, kind: str) -> None:
        """Say of which kind a dataset is; of several that were said, the first in the alphabet holds."""
        key = ("DATASET", dataset.namespace, dataset.name)
        row = self._nodes.get(key)
        if kind and row is not None and (not row.kind or kind < row.kind):
            self._nodes.put(key, row._replace(kind=kind))

    def describe(self, key: Key, span: tuple[int, int], facets: Mapping[str, tuple[Order, int]]) -> None:
        """Take facets (place of the event and number, 0 = deleted) of a dataset or a job: the newest of a key stands.

        ``span`` is when the first and the last of these events happened.
        """
        self._node(key, span[0])
        row = self._nodes.get(key)
        assert row is not None
        held = standing(row.facets)
        newer = {
            name: Standing(*order, blob)
            for name, (order, blob) in facets.items()
            if name not in held or (held[name].time_us, held[name].state, held[name].event) < order
        }
        last = max(row.last_us, span[1])
        if newer:
            self._nodes.put(key, row._replace(facets=_encode(dict(sorted({**held, **newer}.items()))), last_us=last))
        elif last != row.last_us:
            self._nodes.put(key, row._replace(last_us=last))

    def field(self, dataset_id: int, name: str, moment_us: int = OPEN) -> int:
        """Return the id of a column, known or new; ``""`` is the row set, minus the dataset's id."""
        if not name:
            return -dataset_id
        held = self._fields.get((dataset_id, name))
        if held is None:
            held = FieldRow(self._field_ids.next(), moment_us)
            self._fields.put((dataset_id, name), held)
        elif moment_us < held.since_us:
            self._fields.put((dataset_id, name), held._replace(since_us=moment_us))
        return held.id

    def flush(self) -> None:
        """Write what is new."""
        self._nodes.flush()
        self._fields.flush()

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._nodes.forget()
        self._fields.forget()
        self._node_ids.forget()
        self._field_ids.forget()

    def _node(self, key: Key, moment_us: int) -> int:
        row = self._nodes.get(key)
        if row is None:
            row = NodeRow(self._node_ids.next(), since_us=moment_us)
            self._nodes.put(key, row)
        elif moment_us < row.since_us:
            row = row._replace(since_us=moment_us)
            self._nodes.put(key, row)
        return row.id

    def _load_node(self, key: Key) -> NodeRow | None:
        type_, namespace, name = key
        row = self._connection.row("node_of", type=type_, namespace=namespace, name=name)
        return NodeRow(*row) if row else None

    def _save_nodes(self, changed: list[tuple[Key, NodeRow]]) -> None:
        self._connection.many(
            "node_put",
            [
                {
                    "type": type_,
                    "namespace": namespace,
                    "name": name,
                    "node": _NODES[type_](namespace, name) if type_ in _NODES else "",
                    **row._asdict(),
                }
                for (type_, namespace, name), row in changed
            ],
        )
        for told in self._told:
            told(changed, [])

    def _load_field(self, key: tuple[int, str]) -> FieldRow | None:
        row = self._connection.row("field_of", dataset=key[0], name=key[1])
        return FieldRow(*row) if row else None

    def _save_fields(self, changed: list[tuple[tuple[int, str], FieldRow]]) -> None:
        rows = [{**row._asdict(), "dataset": dataset, "name": name} for (dataset, name), row in changed]
        self._connection.many("field_put", rows)
        for told in self._told:
            told([], [dataset for (dataset, _), _ in changed])
