"""Arithmetic, comparison and boolean operators over anything.

Enters: two values. Leaves: a value. Constants are computed, within small bounds; of all else the origins go on.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import access, doors, own, sorts, tables, templates, writing
from driftline.capture.script.call import Machine, cells_of, is_frame, members, rows_of, table_of
from driftline.capture.script.cames import changed, deciding, hedged
from driftline.capture.script.joining import joined, made_of
from driftline.capture.script.reading import AGGREGATION, FILTER, NOTHING, Cames
from driftline.capture.script.values import (
    Const,
    Found,
    Frame,
    Instance,
    Items,
    Number,
    Pairs,
    Series,
    Thing,
    Value,
)

MAX_SIZE = 10_000
MAX_REPEATED = 256
SETS: Mapping[str, Callable[[Any, Any], Any]] = {
    "Sub": operator.sub,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
}
_FOLDED: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "Mod": operator.mod,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": lambda a, b: a is b if a is None or b is None else a == b,
    "IsNot": lambda a, b: a is not b if a is None or b is None else a != b,
    "In": lambda a, b: a in b,
    "NotIn": lambda a, b: a not in b,
}

_ALONE: Mapping[str, Callable[[Any], Any]] = {"Not": operator.not_, "USub": operator.neg, "UAdd": operator.pos}


def operated(machine: Machine, a: Value, b: Value, name: str) -> Value:
    """Return the value of an operator between two values."""
    if isinstance(a, Const) and isinstance(b, Const):
        return _folded(a, b, name)
    left, right = (cells_of(machine, one) or machine.memory.see(one) for one in (a, b))
    if name == "Add" and isinstance(left, Items) and isinstance(right, Items):
        return machine.memory.new(_added(machine, left, right))
    if isinstance(left, Items) and isinstance(right, Items) and name in SETS:
        return of_sets(machine, a, b, name)
    if name == "BitOr" and isinstance(left, Pairs):
        both = machine.memory.new(left)
        writing.update(machine, both, b)
        return both
    if name == "Mult" and isinstance(left, Items) and isinstance(b, Const):
        return _repeated(machine, left, b.value)
    if name == "Add" and (text := templates.added(machine, a, b)) is not None:
        return text
    if name == "Mod" and isinstance(a, Const) and isinstance(a.value, str):
        formatted = _formatted(machine, a.value, b)
        if formatted is not None:
            return formatted
    if isinstance(left, Frame) or isinstance(right, Frame):
        return _frames(machine, a, b, name)
    cames = changed(made_of(machine.memory, a) | made_of(machine.memory, b))
    rows = rows_of(machine, a) | rows_of(machine, b)
    if isinstance(left, Instance) or isinstance(right, Instance):
        return Thing(hedged(cames), rows)
    if isinstance(left, Series) or isinstance(right, Series):
        return sorts.operated(machine, name, _series(left, right, cames, rows), left, right)
    return doors.computed(Thing(cames, rows), a, b)


def _formatted(machine: Machine, template: str, value: Value) -> Value | None:
    """``template % value``: a text whose parts are known."""
    content = machine.memory.see(value)
    if isinstance(content, Items) and content.loose is None:
        parts = templates.percent(template, content.known, {})
    elif isinstance(content, Pairs):
        parts = templates.percent(
            template, (), {key: one for key, one in content.known.items() if isinstance(key, str)}
        )
    elif (
        isinstance(content, Frame) and content.row and content.table.closed
    ):  # of a database by place, a record by name
        cells: dict[str, Value] = {str(name): Thing(cames) for name, cames in content.table.columns.items()}
        parts = templates.percent(template, [*cells.values()] if content.array else [], cells)
    else:
        parts = templates.percent(template, (value,), {})
    return None if parts is None else templates.text_of(machine, parts)


def compared(machine: Machine, left: Value, right: Value, name: str) -> Value:
    """Return the value of a comparison: of what the text spells out, and of whether something is None."""
    if name in {"In", "NotIn"} and isinstance(left, Const):
        known = access.contains(machine, right, left.value)
        if known is not None:
            return Const(known if name == "In" else not known)
    if (known := _of_number(left, right, name)) is not None:
        return Const(known)
    inside = machine.memory.see(right)
    if name in {"In", "NotIn"} and isinstance(inside, Pairs) and inside.loose is not None:  # among its keys
        return Thing(changed(made_of(machine.memory, left) | inside.keys | deciding(inside.rows, FILTER)))
    if name in {"Is", "IsNot"} and Const(None) in (left, right) and left != right:
        other = left if right == Const(None) else right
        if isinstance(other, Found):  # it may not be there
            return Thing(other.by)
        content = machine.memory.see(other)
        if isinstance(content, Frame) and content.row:  # a row of a database: of none that is found there is None
            return Thing(deciding(rows_of(machine, other), FILTER))
        if not isinstance(other, Const | Thing):
            return Const(name == "IsNot")
    return operated(machine, left, right, name)


def _of_number(left: Value, right: Value, name: str) -> bool | None:
    """Whether something is true of each number that is at least so much; None where it is of some of them."""
    if not isinstance(left, Number) or not isinstance(right, Const) or not isinstance(right.value, int):
        return None
    over = right.value < left.least
    if name in {"Eq", "NotEq", "LtE", "Gt"}:
        return (name in {"NotEq", "Gt"}) if over else None
    return (name == "GtE") if name in {"Lt", "GtE"} and right.value <= left.least else None


def of_sets(machine: Machine, a: Value, b: Value, name: str) -> Value:
    """Return what an operator makes of two sets; one of which not all is known, where not all of both is."""
    left, right = members(machine, a), members(machine, b)
    if isinstance(left, list) and isinstance(right, list):
        try:
            found = SETS[name](dict.fromkeys(left).keys(), dict.fromkeys(right).keys())
        except TypeError:
            return Thing()
        order = [one for one in dict.fromkeys((*left, *right)) if one in found]
        return machine.memory.new(Items(tuple(Const(one) for one in order), kind="set"))
    first, second = machine.memory.see(a), machine.memory.see(b)
    ones = (*first.known, first.loose, *(() if name in {"Sub", "BitAnd"} else (*second.known, second.loose)))
    loose: Value = Thing()
    for one in ones:
        loose = joined(machine.memory, loose, one)
    return machine.memory.new(Items((), loose, first.rows | second.rows, "set"))


def _repeated(machine: Machine, items: Items, times: Any) -> Value:
    if isinstance(times, int) and items.loose is None and len(items.known) * times <= MAX_REPEATED:
        return machine.memory.new(replace(items, known=items.known * times))
    loose: Value | None = items.loose
    for one in items.known:
        loose = joined(machine.memory, loose, one)
    return machine.memory.new(Items((), loose, items.rows, items.kind))


def _series(left: Any, right: Any, cames: Cames, rows: Cames) -> Series:
    both = [one for one in (left, right) if isinstance(one, Series)]
    name = both[0].name if all(one.name == both[0].name for one in both) else None
    join = tables.alignment(both[0].index, both[-1].index)
    return Series(cames | join, rows | join, name, index=both[0].index)


def _folded(a: Const, b: Const, name: str) -> Value:
    fold = _FOLDED.get(name)
    if fold is None or _large(a.value) or _large(b.value):
        return Thing()
    if name == "Mult" and not all(isinstance(one.value, int | float) for one in (a, b)):
        return Thing()
    try:
        return Const(fold(a.value, b.value))
    except Exception:  # what it raises in the script is the script's own affair
        return Thing()


def _large(value: Any) -> bool:
    if isinstance(value, str | bytes | tuple):
        return len(value) > MAX_SIZE
    return isinstance(value, int) and abs(value) > 1 << 256


def _added(machine: Machine, left: Items, right: Items) -> Items:
    rows = left.rows | right.rows
    if left.loose is None and len(left.known) + len(right.known) <= MAX_SIZE:
        return Items((*left.known, *right.known), right.loose, rows, left.kind)
    loose = joined(machine.memory, left.loose, right.loose)
    for one in right.known:
        loose = joined(machine.memory, loose, one)
    return Items(left.known, loose, rows, left.kind)


def _frames(machine: Machine, a: Value, b: Value, name: str) -> Value:
    """Column by column, by name, where both have columns."""
    left, right = table_of(machine, a), table_of(machine, b)
    first, second = machine.memory.see(a), machine.memory.see(b)
    if isinstance(first, Frame) and isinstance(second, Frame) and left is not None and right is not None:
        wide = left if is_frame(machine, a) or first.row == second.row else right
        narrow = right if wide is left else left
        columns = {name: changed(cames | tables.column(narrow, name)) for name, cames in wide.columns.items()}
        if first.row == second.row:
            columns = dict(tables.computed(tables.either(left, right)).columns)
        both = tables.computed(wide)._replace(columns=columns, rows=left.rows | right.rows)
        if wide.spread:  # columns without a name meet those of the other that have the same
            both = both._replace(spread=both.spread | changed(tables.values(narrow)))
        if not (first.row or second.row or first.array or second.array):
            join = tables.alignment(left.labels, right.labels)
            both = tables.tinged(both, join)._replace(rows=both.rows | join)
        return machine.memory.new(Frame(both, first.row and second.row, first.array or second.array))
    frame, table, other = (first, left, b) if isinstance(first, Frame) else (second, right, a)
    cames = changed(made_of(machine.memory, other))
    assert table is not None
    if name == "MatMult":
        return Thing(changed(tables.values(table)) | cames, table.rows | rows_of(machine, other))
    out = tables.tinged(tables.computed(table), cames)
    return machine.memory.new(Frame(out._replace(rows=out.rows | rows_of(machine, other)), frame.row, frame.array))


def inverted(machine: Machine, value: Value, name: str) -> Value:
    """Return the value of an operator of one value."""
    if isinstance(value, Const):
        try:
            return Const(_ALONE[name](value.value))
        except Exception:  # no such operator, or none for this value
            return Thing()
    content = machine.memory.see(value)
    flags = members(machine, value) if name == "Invert" and isinstance(content, Items) else None
    if isinstance(flags, list) and all(isinstance(one, bool) for one in flags):
        return machine.memory.new(Items(tuple(Const(not one) for one in flags)))
    if isinstance(content, Frame) and name != "Not":
        return machine.memory.new(replace(content, table=tables.computed(content.table)))
    cames = changed(condition(machine, value) if name == "Not" else made_of(machine.memory, value))
    if isinstance(content, Series):
        return sorts.operated(machine, name, Series(cames, content.rows, content.name, index=content.index), content)
    return doors.computed(Thing(cames, rows_of(machine, value)), content)


def truth(machine: Machine, value: Value) -> bool | None:
    """Return whether a value is true, if the text says so."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Number):
        return True if value.least > 0 else None
    content = machine.memory.see(value)
    if isinstance(content, Instance):
        asked = own.truth(machine, value)
        return bool(asked.value) if isinstance(asked, Const) else None
    if isinstance(content, Items) and content.known and not content.rows:
        return True
    if isinstance(content, Items) and content.loose is None and not content.rows:
        return False
    return None


def condition(machine: Machine, value: Value) -> Cames:
    """Return what a test decides by: values; of a record whether it is there, of a list what chose its elements."""
    content = machine.memory.see(value)
    asked = own.truth(machine, value) if isinstance(content, Instance) else None
    if asked is not None:
        return made_of(machine.memory, asked) | rows_of(machine, asked)
    if isinstance(content, Thing) and any(one.subtype == AGGREGATION for one in content.cames):  # of those rows
        return content.cames | deciding(content.rows, FILTER)
    if not isinstance(content, Frame | Items | Pairs | Instance):
        return made_of(machine.memory, value)
    there = value.by if isinstance(value, Found) else NOTHING
    table = isinstance(content, Frame) and not content.row
    return there if table else there | deciding(rows_of(machine, value), FILTER)
