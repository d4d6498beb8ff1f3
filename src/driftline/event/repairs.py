"""Events that are nearly right: mended, and told what was done.

Enters: the bytes of an event. Leaves: bytes that can be decoded, and place to what was done. Facets that are objects
stay byte for byte. Nothing is guessed: a null counts as absent, what cannot be a facet is left out, and names that the
specification once had are read as those it has now. Bytes beyond mending come back as they are.
Source: what emitters send (OpenLineage issues 1866 and others) against OpenLineage 2-0-2.
"""

import re
from collections import Counter
from typing import Any

import msgspec

_BOM = b"\xef\xbb\xbf"
_TEXTS = ("producer", "schemaURL")
_PARTS = ("run", "job", "dataset")
_LISTS = ("inputs", "outputs")
_GROUPS = ("facets", "inputFacets", "outputFacets")
_SHOWN = 10  # keys in one note
_OLD_NAMES = {"parentRun": "parent"}
# Patterns are texts, compiled when first used: this is imported by programs that only send events.
_STRING_OR_NUMBER = rb'(?s)"(?:[^"\\]|\\.)*+"?|-?Infinity|NaN'
_ZONE = r"(?:Z|[+-]\d\d(?::?\d\d){0,2}|UTC|GMT)$"
_TIME_OF_DAY = r"[T ]\d\d"
_LONG = r"[.,]\d{7,}"
_LEAP_SECOND = r"[T ]\d\d:?\d\d:?60"

_JSON = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_NULL, _EMPTY = "null, read as absent", "null, read as empty"
_Object = dict[str, msgspec.Raw]


def mend(raw: bytes) -> tuple[bytes, dict[str, str]]:
    """Return ``raw`` with its structure mended and what was done, by place; the same object where nothing was."""
    done: dict[str, str] = {}
    body = raw
    if body.startswith(_BOM):
        body = body.removeprefix(_BOM)
        done["$"] = "byte order mark left out"
    top = _object(body)
    if top is None and (b"NaN" in body or b"Infinity" in body):
        body = re.sub(_STRING_OR_NUMBER, lambda hit: hit[0] if hit[0].startswith(b'"') else b"null", body)
        done["$"] = "; ".join(filter(None, [done.get("$"), "NaN and Infinity, which JSON does not have, read as null"]))
        top = _object(body)
    if top is None:
        return body, done
    before = len(done)
    _texts(top, done)
    for key in _PARTS:
        if key in top:
            if _is_null(top[key]):
                done[key] = _NULL
                del top[key]
            else:
                top[key] = _part(key, top[key], done)
    for key in _LISTS:
        _list(key, top, done)
    return (msgspec.json.encode(top) if len(done) > before else body), done


def _texts(top: _Object, done: dict[str, str]) -> None:
    for key in _TEXTS:
        if key in top and not bytes(top[key]).startswith(b'"'):
            done[key] = "not a text, left out"
            del top[key]
    if "eventType" in top and _is_null(top["eventType"]):
        done["eventType"] = _NULL
        del top["eventType"]


def _list(key: str, top: _Object, done: dict[str, str]) -> None:
    if key not in top:
        return
    if _is_null(top[key]):
        done[key] = _EMPTY
        del top[key]
        return
    try:
        members = _LIST.decode(top[key])
    except (msgspec.MsgspecError, RecursionError):
        return
    kept: list[msgspec.Raw] = []
    for number, member in enumerate(members):
        if _is_null(member):
            done[f"{key}[{number}]"] = "null, left out"
        else:
            kept.append(_part(f"{key}[{len(kept)}]", member, done))
    top[key] = msgspec.Raw(msgspec.json.encode(kept))


def _part(place: str, raw: msgspec.Raw, done: dict[str, str]) -> msgspec.Raw:
    part = _object(raw)
    if part is None:
        return raw
    before = len(done)
    for group in _GROUPS:
        held = _object(part[group]) if group in part else {}
        if held is None:
            done[f"{place}.{group}"] = _EMPTY if _is_null(part[group]) else "not an object, left out"
            del part[group]
        elif held and _facets(place if group == "facets" else f"{place}.{group}", held, done):
            part[group] = msgspec.Raw(msgspec.json.encode(held))
    return raw if len(done) == before else msgspec.Raw(msgspec.json.encode(part))


def _facets(place: str, held: _Object, done: dict[str, str]) -> bool:
    """Mend the facets in ``held``; return whether anything was done."""
    before = len(done)
    for key, raw in list(held.items()):
        if not is_object(raw):
            done[f"{place}.{key}"] = "null, left out" if _is_null(raw) else "not an object, left out"
            del held[key]
        elif place == "run" and key in _OLD_NAMES:
            name = _OLD_NAMES[key]
            done[f"{place}.{key}"] = f"left out, because {name} is there" if name in held else f"read as {name}"
            held.setdefault(name, raw)
            del held[key]
    return len(done) > before


def _object(raw: bytes | msgspec.Raw) -> _Object | None:
    try:
        return _JSON.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _is_null(raw: msgspec.Raw) -> bool:
    return bytes(raw) == b"null"


def is_object(raw: msgspec.Raw) -> bool:
    """Whether ``raw``, which is JSON without white space around it, is an object."""
    return bytes(memoryview(raw)[:1]) == b"{"


def is_old(key: str) -> bool:
    """Whether ``key`` is a name that a run facet had once."""
    return key in _OLD_NAMES


def time_note(text: str) -> str:
    """Return how a time that is not quite ISO 8601 with a zone was read; ``""`` where nothing was assumed."""
    plain = text.strip().partition("[")[0].upper()
    notes = []
    if not re.search(_TIME_OF_DAY, plain):
        notes.append("no time of day, read as midnight")
    elif not re.search(_ZONE, plain):
        notes.append("no zone, read as UTC")
    if " " in plain.removesuffix(" UTC").removesuffix(" GMT"):
        notes.append("a space read as T")
    if re.search(_LEAP_SECOND, plain):
        notes.append("a leap second read as the second after it")
    if re.search(_LONG, plain):
        notes.append("cut to microseconds")
    return "; ".join(notes)


def repeated(raw: bytes) -> dict[str, str]:
    """Return a note where an object of ``raw`` has a key more than once; the last value is the one that counts."""
    try:
        once = msgspec.json.encode(msgspec.json.decode(raw))
    except (msgspec.MsgspecError, RecursionError):
        return {}
    sign = b'":' if b"\\u" in raw else b":"  # colons alone are counted faster, but may be written as \\u003a
    if raw.count(sign) <= once.count(sign):  # each key is there as often as when it is written once
        return {}
    import json  # not needed where events are only sent

    twice: set[str] = set()

    def members(pairs: list[tuple[str, Any]]) -> None:
        if len(dict(pairs)) < len(pairs):
            twice.update(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)

    try:
        json.loads(raw, object_pairs_hook=members, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return {}
    if not twice:
        return {}
    return {"$": f"more than once in one object, the last counts: {', '.join(sorted(twice)[:_SHOWN])}"}
