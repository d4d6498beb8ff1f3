"""Rules that mend events which could not be read, so that they can be taken after all.

Enters: rules, and events as JSON. Leaves: events as JSON. A rule may look for a value, and then sets, renames or drops
parts of the event. A place is written with dots, ``*`` stands for every entry of a list or object:
``inputs.*.facets.schema``. What a rule does not touch keeps its value, numbers to the last digit. Never guesses: an
event that no rule changes comes back as it was, and what finds no new place stays at its old one.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from driftline.errors import BadInput

Steps = tuple[str, ...]
_DIGITS = 19  # a longer number is not looked at


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; the parts that are given apply in this order."""

    when: dict[str, Any] = {}  # place -> value that it must have there; every one of them
    rename: dict[str, str] = {}  # place -> place
    set: dict[str, Any] = {}  # place -> value
    drop: tuple[str, ...] = ()  # places


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules, applied one after the other."""

    rules: tuple[Rule, ...] = ()


def read(data: bytes) -> Mapping:
    """Return the rules in a JSON or YAML text.

    Raises:
        BadInput: it is neither, or says something that rules do not say.
    """
    try:
        found = msgspec.yaml.decode(data, type=Mapping)
        return msgspec.convert(msgspec.to_builtins(found), Mapping)  # YAML reads times, events hold texts
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadInput(f"the mapping cannot be read: {error}") from error
    except Exception as error:  # the parser of YAML has errors of its own
        raise BadInput(f"the mapping is not YAML: {error}") from error


def apply(mapping: Mapping, raw: bytes) -> bytes:
    """Return ``raw`` as the rules would have it; the same bytes where it is no JSON object or nothing applies.

    Raises:
        BadInput: a place in a rule is none.
    """
    try:
        event = json.loads(raw, parse_int=_number, parse_float=_number)
        before = msgspec.json.encode(event)
    except (ValueError, OverflowError, RecursionError):
        return raw
    if not isinstance(event, dict):
        return raw
    for rule in mapping.rules:
        if all(_holds(event, place, value) for place, value in rule.when.items()):
            _mend(event, rule)
    after = msgspec.json.encode(event)
    return raw if after == before else after


def _number(text: str) -> Any:
    """Return the number, or its text where the number would be written in another way."""
    plain: Any = None
    if len(text) < _DIGITS:
        plain = int(text) if text.lstrip("-").isdigit() else float(text)
    written = text.encode()
    return plain if plain is not None and msgspec.json.encode(plain) == written else msgspec.Raw(written)


def _mend(event: dict[str, Any], rule: Rule) -> None:
    for old, new in rule.rename.items():
        _rename(event, _steps(old), _steps(new))
    for place, value in rule.set.items():
        *above, last = _steps(place)
        for holder in list(_holders(event, above, make=True)):
            _put(holder, last, value)
    for place in rule.drop:
        *above, last = _steps(place)
        for holder in list(_holders(event, above)):
            _take(holder, last)


def _steps(place: str) -> Steps:
    steps = tuple(place.split("."))
    if not all(steps):
        raise BadInput(f"{place!r} is no place; write it like run.facets.parent")
    return steps


def _holds(event: Any, place: str, value: Any) -> bool:
    *above, last = _steps(place)
    return any(_get(holder, last) == value for holder in _holders(event, above))


def _rename(event: dict[str, Any], old: Steps, new: Steps) -> None:
    same = 0
    while same < min(len(old), len(new)) - 1 and old[same] == new[same]:
        same += 1
    if "*" in (*old[same:], *new[same:]):
        raise BadInput(f"{'.'.join(old)!r} cannot become {'.'.join(new)!r}: a * stands in both, before they part")
    for holder in list(_holders(event, old[:same])):
        for source in list(_holders(holder, old[same:-1])):
            if _has(source, old[-1]):
                value = _take(source, old[-1])
                targets = list(_holders(holder, new[same:-1], make=True))
                if not any(_put(target, new[-1], value) for target in targets):
                    _give_back(source, old[-1], value)


def _holders(value: Any, steps: Sequence[str], *, make: bool = False) -> Iterator[Any]:
    """Yield what stands at ``steps``; ``make`` creates objects on the way, below the last ``*``."""
    if not steps:
        yield value
        return
    first, rest = steps[0], steps[1:]
    if first == "*":
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        for one in inner:
            yield from _holders(one, rest, make=make)
    elif isinstance(value, dict):
        if make and "*" not in rest and not isinstance(value.get(first), (dict, list)):
            value[first] = {}
        if first in value:
            yield from _holders(value[first], rest, make=make)
    elif isinstance(value, list) and (at := _index(value, first)) is not None:
        yield from _holders(value[at], rest, make=make)


def _has(holder: Any, key: str) -> bool:
    return key in holder if isinstance(holder, dict) else isinstance(holder, list) and _index(holder, key) is not None


def _index(holder: list[Any], key: str) -> int | None:
    return int(key) if key.isdecimal() and len(key) < _DIGITS and int(key) < len(holder) else None


def _get(holder: Any, key: str) -> Any:
    value = None
    if isinstance(holder, dict):
        value = holder.get(key)
    elif isinstance(holder, list) and (at := _index(holder, key)) is not None:
        value = holder[at]
    return float(bytes(value)) if isinstance(value, msgspec.Raw) else value


def _put(holder: Any, key: str, value: Any) -> bool:
    """Put ``value`` there; return whether there is such a place."""
    if isinstance(holder, dict):
        holder[key] = value
        return True
    if isinstance(holder, list) and (at := _index(holder, key)) is not None:
        holder[at] = value
        return True
    return False


def _take(holder: Any, key: str) -> Any:
    if isinstance(holder, dict):
        return holder.pop(key, None)
    if isinstance(holder, list) and (at := _index(holder, key)) is not None:
        return holder.pop(at)
    return None


def _give_back(holder: Any, key: str, value: Any) -> None:
    if isinstance(holder, list):
        holder.insert(int(key), value)
    else:
        holder[key] = value
