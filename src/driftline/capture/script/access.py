"""What stands after a dot and in brackets, read.

Enters: a value and a name or key. Leaves: a value: columns of tables, elements of lists and dicts, attributes of
objects.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import (
    classes,
    doors,
    doubts,
    headers,
    indexing,
    relations,
    results,
    sheets,
    tables,
    words,
)
from driftline.capture.script.call import UNKNOWN, Machine, called, hashable, lifted, plain, record_of, rows_of
from driftline.capture.script.cames import changed, deciding, hedged, met, some_rows, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, JOIN, NOTHING, Cames
from driftline.capture.script.values import (
    Class,
    Const,
    Found,
    Frame,
    Function,
    Grouped,
    Instance,
    Items,
    Library,
    Method,
    Pairs,
    Part,
    Ref,
    Series,
    Super,
    Thing,
    UserModule,
    Value,
    column_names,
    found_by,
    perhaps,
    unordered,
)

_DOORS = frozenset({"loc", "iloc", "at", "iat", "str", "dt", "cat", "list", "struct", "sparse", "plot"})
_OF_SERIES = words.SERIES - words.FRAME - _DOORS - {"name"}
_COUNTS = frozenset({"shape", "size", "ndim", "dtype", "dtypes", "empty", "nbytes", "flags", "attrs"})


_OF_ARROW = frozenset({"num_rows"})
_OF_POLARS = frozenset({"height", "width"})  # counts of a frame; others may have columns that are called so


def attribute(machine: Machine, of: Value, name: str) -> Value:
    """Return an attribute of a value."""
    if isinstance(of, Found):
        found = attribute(machine, Ref(of.place), name)
        if isinstance(found, Function) and found.self == Ref(of.place):
            return replace(found, self=of)  # what it changes is changed because this one was found
        if isinstance(found, Method) and relations.owner(machine, of) is not None:
            return Method(of, name)  # what is put there belongs to what was found
        return decided(machine, found, of.by)
    if name in {"__name__", "__qualname__"} and isinstance(of, Function | Class):
        own = of.name if isinstance(of, Class) else called(machine, of)
        return Thing() if own is UNKNOWN else Const(own)
    content = machine.memory.see(of) if name == "_mapping" else None
    if isinstance(content, Frame) and content.array and content.row:  # of a row of SQLAlchemy
        return machine.memory.new(replace(content, array=False))
    return _attribute(machine, of, name)


def _attribute(machine: Machine, of: Value, name: str) -> Value:
    if isinstance(of, Library):
        argv = machine.outside.arguments() if (of.name, name) == ("sys", "argv") else None
        return Library(f"{of.name}.{name}") if argv is None else lifted(machine, list(argv))
    if isinstance(of, UserModule):
        return classes.named(machine, of.scope, name) or Thing()
    if isinstance(of, Super | Class):
        return classes.of_classes(machine, of, name)
    content = machine.memory.see(of)
    if isinstance(content, Instance):
        return classes.of_instance(machine, of, content, name)
    if isinstance(content, Frame):
        return _of_frame(machine, of, content, name)
    if isinstance(content, Series):
        return _of_series(content, name)
    if isinstance(content, Grouped):
        return _of_groups(machine, of, content, name)
    if isinstance(content, Part):
        return doors.of_part(machine, of, content, name)
    if isinstance(content, Items):
        return _of_list(machine, of, content, name)
    if isinstance(content, Thing):
        return doors.of_thing(of, content, name)
    if isinstance(content, Const) and name == "value":  # of a member of an enumeration
        return of
    return Thing() if name in doors.COUNTED else Method(of, name)


def _of_groups(machine: Machine, of: Value, groups: Grouped, name: str) -> Value:
    if name in {"groups", "indices"}:
        held = Thing(union(groups.table.labels.values()), groups.table.rows)
        key = key_of_groups(machine, groups)
        return machine.memory.new(Pairs(loose=held, keys=union(groups.keys.values()), held=key))
    inside = name in groups.table.columns or not (groups.table.closed or name in words.GROUPED)
    return indexing.picked(groups, [name], True) if inside and name not in words.GROUPED else Method(of, name)


def key_of(pairs: Pairs) -> Value:
    """One of the keys of a dict that are not known: a value, or a tuple of which each part is known."""
    return pairs.held if isinstance(pairs.held, Ref) else Thing(pairs.keys)


def key_of_groups(machine: Machine, groups: Grouped) -> Value:
    """The key of a group: a value of one column, or one of each."""
    if len(groups.keys) < 2 or tables.SOME in groups.keys:
        return Thing(NOTHING.union(*groups.keys.values()))
    return machine.memory.new(Items(tuple(map(Thing, groups.keys.values())), kind="tuple"))


def _of_list(machine: Machine, of: Value, items: Items, name: str) -> Value:
    if results.is_result(items) and name == "description":
        return results.described(machine.memory, items) or Thing()
    if name == "str":
        return Part(of, "str")
    if name == "line_num" and items.kind == "reader":
        return Thing(NOTHING, items.rows)
    if name in doors.COUNTED:
        return Thing()
    return of if name == "values" else Method(of, name)


def _of_frame(machine: Machine, of: Value, frame: Frame, name: str) -> Value:
    table = frame.table
    counted = name in _OF_ARROW or (name in _OF_POLARS and table.closed)
    if counted and name not in table.columns:
        return Thing(NOTHING, table.rows)
    if frame.array and name == "dtype":
        return Part(of, "dtype")
    if frame.array and name not in _COUNTS | {"T"}:
        return indexing.column(machine, of, frame, name) if frame.row and name in table.columns else Method(of, name)
    if name not in (words.SERIES if frame.row else words.FRAME):
        series = name in _OF_SERIES and not table.rest  # what an unknown function gave may be a column
        unknown = not (table.closed or name in words.FURTHER or series or tables.is_later(table))
        if name in table.columns or unknown or name in table.labels:
            return indexing.column(machine, of, frame, name)
        return Method(of, name) if name != "column_names" else _of_frame(machine, of, frame, "columns")
    if name == "columns" or (frame.row and name == "index"):
        if not table.closed:
            return Part(of, "columns")
        return machine.memory.new(Items(column_names(table)))
    if name in {"values", "array"}:
        return machine.memory.new(Frame(table._replace(labels={}), frame.row, True))
    if name == "T":
        return of if frame.row else machine.memory.new(Frame(tables.turned(table), False, frame.array))
    if name == "index":
        levels = [one for one in table.labels if one != tables.SOME]
        label = levels[0] or None if len(levels) == 1 else None
        return Series(union(table.labels.values()), table.rows, label, None, table.labels)
    if name in _COUNTS:
        return Thing(NOTHING, table.rows)
    return Part(of, name) if name in _DOORS else Method(of, name)


def _of_series(series: Series, name: str) -> Value:
    if name in {"values", "array", "T"}:
        return series
    if name == "name":
        return Const(series.name)
    if name == "index":
        return Series(union(series.index.values()), series.rows, next(iter(series.index), None), None, series.index)
    if name in _COUNTS:
        return Thing(NOTHING, series.rows)
    return Part(series, name) if name in _DOORS else Method(series, name)


def item(machine: Machine, of: Value, key: Value) -> Value:
    """Return what stands in brackets behind a value."""
    if isinstance(of, Found):
        return decided(machine, item(machine, Ref(of.place), key), of.by)
    return _item(machine, of, key)


def _item(machine: Machine, of: Value, key: Value) -> Value:
    content = machine.memory.see(of)
    if isinstance(content, Frame):
        return indexing.of_frame(machine, of, content, key)
    if isinstance(content, Series):
        return indexing.of_series(machine, content, key)
    if isinstance(content, Part) and content.kind in {"loc", "iloc", "at", "iat"}:
        return indexing.located(machine, content, key)
    if isinstance(content, Grouped):
        found = plain(machine, key)
        if isinstance(found, list | tuple):
            return indexing.picked(content, list(found), False)
        return indexing.picked(content, [found], True) if isinstance(found, str | int) else content
    if isinstance(content, Items):
        record = record_of(machine, of) if isinstance(plain(machine, key), str) else None
        return _of_items(machine, content, key) if record is None else item(machine, record, key)
    if isinstance(content, Pairs):
        return _of_pairs(machine, of, content, key)
    if isinstance(content, Const):
        return _of_const(machine, content, key)
    if isinstance(content, Part):
        of_book = content.kind in {sheets.WORKBOOK, sheets.SHEET}
        return sheets.item(machine, content, key) if of_book else _of_part(machine, content)
    if content == Library("os.environ") and isinstance(name := plain(machine, key), str):
        found = machine.outside.variable(name)
        return Thing() if found is None or found[0] is None else Const(found[0])
    if isinstance(content, Library | UserModule | Class | Function):
        return of
    return _of_any(machine, of, content, key)


def _of_any(machine: Machine, of: Value, content: Any, key: Value) -> Value:
    """What an object of some class gives; of a named tuple the field at a place."""
    place = plain(machine, key) if isinstance(content, Instance) else None
    if isinstance(content, Instance) and type(place) is int and 0 <= place < len(content.fields):
        return tuple(content.fields.values())[place]
    own, by = made_of(machine.memory, content), made_of(machine.memory, key)
    if isinstance(content, Thing) and own:  # of a dict or a list that nobody knows the elements of: which one it is
        return Thing(
            changed(own) | deciding(by), rows_of(machine, of), headers.lines_at(content.name, plain(machine, key))
        )
    cames = changed(own | by)
    return Thing(hedged(cames) if isinstance(content, Instance) else cames, rows_of(machine, of))


def _of_const(machine: Machine, const: Const, key: Value) -> Value:
    found = plain(machine, key)
    if found is UNKNOWN:
        return Thing(deciding(made_of(machine.memory, key)), rows_of(machine, key))
    try:
        return Const(const.value[found])
    except Exception:  # it would fail in the script, too: its value is not known
        return Thing()


def _of_part(machine: Machine, part: Part) -> Value:
    """``names.str[0]`` takes a piece of each."""
    return (
        doors.changed_series(part.of)
        if isinstance(part.of, Series)
        else Thing(changed(made_of(machine.memory, part.of)))
    )


def _of_items(machine: Machine, items: Items, key: Value) -> Value:
    found = plain(machine, key)
    if unordered(items):
        several = isinstance(found, slice) or isinstance(machine.memory.see(key), Part | Series | Frame | Items)
        one = doubts.doubtful(machine, (*items.known, items.loose))
        return machine.memory.new(Items((), one, items.rows, items.kind)) if several else one
    if isinstance(found, slice) and (part := headers.part(items, found)) is not None:
        return machine.memory.new(part)
    if isinstance(found, slice) and found != slice(None):
        items = replace(items, rows=some_rows(items.rows))
    first = 0 if items.loose is not None else -len(items.known)
    if isinstance(found, int) and first <= found < len(items.known):
        return items.known[found]
    out = items.loose
    for one in items.known:
        out = machine.memory.joined(out, one)
    picked = _picked(items, found)
    if picked is not None:
        return machine.memory.new(Items(picked, None, items.rows, items.kind))
    several = isinstance(machine.memory.see(key), Part | Series | Frame | Items)
    if several and not made_of(machine.memory, out):  # of plain values: which one, the key decides
        return Series(deciding(made_of(machine.memory, key)), rows_of(machine, key))
    if isinstance(found, slice) or several:
        items = replace(items, rows=items.rows | deciding(made_of(machine.memory, key), FILTER))
        return machine.memory.new(Items((), out, items.rows, items.kind))
    one = doubts.one_of(machine, out) or Thing()
    by = deciding(some_rows(items.rows), FILTER) if isinstance(found, int) else deciding(made_of(machine.memory, key))
    return _which(machine, one, by) if by else one


def _picked(items: Items, found: Any) -> tuple[Value, ...] | None:
    """Return the elements that a list of flags or of places means."""
    if not isinstance(found, list) or not found or items.loose is not None:
        return None
    if all(isinstance(one, bool) for one in found):
        return tuple(one for one, wanted in zip(items.known, found, strict=False) if wanted)
    good = all(isinstance(one, int) and -len(items.known) <= one < len(items.known) for one in found)
    return tuple(items.known[one] for one in found) if good else None


def _of_pairs(machine: Machine, of: Value, pairs: Pairs, key: Value) -> Value:
    found = plain(machine, key)
    if pairs.default is not None and isinstance(of, Ref):
        pairs = _with_default(machine, of, pairs, key)
    if found is not UNKNOWN and hashable(found):
        if found in pairs.known:
            return pairs.known[found]
        one = doubts.one_of(machine, pairs.loose)
        return pairs.default or Thing() if one is None else _which(machine, one, deciding(pairs.keys, JOIN))
    out: Value | None = doubts.one_of(machine, pairs.loose) or pairs.default
    decides = deciding(made_of(machine.memory, key) | pairs.keys, JOIN) | deciding(met(pairs.rows), FILTER)
    for one in pairs.known.values():
        out = machine.memory.joined(out, one, decides)
    if len(pairs.known) <= doubts.MAX_MEANT and made_of(machine.memory, key):
        ones = [one for one in (*pairs.known.values(), pairs.loose) if one is not None]
        doubts.spread(machine, out, ones, decides)
    return _which(machine, out, decides)


def _which(machine: Machine, out: Value | None, decides: Cames) -> Value:
    """Return what is found in a dict, of which these decide that it is this one."""
    content = machine.memory.see(out)
    if isinstance(out, Thing | Const):
        return Thing(made_of(machine.memory, out) | decides, rows_of(machine, out))
    if isinstance(content, Items) and content.kind == "tuple":  # nobody can change it, so that a copy does
        known = tuple(decided(machine, one, decides) for one in content.known)
        return machine.memory.new(replace(content, known=known))
    if isinstance(out, Ref) and decides:
        return Found(out.place, decides)
    if isinstance(out, Function):
        return replace(out, by=out.by | decides)
    return out or Thing(hedged(decides))


def _with_default(machine: Machine, of: Ref, pairs: Pairs, key: Value) -> Pairs:
    """A ``defaultdict`` has the key that it is asked for from then on."""
    found = plain(machine, key)
    made = machine.memory.see(pairs.default)
    fresh: Value = made if isinstance(made, Value) else machine.memory.new(made)
    if found is not UNKNOWN and hashable(found):
        if found in pairs.known or pairs.loose is not None:
            return pairs
        put = replace(pairs, known={**pairs.known, found: fresh})
    else:
        keys = pairs.keys | made_of(machine.memory, key)
        put = replace(pairs, loose=fresh if pairs.loose is None else pairs.loose, keys=keys)
    put = replace(put, rows=put.rows | deciding(machine.guarding(), FILTER))
    machine.memory.put(of.place, put)
    return put


def decided(machine: Machine, value: Value, decides: Cames) -> Value:
    """Return something that is what it is because these decided so."""
    if not decides:
        return value
    if isinstance(value, Thing | Const):
        return Thing(made_of(machine.memory, value) | decides, rows_of(machine, value))
    if isinstance(value, Ref):
        return found_by(value, decides)
    return value


def among(machine: Machine, value: Value, rows: Cames) -> Value:
    """Return one of several things, of which these decided which ones there are."""
    content = machine.memory.see(value)
    if not rows or isinstance(content, Const):
        return value
    if isinstance(content, Thing):
        return replace(content, rows=content.rows | rows)
    if isinstance(content, Frame) and content.row:
        return machine.memory.new(replace(content, table=content.table._replace(rows=content.table.rows | rows)))
    return value


def contains(machine: Machine, of: Value, key: Any) -> bool | None:
    """Return whether something is in a container, if known."""
    content = machine.memory.see(of)
    if isinstance(content, Frame) and key in content.table.columns:
        return None if key in content.table.maybe else True
    if isinstance(content, Frame):
        return False if content.table.closed else None
    if isinstance(content, Pairs) and hashable(key):
        return True if key in content.known else False if content.loose is None and not content.rows else None
    if isinstance(content, Items):
        if Const(key) in content.known:
            return None if hashable(key) and key in perhaps(content) else True
        exact = content.loose is None and all(isinstance(one, Const) for one in content.known)
        return False if exact else None
    return None
