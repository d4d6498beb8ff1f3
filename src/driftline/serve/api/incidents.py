"""Incidents: the list, one with everything its page shows, and the deed of closing it."""

from typing import Annotated, Literal

import msgspec

from driftline.engine.engine import Engine
from driftline.event.finding import Incident
from driftline.event.report import IncidentReport
from driftline.graph import drawn
from driftline.serve.api.graph import Layout, draw
from driftline.serve.operation import reading, writing


class IncidentsQuery(msgspec.Struct, frozen=True):
    """Which incidents, and which page of them."""

    state: Annotated[Literal["", "open", "contained", "resolved"], msgspec.Meta(description="Empty: all.")] = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**40)] = 0


class IncidentList(msgspec.Struct, frozen=True):
    """A page of incidents and how many there are in all."""

    incidents: list[Incident]
    total: int


class DrawnIncident(IncidentReport, frozen=True, kw_only=True):
    """An incident and where the nodes of its graph stand."""

    layout: Layout


def list_incidents(engine: Engine, query: IncidentsQuery) -> IncidentList:
    """List incidents, newest first."""
    found, total = engine.incidents(state=query.state, limit=query.limit, offset=query.offset)
    return IncidentList(found, total)


def get_incident(engine: Engine, key: str) -> DrawnIncident:
    """Tell everything about one incident, found by its id or a unique beginning of it."""
    report = engine.incident(key)
    graph = drawn.plainly(report.graph)
    return DrawnIncident(**{**msgspec.structs.asdict(report), "graph": graph}, layout=draw(graph))


def resolve_incident(engine: Engine, key: str) -> Incident:
    """Close an incident."""
    return engine.resolve_incident(key)


OPERATIONS = (
    reading("/api/v1/incidents", list_incidents),
    reading("/api/v1/incidents/{key}", get_incident),
    writing("/api/v1/incidents/{key}/resolve", resolve_incident),
)
