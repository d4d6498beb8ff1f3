"""Two values of which one is meant, and what a value is made of.

Enters: values and contents of the memory. Leaves: values and contents. A place is followed where it matters, and no
deeper than a few steps.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import headers, tables
from driftline.capture.script.cames import changed, deciding, hedged, other_turns, union, unsure_of
from driftline.capture.script.cames import doubted as cames_doubted
from driftline.capture.script.changing import MAX_DEPTH, Cells, each
from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.values import (
    FURTHER,
    LINE,
    LINES,
    NONE,
    TOP,
    Const,
    File,
    Foreign,
    Found,
    Frame,
    Function,
    Grouped,
    Instance,
    Items,
    Json,
    Method,
    Pairs,
    Part,
    Ref,
    Series,
    Thing,
    Unread,
    Value,
    found_by,
)

_EMPTY = (Const(""), Const(b""))
_LINES_OF = {frozenset({TOP, LINE}): LINE, frozenset({LINES, FURTHER}): FURTHER}
MAX_JOINED = 9


def joined(cells: Cells, a: Any, b: Any, condition: Cames = NOTHING, depth: int = 0) -> Any:
    """Return what holds for both of two values or contents."""
    if a is b or a is None or isinstance(a, Unread):
        return b
    if b is None or isinstance(b, Unread) or (a == b and not (condition and isinstance(a, Thing | Series))):
        return a  # two values of the same origins are still two values
    if depth > MAX_JOINED:
        return Thing(made_of(cells, a) | made_of(cells, b))
    row = _beside_nothing(cells, a, b, bool(condition), depth)
    if row is not None:
        return _or_none(cells, row, NOTHING if depth else condition)
    if isinstance(a, Ref) and isinstance(b, Ref):
        return _places(cells, a, b, condition, depth)
    if isinstance(a, Json) and b in _EMPTY:
        return _json_or_nothing(cells, a, condition)
    if isinstance(b, Json) and a in _EMPTY:
        return _json_or_nothing(cells, b, condition)
    a, b = _like(cells, a, b), _like(cells, b, a)
    if isinstance(a, Ref) and isinstance(b, Ref):
        return _places(cells, a, b, condition, depth)
    rule = _JOINS.get(type(a)) if type(a) is type(b) else None
    found = rule(cells, a, b, condition, depth) if rule else _begun(cells, a, b, condition)
    if found is not None:
        return found
    if a == NONE and not isinstance(b, Const | Thing):
        return _or_none(cells, b, condition)
    if b == NONE and not isinstance(a, Const | Thing):
        return _or_none(cells, a, condition)
    return Thing(made_of(cells, a) | made_of(cells, b) | deciding(condition), _rows(a) | _rows(b))


def _beside_nothing(cells: Cells, a: Any, b: Any, chosen: bool, depth: int) -> Ref | None:
    """Return the row that one of two is, where the other is a header or an empty dict: nothing comes from that.

    Of two lists either may be changed later, and what has ``chosen`` one of them decides its values.
    """
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Ref):
            row, content = cells.see(one), cells.see(other)
            if headers.is_one(content, row) or (content == Pairs() and isinstance(row, Frame) and row.row):
                alike = isinstance(row, Items) and not depth
                return (None if chosen else cells.new(row)) if alike else one
    return None


def row_of_cells(content: Any) -> Items | None:
    """Return the list of cells that a row is; None of anything else, and where it is not known which there are."""
    if not isinstance(content, Frame) or not content.cells or not content.table.closed:
        return None
    return Items(tuple(Thing(cames, content.table.rows) for cames in content.table.columns.values()))


def _like(cells: Cells, value: Any, other: Any) -> Any:
    """Return a tuple, or a row, as one whose values are told apart, where the other is one of these."""
    row = row_of_cells(cells.see(value)) if isinstance(cells.see(other), Items) else None
    if row is not None:
        return cells.new(row) if isinstance(value, Ref) else row
    content = cells.see(other) if isinstance(other, Ref) and isinstance(value, Const) else None
    if not isinstance(content, Items) or content.kind != "tuple" or not isinstance(value.value, tuple):
        return value
    return cells.new(Items(tuple(map(Const, value.value)), kind="tuple"))


def _places(cells: Cells, a: Ref, b: Ref, condition: Cames, depth: int) -> Any:
    by = union(one.by for one in (a, b) if isinstance(one, Found))
    one = any(isinstance(held, Found) and held.one for held in (a, b))
    if (by or one) and a.place == b.place:
        return Found(a.place, by, one)
    first, second = cells.see(a), cells.see(b)
    both = joined(cells, first, second, condition, depth + 1)
    if not depth and first == second and _is_record(first):  # two of the same origins are still two
        by |= deciding(condition)
    if by and not isinstance(both, Value):
        return Found(cells.new(both).place, by)
    return both if isinstance(both, Value) else cells.new(both)


def doubted(cells: Cells, a: Any, b: Any, condition: Cames = NOTHING) -> Any:
    """Return the same where nothing tells which one: what only one of them comes from is not sure."""
    out = joined(cells, a, b, condition)
    first, second, both = cells.see(a), cells.see(b), cells.see(out)
    sure = made_of(cells, first), made_of(cells, second)
    if first == second or not all(sure):
        return out
    if isinstance(first, Frame) and isinstance(second, Frame) and isinstance(both, Frame):
        made: Any = replace(both, table=tables.doubted(first.table, second.table))
    else:
        known = sure[0] & sure[1] | deciding(condition)
        made = each(both, lambda cames: cames_doubted(cames, known), {})
        made = Thing(made.cames, made.rows) if isinstance(made, Json) else made
    return cells.new(made) if isinstance(out, Ref) and made is not both else out if isinstance(out, Ref) else made


def chosen(cells: Cells, a: Any, b: Any, condition: Cames = NOTHING) -> Any:
    """Return the same where a branch has decided: of two executions of one read it is one, and which is not sure."""
    out = joined(cells, a, b, condition)
    first, second, both = cells.see(a), cells.see(b), cells.see(out)
    made = both
    if first is second:
        return out
    if isinstance(both, Frame) and isinstance(first, Frame) and isinstance(second, Frame):
        made = replace(both, table=tables.chosen(both.table, first.table, second.table))
    elif all(isinstance(one, Series | Thing) for one in (first, second, both)):
        made = replace(both, cames=unsure_of(both.cames, other_turns(first.cames, second.cames)))
    if made == both:
        return out
    return cells.new(made) if isinstance(out, Ref) else made


def _begun(cells: Cells, a: Any, b: Any, condition: Cames) -> Items | Frame | None:
    """Return a row, or JSON data, where a dict of plain values may take the place of that; None otherwise."""
    data, record = (a, b) if isinstance(b, Pairs) else (b, a)
    row = cells.see(data.loose) if isinstance(data, Items) and data.kind == "json" and not data.known else data
    if not isinstance(record, Pairs) or not isinstance(row, Frame) or not row.row or record.loose or record.default:
        return None
    plain = {key: cells.see(one) for key, one in record.known.items()}
    if not all(isinstance(key, str) and isinstance(one, Const | Thing) for key, one in plain.items()):
        return None
    begun = Table({key: made_of(cells, one) for key, one in plain.items()}, rows=record.rows, closed=True)
    both = replace(row, table=tables.either(row.table, begun, condition))
    return both if data is row else replace(data, loose=cells.new(both), rows=data.rows | record.rows)


def _or_none(cells: Cells, value: Any, condition: Cames) -> Any:
    """Something or None: a record is this one because of what has decided."""
    if not condition or not isinstance(value, Ref) or not _is_record(cells.see(value)):
        return value
    return found_by(value, deciding(condition))


def _is_record(content: Any) -> bool:
    return isinstance(content, Pairs | Instance) or (isinstance(content, Frame) and content.row)


def either(cells: Cells, a: Value, b: Value, condition: Cames) -> Value:
    """Return one of two values that something else has decided between; one place may stand for two records."""
    out: Value = joined(cells, a, b, condition)
    return because(cells, out, condition) if isinstance(a, Ref) and isinstance(b, Ref) else out


def because(cells: Cells, value: Value, condition: Cames) -> Value:
    """Return a plain value or a record that is this one because of what has decided; anything else as it is."""
    if isinstance(value, Thing | Const):
        return Thing(made_of(cells, value) | deciding(condition), _rows(value))
    found: Value = _or_none(cells, value, condition)
    return found


def _rows(value: Any) -> Cames:
    return value.rows if isinstance(value, Thing | Series | Items | Pairs) else NOTHING


def _things(cells: Cells, a: Thing, b: Thing, condition: Cames, depth: int) -> Thing:
    name = a.name if a.name == b.name else _LINES_OF.get(frozenset({a.name, b.name}), "")
    return Thing(a.cames | b.cames | deciding(condition), a.rows | b.rows, name)


def _jsons(cells: Cells, a: Json, b: Json, condition: Cames, depth: int) -> Json:
    table, of = (joined(cells, x, y, condition, depth + 1) for x, y in ((a.table, b.table), (a.of, b.of)))
    return Json(a.cames | b.cames | deciding(condition), a.rows | b.rows, table=table, of=of)


def _json_or_nothing(cells: Cells, a: Json, condition: Cames) -> Value:
    frame = cells.see(a.table)
    cames = a.cames | deciding(condition)
    if not isinstance(frame, Frame):
        return Thing(cames, a.rows)
    return Json(cames, a.rows, table=cells.new(Frame(tables.shaped(frame.table, condition))))


def _series(cells: Cells, a: Series, b: Series, condition: Cames, depth: int) -> Series:
    name = a.name if a.name == b.name else None
    cames = a.cames | b.cames | deciding(condition)
    return Series(cames, a.rows | b.rows, name, a.home if a.home == b.home else None, a.index or b.index)


def _frames(cells: Cells, a: Frame, b: Frame, condition: Cames, depth: int) -> Frame:
    return Frame(tables.either(a.table, b.table, condition), a.row, a.array, cells=a.cells and b.cells)


def _items(cells: Cells, a: Items, b: Items, condition: Cames, depth: int) -> Items:
    rows = a.rows | b.rows
    if len(a.known) == len(b.known):
        known = tuple(joined(cells, x, y, condition, depth + 1) for x, y in zip(a.known, b.known, strict=True))
        loose = joined(cells, a.loose, b.loose, condition, depth + 1)
        return Items(known, loose, rows, a.kind, a.shuffled or b.shuffled)
    common = 0
    while common < min(len(a.known), len(b.known)) and a.known[common] == b.known[common]:
        common += 1
    rows |= deciding(condition, "FILTER")
    further = (*a.known[common:], *b.known[common:])
    if a.loose is b.loose is None and condition and all(isinstance(one, Const) for one in further):  # some of these
        return Items((*a.known[:common], *dict.fromkeys(further)), None, rows, a.kind, a.shuffled or b.shuffled)
    loose = joined(cells, a.loose, b.loose, condition, depth + 1)
    for one in further:
        loose = joined(cells, loose, one, NOTHING, depth + 1)
    return Items(a.known[:common], loose, rows, a.kind, a.shuffled or b.shuffled)


def _pairs(cells: Cells, a: Pairs, b: Pairs, condition: Cames, depth: int) -> Pairs:
    known = {}
    for key in dict.fromkeys((*a.known, *b.known)):
        left, right = a.known.get(key), b.known.get(key)
        one = joined(cells, left, right, condition, depth + 1)
        known[key] = one if (left and right) or not condition else because(cells, one, condition)
    loose = joined(cells, a.loose, b.loose, condition, depth + 1)
    held = joined(cells, a.held, b.held, condition, depth + 1)
    return Pairs(known, loose, a.rows | b.rows, a.keys | b.keys, a.default or b.default, held)


def _instances(cells: Cells, a: Instance, b: Instance, condition: Cames, depth: int) -> Instance | None:
    if a.of != b.of:
        return None
    names = dict.fromkeys((*a.fields, *b.fields))
    return Instance(a.of, {n: joined(cells, a.fields.get(n), b.fields.get(n), condition, depth + 1) for n in names})


def _foreign(cells: Cells, a: Foreign, b: Foreign, condition: Cames, depth: int) -> Foreign:
    same = a.tables == b.tables
    tables_ = a.tables if same else (*a.tables, *b.tables)
    takes = a.takes if a.takes == b.takes else None
    does = a.does if a.does == b.does else None
    return Foreign(a.name if a.name == b.name else "", a.cames | b.cames, tables_, takes, does)


def _files(cells: Cells, a: File, b: File, condition: Cames, depth: int) -> File | None:
    if (a.opened, a.via) != (b.opened, b.via):
        return None
    written = a.written or b.written
    if a.written is not None and b.written is not None:
        written = tables.either(a.written, b.written)
        written = tables.shaped(written, condition)
    turn, reader = a.turn if a.turn == b.turn else -1, a.reader if a.reader == b.reader else None
    return File(a.opened, written, a.via, a.header or b.header, turn, a.inside and b.inside, a.begun or b.begun, reader)


def _functions(cells: Cells, a: Function, b: Function, condition: Cames, depth: int) -> Function:
    known = (a, *a.others)
    others = (*a.others, *(one for one in (b, *b.others) if one not in known))
    return replace(a, others=others[:8], hedge=True)


def _grouped(cells: Cells, a: Grouped, b: Grouped, condition: Cames, depth: int) -> Grouped | None:
    same = (a.keys, a.picked, a.single, a.window) == (b.keys, b.picked, b.single, b.window)
    return replace(a, table=tables.either(a.table, b.table, condition)) if same else None


def _parts(cells: Cells, a: Part, b: Part, condition: Cames, depth: int) -> Part | None:
    return Part(joined(cells, a.of, b.of, condition, depth + 1), a.kind) if a.kind == b.kind else None


_JOINS: dict[type, Callable[..., Any]] = {
    Thing: _things,
    Json: _jsons,
    Series: _series,
    Frame: _frames,
    Items: _items,
    Pairs: _pairs,
    Instance: _instances,
    Foreign: _foreign,
    File: _files,
    Grouped: _grouped,
    Function: _functions,
    Part: _parts,
}


def made_of(cells: Cells, value: Any, depth: int = 0, seen: dict[int, int] | None = None) -> Cames:
    """Return every origin that is somewhere in a value, as of a value (not of what shapes its rows).

    Args:
        cells: the memory.
        value: the value, or what lies at a place.
        depth: in how many containers it stands.
        seen: the places that have been looked into, with the depth that they were at: things may hold each other.
    """
    if value is None or isinstance(value, Const):
        return NOTHING
    if isinstance(value, Thing | Series):
        return value.cames
    if depth > MAX_DEPTH:
        return NOTHING
    if isinstance(value, Ref):
        by = value.by if isinstance(value, Found) else NOTHING
        seen = {} if seen is None else seen
        if seen.get(value.place, MAX_DEPTH + 1) <= depth:
            return by
        seen[value.place] = depth
        return made_of(cells, cells.see(value), depth, seen) | by
    if isinstance(value, Frame):
        return tables.whole(value.table)
    if isinstance(value, Foreign):
        return value.cames
    if isinstance(value, File):
        return NOTHING if value.written is None else tables.whole(value.written)
    if isinstance(value, Grouped):
        return union([tables.whole(value.table), *value.keys.values()])
    if isinstance(value, Part) and value.kind == "columns" and isinstance(frame := cells.see(value.of), Frame):
        return tables.named_after(frame.table)
    cames = union(made_of(cells, one, depth + 1, seen) for one in inside(value))
    if isinstance(value, Method) and _is_mapped(cells.see(value.of)):
        return hedged(cames)  # of an attribute that no column has: it may be loaded from anywhere
    return changed(cames) if isinstance(value, Part | Method) else cames


def _is_mapped(content: Any) -> bool:
    """Whether something is an object that is mapped to a row, as a session gives it."""
    return isinstance(content, Frame) and content.row and content.array and bool(content.name)


def inside(value: Any) -> Iterable[Any]:
    """Return what a value or content holds, no more than the first of very many."""
    if isinstance(value, Items):
        return (*value.known[:64], value.loose)
    if isinstance(value, Pairs):
        return (*list(value.known.values())[:256], value.loose, Thing(value.keys))
    if isinstance(value, Instance):
        return tuple(value.fields.values())
    if isinstance(value, Part | Method):
        return (value.of,)
    if isinstance(value, Function):
        return (value.self,)
    return ()
