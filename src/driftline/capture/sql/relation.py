"""What a FROM clause offers: relations with columns, and the edges behind a column.

Enters: tables with or without a known schema, and the outputs of inner queries. Leaves: for a column name, the
source columns behind it, each with a confidence: 1 where it follows from the statement and the schemas, less
where the name may mean several things. Nothing is left out because it is not sure.
"""

import operator
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

_ADDED = frozenset(["filename", "file_row_number", "file_index"])  # by DuckDB
_STRENGTH = {"IDENTITY": 0, "TRANSFORMATION": 1, "AGGREGATION": 2}
ABSENT = 0.3  # of an edge to a column that the given schema of its only possible source does not have
UNITED = 0.9  # of an edge by the name of a column where UNION goes by place
GUESSED = 0.8  # of an edge that follows from what people mean rather than from the rules of the dialect


class Source(NamedTuple):
    """A base table of a statement: files by their paths or globs, or a table of the catalog by its name."""

    kind: Literal["file", "table"]
    names: tuple[str, ...]


class Edge(NamedTuple):
    """A source column and how it reaches what the edge belongs to; ``confidence`` is a share of 1."""

    source: Source
    column: str
    kind: Kind
    confidence: float = 1.0
    provenance: str = ""  # how it is known: "" = declared, else probed


Edges = frozenset[Edge]
FILE = "\u00a7"  # begins the alias of a file that has none
NONE: Edges = frozenset()


Fields = tuple[tuple[str, Edges], ...]
Made = Literal["", "literals", "nothing"]
UNSAID: Made = ""  # of columns, or nobody knows
LITERALS: Made = "literals"  # of such as stand in the text of the statement
NOTHING: Made = "nothing"  # of none: count(*), now()


class Output(NamedTuple):
    """One output column; ``name`` is ``""`` where the statement gives it none, and ``said`` is then its expression."""

    name: str
    edges: Edges
    key: str = ""  # by which the name is compared
    said: str = ""
    fields: Fields = ()  # of a struct that the statement builds, or of the elements of an array; in small letters
    made: Made = UNSAID  # what its value is made of, if no column brings it

    def field(self, name: str) -> Edges | None:
        """Return what is behind a field of the column, if that is known."""
        return next((edges for field, edges in self.fields if field == name.lower()), None)


class Star(NamedTuple):
    """All columns of a source whose schema is not known, but the excepted ones (by their keys)."""

    source: Source
    excepted: frozenset[str]
    also: tuple[Source, ...] = ()  # sources whose column of the same place comes to the same output, by UNION


class Unknown(NamedTuple):
    """Some columns of which only their possible sources can be said."""

    sources: frozenset[Source] = frozenset()


class Whatever(NamedTuple):
    """Columns of names that only the data knows, all of them from ``edges``: what a table function returns."""

    edges: Edges


Item = Output | Star | Unknown | Whatever


class Found(NamedTuple):
    """The edges behind a name; ``certain`` where the relation surely has a column of that name."""

    edges: Edges
    certain: bool


class Relation:
    """What one entry of a FROM clause offers, and what shapes its rows. Never changed once made."""

    __slots__ = ("_index", "_loose", "_open", "base", "elements", "items", "nested", "rows", "single", "unique")

    def __init__(
        self,
        items: Iterable[Item],
        rows: Edges = NONE,
        base: Source | None = None,
        *,
        single: bool = False,
        elements: Edges = NONE,
        unique: frozenset[int] | None = None,
    ) -> None:
        self.items = tuple(items)
        self.rows = rows
        self.base = base  # the table whose schema this is
        self.single = single  # always one row, whatever shapes what it is made of
        self.elements = elements  # of an array whose elements may have fields that go without a qualifier
        self.unique = unique  # places of the outputs by which each row is there once
        self.nested = any(isinstance(item, Output) and item.fields for item in self.items)
        self._open: tuple[Star | Unknown | Whatever, ...] | None = None  # items that are no outputs
        self._index: dict[str, Output] | None = None
        self._loose: dict[str, Output | None] | None = None

    def same(self, other: "Relation") -> bool:
        """Whether both offer the same."""
        return self.items == other.items and self.rows == other.rows

    def settled(self) -> "Relation":
        """Return the relation as an entry of FROM: what shapes one row that is always there shapes its values alone."""
        if not self.single or not self.whole or not self.rows:
            return self
        items = [item._replace(edges=item.edges | self.rows) for item in self.items if isinstance(item, Output)]
        return Relation(items, NONE, single=True)

    @property
    def whole(self) -> bool:
        """True if all columns are known."""
        return all(isinstance(item, Output) for item in self.items)

    def output(self, key: str) -> Output | None:
        """Return the output ``key``; of several of that name, all that is behind them."""
        if self._index is None:
            index: dict[str, Output] = {}
            for item in self.items:
                if isinstance(item, Output) and item.key:
                    known = index.get(item.key)
                    index[item.key] = item if known is None else together(known, item)
            self._index = index
        return self._index.get(key)

    def loosely(self, name: str) -> Output | None:
        """Return the only output whose name differs from ``name`` in case alone."""
        if self._loose is None:
            loose: dict[str, Output | None] = {}
            for item in self.items:
                if isinstance(item, Output) and item.name:
                    lower = item.name.lower().strip("'")  # a pivot of Snowflake names its columns with the quotes
                    loose[lower] = None if lower in loose and loose[lower] != item else item
            self._loose = loose
        return self._loose.get(name.lower())

    def find(self, key: str, name: str) -> Found | None:
        """Return what is behind the column; None where there is surely none of that name.

        Args:
            key: by which it is compared.
            name: as it is written.
        """
        output = self.output(key)
        if output is not None:
            return Found(output.edges, certain=True)
        if self._open is None:
            self._open = tuple(item for item in self.items if not isinstance(item, Output))
        if not self._open:
            return None
        sources: dict[Source, None] = {}
        also: dict[Source, None] = {}
        edges: Edges = NONE
        vague = False
        for item in self._open:
            if isinstance(item, Star):
                if key not in item.excepted:
                    sources[item.source] = None
                    also.update(dict.fromkeys(item.also))
            elif isinstance(item, Unknown):
                vague = True
                sources.update(dict.fromkeys(item.sources))
            elif isinstance(item, Whatever):
                edges |= item.edges
                vague = vague or bool(item.edges) or len(self.items) == 1
        if not sources:
            return Found(edges, certain=False) if vague else None
        share = 1.0 if len(sources) == 1 and not vague else round(1 / (len(sources) + vague), 2)
        found = {Edge(source, name, IDENTITY, share) for source in sources}
        found |= {Edge(source, name, IDENTITY, round(share * UNITED, 2)) for source in also if source not in sources}
        return Found(edges | found, certain=False)

    def sources(self) -> dict[Source, None]:
        """Return the sources of its columns."""
        found: dict[Source, None] = {}
        for item in self.items:
            if isinstance(item, Output | Whatever):
                found.update(dict.fromkeys(edge.source for edge in item.edges))
            elif isinstance(item, Star):
                found.update(dict.fromkeys((item.source, *item.also)))
            else:
                found.update(dict.fromkeys(item.sources))
        return found

    def renamed(self, names: Iterable[tuple[str, str]]) -> "Relation":
        """Return the relation with its first columns renamed, as ``AS t(a, b)`` does.

        Args:
            names: pairs of a name and its key.
        """
        given = list(names)
        if not given:
            return self
        if any(not isinstance(item, Output) for item in self.items[: len(given)]) or len(self.items) < len(given):
            if len(self.items) == 1 and isinstance(self.items[0], Whatever):
                edges = self.items[0].edges
                return Relation((Output(name, edges, key) for name, key in given), self.rows)
            hedged = hedge(self.sources(), "*", 0.5)
            return Relation((*(Output(name, hedged, key) for name, key in given), Unknown()), self.rows)
        items = [
            Output(given[place][0], item.edges, given[place][1], fields=item.fields, made=item.made)
            if place < len(given) and isinstance(item, Output)
            else item
            for place, item in enumerate(self.items)
        ]
        return Relation(items, self.rows, single=self.single, elements=self.elements, unique=self.unique)

    def looked_up(self, shaping: Edges) -> "Relation":
        """Return the relation where what shapes its rows, and finds them, decides about its values alone."""
        if not shaping:
            return self
        items = [item._replace(edges=item.edges | shaping) for item in self.items if isinstance(item, Output)]
        return Relation(items, NONE, unique=self.unique)


def together(one: Output, other: Output) -> Output:
    """Return ``one`` with all that is behind ``other`` as well."""
    both = dict(one.fields) if one.fields and other.fields else {}
    for name, edges in other.fields if both else ():
        both[name] = both.get(name, NONE) | edges
    placed = [{name for name, _ in side.fields if is_placed(name)} for side in (one, other)]
    if placed[0] != placed[1]:  # lists that are not of one length: which element is the last, nobody knows
        both = {name: edges for name, edges in both.items() if not is_placed(name)}
    made = UNSAID if UNSAID in (one.made, other.made) else LITERALS if LITERALS in (one.made, other.made) else NOTHING
    return one._replace(edges=one.edges | other.edges, fields=tuple(both.items()), made=made)


def is_placed(name: str) -> bool:
    """Whether one of the fields of an output is an element of a list, ``[0]``, or a field of one, ``[0].p``."""
    return name.startswith("[")


def is_file(source: Source | None) -> bool:
    """Whether ``source`` is made of files."""
    return source is not None and source.kind == "file"


def hedge(sources: Iterable[Source], column: str, whole: float = 1.0) -> Edges:
    """Return edges to ``column`` of each of ``sources``, which share the confidence ``whole``."""
    given = list(sources)
    return frozenset(Edge(source, column, IDENTITY, round(whole / len(given), 2)) for source in given)


def added(column: str, sources: Iterable[Source]) -> bool:
    """Whether a column that no schema has is one that a reader adds: which file a row is of, and where it stands."""
    return column.lower() in _ADDED and any(source.kind == "file" for source in sources)


def doubted(edges: Iterable[Edge], share: float) -> Edges:
    """Return ``edges`` with ``share`` of their confidence."""
    return frozenset(edge._replace(confidence=round(edge.confidence * share, 2)) for edge in edges)


def through(edges: Iterable[Edge], kind: Kind) -> Edges:
    """Return ``edges`` as they are after one more step of ``kind``: the stronger direct one, or indirect for good."""
    if kind == IDENTITY:
        return frozenset(edges)
    given = edges if isinstance(edges, frozenset) else frozenset(edges)
    found = [_through(edge, step(edge.kind, kind)) for edge in given]
    return given if all(map(operator.is_, found, given)) else frozenset(found)


def _through(edge: Edge, kind: Kind) -> Edge:
    return edge if kind == edge.kind else Edge(edge.source, edge.column, kind, edge.confidence, edge.provenance)


def both(one: Edges, other: Edges) -> Edges:
    """Return the edges of both; where one of them has none, the other as it is."""
    return one | other if one and other else one or other


def step(inner: Kind, outer: Kind) -> Kind:
    """Return how a column reaches what lies one step of ``outer`` behind where it reaches as ``inner``."""
    if outer[0] == "INDIRECT":
        return outer
    if inner[0] == "INDIRECT":
        return inner
    return inner if _STRENGTH[inner[1]] >= _STRENGTH[outer[1]] else outer


def all_of(items: Iterable[Item]) -> Edges:
    """Return the edges of all items; a column that is not known is ``*``."""
    found: set[Edge] = set()
    for item in items:
        if isinstance(item, Output | Whatever):
            found |= item.edges
        elif isinstance(item, Star):
            found.add(Edge(item.source, "*", IDENTITY, ABSENT))
    return frozenset(found)
