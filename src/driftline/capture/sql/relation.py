"""What a FROM clause offers: relations with columns, and the scope that finds a name among them.

Enters: tables with or without a known schema, and the outputs of inner queries. Leaves: for a column name, the
source columns behind it, or the word that it cannot be told. A name that two relations of unknown schema could
hold is left open: an edge that is left out is better than one that is wrong.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Kind = tuple[Literal["DIRECT", "INDIRECT"], str]

IDENTITY: Kind = ("DIRECT", "IDENTITY")
TRANSFORMATION: Kind = ("DIRECT", "TRANSFORMATION")
AGGREGATION: Kind = ("DIRECT", "AGGREGATION")
CONDITIONAL: Kind = ("INDIRECT", "CONDITIONAL")
WINDOW: Kind = ("INDIRECT", "WINDOW")
JOIN: Kind = ("INDIRECT", "JOIN")
FILTER: Kind = ("INDIRECT", "FILTER")
GROUP_BY: Kind = ("INDIRECT", "GROUP_BY")
SORT: Kind = ("INDIRECT", "SORT")

_STRENGTH = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}


class Source(NamedTuple):
    """A base table of a statement: files by their paths or globs, or a table of the catalog by its name."""

    kind: Literal["file", "table"]
    names: tuple[str, ...]


class Edge(NamedTuple):
    """A source column and how it reaches what the edge belongs to."""

    source: Source
    column: str
    kind: Kind
    provenance: str = ""  # how it is known: "" = declared, else probed
    confidence: float = 1.0


Edges = frozenset[Edge]
FILE = "\u00a7"  # begins the alias of a file that has none
NONE: Edges = frozenset()


class Output(NamedTuple):
    """One output column; ``name`` is ``""`` where the statement gives it none."""

    name: str
    edges: Edges


class Star(NamedTuple):
    """All columns of a source whose schema is not known, but the excepted ones."""

    source: Source
    excepted: frozenset[str]


class Unknown(NamedTuple):
    """Some columns of which nothing can be said."""


Item = Output | Star | Unknown


class Found(NamedTuple):
    """The edges behind a name; ``certain`` where the relation surely has a column of that name."""

    edges: Edges
    certain: bool


class Relation(NamedTuple):
    """What one entry of a FROM clause offers, and what shapes its rows."""

    items: tuple[Item, ...]
    rows: Edges = NONE

    def find(self, name: str) -> Found | None:
        """Return what is behind the column ``name``; None where there is surely none of that name."""
        wanted = name.lower()
        for item in self.items:
            if isinstance(item, Output) and item.name.lower() == wanted:
                return Found(item.edges, certain=True)
        stars = [item for item in self.items if isinstance(item, Star) and wanted not in item.excepted]
        if len(stars) == 1 and not self.vague:
            return Found(frozenset((Edge(stars[0].source, name, IDENTITY),)), certain=False)
        return Found(NONE, certain=False) if stars or self.vague else None

    @property
    def vague(self) -> bool:
        """True if it has columns of which nothing can be said."""
        return any(isinstance(item, Unknown) for item in self.items)

    def renamed(self, names: Iterable[str]) -> "Relation":
        """Return the relation with its first columns renamed, as ``AS t(a, b)`` does."""
        given = list(names)
        if not given:
            return self
        if any(not isinstance(item, Output) for item in self.items[: len(given)]) or len(self.items) < len(given):
            return Relation((*(Output(name, NONE) for name in given), Unknown()), self.rows)
        items = [
            Output(given[place], item.edges) if place < len(given) and isinstance(item, Output) else item
            for place, item in enumerate(self.items)
        ]
        return Relation(tuple(items), self.rows)


def is_file(source: Source | None) -> bool:
    """Whether ``source`` is made of files."""
    return source is not None and source.kind == "file"


def table(source: Source, columns: tuple[str, ...] | None) -> Relation:
    """Return the relation of a base table."""
    if columns is None:
        return Relation((Star(source, frozenset()),))
    return Relation(tuple(Output(name, frozenset((Edge(source, name, IDENTITY),))) for name in columns))


def through(edges: Iterable[Edge], kind: Kind) -> Edges:
    """Return ``edges`` as they are after one more step of ``kind``: the stronger direct one, or indirect for good."""
    if kind == IDENTITY:
        return frozenset(edges)
    return frozenset(edge._replace(kind=step(edge.kind, kind)) for edge in edges)


def step(inner: Kind, outer: Kind) -> Kind:
    """Return how a column reaches what lies one step of ``outer`` behind where it reaches as ``inner``."""
    if outer[0] == "INDIRECT":
        return outer
    if inner[0] == "INDIRECT":
        return inner
    return inner if _STRENGTH[inner[1]] >= _STRENGTH[outer[1]] else outer


class Scope:
    """The relations that one SELECT sees, by alias, with the aliases of its own outputs and the scope around it."""

    def __init__(self, parent: "Scope | None") -> None:
        self.parent = parent
        self.ctes: dict[str, Relation] = {}
        self.relations: dict[str, Relation] = {}
        self.merged: dict[str, list[str]] = {}  # column of USING -> aliases whose value it may take
        self.aliases: dict[str, Edges] = {}  # outputs named so far
        self.bound: set[str] = set()  # parameters of lambdas

    def cte(self, name: str) -> Relation | None:
        """Return the common table expression ``name``, from here outwards."""
        found = self.ctes.get(name.lower())
        if found is None and self.parent is not None:
            return self.parent.cte(name)
        return found

    def add(self, alias: str, relation: Relation) -> None:
        """Offer ``relation`` under ``alias``."""
        key = alias.lower()
        while key in self.relations:
            key += "'"
        self.relations[key] = relation

    def relation(self, alias: str) -> Relation | None:
        """Return the relation ``alias``, from here outwards."""
        found = self.relations.get(alias.lower())
        if found is None and self.parent is not None:
            return self.parent.relation(alias)
        return found

    def nameless(self) -> Relation | None:
        """Return the only relation of this scope that is a file without an alias; DuckDB calls it by its stem."""
        found = [relation for alias, relation in self.relations.items() if alias.startswith(FILE)]
        return found[0] if len(found) == 1 else None

    def find(self, name: str, *, surely: bool = False) -> Edges | None:
        """Return what is behind an unqualified name; None where it cannot be told (``surely``: with a known schema)."""
        wanted = name.lower()
        if wanted in self.bound:
            return NONE
        if wanted in self.merged:
            hits = [self.relations[alias].find(name) for alias in self.merged[wanted]]
            return frozenset().union(*(hit.edges for hit in hits if hit is not None))
        found = [hit for hit in (relation.find(name) for relation in self.relations.values()) if hit is not None]
        certain = [hit for hit in found if hit.certain]
        if len(certain) == 1:
            return certain[0].edges
        if certain or len(found) > 1:
            return None
        if found and surely:
            return None
        if found:
            return None if wanted in self.aliases or not found[0].edges else found[0].edges
        if wanted in self.aliases:
            return self.aliases[wanted]
        return self.parent.find(name, surely=surely) if self.parent is not None else None
