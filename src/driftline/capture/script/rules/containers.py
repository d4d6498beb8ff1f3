"""Methods of dicts, texts and of single values.

Enters: a call. Leaves: a value; what is put into a container under a condition keeps that condition.
"""

import ast
import re
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import access, doors, parsing, templates, unrolling, writing
from driftline.capture.script.call import UNKNOWN, Call, Rules, hashable, is_frame, plain, rows_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, union
from driftline.capture.script.joining import joined, made_of
from driftline.capture.script.reading import FILTER, GROUP_BY, JOIN, NOTHING, Cames
from driftline.capture.script.rules import lists
from driftline.capture.script.values import (
    NONE,
    Class,
    Const,
    Found,
    Frame,
    Function,
    Instance,
    Items,
    Json,
    Pairs,
    Part,
    Ref,
    Scope,
    Thing,
    Value,
    unordered,
)

_WORDS_TEXT = """
    lower upper strip lstrip rstrip title capitalize replace split rsplit join startswith endswith format zfill
    casefold removeprefix removesuffix splitlines swapcase center ljust rjust find index count isdigit isalpha
    partition rpartition encode decode
"""
_TEXT = frozenset(_WORDS_TEXT.split())
_SAME = frozenset({"encode", "decode", "strip", "lstrip", "rstrip"})  # of data in the form of JSON: the same data


def put(call: Call) -> Value:
    """``update`` of a dict."""
    held_ = call.see(call.receiver)
    for one in call.args:
        if held_.default == Const(0) and not isinstance(
            call.see(one), Pairs | Frame
        ):  # a Counter counts what it is given
            over = unrolling.unrolled(call.machine, one)
            for each_ in (*over.items, over.loose):
                count = Thing(aggregated(call.cames(each_)), over.rows)
                writing.item(call.machine, call.receiver or NONE, each_ or NONE, count)
            continue
        writing.update(call.machine, call.receiver or NONE, one)
    for name, value in call.kwargs.items():
        writing.item(call.machine, call.receiver or NONE, Const(name), value)
    return NONE


def popped(call: Call) -> Value:
    """``pop``: the key is gone."""
    out = got(call)
    content, found = call.see(call.receiver), call.plain(0)
    if isinstance(content, Pairs) and isinstance(call.receiver, Ref):
        if found is UNKNOWN or not hashable(found):
            lists.unsettled(Call(call.machine, call.receiver, "pop", [], {}, call.path))
        elif found in content.known:
            left = {name: one for name, one in content.known.items() if name != found}
            call.machine.memory.put(call.receiver.place, replace(content, known=left))
    return out


def got(call: Call) -> Value:
    """``get``, ``setdefault``, ``pop`` of a dict."""
    pairs = call.see(call.receiver)
    key = call.argument(0) or NONE
    default = call.argument(1)
    found = plain(call.machine, key)
    known = found is not UNKNOWN and hashable(found) and found in pairs.known
    out = access.item(call.machine, call.receiver or NONE, key)
    if not known and default is not None and call.name == "setdefault":
        if pairs.loose is None:
            writing.item(call.machine, call.receiver or NONE, key, default)
            return default
        return out
    row = call.see(out)
    if known or default is None or (call.see(default) == Pairs() and isinstance(row, Frame) and row.row):
        return out  # where no row is found, nothing comes from any
    cames = deciding(call.cames(key) | pairs.keys, JOIN)
    return joined(call.machine.memory, out, default, cames) if pairs.known or pairs.loose is not None else default


def both(call: Call) -> Value:
    """``items`` of a dict."""
    pairs = call.see(call.receiver)
    known = tuple(call.new(Items((Const(key), one), kind="tuple")) for key, one in pairs.known.items())
    loose = None if pairs.loose is None else call.new(Items((access.key_of(pairs), pairs.loose), kind="tuple"))
    return call.new(Items(known, loose, _rows(pairs)))


def _rows(pairs: Pairs) -> Cames:
    """Keys that come from data make one row of all that have the same."""
    return pairs.rows | deciding(pairs.keys, GROUP_BY)


def held(call: Call) -> Value:
    """``values`` of a dict."""
    pairs = call.see(call.receiver)
    return call.new(Items(tuple(pairs.known.values()), pairs.loose, _rows(pairs)))


def keys(call: Call) -> Value:
    """``keys`` of a dict."""
    pairs = call.see(call.receiver)
    loose = None if pairs.loose is None else access.key_of(pairs)
    return call.new(Items(tuple(Const(key) for key in pairs.known), loose, _rows(pairs)))


def most_common(call: Call) -> Value:
    """Of a ``Counter``: keys with their numbers."""
    return both(call)


def counted(call: Call) -> Value:
    """``Counter``: how often each element is there."""
    over = unrolling.unrolled(call.machine, call.argument(0) or call.new(Items()))
    keys_ = union(made_of(call.machine.memory, one) for one in (*over.items, over.loose))
    if not call.args:
        return call.new(Pairs(default=Const(0)))
    return call.new(Pairs({}, Thing(aggregated(keys_)), over.rows, keys_, Const(0)))


def defaulting(call: Call) -> Value:
    """``defaultdict``."""
    made = call.argument(0)
    default = call.machine.invoke(made, (), {}, call.path) if made is not None and made != NONE else None
    out = call.new(Pairs(default=default))
    for one in call.args[1:]:
        writing.update(call.machine, out, one)
    for name, value in call.kwargs.items():
        writing.item(call.machine, out, Const(name), value)
    return out


def chained(call: Call) -> Value:
    """``ChainMap``: of each key what the first dict has that has it."""
    out = call.new(Pairs())
    for one in reversed(call.args):
        writing.update(call.machine, out, one)
    return out


def from_keys(call: Call) -> Value:
    """``dict.fromkeys``: the same under each key."""
    over = unrolling.unrolled(call.machine, call.argument(0) or call.new(Items()))
    value, out = call.argument(1) or NONE, call.new(Pairs())
    for key in (*over.items, over.loose):
        if key is not None:
            writing.item(call.machine, out, key, value)
    writing.shape(call.machine, out, over.rows)
    return out


def class_made(call: Call) -> Value | None:
    """``namedtuple``: a class of fields by name."""
    fields = call.plain(1, "field_names")
    if isinstance(fields, str):
        fields = fields.replace(",", " ").split()
    if not isinstance(fields, list | tuple):
        return None
    return Class(str(call.plain(0, "typename")), Scope(""), (), tuple(map(str, fields)))


def field(call: Call) -> Value:
    """``field``: the default of a field, or what makes one for each object."""
    made = call.argument(-1, "default_factory") or call.argument(-1, "factory")
    return Part(made, "new") if made is not None else call.argument(-1, "default") or call.argument(0) or Thing()


def fields_told(call: Call) -> Value | None:
    """``dataclasses.fields``: an object for each field, with its name."""
    content = call.see(call.argument(0))
    of = content.of if isinstance(content, Instance) else content
    if not isinstance(of, Class) or not of.fields:
        return None
    told = Class("Field", Scope(""))
    return call.new(Items(tuple(call.new(Instance(told, {"name": Const(name)})) for name in of.fields), kind="tuple"))


def namespace(call: Call) -> Value | None:
    """``SimpleNamespace``: an object of fields by name."""
    return None if call.more else call.new(Instance(Class("", Scope("")), dict(call.kwargs)))


def getter(call: Call) -> Value | None:
    """``itemgetter`` and ``attrgetter``: a function that takes fields."""
    keys = [plain(call.machine, one) for one in call.args]
    attributes = call.name.endswith("attrgetter")
    good = (str,) if attributes else (str, int)
    if not keys or call.more or any(not isinstance(one, good) for one in keys):
        return None
    parts = [f"one.{key}" if attributes else f"one[{key!r}]" for key in keys]
    body = parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
    try:
        (made,) = parsing.parsed(f"lambda one: {body}").body
    except (SyntaxError, ValueError):  # no name of a field
        return None
    node = made.value if isinstance(made, ast.Expr) else None
    return Function(node, Scope("")) if isinstance(node, ast.Lambda) else None


def fields_of(call: Call) -> Value | None:
    """``asdict`` and ``vars``: the fields of an object."""
    of = call.argument(0) if call.receiver is None else call.receiver
    content = call.see(of)
    if not isinstance(content, Instance):
        return None
    by = of.by if isinstance(of, Found) else NOTHING
    return call.new(Pairs({name: access.decided(call.machine, one, by) for name, one in content.fields.items()}))


def replaced(call: Call) -> Value | None:
    """``_replace`` and ``dataclasses.replace``: an object with other fields."""
    of = call.args[0] if call.receiver is None and call.args else call.receiver
    content = call.see(of)
    if not isinstance(content, Instance) or call.more:
        return None
    return call.new(replace(content, fields={**content.fields, **call.kwargs}))


def text(call: Call) -> Value | None:
    """Methods of a plain text."""
    found = [plain(call.machine, one) for one in call.given()]
    if call.name == "join" and found and isinstance(found[0], str) and found[-1] is UNKNOWN:
        content = call.see(call.args[0])
        if isinstance(content, Items) and templates.blank(found[0]):
            ones = [one for one in (*content.known, content.loose) if one is not None]
            data = templates.jsons(call.machine, ones, deciding(content.rows, FILTER))
            if data is not None:
                return data
        if isinstance(content, Items) and content.loose is None and not unordered(content) and not content.rows:
            return templates.joined(call.machine, found[0], content.known)
        if isinstance(content, Items) and (rows := templates.rows(call.machine, found[0], content)) is not None:
            return rows
        return Thing(changed(call.cames(*call.args)), union(rows_of(call.machine, one) for one in call.args))
    if call.name == "format" and isinstance(found[0], str):
        parts = templates.braces(found[0], call.args, call.kwargs)
        if parts is not None and any(call.cames(one) for one in parts):
            return templates.text_of(call.machine, parts)
    if call.name not in _TEXT or call.kwargs or any(one is UNKNOWN for one in found):
        return Thing(changed(call.cames(*call.given())), union(rows_of(call.machine, one) for one in call.given()))
    if not isinstance(found[0], str) or any(isinstance(one, str) and len(one) > 2000 for one in found):
        return Thing()
    try:
        value: Any = getattr(found[0], call.name)(*found[1:])
    except Exception:  # it would fail in the script, too: its value is not known
        return Thing()
    if isinstance(value, list):
        return call.new(Items(tuple(Const(one) for one in value)))
    return Const(value) if not isinstance(value, str) or len(value) < 5000 else Thing()


def each(call: Call) -> Value | None:
    """``columns.str.lower()``: a method of each name."""
    of = call.receiver.of if isinstance(call.receiver, Part) else None
    found = plain(call.machine, of)
    if not isinstance(found, list):
        return None
    if call.name in {"contains", "match"}:
        return _matching(call, found)
    made = [
        text(Call(call.machine, Const(one), call.name, call.args, _without_regex(call), call.path)) for one in found
    ]
    return call.new(Items(tuple(one or Thing() for one in made)))


def _matching(call: Call, found: list[Any]) -> Value | None:
    """``columns.str.contains("^x")``: which names fit."""
    pattern = call.plain(0, "pat")
    flags = 0 if call.flag("case", True) else re.IGNORECASE
    try:
        compiled = re.compile(re.escape(pattern) if not call.flag("regex", True) else pattern, flags)
    except (re.error, TypeError):
        return None
    look = compiled.match if call.name == "match" else compiled.search
    return call.new(Items(tuple(Const(look(str(one)) is not None) for one in found)))


def _without_regex(call: Call) -> dict[str, Value]:
    return {name: one for name, one in call.kwargs.items() if name != "regex"}


def value(call: Call) -> Value:
    """Methods of one value of which the origins are known: computed from it; what it makes of a table nobody knows."""
    if isinstance(call.receiver, Json) and call.name in _SAME:
        return call.receiver
    cames = changed(call.cames(*call.given()))
    if call.name != "dot" and any(is_frame(call.machine, one) for one in (*call.args, *call.kwargs.values())):
        cames = hedged(cames)
    rows = union(rows_of(call.machine, one) for one in call.given())
    return doors.computed(Thing(cames, rows), call.receiver)


def deque(call: Call) -> Value:
    """``deque``."""
    out = call.new(Items())
    if call.args:
        writing.extend(call.machine, out, call.args[0])
    return out


DICTS: Rules = {
    "update": put,
    "get": got,
    "setdefault": got,
    "pop": popped,
    "clear": lists.cleared,
    "items": both,
    "values": held,
    "keys": keys,
    "copy": lists.same,
    "most_common": most_common,
}
FUNCTIONS: Rules = {
    "builtins.dict.fromkeys": from_keys,
    "collections.namedtuple": class_made,
    **dict.fromkeys(("dataclasses.field", "attrs.field", "attr.ib", "pydantic.Field"), field),
    "dataclasses.fields": fields_told,
    "types.SimpleNamespace": namespace,
    "argparse.Namespace": namespace,
    "operator.itemgetter": getter,
    "operator.attrgetter": getter,
    "dataclasses.asdict": fields_of,
    "attrs.asdict": fields_of,
    "builtins.vars": fields_of,
    **dict.fromkeys(("dataclasses.replace", "copy.replace", "attrs.evolve"), replaced),
    "collections.Counter": counted,
    "collections.ChainMap": chained,
    "collections.defaultdict": defaulting,
    "collections.deque": deque,
}
