"""Workbooks and their sheets: what their attributes and what stands in brackets behind them mean.

Enters: a workbook, which is a door to a list of sheets, or a sheet, a door to the table that was loaded or to the rows
that are written. Leaves: sheets, rows, cells, the names in a first row. As in the version of the file, columns of the
first sheet are called as they are, those of others with the name of the sheet and a ``!`` before them.
"""

from typing import Any

from driftline.capture.script.call import Machine
from driftline.capture.script.cames import hedged
from driftline.capture.script.reading import Table
from driftline.capture.script.values import Const, Frame, Items, Method, Part, Ref, Thing, Value

WORKBOOK, SHEET = "workbook", "sheet"
CELL = "a cell"  # the name of a thing whose ``value`` is what stands in it
_KNOWN = frozenset({"max_row", "max_column", "title", "dimensions"})


def attribute(machine: Machine, of: Value, part: Part, name: str) -> Value:
    """Return an attribute of a workbook or of a sheet."""
    if part.kind == WORKBOOK and name == "active":
        return first(machine, part)
    if part.kind == WORKBOOK and name == "worksheets":
        return machine.memory.new(Items((first(machine, part),), None))
    if part.kind == SHEET and name in {"rows", "values"}:
        return rows(machine, part, cells=name == "rows")
    return Thing() if part.kind == SHEET and name in _KNOWN else Method(of, name)


def first(machine: Machine, workbook: Part) -> Value:
    """Return the first sheet of a workbook."""
    content = machine.memory.see(workbook.of)
    if not isinstance(content, Items) or not content.known:
        return Thing()
    held = machine.memory.see(content.known[0])
    if isinstance(held, Frame) and any("!" in str(name) for name in held.table.columns):
        columns = {name: cames for name, cames in held.table.columns.items() if "!" not in str(name)}
        return Part(machine.memory.new(Frame(held.table._replace(columns=columns))), SHEET)
    return Part(content.known[0], SHEET)


def item(machine: Machine, part: Part, key: Value) -> Value:
    """Return a sheet by its name; a row or a cell of a sheet."""
    if part.kind == WORKBOOK:
        return _named(machine, part, key)
    content = machine.memory.see(part.of)
    if not isinstance(content, Frame):
        return Thing()
    table = content.table
    if key == Const(1) and table.closed:
        return machine.memory.new(Items(tuple(Const(name) for name in table.columns)))
    if isinstance(key, Const) and isinstance(key.value, str):
        return cell(machine, part, place_of(key.value))
    return _row(machine, table, cells=True)


def _named(machine: Machine, workbook: Part, key: Value) -> Value:
    content = machine.memory.see(workbook.of)
    held = machine.memory.see(content.known[0]) if isinstance(content, Items) and content.known else None
    if isinstance(key, Const) and isinstance(held, Frame):
        before = f"{key.value}!"
        columns = {str(name)[len(before) :]: cames for name, cames in held.table.columns.items()
                   if str(name).startswith(before)}  # fmt: skip
        if columns:
            return Part(machine.memory.new(Frame(held.table._replace(columns=columns))), SHEET)
    return first(machine, workbook)


def rows(machine: Machine, part: Part, start: int = 0, end: int | None = None, *, cells: bool = True) -> Value:
    """Return all rows of a sheet, of each the cells between two places, or their values."""
    content = machine.memory.see(part.of)
    if not isinstance(content, Frame):
        return Thing()
    table = content.table._replace(labels={})
    if table.closed and (start or end is not None):
        table = table._replace(columns=dict(list(table.columns.items())[start:end]))
    return machine.memory.new(Items((), _row(machine, table, cells=cells), kind="reader"))


def _row(machine: Machine, table: Table, *, cells: bool) -> Ref:
    if cells and table.closed:
        known = (Thing(cames, table.rows, CELL) for cames in table.columns.values())
        return machine.memory.new(Items(tuple(known), kind="tuple"))
    return machine.memory.new(Frame(table._replace(labels={}), True, True))


def cell(machine: Machine, part: Part, place: Any) -> Value:
    """Return a cell of the column at a place, from 0; of any column, and not sure, where the place is not known."""
    content = machine.memory.see(part.of)
    if not isinstance(content, Frame):
        return Thing()
    columns = list(content.table.columns.values())
    if content.table.closed and isinstance(place, int) and 0 <= place < len(columns):
        return Thing(columns[place], content.table.rows, CELL)
    return Thing(hedged(frozenset(content.table.all())), content.table.rows, CELL)


def place_of(name: str) -> int | None:
    """Return the place of a column, from 0, that ``B7`` or ``B`` names."""
    letters = name.rstrip("0123456789").upper()
    if not letters.isalpha() or not letters.isascii():
        return None
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
