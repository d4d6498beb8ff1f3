"""The route table: every operation of the HTTP interface, in the order in which it is documented."""

from driftline.serve import marquez, metrics, openapi
from driftline.serve.api import (
    answers,
    catalogue,
    datasets,
    events,
    graph,
    guards,
    held,
    incidents,
    live,
    overview,
    search,
)
from driftline.serve.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *held.OPERATIONS,
    *overview.OPERATIONS,
    *incidents.OPERATIONS,
    *graph.OPERATIONS,
    *datasets.OPERATIONS,
    *catalogue.OPERATIONS,
    *answers.OPERATIONS,
    *guards.OPERATIONS,
    *search.OPERATIONS,
    *live.OPERATIONS,
    *marquez.OPERATIONS,
    *metrics.OPERATIONS,
    *openapi.OPERATIONS,
)
