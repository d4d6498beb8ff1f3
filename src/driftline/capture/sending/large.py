"""An event that would be too large for a server to take, told as several of the same run that add up.

Enters: the last event of a run. Leaves: it alone, if it is not too large; else events of the same moment and state,
each with everything that is said of the run and the job and with some of the datasets. Their ``jobType`` says that
events of this run add up, also those of a run that had told whole pictures before. Every dataset is in one of them,
with all of its facets. Source: https://openlineage.io/spec/facets (jobType 2-0-3, emissionPattern).
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from driftline.event import facets, openlineage
from driftline.event.openlineage import DatasetPart, Event

LIMIT = 16 << 20  # bytes of one event; a server takes 25 MB at once
_NAMES = 100  # bytes of a dataset beside its facets, or more
ADDS = {  # to what the run has told while it lasted
    "processingType": "BATCH",
    "integration": "DRIFTLINE",
    "emissionPattern": {"eventContentMode": "ACCUMULATIVE"},
}


def encoded(event: Event) -> list[bytes]:
    """Return ``event`` as JSON, in as many pieces as it takes."""
    whole = openlineage.encode(event)
    if len(whole) <= LIMIT or event.job is None:
        return [whole]
    job = msgspec.structs.replace(event.job, facets={**event.job.facets, "jobType": facets.pack("jobType", ADDS)})
    empty = msgspec.structs.replace(event, job=job, inputs=(), outputs=())
    room = max(LIMIT - len(openlineage.encode(empty)), LIMIT // 4)
    return [openlineage.encode(msgspec.structs.replace(empty, **held)) for held in _pieces(event, room)]


def _pieces(event: Event, room: int) -> Iterator[dict[str, Any]]:
    """Yield inputs and outputs that have ``room`` together."""
    held: dict[str, list[DatasetPart]] = {"inputs": [], "outputs": []}
    size = 0
    for side, parts in (("inputs", event.inputs), ("outputs", event.outputs)):
        for part in parts:
            takes = _size(part)
            if size and size + takes > room:
                yield {key: tuple(some) for key, some in held.items()}
                held, size = {"inputs": [], "outputs": []}, 0
            held[side].append(part)
            size += takes
    yield {key: tuple(some) for key, some in held.items()}


def _size(part: DatasetPart) -> int:
    every = (part.facets, part.input_facets, part.output_facets)
    said = sum(len(key) + len(bytes(facet)) + 4 for held in every for key, facet in held.items())
    return said + _NAMES + 6 * (len(part.namespace) + len(part.name))
