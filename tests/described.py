"""Facets of one dataset or job, as an event gives them, into a store."""

from collections.abc import Iterable, Mapping

from driftline.event.lineage import Dataset
from driftline.store import Store

Order = tuple[int, int, bytes]


def describe(
    store: Store,
    type_: str,
    namespace: str,
    name: str,
    order: Order,
    facets: Mapping[str, bytes],
    kind: str = "",
    columns: Iterable[str] = (),
) -> None:
    """Let one event, whose place is ``order``, give a dataset or a job some facets."""
    key = (type_, namespace, name)
    said = {facet: (order, body) for facet, body in facets.items()}
    store.lineage.describe({key: said}, {key: (order[0], order[0])})
    store.lineage.kind(Dataset(namespace, name), kind)
    if type_ == "DATASET":
        store.lineage.columns(Dataset(namespace, name), columns, order[0])
