"""OpenLineage 2-0-2 events, in and out.

Enters: JSON bytes. Leaves: a typed event whose facets stay raw JSON, byte for byte, whether known or not. The three
event types are told apart by their shape. Nothing is looked up and nothing is stored here.
Source: https://openlineage.io/spec/2-0-2/OpenLineage.json.
"""

from typing import Literal

import msgspec

from driftline import clock
from driftline.errors import BadEvent
from driftline.event import ids

PRODUCER = "https://github.com/driftline/driftline"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
STATES = ("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER")
Facets = dict[str, msgspec.Raw]


class RunPart(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The run of an event."""

    run_id: str
    facets: Facets = {}


class JobPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """The job of an event."""

    namespace: str
    name: str
    facets: Facets = {}


class DatasetPart(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A dataset of an event, as input, as output or alone."""

    namespace: str
    name: str
    facets: Facets = {}
    input_facets: Facets = {}
    output_facets: Facets = {}


class Event(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={"schema_url": "schemaURL", "event_time": "eventTime", "event_type": "eventType"},
):
    """A run, job or dataset event. ``event_time`` is as it was sent; ``time_us`` is what it means."""

    event_time: str
    producer: str = ""
    schema_url: str = ""
    event_type: str | None = None
    run: RunPart | None = None
    job: JobPart | None = None
    inputs: tuple[DatasetPart, ...] = ()
    outputs: tuple[DatasetPart, ...] = ()
    dataset: DatasetPart | None = None

    @property
    def kind(self) -> Literal["run", "job", "dataset"]:
        """Which of the three event types this is."""
        if self.run is not None:
            return "run"
        return "job" if self.job is not None else "dataset"

    @property
    def time_us(self) -> int:
        """Event time in microseconds since 1970 UTC."""
        return clock.parse(self.event_time)


_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder()


def decode(raw: bytes) -> Event:
    """Return the event in ``raw``; a run id that is no UUID is replaced by the UUIDv5 that stands for it.

    Raises:
        BadEvent: not JSON, a required part is missing, or a value cannot be read; the message carries the path.
    """
    try:
        event = _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadEvent(str(error)) from error
    try:
        moment = clock.parse(event.event_time)
    except ValueError as error:
        raise BadEvent(f"eventTime {event.event_time!r} is not a date and time") from error
    if moment <= 0:
        raise BadEvent(f"eventTime {event.event_time!r} is before 1970")
    if event.run is not None and event.job is None:
        raise BadEvent("a run event needs a job (namespace and name)")
    if event.run is None and event.job is None and event.dataset is None:
        raise BadEvent("neither run, job nor dataset is present")
    if event.dataset is not None and (event.run is not None or event.job is not None):
        raise BadEvent("a dataset event has neither job nor run")
    if event.event_type is not None and event.event_type not in STATES:
        raise BadEvent(f"eventType {event.event_type!r}; known are {', '.join(STATES)}")
    _require_names(event)
    if event.run is not None:
        run = ids.repair_run_id(event.run.run_id)
        if run != event.run.run_id:
            event = msgspec.structs.replace(event, run=msgspec.structs.replace(event.run, run_id=run))
    return event


def _require_names(event: Event) -> None:
    parts = (event.job, event.dataset, *event.inputs, *event.outputs)
    for part in parts:
        if part is not None and not (part.namespace and part.name):
            raise BadEvent(f"empty namespace or name in {part.namespace!r}, {part.name!r}")
        if part is not None and not (part.namespace + part.name).isprintable():
            raise BadEvent(f"control characters in {part.namespace!r}, {part.name!r}")
    if event.run is not None and not event.run.run_id:
        raise BadEvent("empty runId")


def encode(event: Event) -> bytes:
    """Return ``event`` as JSON."""
    return _encoder.encode(event)
