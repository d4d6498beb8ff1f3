"""Python's own functions.

Enters: a call. Leaves: a value; of plain values a plain value, within small bounds.
"""

import functools
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import access, ones, unrolling, writing
from driftline.capture.script.call import UNKNOWN, Call, Rules, inner_rows, members, plain, rows_of, some_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, met, union
from driftline.capture.script.joining import joined, made_of
from driftline.capture.script.memory import Writes
from driftline.capture.script.reading import DIRECT, FILTER, GROUP_BY, NOTHING
from driftline.capture.script.rules import lists
from driftline.capture.script.rules.arrays import like
from driftline.capture.script.values import (
    NONE,
    Const,
    Foreign,
    Frame,
    Function,
    Items,
    Library,
    Method,
    Number,
    Pairs,
    Part,
    Ref,
    Series,
    Thing,
    Value,
    unordered,
)

MAX_RANGE = 64
_FOLDED: dict[str, Any] = {
    "str": str, "int": int, "float": float, "bool": bool, "abs": abs, "round": round, "len": len, "max": max,
    "min": min, "sorted": sorted, "sum": sum, "ord": ord, "chr": chr, "repr": repr, "any": any, "all": all,
}  # fmt: skip


def folded(call: Call) -> Value | None:
    """Of plain values the value, if they are small; else what they come from."""
    name = call.name.rpartition(".")[2]
    found = [members(call.machine, one) for one in call.args]
    some = any(some_of(call.see(one)) for one in call.args)  # how many there are, data decides
    if call.kwargs or call.more or some or any(one is UNKNOWN or _large(one) for one in found):
        return None
    try:
        value = _FOLDED[name](*found)
    except Exception:  # it would fail in the script, too: its value is not known
        return Thing()
    return call.new(Items(tuple(Const(one) for one in value))) if isinstance(value, list) else Const(value)


def _large(value: Any) -> bool:
    return isinstance(value, str | bytes | list | tuple | dict) and len(value) > 1000


def computed(call: Call) -> Value:
    """A value of one value."""
    found = folded(call)
    return found if found is not None else like(call, changed(call.cames(*call.given())))


def summed_up(call: Call) -> Value:
    """``sum``, ``any``, ``all``: of many values one."""
    found = folded(call)
    if found is not None:
        return found
    many = len(call.args) == 1
    cames = call.cames(*call.given())
    content = call.see(call.args[0]) if many else None
    which = content.rows if isinstance(content, Items) else NOTHING  # of the elements are there to be summed up
    rows = union(inner_rows(call.machine, one) for one in call.given()) - which
    return Thing((aggregated(cames) if many else changed(cames)) | deciding(which, FILTER), rows)


def counted(call: Call) -> Value:
    """``len``: how many rows there are, which no value tells."""
    found = folded(call)
    content = call.see(call.argument(0))
    if found is not None:
        return found
    if isinstance(content, Thing) and content.cames:
        return Thing(changed(content.cames), content.rows)
    if isinstance(content, Items) and content.kind == "set":  # how many different ones there are
        return Thing(aggregated(call.cames(call.argument(0))), content.rows)
    keys = aggregated(content.keys) if isinstance(content, Pairs) else NOTHING  # how many different ones there are
    return Thing(keys | deciding(rows_of(call.machine, call.argument(0))))


def ranged(call: Call) -> Value:
    """``range``."""
    found = [plain(call.machine, one) for one in call.args]
    if found and all(isinstance(one, int) for one in found) and (len(found) < 3 or found[2]):
        numbers = range(*found)
        if len(numbers) <= MAX_RANGE:
            return Const(tuple(numbers))
    ends = union(inner_rows(call.machine, one) for one in call.args)
    return call.new(Items((), Thing(), deciding(call.cames(*call.args) | ends, FILTER)))


def listed(call: Call) -> Value:
    """``list``, ``tuple``, ``set``, ``sorted``, ``reversed``, ``iter``: the same elements."""
    kind = call.name.rpartition(".")[2]
    value = call.argument(0)
    if value is None:
        return call.new(Items(kind=kind))
    over = unrolling.unrolled(call.machine, value)
    if isinstance(call.see(value), Series | Thing) and kind not in {"iter", "enumerate"}:
        return value
    content = call.see(value)
    known = content if isinstance(content, Items) else Items(over.items, over.loose, over.rows)
    if kind == "sorted":
        return call.new(lists.in_order(call, known))
    if kind == "reversed":
        return call.new(lists.turned(known))
    if kind in {"set", "frozenset"}:
        return call.new(Items(tuple(dict.fromkeys(known.known)), known.loose, over.rows, "set"))
    return call.new(
        Items(known.known, known.loose, over.rows, "tuple" if kind == "tuple" else "list", unordered(known))
    )


def dict_made(call: Call) -> Value:
    """``dict``."""
    out = call.new(Pairs())
    value = call.argument(0)
    if value is not None:
        if isinstance(call.see(value), Series):
            return call.machine.invoke(Method(value, "to_dict"), [], {}, call.path)
        content = call.see(value)
        if isinstance(content, Pairs) or (isinstance(content, Frame) and (content.row or not content.array)):
            writing.update(call.machine, out, value)
        else:
            over = unrolling.unrolled(call.machine, value)
            for one in (*over.items, over.loose):
                if one is not None:
                    key, held = access.item(call.machine, one, Const(0)), access.item(call.machine, one, Const(1))
                    writing.item(call.machine, out, key, held)
            made = call.see(out)
            call.machine.memory.put(out.place, replace(made, rows=made.rows | met(over.rows)))
    for name, held in call.kwargs.items():
        writing.item(call.machine, out, Const(name), held)
    return out


def _turned(call: Call) -> Value:
    """``zip(*rows)``: columns, where it is known how many values a row has; else any number of them, each of any."""
    ones = [*call.args, *call.more]
    overs = [unrolling.in_places(call.machine, one) for one in ones]
    rows = union(inner_rows(call.machine, one) for one in ones)
    if all(one.loose is None for one in overs):
        columns = []
        told = len(call.args) if len(call.more) == 1 else 0  # rows that are told apart, and stand before the others
        for values in zip(*(one.items for one in overs), strict=False):
            value = functools.reduce(call.machine.memory.joined, values[told:])
            columns.append(call.new(Items(values[:told], value, rows, "tuple")))
        return call.new(Items(tuple(columns)))
    cames = call.cames(*ones)
    several = len({(one.read, one.column) for one in cames if one.type == DIRECT}) > 1
    return call.new(Items((), Thing(hedged(cames) if several else cames, rows)))


def zipped(call: Call) -> Value:
    """``zip``: tuples of elements, one for each place while all are known."""
    if call.more:
        return _turned(call)
    overs = [unrolling.in_places(call.machine, one) for one in call.args]
    rows = union(one.rows for one in overs)
    if overs and all(one.loose is None for one in overs):
        known = zip(*(one.items for one in overs), strict=False)
        return call.new(Items(tuple(call.new(Items(tuple(one), kind="tuple")) for one in known), None, rows))
    firsts = []
    for one in overs:
        first: Value = one.loose or Thing()
        for item in one.items:
            first = (
                joined(call.machine.memory, first, item) if one.loose is not None or item is not one.items[0] else item
            )
        firsts.append(first)
    return call.new(Items((), call.new(Items(tuple(firsts), kind="tuple")), rows))


def enumerated(call: Call) -> Value:
    """``enumerate``."""
    over = unrolling.in_places(call.machine, call.argument(0) or Thing())
    start = call.plain(1, "start", 0)
    places = [Const(start + place) if isinstance(start, int) else Thing() for place in range(len(over.items))]
    known = tuple(call.new(Items(pair, kind="tuple")) for pair in zip(places, over.items, strict=True))
    behind = Number(least=start + len(places)) if isinstance(start, int) else Thing()
    loose = None if over.loose is None else call.new(Items((behind, over.loose), kind="tuple"))
    given = call.see(call.argument(0))
    if not isinstance(given, Items) or given.lazy is None:
        return call.new(Items(known, loose, over.rows))
    lazy = call.new(Items((Thing(), given.lazy), kind="tuple"))
    return call.new(replace(given, known=known, loose=loose, rows=over.rows, kind="list", shuffled=False, lazy=lazy))


def mapped(call: Call) -> Value:
    """``map`` and ``filter``: a function of each element."""
    out = call.new(Items())
    if len(call.args) < 2:
        return out
    with unrolling.Rounds(call.machine, call.args[1]) as rounds:
        pairs = unrolling.together(call.machine, call.args[1:])
        for items, loose in pairs:
            if loose:
                ones.twice(call.machine, _all_at(call), functools.partial(_some, call, out, items, rounds))
                continue
            rounds.next()
            writing.append(call.machine, out, _element(call, out, items))
    return out


def _some(call: Call, out: Value, items: list[Value], rounds: unrolling.Rounds) -> Writes:
    rounds.next()
    run = functools.partial(writing.some, call.machine, out)
    return call.machine.memory.aside(lambda: run(_element(call, out, items)))[1]


def _all_at(call: Call) -> int | None:
    """Return the place of all elements of the list that a function is called with, where only that list holds them."""
    many = call.args[1]
    every = ones.of_all(call.machine, call.see(many)) if len(call.args) == 2 and isinstance(many, Ref) else None
    if every is None or not isinstance(many, Ref) or not call.machine.memory.holding(many.place):
        return None
    return every.place if call.machine.memory.holders(every.place) == 1 else None


def _element(call: Call, out: Value, items: list[Value]) -> Value:
    value = call.machine.invoke(call.args[0], items, {}, call.path)
    if call.name.endswith("filter"):
        writing.shape(call.machine, out, deciding(made_of(call.machine.memory, value), FILTER))
        return items[0]
    return value


def mapped_by_other(call: Call) -> Value:
    """``map`` of a pool of workers; those that are processes of their own are given copies."""
    pool = call.see(call.receiver)
    threads = isinstance(pool, Foreign) and ("Thread" in pool.name or ".dummy." in pool.name)
    if call.args and isinstance(call.args[0], Function) and not threads:
        call.args[0] = replace(call.args[0], apart=True)
    if call.name == "starmap" and len(call.args) > 1:
        over = unrolling.unrolled(call.machine, call.args[1])
        columns = [one for one in (*over.items, over.loose) if one is not None]
        places = [unrolling.unrolled(call.machine, one).items for one in columns]
        args = [call.new(Items(tuple(one))) for one in zip(*places, strict=False)]
        return mapped(Call(call.machine, None, "map", [call.args[0], *args], {}, call.path))
    return mapped(call)


def passed(call: Call) -> Value:
    """What was given first: ``vectorize(f)``, ``Parallel()(jobs)``."""
    return call.argument(0) or Thing()


def delayed(call: Call) -> Value:
    """``delayed(f)``: a function that workers call."""
    function = call.argument(0)
    return replace(function, apart=True) if isinstance(function, Function) else function or Thing()


def partly(call: Call) -> Value | None:
    """``partial``: a function some of whose arguments are given."""
    function = call.argument(0)
    if not isinstance(function, Function):
        return function
    return replace(function, defaults=(*function.defaults, *call.kwargs.items()), given=tuple(call.args[1:]))


def wrapping(call: Call) -> Value:
    """``wraps(f)``, ``lru_cache(8)``: a decorator which a function stays itself under."""
    value = call.argument(0)
    return value if isinstance(value, Function) and not call.name.endswith("wraps") else Library(call.name)


def forgotten(call: Call) -> Value:
    """``cache_clear``: what a function has returned is not remembered any more."""
    function = call.see(call.receiver)
    if isinstance(function, Function):
        call.machine.memory.forget(function.node)
    return NONE


def reduced(call: Call) -> Value:
    """``reduce``: a function of all elements, two at a time."""
    over = unrolling.unrolled(call.machine, call.argument(1) or Thing())
    items = [*over.items, *([over.loose] * 2 if over.loose is not None else [])]
    start = call.argument(2)
    out = start if start is not None else items.pop(0) if items else Thing()
    for one in items:
        out = call.machine.invoke(call.args[0], [out, one], {}, call.path)
    return out


def in_runs(call: Call) -> Value:
    """``itertools.groupby``: keys with their elements."""
    over = unrolling.unrolled(call.machine, call.argument(0) or Thing())
    one = over.loose or (over.items[0] if over.items else Thing())
    key = call.argument(1, "key")
    label = one if key is None else call.machine.invoke(key, [one], {}, call.path)
    cames = call.cames(label)
    group = call.new(Items(over.items, over.loose, over.rows))
    return call.new(Items((), call.new(Items((label, group), kind="tuple")), over.rows | deciding(cames, GROUP_BY)))


def quiet(call: Call) -> Value:
    """Functions that only look, or ask somebody: what they return is nothing that the text tells."""
    return NONE if call.name.endswith("help") else Thing()


def sliced(call: Call) -> Value:
    """``slice``."""
    return Part(Thing(call.cames(*call.args)), "slice")


def copied(call: Call) -> Value:
    """``copy``: a container of its own."""
    content = call.see(call.argument(0))
    return call.new(content) if not isinstance(content, Value) and content is not None else call.argument(0) or Thing()


def chained(call: Call) -> Value:
    """``chain``: the elements of all."""
    out = call.new(Items())
    values = call.args
    if call.name.endswith("from_iterable") and values:
        over = unrolling.unrolled(call.machine, values[0])
        values = [*over.items, *([over.loose] if over.loose is not None else [])]
    for value in values:
        writing.extend(call.machine, out, value)
    return out


FUNCTIONS: Rules = {
    **{f"builtins.{name}": computed for name in (*_FOLDED, "pow", "divmod", "format", "hash", "bytes", "complex")},
    **{f"builtins.{name}": summed_up for name in ("sum", "any", "all")},
    **{f"builtins.{name}": listed for name in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter")},
    **{f"builtins.{name}": quiet for name in ("isinstance", "callable", "hasattr", "id", "help", "input")},
    **{f"builtins.{name}": computed for name in ("Exception", "ValueError", "TypeError", "KeyError", "RuntimeError")},
    **{f"bisect.{name}": computed for name in ("bisect", "bisect_left", "bisect_right")},
    "builtins.len": counted,
    "builtins.range": ranged,
    "builtins.dict": dict_made,
    "builtins.zip": zipped,
    "builtins.enumerate": enumerated,
    "builtins.map": mapped,
    "builtins.filter": mapped,
    "builtins.slice": sliced,
    "functools.reduce": reduced,
    "functools.partial": partly,
    **dict.fromkeys(("functools.wraps", "functools.lru_cache", "functools.cache"), wrapping),
    "itertools.groupby": in_runs,
    "numpy.vectorize": passed,
    "joblib.delayed": delayed,
    "dask.delayed": delayed,
    "tqdm.tqdm": listed,
    "tqdm.auto.tqdm": listed,
    "copy.copy": copied,
    "copy.deepcopy": copied,
    "collections.OrderedDict": dict_made,
    "itertools.chain": chained,
    "itertools.chain.from_iterable": chained,
}  # fmt: skip
