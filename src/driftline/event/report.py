"""The records that questions are answered with: receipts, summaries, quarantines, explanations.

They are what commands print with ``--json`` and what the HTTP interface returns.
"""

from typing import Literal

import msgspec

from driftline.event.answer import Answer
from driftline.event.finding import Change, Finding, Histogram, Incident
from driftline.event.lineage import Dataset, Field, Link, Node, Subgraph


class Receipt(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one event: accepted (new), merged (known already), quarantined (kept, not folded), or discarded.

    What was discarded was in quarantine and was given up; it is kept, but not tried again.
    """

    status: Literal["accepted", "merged", "quarantined", "discarded"]
    event: str  # id: its time and the hash of its content
    reason: str = ""  # why it was quarantined
    facets: dict[str, str] = {}  # facet -> why it could not be read; the event is accepted all the same
    repairs: dict[str, str] = {}  # place -> what was read there instead; the event is kept as it came
    replaced_by: str = ""  # id of the event as which it was taken out of quarantine


class DatasetSummary(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the catalogue."""

    node: str
    dataset: Dataset
    kind: str = ""
    versions: int = 0
    latest: str = ""
    partition: str = ""
    rows: int | None = None
    updated_us: int = 0
    status: str = ""  # "", drift, quarantined


class VersionSummary(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One state of a dataset."""

    node: str
    version: str
    partition: str = ""
    rows: int | None = None
    bytes: int | None = None
    fingerprint: str = ""
    time_us: int = 0
    run: str = ""  # that wrote it; "" = it arrived from outside
    job: str = ""
    status: str = ""


class RunSummary(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One execution, in a list."""

    node: str
    run: str
    job: str  # its name
    job_node: str = ""
    attempt: int = 1
    state: str = ""  # START, RUNNING, COMPLETE, FAIL, ABORT …
    started_us: int = 0
    ended_us: int = 0  # 0 = not known
    nominal_us: int = 0
    inputs: int = 0  # versions that it read
    outputs: int = 0
    error: str = ""  # what it failed of


class ColumnSummary(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the latest profile says of one column."""

    name: str
    type: str = ""
    null_share: float | None = None
    distinct: float | None = None
    mean: float | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    histogram: Histogram | None = None


class DatasetReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One dataset: its schema, its newest versions and its open findings."""

    summary: DatasetSummary
    fields: tuple[Field, ...] = ()
    columns: tuple[ColumnSummary, ...] = ()
    versions: tuple[VersionSummary, ...] = ()
    findings: tuple[Finding, ...] = ()


class Quarantine(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A version, or everything of a dataset since a moment, that must not reach anybody."""

    id: str
    node: str  # dataset or version node id
    since_us: int = 0  # with a dataset: versions from this event time on
    reason: str
    incident: str = ""
    created_us: int
    released_us: int = 0
    released_by: str = ""


class IncidentReport(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An incident with everything its page shows."""

    incident: Incident
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    graph: Subgraph = Subgraph()  # path from the first cause to the symptom, and what else is hit
    quarantines: tuple[Quarantine, ...] = ()
    actions: tuple[str, ...] = ()  # what to do next, as sentences


class Step(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One station of a document: a version of an index, of a collection, or the source that it was taken from."""

    node: str  # node id of the version
    document: str = ""  # what it is called there
    content: str = ""  # content hash of what it is there
    column: str = ""  # column that holds its text
    run: str = ""  # run that wrote this version, such as the one that cut and ingested it; "" = not known
    job: str = ""  # of that run


class Trail(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a document that an answer retrieved came from, from the index back to its source."""

    content: str  # content hash of what was retrieved
    document: str = ""
    score: float = 0.0
    sure: bool = True  # False = it was at hand, but may have fed earlier answers only
    steps: tuple[Step, ...] = ()  # the nearest first; none = nothing is known of it but that it was retrieved


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why an answer came out as it did: what it stood on, what moved there, which incident it belongs to."""

    answer: Answer
    documents: tuple[Trail, ...] = ()  # what was retrieved, in order, and where it came from
    graph: Subgraph = Subgraph()
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    data: tuple["DataChange", ...] = ()  # how what it stood on differs from the version before, nearest first
    incidents: tuple[Incident, ...] = ()
    sentence: str = ""


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Answers, newest first."""

    answers: tuple[Answer, ...] = ()


class Perhaps(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What only perhaps retrieved a document: it was at hand, but may have fed earlier answers only."""

    answers: int = 0  # beyond those that did for sure
    money: float = 0.0  # paid by those answers
    others: dict[str, float] = {}  # paid in other currencies, by currency
    endpoints: tuple[str, ...] = ()  # of no answer that did for sure


class Impact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything downstream of a node."""

    node: str
    graph: Subgraph = Subgraph()
    datasets: int = 0
    jobs: int = 0
    endpoints: tuple[str, ...] = ()
    answers: int = 0  # answers that stood on it
    money: float = 0.0  # paid by those answers, in ``currency``
    others: dict[str, float] = {}  # paid by them in other currencies, by currency
    perhaps: Perhaps | None = None  # None = of no answer is it in doubt
    currency: str = "USD"
    newest: tuple[str, ...] = ()  # of a document: ids of the newest answers that retrieved it
    sentence: str = ""


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """The datasets that a selector selects."""

    nodes: tuple[Node, ...] = ()
    total: int = 0  # how many there are, those beyond the limit among them
    unmatched: tuple[str, ...] = ()  # words of the selector that fit nothing
    notes: tuple[str, ...] = ()  # what may have been meant


class LinkChange(msgspec.Struct, frozen=True, kw_only=True):
    """A link that is there at both moments and known in another way: its provenance or how sure it is."""

    before: Link
    after: Link


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a schema that came, went or changed its type."""

    node: str  # the dataset
    field: str
    before: str | None = None  # its type; None = it was not there
    after: str | None = None


class CodeChange(msgspec.Struct, frozen=True, kw_only=True):
    """A job whose last run before each moment ran other code."""

    node: str
    before: str
    after: str
    sql: str = ""  # how the SQL of the two differs, in words; "" = it does not, or it is not known


class Disagreement(msgspec.Struct, frozen=True, kw_only=True, rename={"source": "from", "target": "to"}):
    """An edge between columns on which what was declared and what was observed do not agree: ``from``, ``to``."""

    source: str  # column, or the dataset where its rows as a whole are meant
    target: str
    declared: tuple[str, ...]  # ways that SQL, a plan or the user's code stated, such as DIRECT:TRANSFORMATION
    observed: tuple[str, ...]  # ways that were seen
    by: str  # who saw them: probing, or the plan to which the database bound the statement
    run: str  # that says so


class ColumnCells(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A column that is not the same in two versions, and where."""

    name: str
    change: Literal["changed", "came", "went"]
    rows: tuple[tuple[int, int], ...] = ()  # spans of rows, first and last one, counted from 0


class DataChange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A dataset with other content: what its two versions' fingerprints say."""

    node: str  # the dataset
    before: str  # version; "" = none: it came
    after: str  # version; "" = none: it went
    partition: str = ""  # the slice that both are of
    verdict: str  # same, reordered, appended, added, removed, changed, columns, unknown; of a slice: came, went
    at_us: int = 0  # from when on it was so, or when a run first told of it; 0 = not asked for
    returned: bool = False  # what is there now was there before what went
    columns: tuple[ColumnCells, ...] = ()
    sure: bool = True  # False = the verdict rests on a sample of rows, or on complete groups only
    sentence: str = ""


class RowChange(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A row that came or went, or one cell of a row that is there before and after."""

    row: int  # its place in the second version, of one that went in the first, counted from 0
    key: str = ""  # value of the key by which rows are told apart; "" = by their places
    change: Literal["changed", "came", "went"]
    column: str = ""  # of the cell; "" = the whole row
    before: str | None = None  # what stood there, as text; None = nothing
    after: str | None = None


class Difference(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How the graph at one moment differs from the graph at another."""

    node: str = ""  # around which it was looked; "" = the whole graph
    since_us: int
    until_us: int = 0  # 0 = now
    came: tuple[Node, ...] = ()
    went: tuple[Node, ...] = ()
    links_came: tuple[Link, ...] = ()
    links_went: tuple[Link, ...] = ()
    links_changed: tuple[LinkChange, ...] = ()
    columns_came: tuple[Link, ...] = ()  # links between columns
    columns_went: tuple[Link, ...] = ()
    columns_changed: tuple[LinkChange, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    code: tuple[CodeChange, ...] = ()
    data: tuple[DataChange, ...] = ()  # around a node only
    rows: tuple[RowChange, ...] = ()  # of two versions, if asked for: the first ones
    rows_note: str = ""  # how rows are told apart, or why none are named
    truncated: bool = False  # there was more than the limit let through
    border: bool = False  # something lies as far from the node as was looked: there may be more beyond
    sentence: str = ""


class Overview(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is being watched, in numbers."""

    events: dict[str, int] = {}  # accepted, merged, quarantined, replaced, pruned
    waiting: int = 0  # events that are durable and not folded yet
    datasets: int = 0
    jobs: int = 0
    runs: int = 0
    versions: int = 0
    answers: int = 0
    money: float = 0.0  # paid by all answers, in ``currency``
    avoided: float = 0.0  # held back by guards, in ``currency``
    currency: str = "USD"
    others: dict[str, float] = {}  # paid in other currencies, by currency
    decisions: dict[str, int] = {}  # guard action -> answers
    incidents: dict[str, int] = {}  # state -> incidents
    endpoints: tuple[str, ...] = ()
    updated_us: int = 0  # event time of the newest answer or finding
