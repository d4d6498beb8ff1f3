"""A run as OpenLineage events: START and FAIL or COMPLETE, as JSON bytes with the standard facets and our own.

Enters: what a run touched, with column edges, code and parameters. Leaves: one event per state. Contents of
files that were not measured on the user's thread are measured here, on the sender's; what cannot be measured is
said in the event as a gap. Profile and fingerprint are sent once per dataset version and process. Source:
https://openlineage.io/spec/2-0-2/OpenLineage.json.
"""

import importlib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from driftline import clock
from driftline.capture import fault, measure, opens, order, place
from driftline.event import facets, openlineage
from driftline.event.lineage import Job, Touched
from driftline.event.openlineage import DatasetPart, Event, JobPart, RunPart

_SQL_LIMIT = 100_000  # characters of SQL in one event
_MESSAGE_LIMIT = 500
_CONTENTS = "driftline.capture.contents"


class Reach(NamedTuple):
    """A source column and how it reaches an output column, or the rows of an output."""

    namespace: str
    name: str
    field: str
    type: Literal["DIRECT", "INDIRECT"]
    subtype: str


Bound = tuple[dict[str, list[Reach]], list[Reach]]


class Bindable(Protocol):
    """Column edges of one output."""

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set, given the output's columns if known."""


class Declared(NamedTuple):
    """Column edges that the user stated."""

    fields: dict[str, list[Reach]]

    def bind(self, columns: tuple[str, ...] | None) -> Bound:  # noqa: ARG002 - stated names need no columns
        """Return the edges as they were stated."""
        return self.fields, []


class Seen(msgspec.Struct, kw_only=True):
    """One version that a run read or wrote, as it is collected."""

    touched: Touched
    path: str = ""  # local file, to be measured when the event is encoded; "" = none
    size: int = 0
    modified_ns: int = 0
    deferred: bool = False  # the version is provisional: the file is hashed when the event is encoded
    pending: bool = False  # it was still being written: its state is taken when the event is encoded
    pointer: Any = None  # () -> (version, bytes), asked when the event is encoded; None = the version stands
    at_ns: int = 0  # when it was first read, or last written
    read_ns: int = 0  # when the run first read what it had written; 0 = never
    contents: Any = None  # contents.Contents, once measured
    lineage: dict[str, Any] | None = None  # body of its columnLineage facet, once it is known
    edges: list[Bindable] = []
    facets: dict[str, dict[str, Any]] = {}  # facets that the user's code attached


class Trace(msgspec.Struct, kw_only=True):
    """Everything that a run says of itself."""

    run: str
    job: Job
    started_us: int
    ended_us: int = 0
    nominal: str = ""  # ISO 8601
    parent: str = ""
    parent_job: Job | None = None
    code: str = ""
    parameters: dict[str, str] = {}
    inputs: list[Seen] = []
    outputs: list[Seen] = []
    statements: list[str] = []
    error: str = ""
    gaps: dict[str, int] = {}  # what was not captured -> how often
    opened: dict[tuple[str, str], None] = {}  # (path, read or write) of files that Python opened, in order
    ordered: bool = False  # what is read after a version was written is no source of it
    attributed: set[str] = set()  # paths that belong to what was recorded
    on_run: dict[str, dict[str, Any]] = {}  # further facets of the run
    on_job: dict[str, dict[str, Any]] = {}  # further facets of the job


class Ended:
    """The last event of a run, encoded when its turn comes."""

    __slots__ = ("_folder", "_home", "_profiled", "_trace")

    def __init__(self, trace: Trace, profiled: set[tuple[str, str, str]], folder: str, home: str) -> None:
        self._trace = trace
        self._profiled = profiled
        self._folder = folder
        self._home = home

    def encode(self, *, cheap: bool) -> bytes:
        """Return the event as JSON; ``cheap`` measures no file."""
        trace = self._trace
        if not cheap:
            for seen in (*trace.inputs, *trace.outputs):
                _measure(seen, trace.gaps)
        fault.attempt("completeness", _reconcile, trace, self._folder, self._home)
        ordered = trace.ordered and order.matters(trace)
        again = [seen for seen in trace.outputs if ordered and seen.read_ns]
        inputs = tuple(_dataset(seen, trace, self._profiled) for seen in (*trace.inputs, *again))
        outputs = tuple(_dataset(seen, trace, self._profiled, output=True) for seen in trace.outputs)
        if ordered:
            trace.on_job["lineage"] = {"entries": order.entries(trace)}
        state = "FAIL" if trace.error else "COMPLETE"
        return openlineage.encode(_event(trace, state, trace.ended_us, inputs, outputs))


def started(trace: Trace) -> bytes:
    """Return the START event of a run."""
    return openlineage.encode(_event(trace, "START", trace.started_us, (), ()))


def _event(
    trace: Trace, state: str, time_us: int, inputs: tuple[DatasetPart, ...], outputs: tuple[DatasetPart, ...]
) -> Event:
    on_run = {"driftline_code": facets.pack("driftline_code", {"version": trace.code, "parameters": trace.parameters})}
    if trace.nominal:
        on_run["nominalTime"] = facets.pack("nominalTime", {"nominalStartTime": trace.nominal})
    if trace.parent and trace.parent_job is not None:
        job = {"namespace": trace.parent_job.namespace, "name": trace.parent_job.name}
        on_run["parent"] = facets.pack("parent", {"run": {"runId": trace.parent}, "job": job})
    if state == "FAIL":
        message = {"message": trace.error[:_MESSAGE_LIMIT], "programmingLanguage": "python"}
        on_run["errorMessage"] = facets.pack("errorMessage", message)
    if trace.gaps:
        on_run["driftline_gaps"] = facets.pack("driftline_gaps", {"gaps": trace.gaps})
    on_run |= {key: facets.pack(key, body) for key, body in trace.on_run.items()}
    on_job = {key: facets.pack(key, body) for key, body in trace.on_job.items()}
    if trace.statements:
        on_job["sql"] = facets.pack("sql", {"query": ";\n".join(trace.statements)[:_SQL_LIMIT]})
    return Event(
        event_time=clock.iso(time_us),
        producer=openlineage.PRODUCER,
        schema_url=openlineage.SCHEMA + "RunEvent",
        event_type=state,
        run=RunPart(run_id=trace.run, facets=on_run),
        job=JobPart(namespace=trace.job.namespace, name=trace.job.name, facets=on_job),
        inputs=inputs,
        outputs=outputs,
    )


def _reconcile(trace: Trace, folder: str, home: str) -> None:
    """State how much of what the run opened is recorded, and name the rest as gaps."""
    if not opens.watching():
        return
    recorded = {seen.path or seen.touched.dataset.node: seen for seen in (*trace.inputs, *trace.outputs)}
    sizes = [seen.size or seen.touched.bytes or 0 for seen in recorded.values()]
    found = opens.left_over(trace.opened, trace.attributed | set(recorded), home)
    attributed, others = sum(sizes), sum(size for _, _, size in found)
    if not recorded and not found:
        return
    named = [f"{way} {place.place(path, folder).located.name}" for path, way, _ in found]
    for name in named[: opens.NAMED]:
        trace.gaps[f"unattributed {name}"] = 1
    if len(named) > opens.NAMED:
        trace.gaps["unattributed files"] = len(named) - opens.NAMED
    whole = attributed + others
    share = attributed / whole if whole else float(not found)
    body = {"attributed": attributed, "seen": whole, "completeness": round(share, 6), "files": len(found)}
    trace.on_run["driftline_completeness"] = {**body, "unattributed": named[: opens.NAMED]}


def settle(seen: Seen) -> None:
    """Take the state of a file that was still open, and the hash that was put off if the file is still as it was seen.

    Raises:
        OSError: it cannot be read any more.
    """
    if seen.pointer is not None:
        pointer, seen.pointer = seen.pointer, None
        version, size = pointer()
        seen.touched = msgspec.structs.replace(seen.touched, version=version, bytes=size)
    if not seen.deferred and not seen.pending:
        return
    was_pending, seen.deferred, seen.pending = seen.pending, False, False
    if not was_pending and measure.state(seen.path) != (seen.size, seen.modified_ns):
        return
    state = measure.of_file(seen.path)
    attributes = {key: value for key, value in seen.touched.attributes.items() if key != measure.IDENTITY}
    seen.size, seen.modified_ns = state.size, state.modified_ns
    seen.touched = msgspec.structs.replace(seen.touched, version=state.version, attributes=attributes, bytes=state.size)


def _measure(seen: Seen, gaps: dict[str, int]) -> None:
    try:
        settle(seen)
        if seen.contents is not None or not seen.path or not measure.level.contents:
            return
        contents = importlib.import_module(_CONTENTS)
        seen.contents = contents.of_file(seen.path, seen.touched.version, seen.size, seen.modified_ns)
    except FileNotFoundError:  # it was temporary
        gaps["contents"] = gaps.get("contents", 0) + 1
    except Exception as error:  # the fault rule: a file that cannot be profiled is a gap, not an error
        fault.failed("contents", error)
        gaps["contents"] = gaps.get("contents", 0) + 1


def _dataset(seen: Seen, trace: Trace, profiled: set[tuple[str, str, str]], *, output: bool = False) -> DatasetPart:
    touched, contents = seen.touched, seen.contents
    rows = touched.rows if contents is None else contents.rows
    fields = touched.fields if contents is None else contents.fields
    state = {
        "version": touched.version,
        "kind": touched.kind,
        "partition": touched.partition,
        "fingerprint": touched.fingerprint if contents is None else contents.fingerprint,
        "rows": rows,
        "bytes": touched.bytes,
        "attributes": touched.attributes,
    }
    found = {
        "driftline_state": facets.pack("driftline_state", {k: v for k, v in state.items() if v not in ("", None, {})})
    }
    found |= {key: facets.pack(key, body) for key, body in seen.facets.items()}
    if fields is not None:
        schema = [{"name": field.name, "type": field.type} for field in fields]
        found["schema"] = facets.pack("schema", {"fields": schema})
    key = (touched.dataset.namespace, touched.dataset.name, touched.version)
    if contents is not None and contents.prints is not None and key not in profiled:
        profiled.add(key)
        found["driftline_fingerprint"] = facets.pack("driftline_fingerprint", contents.prints)
        if contents.profile:
            body = facets.ProfileFacet(format="dlp1", data=contents.profile)
            found["driftline_profile"] = facets.pack("driftline_profile", body)
    on_output = {}
    if output:
        lineage = seen.lineage = _columns(
            seen, None if fields is None else tuple(field.name for field in fields), trace
        )
        if lineage is not None:
            found["columnLineage"] = facets.pack("columnLineage", lineage)
        counted = {"rowCount": rows, "size": touched.bytes}
        if rows is not None:
            on_output["outputStatistics"] = facets.pack("outputStatistics", counted)
    return DatasetPart(
        namespace=touched.dataset.namespace, name=touched.dataset.name, facets=found, output_facets=on_output
    )


def _columns(seen: Seen, names: tuple[str, ...] | None, trace: Trace) -> dict[str, Any] | None:
    fields: dict[str, dict[Reach, None]] = {}
    rows: dict[Reach, None] = {}
    for edges in seen.edges:
        try:
            bound, shaping = edges.bind(names)
        except Exception as error:  # the fault rule: columns that cannot be bound are a gap
            fault.failed("columns", error)
            trace.gaps["columns"] = trace.gaps.get("columns", 0) + 1
            continue
        for name, found in bound.items():
            fields.setdefault(name, {}).update(dict.fromkeys(found))
        rows.update(dict.fromkeys(shaping))
    if not seen.edges:
        fields = _identical(seen, order.before(trace, seen) if trace.ordered else trace.inputs)
    if not fields and not rows:
        return None
    body: dict[str, Any] = {"fields": {name: {"inputFields": _united(found)} for name, found in fields.items()}}
    if rows:
        body["dataset"] = _united(rows)
    return body


def _identical(seen: Seen, inputs: Iterable[Seen]) -> dict[str, dict[Reach, None]]:
    """Columns that were handed on unchanged: same content, and too many values for that to be an accident."""
    if seen.contents is None:
        return {}
    found: dict[str, dict[Reach, None]] = {}
    for source in inputs:
        if source.contents is None or source.touched.dataset == seen.touched.dataset:
            continue
        by_hash: dict[str, list[str]] = {}
        for name, hashed in source.contents.hashes.items():
            by_hash.setdefault(hashed, []).append(name)
        for name, hashed in seen.contents.hashes.items():
            same = by_hash.get(hashed, [])
            if name in same or (len(same) == 1 and name in seen.contents.telling):
                field = name if name in same else same[0]
                if field in source.contents.varied:
                    dataset = source.touched.dataset
                    reach = Reach(dataset.namespace, dataset.name, field, "DIRECT", "IDENTITY")
                    found.setdefault(name, {})[reach] = None
    return found


def _united(found: Iterable[Reach]) -> list[dict[str, Any]]:
    """One entry per source column, with all the ways in which it reaches."""
    entries: dict[tuple[str, str, str], dict[str, Any]] = {}
    for reach in found:
        fresh = {"namespace": reach.namespace, "name": reach.name, "field": reach.field, "transformations": []}
        entry = entries.setdefault((reach.namespace, reach.name, reach.field), fresh)
        entry["transformations"].append({"type": reach.type, "subtype": reach.subtype})
    return list(entries.values())


def text_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return ``parameters`` as text, cut where long, with values that look secret left out."""
    return {str(key): "***" if _secret(str(key)) else str(value)[:_MESSAGE_LIMIT] for key, value in parameters.items()}


def _secret(key: str) -> bool:
    lowered = key.lower().replace("-", "_")
    return any(word in lowered for word in ("password", "passwd", "secret", "token", "credential", "api_key", "apikey"))
