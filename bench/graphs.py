"""Layered lineage graphs for the benchmarks: pipelines of jobs, each layer reading the one before it."""

import random
from collections.abc import Iterator

from driftline.event import ids
from driftline.event.lineage import ColumnEdge, Dataset, Edge, Field, History, Job, RunShape, State, Touched, Version

START_US = 1_700_000_000_000_000
MINUTE_US = 60_000_000
COLUMNS = tuple(Field(f"column_{number}", "DOUBLE") for number in range(6))


def layered(
    jobs: int, pipelines: int, *, fan_in: int = 3, layers: int = 10, seed: int = 7, prefix: str = "p", first: int = 0
) -> Iterator[History]:
    """Yield one execution per job: ``pipelines`` apart from each other, each of ``layers`` layers of jobs.

    A job reads ``fan_in`` datasets of the layer before it (sources in the first) and writes one. Pipelines are named
    ``prefix`` and a number, executions are numbered from ``first`` on.
    """
    chance = random.Random(seed)
    wide = max(1, jobs // pipelines // layers)
    number = first
    for pipeline in range(pipelines):
        name = f"{prefix}{pipeline}"
        before = [Dataset("file", f"{name}/source_{place}") for place in range(wide)]
        for layer in range(layers):
            now = []
            for place in range(wide):
                target = Dataset("file", f"{name}/l{layer}_{place}")
                sources = chance.sample(before, min(fan_in, len(before)))
                yield execution(number, f"{name}.l{layer}_{place}", sources, target)
                now.append(target)
                number += 1
            before = now


def execution(number: int, job: str, sources: list[Dataset], target: Dataset) -> History:
    """Return one finished run that read ``sources`` and wrote ``target``, with a version of each."""
    moment = START_US + number * MINUTE_US
    run = ids.uuid7(moment, lambda size: number.to_bytes(size, "big"))
    inputs = tuple(Touched(dataset=source, version="1") for source in sources)
    output = Touched(dataset=target, version="1", kind="table", fields=COLUMNS)
    edges = tuple(Edge(Version(one, "1"), Version(target, "1"), run, "column") for one in sources)
    shape = RunShape(
        run=run,
        job=Job("bench", job),
        state="COMPLETE",
        started_us=moment,
        ended_us=moment,
        inputs=tuple(sorted(inputs, key=lambda one: one.dataset)),
        outputs=(output,),
        informed=(Version(target, "1"),),
        edges=tuple(sorted(edges)),
        columns=columns(sources, target),
    )
    return History("run", (State(moment, shape),))


def columns(sources: list[Dataset], target: Dataset) -> tuple[ColumnEdge, ...]:
    """Return one column edge per column of ``target``, each from one of ``sources``."""
    found = {
        ColumnEdge(sources[place % len(sources)], field.name, target, field.name, "DIRECT", "TRANSFORMATION")
        for place, field in enumerate(COLUMNS[:2])
    }
    return tuple(sorted(found))
