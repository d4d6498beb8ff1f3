"""Columns of structs and of lists: which source columns are behind each part, rather than behind all of them.

Enters: the edges of the columns that a struct or a list was made of. Leaves: the edges of the whole, which know those
of its fields for as long as nothing else is done to it; and the edges of one part. Where it is not known which of
several columns a part comes from, each of them carries half the confidence.
"""

from collections.abc import Iterable, Mapping, Sequence

from driftline.capture.sql.relation import NONE, TRANSFORMATION, Edge, Edges, Kind, doubted
from driftline.capture.sql.relation import through as stepped

ONE_OF_THEM = 0.5  # of an edge to a part that may come from any of several columns


class Parts(frozenset[Edge]):
    """The edges of a whole, with those of its fields; without, of a list of several columns."""

    fields: Mapping[str, Edges] | None = None


class Counted(frozenset[Edge]):
    """The edges of a value that no column brings, such as a number of rows: they only decide about it."""


class Spelled(Counted):
    """The same of a literal, alone or among counts: what it is made of, the code may know."""


def below(ones: Sequence[Edges]) -> Edges:
    """Return the edges of a column that is made of some others, one below the other."""
    every = NONE.union(*ones)
    return counted(every, ones) if ones and all(isinstance(one, Counted) for one in ones) else every


def counted(edges: Edges, made_of: Iterable[Edges]) -> Counted:
    """Return the edges of a value that is made of counts and of literals."""
    return Spelled(edges) if any(isinstance(one, Spelled) for one in made_of) else Counted(edges)


def whole(edges: Iterable[Edge], fields: Mapping[str, Edges] | None = None) -> Parts:
    """Return edges that know those of their parts."""
    made = Parts(edges)
    made.fields = fields
    return made


def struct(fields: Mapping[str, Edges]) -> Parts:
    """Return the edges of a struct."""
    return whole((one for edges in fields.values() for one in stepped(edges, TRANSFORMATION)), fields)


def through(edges: Edges, kind: Kind) -> Edges:
    """Return edges one step of ``kind`` further, which know their parts as before."""
    found = stepped(edges, kind)
    if isinstance(edges, Counted):
        return counted(found, [edges])
    if not isinstance(edges, Parts):
        return found
    if edges.fields is None:
        return whole(found)
    return whole(found, {name: through(one, kind) for name, one in edges.fields.items()})


def field(edges: Edges, name: str) -> Edges:
    """Return the edges of a field."""
    if isinstance(edges, Parts) and edges.fields is not None and name in edges.fields:
        return edges.fields[name]
    return some(edges)


def element(edges: Edges) -> Edges:
    """Return the edges of an element of a list."""
    if not isinstance(edges, Parts):
        return stepped(edges, TRANSFORMATION)
    return some(edges) if edges.fields is None else through(edges, TRANSFORMATION)


def some(edges: Edges) -> Edges:
    """Return the edges of a part of which it is not known where it comes from."""
    found = stepped(edges, TRANSFORMATION)
    direct = {(one.source, one.column) for one in found if one.kind[0] == "DIRECT"}
    if len(direct) < 2:
        return found
    return frozenset(
        one for edge in found for one in (doubted((edge,), ONE_OF_THEM) if edge.kind[0] == "DIRECT" else (edge,))
    )


def renamed(edges: Edges, names: list[str]) -> Edges:
    """Return the edges of a struct whose fields have these names, in their order."""
    if isinstance(edges, Parts) and edges.fields is not None and len(names) <= len(edges.fields):
        return whole(edges, dict(zip(names, edges.fields.values(), strict=False)))
    return frozenset(edges)
