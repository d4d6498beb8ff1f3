"""The records of lineage: datasets, versions, runs, edges, and what the fold of one run's events says.

Every record is frozen and holds no clock, no store row id and no behaviour beyond naming itself.
Times are microseconds since 1970 UTC; 0 means unknown.
"""

from datetime import date
from typing import Literal

import msgspec

from driftline.event import names

Provenance = Literal[
    "explicit",
    "column",
    "sql",
    "probed",
    "identical content",
    "kept values",
    "code",
    "cartesian",
    "manual",
    "symlink",
    "rename",
]
RunState = Literal["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]
RollUp = Literal["task", "parent", "root"]  # what a job is shown as: itself, its parent, the outermost parent
Moment = str | int | date | None  # how a moment is said: a text (see engine.moments), microseconds, a date; None = now
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
    also: tuple[str, ...] = ()  # further slices that hold the same content
    fingerprint: str = ""  # content hash with its algorithm, such as xxh3:…
    rows: int | None = None
    bytes: int | None = None
    fields: tuple[Field, ...] | None = None  # None = schema not said
    profile: str = ""  # content hash of the profile bytes in the store; "" = none
    hashes: str = ""  # content hash, in the store, of the facet with its hashes by column and rows; "" = none
    attributes: dict[str, str] = {}  # what people want to see: path, uri, threshold …
    aliases: tuple[Dataset, ...] | None = None  # other names of the dataset; None = not said
    formerly: tuple[Dataset, ...] = ()  # the names that it had until it was renamed
    lifecycle: str = ""  # CREATE, ALTER, DROP, OVERWRITE, RENAME, TRUNCATE; "" = not said
    unnamed: bool = False  # of an input: no event lists it, only column lineage names it


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


class Place(msgspec.Struct, frozen=True, order=True):
    """A dataset or a job as the end of a tie."""

    type: Literal["DATASET", "JOB"]
    namespace: str
    name: str


class Tie(msgspec.Struct, frozen=True, order=True):
    """One dataset or job feeds another, without a version and without the run in between.

    Tied to itself it is said to have no source.
    """

    source: Place
    target: Place
    provenance: Provenance = "explicit"
    confidence: float = 1.0


class RunShape(msgspec.Struct, frozen=True, kw_only=True):
    """What the events of one run (execution) add up to; the fold of a *set* of events.

    An output in ``informed`` has the sources that ``edges`` name, and no others; every other output has every input as
    its source.
    """

    run: str  # run id, a UUID
    attempt: int = 1
    job: Job
    state: str = ""
    started_us: int = 0
    ended_us: int = 0
    nominal_us: int = 0
    parent: str = ""  # run id of the parent
    parent_job: Job | None = None
    root: str = ""  # run id of the outermost parent
    root_job: Job | None = None
    code: str = ""  # hash or revision of the code; "" = not said
    parameters: dict[str, str] = {}
    inputs: tuple[Touched, ...] = ()
    outputs: tuple[Touched, ...] = ()
    informed: tuple[Version, ...] = ()
    edges: tuple[Edge, ...] = ()
    ties: tuple[Tie, ...] = ()
    columns: tuple[ColumnEdge, ...] = ()

    @property
    def time_us(self) -> int:
        """When its outputs came into being: its end, else its start."""
        return self.ended_us or self.started_us


class State(msgspec.Struct, frozen=True):
    """What was known of a run, a job or a dataset from one moment on."""

    since_us: int
    shape: RunShape


class History(msgspec.Struct, frozen=True):
    """The states that one execution went through, by event time, or that a job or a dataset was said to have."""

    kind: Literal["run", "job", "dataset"]
    states: tuple[State, ...]  # never empty; the last one stands

    @property
    def shape(self) -> RunShape:
        """How it stands."""
        return self.states[-1].shape

    @property
    def key(self) -> tuple[str, int]:
        """Run id and attempt; of a job or a dataset its node id and 0."""
        return self.shape.run, self.shape.attempt


class Node(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A node of an answer about lineage, as commands and the HTTP interface print it."""

    id: str
    type: Literal["DATASET", "VERSION", "FIELD", "JOB", "RUN"]
    label: str
    kind: str = ""
    depth: int = 0  # 0 = what was asked for; negative = upstream, positive = downstream
    time_us: int = 0
    status: str = ""  # "", "drift", "changed", "quarantined"
    no_upstream: str = ""  # the job or dataset whose event says that this has no source; "" = nobody does


class Link(
    msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False, rename={"source": "from", "target": "to"}
):
    """An edge of an answer about lineage: JSON keys ``from``, ``to``, ``kind``, ``provenance``, ``confidence``."""

    source: str
    target: str
    kind: str  # READ, WRITE, DERIVED, ALIAS, or DIRECT:SUBTYPE / INDIRECT:SUBTYPE for columns
    provenance: str = msgspec.field(default_factory=lambda: "explicit")  # made anew, so that it is always spelt out
    confidence: float = msgspec.field(default_factory=lambda: 1.0)
    via: str = ""  # of DERIVED: the job in between, which READ and WRITE links show; "" = none
    through: float = 1.0  # as drawn, of READ and WRITE: the confidence of the surest DERIVED link along it


class Subgraph(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes and the links between them; the unit in which ``graph`` answers."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Link, ...] = ()
    truncated: bool = False  # there was more than the limit let through
    unmatched: tuple[str, ...] = ()  # words of a selector that fit nothing
