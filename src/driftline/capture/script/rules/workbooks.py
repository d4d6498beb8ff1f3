"""openpyxl: rows that are read from a sheet, rows and cells that are put into one, and the file that is saved.

Enters: a call. Leaves: a workbook, rows, cells. What was put in counts as given to the call that saves. The first row
of texts that is put in names the columns.
"""

from msgspec.structs import replace

from driftline.capture.script import sheets, tables
from driftline.capture.script.call import Call, Rules, plain
from driftline.capture.script.reading import NOTHING, Table
from driftline.capture.script.rules import files
from driftline.capture.script.values import NONE, File, Frame, Items, Part, Ref, Value


def loaded(call: Call) -> Value:
    """``load_workbook``: what the file holds."""
    return Part(call.new(Items((call.machine.open_read(call.path),))), sheets.WORKBOOK)


def made(call: Call) -> Value:
    """``Workbook()``: one empty sheet."""
    return Part(call.new(Items((call.new(File(call.path)),))), sheets.WORKBOOK)


def sheet(call: Call) -> Value | None:
    """``create_sheet``: one more sheet, by its name."""
    book = _place(call)
    content = call.see(book)
    title, index = call.plain(0, "title", None), call.plain(1, "index", None)
    if book is None or not isinstance(content, Items):
        return None
    held = sheets.held(call.machine, content)
    one = call.new(File(call.path, header=None))
    if title is None:
        title = f"{sheets.FIRST}{len(held) or ''}"
    held.insert(index if isinstance(index, int) else len(held), (title if isinstance(title, str) else "", one))
    sheets.hold(call.machine, book, content, held)
    return Part(one, sheets.SHEET)


def removed(call: Call) -> Value | None:
    """``remove``: a sheet that is none of the workbook any more."""
    if not isinstance(call.receiver, Part):
        return None
    sheets.without(call.machine, call.receiver, call.argument(0) or NONE)
    return NONE


def moved(call: Call) -> Value | None:
    """``insert_cols``, ``delete_cols`` and the like: columns stand elsewhere then."""
    place = _place(call)
    content = call.see(place)
    if place is not None and isinstance(content, Frame):
        call.machine.memory.put(place.place, replace(content, table=sheets.unsure(content.table)))
    return NONE


def rows(call: Call) -> Value | None:
    """``iter_rows``: rows of cells, or of values."""
    if not isinstance(call.receiver, Part):
        return None
    first, last = call.plain(2, "min_col", None), call.plain(3, "max_col", None)
    start = 0 if first is None else first - 1 if isinstance(first, int) else None
    end = last if isinstance(last, int) else None
    top = call.plain(0, "min_row") in {None, 1}
    return sheets.rows(call.machine, call.receiver, start, end, cells=not call.flag("values_only"), top=top)


def appended(call: Call) -> Value | None:
    """``append``: a row."""
    place = _place(call)
    value = call.argument(0)
    if place is None:
        return None
    if isinstance(call.see(place), File):
        files.put(call, place, value)
    return NONE


def cell(call: Call) -> Value | None:
    """``cell(row, column, value)``: a cell, and what is put into it."""
    sheet_, value = call.receiver, call.argument(2, "value")
    if not isinstance(sheet_, Part) or _place(call) is None:
        return None
    row, column = (plain(call.machine, call.argument(place, name)) for place, name in enumerate(("row", "column")))
    at = column - 1 if isinstance(column, int) else None
    if value is None or value == NONE:
        return sheets.cell(call.machine, sheet_, at, row)
    sheets.put(call.machine, sheet_, row, at, value)
    return value


def saved(call: Call) -> Value | None:
    """``save``: the file has what was put in."""
    content = call.see(_place(call))
    if not isinstance(content, Items) or not content.known:
        return None
    table = _written(call, content.known[0]) or tables.EMPTY
    if len(content.known) > 1:  # each sheet has rows of its own
        columns = {name: cames | table.rows for name, cames in table.columns.items()}
        for one in map(call.see, content.known[1:]):
            title, place = one.known
            other = _written(call, place) or tables.EMPTY
            columns |= {f"{title.value}!{name}": cames | other.rows for name, cames in other.columns.items()}
        table = table._replace(columns=columns, rows=NOTHING)
    call.machine.record(call.path, table)
    return NONE


def _written(call: Call, sheet_: Value) -> Table | None:
    content = call.see(sheet_)
    return content.written if isinstance(content, File) else content.table if isinstance(content, Frame) else None


def _place(call: Call) -> Ref | None:
    of = call.receiver.of if isinstance(call.receiver, Part) else None
    return of if isinstance(of, Ref) else None


FUNCTIONS: Rules = {
    **dict.fromkeys(
        ("openpyxl.load_workbook", "openpyxl.open", "openpyxl.reader.excel.load_workbook"),
        loaded,
    ),
    **dict.fromkeys(("openpyxl.Workbook", "openpyxl.workbook.Workbook"), made),
}
METHODS: Rules = {
    "create_sheet": sheet,
    "iter_rows": rows,
    "append": appended,
    "cell": cell,
    "save": saved,
    "remove": removed,
    **dict.fromkeys(("insert_cols", "delete_cols", "move_range"), moved),
}
RULES = frozenset({loaded})
