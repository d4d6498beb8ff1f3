"""itertools' tuples: combinations, permutations, products and neighbours.

Enters: a call. Leaves: tuples, any number of them, in each place of which any of the elements may stand.
"""

from driftline.capture.script.call import Call, Rules
from driftline.capture.script.cames import union
from driftline.capture.script.joining import joined
from driftline.capture.script.rules import plain
from driftline.capture.script.unrolling import Unrolled
from driftline.capture.script.values import Items, Thing, Value

MAX_WIDTH = 8
_NAMES = ("combinations", "combinations_with_replacement", "permutations", "product", "pairwise")


def combined(call: Call) -> Value:
    """Tuples of elements, so many as ``r`` or ``repeat`` says, or one of each."""
    overs = [plain.in_places(call, one) for one in call.args[: None if call.name.endswith("product") else 1]]
    if call.name.endswith("pairwise"):
        times = 2
    else:
        times = call.plain(-1, "repeat", 1) if call.name.endswith("product") else call.plain(1, "r")
    if not overs or call.more or not isinstance(times, int) or not 0 < times * len(overs) <= MAX_WIDTH:
        return call.new(Items((), Thing(call.cames(*call.given()))))
    rows = union(over.rows for over in overs)
    row = Items(tuple(_any_of(call, over) for over in overs * times), kind="tuple")
    return call.new(Items((), call.new(row), rows))


def _any_of(call: Call, over: Unrolled) -> Value:
    out = over.loose
    for one in over.items:
        out = one if out is None else joined(call.machine.memory, out, one)
    return out or Thing()


FUNCTIONS: Rules = dict.fromkeys([f"itertools.{name}" for name in _NAMES], combined)
