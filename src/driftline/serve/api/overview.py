"""The state of the house in numbers, and whether the server is up."""

import msgspec

from driftline.engine.engine import Engine
from driftline.event.report import Overview
from driftline.serve.operation import reading


class Health(msgspec.Struct, frozen=True):
    """The server answers and its store can be read."""

    status: str
    events: int  # in the log


def get_overview(engine: Engine) -> Overview:
    """Count everything."""
    return engine.overview()


def get_health(engine: Engine) -> Health:
    """Tell whether the server is up and its store can be read."""
    return Health("ok", sum(engine.house.store.log.counts().values()))


OPERATIONS = (reading("/api/v1/overview", get_overview), reading("/health", get_health))
