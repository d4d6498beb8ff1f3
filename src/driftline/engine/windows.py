"""Windows of predictions: what an endpoint answered on a day is a version of a dataset, its sources upstream.

Enters: answers as they are recorded. Leaves: one OpenLineage event for each endpoint, day and set of versions that was
not seen before; it goes through the log like any other. So a model is upstream of the predictions that it made, and
whoever asks what an index reaches finds the answers' windows. Never reads an answer's content.
"""

import uuid
from collections.abc import Iterable

from driftline import clock
from driftline.engine.house import House
from driftline.event import facets, openlineage
from driftline.event.answer import Answer, Source
from driftline.event.openlineage import DatasetPart, Event, JobPart, RunPart

NAMESPACE = "driftline"
_DAY_US = 86_400_000_000
_REMEMBERED = 20_000

Key = tuple[str, int, tuple[Source, ...]]


def events(house: House, answers: Iterable[Answer]) -> list[bytes]:
    """Return the events of windows that are new with ``answers``."""
    fresh: dict[Key, int] = {}
    for answer in answers:
        if not answer.sources:
            continue
        key = (answer.endpoint, answer.time_us // _DAY_US, answer.sources)
        if key not in house.windows:
            fresh[key] = min(answer.time_us, fresh.get(key, answer.time_us))
    if len(house.windows) > _REMEMBERED:
        house.windows.clear()
    house.windows.update(dict.fromkeys(fresh))
    return [_event(house, key, moment) for key, moment in fresh.items()]


def _event(house: House, key: Key, moment_us: int) -> bytes:
    endpoint, day, sources = key
    named = "|".join(f"{source.role}={source.version.node}" for source in sources)
    since = clock.iso(day * _DAY_US)
    body = {"endpoint": endpoint, "since": since, "until": clock.iso((day + 1) * _DAY_US)}
    state = {"version": since[:10], "kind": "predictions", "partition": since[:10]}
    window = DatasetPart(
        namespace=NAMESPACE,
        name=f"predictions/{endpoint}",
        facets={
            "driftline_state": facets.pack("driftline_state", state),
            "driftline_predictions": facets.pack("driftline_predictions", body),
        },
    )
    event = Event(
        event_time=clock.iso(moment_us),
        producer=openlineage.PRODUCER,
        schema_url=openlineage.SCHEMA + "RunEvent",
        event_type="COMPLETE",
        run=RunPart(run_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"driftline:window:{endpoint}:{day}:{named}"))),
        job=JobPart(namespace=house.settings.namespace, name=endpoint),
        inputs=tuple(_input(source) for source in sources),
        outputs=(window,),
    )
    return openlineage.encode(event)


def _input(source: Source) -> DatasetPart:
    dataset, version = source.version.dataset, source.version.version
    held = {"driftline_state": facets.pack("driftline_state", {"version": version})} if version else {}
    return DatasetPart(namespace=dataset.namespace, name=dataset.name, facets=held)
