"""Jobs and datasets that people took out of sight.

Enters: a store. Leaves: which of them are hidden now. Hiding is a word of people: nothing that events said is taken
away, our own page and commands show them as before, and whatever an event says of one later brings it back.
"""

from driftline.store import Store
from driftline.store.reading import NodeLine

SORT = "hidden"  # of the words that people say; their names are node ids


def hidden(store: Store) -> dict[int, NodeLine]:
    """Return what is hidden, by its id."""
    said = store.marks.words(SORT)
    lines = store.reading.lines_by_node(said) if said else {}
    return {line.id: line for node, line in lines.items() if line.updated_us <= int(said[node]["at_us"])}


def line(store: Store, type_: str, namespace: str, name: str) -> NodeLine | None:
    """Return one dataset or job; None where it is not known, or hidden."""
    found = store.reading.line(type_, namespace, name)
    return found if found and found.id not in hidden(store) else None


def count(gone: dict[int, NodeLine], type_: str, namespace: str) -> int:
    """Return how many of a type are hidden in a namespace (``""``: in all)."""
    return sum(line.type == type_ and namespace in ("", line.namespace) for line in gone.values())
