"""One of several things, where the text does not tell which one.

Enters: values. Leaves: a value that may be any of them: what comes from one of them alone is a hedge, and so is what
lies in a list, a dict or an object of it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import ones, tables
from driftline.capture.script.call import Machine
from driftline.capture.script.cames import any_of, hedged
from driftline.capture.script.changing import each
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import HEDGED, Cames
from driftline.capture.script.values import (
    Const,
    Frame,
    Instance,
    Items,
    Json,
    Pairs,
    Part,
    Perhaps,
    Ref,
    Series,
    Text,
    Thing,
    Value,
)

MAX_DEPTH = 4
MAX_MEANT = 64  # keys, of which data says which one is meant


def one_of(machine: Machine, value: Value | None) -> Value | None:
    """Return one of many of which it is not known which one it is: not surely from any of their reads."""
    content = machine.memory.see(value)
    if isinstance(content, Json):
        content = Thing(content.cames, content.rows)
    if not isinstance(content, Frame | Series | Thing):
        return value
    unsure = each(content, any_of, {})
    if isinstance(content, Frame):
        rest = tuple(one._replace(confidence=HEDGED) if one.every else one for one in content.table.rest)
        unsure = replace(unsure, table=unsure.table._replace(rest=rest))
    if unsure == content:
        return value
    return machine.memory.new(unsure) if isinstance(unsure, Frame) else unsure


def doubtful(machine: Machine, values: Iterable[Value | None]) -> Value:
    """Return one of several values, of which it is not known which one: never sure, unless they are the same."""
    several = [ones.bare(one) for one in values if one is not None]
    if all(one == several[0] for one in several):
        return several[0] if several else Thing()
    out: Value | None = None
    for one in several:
        out = machine.memory.joined(out, one)
    return _unsure(machine, out, {}) or Thing()


def perhaps(machine: Machine, old: Value, new: Value) -> Value:
    """Return what was there, which may be something else now: what comes from that alone is a hedge."""
    return old if old == new else machine.memory.joined(old, _unsure(machine, new, {}))


def maybe(machine: Machine, value: Value | None) -> bool:
    """Tell whether something is the name of a column that is perhaps not there, or a tuple of such a name and more."""
    content = machine.memory.see(value)
    pair = content.known if isinstance(content, Items) and content.kind == "tuple" else ()
    return isinstance(value, Perhaps) or any(isinstance(one, Perhaps) for one in pair)


def unsure(machine: Machine, value: Value) -> Value:
    """Return what is perhaps not there at all: what it comes from is a hedge."""
    return _unsure(machine, value, {}) or value


def meant(machine: Machine, key: Value, names: Mapping[Any, Value]) -> list[Any]:
    """Return those of some names that a key which comes from data may mean; none of one that comes from nowhere."""
    if not made_of(machine.memory, key) or len(names) > MAX_MEANT:
        return []
    parts = key.parts if isinstance(key, Text) else ()
    first, last = (one.value if isinstance(one, Const) else "" for one in (parts[0], parts[-1])) if parts else ("", "")
    return [one for one in names if str(one).startswith(str(first)) and str(one).endswith(str(last))]


def spread(machine: Machine, value: Value | None, ones: Iterable[Value], by: Cames) -> None:
    """Have what is put into one of several containers, of which these say which, be put into each, as a hedge."""
    places = [one.place for one in ones if isinstance(one, Ref)]
    if not isinstance(value, Ref) or value.place in places or not places:
        return

    def put(content: Any) -> None:
        which = isinstance(content, Items)
        new = machine.memory.new(replace(content, rows=content.rows | by) if which else content)
        for place in places:
            both = machine.memory.see(perhaps(machine, Ref(place), new))
            if not isinstance(both, Value):
                machine.memory.put(place, both)

    machine.memory.follow(value.place, put)


def _unsure(machine: Machine, value: Value | None, done: dict[Value, Value], depth: int = 0) -> Value | None:
    """Return a value and what lies in it as a hedge; each thing once, as things may hold each other many times."""
    if not isinstance(value, Ref):
        return _hedge(machine, value, done, depth)
    if value not in done:
        done[value] = value  # inside of itself
        done[value] = _hedge(machine, value, done, depth) or value
    return done[value]


def _hedge(machine: Machine, value: Value | None, done: dict[Value, Value], depth: int) -> Value | None:
    content: Any = machine.memory.see(value)
    if isinstance(content, Frame):
        return machine.memory.new(replace(content, table=tables.hedge(content.table)))
    if isinstance(content, Json):
        return Thing(hedged(content.cames), content.rows)
    if isinstance(content, Series | Thing):
        return replace(content, cames=hedged(content.cames))
    if depth > MAX_DEPTH:
        return value

    def inside(one: Value) -> Value:
        return _unsure(machine, one, done, depth + 1) or one

    if isinstance(content, Part) and isinstance(content.of, Ref):
        return replace(content, of=inside(content.of))
    if not isinstance(value, Ref) or not isinstance(content, Items | Pairs | Instance):
        return value
    if isinstance(content, Instance):
        content = replace(content, fields={name: inside(one) for name, one in content.fields.items()})
    elif isinstance(content, Pairs):
        pairs = {key: inside(one) for key, one in content.known.items()}
        content = replace(content, known=pairs, keys=hedged(content.keys))
    else:
        content = replace(content, known=tuple(map(inside, content.known)))
    if not isinstance(content, Instance):
        loose = None if content.loose is None else inside(content.loose)
        content = replace(content, loose=loose, rows=hedged(content.rows))
    return replace(value, place=machine.memory.new(content).place)
