"""The datasets of one run: what its events, taken together, say of each version that it touched.

Enters: the dataset parts of a run's events, in order. Leaves: one record per version. A dataset may be there
in several versions (thirty days of a table, read for a training): versions that our own facet names add up,
of those that the standard ``version`` facet names the last event's stand. What an event says of the dataset
without a version holds for each of them. Never decides what fed what. Source:
https://openlineage.io/spec/facets.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from driftline.event import facets, ids, names
from driftline.event.dataset_facets import DatasetTypeFacet, LifecycleFacet, SymlinksFacet
from driftline.event.lineage import Dataset, Field, Touched
from driftline.event.openlineage import DatasetPart, Facets

READ, WRITE = "read", "write"
_CACHED = 1_000  # schemas; those of a daily job are the same each day


class Statistics(msgspec.Struct, frozen=True, rename="camel"):
    """The counts in ``outputStatistics``, ``inputStatistics`` and ``dataQualityMetrics``."""

    row_count: facets.Count | None = None
    size: facets.Count | None = None
    bytes: facets.Count | None = None


class _Deleted(msgspec.Struct, frozen=True):
    deleted: bool = msgspec.field(default=False, name="_deleted")


_COUNTS = {READ: ("inputStatistics", "dataQualityMetrics"), WRITE: ("outputStatistics", "dataQualityMetrics")}


class Gathered(NamedTuple):
    """One version with the facets that hold for it."""

    touched: Touched
    facets: Facets
    explicit: bool  # our own capture saw it
    after_ns: int | None = None  # when in its run it was first read, or last written; None = not said


class _Word(NamedTuple):
    """What one event says of one dataset."""

    place: int  # of the event
    own: str  # version by our facet
    standard: str  # version by the standard facet
    slice: str  # partition by our facet
    facets: Facets


def deletes(facet: msgspec.Raw) -> bool:
    """Whether a facet says that its predecessor is gone."""
    try:
        return b'"_deleted"' in bytes(facet) and msgspec.json.decode(facet, type=_Deleted).deleted
    except msgspec.MsgspecError:
        return False


def merged(in_order: Iterable[Facets]) -> Facets:
    """Return the facets that stand: a later one replaces an earlier one of its key, or removes it."""
    return {key: facet for key, facet in _last(in_order).items() if not deletes(facet)}


def _last(in_order: Iterable[Facets]) -> Facets:
    found: Facets = {}
    for held in in_order:
        found.update(held)
    return found


def gather(events: Sequence[Sequence[DatasetPart]], side: str, minted: str = "") -> list[Gathered]:
    """Return what ``events``, in order, say of the datasets on one side; ``minted`` names a version without one."""
    words: dict[Dataset, list[_Word]] = {}
    for place, parts in enumerate(events):
        for part in parts:
            held = {**part.facets, **part.input_facets, **part.output_facets}
            words.setdefault(Dataset(part.namespace, part.name), []).append(_word(place, held))
    found = [
        _gathered(dataset, version or minted, held, side, slices, _formerly(dataset, words[dataset]))
        for dataset in sorted(words)
        for version, held, slices in _versions(words[dataset])
    ]
    return sorted(found, key=lambda item: (item.touched.dataset, item.touched.version))


def united(found: list[Gathered], named: set[Dataset], minted: str = "", *, by_columns: bool = False) -> list[Gathered]:
    """Return ``found`` with the datasets that only lineage facets name; ``minted`` names their version."""
    known = {item.touched.dataset for item in found}
    missing = named - known
    if not missing:
        return found
    added = [
        Gathered(Touched(dataset=dataset, version=minted, unnamed=by_columns), {}, explicit=False)
        for dataset in missing
    ]
    return sorted([*found, *added], key=lambda item: (item.touched.dataset, item.touched.version))


def _word(place: int, held: Facets) -> _Word:
    state = _state(held)
    pointer = facets.unpack(held, "version", facets.VersionFacet)
    own, standard = (state.version if state else ""), (pointer.dataset_version if pointer else "")
    return _Word(place, names.fitted(own), names.fitted(standard), state.partition if state else "", held)


def _versions(words: Sequence[_Word]) -> Iterator[tuple[str, Facets, tuple[str, ...]]]:
    """Yield each version with the facets that hold for it, and the slices that are said to be it."""
    own = {word.own for word in words if word.own}
    last = max((word.place for word in words if word.standard), default=-1)
    standard = {word.standard for word in words if word.standard and word.place == last}
    wanted = own or standard
    for version in sorted(wanted) or [""]:
        said = [(word, (word.own if own else word.standard)) for word in words]
        slices = sorted({word.slice for word, name in said if name == version and word.slice})
        facets_ = _last(word.facets for word, name in said if name == version or name not in wanted)
        yield version, facets_, tuple(slices)


def _gathered(
    dataset: Dataset, version: str, last: Facets, side: str, slices: tuple[str, ...], formerly: tuple[Dataset, ...]
) -> Gathered:
    held = {key: facet for key, facet in last.items() if not deletes(facet)}
    state = _state(held)
    said = state or facets.StateFacet()
    profile = facets.unpack(held, "driftline_profile", facets.ProfileFacet)
    rows, size = said.rows, said.bytes
    for key in _COUNTS[side]:
        counted = facets.unpack(held, key, Statistics)
        if counted is not None:
            rows = counted.row_count if rows is None else rows
            size = (counted.bytes if counted.size is None else counted.size) if size is None else size
    life = facets.unpack(held, "lifecycleStateChange", LifecycleFacet)
    touched = Touched(
        dataset=dataset,
        version=version,
        kind=kind(held),
        partition=slices[0] if slices else said.partition,
        also=slices[1:],
        fingerprint=said.fingerprint,
        rows=rows,
        bytes=size,
        fields=_fields(bytes(held["schema"])) if "schema" in held else None,
        profile=ids.content(profile.data) if profile else "",
        hashes=ids.content(bytes(held["driftline_fingerprint"])) if "driftline_fingerprint" in held else "",
        attributes=dict(sorted(said.attributes.items())),
        aliases=_aliases(dataset, held) if "symlinks" in last else None,
        formerly=formerly,
        lifecycle=life.lifecycle_state_change if life else "",
    )
    return Gathered(touched, held, state is not None, said.after_ns)


def _formerly(dataset: Dataset, words: Sequence[_Word]) -> tuple[Dataset, ...]:
    """Return the names that a dataset had: what happens to it after a renaming does not undo that."""
    found = {_former(word.facets) for word in words if "lifecycleStateChange" in word.facets}
    return tuple(sorted(one for one in found if one is not None and one != dataset))


def renaming(part: DatasetPart) -> list[DatasetPart]:
    """Return the part with nothing but its renaming; none where it has none."""
    held = {key: facet for key, facet in part.facets.items() if key == "lifecycleStateChange"}
    return [DatasetPart(part.namespace, part.name, held)] if held and _former(held) else []


def _former(held: Facets) -> Dataset | None:
    life = facets.unpack(held, "lifecycleStateChange", LifecycleFacet)
    former = life.previous_identifier if life and life.lifecycle_state_change == "RENAME" else None
    if former is None or not (former.namespace and former.name):
        return None
    return Dataset(*names.fitted_pair(former.namespace, former.name))


def kind(held: Facets) -> str:
    """Return which kind of thing a dataset is said to be: table, view, model …; "" = not said."""
    state = _state(held)
    sort = facets.unpack(held, "datasetType", DatasetTypeFacet)
    return names.fitted((state.kind if state else "") or (sort.dataset_type.lower() if sort else ""))


def columns(raw: bytes) -> tuple[str, ...]:
    """Return the columns that a schema names."""
    return tuple(field.name for field in _fields(raw) or ())


def _state(held: Facets) -> facets.StateFacet | None:
    raw = held.get("driftline_state")
    return None if raw is None else _read_state(bytes(raw))


@lru_cache(_CACHED)
def _read_state(raw: bytes) -> facets.StateFacet | None:
    """Return what our own facet says, which is asked for at several steps; None where it cannot be read."""
    return facets.unpack({"driftline_state": msgspec.Raw(raw)}, "driftline_state", facets.StateFacet)


@lru_cache(_CACHED)
def _fields(raw: bytes) -> tuple[Field, ...] | None:
    """Return the columns of a schema with their types; None where it cannot be read."""
    schema = facets.unpack({"schema": msgspec.Raw(raw)}, "schema", facets.SchemaFacet)
    return tuple(Field(names.fitted(field.name), field.type or "") for field in schema.fields) if schema else None


def _aliases(dataset: Dataset, held: Facets) -> tuple[Dataset, ...] | None:
    if "symlinks" not in held:
        return ()  # said before, deleted since
    facet = facets.unpack(held, "symlinks", SymlinksFacet)
    if facet is None:
        return None
    said = [(name.namespace, name.name) for name in facet.identifiers if name.namespace and name.name]
    other = {Dataset(*names.fitted_pair(*pair)) for pair in said}
    return tuple(sorted(other - {dataset}))
