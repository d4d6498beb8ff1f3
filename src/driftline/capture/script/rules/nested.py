"""Nested records made flat: ``json_normalize``.

Enters: a call with records as the script built them, or as a file held them. Leaves: a table whose columns have the
names of the path to each value. Source: the reference of ``pandas.json_normalize``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from driftline.capture.script import tables, unrolling
from driftline.capture.script.call import UNKNOWN, Call, Rules, names, rows_of, table_of
from driftline.capture.script.cames import hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.values import Frame, Items, Pairs, Value

MAX_DEPTH = 6
_MISSING = object()


def normalized(call: Call) -> Value | None:
    """``json_normalize(data, record_path, meta, meta_prefix, record_prefix, …, sep)``."""
    data = call.argument(0, "data")
    top, rows = _one(call, data)
    if not isinstance(call.see(top), Pairs):
        table = table_of(call.machine, data)
        return None if table is None else call.frame(_open(table))
    path = _path(call, call.argument(1, "record_path"))
    if path is None:
        return None
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


def _open(table: Table) -> Table:
    """A file's records may be nested, so that there may be columns below each of them."""
    return table._replace(closed=False, spread=table.spread | hedged(tables.whole(table)))


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
    wanted = call.plain(2, "meta", ())
    if wanted is UNKNOWN:
        return {}
    prefix, sep = _text(call, 3, "meta_prefix", ""), _text(call, -1, "sep", ".")
    found: dict[Any, Cames] = {}
    for each in [wanted] if isinstance(wanted, str) else wanted:
        steps: Sequence[Any] = each if isinstance(each, list | tuple) else [each]
        value = top
        for step in steps:
            value = _field(call, value, step)
        found[prefix + sep.join(map(str, steps))] = _all(call, value)
    return found


FUNCTIONS: Rules = {"pandas.json_normalize": normalized}
