"""The records of lineage: datasets, versions, runs, edges, and what the fold of one run's events says.

Every record is frozen and holds no clock, no store row id and no behaviour beyond naming itself.
Times are microseconds since 1970 UTC; 0 means unknown.
"""

from typing import Literal

import msgspec

from driftline.event import names

Provenance = Literal["explicit", "column", "sql", "probed", "identical content", "cartesian", "manual"]
RunState = Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
TERMINAL: frozenset[str] = frozenset({"COMPLETE", "ABORT", "FAIL"})


class Dataset(msgspec.Struct, frozen=True, order=True):
    """Anything that holds data, named as OpenLineage names it."""

    namespace: str
    name: str

    @property
    def node(self) -> str:
        """The node id."""
        return names.dataset_id(self.namespace, self.name)


class Version(msgspec.Struct, frozen=True, order=True):
    """One state of a dataset. ``version`` is ``""`` where an event named the dataset only."""

    dataset: Dataset
    version: str

    @property
    def node(self) -> str:
        """The node id."""
        return names.dataset_id(self.dataset.namespace, self.dataset.name, self.version)


class Job(msgspec.Struct, frozen=True, order=True):
    """Code that runs, named by its scheduler or its author."""

    namespace: str
    name: str

    @property
    def node(self) -> str:
        """The node id."""
        return names.job_id(self.namespace, self.name)


class Field(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a schema: its name and its type as the system spells it."""

    name: str
    type: str = ""


class Touched(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A version as one run read or wrote it, with what the event said of it."""

    dataset: Dataset
    version: str = ""
    kind: str = ""  # table, file, model, index, documents, prompt, predictions; "" = not said
    partition: str = ""  # nominal slice, such as 2013-01-31; "" = the whole
    fingerprint: str = ""  # content hash with its algorithm, such as xxh3:…
    rows: int | None = None
    bytes: int | None = None
    fields: tuple[Field, ...] | None = None  # None = schema not said
    profile: str = ""  # content hash of the profile bytes in the store; "" = none
    attributes: dict[str, str] = {}  # what people want to see: path, uri, threshold …


class ColumnEdge(msgspec.Struct, frozen=True, order=True):
    """``source.source_column`` reaches ``target.target_column``.

    ``target_column`` is ``""`` for an edge that shapes the whole row set (join keys, filters, grouping).
    """

    source: Dataset
    source_column: str
    target: Dataset
    target_column: str
    type: Literal["DIRECT", "INDIRECT"] = "DIRECT"
    subtype: str = ""  # IDENTITY, TRANSFORMATION, AGGREGATION / JOIN, GROUP_BY, FILTER, SORT, WINDOW, CONDITIONAL
    provenance: Provenance = "column"
    confidence: float = 1.0


class Edge(msgspec.Struct, frozen=True, order=True):
    """One version fed another through a run."""

    source: Version
    target: Version
    run: str
    provenance: Provenance
    confidence: float = 1.0


class RunShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the events of one run (execution) add up to; the fold of a *set* of events."""

    run: str  # run id, a UUID
    attempt: int = 1
    job: Job
    state: str = ""
    started_us: int = 0
    ended_us: int = 0
    nominal_us: int = 0
    parent: str = ""  # run id of the parent
    code: str = ""  # hash or revision of the code; "" = not said
    parameters: dict[str, str] = {}
    inputs: tuple[Touched, ...] = ()
    outputs: tuple[Touched, ...] = ()
    edges: tuple[Edge, ...] = ()
    columns: tuple[ColumnEdge, ...] = ()

    @property
    def time_us(self) -> int:
        """When its outputs came into being: its end, else its start."""
        return self.ended_us or self.started_us


class Node(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A node of an answer about lineage, as commands and the HTTP interface print it."""

    id: str
    type: Literal["DATASET", "VERSION", "FIELD", "JOB", "RUN"]
    label: str
    kind: str = ""
    depth: int = 0  # 0 = what was asked for; negative = upstream, positive = downstream
    time_us: int = 0
    status: str = ""  # "", "drift", "changed", "quarantined"


class Link(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"source": "from", "target": "to"}):
    """An edge of an answer about lineage: JSON keys ``from``, ``to``, ``kind``, ``provenance``, ``confidence``."""

    source: str
    target: str
    kind: str  # READ, WRITE, DERIVED, or DIRECT:SUBTYPE / INDIRECT:SUBTYPE for columns
    provenance: str = "explicit"
    confidence: float = 1.0


class Subgraph(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes and the links between them; the unit in which ``graph`` answers."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Link, ...] = ()
    truncated: bool = False  # there was more than the limit let through
