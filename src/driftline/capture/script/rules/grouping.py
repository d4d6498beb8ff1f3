"""Rows in groups and windows: how they are made, and what is summed up of them.

Enters: a call on a table, or on groups. Leaves: groups, tables, columns. The keys decide which rows there are
(GROUP_BY), or, where every row keeps its place, which others it is computed with (WINDOW).
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import UNKNOWN, Call, Rules, hashable, names, plain, rows_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, met, some_rows, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import AGGREGATION, FILTER, GROUP_BY, NOTHING, WINDOW, Cames, Table
from driftline.capture.script.rules import kinds, summing
from driftline.capture.script.rules.shared import PLACES, applied, before, in_any_order, told
from driftline.capture.script.values import (
    Const,
    Frame,
    Function,
    Grouped,
    Items,
    Pairs,
    Part,
    Series,
    Value,
)


def grouped(call: Call) -> Value:
    """``groupby``."""
    table = call.table()
    by = call.argument(0, "by")
    keys: dict[Any, Cames] = {}
    content = call.see(by)
    several = content.known if isinstance(content, Items) else [] if by is None else [by]
    if isinstance(content, Const) and isinstance(content.value, tuple):
        several = [Const(one) for one in content.value]
    for one in several:
        keys |= _key(call, table, one)
    if by is None:
        levels = names(call.machine, call.argument(-1, "level")) or []
        order = list(table.labels)
        for level in levels:
            name = order[level] if isinstance(level, int) and level < len(order) else level
            keys[name] = table.labels.get(name, NOTHING)
    in_order = call.flag("sort", True)
    return Grouped(table, keys, as_index=call.flag("as_index", True), in_order=in_order)


def _key(call: Call, table: Table, value: Value) -> dict[Any, Cames]:
    content = call.see(value)
    if isinstance(content, Series):
        return {content.name: content.cames}
    if isinstance(content, Part) and content.kind == "grouper":
        value = content.of
        if value == Const(""):  # the index
            return dict(table.labels) or {"": NOTHING}
    name = plain(call.machine, value)
    if name is UNKNOWN:
        cames = made_of(call.machine.memory, value)
        return {"": cames} if cames else {tables.SOME: hedged(tables.values(table))}
    if not hashable(name):  # a value for each row, or for each of the index
        return {"": union(table.labels.values()) if isinstance(name, dict) else made_of(call.machine.memory, value)}
    if name in table.labels and name not in table.columns:
        return {name: table.labels[name]}
    return {name: tables.column(table, name)}


def grouper(call: Call) -> Value:
    """``pd.Grouper``."""
    return Part(call.argument(0, "key") or call.argument(0, "level") or Const(""), "grouper")


def named_how(call: Call) -> Value:
    """``pd.NamedAgg``: a column and a function."""
    both = (call.argument(0, "column") or Const(None), call.argument(1, "aggfunc") or Const(None))
    return call.new(Items(both, kind="tuple"))


def windowed(call: Call) -> Value:
    """``rolling``, ``expanding``, ``ewm`` of a table; ``on`` a column of time, which decides what is in a window."""
    on, table = call.plain(-1, "on"), call.table()
    own = tables.column(table, on) if isinstance(on, str) else NOTHING
    decides = deciding(own | call.cames(*call.args, *call.kwargs.values()), WINDOW)
    return Grouped(tables.tinged(table, decides), {}, window=True)


def resampled(call: Call) -> Value:
    """``resample``: by a column of time, or by the index."""
    table = call.table()
    on = call.plain(-1, "on")
    keys = {on: tables.column(table, on)} if isinstance(on, str) else dict(table.labels)
    return Grouped(table, keys)


def windowed_again(call: Call) -> Value:
    """``rolling`` of groups: windows inside of them, and the keys stay the index."""
    decides = deciding(call.cames(*call.args, *call.kwargs.values()), WINDOW)
    return replace(_self(call), window=True, table=tables.tinged(_self(call).table, decides))


def resampled_again(call: Call) -> Value:
    """``resample`` of groups."""
    one = _self(call)
    on = call.plain(-1, "on")
    further = {on: tables.column(one.table, on)} if isinstance(on, str) else dict(one.table.labels)
    return replace(one, keys={**one.keys, **further})


def _self(call: Call) -> Grouped:
    assert isinstance(call.receiver, Grouped)
    return call.receiver


def _wanted(one: Grouped) -> Table:
    """The columns that are summed up: the picked ones, else all but the keys."""
    if one.picked is not None:
        return tables.only(one.table, one.picked)._replace(labels=one.table.labels)
    return tables.without(one.table, one.keys)


def _together(one: Grouped, table: Table, single: bool | None = None) -> Value | Table:
    """Put the keys to a summed up table: as its index, as columns, or as what decides each window."""
    if tables.SOME in one.keys:  # a key that is not known has the name of its column
        table = table._replace(families=tuple((str(name), hedged(c)) for name, c in one.table.columns.items()))
    keys = union(one.keys.values())
    single = one.single if single is None else single
    if one.window:
        table = tables.tinged(table, deciding(keys, WINDOW) | before(table.rows))
        table = table._replace(labels={**one.keys, "": NOTHING} if one.keys else one.table.labels)
    else:
        table = tables.grouped(table, one.keys)
    if single and one.as_index and len(table.columns) == 1:
        [(name, cames)] = table.columns.items()
        return Series(cames, table.rows, name, None, table.labels)
    return table if one.as_index or one.window else tables.reset(table)


def _value(call: Call, found: Value | Table) -> Value:
    return call.frame(found) if isinstance(found, Table) else found


def summed_up(call: Call) -> Value:
    """One value of each column for each group."""
    one = _self(call)
    wanted = kinds.numeric(call, _wanted(one))
    table = tables.tinged(tables.mapped(wanted, aggregated, AGGREGATION), _places(one, call.name))
    return _value(call, _together(one, _in_any_order(one, table, [call.name])))


def _places(one: Grouped, how: Any) -> Cames:
    """What gives labels of rows comes from the index, too."""
    return union(one.table.labels.values()) if isinstance(how, str) and how in PLACES else NOTHING


def _in_any_order(one: Grouped, table: Table, how: Iterable[Any]) -> Table:
    """Of what does not depend on the order of the rows, what they were sorted by shapes nothing: groups are sorted."""
    return table if one.window or not one.keys or not one.in_order else in_any_order(table, how)


def largest(call: Call) -> Value:
    """``nlargest`` and ``nsmallest``: some values of each group, whose labels stay below the keys."""
    one = _self(call)
    cames = tables.values(_wanted(one))
    keys = union(one.keys.values())
    rows = met(one.table.rows) | deciding(cames, FILTER) | deciding(keys, GROUP_BY)
    name = one.picked[0] if one.single and one.picked else None
    return Series(cames, rows, name, None, {**one.keys, **(one.table.labels or {"": NOTHING})})


def described(call: Call) -> Value:
    """``describe`` and ``ohlc``: several numbers of each column."""
    one = _self(call)
    table = tables.mapped(_wanted(one), aggregated, AGGREGATION)
    columns: dict[Any, Cames] = {}
    for name, cames in table.columns.items():
        columns |= {label if one.single else (name, label): cames for label in _SEVERAL[call.name]}
    return _value(call, _together(one, table._replace(columns=columns), False))


def sized(call: Call) -> Value:
    """``size``: how many rows each group has."""
    one = _self(call)
    count = deciding(union(one.keys.values()), GROUP_BY)
    if not one.as_index:
        sizes = _in_any_order(one, Table({"size": count}, (), one.table.rows, True), ["size"])
        return _value(call, _together(one, sizes, False))
    rows = _in_any_order(one, one.table, ["size"]).rows | count
    return Series(count, rows, None, None, one.keys)


def kept(call: Call) -> Value:
    """Every row keeps its place: ``transform``, ``cumsum``, ``shift``, ``rank``."""
    one = _self(call)
    function = call.argument(0, "func")
    table = _wanted(one)
    if call.name == "transform" and isinstance(function, Function) and table.closed and len(table.columns) <= 64:
        columns = {
            name: call.cames(applied(call, function, Series(c, table.rows, name))) for name, c in table.columns.items()
        }
        table = table._replace(columns=columns)
    elif call.name == "transform":
        table = tables.mapped(table, aggregated, AGGREGATION)
    else:
        extra = union(changed(call.cames(each)) for each in (*call.args, *call.kwargs.values()))
        table = tables.tinged(tables.computed(table), extra)
    window = deciding(union(one.keys.values()), WINDOW)
    table = tables.tinged(table, window if call.name in _WHATEVER_ORDER else window | before(table.rows))
    if one.single and len(table.columns) == 1:
        [(name, cames)] = table.columns.items()
        return Series(cames, table.rows, name, None, table.labels)
    return call.frame(table)


def numbered(call: Call) -> Value:
    """``cumcount`` and ``ngroup``: numbers that only the keys decide."""
    one = _self(call)
    window = deciding(union(one.keys.values()), WINDOW) | before(one.table.rows)
    return Series(window, one.table.rows, None, None, one.table.labels)


def some(call: Call) -> Value:
    """``head``, ``tail``, ``nth``, ``sample``, ``filter``: rows as they are."""
    one = _self(call)
    for each in (*call.args, *call.kwargs.values()):
        if isinstance(each, Function):
            group = call.frame(one.table)
            found = applied(call, each, group)
            decides = call.cames(found) | union(one.keys.values())
            return call.frame(tables.shaped(one.table, decides))
    table = one.table if one.picked is None else tables.only(one.table, one.picked)
    table = table._replace(rows=(table.rows if call.name == "sample" else some_rows(table.rows)) | told(call))
    return _value(call, _single(one, tables.shaped(table, union(one.keys.values()))))


def _single(one: Grouped, table: Table) -> Value | Table:
    if not one.single or len(table.columns) != 1:
        return table
    [(name, cames)] = table.columns.items()
    return Series(cames, table.rows, name, None, table.labels)


def aggregates(call: Call) -> Value:
    """``agg``: by name, by a dict, by one or several functions."""
    one = _self(call)
    function = call.argument(0, "func")
    if function is None and call.kwargs:
        how = [summing.how(call, value) for value in call.kwargs.values()]
        return _value(call, _together(one, _in_any_order(one, _by_name(call, one), how), False))
    content = call.see(function)
    table = _wanted(one)
    if isinstance(content, Pairs):
        how = [label for value in content.known.values() for label, _ in summing.functions(call, value)]
        return _value(call, _together(one, _in_any_order(one, _by_dict(call, one, content), how), False))
    if isinstance(content, Items) or (isinstance(content, Const) and isinstance(content.value, tuple)):
        how = [label for label, _ in summing.functions(call, function)]
        return _value(call, _together(one, _in_any_order(one, _several(call, table, one, function), how), False))
    summed = summing.each(call, function, table, one)
    return _value(call, _together(one, _in_any_order(one, summed, [summing.how(call, function)])))


def _by_name(call: Call, one: Grouped) -> Table:
    """``agg(total=("price", "sum"))``."""
    columns: dict[Any, Cames] = {}
    for name, value in call.kwargs.items():
        how = summing.how(call, value)
        columns[name] = _sums(call, one, _source(call, one, value), how)
    spread = aggregated(tables.whole(one.table)) if call.more else NOTHING
    return Table(columns, (), one.table.rows, not call.more, spread)


def _source(call: Call, one: Grouped, value: Value) -> Cames:
    """The column that such a pair names; all where that is not known."""
    content, found = call.see(value), plain(call.machine, value)
    if one.single and one.picked:
        return tables.column(one.table, one.picked[0])
    if found is UNKNOWN and isinstance(content, Items) and content.known:
        found = (plain(call.machine, content.known[0]),)
    name = found[0] if isinstance(found, tuple) and found else UNKNOWN
    return tables.whole(one.table) if name is UNKNOWN else tables.column(one.table, name)


def _sums(call: Call, one: Grouped, cames: Cames, how: Any) -> Cames:
    """What one function makes of a column of each group."""
    if how == "size":
        return deciding(union(one.keys.values()), GROUP_BY)
    return summing.by(call, how, cames, one) | _places(one, how)


def _by_dict(call: Call, one: Grouped, how: Pairs) -> Table:
    table, columns = one.table, {}
    several = any(isinstance(call.see(value), Items) or _is_tuple(value) for value in how.known.values())
    for name, value in how.known.items():
        for label, function in summing.functions(call, value):
            columns[(name, label) if several else name] = _sums(call, one, tables.column(table, name), function)
    loose = how.loose is not None
    return Table(columns, (), table.rows, not loose, aggregated(tables.whole(table)) if loose else NOTHING)


def _is_tuple(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, tuple)


def _several(call: Call, table: Table, one: Grouped, given: Value | None) -> Table:
    columns: dict[Any, Cames] = {}
    for name, cames in table.columns.items():
        for label, function in summing.functions(call, given):
            columns[label if one.single else (name, label)] = _sums(call, one, cames, function)
    rest = () if table.closed else table.rest
    return Table(columns, rest, table.rows, table.closed, aggregated(table.spread))


def applied_to(call: Call) -> Value | None:
    """``apply``: a function of each group."""
    one = _self(call)
    function = call.argument(0, "func")
    table = one.table if one.picked is None else tables.only(one.table, one.picked)
    if call.plain(-1, "include_groups") is False and one.picked is None:
        table = tables.without(table, one.keys)
    if one.window and not one.single and isinstance(function, Function):
        return _value(call, _together(one, summing.each(call, function, table, one)))
    group: Value = call.frame(table)
    if one.single and len(table.columns) == 1:
        [(name, cames)] = table.columns.items()
        group = Series(cames, NOTHING, name)
    value = applied(call, function, group, *call.args[1:])
    content = call.see(value)
    if isinstance(content, Frame):
        found = tables.grouped(content.table, {**one.keys, **({} if content.row else {"": NOTHING})})
        found = found._replace(rows=found.rows | one.table.rows)
        return call.frame(found if one.as_index else tables.reset(found))
    cames = made_of(call.machine.memory, value)
    rows = one.table.rows | rows_of(call.machine, value) | deciding(union(one.keys.values()), GROUP_BY)
    return Series(cames, rows, one.picked[0] if one.single and one.picked else None, None, one.keys)


def got(call: Call) -> Value:
    """``get_group``."""
    one = _self(call)
    return call.frame(tables.shaped(one.table, union(one.keys.values())))


def piped(call: Call) -> Value | None:
    """``pipe``."""
    return applied(call, call.args[0], _self(call), *call.args[1:]) if call.args else None


_SUMMED = """
    sum mean median min max std var count nunique prod sem skew kurt quantile any all idxmax idxmin first last
    mode corr cov unique mad interpolate asfreq
"""
_WHATEVER_ORDER = frozenset({"transform", "rank", "fillna"})
_KEPT = "transform cumsum cumprod cummax cummin shift diff pct_change rank ffill bfill fillna pad backfill"

_SEVERAL = {
    "describe": ("count", "mean", "std", "min", "25%", "50%", "75%", "max"),
    "ohlc": ("open", "high", "low", "close"),
}

METHODS: Rules = {
    **dict.fromkeys(_SUMMED.split(), summed_up),
    **dict.fromkeys(_KEPT.split(), kept),
    **dict.fromkeys(["head", "tail", "nth", "sample", "filter", "take"], some),
    **dict.fromkeys(["rolling", "expanding", "ewm"], windowed_again),
    **dict.fromkeys(["cumcount", "ngroup"], numbered),
    "agg": aggregates,
    "aggregate": aggregates,
    "size": sized,
    **dict.fromkeys(_SEVERAL, described),
    **dict.fromkeys(["nlargest", "nsmallest"], largest),
    "apply": applied_to,
    "get_group": got,
    "resample": resampled_again,
    "pipe": piped,
}
ON_FRAMES: Rules = {
    "groupby": grouped,
    "resample": resampled,
    "rolling": windowed,
    "expanding": windowed,
    "ewm": windowed,
}
FUNCTIONS: Rules = {"pandas.Grouper": grouper, "pandas.NamedAgg": named_how}
