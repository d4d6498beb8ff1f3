"""Plain containers in object files: what the tables and values in them are called, and how they are put together again.

Enters: a value that is written to a file (pickle, joblib), or what the run says of one that it read. Leaves: a table
with a column for each column and value, called by the keys that lead there (``orders.amount``); or a value again,
each part of which comes from the field of that name. Elements of a list that look alike have no key of their own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.script import tables
from driftline.capture.script.call import MAX_ITEMS, Machine, table_of
from driftline.capture.script.cames import hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import NOTHING, Came, Cames, Table
from driftline.capture.script.site import Path
from driftline.capture.script.steps import DICT, EACH, FRAME, HELD, KEY, LIST, MODEL, OBJECT, VALUE, Step, steps_of
from driftline.capture.script.values import Foreign, Frame, Instance, Items, Pairs, Series, Thing, Value

DEPTH = 4
_PARTS = Frame | Pairs | Items | Instance  # that have fields of their own
_Ways = Sequence[tuple[str, list[Step]]]  # to each field, with its name


# Written ----------------------------------------------------------------------------------------------------------


def flat(machine: Machine, value: Value | None, depth: int = 0) -> Table | None:
    """Return the table that the parts of a value are, each under its name."""
    content = machine.memory.see(value)
    if isinstance(content, Pairs) and depth < DEPTH and content.known and content.loose is None:
        parts = {str(key): one for key, one in content.known.items()}
        if all(isinstance(key, str) and key.isidentifier() for key in content.known):
            return _beside(machine, parts, content.rows, depth)
    if isinstance(content, Items) and depth < DEPTH and content.loose is None and _by_place(machine, content):
        return _beside(machine, {str(at): one for at, one in enumerate(content.known)}, content.rows, depth)
    if isinstance(content, Instance) and depth < DEPTH:
        return _beside(machine, content.fields, NOTHING, depth)
    if isinstance(content, Items) and (one := _own(machine, content)) is not None:
        inside = flat(machine, one, depth + 1)
        return None if inside is None else tables.shaped(inside, content.rows)
    if isinstance(content, Pairs) and depth < DEPTH and (content.loose is not None or content.known):
        return _by_data(machine, value, content, depth)
    return table_of(machine, value)


def _own(machine: Machine, items: Items) -> Value | None:
    """Return what stands for all elements of a list, where they are objects of one class of the user's own."""
    out: Value | None = None
    for one in (*items.known[:MAX_ITEMS], items.loose):
        if one is not None and not isinstance(machine.memory.see(one), Instance):
            return None
        out = machine.memory.joined(out, one)
    return out if isinstance(machine.memory.see(out), Instance) else None


def _by_data(machine: Machine, value: Value | None, pairs: Pairs, depth: int) -> Table | None:
    """A dict whose keys are no names: a column of these, and what stands under each of them."""
    whole, loose = table_of(machine, value), pairs.loose
    for one in pairs.known.values():
        loose = machine.memory.joined(loose, one)
    held = machine.memory.see(loose)
    inside = flat(machine, loose, depth + 1) if isinstance(held, _PARTS) else None
    if whole is None or (inside is not None and not inside.columns):
        return whole
    keys = {KEY: pairs.keys | whole.rows} if pairs.keys else {}
    if inside is None:
        return whole._replace(columns={**whole.columns, **keys, HELD: made_of(machine.memory, held) | whole.rows})
    return whole._replace(columns={**whole.columns, **keys, **inside.columns})


def _by_place(machine: Machine, items: Items) -> bool:
    if items.kind == "tuple" or len(items.known) < 2:
        return items.kind == "tuple" and bool(items.known)
    frames = [one for one in map(machine.memory.see, items.known) if isinstance(one, Frame) and not one.row]
    return len(frames) == len(items.known) and any(
        [*one.table.columns] != [*frames[0].table.columns] for one in frames[1:]
    )


def _beside(machine: Machine, parts: Mapping[str, Value], rows: Cames, depth: int) -> Table:
    columns: dict[Any, Cames] = {}
    families: list[tuple[str, Cames]] = []
    closed = True
    for key, one in parts.items():
        content = machine.memory.see(one)
        table = flat(machine, one, depth + 1) if isinstance(content, _PARTS) else None
        if table is None or (isinstance(content, Items) and not table.columns):
            own = made_of(machine.memory, one)
            columns[key] = own | (content.rows if isinstance(content, Series | Thing | Items) else NOTHING)
            continue
        columns |= {f"{key}.{name}": cames | table.rows for name, cames in table.columns.items()}
        if not table.closed:
            closed = False
            further = tables.whole(table._replace(columns={}, labels={})) | table.rows
            families.append((f"{key}.", further))
    return Table(columns, (), rows, closed, families=tuple(families))


# Read -------------------------------------------------------------------------------------------------------------


def read(machine: Machine, path: Path, schema: Mapping[str, str]) -> Value | None:
    """Return what a call at this path read; None where its fields do not say that they lie in containers."""
    ways = [(name, steps_of(kind)) for name, kind in schema.items()]
    return _built(machine, path, ways) if ways and all(steps for _, steps in ways) else None


def _built(machine: Machine, path: Path, ways: _Ways) -> Value:
    kinds = {steps[0][0] for _, steps in ways if steps}
    if len(kinds) != 1 or kinds & {VALUE}:
        sure = len(ways) == 1 and kinds == {VALUE}
        cames = union(frozenset({Came(path, name)}) for name, _ in ways)
        return Thing(cames if sure else hedged(cames))
    [kind] = kinds
    if kind == MODEL:
        return machine.memory.new(Foreign("pickle.load"))
    if kind == FRAME:
        columns = {steps[0][1]: frozenset({Came(path, name)}) for name, steps in ways}
        return machine.memory.new(Frame(Table(columns, closed=True)))
    if kind == OBJECT:
        return _object(machine, path, ways)
    parts: dict[str, list[tuple[str, list[Step]]]] = {}
    for name, steps in ways:
        parts.setdefault(steps[0][1], []).append((name, steps[1:]))
    if kind == EACH:
        keys = union(frozenset({Came(path, name)}) for name, steps in ways if steps[0][1] == KEY)
        under = [(name, steps[1:]) for name, steps in ways if steps[0][1] != KEY]
        return machine.memory.new(Pairs({}, _built(machine, path, under), keys=keys))
    if kind == LIST:
        return _list(machine, path, parts[""])
    built = {key: _built(machine, path, inner) for key, inner in parts.items()}
    return machine.memory.new(Pairs(built) if kind == DICT else Items(tuple(built.values()), kind="tuple"))


def _object(machine: Machine, path: Path, ways: _Ways) -> Value:
    """An object of a class that the script has, too, else a dict of its attributes."""
    inside = _built(machine, path, [(name, steps[1:]) for name, steps in ways])
    classes = {steps[0][1] for _, steps in ways}
    of = machine.memory.class_of(classes.pop()) if len(classes) == 1 else None
    held = machine.memory.see(inside)
    if of is None or not isinstance(held, Pairs):
        return Thing(hedged(made_of(machine.memory, inside)))
    return machine.memory.new(Instance(of, held.known))


def _list(machine: Machine, path: Path, ways: _Ways) -> Value:
    """Any number of elements; plain records as those of a file of JSON."""
    if all([kind for kind, _ in steps] == [DICT, VALUE] for _, steps in ways):
        columns = {steps[0][1]: frozenset({Came(path, name)}) for name, steps in ways}
        return machine.memory.new(Items((), machine.memory.new(Frame(Table(columns, closed=True), True))))
    return machine.memory.new(Items((), _built(machine, path, ways)))
