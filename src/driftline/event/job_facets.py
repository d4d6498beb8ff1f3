"""The standard facets of a job that Driftline reads but does not write, and explicit lineage.

The ``lineage`` facet 1-0-0 stands on a job with entries, and on a dataset with its inputs and columns alone; a part of
it is told from another by its ``type``. ``inputs: []`` says that there is no source, no ``inputs`` says nothing.
Source: https://openlineage.io/spec/facets, the ``…JobFacet`` schemas and ``1-0-0/LineageFacet.json``.
"""

import msgspec

from driftline.event.facets import Part, Transformation


class DocumentationFacet(Part, frozen=True):
    """``documentation``: what a job or a dataset is, for people."""

    description: str  # the text
    content_type: str | None = None  # its MIME type


class EmissionPattern(Part, frozen=True):
    """When a job sends events and what each of them holds."""

    event_trigger: str = ""  # EVENT_BASED or PERIODIC
    event_content_mode: str = ""  # ACCUMULATIVE (events add up) or COMPLETE_SNAPSHOT (each is whole)
    event_completeness: str = ""  # the same, as the text of the specification calls it
    window_duration: int | None = None  # seconds that one event covers


class JobTypeFacet(Part, frozen=True):
    """``jobType``: what sort of job this is, and how its events are to be read."""

    processing_type: str  # BATCH, STREAMING or SERVICE
    integration: str  # SPARK, DBT, AIRFLOW, FLINK and so on
    job_type: str | None = None  # QUERY, DAG, TASK, MODEL and so on
    emission_pattern: EmissionPattern | None = None  # how its events are to be read


class Owner(Part, frozen=True):
    """Who owns a job or a dataset."""

    name: str  # such as team:data
    type: str | None = None  # such as MAINTAINER


class OwnershipFacet(Part, frozen=True):
    """``ownership``: who owns a job or a dataset."""

    owners: tuple[Owner, ...] = ()  # the owners


class SourceCodeFacet(Part, frozen=True):
    """``sourceCode``: the code of a job itself."""

    language: str  # its language
    source_code: str  # its text


class LineageDatasetInput(Part, frozen=True, tag_field="type", tag="DATASET"):
    """A dataset that data comes from."""

    namespace: str  # its namespace
    name: str  # its name
    field: str | None = None  # its column; at entity level: one that shapes the whole target
    transformations: tuple[Transformation, ...] = ()  # ways in which it reaches the target


class LineageJobInput(Part, frozen=True, tag_field="type", tag="JOB"):
    """A job that data comes from; without a name the event's own job."""

    namespace: str | None = None  # its namespace; only together with the name
    name: str | None = None  # its name
    run_id: str | None = None  # its run, where one is meant
    transformations: tuple[Transformation, ...] = ()  # what that job does to the data

    def __post_init__(self) -> None:
        _both_or_neither(self.namespace, self.name)


LineageInput = LineageDatasetInput | LineageJobInput


class LineageField(Part, frozen=True):
    """What reaches one column of a target."""

    inputs: tuple[LineageInput, ...]  # where it comes from


class LineageDatasetEntry(Part, frozen=True, tag_field="type", tag="DATASET"):
    """A dataset that data flows into."""

    namespace: str  # its namespace
    name: str  # its name
    inputs: tuple[LineageInput, ...] | None = None  # where it comes from; empty = known to come from nowhere
    fields: dict[str, LineageField] = msgspec.field(default_factory=dict)  # the same, column by column


class LineageJobEntry(Part, frozen=True, tag_field="type", tag="JOB"):
    """A job that data flows into; without a name the event's own job."""

    namespace: str | None = None  # its namespace; only together with the name
    name: str | None = None  # its name
    run_id: str | None = None  # its run, where one is meant
    inputs: tuple[LineageInput, ...] | None = None  # where the data comes from

    def __post_init__(self) -> None:
        _both_or_neither(self.namespace, self.name)


LineageEntry = LineageDatasetEntry | LineageJobEntry


class LineageJobFacet(Part, frozen=True):
    """``lineage`` on a job: the whole truth of who fed whom, of a run or of the job as such."""

    entries: tuple[LineageEntry, ...]  # one per target


class LineageDatasetFacet(Part, frozen=True):
    """``lineage`` on a dataset: where it comes from without any job, as views and aliases do."""

    inputs: tuple[LineageInput, ...] | None = None  # where it comes from; empty = known to come from nowhere
    fields: dict[str, LineageField] = msgspec.field(default_factory=dict)  # the same, column by column


def _both_or_neither(namespace: str | None, name: str | None) -> None:
    if (namespace is None) != (name is None):
        raise ValueError("a job has both namespace and name, or neither")
