"""Methods of a table whose result has rows of the table: the same columns, computed ones, other names, other rows.

Enters: a call on a table. Leaves: a value. Source: the reference of pandas' ``DataFrame``.
"""

from driftline.capture.script import tables, writing
from driftline.capture.script.call import Call, Rules, table_of
from driftline.capture.script.cames import aggregated, changed, deciding, put, some_rows, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import GROUP_BY, JOIN, NOTHING, Cames, Table
from driftline.capture.script.rules import kinds, summing
from driftline.capture.script.rules.shared import (
    across,
    all_framed,
    applied,
    before,
    columns_by_function,
    framed,
    in_any_order,
    outcome,
    row_of,
    told,
)
from driftline.capture.script.values import (
    NONE,
    Const,
    Frame,
    Function,
    Grouped,
    Items,
    Pairs,
    Ref,
    Series,
    Thing,
    Value,
)


def same(call: Call, table: Table) -> Table:
    """The same columns and, in all that matters here, rows."""
    return table


def some(call: Call, table: Table) -> Table:
    """The first or last rows, or those at some places."""
    return table._replace(rows=some_rows(table.rows) | told(call))


def picked(call: Call, table: Table) -> Table:
    """Some rows, whatever their order is."""
    return table._replace(rows=table.rows | told(call))


def computed(call: Call, table: Table) -> Table:
    """Each column is computed from itself, and from what the arguments say of it."""
    out = tables.computed(table)
    for one in (*call.args, *call.kwargs.values()):
        out = _by_name(call, out, one)
    return out


def _by_name(call: Call, table: Table, value: Value) -> Table:
    content = call.see(value)
    if isinstance(content, Pairs) and content.loose is None:
        for name, one in content.known.items():
            cames = changed(call.cames(one))
            if cames and name in table.columns:
                table = tables.with_column(table, name, table.columns[name] | cames)
        return table
    if isinstance(content, Frame):
        return _by_row(table, content.table) if content.row else _by_label(table, content.table)
    return tables.tinged(table, put(changed(call.cames(value))))


def _by_row(table: Table, other: Table) -> Table:
    columns = {name: cames | changed(tables.column(other, name)) for name, cames in table.columns.items()}
    return table._replace(columns=columns, spread=table.spread | changed(other.spread))


def _by_label(table: Table, other: Table) -> Table:
    """Two tables, brought together by their indexes and the names of their columns."""
    join = tables.alignment(table.labels, other.labels)
    out = _by_row(table, other)
    labels = {name: cames | other.labels.get(name, NOTHING) for name, cames in table.labels.items()}
    return tables.tinged(out, join)._replace(labels=labels, rows=out.rows | other.rows | join)


def filled_up(call: Call, table: Table) -> Table:
    """``combine_first``: where there is no value that of another table, and further columns of that."""
    out, other = computed(call, table), call.see(call.argument(0, "other"))
    if not isinstance(other, Frame) or other.row:
        return out
    join = tables.alignment(table.labels, other.table.labels)
    more = {name: cames | join for name, cames in other.table.columns.items() if name not in table.columns}
    closed = table.closed and other.table.closed
    return out._replace(columns={**out.columns, **more}, closed=closed, spread=out.spread | changed(other.table.spread))


def in_order(call: Call, table: Table) -> Table:
    """With rows before or after, whose order something decided."""
    return tables.tinged(computed(call, table), before(table.rows))


def conditional(call: Call, table: Table) -> Table:
    """``where`` and ``mask``: one of two values, by a condition."""
    decides = call.argument(0, "cond")
    content = call.see(decides)
    other = call.argument(1, "other")
    out = table if other is None else _by_name(call, table, other)
    if isinstance(content, Frame):
        columns = {name: cames | deciding(tables.column(content.table, name)) for name, cames in out.columns.items()}
        return out._replace(columns=columns)
    return tables.tinged(out, deciding(call.cames(decides)))


def typed(call: Call, table: Table) -> Table:
    """``astype``: of all columns, or of those that a dict names."""
    content = call.see(call.argument(0, "dtype"))
    if not isinstance(content, Pairs):
        return tables.computed(table)
    for name in content.known:
        table = tables.with_column(table, name, changed(tables.column(table, name)))
    return table


def replaced(call: Call, table: Table) -> Table:
    """``replace`` and ``fillna`` by column name change those columns alone."""
    content = call.see(call.argument(0, "to_replace") or call.argument(0, "value"))
    by_column = isinstance(content, Pairs) and content.known and all(name in table.columns for name in content.known)
    if not by_column:
        return computed(call, table)
    for name, value in content.known.items():
        table = tables.with_column(table, name, changed(tables.column(table, name)) | changed(call.cames(value)))
    return table


def summed_up(call: Call) -> Value:
    """One value of each column, or with ``axis=1`` of each row; several of each are a table."""
    table = kinds.numeric(call, call.table())
    content = call.see(call.receiver)
    if not across(call) and not (isinstance(content, Frame) and content.row):
        table = in_any_order(table, [call.name])
    if across(call):
        return Series(changed(tables.values(table)), table.rows, None, None, table.labels)
    if isinstance(content, Frame) and content.array and call.argument(0, "axis") is None:
        return Thing(aggregated(tables.values(table)), table.rows)
    out = tables.mapped(table, aggregated, "AGGREGATION")._replace(labels={})
    if isinstance(content, Frame) and content.row:
        return Thing(changed(tables.values(table)), table.rows)
    several = call.name == "mode" or (call.name == "quantile" and isinstance(call.plain(0, "q"), list | tuple))
    known = out if call.kwargs.get("numeric_only") is None else out._replace(closed=False)
    return call.new(Frame(known, not several))


def aggregates(call: Call) -> Value:
    """``agg`` of a whole table, or with ``axis=1`` of each row."""
    function = call.argument(0, "func")
    content, table = call.see(function), call.table()
    if across(call, 1) and isinstance(function, Function):
        return applied_to(call)
    if across(call, 1) and isinstance(function, Const):
        return Series(changed(tables.values(table)), table.rows, None, None, table.labels)
    groups = Grouped(table, {})
    if isinstance(content, Pairs) and content.loose is None:
        several = any(isinstance(call.see(one), Items) for one in content.known.values())
        columns = {name: _summed(call, one, tables.column(table, name), groups) for name, one in content.known.items()}
        return call.new(Frame(Table(columns, (), table.rows, True), not several))
    if isinstance(content, Items) and table.closed:
        columns = {name: _summed(call, function, cames, groups) for name, cames in table.columns.items()}
        return call.new(Frame(table._replace(columns=columns, labels={})))
    summed = summing.each(call, function, table, groups)._replace(labels={})
    return call.new(Frame(summed, not isinstance(content, Items)))


def _summed(call: Call, how: Value | None, cames: Cames, groups: Grouped) -> Cames:
    """What one or several functions make of a column, below each other."""
    return union(summing.by(call, one, cames, groups) for _, one in summing.functions(call, how)) or aggregated(cames)


def transformed(call: Call, table: Table) -> Table:
    """``transform``: a function of each column."""
    function = call.argument(0, "func")
    by_function = isinstance(function, Function) and not across(call, 1)
    return columns_by_function(call, table, function) if by_function else computed(call, table)


def described(call: Call) -> Value:
    """``describe``: some numbers of each column; where there are numbers, texts are left out."""
    table = call.table() if call.args or call.kwargs else kinds.described(call, call.table())
    table = tables.mapped(table, aggregated, "AGGREGATION")
    return call.frame(table._replace(labels={}, closed=False))


def correlated(call: Call) -> Value:
    """``corr`` and ``cov``: a number of each pair of columns."""
    table = kinds.numeric(call, call.table())
    cames = aggregated(tables.values(table))
    names = frozenset(one for one in table.spread if one.subtype == GROUP_BY)  # of columns that are named after values
    labels = {"": names} if names else {}
    return call.frame(table._replace(columns=dict.fromkeys(table.columns, cames), spread=cames, labels=labels))


def mapped(call: Call, table: Table) -> Table:
    """``map`` and ``applymap``: a function of each cell."""
    extra = made_of(call.machine.memory, applied(call, call.argument(0, "func"), Thing()))
    return tables.tinged(tables.computed(table), extra)


def applied_to(call: Call) -> Value:
    """``apply``: a function of each column, or of each row."""
    table = call.table()
    function = call.argument(0, "func")
    extra = call.see(call.argument(-1, "args"))
    further = extra.known if isinstance(extra, Items) else ()
    if isinstance(extra, Const) and isinstance(extra.value, tuple):
        further = tuple(Const(one) for one in extra.value)
    own = {"axis", "func", "args", "result_type", "raw"}
    if across(call, 1):
        kwargs = {name: one for name, one in call.kwargs.items() if name not in own}
        value = applied(call, function, row_of(call, table), *further, **kwargs)
        return outcome(call, value, table)
    if isinstance(function, Const):
        return aggregates(call)
    first = next(iter(table.columns.values()), table.spread)
    found = call.see(applied(call, function, Series(first, table.rows, None, None, table.labels)))
    return call.new(Frame(columns_by_function(call, table, function), not isinstance(found, Series)))


def piped(call: Call) -> Value | None:
    """``pipe``: a function of the table."""
    if call.receiver is None or not call.args:
        return None
    kwargs = dict(call.kwargs)
    return call.machine.invoke(call.args[0], [call.receiver, *call.args[1:]], kwargs, call.path)


def updated(call: Call) -> Value | None:
    """``update`` changes the table, column by column; of a row it is that of a dict."""
    content = call.see(call.receiver)
    if content.row and isinstance(call.receiver, Ref) and call.kwargs and not call.more:
        for one in call.args:
            writing.update(call.machine, call.receiver, one)
        for name, value in call.kwargs.items():
            writing.item(call.machine, call.receiver, Const(name), value)
        return NONE
    other = table_of(call.machine, call.argument(0, "other"))
    if other is None or not isinstance(call.receiver, Ref):
        return None
    if content.row:
        writing.update(call.machine, call.receiver, call.args[0])
        return NONE
    join = deciding(union([*content.table.labels.values(), *other.labels.values()]), JOIN)
    columns = {
        name: cames | found | join if (found := tables.column(other, name)) else cames
        for name, cames in content.table.columns.items()
    }
    call.machine.memory.put(call.receiver.place, Frame(content.table._replace(columns=columns)))
    return NONE


_SAME = """
    copy infer_objects convert_dtypes set_flags between_time at_time tz_localize
    tz_convert to_period to_timestamp asfreq persist compute cache collect
    toarray todense to_pandas from_pandas lazy clone rechunk to_frame reindex_like align swapaxes unique first last
    sort_remaining
"""
_COMPUTED = """
    abs round pad backfill clip isna isnull notna notnull isin rank add sub mul div truediv floordiv mod pow radd
    rsub rmul rdiv rtruediv multiply divide subtract eq ne lt le gt ge combine fill_null fill_nan
    cast dot
"""
_SUMMED = """
    sum mean median min max std var count nunique prod product sem skew kurt kurtosis mode quantile any all idxmax
    idxmin first_valid_index last_valid_index mad
"""

METHODS: Rules = {
    **all_framed(_SAME, same),
    **all_framed("head tail take limit", some),
    **all_framed("sample truncate", picked),
    **all_framed(_COMPUTED, computed),
    **dict.fromkeys(_SUMMED.split(), summed_up),
    **all_framed("shift diff cumsum cumprod cummax cummin pct_change ffill bfill interpolate", in_order),
    **all_framed("where mask", conditional),
    "combine_first": framed(filled_up),
    **all_framed("fillna replace", replaced),
    **all_framed("map applymap", mapped),
    "astype": framed(typed),
    "transform": framed(transformed),
    "agg": aggregates,
    "aggregate": aggregates,
    "describe": described,
    "corr": correlated,
    "cov": correlated,
    "apply": applied_to,
    "pipe": piped,
    "update": updated,
}
