"""Names of columns and of indexes that a script sets by attributes: ``column.name``, ``table.index.name``.

Enters: the owner and the name, or names. Leaves: a column under its new name; a table is changed where it lies.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from driftline.capture.script.call import UNKNOWN, Machine, hashable, plain
from driftline.capture.script.cames import union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import Cames
from driftline.capture.script.values import Frame, Ref, Series, Value


def named(machine: Machine, of: Series, attribute: str, value: Value) -> Series:
    """``column.name = …`` and ``column.index = …``."""
    if attribute == "index":
        return replace(of, index={getattr(value, "name", None) or "": made_of(machine.memory, value)}, home=None)
    name = plain(machine, value)
    return replace(of, name=name if name is not UNKNOWN and hashable(name) else None, home=None)


def index_named(machine: Machine, owner: Value, value: Value) -> Value | None:
    """``owner.index.name = …``: the owner from then on; None if it has no index."""
    content = machine.memory.see(owner)
    names = plain(machine, value)
    if isinstance(content, Frame) and isinstance(owner, Ref):
        labels = _named(content.table.labels, names)
        machine.memory.put(owner.place, replace(content, table=content.table._replace(labels=labels)))
        return owner
    return replace(content, index=_named(content.index, names), home=None) if isinstance(content, Series) else None


def _named(labels: Mapping[Any, Cames], names: Any) -> Mapping[Any, Cames]:
    fresh = list(names) if isinstance(names, list | tuple) else ["" if names is None else names]
    if names is UNKNOWN or not all(map(hashable, fresh)):
        return labels
    if len(fresh) == len(labels):
        return dict(zip(fresh, labels.values(), strict=True))
    return {fresh[0]: union(labels.values())} if len(fresh) == 1 else labels
