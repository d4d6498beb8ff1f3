"""The fold: what the events of one run, of one job or of one dataset add up to.

Enters: a set of OpenLineage events of one owner, in any order and with any repetition. Leaves: the same histories for
the same set. Datasets add up within a run, a later facet replaces an earlier one of its key, an empty list erases
nothing, the last terminal state stands; a job or dataset event replaces the one before it. A history holds the states
in between, so that any earlier moment can be asked for. Never reads a clock or a store.
Source: OpenLineage 2-0-2, https://openlineage.io/spec/2-0-2/OpenLineage.json.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from driftline import clock
from driftline.event import facets, ids, names
from driftline.event.job_facets import JobTypeFacet, SourceCodeFacet
from driftline.event.lineage import TERMINAL, Dataset, History, Job, RunShape, State
from driftline.event.openlineage import PRODUCER, DatasetPart, Event, Facets
from driftline.event.run_facets import ProcessingEngineFacet
from driftline.graph import datasets, executions, sources
from driftline.graph.datasets import READ, WRITE
from driftline.graph.executions import Execution

NOBODY = Job("", "")  # the job of what a dataset event says
_STANDING = frozenset({"columnLineage", "lineage", "symlinks", "lifecycleStateChange"})
_SHAPING = frozenset(
    {"version", "driftline_state", "columnLineage", "lineage", "symlinks", "lifecycleStateChange", "parent"}
)


def fold(events: Iterable[Event]) -> tuple[History, ...]:
    """Return what ``events``, all of one run id, one job or one dataset, say: one history per execution."""
    held = list(events)
    if any(event.run for event in held):
        return tuple(_run(one, attempt) for attempt, one in enumerate(executions.executions(held), 1))
    ordered = executions.in_order(held)
    return (_static(ordered),) if ordered else ()


def measures(events: Iterable[Event]) -> list[bytes]:
    """Return the encoded profiles and the fingerprint facets in ``events``; ``Touched`` names them by their content."""
    found: list[bytes] = []
    for event in events:
        lone = (event.dataset,) if event.dataset else ()
        for part in (*event.inputs, *event.outputs, *lone):
            if "driftline_profile" in part.facets:
                facet = facets.unpack(part.facets, "driftline_profile", facets.ProfileFacet)
                if facet is not None:
                    found.append(facet.data)
            if "driftline_fingerprint" in part.facets:
                found.append(bytes(part.facets["driftline_fingerprint"]))
    return found


def _run(execution: Execution, attempt: int) -> History:
    job, ordered = execution
    states: list[State] = []
    heard = _Heard()
    upto, whole = 0, False
    for moment, together in itertools.groupby(ordered, key=lambda event: event.time_us):
        news = [heard.news(event) for event in together]
        upto += len(news)
        if not states or any(news):
            states.append(State(moment, _shape(job, ordered[:upto], attempt)))
            whole = upto == len(ordered)
    if not whole:
        states[-1] = State(states[-1].since_us, _shape(job, ordered, attempt))
    return History("run", tuple(states))


class _Heard:
    """What the events of an execution said so far, as far as it bears on the lineage."""

    def __init__(self) -> None:
        self._facets: dict[tuple[object, ...], bytes] = {}  # the last one of each key
        self._sets: set[bytes] = set()  # explicit lineage of the job, which adds up
        self._picture: object = None  # the datasets of the last event that had any
        self._replaces = False  # each event with datasets is a whole picture

    def news(self, event: Event) -> bool:
        """Take an event; return whether the lineage after it may differ from the one before."""
        facets_ = dict(self._said(event))
        news = any(self._facets.get(key) != facet for key, facet in facets_.items())
        self._facets.update(facets_)
        on_job = event.job.facets if event.job else {}
        if "lineage" in on_job and bytes(on_job["lineage"]) not in self._sets:
            if datasets.deletes(on_job["lineage"]):
                self._sets.clear()
            self._sets.add(bytes(on_job["lineage"]))
            news = True
        if "jobType" in on_job:
            self._replaces = _replaces(on_job)
        if _draws(event):
            picture = _signature(event)[:2]
            news = news or (self._replaces and picture != self._picture)
            self._picture = picture
        return news

    @staticmethod
    def _said(event: Event) -> Iterator[tuple[tuple[object, ...], bytes]]:
        """Yield each facet of an event that bears on the lineage; a dataset as such is one of them."""
        for side, parts in ((READ, event.inputs), (WRITE, event.outputs)):
            for part in parts:
                yield (side, part.namespace, part.name, ""), b""
                for key in part.facets.keys() & _SHAPING:
                    yield (side, part.namespace, part.name, key), bytes(part.facets[key])
        on_job = event.job.facets if event.job else {}
        if "jobType" in on_job:
            yield ("jobType",), bytes(on_job["jobType"])
        if "lineage" in on_job:
            for part in event.outputs:
                yield (WRITE, part.namespace, part.name, "beside explicit lineage"), b""


def _signature(event: Event) -> tuple[object, ...]:
    """Return what of an event bears on the lineage: two of the same change nothing after one."""

    def of(facets_: Facets) -> tuple[tuple[str, bytes], ...]:
        return tuple(sorted((key, bytes(facets_[key])) for key in facets_.keys() & _SHAPING))

    sides = (event.inputs, event.outputs, (event.dataset,) if event.dataset else ())
    parts = tuple(tuple((part.namespace, part.name, of(part.facets)) for part in side) for side in sides)
    return parts, of(event.job.facets) if event.job else (), of(event.run.facets) if event.run else ()


def _shape(job: Job, ordered: Sequence[Event], attempt: int) -> RunShape:
    on_run = datasets.merged(event.run.facets for event in ordered if event.run)
    on_job = datasets.merged(event.job.facets for event in ordered if event.job)
    run = ordered[-1].run
    assert run is not None
    minted = f"run:{run.run_id}" + (f":{attempt}" if attempt > 1 else "")
    speaking = _speaking(ordered, on_job)
    inputs = datasets.gather([event.inputs for event in speaking], READ)
    outputs = datasets.gather([event.outputs for event in speaking], WRITE, minted=minted)
    found = sources.of_run(run.run_id, job, speaking, inputs, outputs, minted)
    code = facets.unpack(on_run, "driftline_code", facets.CodeFacet) or facets.CodeFacet()
    parents = _parents(on_run)
    state, started, ended = _times(ordered, on_run)
    return RunShape(
        run=run.run_id,
        attempt=attempt,
        job=job,
        state=state,
        started_us=started,
        ended_us=ended,
        nominal_us=_nominal(on_run),
        parent=parents[0],
        parent_job=parents[1],
        root=parents[2],
        root_job=parents[3],
        code=code.version or _revision(on_job),
        parameters=_parameters(on_run, code),
        inputs=found.inputs,
        outputs=found.outputs,
        informed=found.informed,
        edges=found.edges,
        ties=found.ties,
        columns=found.columns,
    )


def _speaking(ordered: Sequence[Event], on_job: Facets) -> Sequence[Event]:
    """Return the events whose datasets count: all, or the last that has any where each is a whole picture."""
    if not _replaces(on_job):
        return ordered
    return [event for event in ordered if _draws(event)][-1:]


def _draws(event: Event) -> bool:
    """Whether an event says anything of inputs and outputs."""
    return bool(event.inputs or event.outputs or (event.job and "lineage" in event.job.facets))


def _replaces(on_job: Facets) -> bool:
    """Whether each event of a job is a whole picture."""
    kind = facets.unpack(on_job, "jobType", JobTypeFacet)
    pattern = kind.emission_pattern if kind else None
    if pattern is None:
        return False
    return (pattern.event_content_mode or pattern.event_completeness).upper() == "COMPLETE_SNAPSHOT"


def _static(ordered: Sequence[Event]) -> History:
    """Return what job or dataset events say: each replaces the one before, as far as it speaks of the same."""
    states: list[State] = []
    seen: object = None
    held = ordered[0]
    renamings: list[DatasetPart] = []
    for event in ordered:
        held = event if event is held else _after(held, event)
        said = _signature(held)
        if event.dataset:
            renamings += datasets.renaming(event.dataset)
        if states and states[-1].since_us == event.time_us:
            states.pop()
        elif states and said == seen:
            continue
        seen = said
        states.append(State(event.time_us, _job_shape(held) if held.job else _dataset_shape(held, renamings)))
    return History("job" if ordered[0].job else "dataset", tuple(states))


def _after(held: Event, event: Event) -> Event:
    """Return an event of a job or a dataset with what stands of those before it.

    A job event that names datasets or lineage is the whole picture; one that does not leaves the picture as it is.
    A facet of a dataset that bears on lineage stands until one of its key follows.
    """
    replace = msgspec.structs.replace
    if event.job and held.job:
        said = event.job.facets.get("lineage")
        if event.inputs or event.outputs or (said is not None and not datasets.deletes(said)):
            return event
        kept = {key: facet for key, facet in held.job.facets.items() if key == "lineage"}
        job = replace(event.job, facets={**kept, **event.job.facets})
        return replace(event, job=job, inputs=held.inputs, outputs=held.outputs)
    assert event.dataset is not None
    assert held.dataset is not None
    kept = {key: facet for key, facet in held.dataset.facets.items() if key in _STANDING}
    return replace(event, dataset=replace(event.dataset, facets={**kept, **event.dataset.facets}))


def _job_shape(event: Event) -> RunShape:
    assert event.job is not None
    job = Job(event.job.namespace, event.job.name)
    inputs = datasets.gather([event.inputs], READ)
    outputs = datasets.gather([event.outputs], WRITE)
    found = sources.of_run("", job, [event], inputs, outputs, "")
    moment = event.time_us
    return RunShape(
        run=job.node,
        attempt=0,
        job=job,
        started_us=moment,
        code=_revision(event.job.facets),
        inputs=found.inputs,
        outputs=found.outputs,
        informed=found.informed,
        edges=found.edges,
        ties=found.ties,
        columns=found.columns,
    )


def _dataset_shape(event: Event, renamings: Sequence[DatasetPart]) -> RunShape:
    assert event.dataset is not None
    dataset = Dataset(event.dataset.namespace, event.dataset.name)
    found = sources.of_dataset(datasets.gather([renamings, (event.dataset,)], READ), dataset)
    return RunShape(
        run=dataset.node,
        attempt=0,
        job=NOBODY,
        started_us=event.time_us,
        inputs=found.inputs,
        outputs=found.outputs,
        informed=found.informed,
        edges=found.edges,
        ties=found.ties,
        columns=found.columns,
    )


def _times(ordered: Sequence[Event], on_run: Facets) -> tuple[str, int, int]:
    """Return the state of the run, when it started and when it ended (0 = not known)."""
    ended = [event for event in ordered if event.event_type in TERMINAL]
    begun = [event.time_us for event in ordered if event.event_type == "START"]
    upto = ended[-1].time_us if ended else ordered[-1].time_us  # what is added after the end says nothing of the begin
    begun = begun or [event.time_us for event in ordered if event.event_type not in TERMINAL and event.time_us <= upto]
    said = [event.event_type for event in ended or ordered if event.event_type]
    return (
        (said[-1] if said else ""),
        min(begun, default=_told(ordered[0], on_run)),
        (ended[-1].time_us if ended else 0),
    )


def _told(event: Event, on_run: Facets) -> int:
    """Return when a run began that told only of its end; 0 where that is not known.

    Of our own capture the id tells the millisecond at least.
    """
    facet = facets.unpack(on_run, "driftline_start", facets.StartFacet)
    try:
        said = clock.parse(facet.time) if facet and facet.time else 0
    except ValueError:
        said = 0
    if 0 < said <= event.time_us:
        return said
    if event.producer != PRODUCER or event.run is None:
        return 0
    moment = ids.moment_us(event.run.run_id)
    return moment if moment <= event.time_us else 0


def _nominal(on_run: Facets) -> int:
    facet = facets.unpack(on_run, "nominalTime", facets.NominalTimeFacet)
    try:
        return clock.parse(facet.nominal_start_time) if facet else 0
    except ValueError:
        return 0


def _parents(on_run: Facets) -> tuple[str, Job | None, str, Job | None]:
    """Return the parent run and its job, and those of the outermost parent."""
    facet = facets.unpack(on_run, "parent", facets.ParentFacet)
    if facet is None or not facet.run.run_id:
        return "", None, "", None
    root = facet.root or facets.ParentRoot(facet.run, facet.job)
    outer = ids.repair_run_id(root.run.run_id) if root.run.run_id else ""
    return ids.repair_run_id(facet.run.run_id), named(facet.job), outer, named(root.job)


def named(job: facets.ParentJob | None) -> Job | None:
    """Return the job of a parent; None where it is not named in full."""
    return Job(*names.fitted_pair(job.namespace, job.name)) if job and job.namespace and job.name else None


def _revision(on_job: Facets) -> str:
    place = facets.unpack(on_job, "sourceCodeLocation", facets.CodeLocationFacet)
    if place is not None and place.version:
        return place.version
    code = facets.unpack(on_job, "sourceCode", SourceCodeFacet)
    return f"xxh3:{ids.digest(code.source_code)}" if code is not None else ""


def _parameters(on_run: Facets, code: facets.CodeFacet) -> dict[str, str]:
    engine = facets.unpack(on_run, "processing_engine", ProcessingEngineFacet)
    found = {f"library.{engine.name or 'engine'}": engine.version} if engine else {}
    return dict(sorted({**found, **code.parameters}.items()))


def owner(event: Event) -> tuple[str, int]:
    """Return what an event speaks of: a run id (kind 0), a job's node id (1) or a dataset's (2)."""
    if event.run is not None:
        return event.run.run_id, 0
    if event.job is not None:
        return names.job_id(event.job.namespace, event.job.name), 1
    assert event.dataset is not None
    return names.dataset_id(event.dataset.namespace, event.dataset.name), 2
