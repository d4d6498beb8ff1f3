"""Single events: their receipts, what waits in quarantine, and trying it again; and facets by name."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.kept import Facets, HeldEvent, Replayed
from driftline.event.mapping import Mapping, Rule
from driftline.event.report import Receipt
from driftline.serve.operation import reading, writing


class EventQuery(msgspec.Struct, frozen=True):
    """Which event."""

    event: Annotated[str, msgspec.Meta(description="The id in its receipt.", min_length=1)]


class HeldQuery(msgspec.Struct, frozen=True):
    """How many."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100


class FacetQuery(msgspec.Struct, frozen=True):
    """Whose facets."""

    node: Annotated[str, msgspec.Meta(description="A node id, or a name that means one thing only.", min_length=1)]
    name: Annotated[str, msgspec.Meta(description="Only the facet of this name. Empty: all.")] = ""


class ReplayOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which events to try again (none named: all), and how to mend them first."""

    events: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    rehearse: bool = False


class DiscardOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which events to give up."""

    events: tuple[str, ...] = ()
    every: bool = False  # all that are in quarantine


class Discarded(msgspec.Struct, frozen=True):
    """What was given up."""

    discarded: int


class Held(msgspec.Struct, frozen=True):
    """Events in quarantine."""

    events: list[HeldEvent]
    total: int


def get_receipt(engine: Engine, query: EventQuery) -> Receipt:
    """Tell what became of an event."""
    return engine.receipt(query.event)


def get_event(engine: Engine, query: EventQuery) -> msgspec.Raw:
    """Return an event as it came."""
    return msgspec.Raw(engine.event(query.event))


def get_held(engine: Engine, query: HeldQuery) -> Held:
    """List the events in quarantine, newest first."""
    return Held(engine.held_events(query.limit), engine.house.store.log.counts()["quarantined"])


def replay(engine: Engine, body: ReplayOrder) -> Replayed:
    """Try events in quarantine again."""
    return engine.replay(Mapping(body.rules) if body.rules else None, body.events, rehearse=body.rehearse)


def discard(engine: Engine, body: DiscardOrder) -> Discarded:
    """Give up events in quarantine: they stay in the log, and are not listed or tried again."""
    if bool(body.events) == body.every:
        raise BadInput("no event was named", hint="Name some with events, or all with every: true, and not both.")
    return Discarded(engine.discard(body.events))


def get_facets(engine: Engine, query: FacetQuery) -> Facets:
    """Return the facets of a dataset, a job or a run that stand, byte for byte."""
    return engine.facets(query.node if query.node.startswith("run:") else engine.resolve(query.node), query.name)


OPERATIONS = (
    reading("/api/v1/receipt", get_receipt),
    reading("/api/v1/event", get_event),
    reading("/api/v1/facets", get_facets),
    reading("/api/v1/quarantined", get_held),
    writing("/api/v1/quarantined/replay", replay),
    writing("/api/v1/quarantined/discard", discard),
)
