"""What the facets of events say of a dataset, a job or a run: tags, owners, descriptions, columns.

Enters: the facets that stand, each with the moment of its event. Leaves: labels. A facet that cannot be read says
nothing. Sources: the facets ``tags``, ``ownership``, ``documentation`` and ``schema`` of OpenLineage 2-0-2.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec

from driftline.event import names
from driftline.event.label import Description, Owner, Tag

KEYS = ("tags", "ownership", "documentation", "schema")  # of facets that are read here
_DEEPEST = 12  # of nested columns

T = TypeVar("T")


class _Tag(msgspec.Struct, frozen=True):
    key: str
    value: Any = ""
    source: str | None = None
    field: str | None = None


class _Owner(msgspec.Struct, frozen=True):
    name: str
    type: str | None = None


class _Column(msgspec.Struct, frozen=True):
    name: str
    description: str | None = None
    fields: list["_Column"] | None = None


class _Tags(msgspec.Struct, frozen=True):
    tags: list[_Tag] = []


class _Owners(msgspec.Struct, frozen=True):
    owners: list[_Owner] = []


class _Documentation(msgspec.Struct, frozen=True):
    description: str = ""


class _Schema(msgspec.Struct, frozen=True):
    fields: list[_Column] = []


class Facet(NamedTuple):
    """A facet that stands."""

    data: bytes
    time_us: int = 0


class Said(NamedTuple):
    """What events say of one node and of its columns."""

    tags: tuple[Tag, ...] = ()
    owners: tuple[Owner, ...] = ()
    description: Description | None = None
    columns: tuple[str, ...] = ()  # as the schema has them, inner ones with a dot
    column_tags: Mapping[str, tuple[Tag, ...]] = MappingProxyType({})
    column_descriptions: Mapping[str, Description] = MappingProxyType({})


def read(facets: Mapping[str, Facet]) -> Said:
    """Return what ``facets`` say. Whether a tag spreads is not theirs to say; it is left at ``propagates=True``."""
    own, fields = _tags(facets)
    schema = _decode(facets, "schema", _Schema)
    columns = dict(_flat(schema.fields, "", 0)) if schema else {}
    told = facets["schema"].time_us if schema else 0
    text = _decode(facets, "documentation", _Documentation)
    return Said(
        own,
        _owners(facets),
        Description(text=text.description, origin="event", at_us=facets["documentation"].time_us)
        if text and text.description
        else None,
        tuple(columns),
        fields,
        {name: Description(text=said, origin="event", at_us=told) for name, said in columns.items() if said},
    )


def _tags(facets: Mapping[str, Facet]) -> tuple[tuple[Tag, ...], dict[str, tuple[Tag, ...]]]:
    found = _decode(facets, "tags", _Tags)
    own: dict[str, Tag] = {}
    fields: dict[str, dict[str, Tag]] = {}
    for one in found.tags if found else ():
        if one.key.strip():
            value = one.value if isinstance(one.value, str) else msgspec.json.encode(one.value).decode()
            at_us = facets["tags"].time_us
            tag = Tag(name=names.fitted(one.key.strip()), value=value, origin="event", by=one.source or "", at_us=at_us)
            (fields.setdefault(names.fitted(one.field), {}) if one.field else own)[tag.name] = tag
    return tuple(own.values()), {name: tuple(held.values()) for name, held in fields.items()}


def _owners(facets: Mapping[str, Facet]) -> tuple[Owner, ...]:
    found = _decode(facets, "ownership", _Owners)
    owners = {
        (one.name, one.type or ""): Owner(
            name=names.fitted(one.name), type=one.type or "", origin="event", at_us=facets["ownership"].time_us
        )
        for one in (found.owners if found else ())
        if one.name
    }
    return tuple(owners.values())


def _flat(fields: list[_Column], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for field in fields:
        yield names.fitted(before + field.name), field.description or ""
        if field.fields and depth < _DEEPEST:
            yield from _flat(field.fields, f"{before}{field.name}.", depth + 1)


def _decode(facets: Mapping[str, Facet], key: str, shape: type[T]) -> T | None:
    facet = facets.get(key)
    if facet is None:
        return None
    try:
        return msgspec.json.decode(facet.data, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
