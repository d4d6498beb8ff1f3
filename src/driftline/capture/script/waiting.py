"""What waits for a session of SQLAlchemy to write it: objects that were added, and attributes that were set.

Enters: columns, by class and, where one object is known, by that. Leaves: one table of all that waits, which the call
that writes has been given. An attribute that is set once more waits as it is then. A column that several classes have
is a hedge. Source: the reference of SQLAlchemy.
"""

import ast
import functools
from collections.abc import Iterable, Mapping

from driftline.capture.script import relations, tables
from driftline.capture.script.call import Machine, entering
from driftline.capture.script.cames import hedged
from driftline.capture.script.reading import FILTER, Cames, Table
from driftline.capture.script.site import Path
from driftline.capture.script.values import Class, Frame, Part, Ref, Value

_PENDING = "rows that wait for a session "  # in the memory, before a class: a table
BEGINS = (_BEGIN, _NESTED) = ("begin", "begin_nested")
_OF_ONE = "\0"  # and, after the class, before an object and what was set of it


def is_mapped(machine: Machine, of: Class | None) -> bool:
    """Whether objects of a class are rows of a table."""
    return of is not None and any(machine.memory.get((of.scope, name)) for name in ("__tablename__", "__table__"))


def is_relation(machine: Machine, of: Class, name: str) -> bool:
    """Whether an attribute of a class stands for rows of another table."""
    held = machine.memory.get((of.scope, name))
    return isinstance(held, Part) and held.kind == relations.RELATION


def wait(machine: Machine, name: str, table: Table, rows: Cames, *, anew: bool = False) -> None:
    """Let rows of a class wait; ``anew``: in place of what waits under that name."""
    machine.waiting[name] = None
    table = tables.shaped(table, machine.guarding() | rows, FILTER)
    known = None if anew else machine.memory.get(_PENDING + name)
    machine.memory.put(_PENDING + name, Frame(table if known is None else tables.either(known.table, table)))


def attribute(machine: Machine, of: Ref, frame: Frame, name: str, value: Value) -> None:
    """An attribute of an object that a session gave is set: the next commit writes it."""
    own = machine.memory.class_of(frame.name or "") if frame.row else None
    if own is None or not is_mapped(machine, own) or is_relation(machine, own, name):
        return
    cames = entering(machine, value, Table({}, rows=machine.guarding()))
    table = Table({name: cames}, closed=True)
    wait(machine, f"{own.name}{_OF_ONE}{of.place} {name}", table, frame.table.rows, anew=True)


def all_of_it(machine: Machine) -> Table | None:
    """Return all that waits; None where nothing does."""
    by_class: dict[str, list[Table]] = {}
    for name in machine.waiting:
        held = machine.memory.get(_PENDING + name)
        if held is not None:
            by_class.setdefault(name.partition(_OF_ONE)[0], []).append(held.table)
    if not by_class:
        return None
    waiting = [functools.reduce(tables.either, same) for same in by_class.values()]
    out = waiting[0]
    for one in waiting[1:]:
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
    out = all_of_it(machine)
    if out is None:
        return False
    for path in paths:
        machine.record(path, out)
    if not machine.memory.trying():  # else it may wait on
        gone(machine)
    return True


def gone(machine: Machine) -> None:
    """Nothing of it waits any longer."""
    for name in machine.waiting:
        machine.memory.put(_PENDING + name, None)
    machine.waiting.clear()
