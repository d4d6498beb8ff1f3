"""The records of trouble: a measured difference (Finding), a deed (Change), their grouping (Incident).

A finding never names a cause and a change never claims harm; an incident joins them with a ranking and says how sure it
is. Times are microseconds since 1970 UTC. Sentences are complete, in plain words, and carry the numbers.
"""

from typing import Literal

import msgspec

from driftline.event.lineage import Dataset

Severity = Literal["note", "warn", "alarm"]


class Histogram(msgspec.Struct, frozen=True, omit_defaults=True):
    """A distribution to draw: numeric bin ``edges`` (n + 1) or ``labels`` (n), and ``shares`` (n) that sum to 1."""

    shares: tuple[float, ...]
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a chart shows beside a finding: the two distributions and the series that led up to it."""

    reference: Histogram | None = None
    current: Histogram | None = None
    series: tuple[tuple[int, float], ...] = ()  # (time_us, statistic), oldest first
    low: float | None = None  # band that the reference keeps to
    high: float | None = None


class Finding(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A measured difference between a version (or window) and its reference."""

    id: str  # content hash
    dataset: Dataset
    version: str
    partition: str = ""
    column: str = ""  # "" = the dataset as a whole
    detector: str  # schema, volume, nulls, quantiles, categories, link, documents, outcome
    kind: str  # location, spread, missing, mix, volume, schema, new level, broken link, documents, outcome
    statistic: str  # name of the statistic that moved most, such as q05 or null_share
    reference: float | None = None  # its usual value
    current: float | None = None  # its value now
    p_value: float = 1.0  # after correction for multiplicity, 0 … 1
    size: float = 0.0  # practical size: distance from usual in units of the largest distance seen while well
    severity: Severity = "note"
    time_us: int
    sentence: str
    evidence: Evidence = Evidence()


ChangeKind = Literal[
    "code", "schema", "prompt", "model", "index", "documents", "configuration", "source", "volume", "lateness", "feed"
]


class Change(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that people did, or that happened at a boundary: it has a subject, a moment and a before and after."""

    id: str  # content hash
    kind: ChangeKind
    node: str  # node id of what changed
    run: str = ""  # run in which it first showed
    version: str = ""  # version in which it first showed
    before: str = ""
    after: str = ""
    time_us: int
    sentence: str


class Cause(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One candidate of a ranking."""

    rank: int  # 1 = first
    node: str  # node id: a dataset, a column or a job
    kind: ChangeKind
    score: float  # share of belief, 0 … 1; all candidates and "not in this graph" sum to 1
    sentence: str  # why it is (or is not) the cause
    evidence: tuple[str, ...] = ()  # ids of findings and changes
    path: tuple[str, ...] = ()  # node ids from this cause to the symptom
    version: str = ""  # first bad version
    time_us: int = 0


class Money(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an incident cost, counted from the answer ledger in the currency that the answers carry."""

    currency: str = "USD"
    paid: float = 0.0  # paid by affected answers while the incident was open
    expected: float = 0.0  # what as many answers cost before
    lost: float = 0.0  # paid - expected, never below 0
    avoided: float = 0.0  # estimate for the answers that a guard held back
    answers: int = 0  # affected answers that went out
    held: int = 0  # affected answers that a guard held back
    others: dict[str, float] = {}  # paid by affected answers in other currencies, by currency


class Incident(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A connected set of findings and changes in one window."""

    id: str
    state: Literal["open", "contained", "resolved"] = "open"
    title: str  # one sentence
    opened_us: int  # event time of the first alarm
    updated_us: int
    first_bad_us: int = 0  # event time of the first bad version
    first_bad: str = ""  # its partition
    symptom: str  # id of the finding that opened it
    causes: tuple[Cause, ...] = ()
    unknown: float = 0.0  # share of belief in "not in this graph"
    findings: tuple[str, ...] = ()  # ids
    changes: tuple[str, ...] = ()  # ids
    hit: tuple[str, ...] = ()  # node ids downstream of the first cause
    endpoints: tuple[str, ...] = ()  # served endpoints among them
    money: Money = Money()
