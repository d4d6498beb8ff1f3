"""Fields of the elements of a list by their places, ``[0].p``, among the fields of any of them, ``p``.

Enters: what is known of the parts of a list. Leaves: the parts of one element, or of each. Knows nothing of columns.
"""

from collections.abc import Mapping, Sequence

from driftline.capture.sql import relation as rel
from driftline.capture.sql import taken_apart
from driftline.capture.sql.relation import NONE, Edges, Fields


def named(names: Sequence[str], each: Sequence[Mapping[str, Edges]]) -> Fields:
    """Return the fields of each element, all of ``names``; one that is NULL has nothing behind them."""
    return tuple((f"[{place}].{name}", own.get(name, NONE)) for place, own in enumerate(each) for name in names)


def rows(known: Fields) -> list[Fields]:
    """Return the fields of each element; none where they are not known one by one."""
    found: dict[str, list[tuple[str, Edges]]] = {}
    for name, edges in known:
        place, inside, field = name.partition("].")
        if inside and rel.is_placed(name):
            found.setdefault(place, []).append((field, edges))
    return [tuple(row) for row in found.values()]


def at(dialect: str, known: Fields, place: int | None) -> Fields:
    """Return the fields of the element at ``place``; where that, or which are there, is not known, those of any."""
    each = rows(known)
    if not each or place is None:
        return tuple(one for one in known if not rel.is_placed(one[0]))
    return each[place] if taken_apart.has(dialect, each, place) else tuple((name, NONE) for name, _ in each[0])


def is_element(name: str) -> bool:
    """Whether this is an element as a whole, ``[0]``, and no field."""
    return rel.is_placed(name) and "]." not in name
