"""What is wrong with the facets of an event.

Enters: an event. Leaves: place to reason, for people: facets that are registered but cannot be read or stand in the
wrong place, and those without ``_producer`` or ``_schemaURL``, once per place. The event is accepted all the same. A
facet that nobody registered is no fault. Verdicts are kept by content, because the same facets come again and again.
Source: OpenLineage 2-0-2, ``BaseFacet``.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from driftline.event import facets, registry
from driftline.event.openlineage import DatasetPart, Event, Facets

_REMEMBERED = 4_096  # verdicts, with the facets that they are about
_LARGEST = 4_096  # bytes of a facet that is remembered


class _Head(msgspec.Struct, frozen=True):
    """What every facet has."""

    producer: Any = msgspec.field(default=None, name="_producer")
    schema: Any = msgspec.field(default=None, name="_schemaURL")
    deleted: Any = msgspec.field(default=None, name="_deleted")


class _Verdict(NamedTuple):
    fault: str = ""
    lacks: tuple[str, ...] = ()


_verdicts: dict[tuple[str, str, bytes], _Verdict] = {}


def unread(event: Event) -> dict[str, str]:
    """Return what is wrong with the facets of ``event``: ``outputs[0].schema``, say, to the reason."""
    found: dict[str, str] = {}
    for path, place, held in _held(event):
        bare: dict[str, list[str]] = {}
        for key, raw in held.items():
            verdict = _known(place, key, raw)
            if verdict.fault:
                found[f"{path}.{key}"] = verdict.fault
            for name in verdict.lacks:
                bare.setdefault(name, []).append(key)
        if bare:
            found[path] = "; ".join(f"no {name}: {', '.join(sorted(keys))}" for name, keys in sorted(bare.items()))
    return found


def _held(event: Event) -> Iterator[tuple[str, str, Facets]]:
    if event.run:
        yield "run", "run", event.run.facets
    if event.job:
        yield "job", "job", event.job.facets
    if event.dataset:
        yield from _of_part("dataset", event.dataset, "", "")
    for number, part in enumerate(event.inputs):
        yield from _of_part(f"inputs[{number}]", part, "input", "")
    for number, part in enumerate(event.outputs):
        yield from _of_part(f"outputs[{number}]", part, "", "output")


def _of_part(path: str, part: DatasetPart, input_place: str, output_place: str) -> Iterator[tuple[str, str, Facets]]:
    yield path, "dataset", part.facets
    yield f"{path}.inputFacets", input_place, part.input_facets
    yield f"{path}.outputFacets", output_place, part.output_facets


def _known(place: str, key: str, raw: msgspec.Raw) -> _Verdict:
    known = (place, key, bytes(raw))
    verdict = _verdicts.get(known)
    if verdict is None:
        verdict = _judge(place, key, raw)
        if len(known[2]) <= _LARGEST:
            if len(_verdicts) >= _REMEMBERED:
                _verdicts.clear()
            _verdicts[known] = verdict
    return verdict


def _judge(place: str, key: str, raw: msgspec.Raw) -> _Verdict:
    registered = key in registry.PLACES
    try:
        head = msgspec.json.decode(raw, type=_Head)
    except facets.UNREADABLE as error:
        return _Verdict(str(error) if registered else "")
    if head.deleted is True:
        return _Verdict()
    fault = _fault(place, key, raw) if registered else ""
    if fault:
        return _Verdict(fault)
    held = (("_producer", head.producer), ("_schemaURL", head.schema))
    return _Verdict(lacks=tuple(name for name, value in held if not isinstance(value, str) or not value))


def _fault(place: str, key: str, raw: msgspec.Raw) -> str:
    entry = registry.find(key, place)
    if entry is None:
        return f"it does not belong here, but to: {', '.join(registry.PLACES[key])}"
    try:
        facets.read(raw, entry.record)
        present = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except facets.UNREADABLE as error:
        return str(error)
    lacks = [name for name in entry.required if name not in present or bytes(present[name]) == b"null"]
    return f"without {', '.join(lacks)}, which the specification requires" if lacks else ""
