"""Methods of a table whose result has rows of the table: the same columns, computed ones, other names, other rows.

Enters: a call on a table. Leaves: a value. Source: the reference of pandas' ``DataFrame``.
"""

from dataclasses import replace
from typing import Any

from driftline.capture.script import tables, writing
from driftline.capture.script.call import UNKNOWN, Call, Rules, callable_value, names, plain, table_of
from driftline.capture.script.cames import aggregated, changed, deciding, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import FILTER, SORT, Table
from driftline.capture.script.rules import kinds
from driftline.capture.script.rules.shared import (
    across,
    applied,
    columns_by_function,
    framed,
    listed,
    named,
    outcome,
    row_of,
    words,
)
from driftline.capture.script.values import NONE, Const, Frame, Items, Pairs, Ref, Series, Thing, Value


def same(call: Call, table: Table) -> Table:
    """The same columns and, in all that matters here, rows."""
    return table


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
        other = content.table
        columns = {name: cames | changed(tables.column(other, name)) for name, cames in table.columns.items()}
        return table._replace(columns=columns, spread=table.spread | changed(other.spread), rows=table.rows)
    return tables.tinged(table, changed(call.cames(value)))


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


def dropped(call: Call, table: Table) -> Table:
    """``drop``: columns, or rows."""
    value = call.argument(2, "columns") or (call.argument(0, "labels") if across(call, 1) else None)
    if value is not None:
        gone = names(call.machine, value)
        return table._replace(closed=False) if gone is None else tables.without(table, gone)
    return tables.shaped(table, call.cames(call.argument(0, "labels"), call.argument(-1, "index")))


def renamed(call: Call, table: Table) -> Table | None:
    """``rename`` by a dict or a function."""
    value = call.argument(-1, "columns") or (call.argument(0, "mapper") if across(call, 2) else None)
    if value is None:
        return table
    found = plain(call.machine, value)
    if isinstance(found, dict):
        return tables.renamed(table, found)
    if table.closed:
        fresh = [plain(call.machine, applied(call, value, Const(name))) for name in table.columns]
        if all(one is not UNKNOWN for one in fresh):
            return tables.numbered(table, fresh)
    return None


def relabelled(call: Call, table: Table) -> Table | None:
    """``set_axis``: all names anew."""
    fresh = listed(call, 0, "labels")
    if not across(call, 1):
        return table
    return None if fresh is None else tables.numbered(table, fresh)


def assigned(call: Call, table: Table) -> Table:
    """``assign``: columns put in, one after the other."""
    for name, value in call.kwargs.items():
        from_table = callable_value(value)
        found = applied(call, value, call.frame(table)) if from_table else value
        table = tables.with_column(table, name, made_of(call.machine.memory, found))
    for one in call.more:
        table = tables.with_some_column(table, call.cames(one))
    return table


def inserted(call: Call) -> Value | None:
    """``insert`` changes the table."""
    name, value = call.argument(1, "column"), call.argument(2, "value")
    if call.receiver is None or name is None or value is None:
        return None
    writing.item(call.machine, call.receiver, name, value)
    return NONE


def popped(call: Call) -> Value | None:
    """``pop`` takes a column out."""
    name = call.plain(0, "item")
    table = call.table()
    if name is UNKNOWN or not isinstance(call.receiver, Ref):
        return None
    content = call.see(call.receiver)
    out = Series(tables.column(table, name), table.rows, name, None, table.labels)
    call.machine.memory.put(call.receiver.place, replace(content, table=tables.without(table, [name])))
    return Thing(out.cames, out.rows) if content.row else out


def got(call: Call) -> Value | None:
    """``get``: a column, or a default."""
    name = call.plain(0, "key")
    table = call.table()
    if name is UNKNOWN or isinstance(name, list):
        return None
    cames = tables.column(table, name)
    content = call.see(call.receiver)
    out = Thing(cames, table.rows) if content.row else Series(cames, table.rows, name, None, table.labels)
    default = call.argument(1, "default")
    return out if default is None or isinstance(default, Const) else call.machine.memory.joined(out, default)


def queried(call: Call, table: Table) -> Table:
    """``query``: rows by an expression."""
    text = call.plain(0, "expr")
    wanted = words(text, table) if isinstance(text, str) else list(table.columns)
    return tables.shaped(table, named(table, wanted))


def evaluated(call: Call, table: Table) -> Table | Value | None:
    """``eval``: columns by expressions."""
    text = call.plain(0, "expr")
    if not isinstance(text, str):
        return None
    for line in text.splitlines():
        target, equals, right = line.partition("=")
        if equals and not right.startswith("=") and target.strip().isidentifier():
            table = tables.with_column(table, target.strip(), changed(named(table, words(right, table))))
        elif line.strip():
            return Series(changed(named(table, words(line, table))), table.rows, None, None, table.labels)
    return table


def nulls_dropped(call: Call, table: Table) -> Table:
    """``dropna``: rows by the columns of a subset, or columns by their content."""
    if across(call):
        return table._replace(closed=False)
    subset = listed(call, -1, "subset")
    return tables.shaped(table, tables.whole(table) if subset is None else named(table, subset))


def distinct(call: Call, table: Table) -> Table:
    """``drop_duplicates``."""
    subset = listed(call, 0, "subset")
    return tables.shaped(table, tables.whole(table) if subset is None else named(table, subset))


def duplicates(call: Call) -> Value:
    """``duplicated``: a mask."""
    table = call.table()
    subset = listed(call, 0, "subset")
    cames = tables.whole(table) if subset is None else named(table, subset)
    return Series(changed(cames), table.rows, None, None, table.labels)


def ordered(call: Call, table: Table) -> Table:
    """``sort_values``."""
    by = listed(call, 0, "by")
    return tables.shaped(table, tables.whole(table) if by is None else named(table, by), SORT)


def ordered_by_index(call: Call, table: Table) -> Table:
    """``sort_index``."""
    return table if across(call) else tables.shaped(table, union(table.labels.values()), SORT)


def largest(call: Call, table: Table) -> Table:
    """``nlargest`` and ``nsmallest``: by columns."""
    by = listed(call, 1, "columns")
    return tables.shaped(table, tables.whole(table) if by is None else named(table, by), FILTER)


def filtered(call: Call, table: Table) -> Table:
    """``filter``: columns by their names."""
    items = listed(call, 0, "items")
    if items is not None:
        return tables.only(table, items)
    wanted = kinds.like(call, table)
    return table._replace(closed=False) if wanted is None else tables.only(table, wanted)


def of_types(call: Call, table: Table) -> Table:
    """``select_dtypes``: columns by their types, where those are known."""
    return kinds.selected(call, table)


def indexed(call: Call, table: Table) -> Table:
    """``set_index``."""
    value = call.argument(0, "keys")
    content = call.see(value)
    if isinstance(content, Series | Thing):
        return table._replace(labels={getattr(content, "name", "") or "": content.cames})
    keys = names(call.machine, value)
    if keys is None:
        return table._replace(labels={"": call.cames(value)}, closed=False)
    labels = {name: tables.column(table, name) for name in keys}
    before = table.labels if call.flag("append") else {}
    kept = table if call.plain(1, "drop", True) is False else tables.without(table, keys)
    return kept._replace(labels={**before, **labels})


def index_reset(call: Call, table: Table) -> Table:
    """``reset_index``."""
    if call.flag("drop") or call.plain(1, "drop", False) is True:
        return table._replace(labels={})
    if not table.labels:
        return tables.with_column(table, "index", table.rows)
    level = listed(call, 0, "level")
    if level is not None and all(name in table.labels for name in level):
        kept = {name: cames for name, cames in table.labels.items() if name not in level}
        out = tables.reset(table._replace(labels={name: table.labels[name] for name in level}))
        return out._replace(labels=kept)
    out = tables.reset(table)
    fresh = listed(call, -1, "names")
    return out if fresh is None else tables.renamed(out, dict(zip(table.labels, fresh, strict=False)))


def axis_renamed(call: Call, table: Table) -> Table:
    """``rename_axis``: names of the levels of the index."""
    fresh = listed(call, 0, "mapper") or listed(call, -1, "index")
    if fresh is None or across(call, 1) or len(fresh) != len(table.labels):
        return (
            table._replace(labels={fresh[0]: union(table.labels.values())}) if fresh and not across(call, 1) else table
        )
    return table._replace(labels=dict(zip(fresh, table.labels.values(), strict=True)))


def reindexed(call: Call, table: Table) -> Table:
    """``reindex``: these columns, or these rows."""
    wanted = listed(call, -1, "columns") or (listed(call, 0, "labels") if across(call, 1) else None)
    return table if wanted is None else tables.only(table, wanted)


def exploded(call: Call, table: Table) -> Table:
    """``explode``."""
    for name in listed(call, 0, "column") or []:
        cames = changed(tables.column(table, name))
        table = tables.shaped(tables.with_column(table, name, cames), cames, FILTER)
    return table


def prefixed(call: Call, table: Table) -> Table | None:
    """``add_prefix`` and ``add_suffix``."""
    text = call.plain(0, "prefix" if call.name == "add_prefix" else "suffix")
    if not isinstance(text, str):
        return None
    return tables.prefixed(table, text) if call.name == "add_prefix" else tables.prefixed(table, "", text)


def summed_up(call: Call) -> Value:
    """One value of each column, or with ``axis=1`` of each row."""
    table = call.table()
    if across(call):
        return Series(changed(tables.whole(table._replace(labels={}))), table.rows, None, None, table.labels)
    out = tables.mapped(table, aggregated, "AGGREGATION")._replace(labels={})
    content = call.see(call.receiver)
    if isinstance(content, Frame) and content.row:
        return Thing(changed(tables.whole(table)), table.rows)
    return call.new(Frame(out if call.kwargs.get("numeric_only") is None else out._replace(closed=False), True))


def aggregates(call: Call) -> Value:
    """``agg`` of a whole table."""
    function = call.argument(0, "func")
    content = call.see(function)
    table = tables.mapped(call.table(), aggregated, "AGGREGATION")._replace(labels={})
    if isinstance(content, Pairs) and content.loose is None:
        several = any(isinstance(call.see(one), Items) for one in content.known.values())
        return call.new(Frame(tables.only(table, content.known), not several))
    return call.new(Frame(table, not isinstance(content, Items)))


def described(call: Call) -> Value:
    """``describe``: some numbers of each column."""
    table = tables.mapped(call.table(), aggregated, "AGGREGATION")
    return call.frame(table._replace(labels={}, closed=False))


def correlated(call: Call) -> Value:
    """``corr`` and ``cov``: a number of each pair of columns."""
    table = call.table()
    cames = aggregated(tables.whole(table))
    return call.frame(table._replace(columns=dict.fromkeys(table.columns, cames), spread=cames, labels={}))


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
    """``update`` changes the table, column by column."""
    other = table_of(call.machine, call.argument(0, "other"))
    content = call.see(call.receiver)
    if other is None or not isinstance(call.receiver, Ref):
        return None
    if content.row:
        writing.update(call.machine, call.receiver, call.args[0])
        return NONE
    columns = {name: cames | tables.column(other, name) for name, cames in content.table.columns.items()}
    call.machine.memory.put(call.receiver.place, Frame(content.table._replace(columns=columns)))
    return NONE


def as_series(call: Call, table: Table) -> Value:
    """``squeeze``: the only column."""
    if table.closed and len(table.columns) == 1:
        [(name, cames)] = table.columns.items()
        return Series(cames, table.rows, name, None, table.labels)
    return call.frame(table)


def counted(call: Call) -> Value:
    """``value_counts`` of rows."""
    table = call.table()
    wanted = listed(call, 0, "subset") or list(table.columns)
    keys = {name: tables.column(table, name) for name in wanted}
    rows = table.rows | deciding(union(keys.values()), "GROUP_BY")
    return Series(aggregated(union(keys.values())), rows, "count", None, keys)


def _table(words_: str, rule: Any) -> dict[str, Any]:
    return {name: framed(rule) for name in words_.split()}


_SAME = """
    copy head tail sample infer_objects convert_dtypes set_flags truncate between_time at_time tz_localize
    tz_convert to_period to_timestamp asfreq take swaplevel reorder_levels droplevel persist compute cache collect
    to_pandas from_pandas lazy clone rechunk to_frame reindex_like align swapaxes unique first last sort_remaining
"""
_COMPUTED = """
    abs round ffill bfill pad backfill interpolate clip isna isnull notna notnull isin shift diff cumsum cumprod
    cummax cummin pct_change rank add sub mul div truediv floordiv mod pow radd rsub rmul rdiv rtruediv multiply
    divide subtract eq ne lt le gt ge combine_first combine fill_null fill_nan cast dot transform
"""
_SUMMED = """
    sum mean median min max std var count nunique prod product sem skew kurt kurtosis mode quantile any all idxmax
    idxmin first_valid_index last_valid_index mad
"""

METHODS: Rules = {
    **_table(_SAME, same),
    **_table(_COMPUTED, computed),
    **dict.fromkeys(_SUMMED.split(), summed_up),
    **_table("where mask", conditional),
    **_table("fillna replace", replaced),
    **_table("nlargest nsmallest", largest),
    **_table("add_prefix add_suffix", prefixed),
    **_table("map applymap", mapped),
    "astype": framed(typed),
    "drop": framed(dropped),
    "rename": framed(renamed),
    "set_axis": framed(relabelled),
    "assign": framed(assigned),
    "insert": inserted,
    "pop": popped,
    "get": got,
    "query": framed(queried),
    "eval": framed(evaluated),
    "dropna": framed(nulls_dropped),
    "drop_duplicates": framed(distinct),
    "duplicated": duplicates,
    "sort_values": framed(ordered),
    "sort_index": framed(ordered_by_index),
    "filter": framed(filtered),
    "select_dtypes": framed(of_types),
    "set_index": framed(indexed),
    "reset_index": framed(index_reset),
    "rename_axis": framed(axis_renamed),
    "reindex": framed(reindexed),
    "explode": framed(exploded),
    "agg": aggregates,
    "aggregate": aggregates,
    "describe": described,
    "corr": correlated,
    "cov": correlated,
    "apply": applied_to,
    "pipe": piped,
    "update": updated,
    "squeeze": framed(as_series),
    "value_counts": counted,
}
