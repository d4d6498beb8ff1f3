"""Brackets of pandas, read: columns by name, rows by mask, both by ``loc``; columns picked from groups.

Enters: a table or column and a key. Leaves: a value. A mask decides the rows; a key that is not known could be any
column.
"""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import UNKNOWN, Machine, hashable, members, plain, rows_of
from driftline.capture.script.cames import deciding, hedged, put, some_rows, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import AGGREGATION, DIRECT, FILTER, JOIN, NOTHING, TRANSFORMATION, Cames, Table
from driftline.capture.script.values import (
    Const,
    Frame,
    Function,
    Grouped,
    Items,
    Part,
    Ref,
    Series,
    Thing,
    Value,
    perhaps,
)


def column(machine: Machine, of: Value, frame: Frame, name: Any) -> Value:
    """Return one column of a table, or one field of a row."""
    table = frame.table
    if name not in table.columns:
        inside = {key[1:] if len(key) > 2 else key[1]: cames for key, cames in _under(table, name)}
        if tables.SOME in inside:
            return machine.memory.new(Frame(Table({}, (), table.rows, False, inside[tables.SOME], table.labels)))
        if inside:
            return machine.memory.new(Frame(Table(inside, (), table.rows, True, NOTHING, table.labels)))
        placed = _placed(table, name)
        if placed and not frame.row:
            return machine.memory.new(Frame(Table(placed, (), table.rows, True), array=True))
    cames = tables.column(table, name)
    if frame.row:
        return Thing(cames, table.rows)
    return Series(cames, table.rows, name, (of, name) if isinstance(of, Ref) else None, table.labels)


def _placed(table: Table, name: Any) -> dict[Any, Cames]:
    """Return the columns of an array in an archive, by their places."""
    found = {key.removeprefix(f"{name}."): cames for key, cames in table.columns.items() if isinstance(key, str)}
    return {int(key): cames for key, cames in found.items() if key.isdigit() and f"{name}.{key}" in table.columns}


def _under(table: Table, name: Any) -> list[tuple[Any, Cames]]:
    return [
        (key, one) for key, one in table.columns.items() if isinstance(key, tuple) and len(key) > 1 and key[0] == name
    ]


def of_frame(machine: Machine, of: Value, frame: Frame, key: Value) -> Value:
    """``table[key]``."""
    key = _keyed(machine, of, key)
    found = plain(machine, key)
    table = frame.table
    if frame.array or (isinstance(found, tuple) and any(isinstance(one, slice) for one in found)):
        return of_array(machine, of, frame, key)
    if isinstance(found, slice) or isinstance(key, Part):
        whole = frame.row or found == slice(None) or found is UNKNOWN
        table = table if frame.row else table._replace(rows=table.rows | _cut(machine, key))
        return machine.memory.new(replace(frame, table=table if whole else table._replace(rows=some_rows(table.rows))))
    if isinstance(found, list):
        if found and all(isinstance(one, bool) for one in found):
            return machine.memory.new(frame)
        some = tables.only(table, found)._replace(maybe=perhaps(machine.memory.see(key)))
        return machine.memory.new(Frame(some, frame.row))
    if found is not UNKNOWN and hashable(found):
        return column(machine, of, frame, found)
    if found is not UNKNOWN:
        return of_array(machine, of, frame, key)
    return _by_unknown(machine, frame, key)


def key_of(groups: Grouped) -> Cames:
    """Return what a key of groups comes from, of which nobody knows the parts: of several columns that is a hedge."""
    found = union(groups.keys.values())
    return found if len(groups.keys) < 2 else hedged(found)


def _cut(machine: Machine, key: Value) -> Cames:
    """Return what decides where a slice begins and ends."""
    sliced = isinstance(key, Part) and key.kind == "slice"
    return deciding(put(made_of(machine.memory, key)), FILTER) if sliced else NOTHING


def _keyed(machine: Machine, of: Value, key: Value) -> Value:
    """Return what a key is, which pandas calls with the table where it is a function."""
    return machine.invoke(key, [of], {}, machine.path) if isinstance(key, Function) else key


def of_array(machine: Machine, of: Value, frame: Frame, key: Value) -> Value:
    """``array[rows, columns]``: both by place; fields of records by name."""
    named = plain(machine, key)
    if isinstance(named, str):
        return column(machine, of, frame, named)
    if isinstance(named, list) and named and all(isinstance(one, str) for one in named):
        return machine.memory.new(replace(frame, table=tables.only(frame.table, named)))
    if frame.row:
        names = chosen(machine, frame.table, key, True)
        if names is None:
            return Thing(tables.values(frame.table), frame.table.rows)
        if isinstance(names, list):
            return machine.memory.new(replace(frame, table=tables.only(frame.table, names)))
        return Thing(tables.column(frame.table, names), frame.table.rows)
    found = located(machine, Part(of, "iloc"), key)
    content = machine.memory.see(found)
    return machine.memory.new(replace(content, array=True)) if isinstance(content, Frame) else found


def _by_unknown(machine: Machine, frame: Frame, key: Value) -> Value:
    content = machine.memory.see(key)
    table = frame.table
    if isinstance(content, Items):
        if any(made_of(machine.memory, one) for one in (*content.known, content.loose)):
            return machine.memory.new(Frame(masked(machine, table, key), frame.row))
        found = members(machine, key)
        some = tables.only(table, found) if isinstance(found, list) and table.closed else table
        some = some._replace(maybe=some.maybe | perhaps(content))
        return machine.memory.new(Frame(tables.some_columns(some, content.rows), frame.row))
    if isinstance(content, Series) and not content.cames:  # names by what was found of each column
        return machine.memory.new(Frame(tables.some_columns(table, content.rows), frame.row))
    if isinstance(content, Frame) and not content.row:
        return machine.memory.new(Frame(tables.tinged(table, deciding(tables.whole(content.table)))))
    cames = made_of(machine.memory, content)
    if isinstance(content, Series) or (cames and not frame.row and not _names(content, cames)):
        return machine.memory.new(Frame(masked(machine, table, key), frame.row))
    any_column = hedged(tables.values(table)) | deciding(cames)
    return Thing(any_column, table.rows) if frame.row else Series(any_column, table.rows, None, None, table.labels)


def _names(content: Any, cames: Cames) -> bool:
    """Tell whether a key that data tells is a name: a mask is computed from each row, a name is taken or found."""
    return isinstance(content, Thing) and not any(one.type == DIRECT and one.subtype == TRANSFORMATION for one in cames)


def _any_column(machine: Machine, frame: Frame, key: Value, one_row: bool) -> Value:
    """One column, of which it is not known which."""
    table = frame.table
    cames = hedged(tables.values(table)) | deciding(made_of(machine.memory, key))
    return Thing(cames, table.rows) if one_row else Series(cames, table.rows, None, None, table.labels)


def masked(machine: Machine, table: Table, key: Value) -> Table:
    """Return the rows that a mask leaves."""
    return tables.shaped(table._replace(rows=table.rows | rows_of(machine, key)), made_of(machine.memory, key), FILTER)


def of_series(machine: Machine, series: Series, key: Value) -> Value:
    """``column[key]``."""
    found = plain(machine, key)
    if isinstance(found, slice | list) or isinstance(key, Part):
        part_of = isinstance(found, slice) and found != slice(None)
        series = replace(series, rows=series.rows | _cut(machine, key))
        return replace(series, rows=some_rows(series.rows)) if part_of else series
    if found is not UNKNOWN:
        return Thing(series.cames, series.rows)
    cames = made_of(machine.memory, key)
    if isinstance(key, Thing) and any(one.type == DIRECT for one in cames) and _summed(cames):  # ``column[argmax(…)]``
        return Thing(series.cames | deciding(cames), series.rows | key.rows)
    decides = deciding(cames, FILTER)
    return replace(series, rows=series.rows | decides | rows_of(machine, key), home=None)


def _summed(cames: Cames) -> bool:
    return all(one.subtype == AGGREGATION for one in cames if one.type == DIRECT)


def located(machine: Machine, part: Part, key: Value) -> Value:
    """``table.loc[rows, columns]`` and its three siblings."""
    key = _keyed(machine, part.of, key)
    rows, columns = split(machine, key)
    rows = _keyed(machine, part.of, rows)
    content = machine.memory.see(part.of)
    if isinstance(content, Series):
        return of_series(machine, content, key)
    if not isinstance(content, Frame):
        return Thing(made_of(machine.memory, content) | deciding(made_of(machine.memory, key)))
    table = masked(machine, content.table, rows)
    by_place = part.kind in {"iloc", "iat"} and isinstance(plain(machine, rows), list | int)
    several = isinstance(rows, Const) and isinstance(rows.value, slice) and rows.value != slice(None)
    if (several or by_place) and not content.row:
        table = table._replace(rows=some_rows(table.rows))
    looked_up = part.kind in {"at", "loc"} and isinstance(rows, Thing)
    if looked_up and made_of(machine.memory, rows):
        table = tables.shaped(table, union(table.labels.values()), JOIN)
    one_row = looked_up or (isinstance(rows, Const) and not isinstance(rows.value, slice | list | tuple))
    frame = Frame(table, content.row or one_row)
    if columns is None and content.row:
        if plain(machine, key) is UNKNOWN:
            return column(machine, part.of, frame, UNKNOWN)
        columns = key
    if columns is None:
        return machine.memory.new(frame)
    names = chosen(machine, table, columns, part.kind in {"iloc", "iat"})
    if names is None:
        asked = machine.memory.see(columns)
        if isinstance(asked, Items | Series | Frame) or isinstance(columns, Part) or isinstance(asked, Const):
            return machine.memory.new(replace(frame, table=table._replace(closed=False)))
        if part.kind != "loc" or (_names(asked, made_of(machine.memory, columns)) and made_of(machine.memory, columns)):
            return _any_column(machine, frame, columns, frame.row)
        return machine.memory.new(replace(frame, table=tables.hedge(table)._replace(closed=False)))
    if isinstance(names, list):
        return machine.memory.new(Frame(tables.only(table, names), frame.row))
    found = column(machine, part.of, frame, names)
    return replace(found, home=None) if isinstance(found, Series) and table.rows != content.table.rows else found


def split(machine: Machine, key: Value) -> tuple[Value, Value | None]:
    """Return what ``loc`` was given for rows and for columns."""
    content = machine.memory.see(key)
    if isinstance(content, Items) and content.kind == "tuple" and len(content.known) == 2:
        return content.known[0], content.known[1]
    if isinstance(content, Const) and isinstance(content.value, tuple) and len(content.value) == 2:
        return Const(content.value[0]), Const(content.value[1])
    return key, None


def chosen(machine: Machine, table: Table, columns: Value, by_place: bool) -> Any:
    """Return the name, or the list of names, that a key for columns means; None if that is not known."""
    found = plain(machine, columns)
    if found is UNKNOWN:
        return None
    names = list(table.columns)
    if isinstance(found, slice):
        if not table.closed:
            return None
        return names[found] if by_place or found == slice(None) else _between(names, found)
    flags = isinstance(found, list) and len(found) == len(names) and all(isinstance(one, bool) for one in found)
    if flags and table.closed:
        return [name for name, wanted in zip(names, found, strict=True) if wanted]
    if not by_place:
        return found
    try:
        if not table.closed:
            return None
        return [names[one] for one in found] if isinstance(found, list) else names[found]
    except (IndexError, TypeError):
        return None


def _between(names: Sequence[Any], found: slice) -> list[Any] | None:
    try:
        start = 0 if found.start is None else names.index(found.start)
        stop = len(names) if found.stop is None else names.index(found.stop) + 1
    except ValueError:
        return None
    return list(names[start:stop])


def picked(grouped: Grouped, names: Sequence[Any], single: bool) -> Grouped:
    """Return groups with some columns picked."""
    return replace(grouped, picked=tuple(names), single=single)
