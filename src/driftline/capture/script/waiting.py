"""What waits for a session of SQLAlchemy to write it: objects that were added, and attributes that were set.

Enters: columns, by class and, where one object is known, by that; objects, with those that their relationships hold.
Leaves: what the call that writes has been given, for each table that a class names, and all together, where a column
that several classes have is a hedge. An attribute that is set once more waits as it is then. Source: the reference of
SQLAlchemy.
"""

import ast
import functools
from collections.abc import Iterable, Mapping, Sequence

from driftline.capture.script import relations, tables
from driftline.capture.script.call import Machine, entering
from driftline.capture.script.cames import deciding, hedged, union
from driftline.capture.script.reading import FILTER, JOIN, NOTHING, ROWS_OF, Cames, Table
from driftline.capture.script.site import Path
from driftline.capture.script.values import NONE, Class, Const, Found, Frame, Instance, Items, Ref, Value

_INTO = "the class of rows that wait "  # in the memory, before its name
_KNOWN = "an object that a session has been given"  # in the memory, before its place
_PENDING = "rows that wait for a session "  # in the memory, before a class: a table
BEGINS = (_BEGIN, _NESTED) = ("begin", "begin_nested")
_OF_ONE = "\0"  # and, after the class, before an object and what was set of it


def wait(machine: Machine, of: Class, table: Table, rows: Cames, one: str = "") -> None:
    """Let rows of a class wait; of ``one`` object in place of what waits of that."""
    name = f"{of.name}{_OF_ONE}{one}" if one else of.name
    machine.memory.put(_INTO + of.name, of)
    machine.waiting[name] = None
    table = tables.shaped(table, machine.guarding() | rows, FILTER)
    known = None if one else machine.memory.get(_PENDING + name)
    machine.memory.put(_PENDING + name, Frame(table if known is None else tables.either(known.table, table)))


def attribute(machine: Machine, of: Ref, frame: Frame, name: str, value: Value) -> None:
    """An attribute of an object that a session gave is set: the next commit writes it."""
    own = machine.memory.class_of(frame.name or "") if frame.row else None
    if own is None or not relations.is_mapped(machine, own) or relations.is_one(machine, own, name):
        return
    cames = entering(machine, value, Table({}, rows=machine.guarding()))
    table = Table({name: cames}, closed=True)
    wait(machine, own, table, frame.table.rows, f"{of.place} {name}")


def instance(machine: Machine, value: Value, rows: Cames, seen: frozenset[int] = frozenset()) -> bool:
    """Let an object of a mapped class wait, and what its relationships hold; whether it is such an object.

    Its keys of other tables are those of the objects that it belongs to.
    """
    content = machine.memory.see(value)
    if not isinstance(content, Instance) or not relations.is_mapped(machine, content.of):
        return False
    place = value.place if isinstance(value, Ref) else -1
    if place in seen:
        return True
    here = Table({}, rows=machine.guarding())
    related = {name: one for name, one in content.fields.items() if relations.is_one(machine, content.of, name)}
    columns = {name: entering(machine, one, here) for name, one in content.fields.items() if name not in related}
    for name, target in relations.keys(machine, content.of).items():
        table, _, column = target.rpartition(".")
        owners = {one: tables_of(machine, relations.class_of(machine, one)) for one in related.values()}
        leads = [one for one, own in owners.items() if table.rpartition(".")[2].casefold() in own]
        others = union(relations.known_by(machine, one, column) for one in leads)
        if others:
            columns[name] = columns.get(name, NOTHING) | deciding(others, JOIN)
    wait(machine, content.of, Table(columns, closed=True), rows)
    machine.memory.put((_KNOWN, place), NONE)
    for one in related.values() if not isinstance(value, Found) else ():
        held = machine.memory.see(one)
        known = held.known if isinstance(held, Items) else () if isinstance(one, Found) else (one,)
        for each in known:  # what was found somewhere waits since it came there, and so does each of any number
            instance(machine, each, rows, seen | {place})
    return True


def changed(machine: Machine, of: Ref, content: Instance, name: str, value: Value) -> None:
    """An attribute of an object that a session has been given is set: the next commit writes it."""
    if machine.memory.get((_KNOWN, of.place)) is None or relations.is_one(machine, content.of, name):
        return
    cames = entering(machine, value, Table({}, rows=machine.guarding()))
    wait(machine, content.of, Table({name: cames}, closed=True), NOTHING)


def put_among(machine: Machine, several: Value, *values: Value | None) -> None:
    """Objects are put among those that a relationship of another one holds: they wait with that."""
    to = relations.owner(machine, several)
    for one in values if to is not None else ():
        if one is not None and to is not None:
            relations.belonging(machine, one, to)
            instance(machine, one, NOTHING)


def tables_of(machine: Machine, of: Class | None) -> tuple[str, ...]:
    """Return the names of the tables that the objects of a class are rows of: of its own, or those above it."""
    if of is None:
        return ()
    held = machine.memory.get((of.scope, "__tablename__"))
    own = (held.value.casefold(),) if isinstance(held, Const) and isinstance(held.value, str) else ()
    return (*own, *(name for one in of.bases if isinstance(one, Class) for name in tables_of(machine, one)))


def _by_class(machine: Machine) -> dict[str, Table]:
    by_class: dict[str, list[Table]] = {}
    for name in machine.waiting:
        held = machine.memory.get(_PENDING + name)
        if held is not None:
            by_class.setdefault(name.partition(_OF_ONE)[0], []).append(held.table)
    return {name: functools.reduce(tables.either, same) for name, same in by_class.items()}


def recorded(machine: Machine, *paths: Path) -> bool:
    """Calls at these paths have been given what waits, all of it and table by table; whether anything waits."""
    by_class = _by_class(machine)
    if not by_class:
        return False
    into = {name: tables_of(machine, machine.memory.get(_INTO + name)) for name in by_class}
    others = [one for name, one in by_class.items() if not into[name]]
    for path in paths:
        machine.record(path, _together([*by_class.values()]))
        machine.record(path, _together(others), ROWS_OF)
        for name, one in by_class.items():
            for table in into[name]:
                machine.record(path, one, ROWS_OF + table)
    return True


def _together(several: Sequence[Table]) -> Table:
    """Return the columns of several classes, of which nobody knows which one is meant."""
    out = several[0] if several else tables.EMPTY
    for one in several[1:]:
        both = [name for name in one.columns if name in out.columns]
        out = tables.beside([out, one])
        columns = {name: hedged(cames) if name in both else cames for name, cames in out.columns.items()}
        out = out._replace(columns=columns, rows=hedged(out.rows))
    return out


def begins(node: ast.expr) -> bool:
    """Whether what a ``with`` enters writes at its end what waits."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BEGINS


def aside(machine: Machine, nodes: Iterable[ast.expr]) -> dict[str, Frame]:
    """Put aside what waits where a ``with`` enters ``begin``: it is of another session, or that is of an engine.

    A session that has anything to write cannot begin; a nested transaction writes that when it begins.
    """
    entered = {node.func.attr for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    if _BEGIN not in entered or _NESTED in entered:
        return {}
    known = {name: machine.memory.get(_PENDING + name) for name in machine.waiting}
    found = {name: held for name, held in known.items() if held is not None}
    gone(machine)
    return found


def again(machine: Machine, found: Mapping[str, Frame]) -> None:
    """Let what was put aside wait again, beside what still does."""
    for name, held in found.items():
        known = machine.memory.get(_PENDING + name)
        machine.waiting[name] = None
        both = held if known is None else Frame(tables.either(known.table, held.table))
        machine.memory.put(_PENDING + name, both)


def written(machine: Machine, *paths: Path) -> bool:
    """What waits is written, and calls at these paths have been given it; whether anything waits."""
    if not recorded(machine, *paths):
        return False
    if not machine.memory.trying():  # else it may wait on
        gone(machine)
    return True


def gone(machine: Machine) -> None:
    """Nothing of it waits any longer."""
    for name in machine.waiting:
        machine.memory.put(_PENDING + name, None)
    machine.waiting.clear()
