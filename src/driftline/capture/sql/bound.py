"""Which outputs of a statement come to which columns of its target, each with what is behind it.

Enters: the lineage of a statement and the columns of the target as far as they are known. Leaves: edges per column of
the target, and those of its rows. Where the place of an output is not sure the edges carry less confidence; none is
left out.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from driftline.capture.sql import relation as rel
from driftline.capture.sql.relation import IDENTITY, Edge, Edges, Item, Made, Output, Star, Whatever

BY_QUERY = 0.9  # of edges to columns of a target that is not known, named as the query names them
STAR = 0.5  # of an edge from all columns of a table whose columns are not known, or to a column by a place in doubt


class Lineage(NamedTuple):
    """Outputs of a statement in order, and what shapes its rows."""

    items: tuple[Item, ...]
    rows: Edges
    into: tuple[str, ...] | None = None  # columns of the target that the outputs go to; None = by their own names
    ordered: bool = False  # what sorts its rows tells nothing but their order


def behind(item: Item) -> Edges:
    """Return the edges of an item; of columns that are not known those of the whole source."""
    if isinstance(item, Output):
        return item.edges
    if isinstance(item, Whatever):
        return rel.doubted(item.edges, STAR)
    sources = (item.source, *item.also) if isinstance(item, Star) else item.sources
    return frozenset(Edge(source, "*", IDENTITY, STAR) for source in sources)


def placed(items: tuple[Item, ...], into: tuple[str, ...]) -> Iterator[tuple[str, Edges]]:
    """Yield the columns of ``into`` with what comes to them by place; places after a star are counted from the end."""
    stars = [place for place, item in enumerate(items) if not isinstance(item, Output)]
    if not stars:
        sure = len(items) == len(into)
        for item, name in zip(items, into, strict=False):
            yield name, behind(item) if sure else rel.doubted(behind(item), STAR)
        return
    first, last = stars[0], stars[-1]
    after = len(items) - 1 - last
    for item, name in zip(items[:first], into, strict=False):
        yield name, behind(item)
    for name in into[first : len(into) - after]:
        yield name, frozenset().union(*(_any_of(item, name) for item in items[first : last + 1]))
    for item, name in zip(items[last + 1 :], into[len(into) - after :], strict=False):
        yield name, behind(item) if len(stars) < 2 else rel.doubted(behind(item), STAR)


def _any_of(item: Item, name: str) -> Edges:
    """What may come to the column ``name`` from an item among columns that are not known."""
    if isinstance(item, Star):
        return frozenset(Edge(source, name, IDENTITY, STAR) for source in (item.source, *item.also))
    return rel.doubted(behind(item), STAR)


def bind(lineage: Lineage, columns: tuple[str, ...] | None) -> tuple[dict[str, Edges], Edges]:
    """Return the edges per column of the target, and those of its rows.

    Args:
        lineage: of the statement.
        columns: of the target, if they are known; without them, outputs that have no name are left out.
    """
    items, into = lineage.items, lineage.into
    whole = all(isinstance(item, Output) for item in items)
    if into:
        return _joined(placed(items, into)), lineage.rows
    if whole and columns is not None and len(columns) == len(items):
        return _joined(placed(items, columns)), lineage.rows
    named = ((item.name, item.edges) for item in items if isinstance(item, Output) and item.name)
    if into is not None:  # an INSERT without a list, into a table of which nothing is known
        return _joined((name, rel.doubted(edges, BY_QUERY)) for name, edges in named), lineage.rows
    found = _joined(named)
    stars = [item for item in items if isinstance(item, Star)]
    if len(stars) == 1 and columns is not None and sum(not isinstance(item, Output) for item in items) == 1:
        taken = {item.name.lower() for item in items if isinstance(item, Output)}
        for column in columns:
            if column.lower() not in taken and column.lower() not in stars[0].excepted:
                sources = (stars[0].source, *stars[0].also)
                found[column] = frozenset(Edge(source, column, IDENTITY) for source in sources)
    return found, lineage.rows


def made(lineage: Lineage, columns: tuple[str, ...] | None) -> dict[str, Made]:
    """Return the columns of the target to which surely no value of a column comes, with what they are made of."""
    outputs = [item for item in lineage.items if isinstance(item, Output)]
    if len(outputs) != len(lineage.items):
        names = [] if lineage.into else [item.name for item in outputs]
        outputs = outputs if names else []
    elif lineage.into:
        names = list(lineage.into)
    else:
        names = [item.name for item in outputs] if columns is None or len(columns) != len(outputs) else list(columns)
    if len(names) != len(outputs):
        return {}
    found = zip(names, outputs, strict=True)
    return {name: item.made for name, item in found if name and item.made != rel.UNSAID}


def _joined(pairs: Iterable[tuple[str, Edges]]) -> dict[str, Edges]:
    found: dict[str, Edges] = {}
    for name, edges in pairs:
        if edges:
            found[name] = found.get(name, rel.NONE) | edges
    return found
