"""Guards: what is quarantined, what was decided, and the deeds of quarantining and releasing."""

from typing import Annotated

import msgspec

from driftline.engine.engine import Engine
from driftline.event.report import Quarantine
from driftline.serve.operation import reading, writing


class Guards(msgspec.Struct, frozen=True):
    """Quarantines in force, and how many answers met which action."""

    quarantines: list[Quarantine]
    decisions: dict[str, int]


class QuarantineOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must not reach anybody from now on, and why."""

    node: Annotated[str, msgspec.Meta(min_length=1)]
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    incident: str = ""


class ReleaseOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who lifts a quarantine."""

    by: Annotated[str, msgspec.Meta(min_length=1)]


def get_guards(engine: Engine) -> Guards:
    """Tell what the guards hold back."""
    return Guards(engine.quarantines(active=True), dict(engine.overview().decisions))


def quarantine(engine: Engine, body: QuarantineOrder) -> Quarantine:
    """Quarantine a version, or a dataset from now on."""
    return engine.quarantine(engine.resolve(body.node), body.reason, body.incident)


def release(engine: Engine, key: str, body: ReleaseOrder) -> Quarantine:
    """Lift a quarantine."""
    return engine.release(key, body.by)


OPERATIONS = (
    reading("/api/v1/guards", get_guards),
    writing("/api/v1/guards/quarantine", quarantine, status=201),
    writing("/api/v1/guards/{key}/release", release),
)
