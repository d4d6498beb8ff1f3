"""Structured arrays of NumPy, whose columns have names: made by their types, and what ``recfunctions`` makes of them.

Enters: a call. Leaves: a table. What a function of ``recfunctions`` gives that is not here may come from all that it
was given, and is not sure.
"""

from typing import Any

from driftline.capture.script import tables
from driftline.capture.script.call import UNKNOWN, Call, Rules, members, names, rows_of, table_of
from driftline.capture.script.cames import deciding, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, NOTHING, Table
from driftline.capture.script.values import Frame, Items, Value

_PLACE = "numpy.lib.recfunctions"


def fields(call: Call, place: int) -> list[str]:
    """Return the names of the fields that the type of an array has; none where it has none that are told."""
    told = call.plain(place, "dtype")
    found = [one[0] for one in told if isinstance(one, tuple) and one] if isinstance(told, list) else []
    return found if all(isinstance(one, str) for one in found) else []


def made(call: Call) -> Value | None:
    """``zeros``, ``empty`` of a type with fields: columns that are still to come."""
    named = fields(call, 1)
    if not named:
        return None
    rows = deciding(call.cames(call.argument(0, "shape")), FILTER)
    return call.new(Frame(Table(dict.fromkeys(named, NOTHING), rows=rows, closed=True), False, True))


def from_arrays(call: Call) -> Value | None:
    """``rec.fromarrays``: arrays beside each other, under names in one text or in a list."""
    content, told = call.see(call.argument(0, "arrayList")), call.plain(-1, "names")
    named = [one.strip() for one in told.split(",")] if isinstance(told, str) else told
    if not isinstance(content, Items) or content.loose is not None or not isinstance(named, list | tuple):
        return None
    if len(named) != len(content.known):
        return None
    return _beside(call, Table({}, closed=True), list(named), content)


def appended(call: Call) -> Value | None:
    """``append_fields(base, names, data)``: one column, or several."""
    table, named = table_of(call.machine, call.argument(0, "base")), names(call.machine, call.argument(1, "names"))
    data = call.argument(2, "data")
    if table is None or not named:
        return None
    content = call.see(data)
    if isinstance(content, Items) and len(content.known) == len(named):
        return _beside(call, table, named, content)
    return _beside(call, table, named, Items((data,))) if data is not None and len(named) == 1 else None


def _beside(call: Call, table: Table, named: list[Any], data: Items) -> Value:
    for name, one in zip(named, data.known, strict=True):
        table = tables.with_column(table, name, made_of(call.machine.memory, one))
    table = table._replace(rows=table.rows.union(*(rows_of(call.machine, one) for one in data.known)))
    return call.new(Frame(table, False, True))


def dropped(call: Call) -> Value | None:
    """``drop_fields(base, names)``."""
    table, named = table_of(call.machine, call.argument(0, "base")), names(call.machine, call.argument(1, "drop_names"))
    return None if table is None or not named else call.new(Frame(tables.without(table, named), False, True))


def renamed(call: Call) -> Value | None:
    """``rename_fields(base, {old: new})``."""
    table, named = (
        table_of(call.machine, call.argument(0, "base")),
        members(call.machine, call.argument(1, "namemapper")),
    )
    known = table is not None and isinstance(named, dict) and named is not UNKNOWN
    return call.new(Frame(tables.renamed(table, named), False, True)) if known and table is not None else None


def plain(call: Call) -> Value | None:
    """``structured_to_unstructured``: the same columns, by number."""
    table = table_of(call.machine, call.argument(0, "arr"))
    found = None if table is None else tables.numbered(table, range(len(table.columns)))
    return None if found is None else call.new(Frame(found, False, True))


def fielded(call: Call) -> Value | None:
    """``unstructured_to_structured``: columns by number under the names of a type, or of ``names``."""
    table = table_of(call.machine, call.argument(0, "arr"))
    named = fields(call, 1) or names(call.machine, call.argument(-1, "names"))
    found = None if table is None or not named else tables.numbered(table, named)
    return None if found is None else call.new(Frame(found, False, True))


def repacked(call: Call) -> Value | None:
    """``repack_fields``: what went in."""
    return call.argument(0, "a")


def anything(call: Call) -> Value:
    """Any other of them: of all that went in, under whichever names."""
    found = hedged(call.cames(*call.given()))
    return call.new(
        Frame(tables.unknown(found, union(rows_of(call.machine, one) for one in call.given())), False, True)
    )


FUNCTIONS: Rules = {
    f"{_PLACE}.append_fields": appended,
    f"{_PLACE}.rec_append_fields": appended,
    f"{_PLACE}.drop_fields": dropped,
    f"{_PLACE}.rec_drop_fields": dropped,
    f"{_PLACE}.rename_fields": renamed,
    f"{_PLACE}.structured_to_unstructured": plain,
    f"{_PLACE}.unstructured_to_structured": fielded,
    f"{_PLACE}.repack_fields": repacked,
    **{f"{_PLACE}.{name}": anything for name in ("join_by", "rec_join", "merge_arrays", "stack_arrays")},
    "numpy.rec.fromarrays": from_arrays,
}
