"""The columns of a frame with the source columns behind each, and what shapes its rows.

Enters: sources and the steps that were taken from them. Leaves: shapes, which are never changed. The kinds of edges,
and how they add up along a chain of steps, are those of SQL (``sql/relation``), so that a plan and a statement that
mean the same have the same edges. What cannot be told is said (``unknown``), never guessed.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from driftline.capture.frames.parts import below
from driftline.capture.sql.relation import IDENTITY, NONE, Edge, Edges, Kind, Source, through


class Shape(NamedTuple):
    """What is known of a frame."""

    columns: Mapping[str, Edges] = {}  # in order
    star: Source | None = None  # a source whose columns are not known: any other column is one of it
    without: frozenset[str] = frozenset()  # columns that the star does not stand for
    rest: Edges | None = None  # what reaches columns whose names are only known from the data, as those of a pivot
    rows: Edges = NONE
    unknown: bool = False  # there is something of which nothing can be said

    def find(self, name: str) -> Edges | None:
        """Return what is behind the column ``name``; None where the frame has no such column.

        Of a column that comes from something unknown nothing is said.
        """
        found = self.columns.get(name)
        if found is not None:
            return found
        if self.star is not None and name not in self.without:
            return frozenset((Edge(self.star, name, IDENTITY),))
        return NONE if self.rest is None and self.unknown else self.rest

    @property
    def closed(self) -> bool:
        """Whether all columns are known by name."""
        return self.star is None and self.rest is None and not self.unknown

    def shaped(self, edges: Iterable[Edge], kind: Kind) -> "Shape":
        """Return the shape with further edges to its rows."""
        return self._replace(rows=self.rows | through(edges, kind))

    def every(self, kind: Kind) -> "Shape":
        """Return the shape with each column one step of ``kind`` further."""
        columns = {name: through(edges, kind) for name, edges in self.columns.items()}
        rest = None if self.rest is None else through(self.rest, kind)
        # of a source whose columns are not known by name there is no way to say this column by column
        return self._replace(columns=columns, rest=rest, star=None, unknown=self.unknown or self.star is not None)

    def tinged(self, edges: Edges) -> "Shape":
        """Return the shape with further edges to each column."""
        if not edges:
            return self
        columns = {name: known | edges for name, known in self.columns.items()}
        return self._replace(columns=columns, rest=None if self.rest is None else self.rest | edges)

    def all_edges(self) -> Edges:
        """Return the edges of all columns that are known by name."""
        return NONE.union(*self.columns.values()) if self.columns else NONE


def of_source(source: Source, columns: Iterable[str] | None, own: Mapping[str, str] | None = None) -> Shape:
    """Return the shape of a source as it is read; ``own``: what it calls columns that were read under other names."""
    if columns is None:
        return Shape(star=source)
    stored = own or {}
    return Shape({name: frozenset((Edge(source, stored.get(name, name), IDENTITY),)) for name in columns})


NOTHING = Shape(unknown=True)


def united(shapes: Iterable[Shape]) -> Shape:
    """Return frames one below the other: columns of the same name meet."""
    found = list(shapes)
    names = dict.fromkeys(name for shape in found for name in shape.columns)
    columns = {name: below([one for shape in found if (one := shape.find(name)) is not None]) for name in names}
    stars = {shape.star for shape in found if shape.star is not None}
    rests = [shape.rest for shape in found if shape.rest is not None]
    return Shape(
        columns=columns,
        star=next(iter(stars)) if len(stars) == 1 else None,
        rest=NONE.union(*rests) if rests else None,
        rows=NONE.union(*(shape.rows for shape in found)),
        unknown=any(shape.unknown for shape in found) or len(stars) > 1,
    )
