"""The catalogue: what is known, and one dataset with its versions, columns and findings."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.event.report import DatasetReport, DatasetSummary
from driftline.serve.api.graph import NodeQuery
from driftline.serve.operation import reading


class DatasetsQuery(msgspec.Struct, frozen=True):
    """Which datasets, and which page of them."""

    q: Annotated[str, msgspec.Meta(description="Part of a name. Empty: all.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**40)] = 0


class DatasetList(msgspec.Struct, frozen=True):
    """A page of the catalogue and how many entries there are in all."""

    datasets: list[DatasetSummary]
    total: int


def list_datasets(engine: Engine, query: DatasetsQuery) -> DatasetList:
    """List datasets."""
    found, total = engine.datasets(query=query.q, limit=query.limit, offset=query.offset)
    return DatasetList(found, total)


def get_dataset(engine: Engine, query: NodeQuery) -> DatasetReport:
    """Tell everything about one dataset."""
    return engine.dataset(engine.resolve(query.node))


OPERATIONS = (reading("/api/v1/datasets", list_datasets), reading("/api/v1/dataset", get_dataset))
