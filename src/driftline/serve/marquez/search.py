"""Search over the names of datasets and jobs, and over their words, as Marquez answers them."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.interop.marquez import hits
from driftline.interop.marquez import search as searching
from driftline.interop.marquez.hits import MarquezDatasetHits, MarquezJobHits
from driftline.interop.marquez.search import MarquezResults
from driftline.serve.marquez.asking import MOST, ROOT, Limit, store
from driftline.serve.operation import reading
from driftline.store.finder import Wanted

BETA = "/api/v2beta/search"
HITS = 10  # as many as the search engine beside Marquez gives


class MarquezSearchQuery(msgspec.Struct, frozen=True):
    """What to look for."""

    q: Annotated[str, msgspec.Meta(description="Part of a name; % and _ stand for any signs.", min_length=1)]
    filter: Annotated[str, msgspec.Meta(description="dataset or job. Empty: both.")] = ""
    sort: Annotated[str, msgspec.Meta(description="name, or update_at: the newest first.")] = "name"
    namespace: str = ""
    limit: Limit = 10


def search(engine: Engine, query: MarquezSearchQuery) -> MarquezResults:
    """Find datasets and jobs by a part of their name."""
    limit = min(query.limit, MOST)
    return searching.search(store(engine), query.q, query.sort, query.filter, query.namespace, limit)


class MarquezHitsQuery(msgspec.Struct, frozen=True):
    """What to look for."""

    q: Annotated[str, msgspec.Meta(description="Words, or how they begin.", min_length=1)]


def search_jobs(engine: Engine, query: MarquezHitsQuery) -> MarquezJobHits:
    """Find jobs by words of their names, labels and descriptions."""
    return hits.jobs(store(engine), _found(engine, query.q, "JOB"), query.q)


def search_datasets(engine: Engine, query: MarquezHitsQuery) -> MarquezDatasetHits:
    """Find datasets by words of their names, columns, labels and descriptions."""
    return hits.datasets(store(engine), _found(engine, query.q, "DATASET"), query.q)


def _found(engine: Engine, text: str, type_: str) -> list[str]:
    return [hit.node for hit in engine.catalogue.search(Wanted(text=text, type=type_), limit=HITS).hits]


OPERATIONS = (
    reading(f"{ROOT}/search", search, lenient=True),
    reading(f"{BETA}/jobs", search_jobs, lenient=True),
    reading(f"{BETA}/datasets", search_datasets, lenient=True),
)
