"""Methods of a table that choose, name, put in and take out columns.

Enters: a call on a table. Leaves: a value. Source: the reference of pandas' ``DataFrame``.
"""

from msgspec.structs import replace

from driftline.capture.script import sorts, tables, writing
from driftline.capture.script.call import (
    UNKNOWN,
    Call,
    Rules,
    callable_value,
    entering,
    names,
    plain,
    rows_of,
    some_of,
)
from driftline.capture.script.cames import changed, deciding, hedged
from driftline.capture.script.reading import NOTHING, Table
from driftline.capture.script.rules import kinds
from driftline.capture.script.rules.shared import (
    across,
    all_framed,
    applied,
    framed,
    level_of,
    listed,
    named,
    words,
)
from driftline.capture.script.values import NONE, Const, Ref, Series, Thing, Value


def dropped(call: Call, table: Table) -> Table:
    """``drop``: columns, or rows."""
    value = call.argument(2, "columns") or (call.argument(0, "labels") if across(call, 1) else None)
    if value is not None:
        content = call.see(value)
        gone = None if some_of(content) else names(call.machine, value)
        if gone is None:
            rows = rows_of(call.machine, value)
            return tables.some_columns(table, rows) if rows else table
        return tables.without(table, gone)
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


def level_dropped(call: Call, table: Table) -> Table:
    """``droplevel``: of the index, or with ``axis=1`` of names in levels."""
    level = call.plain(0, "level")
    if not across(call, 1):
        gone = level_of(table.labels, level)
        return table._replace(labels={name: cames for name, cames in table.labels.items() if name != gone})
    names_ = list(table.columns)
    if not isinstance(level, int) or any(not isinstance(one, tuple) or len(one) <= level for one in names_):
        return table
    left = [one[:level] + one[level + 1 :] for one in names_]
    return tables.numbered(table, [one[0] if len(one) == 1 else one for one in left]) or table


def levels_moved(call: Call, table: Table) -> Table:
    """``swaplevel`` and ``reorder_levels``: of the index, or with ``axis=1`` of names in levels."""
    swaps = call.name == "swaplevel"
    columns = across(call, 2 if swaps else 1)
    if columns and tables.leveled(table):  # names of which a level is not known are looked for by the first one
        return table
    width = min((len(one) if isinstance(one, tuple) else 1 for one in table.columns), default=0)
    order = list(range(width if columns else len(table.labels)))
    asked = call.plain(0, "order")
    try:
        if swaps:
            i, j = order[call.plain(0, "i", -2)], order[call.plain(1, "j", -1)]
            order[i], order[j] = j, i
        else:
            order = [order[one] for one in asked]
    except (IndexError, TypeError):  # levels by their names, which columns do not have here
        return tables.hedge(table) if columns else table
    if columns:
        moved = [tuple(one[at] for at in order) if isinstance(one, tuple) else one for one in table.columns]
        return tables.numbered(table, moved) or tables.hedge(table)
    levels = list(table.labels.items())
    return table._replace(labels=dict(levels[at] for at in order))


def assigned(call: Call, table: Table) -> Table:
    """``assign``: columns put in, one after the other."""
    for name, value in call.kwargs.items():
        from_table = callable_value(value)
        found = applied(call, value, call.frame(table)) if from_table else value
        cames = entering(call.machine, found, table)
        table = tables.with_column(table, name, sorts.put_in(call.machine, found, cames))
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
    content = call.see(call.receiver)
    by = call.cames(call.argument(0, "key")) if name is UNKNOWN and content.row else NOTHING
    if not by and (name is UNKNOWN or isinstance(name, list)):
        return None
    own = tables.values(table)
    cames = (hedged(own) if table.columns else own) | deciding(by) if by else tables.column(table, name)
    out = Thing(cames, table.rows) if content.row else Series(cames, table.rows, name, None, table.labels)
    default = call.argument(1, "default")
    return out if default is None or isinstance(default, Const) else call.machine.memory.joined(out, default)


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


def filtered(call: Call, table: Table) -> Table:
    """``filter``: columns by their names."""
    items = listed(call, 0, "items")
    if items is not None:
        return tables.only(table, items)
    wanted = kinds.like(call, table)
    return table if wanted is None else tables.only(table, wanted)


def of_types(call: Call, table: Table) -> Table:
    """``select_dtypes``: columns by their types, where those are known."""
    return kinds.selected(call, table)


def prefixed(call: Call, table: Table) -> Table | None:
    """``add_prefix`` and ``add_suffix``."""
    text = call.plain(0, "prefix" if call.name == "add_prefix" else "suffix")
    if not isinstance(text, str):
        return None
    return tables.prefixed(table, text) if call.name == "add_prefix" else tables.prefixed(table, "", text)


def as_series(call: Call, table: Table) -> Value:
    """``squeeze``: the only column."""
    if table.closed and len(table.columns) == 1:
        [(name, cames)] = table.columns.items()
        return Series(cames, table.rows, name, None, table.labels)
    return call.frame(table)


METHODS: Rules = {
    **all_framed("add_prefix add_suffix", prefixed),
    "drop": framed(dropped),
    "rename": framed(renamed),
    "set_axis": framed(relabelled),
    "droplevel": framed(level_dropped),
    **all_framed("swaplevel reorder_levels", levels_moved),
    "assign": framed(assigned),
    "insert": inserted,
    "pop": popped,
    "get": got,
    "setdefault": got,
    "eval": framed(evaluated),
    "filter": framed(filtered),
    "select_dtypes": framed(of_types),
    "squeeze": framed(as_series),
}
