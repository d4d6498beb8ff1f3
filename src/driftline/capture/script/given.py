"""What a call is given, written down for those who ask later.

Enters: a call. Leaves: nothing; the machine remembers a table for the receiver and for each argument that is one.
"""

from collections.abc import Mapping
from typing import Any

from driftline.capture.script import composing, contained, sheets, tables
from driftline.capture.script.call import Call, names, of_pairs, table_of
from driftline.capture.script.cames import deciding, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.machine import Machine
from driftline.capture.script.reading import FILTER, GROUP_BY, NOTHING, Cames, Table
from driftline.capture.script.values import (
    Class,
    Const,
    File,
    Foreign,
    Frame,
    Function,
    Items,
    Library,
    Pairs,
    Part,
    Ref,
    Series,
    Text,
    Thing,
    UserModule,
    Value,
)

_STATEMENTS = frozenset({"execute", "executemany", "executescript", "exec_driver_sql"})  # of what holds no table itself
_ADDING = _STATEMENTS | frozenset({"partial_fit", "append", "extend", "add"})
_BESIDE = frozenset({"params", "parameters", "vars"})  # what a statement is handed beside its text
_MODES = ("a", "ab", "append")
_BY_PLACE = ("numpy.savetxt", "numpy.save")  # of whose files columns are called by their places
_ARCHIVES = ("numpy.savez", "numpy.savez_compressed")
_UPRIGHT = frozenset({"to_csv", "to_excel", "to_sql"})  # of pandas, which write a row as the column that it is
_OBJECTS = frozenset({"joblib.dump", "pickle.dump", "cloudpickle.dump", "dill.dump", "torch.save"})


def record(machine: Machine, call: Call) -> None:
    """Remember all that a call is given that has origins."""
    machine.reached(call.path)
    if call.name in _ARCHIVES:
        machine.record(call.path, _archived(machine, call))
        return
    places: list[tuple[int | str, Value]] = [*enumerate(call.args), *call.kwargs.items()]
    if call.receiver is not None and call.name not in _STATEMENTS | composing.LOOKING:
        places.insert(0, (-1, call.receiver))
    inside = {one: _inside(machine, call) for one in (1, *_BESIDE)} if call.name in _STATEMENTS else {}
    for place, value in places:
        text = call.name in _STATEMENTS and place == 0
        if text and (len(call.args) > 1 or not _BESIDE.isdisjoint(call.kwargs)):
            continue  # what is handed over beside the text counts
        if isinstance(value, Const | Library | Function | Class | UserModule) and not (text and _is_spelled(value)):
            continue
        if isinstance(value, Part) and value.kind in {sheets.WORKBOOK, sheets.SHEET}:
            continue  # its rules tell what a file is given
        table = _parameters(machine, call, value) if place == 1 else None
        if call.name in _OBJECTS and place == 0:
            table = contained.flat(machine, value)
        if text:
            table = Table({}, closed=True) if isinstance(value, Const) else _composed(machine, value)
            table = None if table is None else tables.shaped(table, machine.guarding(), FILTER)
        table = table_of(machine, value) if table is None else table
        table = _with(machine, _partitioned(machine, call, table), inside.get(place))
        if table is not None:
            table = _as_written(machine, call, value, table) if place == -1 else table
            table = tables.by_place(table) if call.name in _BY_PLACE else table
            machine.record(call.path, table if _adds(call) else machine.single(table, _into(call)), place)


def _as_written(machine: Machine, call: Call, value: Value, table: Table) -> Table:
    """Return what a method writes of the table that it is called on."""
    if call.name == "to_json" and _by_row(call, value):
        by_label = deciding(union(table.labels.values()), GROUP_BY)
        return Table({}, spread=tables.values(table) | by_label, rows=table.rows)
    content = machine.memory.see(value)
    if call.name in _UPRIGHT and isinstance(content, Frame) and content.row and not content.array and table.closed:
        header = call.plain(-1, "header")
        return tables.upright(table, [content.name, *(header if isinstance(header, list) else ())])
    return _called_anew(machine, call, table) if call.name in _UPRIGHT else table


def _called_anew(machine: Machine, call: Call, table: Table) -> Table:
    """Return what pandas writes with other names: some columns, and what these and the index are called there."""
    wanted, header, index = (names(machine, call.argument(-1, name)) for name in ("columns", "header", "index_label"))
    if wanted and all(one in table.columns for one in wanted):
        table = tables.only(table, wanted)
    if header and not any(isinstance(one, bool) for one in header):
        table = tables.numbered(table, header) or table
    levels = table.labels or ({"": NOTHING} if index else {})
    if index and len(index) == len(levels) and not any(isinstance(one, bool) for one in index):
        table = table._replace(labels=dict(zip(index, levels.values(), strict=True)))
    return table


def _inside(machine: Machine, call: Call) -> dict[Any, Cames]:
    """Return what has been put into the text of a statement, under its marks."""
    text = machine.memory.see(call.argument(0))
    return composing.beside(machine, text) if isinstance(text, Text) else {}


def _with(machine: Machine, table: Table | None, columns: Mapping[Any, Cames] | None) -> Table | None:
    if not columns:
        return table
    table = table or Table({}, rows=machine.guarding(), closed=True)
    return table._replace(columns={**table.columns, **columns})


def _by_row(call: Call, value: Value) -> bool:
    """Whether JSON has a field for each row, called by its label, with all columns below."""
    return bool(call.plain(1, "orient", "index" if isinstance(value, Series) else "columns") == "index")


def _partitioned(machine: Machine, call: Call, table: Table | None) -> Table | None:
    """Columns that tell the folders are in no file; they decide which rows are in which."""
    value = next((call.kwargs[name] for name in ("partition_cols", "partitioning") if name in call.kwargs), None)
    found = None if table is None or value is None else names(machine, value)
    if table is None or not found or not all(isinstance(one, str) and one in table.columns for one in found):
        return table
    return tables.shaped(tables.without(table, found), union(table.columns[one] for one in found), FILTER)


def _archived(machine: Machine, call: Call) -> Table:
    """Return the arrays of an archive: columns of each by its name and their places, or by its name alone."""
    named = {f"arr_{place}": one for place, one in enumerate(call.args[1:])} | dict(call.kwargs)
    out = Table({})
    for name, value in named.items():
        table = table_of(machine, value)
        if table is None:
            continue
        out = out._replace(columns={**out.columns, name: tables.values(table)}, rows=out.rows | table.rows)
        if table.closed:
            placed = {f"{name}.{place}": cames for place, cames in enumerate(table.columns.values())}
            out = out._replace(columns={**out.columns, **placed})
        else:
            out = out._replace(families=(*out.families, (f"{name}.", tables.values(table))))
    return out


def _adds(call: Call) -> bool:
    """Whether a call adds to what others have written, so that all of them count."""
    return call.name in _ADDING or any(call.plain(-1, name) in _MODES for name in ("mode", "if_exists"))


def _into(call: Call) -> int | None:
    """Return the place of the open file or writer that a call puts something into; None where it is no such call."""
    for one in (call.receiver, call.argument(0)):
        if isinstance(one, Ref) and isinstance(call.see(one), File | Foreign):
            return one.place
    return None


def _is_spelled(value: Value) -> bool:
    return isinstance(value, Const) and composing.spelled(value.value)


def _composed(machine: Machine, value: Value) -> Table | None:
    """Return the one row that a statement has in its text; of one that does not show it, all of it may be anywhere."""
    text = machine.memory.see(value)
    if isinstance(text, Foreign) and text.tables:
        return table_of(machine, text.tables[0])
    if composing.of_library(text) and not made_of(machine.memory, text):
        return Table({}, closed=True)
    found = composing.table(machine, text) if isinstance(text, Text) else None
    if found is None and (given := table_of(machine, value)) is not None:
        found = tables.hedge(given) if isinstance(text, Thing) else given
    return found


def _parameters(machine: Machine, call: Call, value: Value) -> Table | None:
    """Return the one row that ``execute`` is given for a statement, if the text spells out its places."""
    content = machine.memory.see(value)
    if call.name == "execute" and isinstance(content, Frame) and content.row:
        return tables.shaped(content.table, machine.guarding(), FILTER)
    if call.name == "execute" and isinstance(content, Pairs):
        return tables.shaped(of_pairs(machine, content), machine.guarding(), FILTER)
    if call.name != "execute" or not isinstance(content, Items) or content.loose is not None:
        return None
    columns = {place: made_of(machine.memory, one) for place, one in enumerate(content.known)}
    return tables.shaped(Table(columns, closed=True), machine.guarding(), FILTER)
