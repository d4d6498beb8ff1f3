"""Which columns the stars of a SELECT stand for, as PostgreSQL says with each result of which table a column is.

Enters: the outputs of a statement, and for each column that it gave its name and the number of its table (of a star
that is alone the name only). Leaves: the columns of the tables behind the stars; nothing where the two do not fit each
other in one way alone, such as where a table is joined with itself. Asks nothing: the numbers have come with the rows.
Source: libpq, ``PQftable``.
"""

import re
from collections.abc import Mapping, Sequence

from driftline import later
from driftline.capture.sql.relation import Item, Output, Source, Star

_MERGED = later.pattern(r"\b(?:using|natural)\b", re.IGNORECASE)  # joins of which a star has a column once


def columns(
    text: str, items: Sequence[Item], names: Sequence[str], tables: Sequence[int]
) -> Mapping[Source, tuple[str, ...]]:
    """Return the columns of the tables behind the stars, in the order of the statement."""
    if len(names) != len(tables) or _MERGED.search(text):
        return {}
    found: dict[Source, tuple[str, ...]] = {}
    at = 0
    for item in items:
        end = at + 1
        if isinstance(item, Star):
            while at < end < len(tables) and tables[end] == tables[at]:
                end += 1
            alone = at < len(tables) and tables[at] and (at == 0 or tables[at - 1] != tables[at])
            if not alone or item.source in found or item.excepted or item.also:
                return {}
            found[item.source] = tuple(names[at:end])
        elif not isinstance(item, Output):
            return {}
        at = end
    return found if at == len(names) else {}


def alone(items: Sequence[Item], names: Sequence[str]) -> Mapping[Source, tuple[str, ...]]:
    """Return the columns of the table behind a star that is all that a SELECT asks for: those that it gave."""
    star = items[0] if len(items) == 1 else None
    if not isinstance(star, Star) or star.excepted or star.also or not names:
        return {}
    return {star.source: tuple(names)}
