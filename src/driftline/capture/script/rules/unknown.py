"""Calls of which nothing is known: the result may come from all that was given, and that is never sure.

Enters: a call. Leaves: a value. A function of the user among the arguments is followed, as it may be called.
"""

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import Call, is_frame, rows_of
from driftline.capture.script.cames import hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.values import Foreign, Frame, Function, Method, Part, Ref, Thing, Value

# They look, and change nothing that they are given.
_WORDS_LOOKING = """
    print len display info head show plot hist boxplot scatter bar barplot histplot lineplot heatmap countplot
    scatterplot pairplot log debug warning error critical exception isinstance type id repr str pprint
"""
_LOOKING = frozenset(_WORDS_LOOKING.split())


def unknown(call: Call) -> Value:
    """Return what an unknown function makes."""
    given = list(call.given())
    called = [_called(call, one, given) for one in given if isinstance(one, Function)]
    cames = hedged(union(made_of(call.machine.memory, one) for one in (*given, *called)))
    rows = hedged(union(rows_of(call.machine, one) for one in given))
    _absorb(call, given)
    if any(is_frame(call.machine, one) for one in given):
        if call.name.rpartition(".")[2] not in _LOOKING:
            _opened(call, given)
        return call.frame(tables.unknown(cames, rows))
    if not cames and not isinstance(call.receiver, Part):  # names of columns are text
        return call.new(Foreign(call.name))
    return Thing(cames, rows)


def _called(call: Call, function: Function, given: list[Value]) -> Value:
    cames = hedged(union(made_of(call.machine.memory, one) for one in given if one is not function))
    spec = function.node.args
    count = len([*spec.posonlyargs, *spec.args]) - len(function.defaults) - (function.self is not None)
    return call.machine.invoke(function, [Thing(cames)] * max(count, 0), {}, call.path)


def _absorb(call: Call, given: list[Value]) -> None:
    """An object remembers all that it was given: what it gives later may come from that."""
    of = call.receiver.of if isinstance(call.receiver, Method) else call.receiver
    content = call.see(of)
    if isinstance(of, Ref) and isinstance(content, Foreign):
        cames = hedged(union(made_of(call.machine.memory, one) for one in given))
        if cames - content.cames:
            call.machine.memory.put(of.place, replace(content, cames=content.cames | cames))


def _opened(call: Call, given: list[Value]) -> None:
    """An unknown function may put columns into a frame that it was given."""
    for one in (*call.args, *call.kwargs.values()):
        content = call.see(one)
        if isinstance(one, Ref) and isinstance(content, Frame) and not content.row:
            cames = hedged(union(made_of(call.machine.memory, other) for other in given))
            table = tables.with_some_column(content.table, cames)._replace(closed=content.table.closed)
            call.machine.memory.put(one.place, Frame(table))
