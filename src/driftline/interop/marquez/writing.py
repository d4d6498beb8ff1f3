"""What Marquez takes as a command, told as an OpenLineage event.

Enters: bodies that Marquez's own clients send. Leaves: the JSON of one event, which then goes the way of every other:
a write is an event. What OpenLineage has no word for (a namespace, a source) is not told so.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from driftline import clock
from driftline.event import facets
from driftline.event.openlineage import PRODUCER, SCHEMA

_FACETS = "https://openlineage.io/spec/facets/"
_SCHEMAS = {
    "documentation": "1-0-0/DocumentationDatasetFacet.json#/$defs/DocumentationDatasetFacet",
    "dataSource": "1-0-1/DatasourceDatasetFacet.json#/$defs/DatasourceDatasetFacet",
    "datasetType": "1-0-0/DatasetTypeDatasetFacet.json#/$defs/DatasetTypeDatasetFacet",
    "lifecycleStateChange": "1-0-1/LifecycleStateChangeDatasetFacet.json#/$defs/LifecycleStateChangeDatasetFacet",
    "jobType": "2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet",
    "sourceCodeLocation": "1-0-1/SourceCodeLocationJobFacet.json#/$defs/SourceCodeLocationJobFacet",
}
STATES = {"start": "START", "complete": "COMPLETE", "fail": "FAIL", "abort": "ABORT"}


class MarquezNewNamespace(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said of a namespace."""

    owner_name: str = ""
    description: str | None = None


class MarquezNewSource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said of a source."""

    type: str
    connection_url: str
    description: str | None = None


class MarquezNewTag(msgspec.Struct, frozen=True, kw_only=True):
    """What a tag means."""

    description: str | None = None


class MarquezNewField(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a dataset."""

    name: str
    type: str | None = None
    tags: list[str] = []
    description: str | None = None


class MarquezNewDataset(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said of a dataset."""

    type: str = "DB_TABLE"
    physical_name: str = ""
    source_name: str = ""
    schema_location: str | None = None
    fields: list[MarquezNewField] | None = None
    tags: list[str] = []
    description: str | None = None
    run_id: str | None = None


class MarquezNewId(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset by name."""

    namespace: str
    name: str


class MarquezNewJob(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said of a job."""

    type: str = "BATCH"
    inputs: list[MarquezNewId] = []
    outputs: list[MarquezNewId] = []
    location: str | None = None
    context: dict[str, str] = {}
    description: str | None = None
    run_id: str | None = None


class MarquezNewRun(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A run that is about to be."""

    id: str | None = None
    nominal_start_time: str | None = None
    nominal_end_time: str | None = None
    args: dict[str, Any] = {}


def _pack(key: str, body: dict[str, Any]) -> Any:
    if key in _SCHEMAS:
        body = {"_producer": PRODUCER, "_schemaURL": _FACETS + _SCHEMAS[key], **body}
    return facets.pack(key, body)


def _event(kind: str, at_us: int, **parts: Any) -> bytes:
    head = {"eventTime": clock.iso(at_us), "producer": PRODUCER, "schemaURL": SCHEMA + kind}
    return msgspec.json.encode({**head, **parts})


def dataset_facets(said: MarquezNewDataset, address: str | None) -> dict[str, Any]:
    """Return the facets of a dataset; ``address`` is that of its source, where it is known."""
    found: dict[str, Any] = {}
    if said.fields is not None:
        fields = [
            {
                key: value
                for key, value in (("name", one.name), ("type", one.type), ("description", one.description))
                if value
            }
            for one in said.fields
        ]
        found["schema"] = _pack("schema", {"fields": fields})
    if said.source_name:
        source = {"name": said.source_name, **({"uri": address} if address else {})}
        found["dataSource"] = _pack("dataSource", source)
    if said.description:
        found["documentation"] = _pack("documentation", {"description": said.description})
    if said.type.upper() == "STREAM":
        found["datasetType"] = _pack("datasetType", {"datasetType": "STREAM"})
    return found


def dataset(namespace: str, name: str, held: dict[str, Any], at_us: int) -> bytes:
    """Return the event that says something of a dataset."""
    part = {"namespace": namespace, "name": name, "facets": held}
    return _event("DatasetEvent", at_us, dataset=part)


def dropped(namespace: str, name: str, at_us: int) -> bytes:
    """Return the event that says that a dataset is gone."""
    facet = _pack("lifecycleStateChange", {"lifecycleStateChange": "DROP"})
    return dataset(namespace, name, {"lifecycleStateChange": facet}, at_us)


def job_facets(said: MarquezNewJob) -> dict[str, Any]:
    """Return the facets of a job."""
    kind = {"STREAM": "STREAMING", "SERVICE": "SERVICE"}.get(said.type.upper(), "BATCH")
    found = {"jobType": _pack("jobType", {"processingType": kind, "integration": "MARQUEZ", "jobType": "JOB"})}
    if said.location:
        found["sourceCodeLocation"] = _pack("sourceCodeLocation", {"type": "git", "url": said.location})
    if said.description:
        found["documentation"] = _pack("documentation", {"description": said.description})
    if query := said.context.get("sql") or said.context.get("SQL"):
        found["sql"] = _pack("sql", {"query": query})
    return found


def places(named: Sequence[MarquezNewId]) -> list[dict[str, Any]]:
    """Return datasets as parts of an event."""
    return [{"namespace": one.namespace, "name": one.name} for one in named]


def job(namespace: str, name: str, said: MarquezNewJob, at_us: int) -> bytes:
    """Return the event that says something of a job."""
    return _event(
        "JobEvent",
        at_us,
        job={"namespace": namespace, "name": name, "facets": job_facets(said)},
        inputs=places(said.inputs),
        outputs=places(said.outputs),
    )


def created(namespace: str, name: str, run: str, said: MarquezNewRun, at_us: int) -> bytes:
    """Return the event that announces a run, before it starts."""
    held: dict[str, Any] = {}
    if said.nominal_start_time:
        times = {"nominalStartTime": said.nominal_start_time}
        times |= {"nominalEndTime": said.nominal_end_time} if said.nominal_end_time else {}
        held["nominalTime"] = _pack("nominalTime", times)
    if said.args:
        texts = {
            key: value if isinstance(value, str) else msgspec.json.encode(value).decode()
            for key, value in said.args.items()
        }
        held["driftline_code"] = _pack("driftline_code", {"parameters": texts})
    return told(namespace, name, run, "OTHER", at_us, facets=held)


def told(
    namespace: str,
    name: str,
    run: str,
    state: str,
    at_us: int,
    *,
    facets: dict[str, Any] | None = None,
    job_facets: dict[str, Any] | None = None,
    inputs: list[dict[str, Any]] | None = None,
    outputs: list[dict[str, Any]] | None = None,
) -> bytes:
    """Return the event that says something of a run."""
    return _event(
        "RunEvent",
        at_us,
        eventType=state,
        run={"runId": run, "facets": facets or {}},
        job={"namespace": namespace, "name": name, "facets": job_facets or {}},
        inputs=inputs or [],
        outputs=outputs or [],
    )
