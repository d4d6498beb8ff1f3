"""Methods of a table that decide its rows, their order, or their labels.

Enters: a call on a table. Leaves: a value. Source: the reference of pandas' ``DataFrame``.
"""

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import Call, Rules, names
from driftline.capture.script.cames import aggregated, changed, deciding, some_rows, union
from driftline.capture.script.reading import FILTER, NOTHING, SORT, Table
from driftline.capture.script.rules.shared import (
    across,
    all_framed,
    framed,
    level_of,
    listed,
    named,
    words,
)
from driftline.capture.script.values import Series, Thing, Value


def queried(call: Call, table: Table) -> Table:
    """``query``: rows by an expression."""
    text = call.plain(0, "expr")
    wanted = words(text, table) if isinstance(text, str) else list(table.columns)
    return tables.shaped(table, named(table, wanted))


def nulls_dropped(call: Call, table: Table) -> Table:
    """``dropna``: rows by the columns of a subset, or columns by their content."""
    if across(call):
        return table
    subset = listed(call, -1, "subset")
    return tables.shaped(table, tables.values(table) if subset is None else named(table, subset))


def distinct(call: Call, table: Table) -> Table:
    """``drop_duplicates``."""
    subset = listed(call, 0, "subset")
    if subset is None:
        return tables.shaped(table, tables.values(table))
    return tables.shaped(table._replace(rows=some_rows(table.rows)), named(table, subset))  # the first of each


def duplicates(call: Call) -> Value:
    """``duplicated``: a mask."""
    table = call.table()
    subset = listed(call, 0, "subset")
    cames = tables.values(table) if subset is None else named(table, subset)
    return Series(changed(cames), table.rows, None, None, table.labels)


def ordered(call: Call, table: Table) -> Table:
    """``sort_values``."""
    by = listed(call, 0, "by")
    return tables.shaped(table, tables.values(table) if by is None else named(table, by), SORT)


def ordered_by_index(call: Call, table: Table) -> Table:
    """``sort_index``."""
    return table if across(call) else tables.shaped(table, union(table.labels.values()), SORT)


def largest(call: Call, table: Table) -> Table:
    """``nlargest`` and ``nsmallest``: by columns."""
    by = listed(call, 1, "columns")
    table = tables.shaped(table, tables.values(table) if by is None else named(table, by), FILTER)
    return tables.shaped(table, call.cames(call.argument(0, "n")), FILTER)


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
    return (
        out
        if fresh is None
        else tables.renamed(out, dict(zip((one or "index" for one in table.labels), fresh, strict=False)))
    )


def crossed(call: Call, table: Table) -> Table:
    """``xs``: the rows under one label, which is a level of the index no more."""
    level = call.plain(2, "level")
    if across(call, 1):
        return tables.without_level(table) if tables.leveled(table) and level not in (None, 0) else table
    gone = list(table.labels)[:1] if level is None else [level_of(table.labels, one) for one in _each(level)]
    decides = union(table.labels[one] for one in gone if one in table.labels)
    kept = {name: cames for name, cames in table.labels.items() if name not in gone}
    return tables.shaped(table._replace(labels=kept), decides)


def _each(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def values_reset(call: Call) -> Value:
    """``reset_index`` and ``to_frame`` of one row: a column of all its values, beside one of the names of columns."""
    table = call.table()
    axis = dict.fromkeys([one or "index" for one in table.labels] or ["index"], tables.named_after(table))
    columns = axis if call.name == "reset_index" and not call.flag("drop") else {}
    own = call.see(call.receiver).name
    given = call.plain(0, "name", own) if call.name == "to_frame" else call.plain(-1, "name", own)
    labels = axis if call.name == "to_frame" else {"": NOTHING}
    if isinstance(given, str):
        return call.frame(Table({**columns, given: tables.values(table)}, (), table.rows, True, NOTHING, labels))
    return call.frame(Table(columns, (), table.rows, False, tables.values(table), labels))


def row_renamed(call: Call) -> Value:
    """``rename`` of one row: the row itself, or its fields."""
    content, fresh = call.see(call.receiver), call.plain(0, "index")
    if isinstance(fresh, dict):
        return call.new(replace(content, table=tables.renamed(content.table, fresh)))
    return call.new(replace(content, name=fresh if isinstance(fresh, str) else None))


def axis_of_row_renamed(call: Call, table: Table) -> Table:
    """``rename_axis`` of one row: what its names are called."""
    fresh = listed(call, 0, "mapper") or listed(call, -1, "index")
    return table._replace(labels={fresh[0]: NOTHING}) if fresh else table


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


def counted(call: Call) -> Value:
    """``value_counts`` of rows."""
    table = call.table()
    wanted = listed(call, 0, "subset") or list(table.columns)
    keys = {name: tables.column(table, name) for name in wanted}
    rows = table.rows | deciding(union(keys.values()), "GROUP_BY")
    return Series(aggregated(union(keys.values())), rows, "count", None, keys)


ON_ROWS: Rules = {
    "reset_index": values_reset,
    "rename": row_renamed,
    "to_frame": values_reset,
    "rename_axis": framed(axis_of_row_renamed),
}
METHODS: Rules = {
    **all_framed("nlargest nsmallest", largest),
    "query": framed(queried),
    "xs": framed(crossed),
    "dropna": framed(nulls_dropped),
    "drop_duplicates": framed(distinct),
    "duplicated": duplicates,
    "sort_values": framed(ordered),
    "sort_index": framed(ordered_by_index),
    "set_index": framed(indexed),
    "reset_index": framed(index_reset),
    "rename_axis": framed(axis_renamed),
    "reindex": framed(reindexed),
    "explode": framed(exploded),
    "value_counts": counted,
}
