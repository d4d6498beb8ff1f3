"""Methods of lists and sets: what they hold afterwards, and in which order.

Enters: a call. Leaves: a value; the list has changed where it lies. Of plain elements at known places the change is
made as Python makes it. Where data decides the order, or a method is not known, the order is not known from then on,
and whatever is taken from a place is a hedge.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import access, doubts, ones, own, unrolling, writing
from driftline.capture.script.call import UNKNOWN, Call, Rules, cells_of, plain, rows_of
from driftline.capture.script.cames import changed, deciding, hedged, met, union
from driftline.capture.script.operators import of_sets
from driftline.capture.script.reading import GROUP_BY, SORT, Cames
from driftline.capture.script.values import NONE, Const, Items, Pairs, Ref, Thing, Value, unordered

# Methods of lists, sets, dicts and of the names of columns that leave them as they are.
_WORDS_KEPT = """
    tolist to_list to_numpy unique to_flat_index drop difference intersection union map get_level_values droplevel
    symmetric_difference isdisjoint issubset issuperset count index copy get keys values items elements most_common
    total fromkeys get_loc get_indexer isin nunique to_series to_frame astype str equals contains format join
    startswith endswith any all max min sum mean argmax argmin duplicated isna notna rename where repeat take
    slice_indexer slice_locs sort_values drop_duplicates append_column nlevels view tobytes item set_names
"""
_KEPT = frozenset(_WORDS_KEPT.split())
MAX_SORTED = 256


def appended(call: Call) -> Value:
    """``append``; ``add`` of a set."""
    content, one = call.see(call.receiver), call.argument(0) or Thing()
    if not (isinstance(content, Items) and content.kind == "set" and isinstance(one, Const) and one in content.known):
        writing.append(call.machine, call.receiver or NONE, one)
    return NONE


def inserted(call: Call) -> Value:
    """``insert``, ``appendleft``: at a place, which moves what stands behind it."""
    content = call.see(call.receiver)
    first = call.name == "appendleft"
    one = call.argument(0 if first else 1) or Thing()
    at = 0 if first else call.plain(0)
    if not isinstance(content, Items) or not isinstance(call.receiver, Ref):
        return NONE
    length = len(content.known)
    rows = content.rows | deciding(call.machine.guarding(), "FILTER")
    if isinstance(at, int) and (content.loose is None or 0 <= at <= length) and not unordered(content):
        known = list(content.known)
        known.insert(at, one)
        call.machine.memory.put(call.receiver.place, replace(content, known=tuple(known), rows=rows))
    else:
        put = replace(content, known=(*content.known, one), rows=rows, shuffled=True)
        call.machine.memory.put(call.receiver.place, put)
    return NONE


def extended(call: Call) -> Value:
    """``extend``, ``update`` of a set."""
    for one in call.args:
        for value in unrolling.unrolled(call.machine, one).items if call.name == "update" else ():
            appended(Call(call.machine, call.receiver, "add", [value], {}, call.path))
        if call.name != "update" or unrolling.unrolled(call.machine, one).loose is not None:
            writing.extend(call.machine, call.receiver or NONE, one)
    return NONE


def extended_left(call: Call) -> Value:
    """``extendleft``: one by one, so that the last one is the first."""
    over = unrolling.unrolled(call.machine, call.argument(0) or Thing())
    if over.loose is not None:
        return unsettled(call) or NONE
    for one in over.items:
        inserted(Call(call.machine, call.receiver, "appendleft", [one], {}, call.path))
    return NONE


def taken(call: Call) -> Value:
    """``pop``, ``popleft``."""
    content = call.see(call.receiver)
    at = 0 if call.name == "popleft" else call.plain(0, "", -1)
    if not isinstance(content, Items) or not isinstance(call.receiver, Ref):
        return Thing(call.cames(call.receiver))
    place = at if isinstance(at, int) else None
    out = access.item(call.machine, call.receiver, (call.argument(0) or Thing()) if place is None else Const(place))
    length = len(content.known)
    inside = place is not None and (0 if content.loose is not None else -length) <= place < length
    if inside and place is not None and not unordered(content):
        known = list(content.known)
        del known[place]
        call.machine.memory.put(call.receiver.place, replace(content, known=tuple(known)))
    elif content.known and (content.loose is None or place != -1):
        unsettled(call)
    elif isinstance(out, Ref) and isinstance(content.loose, Ref) and out.place == content.loose.place:
        return ones.parted(call.machine, out)
    return out


def removed(call: Call) -> Value:
    """``remove``, ``discard``: the first one that is equal."""
    content = call.see(call.receiver)
    gone = call.argument(0)
    if not isinstance(content, Items) or not isinstance(call.receiver, Ref):
        return NONE
    if isinstance(gone, Const) and all(isinstance(one, Const) for one in content.known):
        known = list(content.known)
        if gone in known:
            known.remove(gone)
        call.machine.memory.put(call.receiver.place, replace(content, known=tuple(known)))
    else:
        unsettled(call)
    return NONE


def cleared(call: Call) -> Value:
    """``clear``: nothing is left."""
    content = call.see(call.receiver)
    if isinstance(call.receiver, Ref):
        call.machine.memory.put(
            call.receiver.place, Pairs() if isinstance(content, Pairs) else Items(kind=content.kind)
        )
    return NONE


def ordered(call: Call) -> Value:
    """``sort``, ``reverse``: the same elements."""
    content = call.see(call.receiver)
    if isinstance(content, Items) and isinstance(call.receiver, Ref):
        made = turned(content) if call.name == "reverse" else in_order(call, content)
        call.machine.memory.put(call.receiver.place, made)
    return NONE


def turned(items: Items) -> Items:
    """Return a list backwards."""
    if items.loose is not None:
        return replace(items, shuffled=True) if len(items.known) > 1 else _mixed(items)
    return replace(items, known=items.known[::-1])


def _mixed(items: Items) -> Items:
    """One that was the first and is not any more."""
    return replace(items, shuffled=True, known=items.known * 2) if items.known else items


def in_order(call: Call, items: Items) -> Items:
    """Return the elements of a list as ``sort`` and ``sorted`` put them, as far as the text tells their order."""
    key = call.argument(-1, "key")
    by = list(items.known)
    if key is not None and key != NONE and len(by) <= MAX_SORTED:
        by = [key_of(call, key, one) for one in by]
    keys = [plain(call.machine, one) for one in by]
    loose = items.loose
    deciders = [*by, *([] if loose is None else [key_of(call, key, loose)])]
    plain_key = key is None or key == NONE
    cames = union(first_of(call, one, items.rows) if plain_key else call.cames(one) for one in deciders)
    rows = met(items.rows) | deciding(cames, SORT)  # in which order they were before tells of those that are equal
    backwards = call.plain(-1, "reverse", False)
    if loose is None and isinstance(backwards, bool) and UNKNOWN not in keys:
        try:
            order = sorted(range(len(keys)), key=keys.__getitem__, reverse=backwards)
        except TypeError:
            order = []
        if len(order) == len(keys):
            return replace(items, known=tuple(items.known[at] for at in order), rows=rows, shuffled=False, kind="list")
    several = len(items.known) > 1
    return replace(items, rows=rows, shuffled=items.shuffled or several, kind="list")


def first_of(call: Call, one: Value, rows: Cames) -> Cames:
    """Return what an element without a key is put in order by: of a tuple the first value, and rarely the others."""
    content = call.see(one)
    if not isinstance(content, Items) or content.kind != "tuple" or len(content.known) < 2:
        return call.cames(one)
    first, others = call.cames(content.known[0]), call.cames(*content.known[1:], content.loose)
    groups = {(one.read, one.column) for one in rows if one.subtype == GROUP_BY}
    alone = first and {(one.read, one.column) for one in first} <= groups  # each key is there once
    return first if alone else first | hedged(others)


def key_of(call: Call, key: Value | None, one: Value) -> Value:
    """Return what an element is put in order by."""
    if key is None or key == NONE:
        return own.order(call.machine, one)
    return call.machine.invoke(key, [one], {}, call.path)


def same(call: Call) -> Value:
    """``copy``."""
    content = call.see(call.receiver)
    return call.new(content) if not isinstance(content, Value) and content is not None else call.receiver or NONE


def found_at(call: Call) -> Value:
    """``index``: the place of an element."""
    known, one = plain(call.machine, call.receiver), plain(call.machine, call.argument(0))
    if isinstance(known, list | tuple) and one in known:
        return Const(known.index(one))
    return Thing(changed(call.cames(call.receiver, call.argument(0))), rows_of(call.machine, call.receiver))


_OPERATORS = {
    "union": "BitOr",
    "difference": "Sub",
    "intersection": "BitAnd",
    "symmetric_difference": "BitXor",
}


def merged(call: Call) -> Value:
    """``union``, ``difference``, ``intersection`` of sets."""
    out: Value = call.new(call.see(call.receiver))
    for one in call.args:
        over = unrolling.unrolled(call.machine, one)
        out = of_sets(call.machine, out, call.new(Items(over.items, over.loose, over.rows)), _OPERATORS[call.name])
    return out


def merged_in_place(call: Call) -> Value:
    """``difference_update`` and its kin."""
    name = call.name.removesuffix("_update")
    made = merged(Call(call.machine, call.receiver, name, call.args, {}, call.path))
    if isinstance(call.receiver, Ref):
        call.machine.memory.put(call.receiver.place, call.see(made))
    return NONE


def kept(name: str) -> bool:
    """Tell whether a method is known to leave a container as it is."""
    return name in _KEPT or name.startswith(("to_", "is_"))


def unsettled(call: Call) -> Value | None:
    """Any other method: nobody knows what it does to the elements, or to their order."""
    content = call.see(call.receiver)
    if not isinstance(call.receiver, Ref):
        return None
    if isinstance(content, Items):
        one = doubts.doubtful(call.machine, (*content.known, content.loose, *call.args))
        put: Any = replace(content, known=(), loose=one)
    elif isinstance(content, Pairs):
        one = doubts.doubtful(call.machine, (*content.known.values(), content.loose, *call.args))
        put = replace(content, known={}, loose=one)
    else:
        return None
    call.machine.memory.put(call.receiver.place, put)
    return None


def mixed(call: Call) -> Value:
    """``shuffle`` and others that change the list that they are given."""
    first = call.argument(0)
    cells = cells_of(call.machine, first)
    if cells is not None and isinstance(first, Ref):
        call.machine.memory.put(first.place, cells)
    unsettled(Call(call.machine, first, call.name, list(call.args[1:]), {}, call.path))
    return Thing(_inside(call))


def _inside(call: Call) -> Cames:
    return union(call.cames(one) for one in call.args)


LISTS: Rules = {
    "append": appended,
    "add": appended,
    "appendleft": inserted,
    "insert": inserted,
    "extend": extended,
    "extendleft": extended_left,
    "update": extended,
    "pop": taken,
    "popleft": taken,
    "remove": removed,
    "discard": removed,
    "clear": cleared,
    "sort": ordered,
    "reverse": ordered,
    "copy": same,
    "index": found_at,
    **dict.fromkeys(_OPERATORS, merged),
    **{f"{name}_update": merged_in_place for name in ("difference", "intersection", "symmetric_difference")},
}
FUNCTIONS: Rules = dict.fromkeys(
    [
        "random.shuffle",
        "numpy.random.shuffle",
        "heapq.heapify",
        "bisect.insort",
        "bisect.insort_left",
        "bisect.insort_right",
    ],
    mixed,
)
