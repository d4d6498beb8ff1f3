"""First pages of every list, as the HTTP interface and clients of the reference server ask for them.

Enters: an engine over a filled store. Leaves: questions by name, to be timed with their encoding.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from driftline.engine.engine import Engine
from driftline.event.lineage import Dataset, Job
from driftline.interop.marquez import dataset, job, run, search, space, version
from driftline.store.connection import OPEN
from driftline.store.finder import Wanted

encoded = msgspec.json.Encoder().encode
BUSY = Job("bench", "p0.l0_0")  # one of the jobs that a fifth of all runs belong to
WROTE = Dataset("file", "p0/l0_0")


def first(engine: Engine) -> dict[str, Callable[[], Any]]:
    """Return the questions."""
    store = engine.house.store
    line = store.reading.line("JOB", BUSY.namespace, BUSY.name)
    assert line is not None
    return {
        "datasets": lambda: engine.datasets(limit=50),
        "datasets, with a part of the name": lambda: engine.datasets(query="l9_7", limit=50),
        "one dataset with its versions and runs": lambda: engine.dataset(WROTE.node),
        "runs of a busy job": lambda: store.lineage.runs(BUSY, 100),
        "versions of a busy dataset": lambda: store.lineage.versions(WROTE, 100),
        "suggestions for a part of a name": lambda: engine.search("0/l9_77"),
        "suggestions, nothing has it": lambda: engine.search("nowhere"),
        "catalogue, a word that few have": lambda: engine.catalogue.search(Wanted("l9_77")),
        "catalogue, a word that all have": lambda: engine.catalogue.search(Wanted("column")),
        "catalogue, no word": lambda: engine.catalogue.search(Wanted()),
        "incidents": engine.incidents,
        "quarantines": engine.quarantines,
        "events in quarantine": engine.held_events,
        "overview": engine.overview,
        "Marquez: namespaces": lambda: space.namespaces(store, 100, 0),
        "Marquez: sources": lambda: space.sources(store, 100, 0),
        "Marquez: datasets of a namespace": lambda: dataset.page(store, "file", 100, 0),
        "Marquez: versions of a busy dataset": lambda: version.page(store, WROTE.namespace, WROTE.name, 100, 0),
        "Marquez: jobs of a namespace": lambda: job.page(store, "bench", [], 100, 0),
        "Marquez: jobs, all": lambda: job.page(store, "", [], 100, 0),
        "Marquez: jobs whose last run failed": lambda: job.page(store, "", ["FAILED"], 100, 0),
        "Marquez: runs of a busy job": lambda: run.page(store, line.id, 100, 0),
        "Marquez: events, newest first": lambda: search.events(store, 0, OPEN, 100, 0, up=False),
        "Marquez: events, oldest first": lambda: search.events(store, 0, OPEN, 100, 0, up=True),
        "Marquez: search": lambda: search.search(store, "l9_77", "name", "", "", 10),
        "Marquez: search, newest first": lambda: search.search(store, "l9_77", "update_at", "", "", 10),
        "Marquez: tags": lambda: search.tags(store, 100, 0),
    }


def size(found: Any) -> int:
    """Return how many entries a page has."""
    for name in ("hits", "datasets", "jobs", "runs", "events", "results", "versions", "namespaces", "sources", "tags"):
        held = getattr(found, name, None)
        if isinstance(held, (list, tuple)):
            return len(held)
    return len(found[0]) if isinstance(found, tuple) else len(found) if isinstance(found, list) else 1
