"""Elements of itertools, heapq and random: tuples of them, some of them, those with the greatest keys.

Enters: a call. Leaves: a list of tuples, in each place of which any of the elements may stand, or of the elements.
"""

from driftline.capture.script import unrolling
from driftline.capture.script.call import Call, Rules
from driftline.capture.script.cames import deciding, union
from driftline.capture.script.joining import joined
from driftline.capture.script.reading import FILTER
from driftline.capture.script.rules import plain
from driftline.capture.script.values import Items, Thing, Value

MAX_WIDTH = 8
_NAMES = ("combinations", "combinations_with_replacement", "permutations", "product", "pairwise")


def combined(call: Call) -> Value:
    """Tuples of elements, so many as ``r`` or ``repeat`` says, or one of each."""
    overs = [
        unrolling.in_places(call.machine, one) for one in call.args[: None if call.name.endswith("product") else 1]
    ]
    if call.name.endswith("pairwise"):
        times = 2
    else:
        times = call.plain(-1, "repeat", 1) if call.name.endswith("product") else call.plain(1, "r")
    if not overs or call.more or not isinstance(times, int) or not 0 < times * len(overs) <= MAX_WIDTH:
        return call.new(Items((), Thing(call.cames(*call.given()))))
    rows = union(over.rows for over in overs)
    row = Items(tuple(_any_of(call, over) for over in overs * times), kind="tuple")
    return call.new(Items((), call.new(row), rows))


def _any_of(call: Call, over: unrolling.Unrolled) -> Value:
    out = over.loose
    for one in over.items:
        out = one if out is None else joined(call.machine.memory, out, one)
    return out or Thing()


def some(call: Call) -> Value:
    """``islice``, ``takewhile`` and others: some of the elements, in their order; a function may decide which."""
    last = call.name.endswith(("takewhile", "dropwhile", "filterfalse"))
    value, function = (call.argument(1), call.argument(0)) if last else (call.argument(0), None)
    over = unrolling.in_places(call.machine, value or Thing())
    row = _any_of(call, over)
    decides = call.cames(*call.args[1:])
    if function is not None:
        decides = call.cames(call.machine.invoke(function, [row], {}, call.path))
    return call.new(Items((), row, over.rows | deciding(decides, FILTER)))


def drawn(call: Call) -> Value:
    """``random.sample`` and ``choices``: any of the elements, as many and as likely as the others say."""
    given = [*call.args, *(one for name, one in call.kwargs.items() if name != "population")]
    decides = call.cames(*(given[1:] if call.args else given))
    over = unrolling.unrolled(call.machine, call.argument(0, "population") or Thing())
    return call.new(Items((), _any_of(call, over), over.rows | deciding(decides, FILTER)))


def greatest(call: Call) -> Value:
    """``heapq.nlargest`` and ``nsmallest``: the elements with the greatest keys, as many as ``n`` says."""
    over = unrolling.in_places(call.machine, call.argument(1, "iterable") or Thing())
    row, key = _any_of(call, over), call.argument(2, "key")
    by = row if key is None else call.machine.invoke(key, [row], {}, call.path)
    return call.new(Items((), row, over.rows | deciding(call.cames(by, call.argument(0, "n")), FILTER)))


def starred(call: Call) -> Value:
    """``itertools.starmap``: a function of the members of each tuple."""
    return plain.mapped_by_other(Call(call.machine, None, "starmap", call.args, call.kwargs, call.path))


_SOME = ("islice", "takewhile", "dropwhile", "filterfalse", "cycle")
FUNCTIONS: Rules = {
    **dict.fromkeys([f"itertools.{name}" for name in _NAMES], combined),
    **dict.fromkeys([f"itertools.{name}" for name in _SOME], some),
    "itertools.zip_longest": plain.zipped,
    "itertools.starmap": starred,
    "heapq.nlargest": greatest,
    "heapq.nsmallest": greatest,
    "random.sample": drawn,
    "random.choices": drawn,
}
