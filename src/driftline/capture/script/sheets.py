"""Workbooks and their sheets: what their attributes and what stands in brackets behind them mean.

Enters: a workbook, which is a door to a list of sheets, or a sheet, a door to the table that was loaded or to the rows
that are written. Leaves: sheets, rows, cells, the names in a first row. As in the version of the file, columns of the
first sheet are called as they are, those of others with the name of the sheet and a ``!`` before them.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import headers, tables
from driftline.capture.script.call import Machine
from driftline.capture.script.cames import hedged
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, NOTHING, Cames, Table
from driftline.capture.script.values import Const, File, Frame, Items, Method, Part, Ref, Thing, Value

WORKBOOK, SHEET = "workbook", "sheet"
FIRST = "Sheet"  # the name of a sheet that is given none
PLACE = "a place"  # of a cell in a sheet that is written
CELL = "a cell"  # the name of a thing whose ``value`` is what stands in it
_KNOWN = frozenset({"max_row", "max_column", "title", "dimensions"})


def attribute(machine: Machine, of: Value, part: Part, name: str) -> Value:
    """Return an attribute of a workbook or of a sheet."""
    if part.kind == WORKBOOK and name == "active":
        return _active(machine, part)
    if part.kind == WORKBOOK and name == "worksheets":
        found = tuple(sheet for _, sheet in _every(machine, part))
        return machine.memory.new(Items(found or (Thing(),), None))
    if part.kind == SHEET and name in {"rows", "values"}:
        return rows(machine, part, cells=name == "rows")
    return Thing() if part.kind == SHEET and name in _KNOWN else Method(of, name)


def _every(machine: Machine, workbook: Part) -> list[tuple[str, Part]]:
    """Return the sheets of a workbook by their names; that of the first is not known."""
    content = machine.memory.see(workbook.of)
    if not isinstance(content, Items) or not content.known:
        return []
    first, *others = content.known
    found = [(title, Part(sheet, SHEET)) for title, sheet in by_title(machine, first)]
    created = (one.known for one in map(machine.memory.see, others) if isinstance(one, Items))
    found += [(str(title.value), Part(place, SHEET)) for title, place in created if isinstance(title, Const)]
    return found


def by_title(machine: Machine, first: Value) -> list[tuple[str, Value]]:
    """Return the sheets that were read as one table, by their titles; that of the first is not known."""
    held = machine.memory.see(first)
    if not isinstance(held, Frame) or not any("!" in str(name) for name in held.table.columns):
        return [("", first)]
    columns: dict[str, dict[Any, Cames]] = {"": {}}
    for name, cames in held.table.columns.items():
        title, sign, own = str(name).partition("!")
        columns.setdefault(title if sign else "", {})[own if sign else name] = cames
    return [
        (title, machine.memory.new(replace(held, table=held.table._replace(columns=own))))
        for title, own in columns.items()
    ]


def _active(machine: Machine, workbook: Part) -> Value:
    """Return the sheet that was shown last: of a file of several it is not sure that it is the first one."""
    found = _every(machine, workbook)
    if not found:
        return Thing()
    held = machine.memory.see(found[0][1].of)
    if len(found) == 1 or not isinstance(held, Frame):
        return found[0][1]
    columns = {name: hedged(cames) for name, cames in held.table.columns.items()}
    return Part(machine.memory.new(Frame(held.table._replace(columns=columns))), SHEET)


def without(machine: Machine, workbook: Part, sheet: Value) -> None:
    """Take a sheet out of a workbook, in place."""
    content = machine.memory.see(workbook.of)
    if isinstance(content, Items) and isinstance(workbook.of, Ref) and isinstance(sheet, Part):
        hold(machine, workbook.of, content, [pair for pair in held(machine, content) if pair[1] != sheet.of])


def held(machine: Machine, content: Items) -> list[tuple[str, Value]]:
    """Return what a workbook holds for each of its sheets, with their names; the first is called as openpyxl does."""
    pairs = [machine.memory.see(one).known for one in content.known[1:]]
    return [(FIRST, one) for one in content.known[:1]] + [(str(title.value), place) for title, place in pairs]


def hold(machine: Machine, book: Ref, content: Items, sheets: list[tuple[str, Value]]) -> None:
    """Have a workbook hold these sheets."""
    others = (machine.memory.new(Items((Const(title), place), kind="tuple")) for title, place in sheets[1:])
    machine.memory.put(book.place, replace(content, known=(*(place for _, place in sheets[:1]), *others)))


def unsure(table: Table) -> Table:
    """Return a sheet of which it is not known which column stands where."""
    return tables.unknown(hedged(frozenset(table.all())), table.rows)


def item(machine: Machine, part: Part, key: Value) -> Value:
    """Return a sheet by its name; a row or a cell of a sheet."""
    if part.kind == WORKBOOK:
        return _named(machine, part, key)
    content = machine.memory.see(part.of)
    if isinstance(content, File):
        return cell(machine, part, *_spelled(key))
    if not isinstance(content, Frame):
        return Thing()
    table = content.table
    if key == Const(1) and table.closed:
        return machine.memory.new(Items(tuple(Const(name) for name in table.columns)))
    if isinstance(key, Const) and isinstance(key.value, str):
        return cell(machine, part, *place_of(key.value))
    if isinstance(key, Const) and isinstance(key.value, slice):
        return rows(machine, part, cells=True, top=key.value.start in {None, 1})
    if isinstance(key, Part) and key.kind == "slice":
        return rows(machine, part, cells=True, top=False)
    return _row(machine, table, cells=True)


def _named(machine: Machine, workbook: Part, key: Value) -> Value:
    found = _every(machine, workbook)
    if not found:
        return Thing()
    if isinstance(key, Const):
        return next((sheet for title, sheet in found[1:] if title == key.value), found[0][1])
    held = [machine.memory.see(sheet.of) for _, sheet in found]
    known = [one.table for one in held if isinstance(one, Frame)]
    if len(found) == 1 or len(known) < len(found):
        return found[0][1] if len(found) == 1 else Thing()
    every = frozenset(came for table in known for came in table.all())
    return Part(machine.memory.new(Frame(tables.unknown(hedged(every)))), SHEET)


def rows(
    machine: Machine, part: Part, start: int | None = 0, end: int | None = None, *, cells: bool, top: bool = True
) -> Value:
    """Return rows of a sheet, of each the cells between two places, or their values; ``top``: the first, too.

    ``start``: None where it is not known.
    """
    content = machine.memory.see(part.of)
    if not isinstance(content, Frame):
        return Thing()
    table = content.table._replace(labels={})
    if start is None:
        table = unsure(table)
    if table.closed and (start or end is not None):
        table = table._replace(columns=dict(list(table.columns.items())[start:end]))
    first = headers.of(table) if top else ()
    header = (machine.memory.new(Items(first, kind="tuple")),) if first else ()
    return machine.memory.new(Items(header, _row(machine, table, cells=cells), kind="reader"))


def _row(machine: Machine, table: Table, *, cells: bool) -> Ref:
    if cells and table.closed:
        known = (Thing(cames, table.rows, CELL) for cames in table.columns.values())
        return machine.memory.new(Items(tuple(known), kind="tuple"))
    return machine.memory.new(Frame(table._replace(labels={}), True, True))


def cell(machine: Machine, part: Part, place: Any, row: Any = None) -> Value:
    """Return a cell of the column at a place, from 0; of any column, and not sure, where the place is not known."""
    content = machine.memory.see(part.of)
    if isinstance(content, File):
        return Part(machine.memory.new(Items((part, Const(row), Const(place)))), PLACE)
    if not isinstance(content, Frame):
        return Thing()
    columns = list(content.table.columns.values())
    if content.table.closed and isinstance(place, int) and 0 <= place < len(columns):
        return Thing(columns[place], content.table.rows, CELL)
    return Thing(hedged(frozenset(content.table.all())), content.table.rows, CELL)


def put(machine: Machine, sheet: Value, row: Any, place: Any, value: Value) -> None:
    """Put a value into a cell: a text of the first row of a new sheet names the column at that place, from 0."""
    of = sheet.of if isinstance(sheet, Part) else None
    content, known = machine.memory.see(of), isinstance(place, int) and place >= 0
    if not isinstance(of, Ref) or not isinstance(content, File | Frame):
        return
    cames = made_of(machine.memory, value)
    if isinstance(content, Frame):
        columns = list(content.table.columns)
        name = columns[place] if known and place < len(columns) else f"column {place + 1 if known else ''}".strip()
        table = tables.with_column(content.table, name, content.table.columns.get(name, NOTHING) | cames)
        machine.memory.put(of.place, replace(content, table=table))
    elif row == 1 and known and isinstance(value, Const) and isinstance(value.value, str):
        header = [*(content.header or ()), *map(str, range(len(content.header or ()), place + 1))]
        header[place] = value.value
        machine.memory.put(of.place, replace(content, header=tuple(header)))
    else:
        header = list(content.header or ())
        named = known and place < len(header)
        made = Table({header[place]: cames}, closed=True) if named else tables.unknown(hedged(cames))
        shaped = tables.shaped(made, machine.guarding(), FILTER)
        written = shaped if content.written is None else tables.either(content.written, shaped)
        machine.memory.put(of.place, replace(content, written=written))


def put_by_name(machine: Machine, sheet: Part, key: Value, value: Value) -> None:
    """``sheet["B7"] = value``."""
    place, row = _spelled(key)
    put(machine, sheet, row, place, value)


def put_into(machine: Machine, at: Part, value: Value) -> None:
    """``cell.value = value``."""
    content = machine.memory.see(at.of)
    if isinstance(content, Items):
        sheet, row, place = content.known
        put(machine, sheet, getattr(row, "value", None), getattr(place, "value", None), value)


def _spelled(key: Value) -> tuple[int | None, int | None]:
    found = key.value if isinstance(key, Const) else None
    return place_of(found) if isinstance(found, str) else (None, None)


def place_of(name: str) -> tuple[int | None, int | None]:
    """Return the place of a column, from 0, that ``B7`` or ``B`` names, and its row, from 1."""
    letters = name.rstrip("0123456789").upper()
    if not letters.isalpha() or not letters.isascii():
        return None, None
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1, int(name[len(letters) :] or 0) or None
