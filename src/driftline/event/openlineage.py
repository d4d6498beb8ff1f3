"""OpenLineage 2-0-2 events, in and out.

Enters: JSON bytes. Leaves: a typed event whose facets stay raw JSON, byte for byte, whether known or not. The three
event types are told apart by their shape. What is nearly right is repaired and told; a wrapper of several events is
not taken apart. Nothing is looked up and nothing is stored here. Source: https://openlineage.io/spec/2-0-2/OpenLineage.json.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from driftline import clock
from driftline.errors import BadEvent
from driftline.event import brackets, ids, names, repairs

PRODUCER = "https://github.com/driftline/driftline"
SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/"
_SHOWN = 100  # characters of a bad value in a note
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


class Reading(NamedTuple):
    """An event, and what had to be repaired to read it."""

    event: Event
    repairs: dict[str, str]  # place, such as ``run.runId``, to what was done


def plain(value: Any) -> Any:
    """Return a text or number of a class of somebody's own, such as ``torch.__version__``, as one of Python's.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, int):
        return int.__int__(value)
    raise TypeError(f"Encoding objects of type {type(value).__qualname__} is unsupported")


_decoder = msgspec.json.Decoder(Event)
_encoder = msgspec.json.Encoder(enc_hook=plain)


def as_json(value: Any) -> bytes:
    """Return ``value`` as JSON; what is no character, as in the name of a file that is not UTF-8, as ``\\udce9``."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return _encoder.encode(_spelled(msgspec.to_builtins(value, builtin_types=(msgspec.Raw,), enc_hook=plain)))


def _spelled(value: Any) -> Any:
    if isinstance(value, str):
        return ids.spelled(value)
    if isinstance(value, dict):
        return {_spelled(key): _spelled(one) for key, one in value.items()}
    return list(map(_spelled, value)) if isinstance(value, list | tuple) else value


def decode(raw: bytes) -> Event:
    """Return the event in ``raw``; what is nearly right is repaired, and ``read`` says how.

    Raises:
        BadEvent: not JSON, a required part is missing, or a value cannot be read; the message carries the path.
    """
    return _read(raw).event


def read(raw: bytes) -> Reading:
    """Return the event in ``raw`` and, by place, what was repaired; else as ``decode``.

    A run id that is no UUID is replaced by the UUIDv5 that stands for it. Facets are untouched.
    """
    event, done = _read(raw)
    notes = {
        "eventTime": repairs.time_note(event.event_time),
        "producer": "" if event.producer else "missing",
        "schemaURL": "" if event.schema_url else "missing",
    }
    found = {place: note for place, note in notes.items() if note}
    for place, note in (*done.items(), *repairs.repeated(raw).items()):
        found[place] = f"{found[place]}; {note}" if place == "$" and place in found else note
    return Reading(event, found)


def _read(raw: bytes) -> Reading:
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            raise BadEvent(f"not UTF-8 at byte {error.start}") from error
    if brackets.too_deep(raw):
        raise BadEvent(f"more than {brackets.DEEPEST} objects and arrays in one another")
    event, done = _structure(raw)
    event = _of_its_type(event, done)
    _require(event)
    state = (event.event_type or "").strip().upper()
    if event.event_type is not None and event.event_type not in STATES:
        if state not in STATES:
            raise BadEvent(f"eventType {event.event_type!r}; known are {', '.join(STATES)}")
        done["eventType"] = f"{event.event_type!r} read as {state}"
        event = msgspec.structs.replace(event, event_type=state)
    if event.run is not None:
        run = ids.repair_run_id(event.run.run_id)
        if run != event.run.run_id:
            done["run.runId"] = f"{event.run.run_id[:_SHOWN]!r} read as {run}"
            event = msgspec.structs.replace(event, run=msgspec.structs.replace(event.run, run_id=run))
    return Reading(event, done)


def _structure(raw: bytes) -> Reading:
    """Return the event as it stands, mended where it has a null or anything else that the records do not take."""
    if b"null" not in raw:
        try:
            event = _decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            pass
        else:
            if not _odd(event):
                return Reading(event, {})
    body, done = repairs.mend(raw)
    try:
        return Reading(_decoder.decode(body), done)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        if b'"events"' in body and "eventTime" in str(error):
            raise BadEvent("an object with `events` is no event; its events are sent one by one") from error
        raise BadEvent(str(error)) from error


def _of_its_type(event: Event, done: dict[str, str]) -> Event:
    """Return ``event`` without the parts that its type does not have: a run event has a run and a job."""
    if event.dataset is None or (event.job is not None and event.run is None):
        return event
    kind, others = ("run", ("dataset",)) if event.job else ("dataset", ("run", "inputs", "outputs"))
    extra = [name for name in others if getattr(event, name)]
    done.update(dict.fromkeys(extra, f"left out, because a {kind} event has none"))
    return msgspec.structs.replace(event, **{name: () if name in ("inputs", "outputs") else None for name in extra})


def _odd(event: Event) -> bool:
    run = event.run.facets if event.run else {}
    if any(map(repairs.is_old, run)):
        return True
    for held in _facets(event):
        for facet in held.values():
            if not repairs.is_object(facet):
                return True
    return False


def _facets(event: Event) -> Iterator[Facets]:
    for part in (event.run, event.job):
        if part is not None:
            yield part.facets
    for dataset in (event.dataset, *event.inputs, *event.outputs):
        if dataset is not None:
            yield dataset.facets
            yield dataset.input_facets
            yield dataset.output_facets


def _require(event: Event) -> None:
    try:
        moment = clock.parse(event.event_time)
    except ValueError as error:
        raise BadEvent(f"eventTime {event.event_time!r} is not a date and time") from error
    if moment <= 0:
        raise BadEvent(f"eventTime {event.event_time!r} is not after 1970-01-01T00:00:00Z")
    if event.run is not None and event.job is None:
        raise BadEvent("a run event needs a job (namespace and name)")
    if event.run is None and event.job is None and event.dataset is None:
        raise BadEvent("neither run, job nor dataset is present")
    if event.dataset is not None and event.job is not None:
        raise BadEvent("with a job and a dataset but no run it is neither a job event nor a dataset event")
    _require_names(event)


def _require_names(event: Event) -> None:
    parts = (event.job, event.dataset, *event.inputs, *event.outputs)
    for part in parts:
        if part is None:
            continue
        if not (part.namespace and part.name):
            raise BadEvent(f"empty namespace or name in {part.namespace!r}, {part.name!r}")
        both = part.namespace + part.name
        if names.has_control(both):
            raise BadEvent(f"control characters in {part.namespace[:_SHOWN]!r}, {part.name[:_SHOWN]!r}")
        if names.size(both) > names.LONGEST:
            raise BadEvent(
                f"a namespace and a name of {names.size(both):,} bytes together, of {names.LONGEST:,} that are taken:"
                f" {part.namespace[:_SHOWN]!r}, {part.name[:_SHOWN]!r}"
            )
    if event.run is not None and not event.run.run_id:
        raise BadEvent("empty runId")


def encode(event: Event) -> bytes:
    """Return ``event`` as JSON."""
    return as_json(event)
