"""Namespaces and sources.

Enters: a store. Leaves: records of namespaces, and of sources: a source is the place that a namespace of datasets
stands for, described by the ``dataSource`` facet of its first dataset. What people said of either stands beside it.
"""

import msgspec

from driftline.event import facets
from driftline.interop.marquez import naming
from driftline.store import Store
from driftline.store.reading import Space

OWNER = "anonymous"  # what Marquez calls an owner that nobody named


class MarquezNamespace(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A namespace: what events name, or what somebody announced."""

    name: str
    created_at: str | None
    updated_at: str | None
    owner_name: str = OWNER
    description: str | None = None
    is_hidden: bool = False


class MarquezSource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where datasets lie."""

    name: str
    type: str
    created_at: str | None
    updated_at: str | None
    connection_url: str
    description: str | None = None


class MarquezNamespaces(msgspec.Struct, frozen=True, rename="camel"):
    """A page of namespaces."""

    namespaces: list[MarquezNamespace]
    total_count: int


class MarquezSources(msgspec.Struct, frozen=True, rename="camel"):
    """A page of sources."""

    sources: list[MarquezSource]
    total_count: int


class DataSource(msgspec.Struct, frozen=True):
    """``dataSource``: the name and the address of the place where a dataset lies."""

    name: str | None = None
    uri: str | None = None


def namespaces(store: Store, limit: int, offset: int) -> MarquezNamespaces:
    """Return one page of the namespaces, by name."""
    said = store.marks.words("namespaces")
    known = {space.name: space for space in store.reading.spaces()}
    names = sorted({*known, *said})
    page = [_namespace(name, known.get(name), said.get(name, {})) for name in names[offset : offset + limit]]
    return MarquezNamespaces(page, len(names))


def namespace(store: Store, name: str) -> MarquezNamespace | None:
    """Return one namespace; None where neither an event nor a person named it."""
    space, said = store.reading.space(name), store.marks.words("namespaces").get(name)
    return _namespace(name, space, said or {}) if space or said is not None else None


def _namespace(name: str, space: Space | None, said: dict[str, str]) -> MarquezNamespace:
    told_us = int(said.get("since_us", 0))
    first = min(space.first_us, told_us or space.first_us) if space else told_us
    return MarquezNamespace(
        name=name,
        created_at=naming.moment(first),
        updated_at=naming.moment(max(space.last_us if space else 0, told_us)),
        owner_name=said.get("owner") or OWNER,
        description=said.get("description"),
        is_hidden="hidden" in said,
    )


def sources(store: Store, limit: int, offset: int) -> MarquezSources:
    """Return one page of the sources, by name."""
    found = _sources(store)
    page = [found[name] for name in sorted(found)[offset : offset + limit]]
    return MarquezSources(page, len(found))


def source(store: Store, name: str) -> MarquezSource | None:
    """Return one source; None where nothing of that name is known."""
    return _sources(store).get(name)


def _sources(store: Store) -> dict[str, MarquezSource]:
    found: dict[str, MarquezSource] = {}
    spaces = [space for space in store.reading.spaces() if space.dataset]
    held = store.reading.facets(store.reading.lines(space.dataset for space in spaces).values())
    for space in spaces:
        where = place(held.get(space.dataset, {}))
        name = where.name or space.name
        address = where.uri or space.name
        found.setdefault(
            name,
            MarquezSource(
                name=name,
                type=kind(address),
                created_at=naming.moment(space.sourced_us),
                updated_at=naming.moment(space.last_us),
                connection_url=address,
            ),
        )
    for name, said in store.marks.words("sources").items():
        since = naming.moment(int(said.get("since_us", 0)))
        known = found.get(name)
        found[name] = MarquezSource(
            name=name,
            type=said.get("type") or "UNKNOWN",
            created_at=known.created_at if known else since,
            updated_at=since,
            connection_url=said.get("url", ""),
            description=said.get("description"),
        )
    return found


def place(held: dict[str, bytes]) -> DataSource:
    """Return where a dataset says that it lies."""
    raw = {key: msgspec.Raw(body) for key, body in held.items() if key == "dataSource"}
    return facets.unpack(raw, "dataSource", DataSource) or DataSource()


def kind(address: str) -> str:
    """Return the type of a source by its address, such as ``POSTGRES``."""
    scheme, mark, _ = address.removeprefix("jdbc:").partition("://")
    return scheme.upper() if mark else address.partition(":")[0].upper() or "UNKNOWN"
