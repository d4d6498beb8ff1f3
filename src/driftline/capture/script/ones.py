"""What is changed in one of many records that the follower holds as one: the others stay as they were.

Enters: what the records held before, and where they lie. Leaves: the records as they may be now. A value that was
written over in one of them has both origins, as a hedge; one that was added to, or is new, has those that it has.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import headers
from driftline.capture.script.call import Machine, cells_of, record_of
from driftline.capture.script.cames import hedged
from driftline.capture.script.joining import made_of
from driftline.capture.script.memory import Writes
from driftline.capture.script.reading import NOTHING, Cames
from driftline.capture.script.values import Const, Found, Frame, Instance, Items, Pairs, Ref, Thing, Value


def place_of(machine: Machine, many: Value, one: Value, *, looping: bool) -> int:
    """Return the place of ``one``, which was taken out of many, where all of these lie there; else -1.

    ``looping``: a loop may come to each value of a dict by its keys.
    """
    content = machine.memory.see(many)
    kept = isinstance(content, Items) or (isinstance(content, Pairs) and not looping)
    loose = of_all(machine, content) if kept else None
    return one.place if isinstance(one, Ref) and loose is not None and loose.place == one.place else -1


def of_all(machine: Machine, many: Any) -> Ref | None:
    """Return the place of all elements of a list or dict, but for a header before them; None if they are told apart."""
    loose = many.loose if isinstance(many, Items | Pairs) else None
    if not isinstance(loose, Ref):
        return None
    if isinstance(many, Items):
        return (
            loose
            if all(headers.is_one(machine.memory.see(one), machine.memory.see(loose)) for one in many.known)
            else None
        )
    return None if many.known else loose


def twice(machine: Machine, place: int | None, once: Callable[[], Writes]) -> None:
    """Let two rounds over many have happened, or none; at a ``place`` all of these lie, one for each round."""
    before, changed = None if place is None else machine.memory.get(place), None
    for _ in range(2):
        if place is not None:
            machine.memory.put(place, before)
        writes = once()
        changed = machine.memory.joined(changed, writes.get(place))
        machine.memory.join([{}, {key: held for key, held in writes.items() if key != place}])
    if place is not None and changed is not None:
        machine.memory.put(place, changed)


def one_of_many(value: Value) -> Value:
    """Return what a name holds that was given to one of many."""
    if not isinstance(value, Ref):
        return value
    return Found(value.place, value.by if isinstance(value, Found) else NOTHING, True)


def among(one: Value, others: Value | None) -> Value:
    """Return an element of a list that has many like it, too: whatever is done to each is done to them all."""
    same = isinstance(one, Found) and isinstance(others, Ref) and one.place == others.place
    return bare(one) if same else one


def parted(machine: Machine, one: Value) -> Value:
    """Return a record that was taken out of the list of many: itself, or one of many where something else has it."""
    content = machine.memory.see(one)
    if not isinstance(one, Ref) or not (_is_row(content) or isinstance(content, Pairs | Instance)):
        return one
    if machine.memory.alone(one.place):
        return machine.memory.parted(one)
    return one if machine.around else one_of_many(one)  # a loop may come to each of them


def bare(value: Value) -> Value:
    """Return a value without word of being one of many."""
    if not isinstance(value, Found):
        return value
    return Found(value.place, value.by) if value.by else Ref(value.place)


def meant(value: Value, *, looping: bool) -> tuple[Value, int]:
    """Return what a name means, and the place of the many of which that is one; else -1.

    What data has found is one of many, too. ``looping``: a loop may come to each of them that way.
    """
    return bare(value), value.place if isinstance(value, Found) and (value.one or not looping) else -1


def shared(machine: Machine, copy: Value, many: Value | None) -> Value:
    """Return one of many rows, or a copy of it; what is written into that is written into one of these."""
    begun = machine.memory.see(copy)
    if not (isinstance(copy, Ref) and isinstance(many, Ref) and _is_row(begun)):
        return copy
    if copy.place == many.place:
        return one_of_many(copy)

    def told(row: Any) -> None:
        rows = machine.memory.see(many)
        if _is_row(row) and _is_row(rows):
            first, known = begun.table.columns, rows.table.columns
            now = {name: cames for name, cames in row.table.columns.items() if first.get(name) is not cames}
            put = {name: _either(known[name], cames) if name in known else cames for name, cames in now.items()}
            table = rows.table._replace(columns={**known, **put})
            machine.memory.put(many.place, replace(rows, table=table))

    machine.memory.follow(copy.place, told)
    return copy


def _is_row(content: Any) -> bool:
    return isinstance(content, Frame) and content.row


def as_before(machine: Machine, place: int) -> Any:
    """Return what lies at a place, a row of cells as the list that it is when it is changed."""
    at = _record(machine, place)
    content = machine.memory.see(at)
    return content if not isinstance(content, Frame) else (content, cells_of(machine, at))


def changed(machine: Machine, place: int, before: Any) -> None:
    """Have the records at a place be what they were ``before`` or what one of them is now."""
    at = _record(machine, place)
    after = machine.memory.see(at)
    former, cells = before if isinstance(before, tuple) else (before, None)
    former = cells if isinstance(after, Items) and cells is not None else former
    if after is former:
        return
    made: Any = None
    if isinstance(former, Frame) and isinstance(after, Frame):
        known, now = former.table.columns, after.table.columns
        columns = {name: _either(known[name], one) for name, one in _others(known, now)}
        made = replace(after, table=after.table._replace(columns={**known, **now, **columns}))
    elif isinstance(former, Pairs) and isinstance(after, Pairs):
        values = {key: _one(machine, former.known[key], one) for key, one in _others(former.known, after.known)}
        made = replace(after, known={**former.known, **after.known, **values})
    elif isinstance(former, Items) and isinstance(after, Items) and len(former.known) == len(after.known):
        pairs = zip(former.known, after.known, strict=True)
        made = replace(after, known=tuple(_one(machine, one, other) for one, other in pairs))
    if made is not None:
        machine.memory.put(at.place, made)


def _record(machine: Machine, place: int) -> Ref:
    """Of data of JSON the record that it is."""
    return record_of(machine, Ref(place)) or Ref(place)


def _others(former: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterable[tuple[Any, Any]]:
    """What was there before and is something else now: one of many, mostly."""
    return ((key, one) for key, one in after.items() if former.get(key, one) is not one)


def _one(machine: Machine, former: Value, after: Value) -> Value:
    if former == after or not isinstance(after, Const | Thing):
        return after
    cames = made_of(machine.memory, after)
    made = _either(made_of(machine.memory, former), cames)
    return after if made == cames else Thing(made)


def _either(former: Cames, after: Cames) -> Cames:
    kept = {(one.read, one.column) for one in former} <= {(one.read, one.column) for one in after}
    return after if kept else hedged(former | after)
