"""The route table: every operation of the HTTP interface, in the order in which it is documented."""

from driftline.serve import metrics, openapi
from driftline.serve.api import answers, catalogue, datasets, events, graph, guards, incidents, live, overview, search
from driftline.serve.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *events.OPERATIONS,
    *overview.OPERATIONS,
    *incidents.OPERATIONS,
    *graph.OPERATIONS,
    *datasets.OPERATIONS,
    *catalogue.OPERATIONS,
    *answers.OPERATIONS,
    *guards.OPERATIONS,
    *search.OPERATIONS,
    *live.OPERATIONS,
    *metrics.OPERATIONS,
    *openapi.OPERATIONS,
)
