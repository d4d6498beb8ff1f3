"""One of many: ``max``, ``min``, ``next``, ``choice``.

Enters: a call. Leaves: an element where the text tells which one; where data decides, or the order is not known, a
hedge.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from driftline.capture.script import access, doubts, unrolling, writing
from driftline.capture.script.call import UNKNOWN, Call, Rules, plain
from driftline.capture.script.cames import deciding, text_of, union
from driftline.capture.script.ones import shared
from driftline.capture.script.reading import FILTER
from driftline.capture.script.rules import heads, lists
from driftline.capture.script.rules.plain import folded, summed_up
from driftline.capture.script.values import (
    LINE,
    NONE,
    TOP,
    Const,
    File,
    Found,
    Frame,
    Instance,
    Items,
    Pairs,
    Ref,
    Thing,
    Value,
)


def best(call: Call) -> Value:
    """``max`` and ``min``."""
    found = folded(call)
    if found is not None:
        return found
    over = (
        unrolling.unrolled(call.machine, call.args[0]) if len(call.args) == 1 else unrolling.Unrolled(tuple(call.args))
    )
    picked = _chosen(call, over.items) if over.loose is None else _some(call, over)
    return summed_up(call) if picked is None else picked


def _some(call: Call, over: unrolling.Unrolled) -> Value | None:
    """One of any number of tables or records, whichever it is."""
    ones = [one for one in (*over.items, over.loose) if one is not None]
    key = call.argument(-1, "key")
    if all(_is_tuple(call, one) for one in ones):
        return _some_tuple(call, over, ones)
    values = all(isinstance(call.see(one), Thing | Const) for one in ones)
    if values and key is not None and key != NONE:  # of values one, as it is
        by = union(call.cames(lists.key_of(call, key, one)) for one in ones)
        return Thing(call.cames(*ones) | deciding(by) | deciding(over.rows, FILTER))
    if not all(isinstance(call.see(one), Frame | Pairs | Instance) for one in ones):
        return None
    by = union(call.cames(lists.key_of(call, key, one)) for one in ones)
    found = doubts.one_of(call.machine, doubts.doubtful(call.machine, ones))
    if isinstance(found, Ref) and isinstance(call.see(found), Pairs | Instance):
        return Found(found.place, deciding(by) | deciding(over.rows, FILTER))
    if found is None:
        return None
    row = access.among(call.machine, found, over.rows | deciding(by, FILTER))
    return shared(call.machine, row, over.loose) if not over.items else row


def _is_tuple(call: Call, value: Value) -> bool:
    content = call.see(value)
    return isinstance(content, Items) and content.kind == "tuple" and content.loose is None and bool(content.known)


def _some_tuple(call: Call, over: unrolling.Unrolled, ones: list[Value]) -> Value:
    """One of any number of tuples: by its key, else by what stands in it first, and rarely by the rest."""
    out: Value | None = None
    by = deciding(over.rows, FILTER)
    key = call.argument(-1, "key")
    for one in ones:
        out = call.machine.memory.joined(out, one)
        plain_key = key is None or key == NONE
        by |= deciding(lists.first_of(call, one, over.rows) if plain_key else call.cames(lists.key_of(call, key, one)))
    found = call.see(out)
    if not isinstance(found, Items):  # of different lengths
        return Thing(call.cames(out) | by)
    return call.new(replace(found, known=tuple(access.decided(call.machine, one, by) for one in found.known)))


def _chosen(call: Call, values: Iterable[Value]) -> Value | None:
    """``max`` and ``min`` with a key: the element whose key is the greatest."""
    key = call.argument(-1, "key")
    ones = list(values)
    if key is None or key == NONE or not 0 < len(ones) <= lists.MAX_SORTED:
        return None
    by = [lists.key_of(call, key, one) for one in ones]
    keys = [plain(call.machine, one) for one in by]
    if UNKNOWN not in keys:
        try:
            pick = max if call.name.endswith("max") else min
            return ones[pick(range(len(keys)), key=keys.__getitem__)]
        except TypeError:
            return Thing()
    out = doubts.doubtful(call.machine, ones)
    decides = deciding(call.cames(*by))
    return Thing(out.cames | decides, out.rows) if isinstance(out, Thing) else out


def following(call: Call) -> Value:
    """``next``: an element, or what is given for none; which one this is, what chose the elements decides."""
    value = call.argument(0) or Thing()
    content = call.see(value)
    if isinstance(content, Items) and content.kind == "reader":
        if content.known and isinstance(value, Ref):  # the header, which it gives once
            call.machine.memory.put(value.place, replace(content, known=content.known[1:]))
            return content.known[0]
        row = call.see(content.loose)
        return call.new(row) if isinstance(row, Frame) else content.loose or Thing()  # another one each time
    if isinstance(content, File) and not content.inside:
        return Thing(text_of(content.opened), name=TOP if heads.begins(call, value) else LINE)
    over = unrolling.in_places(call.machine, value)
    found = over.items[0] if over.items else doubts.one_of(call.machine, over.loose) or Thing()
    which = deciding(over.rows, FILTER)
    other = call.argument(1)
    if other is not None and (isinstance(found, Thing | Const) or other == NONE):
        found = call.machine.memory.joined(found, other, which)
    if isinstance(found, Ref) and isinstance(call.see(found), Pairs | Instance):
        return access.decided(call.machine, found, which)
    return shared(call.machine, access.among(call.machine, found, which), over.loose)


def drawn(call: Call) -> Value:
    """``random.choice``: any of the elements."""
    over = unrolling.unrolled(call.machine, call.argument(0, "seq") or Thing())
    found = doubts.one_of(call.machine, doubts.doubtful(call.machine, (*over.items, over.loose))) or Thing()
    return shared(call.machine, access.among(call.machine, found, deciding(over.rows, FILTER)), found)


def pushed(call: Call) -> Value:
    """``heappush``: one more element; in which order they are is not known."""
    writing.append(call.machine, call.argument(0) or NONE, call.argument(1) or Thing())
    heap, content = call.argument(0), call.see(call.argument(0))
    if isinstance(heap, Ref) and isinstance(content, Items):
        call.machine.memory.put(heap.place, replace(content, shuffled=True))
    return NONE


def least(call: Call) -> Value:
    """``heappop``: the least of the elements."""
    return best(Call(call.machine, None, "builtins.min", call.args[:1], {}, call.path))


FUNCTIONS: Rules = {
    "builtins.max": best,
    "builtins.min": best,
    "builtins.next": following,
    "random.choice": drawn,
    "heapq.heappush": pushed,
    "heapq.heappop": least,
}
