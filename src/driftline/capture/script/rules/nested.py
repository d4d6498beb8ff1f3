"""Nested records made flat: ``json_normalize``.

Enters: a call with records as the script built them, or as a file held them. Leaves: a table whose columns have the
names of the path to each value. Source: the reference of ``pandas.json_normalize``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from driftline.capture.script import tables, unrolling
from driftline.capture.script.call import UNKNOWN, Call, Rules, names, rows_of, table_of
from driftline.capture.script.cames import changed, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.values import Frame, Items, Pairs, Series, Value

MAX_DEPTH = 6
_MISSING = object()


def normalized(call: Call) -> Value | None:
    """``json_normalize(data, record_path, meta, meta_prefix, record_prefix, …, sep)``."""
    data = call.argument(0, "data")
    top, rows = _one(call, data)
    path = _path(call, call.argument(1, "record_path"))
    if path is None:
        return None
    if not isinstance(call.see(top), Pairs):
        return _of_file(call, data, call.see(top), path)
    below = top
    for step in path:
        below, further = _one(call, _field(call, below, step))
        rows |= further
    columns: dict[Any, Cames] = {}
    spread = NOTHING
    for name, cames in _flat(call, below, _text(call, 4, "record_prefix", ""), _text(call, -1, "sep", ".")):
        if name is _MISSING:
            spread |= hedged(cames)
        else:
            columns[name] = columns.get(name, NOTHING) | cames
    return call.frame(Table({**columns, **_meta(call, top)}, (), rows, not spread, spread))


def _of_file(call: Call, data: Value | None, record: Any, path: list[Any]) -> Value | None:
    """Records of a file or of a column: below a field is what lies in it, and how deep they go is not known."""
    sep = _text(call, -1, "sep", ".")
    if isinstance(record, Series):
        return call.frame(Table({}, rows=record.rows, spread=changed(record.cames)))
    if isinstance(record, Frame) and path:
        inner, prefix = changed(tables.column(record.table, path[0])), _text(call, 4, "record_prefix", "")
        if call.plain(2, "meta", ()) is UNKNOWN:  # then each column may be one of those
            return call.frame(tables.unknown(hedged(tables.whole(record.table)), record.table.rows))
        below: tuple[tuple[str, Cames], ...] = ((prefix, inner),) if prefix else ()
        found = Table(_meta_of_file(call, record.table, sep), (), record.table.rows, False, NOTHING, {}, below)
        return call.frame(tables.shaped(found._replace(spread=NOTHING if prefix else inner), inner))
    table = table_of(call.machine, data)
    if table is None:
        return None
    below = tuple((f"{name}{sep}", changed(cames)) for name, cames in table.columns.items())
    spread = table.spread | hedged(tables.whole(table))  # a name may have the separator in it
    return call.frame(table._replace(closed=False, spread=spread, families=(*table.families, *below)))


def _meta_of_file(call: Call, table: Table, sep: str) -> dict[Any, Cames]:
    found: dict[Any, Cames] = {}
    for name, steps in _wanted(call, sep):
        cames = tables.column(table, steps[0])
        found[name] = cames if len(steps) == 1 else changed(cames)
    return found


def _one(call: Call, value: Value | None) -> tuple[Value | None, Cames]:
    """One record that stands for all of a list, and what decides which ones there are; a record is its own."""
    content = call.see(value)
    if not isinstance(content, Items):
        return value, NOTHING
    over = unrolling.unrolled(call.machine, value) if value is not None else unrolling.Unrolled()
    out = over.loose
    for each in over.items:
        out = call.machine.memory.joined(out, each)
    return out, over.rows


def _path(call: Call, value: Value | None) -> list[Any] | None:
    return [] if value is None else names(call.machine, value)


def _text(call: Call, place: int, name: str, default: str) -> str:
    found = call.plain(place, name, default)
    return found if isinstance(found, str) else default


def _field(call: Call, value: Value | None, name: Any) -> Value | None:
    content = call.see(value)
    return content.known.get(name, content.loose) if isinstance(content, Pairs) else value


def _flat(call: Call, value: Value | None, prefix: str, sep: str, depth: int = 0) -> Iterator[tuple[Any, Cames]]:
    """Each value in a record with the path of names to it."""
    content = call.see(value)
    if isinstance(content, Pairs) and depth < MAX_DEPTH:
        for name, one in content.known.items():
            inner = call.see(one)
            if isinstance(inner, Pairs):
                yield from _flat(call, one, f"{prefix}{name}{sep}", sep, depth + 1)
            else:
                yield f"{prefix}{name}", _all(call, one)
        if content.loose is not None:
            yield _MISSING, _all(call, content.loose) | content.keys
    elif isinstance(content, Frame):
        yield from ((f"{prefix}{name}", cames) for name, cames in content.table.columns.items())
        if not content.table.closed:
            yield _MISSING, tables.whole(content.table)
    else:
        yield f"{prefix}0", _all(call, value)


def _all(call: Call, value: Value | None) -> Cames:
    return union([made_of(call.machine.memory, value), rows_of(call.machine, value)])


def _meta(call: Call, top: Value | None) -> dict[Any, Cames]:
    """Values of the outer record, beside each of the inner ones."""
    found: dict[Any, Cames] = {}
    for name, steps in _wanted(call, _text(call, -1, "sep", ".")):
        value = top
        for step in steps:
            value = _field(call, value, step)
        found[name] = _all(call, value)
    return found


def _wanted(call: Call, sep: str) -> Iterator[tuple[str, Sequence[Any]]]:
    """The names of columns for values of the outer record, and the way to each of these."""
    wanted, prefix = call.plain(2, "meta", ()), _text(call, 3, "meta_prefix", "")
    for each in [] if wanted is UNKNOWN or not wanted else [wanted] if isinstance(wanted, str) else wanted:
        steps: Sequence[Any] = each if isinstance(each, list | tuple) else [each]
        if steps:
            yield prefix + sep.join(map(str, steps)), steps


FUNCTIONS: Rules = {"pandas.json_normalize": normalized}
