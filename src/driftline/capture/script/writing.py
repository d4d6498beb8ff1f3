"""What stands after a dot and in brackets, written; elements put into lists and dicts.

Enters: a target, a key, a value. Leaves: nothing; the memory has changed. What is written under a condition keeps it.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import (
    access,
    doubts,
    indexing,
    ones,
    relations,
    sheets,
    sorts,
    tables,
    unrolling,
    waiting,
)
from driftline.capture.script.call import (
    UNKNOWN,
    Machine,
    cells_of,
    entering,
    hashable,
    name_of,
    names,
    of_pairs,
    plain,
    record_of,
    rows_of,
    table_of,
)
from driftline.capture.script.cames import deciding, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, NOTHING, Cames, Table
from driftline.capture.script.values import (
    Class,
    Const,
    Foreign,
    Found,
    Frame,
    Function,
    Instance,
    Items,
    Pairs,
    Part,
    Ref,
    Series,
    Thing,
    Unread,
    UserModule,
    Value,
    unordered,
)


def attribute(machine: Machine, of: Value, name: str, value: Value) -> None:
    """``of.name = value``."""
    content = machine.memory.see(of)
    if isinstance(of, Class | UserModule):
        machine.memory.put((of.scope, name), value)
    if isinstance(of, Function) and name == "__name__":
        machine.memory.put(name_of(of), value)
    if isinstance(of, Part) and of.kind == sheets.PLACE and name == "value":
        sheets.put_into(machine, of, value)
    if not isinstance(of, Ref):
        return
    value = _found_there(machine, of, value)
    if isinstance(content, Instance):
        machine.memory.put(of.place, replace(content, fields={**content.fields, name: value}))
        relations.related(machine, of, content.of, name, value)
        waiting.changed(machine, of, content, name, value)
        held = machine.memory.see(value)
        waiting.put_among(machine, value, *((*held.known, held.loose) if isinstance(held, Items) else ()))
    elif isinstance(content, Frame):
        if name == "columns":
            machine.memory.put(of.place, Frame(_relabelled(machine, content, value), content.row))
        elif name == "index":
            labels = {getattr(value, "name", None) or "": made_of(machine.memory, value)}
            machine.memory.put(of.place, Frame(content.table._replace(labels=labels), content.row))
        elif content.row and content.array:  # an object, whose attributes have no places
            table = tables.with_column(content.table, name, entering(machine, value, content.table))
            machine.memory.put(of.place, replace(content, table=table))
            waiting.attribute(machine, of, content, name, value)
        elif name in content.table.columns or content.row:
            item(machine, of, Const(name), value)
    elif isinstance(content, Foreign):
        machine.memory.put(of.place, replace(content, cames=content.cames | hedged(made_of(machine.memory, value))))


def _found_there(machine: Machine, of: Value, value: Value) -> Value:
    """What is put into something that was found by a key from data stands there because of that key."""
    if not isinstance(of, Found) or not isinstance(value, Const | Thing):
        return value
    return Thing(made_of(machine.memory, value) | of.by, rows_of(machine, value))


def _relabelled(machine: Machine, frame: Frame, value: Value) -> Any:
    fresh = names(machine, value)
    table = frame.table
    if fresh:
        by_place = tables.numbered(table, fresh)
        if by_place is not None:
            return by_place
        if (
            not (table.closed or table.rest or table.families or tables.leveled(table))
            and len(fresh) == len(table.columns) + 1
        ):
            columns = dict(zip(fresh, (*table.columns.values(), table.spread), strict=True))  # the last one had no name
            return Table(columns, (), table.rows, True, NOTHING, table.labels)
        spread = hedged(tables.values(table))
        return Table(dict.fromkeys(fresh, spread), (), table.rows, True, NOTHING, table.labels)
    firsts = table.columns.items() if tables.leveled(table) else ()  # most names begin with that of the first level
    families = tuple((str(key[0]), hedged(cames)) for key, cames in firsts if isinstance(key, tuple))
    return Table({}, (), table.rows, False, hedged(tables.values(table)), table.labels, families)


def item(machine: Machine, of: Value, key: Value, value: Value) -> None:
    """``of[key] = value``, where ``of`` can be changed in place."""
    if isinstance(plain(machine, key), str):
        of = record_of(machine, of) or of
    content = machine.memory.see(of)
    if isinstance(of, Part) and of.kind == sheets.SHEET:
        sheets.put_by_name(machine, of, key, value)
    elif isinstance(content, Part):
        located(machine, content, key, value)
    if not isinstance(of, Ref):
        return
    found = plain(machine, key)
    if isinstance(found, slice):
        content = cells_of(machine, of) or content
    by_row = isinstance(content, Frame) and content.array and not isinstance(found, str)  # else a field of that name
    if isinstance(content, Frame) and (by_row or not (hashable(found) or isinstance(found, list | slice))):
        located(machine, Part(of, "iloc"), key, value)
    elif isinstance(content, Frame):
        machine.memory.put(of.place, replace(content, table=_framed(machine, content, key, value)))
    elif isinstance(content, Pairs):
        content = replace(content, rows=content.rows | of.by) if isinstance(of, Found) else content
        machine.memory.put(of.place, _paired(machine, content, key, _found_there(machine, of, value)))
    elif isinstance(content, Items):
        machine.memory.put(of.place, _listed(machine, content, found, value))
    elif isinstance(content, Foreign):
        cames = content.cames | hedged(made_of(machine.memory, value))
        machine.memory.put(of.place, replace(content, cames=cames))


def _listed(machine: Machine, items: Items, place: Any, value: Value) -> Items:
    """A list after ``items[place] = value``; where the place is not known, it may be any."""
    length = len(items.known)
    exact = not unordered(items)
    if isinstance(place, int) and exact and (0 if items.loose is not None else -length) <= place < length:
        known = list(items.known)
        known[place] = value
        return replace(items, known=tuple(known))
    if isinstance(place, slice):
        over = unrolling.unrolled(machine, value)
        if exact and items.loose is None and over.loose is None:
            known = list(items.known)
            try:
                known[place] = over.items
            except ValueError:
                return items
            return replace(items, known=tuple(known))
        return replace(
            items, known=(), loose=doubts.doubtful(machine, (*items.known, items.loose, *over.items, over.loose))
        )
    if isinstance(place, int) and place >= length and items.loose is not None:
        return replace(items, loose=_one_more(machine, items.loose, value))
    known = [doubts.doubtful(machine, (one, value)) for one in items.known]
    return replace(items, known=tuple(known), loose=_one_more(machine, items.loose, value))


def _one_more(machine: Machine, loose: Value | None, value: Value) -> Value:
    """What stands for any number of elements, when one more is there: that it was one of many is not said of all."""
    out: Value = machine.memory.joined(loose, ones.bare(value))
    return out


def _framed(machine: Machine, frame: Frame, key: Value, value: Value) -> Any:
    table = frame.table
    found = plain(machine, key)
    if isinstance(found, list):
        return _columns(machine, frame, found, value)
    if found is not UNKNOWN and not isinstance(found, slice):
        if table == tables.EMPTY and isinstance(value, Series):  # the first column brings its index
            table = table._replace(labels=value.index, rows=value.rows)
        by_index = tables.alignment(table.labels, value.index) if isinstance(value, Series) else NOTHING
        return tables.with_column(
            table, found, sorts.put_in(machine, value, entering(machine, value, table) | by_index)
        )
    content = machine.memory.see(key)
    cames, decides = made_of(machine.memory, value), deciding(made_of(machine.memory, key))
    if isinstance(content, Series | Frame):
        return tables.tinged(table, cames | decides)
    given = machine.memory.see(value)
    if isinstance(given, Frame) and not given.row:  # some columns, by their names
        columns = {name: one | given.table.columns.get(name, NOTHING) for name, one in table.columns.items()}
        return table._replace(columns=columns)
    return tables.with_some_column(table, cames | decides)


def _columns(machine: Machine, frame: Frame, names: list[Any], value: Value) -> Any:
    """``table[["a", "b"]] = value``: column by column if the value has as many."""
    given = table_of(machine, value)
    table = frame.table
    by_place = list(given.columns.values()) if given is not None and given.closed else []
    for place, name in enumerate(names):
        if len(by_place) == len(names):
            cames = by_place[place]
        elif given is not None and isinstance(machine.memory.see(value), Frame):
            cames = given.of(name)
        else:
            cames = entering(machine, value, table)
        table = tables.with_column(table, name, cames)
    return table


def located(machine: Machine, part: Part, key: Value, value: Value) -> None:
    """``table.loc[rows, columns] = value``."""
    frame = machine.memory.see(part.of)
    if not isinstance(frame, Frame) or not isinstance(part.of, Ref):
        return
    rows, columns = indexing.split(machine, key)
    if frame.row and columns is None:  # of one row it is the place of a cell
        rows, columns = Const(slice(None)), key
    table = frame.table
    cames = entering(machine, value, table)
    decides = deciding(made_of(machine.memory, rows))
    names = [*table.columns] if columns is None else indexing.chosen(machine, table, columns, part.kind[0] == "i")
    if names is None:
        table = tables.hedge(table) if table.rest else table  # any of those may be written over
        machine.memory.put(part.of.place, replace(frame, table=tables.tinged(table, cames | decides)))
        return
    everywhere = rows == Const(slice(None))
    given = machine.memory.see(value)
    several = isinstance(given, Items) and given.loose is None and isinstance(names, list)
    by_place = given.known if several and len(given.known) == len(names) else ()
    for place, name in enumerate(names if isinstance(names, list) else [names]):
        cames = entering(machine, by_place[place], table) if by_place else cames
        if isinstance(given, Frame) and given.row and isinstance(names, list):  # by their names
            cames = entering(machine, Thing(tables.column(given.table, name), given.table.rows), table)
        before = NOTHING if everywhere or (name not in table.columns and table.closed) else tables.column(table, name)
        table = tables.with_column(table, name, before | cames | decides)
    machine.memory.put(part.of.place, replace(frame, table=table))


def _paired(machine: Machine, pairs: Pairs, key: Value, value: Value) -> Pairs:
    found = plain(machine, key)
    if found is not UNKNOWN and hashable(found):
        return replace(pairs, known={**pairs.known, found: value})
    rows = pairs.rows | deciding(machine.guarding(), FILTER)
    known = {
        name: doubts.perhaps(machine, pairs.known[name], value) for name in doubts.meant(machine, key, pairs.known)
    }
    pairs = replace(pairs, known={**pairs.known, **known})
    loose = machine.memory.joined(pairs.loose, value)
    held = machine.memory.joined(pairs.held, key) if isinstance(key, Part) else pairs.held
    return replace(pairs, loose=loose, keys=pairs.keys | made_of(machine.memory, key), rows=rows, held=held)


def series(machine: Machine, before: Value, key: Value, value: Value) -> Value:
    """Return what a column or array is after ``before[key] = value``."""
    cames = made_of(machine.memory, before) | made_of(machine.memory, value) | deciding(made_of(machine.memory, key))
    if isinstance(before, Series):
        return replace(before, cames=cames)
    return Thing(cames, rows_of(machine, before))


def append(machine: Machine, of: Value, value: Value) -> None:
    """Put a further element into a list."""
    content = machine.memory.see(of)
    if not isinstance(of, Ref) or not isinstance(content, Items):
        return
    waiting.put_among(machine, of, value)
    rows = content.rows | deciding(machine.guarding(), FILTER)
    if content.loose is None and len(content.known) < 256:
        machine.memory.put(of.place, replace(content, known=(*content.known, value), rows=rows))
    else:
        machine.memory.put(of.place, replace(content, loose=_one_more(machine, content.loose, value), rows=rows))


def some(machine: Machine, of: Value, value: Value) -> None:
    """Put any number of such elements into a list."""
    content = machine.memory.see(of)
    if isinstance(of, Ref) and isinstance(content, Items):
        waiting.put_among(machine, of, value)
        rows = content.rows | deciding(machine.guarding(), FILTER)
        machine.memory.put(of.place, replace(content, loose=machine.memory.joined(content.loose, value), rows=rows))


def shape(machine: Machine, of: Value, rows: Cames) -> None:
    """Let the elements of a container be decided by these."""
    content = machine.memory.see(of)
    if isinstance(of, Ref) and isinstance(content, Items | Pairs):
        machine.memory.put(of.place, replace(content, rows=content.rows | rows))


def update(machine: Machine, of: Value, value: Value) -> None:
    """Put all of a dict or row into another."""
    content = machine.memory.see(of)
    given = machine.memory.see(record_of(machine, value) or value)
    by = value.by if isinstance(value, Found) else NOTHING
    if not isinstance(of, Ref) or isinstance(value, Unread):
        return
    if by and isinstance(given, Pairs):
        given = replace(given, known={name: access.decided(machine, one, by) for name, one in given.known.items()})
    elif by and isinstance(given, Frame):
        given = replace(given, table=tables.tinged(given.table, by))
    if isinstance(content, Pairs) and isinstance(given, Pairs):
        loose = machine.memory.joined(content.loose, given.loose)
        known = {**content.known, **given.known}
        machine.memory.put(of.place, replace(content, known=known, loose=loose, rows=content.rows | given.rows))
    elif isinstance(given, Frame):
        before = of_pairs(machine, content) if isinstance(content, Pairs) else getattr(content, "table", tables.EMPTY)
        put = given.table._replace(
            columns={**before.columns, **given.table.columns}, rows=before.rows | given.table.rows
        )
        machine.memory.put(of.place, Frame(put, True))
    elif isinstance(content, Frame) and isinstance(given, Pairs):
        for key, one in given.known.items():
            item(machine, of, Const(key), one)
    elif isinstance(content, Pairs):
        cames = union([made_of(machine.memory, given)])
        machine.memory.put(of.place, replace(content, loose=machine.memory.joined(content.loose, Thing(hedged(cames)))))


def items(machine: Machine, values: list[Value]) -> Value:
    """Return a new list."""
    return machine.memory.new(Items(tuple(values)))


def delete(machine: Machine, of: Value, key: Value) -> None:
    """``del of[key]``."""
    found = plain(machine, key)
    of = (record_of(machine, of) if isinstance(found, str) else None) or of
    content = cells_of(machine, of) or machine.memory.see(of)
    if isinstance(of, Part) and of.kind == sheets.WORKBOOK:
        sheets.without(machine, of, sheets.item(machine, of, key))
    if not isinstance(of, Ref):
        return
    if isinstance(content, Items):
        left = list(content.known)
        first = found == slice(None, len(left)) or (isinstance(found, int) and 0 <= found < len(left))
        exact = isinstance(found, int | slice) if content.loose is None else first  # of those that are known
        try:
            del left[found if exact and not unordered(content) else len(left)]
            machine.memory.put(of.place, replace(content, known=tuple(left)))
        except IndexError:
            one = doubts.doubtful(machine, (*content.known, content.loose))
            machine.memory.put(of.place, replace(content, known=(), loose=one))
    elif found is UNKNOWN or not hashable(found):
        if isinstance(content, Pairs):
            one = doubts.doubtful(machine, (*content.known.values(), content.loose))
            machine.memory.put(of.place, replace(content, known={}, loose=one))
    elif isinstance(content, Frame):
        machine.memory.put(of.place, Frame(tables.without(content.table, [found]), content.row))
    elif isinstance(content, Pairs):
        known = {name: one for name, one in content.known.items() if name != found}
        machine.memory.put(of.place, replace(content, known=known))


def extend(machine: Machine, of: Value, value: Value) -> None:
    """Put all elements of something into a list."""
    over = unrolling.unrolled(machine, value)
    for one in over.items:
        append(machine, of, one)
    if over.loose is not None:
        some(machine, of, over.loose)
    if over.rows:
        shape(machine, of, over.rows)
