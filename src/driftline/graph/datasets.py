"""The datasets of one run: what its events, taken together, say of each version that it touched.

Enters: the dataset parts of a run's events, in order. Leaves: one record per version. A dataset may be there
in several versions (thirty days of a table, read for a training): versions that our own facet names add up,
of those that the standard ``version`` facet names the last event's stand. What an event says of the dataset
without a version holds for each of them. Never decides what fed what. Source:
https://openlineage.io/spec/facets.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from driftline.event import facets, ids
from driftline.event.lineage import Dataset, Field, Touched
from driftline.event.openlineage import DatasetPart, Facets

READ, WRITE = "read", "write"


class Statistics(msgspec.Struct, frozen=True, rename="camel"):
    """The counts in ``outputStatistics``, ``inputStatistics`` and ``dataQualityMetrics``."""

    row_count: facets.Count | None = None
    size: facets.Count | None = None
    bytes: facets.Count | None = None


class _Deleted(msgspec.Struct, frozen=True):
    deleted: bool = msgspec.field(default=False, name="_deleted")


_COUNTS = {READ: ("inputStatistics", "dataQualityMetrics"), WRITE: ("outputStatistics", "dataQualityMetrics")}
SHAPES: dict[str, type[Any]] = {
    "schema": facets.SchemaFacet,
    "version": facets.VersionFacet,
    "driftline_state": facets.StateFacet,
    "driftline_profile": facets.ProfileFacet,
    **{key: Statistics for keys in _COUNTS.values() for key in keys},
}


class Gathered(NamedTuple):
    """One version with the facets that hold for it."""

    touched: Touched
    facets: Facets
    explicit: bool  # our own capture saw it


class _Word(NamedTuple):
    """What one event says of one dataset."""

    place: int  # of the event
    own: str  # version by our facet
    standard: str  # version by the standard facet
    facets: Facets


def deletes(facet: msgspec.Raw) -> bool:
    """Whether a facet says that its predecessor is gone."""
    try:
        return b'"_deleted"' in bytes(facet) and msgspec.json.decode(facet, type=_Deleted).deleted
    except msgspec.MsgspecError:
        return False


def merged(in_order: Iterable[Facets]) -> Facets:
    """Return the facets that stand: a later one replaces an earlier one of its key, or removes it."""
    found: Facets = {}
    for held in in_order:
        for key, facet in held.items():
            if deletes(facet):
                found.pop(key, None)
            else:
                found[key] = facet
    return found


def gather(events: Sequence[Sequence[DatasetPart]], side: str, minted: str = "") -> list[Gathered]:
    """Return what ``events``, in order, say of the datasets on one side; ``minted`` names a version without one."""
    words: dict[Dataset, list[_Word]] = {}
    for place, parts in enumerate(events):
        for part in parts:
            held = {**part.facets, **part.input_facets, **part.output_facets}
            words.setdefault(Dataset(part.namespace, part.name), []).append(_word(place, held))
    found = [
        _gathered(dataset, version or minted, held, side)
        for dataset in sorted(words)
        for version, held in _versions(words[dataset])
    ]
    return sorted(found, key=lambda item: (item.touched.dataset, item.touched.version))


def united(inputs: list[Gathered], named: set[Dataset]) -> list[Gathered]:
    """Return ``inputs`` with the datasets that only column lineage names."""
    known = {item.touched.dataset for item in inputs}
    added = [Gathered(Touched(dataset=dataset), {}, explicit=False) for dataset in named - known]
    return sorted([*inputs, *added], key=lambda item: (item.touched.dataset, item.touched.version))


def _word(place: int, held: Facets) -> _Word:
    state = facets.unpack(held, "driftline_state", facets.StateFacet)
    pointer = facets.unpack(held, "version", facets.VersionFacet)
    return _Word(place, state.version if state else "", pointer.dataset_version if pointer else "", held)


def _versions(words: Sequence[_Word]) -> Iterator[tuple[str, Facets]]:
    own = {word.own for word in words if word.own}
    last = max((word.place for word in words if word.standard), default=-1)
    standard = {word.standard for word in words if word.standard and word.place == last}
    wanted = own or standard
    for version in sorted(wanted) or [""]:
        said = [(word, (word.own if own else word.standard)) for word in words]
        yield version, merged(word.facets for word, name in said if name == version or name not in wanted)


def _gathered(dataset: Dataset, version: str, held: Facets, side: str) -> Gathered:
    state = facets.unpack(held, "driftline_state", facets.StateFacet)
    said = state or facets.StateFacet()
    schema = facets.unpack(held, "schema", facets.SchemaFacet)
    profile = facets.unpack(held, "driftline_profile", facets.ProfileFacet)
    rows, size = said.rows, said.bytes
    for key in _COUNTS[side]:
        counted = facets.unpack(held, key, Statistics)
        if counted is not None:
            rows = counted.row_count if rows is None else rows
            size = (counted.bytes if counted.size is None else counted.size) if size is None else size
    touched = Touched(
        dataset=dataset,
        version=version,
        kind=said.kind,
        partition=said.partition,
        fingerprint=said.fingerprint,
        rows=rows,
        bytes=size,
        fields=tuple(Field(field.name, field.type or "") for field in schema.fields) if schema else None,
        profile=ids.digest(profile.data) if profile else "",
        attributes=dict(sorted(said.attributes.items())),
    )
    return Gathered(touched, held, state is not None)
