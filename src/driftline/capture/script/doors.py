"""What attributes of single values and of doors mean: ``.dt``, ``.cat``, names of an array's columns, cells, sheets.

Enters: a value and the name of an attribute. Leaves: a value.
"""

from driftline.capture.script import sheets, sorts, words
from driftline.capture.script.call import Machine
from driftline.capture.script.cames import changed
from driftline.capture.script.values import Const, Expression, Frame, Items, Method, Part, Series, Thing, Value

LITERAL = "literal"  # what polars calls a column of values without a name
COUNTED = frozenset({"lastrowid", "rowcount"})  # of a cursor, by its database


def of_thing(of: Value, thing: Thing, name: str) -> Value:
    """Return an attribute of something of which only the origins are known."""
    if name == "value" and thing.name == sheets.CELL:
        return Thing(thing.cames, thing.rows)
    if name in COUNTED:
        return Thing()
    return of if name in {"T", "flat", "real", "values"} else Method(of, name)  # of an array


def computed(made: Thing, *of: Value | None) -> Thing:
    """Return what is made of values: with an expression of polars it is another one, which has the first's names."""
    if not any(isinstance(one, Expression) for one in of):
        return made
    return Expression(made.cames, made.rows, columns=of[0].columns if isinstance(of[0], Expression) else (LITERAL,))


def of_part(machine: Machine, of: Value, part: Part, name: str) -> Value:
    """Return an attribute of a door."""
    if part.kind in {"dt", "cat"} and isinstance(part.of, Series):
        known = name in words.DATE_METHODS or part.kind == "cat"
        return Method(of, name) if known else sorts.of_date(changed_series(part.of), name)
    content = machine.memory.see(part.of)
    if part.kind == "dtype" and name == "names" and isinstance(content, Frame):  # of an array with named columns
        if not content.table.closed:
            return Part(part.of, "columns")
        return machine.memory.new(Items(tuple(Const(one) for one in content.table.columns)))
    if part.kind in {sheets.WORKBOOK, sheets.SHEET}:
        return sheets.attribute(machine, of, part, name)
    if part.kind == sheets.PLACE and name == "value":
        return Thing()
    return Method(of, name)


def changed_series(series: Series) -> Series:
    """Return a column that is computed from another one."""
    return Series(changed(series.cames), series.rows, series.name, None, series.index)
