"""Texts that a template makes: what stands between its values, and its lines.

Enters: a template as ``%`` or ``format`` takes it, with its values; parts of a text. Leaves: parts, in order. A
template that is not spelled as expected has none.
"""

import re
import string
from collections.abc import Iterator, Mapping, Sequence

from driftline.capture.script.call import Machine, rows_of
from driftline.capture.script.cames import changed, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.values import Const, Text, Thing, Value

_PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0]*(?:\d+|\*)?(?:\.\d+)?[hlL]?([diouxXeEfFgGcrsa%])")


def text_of(machine: Machine, parts: Sequence[Value]) -> Text:
    """Return the text that parts make."""
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


def added(machine: Machine, a: Value, b: Value) -> Text | None:
    """Return ``a + b`` where one of them is a text of which something is spelled out."""
    spelled = any(isinstance(one, Text) or (isinstance(one, Const) and isinstance(one.value, str)) for one in (a, b))
    return text_of(machine, (a, b)) if spelled and all(isinstance(one, Const | Thing) for one in (a, b)) else None


def joined(machine: Machine, between: str, values: Sequence[Value]) -> Text:
    """Return ``between.join(values)``."""
    parts = [part for one in values for part in (Const(between), one)]
    return text_of(machine, parts[1:])


def _flat(value: Value) -> Iterator[Value]:
    if isinstance(value, Text) and value.parts:
        for one in value.parts:
            yield from _flat(one)
    else:
        yield value


def lines(value: Value) -> list[tuple[Value, ...]] | None:
    """Return the parts of each line of a text; None if it does not end with the end of a line."""
    out: list[tuple[Value, ...]] = []
    line: list[Value] = []
    for one in _flat(value):
        if not isinstance(one, Const) or not isinstance(one.value, str):
            line.append(one)
            continue
        *ended, rest = one.value.split("\n")
        for text in ended:
            out.append((*line, Const(text)))
            line = []
        if rest:
            line.append(Const(rest))
    return out if out and not line else None
