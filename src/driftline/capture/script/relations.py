"""Relationships of mapped objects: which rows of another table an attribute stands for.

Enters: an object that a session gave, and an attribute, loaded when it was asked for or with the object. Leaves: the
object, or any number of them, that its keys lead to: which ones these are, decides of their columns alone. Source: the
reference of ``sqlalchemy.orm.relationship``.
"""

import ast
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import Call, Machine
from driftline.capture.script.cames import deciding, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, INDIRECT, JOIN, LOADS, NOTHING, Came, Cames, Table
from driftline.capture.script.results import ENTITY
from driftline.capture.script.site import Path, loading
from driftline.capture.script.values import (
    NONE,
    Class,
    Const,
    Found,
    Frame,
    Function,
    Instance,
    Items,
    Part,
    Ref,
    Thing,
    Value,
    found_by,
)

_OWNED = "objects that belong to "  # in the memory, before the place of a list: the object; of an object to which one
RELATION, KEY = "relation", "foreign key"  # kinds of what a class says of an attribute
_MARKS = frozenset({"Mapped", "Optional", "None", "Union"})
_SEVERAL = frozenset({"list", "List", "set", "Set", "Sequence", "Collection", "WriteOnlyMapped", "DynamicMapped"})


def relationship(call: Call) -> Value:
    """``relationship``: of one or of several objects, where ``uselist`` says so; of which class, and its way back."""
    given = call.argument(0, "argument")
    name = given.name if isinstance(given, Class) else call.plain(0, "argument", "")
    back = call.plain(-1, "backref", "")
    words = tuple(one if isinstance(one, str) else "" for one in (name, back))
    return Part(Const((call.plain(-1, "uselist"), *words)), RELATION)


def foreign_key(call: Call) -> Value:
    """``ForeignKey``: the column of the other table."""
    return Part(call.argument(0, "column") or Const(""), KEY)


def column(call: Call) -> Value | None:
    """``mapped_column`` and ``Column``: a key of another table, where it is one."""
    return next((one for one in call.args if isinstance(one, Part) and one.kind == KEY), None)


def annotated(value: Value, annotation: ast.expr) -> Value:
    """Return a relationship whose annotation says whether it is one of several objects."""
    if not isinstance(value, Part) or value.kind != RELATION or not isinstance(value.of, Const):
        return value
    several, name, back = value.of.value
    words = {one.id for one in ast.walk(annotation) if isinstance(one, ast.Name)}
    words |= {
        word
        for one in ast.walk(annotation)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
        for word in re.findall(r"\w+", one.value)
    }
    name = name or next((one for one in sorted(words) if one[:1].isupper() and one not in _SEVERAL | _MARKS), "")
    return Part(Const((bool(words & _SEVERAL) if several is None else several, name, back)), RELATION)


def keys(machine: Machine, of: Class) -> dict[str, str]:
    """Return the attributes of a class that are keys of other tables, with the columns that these have there."""
    found = {name: machine.memory.get((of.scope, name)) for name in of.fields or machine.memory.names(of.scope)}
    return {
        name: str(one.of.value)
        for name, one in found.items()
        if isinstance(one, Part) and one.kind == KEY and isinstance(one.of, Const)
    }


def class_of(machine: Machine, value: Value) -> Class | None:
    """Return the class of a mapped object."""
    content = machine.memory.see(value)
    if isinstance(content, Frame):
        return machine.memory.class_of(content.name or "")
    return content.of if isinstance(content, Instance) else None


def is_relation(value: Value | None) -> bool:
    """Whether a class says of an attribute that it stands for rows of another table."""
    return isinstance(value, Part) and value.kind == RELATION


def is_mapped(machine: Machine, of: Class) -> bool:
    """Whether objects of a class are rows of a table."""
    own = any(machine.memory.get((of.scope, name)) for name in ("__tablename__", "__table__"))
    return own or any(is_mapped(machine, one) for one in of.bases if isinstance(one, Class))


def is_one(machine: Machine, of: Class, name: str) -> bool:
    """Whether an attribute of a class stands for rows of another table, as its text says or as an object has it."""
    held = machine.memory.get((of.scope, name))
    if held is not None or name in of.fields:
        return is_relation(held)
    return name.startswith(_OWNED) or (is_mapped(machine, of) and is_relation(_way_back(machine, of, name)))


def known_by(machine: Machine, value: Value, column: str) -> Cames:
    """Return what a key of another table comes from that leads to this object: what found it, else all of it."""
    content = machine.memory.see(value)
    if isinstance(content, Frame):
        return content.table.columns.get(column) or made_of(machine.memory, value)
    if not isinstance(content, Instance):
        return NOTHING
    by = value.by if isinstance(value, Found) else NOTHING
    plain = (one for name, one in content.fields.items() if not is_one(machine, content.of, name))
    key = made_of(machine.memory, content.fields.get(column))
    return by | key or union(made_of(machine.memory, one) for one in plain)


def of_object(machine: Machine, of: Value, instance: Instance, name: str) -> Value:
    """Return what a relationship of an object that the script has made holds: of several a list of its own."""
    relation = machine.memory.get((instance.of.scope, name))
    several = relation.of.value[0] if isinstance(relation, Part) and isinstance(relation.of, Const) else None
    if not isinstance(of, Ref) or not (not keys(machine, instance.of) if several is None else several):
        return NONE
    made = machine.memory.new(Items())
    machine.memory.put(of.place, replace(instance, fields={**instance.fields, name: made}))
    hold(machine, made, of)
    return made


def hold(machine: Machine, several: Ref, of: Value) -> None:
    """A list is what a relationship of an object holds."""
    machine.memory.put((_OWNED, several.place), of)


def owner(machine: Machine, several: Value) -> Value | None:
    """Return the object of which a relationship holds a list, found as that was; None of any other list."""
    found: Value | None = machine.memory.get((_OWNED, several.place)) if isinstance(several, Ref) else None
    return found_by(found, several.by) if isinstance(several, Found) and isinstance(found, Ref) else found


def belonging(machine: Machine, value: Value, to: Value) -> None:
    """An object is put among those that belong to another one, which its own relationship leads back to."""
    content, other = machine.memory.see(value), class_of(machine, to)
    if isinstance(value, Ref) and isinstance(content, Instance) and other is not None:
        back = _leading(machine, content.of, other) or f"{_OWNED}{other.name}"
        machine.memory.put(value.place, replace(content, fields={**content.fields, back: to}))


def related(machine: Machine, of: Ref, own: Class, name: str, value: Value) -> None:
    """A relationship of an object is set: to others, which belong to it, or to the one that it belongs to."""
    if not is_relation(machine.memory.get((own.scope, name))):
        return
    held = machine.memory.see(value)
    if isinstance(held, Items) and isinstance(value, Ref):
        hold(machine, value, of)
    if not isinstance(held, Instance) or (back := _leading(machine, held.of, own)) is None:
        return
    among = held.fields.get(back) or of_object(machine, value, held, back)
    several = machine.memory.see(among)
    if isinstance(among, Ref) and isinstance(several, Items):
        machine.memory.put(among.place, replace(several, known=(*several.known, of)))


def _leading(machine: Machine, of: Class, to: Class) -> str | None:
    """Return the relationship of a class that leads to objects of another one."""
    for name in machine.memory.names(of.scope):
        held = machine.memory.get((of.scope, name))
        if is_relation(held) and held.of.value[1] == to.name:
            return name
    return None


def attribute(machine: Machine, of: Value, frame: Frame, name: str, path: Path) -> Value | None:
    """Return what a relationship of an object gives, or a method of its class; None where the attribute is neither."""
    own = machine.memory.class_of(frame.name or "")
    relation = None if own is None else machine.memory.get((own.scope, name))
    if isinstance(relation, Function) and relation.kind not in {"staticmethod", "classmethod"}:
        return replace(relation, self=of)
    if own is not None and relation is None:
        relation = _way_back(machine, own, name)
    if own is None or not isinstance(relation, Part) or relation.kind != RELATION:
        return None
    mine = keys(machine, own)
    columns, other, loads = _loaded(machine, own, frame.table, name, path)
    theirs = {} if other is None else keys(machine, other)
    several, target, _ = relation.of.value if isinstance(relation.of, Const) else (None, "", "")
    several = not mine if several is None else several
    if not columns.columns and not several and (known := machine.memory.objects(target)):
        columns, other = _of_before(known), machine.memory.class_of(target)
    decides = loads | (_met(frame.table, columns, theirs) if several else _met(columns, frame.table, mine))
    if not columns.columns:
        return Thing(hedged(decides or deciding(tables.values(frame.table), JOIN)))
    if not several:
        row = Frame(tables.tinged(columns, decides), True, True, None if other is None else other.name)
        return machine.memory.new(row)
    row = Frame(columns, True, True, None if other is None else other.name)
    out = machine.memory.new(Items((), machine.memory.new(row), deciding(decides, FILTER)))
    hold(machine, out, of)
    return out


def _way_back(machine: Machine, of: Class, name: str) -> Part | None:
    """Return the relationship that another class has put into this one by ``backref``."""
    for one in machine.memory.classes():
        for held in (machine.memory.get((one.scope, each)) for each in machine.memory.names(one.scope)):
            if isinstance(held, Part) and held.kind == RELATION and isinstance(held.of, Const):
                several, target, back = held.of.value
                if (target, back) == (of.name, name):
                    return Part(Const((several is False, one.name, "")), RELATION)
    return None


def _of_before(known: Sequence[Frame]) -> Table:
    """Return the columns of an object that a query before has brought into the session: which of them, nobody knows."""
    table = functools.reduce(tables.either, (one.table for one in known))
    columns = {name: hedged(cames) for name, cames in table.columns.items() if ENTITY not in str(name)}
    return Table(columns, closed=True)


def _loaded(machine: Machine, of: Class, held: Table, name: str, path: Path) -> tuple[Table, Class | None, Cames]:
    """Return the columns of the objects that a relation has, their class, and what decides which ones these are.

    They were brought along with the object, or loaded: here, where the object was, or wherever they were before.
    """
    begin = name + ENTITY
    along = {key.removeprefix(begin): came for key, came in held.columns.items() if str(key).startswith(begin)}
    if along:
        return *_of_class(machine, along), NOTHING
    here = loading(path, f"{of.name}.{name}")
    found = {one: frozenset({Came(here, one)}) for one in machine.columns(here) or ()}
    return *_of_class(machine, found), frozenset({Came(here, LOADS, INDIRECT, JOIN)} if found else ())


def _of_class(machine: Machine, found: Mapping[Any, Cames]) -> tuple[Table, Class | None]:
    """Return columns as those of one object, and its class."""
    columns: dict[Any, Cames] = {}
    other = ""
    for name, cames in found.items():
        element, entity, field = str(name).partition(ENTITY)
        if entity:
            columns[field], other = cames, element
    return Table(columns, closed=True), machine.memory.class_of(other)


def _met(one: Table, many: Table, found: Mapping[str, str]) -> Cames:
    """Return what brings rows together: keys in the one table, and what they are keys of in the other."""
    out: list[Cames] = []
    for name, target in found.items():
        out += [many.columns.get(name, NOTHING), one.columns.get(target.rpartition(".")[2], NOTHING)]
    return deciding(union(out), JOIN)
