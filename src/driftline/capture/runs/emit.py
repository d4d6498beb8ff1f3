"""A run as OpenLineage events: START and FAIL, ABORT or COMPLETE, as JSON bytes with the standard facets and our own.

Enters: what a run touched, with column edges, code and parameters. Leaves: one event per state. Contents of
files that were not measured on the user's thread are measured here, on the sender's; what cannot be measured is
said in the event as a gap. Profile and fingerprint are sent once per dataset version and process. Source:
https://openlineage.io/spec/2-0-2/OpenLineage.json.
"""

import importlib
from collections.abc import Callable, Iterable

import msgspec

from driftline import clock
from driftline.capture.ground import fault, opens, place
from driftline.capture.probe import cache
from driftline.capture.probe.report import Report
from driftline.capture.runs import by_hand, columns, likeness, order, renamed, unexplained
from driftline.capture.runs.output_columns import OutputColumns
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sending import flight, large
from driftline.capture.tables import endings, measure
from driftline.event import facets, openlineage
from driftline.event.lineage import Field
from driftline.event.openlineage import DatasetPart, Event, JobPart, RunPart

_SQL_LIMIT = 100_000  # characters of SQL in one event
_MESSAGE_LIMIT = 500
_MILLISECOND = 1_000  # microseconds: what the id of a run tells of when it began
_FORMATS = "driftline.capture.tables.formats"  # loaded when contents are measured
_AT_ONCE = 256  # small files of one event are measured so many at a time
_PENDING = "probes pending"
KILLED = "the process was killed while the end of the run was measured"
_ENDED = "the process ended before"  # why something is not measured
_UNMEASURED = "not measured: "
_IN_PART = "the end of the run could be told in part only"
_AGAIN = (_PENDING, "columns", "frame columns")  # gaps that are found anew each time an event is encoded


class Ended:
    """The last event of a run, encoded when its turn comes; said again once probes that it waits for are answered."""

    __slots__ = ("_folder", "_home", "_late", "_profiled", "_put", "_trace")

    def __init__(
        self,
        trace: Trace,
        profiled: set[tuple[str, str, str]],
        folder: str,
        home: str,
        put: "Callable[[Ended], None] | None" = None,
        *,
        late: bool = False,
    ) -> None:
        self._trace = trace
        self._profiled = profiled
        self._folder = folder
        self._home = home
        self._put = put
        self._late = late

    def waiting(self) -> Iterable[Seen]:
        """Return the versions whose contents it tells of."""
        return (*self._trace.inputs, *self._trace.outputs)

    def encode(self, *, cheap: bool) -> list[bytes]:
        """Return the event as JSON, in pieces where it is large; ``cheap`` measures no file, and says so.

        Where it cannot be told in full, which is a counted failure, what the run touched is told without columns.
        """
        try:
            return self._encode(cheap=cheap)
        except Exception as error:  # the fault rule: a run that has ended is said to have, and what it touched
            if self._late:
                raise
            fault.failed("end of a run", error)
        trace = self._trace
        trace.gaps[_IN_PART] = 1
        inputs, outputs = (
            tuple(part for seen in some if (part := fault.attempt("end of a run", _dataset, seen, trace, set())))
            for some in (trace.inputs, trace.outputs)
        )
        return large.encoded(_event(trace, _state(trace), trace.ended_us, inputs, outputs))

    def _encode(self, *, cheap: bool) -> list[bytes]:
        trace = self._trace
        trace.outputs = order.staying(order.lasting(trace.outputs), trace.gaps)
        if not cheap:
            _measure_all((*trace.inputs, *trace.outputs), trace.gaps)
            fault.attempt("by hand", by_hand.follow, trace, self._folder, self._home)
        else:
            for seen in filter(_owed, (*trace.inputs, *trace.outputs)):
                _unmeasured(seen, _ENDED, trace.gaps)
        likeness.forget(trace)
        renamed.forget(trace)
        fault.attempt("completeness", _reconcile, trace, self._folder, self._home)
        fault.attempt("probes", self._await)
        ordered = trace.ordered and order.matters(trace)
        again = order.again(trace) if ordered else []
        if ordered:
            order.mark(trace)
        inputs = tuple(_dataset(seen, trace, self._profiled) for seen in (*trace.inputs, *again))
        written = sorted(trace.outputs, key=lambda seen: seen.at_ns)  # where the first come from tells of the others
        columns_of = OutputColumns(trace, self._folder, code=not cheap)
        told = {id(seen): _dataset(seen, trace, self._profiled, columns_of) for seen in written}
        outputs = tuple(
            told[id(seen)] for seen in trace.outputs if id(seen) in told
        )  # a thread may add to an ended run
        if not cheap and _PENDING not in trace.gaps:
            fault.attempt("columns", unexplained.tell, trace)
        if ordered:
            trace.on_job["lineage"] = {"entries": order.entries(trace)}
        if self._late:
            return large.encoded(_event(trace, "OTHER", trace.ended_us + 1, inputs, outputs))
        return large.encoded(_event(trace, _state(trace), trace.ended_us, inputs, outputs))

    def _await(self) -> None:
        """Say what probes have found, and say the rest once it is found."""
        trace, put = self._trace, self._put
        for gap in _AGAIN:
            trace.gaps.pop(gap, None)
        trace.differences = []
        edges = [one for seen in trace.outputs for one in seen.edges if columns.awaited(one)]
        written = [key for one in edges for key in one.waits_for()]
        missing = list(dict.fromkeys([*written, *(key for key in trace.awaited if cache.get(key) is None)]))
        for key in trace.awaited:
            _tell(cache.get(key), trace.gaps)
        if not missing or put is None:
            return
        if written:
            trace.gaps[_PENDING] = len(set(written))
        later = Ended(trace, self._profiled, self._folder, self._home, put, late=True)

        def answered() -> None:
            if written or any(_notable(cache.get(key)) for key in missing):
                put(later)

        cache.when(missing, answered)


def _notable(found: Report | None) -> bool:
    return found is not None and bool(found.reason or found.unclear or found.reads)


def _tell(found: Report | None, gaps: dict[str, int]) -> None:
    """Say as gaps what a probe could not find out."""
    if found is None:
        return
    if found.reason:
        gaps[f"not probeable: {found.reason}"] = 1
    if found.unclear:
        gaps["columns that probing could not change"] = len(found.unclear)
    if found.reads:
        gaps["files that a probed step reads by itself"] = len(found.reads)


def unmeasured(trace: Trace) -> int:
    """Return the bytes of the files that are measured when the event is encoded."""
    return sum(seen.size for seen in (*trace.inputs, *trace.outputs) if seen.path and seen.contents is None)


def last_words(trace: Trace, folder: str, home: str) -> bytes:
    """Return the last event of a run as it is if the process is killed before this is measured; each piece on a line.

    It is a microsecond older than the event proper, which replaces it in whatever order they come.
    """
    said = msgspec.structs.replace(
        trace,
        inputs=[msgspec.structs.replace(seen) for seen in trace.inputs],
        outputs=[msgspec.structs.replace(seen) for seen in trace.outputs],
        ended_us=trace.ended_us - 1,
        gaps={**trace.gaps, KILLED: 1},
        on_run=dict(trace.on_run),
        on_job=dict(trace.on_job),
    )
    return b"\n".join(Ended(said, set(), folder, home).encode(cheap=True))


def started(trace: Trace) -> bytes:
    """Return the START event of a run."""
    return openlineage.encode(_event(trace, "START", trace.started_us, (), ()))


def running(trace: Trace, at_us: int) -> bytes:
    """Return an event with everything until ``at_us`` but contents; ``trace`` changes."""
    renamed.forget(trace)
    told = {(seen.touched.dataset.namespace, seen.touched.dataset.name, seen.touched.version)
            for seen in (*trace.inputs, *trace.outputs)}  # fmt: skip
    ordered = trace.ordered and order.matters(trace)
    again = order.again(trace) if ordered else []
    if ordered:
        order.mark(trace)
    columns_of = OutputColumns(trace, "", code=False)
    inputs = tuple(_dataset(seen, trace, told) for seen in (*trace.inputs, *again))
    outputs = tuple(_dataset(seen, trace, told, columns_of) for seen in trace.outputs)
    if ordered:
        trace.on_job["lineage"] = {"entries": order.entries(trace)}
    return openlineage.encode(_event(trace, "RUNNING", at_us, inputs, outputs))


def _state(trace: Trace) -> str:
    return ("ABORT" if trace.aborted else "FAIL") if trace.error else "COMPLETE"


def _event(
    trace: Trace, state: str, time_us: int, inputs: tuple[DatasetPart, ...], outputs: tuple[DatasetPart, ...]
) -> Event:
    on_run = {"driftline_code": facets.pack("driftline_code", {"version": trace.code, "parameters": trace.parameters})}
    if state not in ("START", "RUNNING") and trace.started_us % _MILLISECOND:
        on_run["driftline_start"] = facets.pack("driftline_start", {"time": clock.iso(trace.started_us)})
    if trace.nominal:
        on_run["nominalTime"] = facets.pack("nominalTime", {"nominalStartTime": trace.nominal})
    if trace.parent and trace.parent_job is not None:
        job = {"namespace": trace.parent_job.namespace, "name": trace.parent_job.name}
        on_run["parent"] = facets.pack("parent", {"run": {"runId": trace.parent}, "job": job})
    if state in ("FAIL", "ABORT"):
        message = {"message": trace.error[:_MESSAGE_LIMIT], "programmingLanguage": "python"}
        on_run["errorMessage"] = facets.pack("errorMessage", message)
    if trace.gaps:
        on_run["driftline_gaps"] = facets.pack("driftline_gaps", {"gaps": trace.gaps})
    if trace.differences:
        body = facets.DifferencesFacet(tuple(trace.differences))
        on_run["driftline_differences"] = facets.pack("driftline_differences", body)
    on_run |= {key: facets.pack(key, body) for key, body in dict(trace.on_run).items()}
    on_job = {key: facets.pack(key, body) for key, body in dict(trace.on_job).items()}
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
    if not trace.watched:
        return
    known = (seen for seen in (*trace.inputs, *trace.outputs) if not by_hand.uncertain(seen))
    recorded = {seen.path or seen.touched.dataset.node: seen for seen in known}
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
    unmeasured = [gap.removeprefix(_UNMEASURED) for gap in list(trace.gaps) if gap.startswith(_UNMEASURED)]
    told = {"unattributed": named[: opens.NAMED], "unmeasured": unmeasured}
    trace.on_run["driftline_completeness"] = {**body, **told}


def settle(seen: Seen, budget: measure.Budget | None = None) -> None:
    """Take the state of a file that was still open, and the hash that was put off if the file is still as it was seen.

    Of a file that a ``budget`` does not reach for, the hash is put off.

    Raises:
        OSError: it cannot be read any more.
    """
    if seen.pointer is not None:
        pointer, seen.pointer = seen.pointer, None
        version, size = pointer()
        seen.touched = msgspec.structs.replace(seen.touched, version=version, bytes=size)
    if seen.table is not None and not seen.path and not seen.touched.version and not seen.part:
        seen.touched = msgspec.structs.replace(seen.touched, version=seen.table.name())
    if not seen.deferred and not seen.pending:
        return
    was_pending, seen.deferred, seen.pending = seen.pending, False, False
    if not was_pending and measure.state(seen.path) != (seen.size, seen.modified_ns):
        return
    state = measure.of_file(seen.path, budget)
    attributes = {key: value for key, value in seen.touched.attributes.items() if key != measure.IDENTITY}
    if identity := measure.identity(state):
        attributes[measure.IDENTITY] = identity
    seen.size, seen.modified_ns, seen.deferred = state.size, state.modified_ns, state.deferred
    seen.touched = msgspec.structs.replace(seen.touched, version=state.version, attributes=attributes, bytes=state.size)


def _is_gone(seen: Seen) -> bool:
    try:
        return bool(seen.path) and measure.state(seen.path) != (seen.size, seen.modified_ns)
    except OSError:
        return True


def _measure_all(found: Iterable[Seen], gaps: dict[str, int]) -> None:
    every = sorted(found, key=_is_gone) if measure.level.contents else list(found)  # of what is gone: a copy
    for start in range(0, len(every), _AT_ONCE):
        some = every[start : start + _AT_ONCE]
        if start and measure.level.contents:  # the first ones were, with other events
            fault.attempt(flight.TOGETHER, flight.together, some, lambda: measure.level.enough)
        for seen in some:
            _measure(seen, gaps)


def _measure(seen: Seen, gaps: dict[str, int]) -> None:
    try:
        settle(seen)
        if seen.contents is not None or not measure.level.contents:
            return
        if seen.path:
            formats = importlib.import_module(_FORMATS)
            seen.contents = formats.of_file(seen.path, seen.touched.version, seen.size, seen.modified_ns, seen.form)
        if seen.contents is None and seen.table is not None:
            seen.contents = seen.table.contents()
        if seen.contents is None and seen.touched.attributes.get(measure.IDENTITY) == measure.PASSING:
            _unmeasured(seen, measure.PASSING, gaps)
    except FileNotFoundError:
        _unmeasured(seen, "overwritten or removed meanwhile", gaps)
    except measure.Enough:
        _unmeasured(seen, _ENDED, gaps)
    except measure.Locked:
        _unmeasured(seen, "locked by the program", gaps)
    except measure.Unreadable as error:
        _unmeasured(seen, str(error), gaps)
    except Exception as error:  # the fault rule: a file that cannot be profiled is a gap, not an error
        fault.count("contents")  # a ragged or an empty file is nothing that a program should complain of
        _unmeasured(seen, type(error).__name__, gaps)


def _owed(seen: Seen) -> bool:
    """Whether something would still be measured: a hash that was put off, a table."""
    if seen.contents is not None or not measure.level.contents:
        return False
    if seen.deferred or seen.pending or seen.table is not None:
        return True
    return bool(seen.path) and (seen.form is not None or endings.form(seen.path) != "")


def _unmeasured(seen: Seen, why: str, gaps: dict[str, int]) -> None:
    """Say which file has a version and no contents; the types of the frame that it was are not those of the file."""
    if seen.path and seen.touched.fields:
        names = tuple(Field(field.name) for field in seen.touched.fields)
        seen.touched = msgspec.structs.replace(seen.touched, fields=names)
    gap = f"{_UNMEASURED}{seen.touched.dataset.name} ({why})"
    if gap not in gaps and sum(key.startswith(_UNMEASURED) for key in list(gaps)) >= opens.NAMED:
        gap = f"{_UNMEASURED}further files"
    gaps[gap] = gaps.get(gap, 0) + 1


def _dataset(
    seen: Seen, trace: Trace, profiled: set[tuple[str, str, str]], told: OutputColumns | None = None
) -> DatasetPart:
    """Return what an event says of a version; of an output with its columns, as they are ``told``."""
    touched, contents = seen.touched, None if seen.part else seen.contents
    rows = touched.rows if contents is None or contents.arrays else contents.rows
    fields = seen.fields
    shown = contents.fields if contents is not None and contents.arrays else fields
    state = facets.StateFacet(
        version=touched.version,
        kind=touched.kind,
        partition=touched.partition,
        fingerprint=(touched.fingerprint or _bytes(seen)) if contents is None else contents.fingerprint,
        rows=rows,
        bytes=touched.bytes,
        attributes=touched.attributes,
        after_ns=order.after_ns(trace, seen, written=told is not None) if seen.timed else None,
    )
    found = {"driftline_state": facets.pack("driftline_state", state)}
    found |= {key: facets.pack(key, body) for key, body in seen.facets.items()}
    if shown is not None and seen.part != "columns":
        found["schema"] = facets.pack("schema", {"fields": shown})  # a field without a type has none there, either
    key = (touched.dataset.namespace, touched.dataset.name, touched.version)
    if contents is not None and contents.prints is not None and key not in profiled:
        profiled.add(key)
        found["driftline_fingerprint"] = facets.pack("driftline_fingerprint", contents.prints)
        if contents.profile:
            body = facets.ProfileFacet(format="dlp1", data=contents.profile)
            found["driftline_profile"] = facets.pack("driftline_profile", body)
    on_output = {}
    if told is not None:
        lineage = seen.lineage = told.of(seen, None if fields is None else tuple(field.name for field in fields))
        if lineage is not None:
            found["columnLineage"] = facets.pack("columnLineage", lineage)
        if seen.rootless:
            found.setdefault("lineage", facets.pack("lineage", {"inputs": []}))
        counted = {"rowCount": rows, "size": touched.bytes}
        if rows is not None:
            on_output["outputStatistics"] = facets.pack("outputStatistics", counted)
    return DatasetPart(
        namespace=touched.dataset.namespace, name=touched.dataset.name, facets=found, output_facets=on_output
    )


def _bytes(seen: Seen) -> str:
    """The hash of the bytes of a file that holds no table: all that can be said of its content."""
    return seen.touched.version if seen.path and seen.touched.version.startswith(measure.BYTES) else ""
