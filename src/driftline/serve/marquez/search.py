"""Search over the names of datasets and jobs, as Marquez answers it."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.interop.marquez import search as searching
from driftline.interop.marquez.search import MarquezResults
from driftline.serve.marquez.asking import MOST, ROOT, Limit, store
from driftline.serve.operation import reading


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


OPERATIONS = (reading(f"{ROOT}/search", search, lenient=True),)
