"""Counts over the last day or week."""

from typing import Annotated, Literal

import msgspec

from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.interop.marquez import search
from driftline.interop.marquez.search import MarquezCount, MarquezEventCount, Span
from driftline.serve.marquez.asking import ROOT, store
from driftline.serve.operation import reading


class MarquezStatsQuery(msgspec.Struct, frozen=True):
    """Over which time."""

    period: Literal["DAY", "WEEK"]
    timezone: Annotated[str, msgspec.Meta(description="Where days begin, such as Europe/Rome. Empty: UTC.")] = ""


def _spans(engine: Engine, query: MarquezStatsQuery) -> list[Span]:
    try:
        return search.spans(query.period, query.timezone, engine.house.now())
    except ValueError as error:
        raise BadInput(str(error)) from error


def count_events(engine: Engine, query: MarquezStatsQuery) -> list[MarquezEventCount]:
    """Count run events by their state, per hour of the last day or per day of the last week."""
    return search.event_counts(store(engine), _spans(engine, query))


def count_jobs(engine: Engine, query: MarquezStatsQuery) -> list[MarquezCount]:
    """Count the jobs that were known at the end of each hour or day."""
    return search.counts(store(engine), "jobs", _spans(engine, query))


def count_datasets(engine: Engine, query: MarquezStatsQuery) -> list[MarquezCount]:
    """Count the datasets that were known at the end of each hour or day."""
    return search.counts(store(engine), "datasets", _spans(engine, query))


def count_sources(engine: Engine, query: MarquezStatsQuery) -> list[MarquezCount]:
    """Count the sources that were known at the end of each hour or day."""
    return search.counts(store(engine), "sources", _spans(engine, query))


OPERATIONS = (
    reading(f"{ROOT}/stats/lineage-events", count_events, lenient=True),
    reading(f"{ROOT}/stats/jobs", count_jobs, lenient=True),
    reading(f"{ROOT}/stats/datasets", count_datasets, lenient=True),
    reading(f"{ROOT}/stats/sources", count_sources, lenient=True),
)
