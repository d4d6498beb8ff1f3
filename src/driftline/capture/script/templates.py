"""Texts that a template makes: what stands between its values, and its lines.

Enters: a template as ``%`` or ``format`` takes it, with its values; parts of a text. Leaves: parts, in order. A
template that is not spelled as expected has none.
"""

import re
import string
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from driftline import later
from driftline.capture.script import tables
from driftline.capture.script.call import Machine, inner_rows, rows_of, table_of
from driftline.capture.script.cames import changed, deciding, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, NOTHING, Cames
from driftline.capture.script.values import Const, Frame, Items, Json, Text, Thing, Value

_PERCENT = later.pattern(r"%(?:\((\w+)\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?[hlL]?([diouxXeEfFgGcrsa%])")


def json_of(machine: Machine, value: Value) -> Json | None:
    """Return a value as a text in the form of JSON; None if it has no origins."""
    table = table_of(machine, value)
    if table is None:
        return None
    frame = machine.memory.new(Frame(table))
    return Json(made_of(machine.memory, value), inner_rows(machine, value), table=frame, of=value)


def jsons(machine: Machine, parts: Sequence[Value], rows: Cames = NOTHING) -> Json | None:
    """Return the text that data in the form of JSON makes, one after the other; None where other things are there."""
    marks = "\r\n\t ,[]" if sum(isinstance(one, Json) for one in parts) == 1 else "\r\n\t "
    held: list[Json] = []
    for one in parts:
        if isinstance(one, Json):
            held.append(one)
        elif not isinstance(one, Const) or not blank(one.value, marks):
            return None
    if len(held) < 2 and not rows:
        return held[0] if held else None
    found = [table for one in held if (table := table_of(machine, one)) is not None]
    frame = machine.memory.new(Frame(tables.shaped(tables.stacked(found), rows)))
    return Json(union(one.cames for one in held), union([rows, *(one.rows for one in held)]), table=frame)


def blank(value: object, marks: str = "\r\n\t ,") -> bool:
    """Tell whether a plain value is a text of nothing but space, or of what stands between data."""
    if isinstance(value, bytes):
        return not value.strip(marks.encode())
    return isinstance(value, str) and not value.strip(marks)


def text_of(machine: Machine, parts: Sequence[Value]) -> Text | Json:
    """Return the text that parts make."""
    if (data := jsons(machine, parts)) is not None:
        return data
    cames = changed(union(made_of(machine.memory, one) for one in parts))
    return Text(cames, union(rows_of(machine, one) for one in parts), parts=tuple(parts))


def percent(template: str, values: Sequence[Value], named: Mapping[str, Value]) -> tuple[Value, ...] | None:
    """Return the parts of ``template % values``."""
    parts: list[Value] = []
    waiting, at = list(values), 0
    for found in _PERCENT.finditer(template):
        parts.append(Const(template[at : found.start()]))
        at = found.end()
        if found[2] == "%":
            parts.append(Const("%"))
            continue
        value = named.get(found[1]) if found[1] else waiting.pop(0) if waiting else None
        if value is None:
            return None
        parts.append(value)
    return (*parts, Const(template[at:]))


def braces(template: str, values: Sequence[Value], named: Mapping[str, Value]) -> tuple[Value, ...] | None:
    """Return the parts of ``template.format(*values, **named)``; a field of a value counts as the value."""
    parts: list[Value] = []
    place = 0
    try:
        for text, field, _, _ in string.Formatter().parse(template):
            parts.append(Const(text))
            if field is None:
                continue
            name = re.split(r"[.\[]", field, maxsplit=1)[0]
            if not name:
                name, place = str(place), place + 1
            parts.append(values[int(name)] if name.isdigit() else named[name])
    except (ValueError, IndexError, KeyError):
        return None
    return tuple(parts)


def added(machine: Machine, a: Value, b: Value) -> Text | Json | None:
    """Return ``a + b`` where one of them is a text of which something is spelled out."""
    spelled = any(
        isinstance(one, Text | Json) or (isinstance(one, Const) and isinstance(one.value, str)) for one in (a, b)
    )
    return text_of(machine, (a, b)) if spelled and all(isinstance(one, Const | Thing) for one in (a, b)) else None


def joined(machine: Machine, between: str, values: Sequence[Value]) -> Text | Json:
    """Return ``between.join(values)``."""
    parts = [part for one in values for part in (Const(between), one)]
    return text_of(machine, parts[1:])


def rows(machine: Machine, between: str, items: Items) -> Text | Json | None:
    """Return ``between.join(items)`` where these are rows of VALUES, in brackets: one stands for all that are alike."""
    ones = [one for one in (*items.known, items.loose) if one is not None]
    if between.strip() != "," or not all(map(_bracketed, ones)):
        return None
    found = joined(machine, between, ones)
    return replace(found, rows=found.rows | deciding(items.rows, FILTER))


def _bracketed(value: Value) -> bool:
    first = value.parts[0] if isinstance(value, Text) and value.parts else None
    return isinstance(first, Const) and isinstance(first.value, str) and first.value.lstrip().startswith("(")


def flat(value: Value) -> Iterator[Value]:
    """Yield the parts of a text, and of the texts in it; a value that is no text of parts is one by itself."""
    if isinstance(value, Text) and value.parts:
        for one in value.parts:
            yield from flat(one)
    else:
        yield value


def lines(value: Value) -> list[tuple[Value, ...]] | None:
    """Return the parts of each line of a text; None if it does not end with the end of a line."""
    out: list[tuple[Value, ...]] = []
    line: list[Value] = []
    for one in flat(value):
        if not isinstance(one, Const) or not isinstance(one.value, str):
            line.append(one)
            continue
        *ended, rest = one.value.split("\n")
        for text in ended:
            out.append((*line, Const(text.removesuffix("\r"))))
            line = []
        if rest:
            line.append(Const(rest))
    return out if out and not line else None
