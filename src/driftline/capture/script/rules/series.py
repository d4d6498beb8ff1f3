"""Methods of one column: computed values, other rows, one number of all.

Enters: a call on a column, or on its ``.str``, ``.dt``, ``.cat``. Leaves: a value. Source: the reference of pandas'
``Series``.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import UNKNOWN, Call, Rules, hashable, names, plain, rows_of
from driftline.capture.script.cames import aggregated, changed, deciding, some_rows, union
from driftline.capture.script.reading import FILTER, GROUP_BY, JOIN, NOTHING, SORT, WINDOW, Cames, Table
from driftline.capture.script.rules import summing
from driftline.capture.script.rules.shared import (
    PLACES,
    apart,
    applied,
    before,
    in_any_order,
    level_of,
    others,
    outcome,
    told,
)
from driftline.capture.script.values import (
    NONE,
    Const,
    Frame,
    Function,
    Grouped,
    Items,
    Library,
    Method,
    Pairs,
    Part,
    Ref,
    Series,
    Thing,
    Value,
)


def _self(call: Call) -> Series:
    of = call.receiver.of if isinstance(call.receiver, Part) else call.receiver
    return of if isinstance(of, Series) else Series(call.cames(of), rows_of(call.machine, of))


def _put(call: Call, out: Series) -> Value:
    """With ``inplace=True`` the column changes in the table that it shows."""
    before = _self(call)
    if not call.flag("inplace") or before.home is None:
        return out
    place, name = before.home
    content = call.see(place)
    if isinstance(content, Frame) and isinstance(place, Ref):
        table = tables.with_column(content.table, name, out.cames)
        call.machine.memory.put(place.place, replace(content, table=table))
    return NONE


def same(call: Call) -> Value:
    """The same values."""
    return _put(call, replace(_self(call), home=None))


def some(call: Call) -> Value:
    """The first or last values, or those at some places."""
    one = _self(call)
    return _put(call, replace(one, rows=some_rows(one.rows) | told(call), home=None))


def picked(call: Call) -> Value:
    """Some of the values, whatever their order is."""
    one = _self(call)
    return replace(one, rows=one.rows | told(call), home=None)


def computed(call: Call) -> Value:
    """Values computed from these and the arguments."""
    one = _self(call)
    cames, rows = changed(one.cames) | others(call, ("inplace",)), one.rows
    other = call.see(call.argument(0, "other"))
    if isinstance(other, Series):
        join = tables.alignment(one.index, other.index)
        cames, rows = cames | join, rows | other.rows | join
    return _put(call, replace(one, cames=cames, rows=rows, home=None))


def contained(call: Call) -> Value:
    """``isin``: what decides which values there are to compare with decides, too."""
    one = _self(call)
    among = union(deciding(rows_of(call.machine, each), FILTER) for each in call.args)
    return replace(one, cames=changed(one.cames) | others(call) | among, home=None)


def in_order(call: Call) -> Value:
    """``shift``, ``diff``, ``cumsum``, ``ffill``: with rows before or after, whose order something decided."""
    one = _self(call)
    return _put(call, replace(one, cames=changed(one.cames) | before(one.rows) | others(call, ("inplace",)), home=None))


def conditional(call: Call) -> Value:
    """``where`` and ``mask``."""
    one = _self(call)
    decides = deciding(call.cames(call.argument(0, "cond")))
    other = changed(call.cames(call.argument(1, "other")))
    return _put(call, replace(one, cames=one.cames | other | decides, home=None))


def ordered(call: Call) -> Value:
    """``sort_values``."""
    one = _self(call)
    return _put(call, replace(one, rows=one.rows | deciding(one.cames, SORT), home=None))


def fewer(call: Call) -> Value:
    """Rows that the values decide: ``dropna``, ``nlargest``, ``unique``."""
    one = _self(call)
    return _put(call, replace(one, rows=one.rows | deciding(one.cames, FILTER) | told(call), home=None))


def distinct(call: Call) -> Value:
    """``unique``: an array, which has no name."""
    found = fewer(call)
    return replace(found, name=None) if isinstance(found, Series) else found


def summed_up(call: Call) -> Value:
    """One number of all values, or the label of the row that has it."""
    one = _self(call)
    labels = union(one.index.values()) if call.name in PLACES else NOTHING
    cames = aggregated(one.cames) | labels | others(call)
    rows = in_any_order(Table({}, rows=one.rows), [call.name]).rows
    if call.name == "quantile" and isinstance(call.plain(0, "q"), list):  # a number for each of them
        return Series(cames | rows, NOTHING, one.name, None, {"": NOTHING})
    return Thing(cames, rows)


def renamed(call: Call) -> Value:
    """``rename``."""
    name = call.plain(0, "index")
    return replace(_self(call), name=None if name is UNKNOWN or isinstance(name, dict) else name, home=None)


def framed(call: Call) -> Value:
    """``to_frame``."""
    one = _self(call)
    name = call.plain(0, "name", one.name)
    table = Table({0 if name in (None, UNKNOWN) else name: one.cames}, (), one.rows, True, NOTHING, one.index)
    return call.frame(table)


def index_reset(call: Call) -> Value:
    """``reset_index``: a table, or with ``drop`` the column."""
    one = _self(call)
    if call.flag("drop"):
        return replace(one, index={}, home=None)
    name = call.plain(-1, "name", one.name)
    index = one.index or {"index": one.rows}
    table = Table({0 if name in (None, UNKNOWN) else name: one.cames}, (), one.rows, True, NOTHING, index)
    return call.frame(tables.reset(table))


def mapped(call: Call) -> Value:
    """``map``: by a dict, by another column as a dict, by a function."""
    one = _self(call)
    by = call.argument(0, "arg") or call.argument(0, "func")
    content = call.see(by)
    cames: Cames
    if isinstance(content, Pairs):
        found = call.cames(by)
        looked_up = changed(one.cames) if not found else deciding(one.cames | content.keys, JOIN)
        cames = found - content.keys | looked_up | deciding(content.rows, FILTER)
    elif isinstance(content, Series | Frame):
        index = union((content.index if isinstance(content, Series) else content.table.labels).values())
        cames = call.cames(by) | deciding(one.cames | index, JOIN)
    elif isinstance(content, Function | Library | Method):
        return applied_to(call)
    else:
        cames = changed(one.cames) | call.cames(by)
    return replace(one, cames=cames, home=None)


def applied_to(call: Call) -> Value:
    """``apply``: a function of each value."""
    one = _self(call)
    function = call.argument(0, "func")
    if isinstance(function, Const):
        return computed(call)
    extra = call.see(call.argument(-1, "args"))
    further = extra.known if isinstance(extra, Items) else ()
    if isinstance(extra, Const) and isinstance(extra.value, tuple):
        further = tuple(Const(each) for each in extra.value)
    kwargs = {name: each for name, each in call.kwargs.items() if name not in {"func", "arg", "args", "na_action"}}
    value = applied(call, function, Thing(one.cames), *further, **kwargs)
    found = outcome(call, value, Table({}, (), one.rows, True, NOTHING, one.index))
    return replace(found, name=one.name) if isinstance(found, Series) else found


def aggregates(call: Call) -> Value:
    """``agg``: one number, or several by name."""
    one = _self(call)
    how = call.argument(0, "func")
    groups = Grouped(Table({}, rows=one.rows, labels=one.index), {})
    found = {name: summing.by(call, each, one.cames, groups) for name, each in summing.functions(call, how)}
    if isinstance(call.see(how), Items):
        return call.new(Frame(Table(found, rows=one.rows, closed=True), True))
    return Thing(union(found.values()) or aggregated(one.cames), one.rows)


def counted(call: Call) -> Value:
    """``value_counts``: how often each value is there."""
    one = _self(call)
    rows = one.rows | deciding(one.cames, GROUP_BY)
    return Series(aggregated(one.cames), rows, "count", None, {one.name: one.cames})


def as_dict(call: Call) -> Value:
    """``to_dict``: values by the index."""
    one = _self(call)
    return call.new(Pairs({}, Thing(one.cames), one.rows, union(one.index.values())))


def pairs(call: Call) -> Value:
    """``items``: index and value."""
    one = _self(call)
    both = call.new(Items((Thing(union(one.index.values())), Thing(one.cames)), kind="tuple"))
    return call.new(Items((), both, one.rows))


def axis_renamed(call: Call) -> Value:
    """``rename_axis``: names of the levels of the index."""
    one = _self(call)
    fresh = call.plain(0, "mapper") or call.plain(-1, "index")
    if isinstance(fresh, str):
        return replace(one, index={fresh: union(one.index.values())}, home=None)
    if isinstance(fresh, list | tuple) and len(fresh) == len(one.index):
        return replace(one, index=dict(zip(fresh, one.index.values(), strict=True)), home=None)
    return replace(one, home=None)


def level_taken(call: Call) -> Value:
    """``get_level_values`` of an index."""
    one = _self(call)
    level = level_of(one.index, call.plain(0, "level"))
    return replace(one, cames=one.index[level], name=level or None, home=None) if level in one.index else one


def grouped(call: Call) -> Value:
    """``groupby``: by the index, or by another column."""
    one = _self(call)
    by = call.argument(0, "by")
    keys = {}
    for each in _several(call, by):
        content = call.see(each)
        name = plain(call.machine, each)
        if isinstance(content, Series):
            keys[content.name] = content.cames
        elif name is not UNKNOWN and hashable(name):
            keys[name] = one.index.get(name, NOTHING)
        elif isinstance(name, dict):  # of values by index
            keys[""] = union(one.index.values())
    if by is None:
        levels = names(call.machine, call.argument(-1, "level"))
        found = [level_of(one.index, each) for each in levels or ()]
        keys = {each: one.index[each] for each in found if each in one.index} or dict(one.index)
    name = 0 if one.name is None else one.name
    table = Table({name: one.cames}, (), one.rows, True, NOTHING, one.index)
    return Grouped(table, keys, (name,), True)


def _several(call: Call, value: Value | None) -> list[Value]:
    content = call.see(value)
    if isinstance(content, Items) and content.loose is None:
        return list(content.known)
    return [] if value is None else [value]


def windowed(call: Call) -> Value:
    """``rolling``, ``expanding``, ``ewm``: numbers of neighbouring rows."""
    one = _self(call)
    name = 0 if one.name is None else one.name
    decides = before(one.rows) | deciding(call.cames(*call.args, *call.kwargs.values()), WINDOW)
    table = Table({name: one.cames | decides}, (), one.rows, True, NOTHING, one.index)
    return Grouped(table, {}, (name,), True, window=True)


def resampled(call: Call) -> Value:
    """``resample``: by time, which is the index."""
    found = windowed(call)
    assert isinstance(found, Grouped)
    return replace(found, keys=_self(call).index, window=False)


def split(call: Call) -> Value:
    """``str.split`` and ``str.extract``: with ``expand`` a table of pieces."""
    one = _self(call)
    cames = changed(one.cames)
    if not call.flag("expand", call.name in {"extract", "extractall", "partition", "get_dummies"}):
        return replace(one, cames=cames, home=None)
    return call.frame(Table({}, (), one.rows, False, cames, one.index))


def piped(call: Call) -> Value | None:
    """``pipe``: a function of the column."""
    if call.receiver is None or not call.args:
        return None
    return call.machine.invoke(call.args[0], [call.receiver, *call.args[1:]], dict(call.kwargs), call.path)


def crossed(call: Call) -> Value:
    """``xs``: the values under one label."""
    one = _self(call)
    level = call.plain(2, "level")
    gone = level_of(one.index, 0 if level is None else level)
    decides = deciding(one.index.get(gone, NOTHING), FILTER)
    index = {name: cames for name, cames in one.index.items() if name != gone}
    return replace(one, rows=one.rows | decides, index=index, home=None)


def unstacked(call: Call) -> Value:
    """``unstack``: a level of the index becomes the columns."""
    one = _self(call)
    gone = level_of(one.index, call.plain(0, "level", -1))
    labels = {name: cames for name, cames in one.index.items() if name != gone or gone is None}
    level = one.index.get(gone, NOTHING)
    spread = (apart(one.cames, level) if gone in one.index else one.cames) | deciding(level, GROUP_BY)
    rows = one.rows | deciding(union(labels.values()), SORT)
    return call.frame(Table({}, (), rows, False, spread, labels))


def _table(words: str, rule: Any) -> dict[str, Any]:
    return dict.fromkeys(words.split(), rule)


_SAME = """
    copy to_series to_list tolist to_numpy to_pandas infer_objects convert_dtypes sort_index squeeze
    ravel flatten values array droplevel to_period to_timestamp asfreq set_axis reindex view
    persist compute to_pylist combine_chunks rechunk
"""
_SUMMED = """
    sum mean median min max std var count nunique prod product sem skew kurt kurtosis quantile any all idxmax idxmin
    argmax argmin mad item autocorr corr cov dot first_valid_index last_valid_index is_unique hasnans
"""

METHODS: Rules = {
    **_table(_SAME, same),
    **_table("head tail take limit slice", some),
    **_table("sample truncate", picked),
    **_table(_SUMMED, summed_up),
    **_table("where mask", conditional),
    **_table("shift diff cumsum cumprod cummax cummin pct_change ffill bfill interpolate", in_order),
    "isin": contained,
    **_table("dropna nlargest nsmallest drop_duplicates mode", fewer),
    "unique": distinct,
    **_table("rolling expanding ewm", windowed),
    "sort_values": ordered,
    "get_level_values": level_taken,
    **dict.fromkeys(("rename", "alias"), renamed),
    "to_frame": framed,
    "reset_index": index_reset,
    "rename_axis": axis_renamed,
    "map": mapped,
    "apply": applied_to,
    "transform": applied_to,
    "agg": aggregates,
    "aggregate": aggregates,
    "describe": aggregates,
    "value_counts": counted,
    "to_dict": as_dict,
    "items": pairs,
    "iteritems": pairs,
    "groupby": grouped,
    "resample": resampled,
    "pipe": piped,
    "unstack": unstacked,
    "xs": crossed,
}

PARTS: Rules = _table("split rsplit extract extractall partition get_dummies", split)
"""Of ``.str``; everything else there computes."""
