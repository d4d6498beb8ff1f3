"""Attributes and elements that are asked for by a name that stands in a text: ``getattr``, ``setattr``, ``itemgetter``.

Enters: a call. Leaves: a value; a method whose name data decides is any of those that begin as the text says.
"""

from msgspec.structs import replace

from driftline.capture.script import access, doubts, writing
from driftline.capture.script.call import Call, Rules, plain
from driftline.capture.script.cames import deciding
from driftline.capture.script.values import NONE, Const, Function, Instance, Items, Part, Text, Value


def attribute_got(call: Call) -> Value | None:
    """``getattr``."""
    name = call.plain(1)
    if isinstance(name, str) and call.args:
        return access.attribute(call.machine, call.args[0], name)
    return _method_by_data(call) or _field_by_data(call) if len(call.args) > 1 else None


def _method_by_data(call: Call) -> Value | None:
    """A method of the user's whose name data decides: any of those whose names begin as the text says."""
    content, name = call.see(call.args[0]), call.see(call.args[1])
    first = name.parts[0] if isinstance(name, Text) and name.parts else None
    if not isinstance(content, Instance) or not isinstance(first, Const) or not isinstance(first.value, str):
        return None
    words = [one for one in call.machine.memory.names(content.of.scope) if str(one).startswith(first.value)]
    found = [access.attribute(call.machine, call.args[0], str(one)) for one in words]
    ones = [one for one in (*found, *call.args[2:]) if isinstance(one, Function)]
    if not ones:
        return None
    others = tuple(replace(one, others=()) for one in ones[1:])
    return replace(ones[0], others=others, by=deciding(call.cames(name)))


def _field_by_data(call: Call) -> Value | None:
    """A field whose name data decides."""
    content, name = call.see(call.args[0]), call.args[1]
    fields = doubts.meant(call.machine, name, content.fields) if isinstance(content, Instance) else []
    if not fields:
        return None
    out = doubts.doubtful(call.machine, [content.fields[one] for one in fields])
    return access.decided(call.machine, out, deciding(call.cames(name)))


def getter(call: Call) -> Value:
    """``itemgetter``, ``attrgetter``: a function."""
    return Part(call.new(Items(tuple(call.args), kind="tuple")), call.name.rpartition(".")[2])


def gotten(call: Call) -> Value | None:
    """What such a function gives."""
    part, of = call.receiver, call.argument(0)
    wanted = call.see(part.of) if isinstance(part, Part) else None
    if not isinstance(part, Part) or not isinstance(wanted, Items) or of is None:
        return None
    found: list[Value] = []
    for one in wanted.known:
        name = plain(call.machine, one)
        if part.kind == "itemgetter":
            found.append(access.item(call.machine, of, one))
        elif isinstance(name, str):
            out = of
            for word in name.split("."):
                out = access.attribute(call.machine, out, word)
            found.append(out)
        else:
            return None
    return found[0] if len(found) == 1 else call.new(Items(tuple(found), kind="tuple"))


def attribute_set(call: Call) -> Value | None:
    """``setattr``."""
    name = call.plain(1)
    content = call.see(call.args[0]) if len(call.args) > 2 else None
    if not isinstance(name, str) and isinstance(content, Instance):
        for one in doubts.meant(call.machine, call.args[1], content.fields):
            value = doubts.perhaps(call.machine, content.fields[one], call.args[2])
            writing.attribute(call.machine, call.args[0], one, value)
        return NONE
    if not isinstance(name, str) or len(call.args) < 3:
        return None
    writing.attribute(call.machine, call.args[0], name, call.args[2])
    return NONE


FUNCTIONS: Rules = {
    "builtins.getattr": attribute_got,
    "builtins.setattr": attribute_set,
    "operator.itemgetter": getter,
    "operator.attrgetter": getter,
}
