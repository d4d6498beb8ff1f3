"""What lies in plain containers that an object file gave: tables, records and values in dicts, lists and tuples.

Enters: what a call like ``pickle.load`` returned. Leaves: a field for each column and value, called by the keys that
lead there (``orders.amount``); its type says through which containers, for ``script.contained``. Only keys, attributes,
names of columns and classes are looked at, of each container the first members, and no value is kept.
"""

import contextlib
import sys
from collections.abc import Iterator
from itertools import islice
from types import GetSetDescriptorType, MemberDescriptorType
from typing import Any

from driftline.capture.frames import members
from driftline.capture.hooks import glance
from driftline.capture.program import whose
from driftline.capture.script.steps import (
    DICT,
    EACH,
    FRAME,
    HELD,
    KEY,
    LIST,
    MODEL,
    OBJECT,
    TUPLE,
    VALUE,
    Step,
    spelled,
)
from driftline.event.lineage import Field

DEPTH = 4
WIDTH = 64  # members of one container
MOST = 1_000  # fields
_ALIKE = 8  # records of one list whose keys count


def fields(data: Any) -> tuple[Field, ...] | None:
    """Return the fields of a container; None of anything else, and where its keys do not tell what is in it."""
    if type(data) not in (dict, list, tuple) and not _attributes(data):
        return None
    found = dict.fromkeys(islice(_below(data, ()), MOST + 1))
    told = [Field(*spelled(steps)) for steps in found]
    return tuple(told) if told and len(told) <= MOST and all(one.name for one in told) else None


def _below(data: Any, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Yield the way to each column and value; no way at all where one is not known."""
    kind = type(data)
    columns = glance.at(data).fields if kind.__module__.partition(".")[0] in ("pandas", "polars", "pyarrow") else None
    if columns is not None:
        yield from ((*steps, (FRAME, field.name)) for field in columns)
    elif kind is dict and data and len(data) <= WIDTH and all(map(_is_name, data)):
        for key, one in data.items():
            yield from _within(one, (*steps, (DICT, key)))
    elif kind is dict and data:
        yield from _of_each(data, steps)
    elif kind is tuple and 0 < len(data) <= WIDTH:
        for place, one in enumerate(data):
            yield from _within(one, (*steps, (TUPLE, str(place))))
    elif kind is list and data:
        yield from _of_list(data, steps)
    elif members.is_model(data):
        yield (*steps, (MODEL, ""))
    elif held := _attributes(data):
        for key, one in held.items():
            yield from _within(one, (*steps, (OBJECT, kind.__name__), (DICT, key)))
    else:
        yield (*steps, (VALUE, "")) if steps else ()


def _attributes(data: Any) -> dict[str, Any]:
    """Return what an object of a class of the user's own holds, without asking the class; nothing of any other."""
    kind = type(data)
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if not isinstance(file, str) or not whose.of_user(file):
        return {}
    held: dict[str, Any] = {}
    if type(_of_class(kind, "__dict__")) is GetSetDescriptorType:  # else it has none, or code of its own answers
        held |= object.__getattribute__(data, "__dict__")
    slotted = [one.__dict__ for one in reversed(kind.__mro__) if "__slots__" in one.__dict__]
    for name, slot in (pair for own in slotted for pair in own.items()):
        if type(slot) is MemberDescriptorType and name not in held:
            with contextlib.suppress(AttributeError):  # it was not set
                held[name] = slot.__get__(data)
    found = {name: one for name, one in held.items() if name[:1] != "_"}
    return found if len(found) <= WIDTH else {}


def _of_class(kind: type, name: str) -> Any:
    """Return what a class has under a name; None = nothing."""
    return next((one.__dict__[name] for one in kind.__mro__ if name in one.__dict__), None)


def _is_name(key: Any) -> bool:
    """Whether a key is a name that a program gave, and no value, such as an id or an address of somebody."""
    return type(key) is str and key.isidentifier()


def _of_each(data: dict[Any, Any], steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Keys that are values, and what stands under them, where it looks alike."""
    firsts = list(islice(data.values(), _ALIKE))
    ways = [list(islice(_within(one, (*steps, (EACH, ""))), MOST + 1)) for one in firsts]
    plain, begun = (*steps, (EACH, ""), (VALUE, "")), len(steps)
    if all(type(one) is dict for one in firsts) or all(way == ways[0] for way in ways):
        yield (*steps, (EACH, KEY), (VALUE, ""))
        for step in (step for way in ways for step in way):
            yield (*steps, (EACH, HELD), *step[begun + 1 :]) if step == plain else step
    else:
        yield (*steps, (VALUE, "")) if steps else ()


def _within(one: Any, steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    if len(steps) < DEPTH:
        yield from _below(one, steps)
    else:
        yield (*steps, (VALUE, ""))


def _of_list(data: list[Any], steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """Elements that look alike are told as one; a few that do not, by their places."""
    firsts = data[:_ALIKE]
    ways = [list(islice(_within(one, (*steps, (LIST, ""))), MOST + 1)) for one in firsts]
    if all(type(one) is dict for one in firsts) or all(way == ways[0] for way in ways):
        yield from (step for way in ways for step in way)
    elif len(data) <= len(firsts):
        for place, one in enumerate(data):
            yield from _within(one, (*steps, (TUPLE, str(place))))
    else:
        yield (*steps, (LIST, ""), (VALUE, ""))
