"""The fold: what the events of one run add up to.

Enters: a set of OpenLineage events, in any order and with any repetition. Leaves: the same ``RunShape`` for
the same set, or None where no event is of a run. Events are put in order by event time, then state, then
content; datasets add up, a later facet replaces an earlier one of its key, an empty list erases nothing, the
last terminal state stands. Never reads a clock or a store. Source: OpenLineage 2-0-2,
https://openlineage.io/spec/2-0-2/OpenLineage.json.
"""

from collections.abc import Iterable, Sequence

import msgspec

from driftline import clock
from driftline.event import facets, ids, openlineage
from driftline.event.lineage import TERMINAL, ColumnEdge, Edge, Job, RunShape, Version
from driftline.event.openlineage import Event, Facets
from driftline.graph import columns, datasets
from driftline.graph.datasets import READ, WRITE, Gathered

_RANKS = {"OTHER": 0, "START": 1, "RUNNING": 2}
_ONE_SIDED = 0.8  # confidence of inputs x outputs where there is one output
_MANY_SIDED = 0.5  # where there are several


class _Code(msgspec.Struct, frozen=True, rename="camel"):
    """``sourceCode``: the code itself."""

    source_code: str


class _Engine(msgspec.Struct, frozen=True):
    """``processing_engine``: what ran the job."""

    version: str
    name: str | None = None


def fold(events: Iterable[Event]) -> RunShape | None:
    """Return what ``events`` of one run say together; None where none of them is a run event."""
    ordered = _in_order(events)
    if not ordered:
        return None
    last = ordered[-1]
    assert last.run is not None
    assert last.job is not None
    on_run = datasets.merged(event.run.facets for event in ordered if event.run)
    on_job = datasets.merged(event.job.facets for event in ordered if event.job)
    run = last.run.run_id
    code = facets.unpack(on_run, "driftline_code", facets.CodeFacet) or facets.CodeFacet()
    inputs = datasets.gather([event.inputs for event in ordered], READ)
    outputs = datasets.gather([event.outputs for event in ordered], WRITE, minted=f"run:{run}")
    found = [(output, columns.read(output.facets, output.touched.dataset)) for output in outputs]
    inputs = datasets.united(inputs, {source for _, edges in found for source in columns.sources(edges)})
    state, started, ended = _times(ordered)
    return RunShape(
        run=run,
        attempt=code.attempt,
        job=Job(last.job.namespace, last.job.name),
        state=state,
        started_us=started,
        ended_us=ended,
        nominal_us=_nominal(on_run),
        parent=_parent(on_run),
        code=code.version or _revision(on_job),
        parameters=_parameters(on_run, code),
        inputs=tuple(item.touched for item in inputs),
        outputs=tuple(item.touched for item in outputs),
        edges=_edges(run, inputs, found),
        columns=tuple(sorted({edge for _, edges in found for edge in edges})),
    )


def profiles(events: Iterable[Event]) -> dict[str, bytes]:
    """Return the encoded profiles in ``events`` by the hash that ``Touched.profile`` names."""
    found: dict[str, bytes] = {}
    for event in events:
        lone = (event.dataset,) if event.dataset else ()
        for part in (*event.inputs, *event.outputs, *lone):
            facet = facets.unpack(part.facets, "driftline_profile", facets.ProfileFacet)
            if facet is not None:
                found[ids.digest(facet.data)] = facet.data
    return found


def _in_order(events: Iterable[Event]) -> list[Event]:
    """Return the run events, once each, in the one order that the set of them has."""
    once: dict[tuple[int, int, str], Event] = {}
    for event in events:
        if event.run is not None and event.job is not None:
            rank = _RANKS.get(event.event_type or "OTHER", 3)
            once[event.time_us, rank, ids.digest(openlineage.encode(event))] = event
    ordered = [once[key] for key in sorted(once)]
    first = min((event.run.run_id for event in ordered if event.run), default="")
    return [event for event in ordered if event.run and event.run.run_id == first]


def _times(ordered: Sequence[Event]) -> tuple[str, int, int]:
    """Return the state of the run, when it started and when it ended (0 = not known)."""
    ended = [event for event in ordered if event.event_type in TERMINAL]
    begun = [event.time_us for event in ordered if event.event_type == "START"]
    begun = begun or [event.time_us for event in ordered if event.event_type not in TERMINAL]
    said = [event.event_type for event in ended or ordered if event.event_type]
    return (said[-1] if said else ""), min(begun, default=0), (ended[-1].time_us if ended else 0)


def _nominal(on_run: Facets) -> int:
    facet = facets.unpack(on_run, "nominalTime", facets.NominalTimeFacet)
    try:
        return clock.parse(facet.nominal_start_time) if facet else 0
    except ValueError:
        return 0


def _parent(on_run: Facets) -> str:
    for key in ("parent", "parentRun"):
        facet = facets.unpack(on_run, key, facets.ParentFacet)
        if facet is not None and facet.run.run_id:
            return ids.repair_run_id(facet.run.run_id)
    return ""


def _revision(on_job: Facets) -> str:
    place = facets.unpack(on_job, "sourceCodeLocation", facets.CodeLocationFacet)
    if place is not None and place.version:
        return place.version
    code = facets.unpack(on_job, "sourceCode", _Code)
    return f"xxh3:{ids.digest(code.source_code)}" if code is not None else ""


def _parameters(on_run: Facets, code: facets.CodeFacet) -> dict[str, str]:
    engine = facets.unpack(on_run, "processing_engine", _Engine)
    found = {f"library.{engine.name or 'engine'}": engine.version} if engine else {}
    return dict(sorted({**found, **code.parameters}.items()))


def _edges(
    run: str, inputs: Sequence[Gathered], outputs: Sequence[tuple[Gathered, tuple[ColumnEdge, ...]]]
) -> tuple[Edge, ...]:
    """Return which version fed which.

    Column lineage decides where an output has it; else every input feeds the output. An input that our own capture saw
    and that no column lineage of the run names feeds every output: it was read for something.
    """
    named_anywhere = {source for _, edges in outputs for source in columns.sources(edges)}
    guess = _ONE_SIDED if len(outputs) == 1 else _MANY_SIDED
    found: set[Edge] = set()
    for output, edges in outputs:
        target = Version(output.touched.dataset, output.touched.version)
        named = columns.sources(edges)
        for item in inputs:
            source = Version(item.touched.dataset, item.touched.version)
            dangling = output.explicit and item.explicit and source.dataset not in named_anywhere
            if source == target or (named and source.dataset not in named and not dangling):
                continue
            if output.explicit and (item.explicit or named):
                found.add(Edge(source, target, run, "explicit"))
            elif named:
                found.add(Edge(source, target, run, "column"))
            else:
                found.add(Edge(source, target, run, "cartesian", guess))
    return tuple(sorted(found))
