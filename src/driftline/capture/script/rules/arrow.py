"""Tables of pyarrow: columns put in, taken out and named anew, rows chosen, joined, grouped, sorted; its functions.

Enters: a call. Leaves: a table, a column, records. A condition that is spelled with ``field`` names columns of the
table that it is given to. Source: the reference of ``pyarrow.Table`` and ``pyarrow.compute``.
"""

from typing import Any

from driftline.capture.script import tables
from driftline.capture.script.call import Call, Rules, entering, names, plain, table_of
from driftline.capture.script.cames import aggregated, deciding, put, union
from driftline.capture.script.reading import FILTER, JOIN, NOTHING, SORT, Came, Cames, Table
from driftline.capture.script.rules import arrays, column_rules, combining, grouping, making, polars
from driftline.capture.script.rules.shared import TableRule, framed, named
from driftline.capture.script.values import NONE, Const, Frame, Grouped, Items, Pairs, Series, Thing, Value


def field(call: Call) -> Value:
    """``pyarrow.field`` is a name with a type, ``pyarrow.compute.field`` a column of a table that comes later."""
    name = call.plain(0, "name")
    if not isinstance(name, str):
        return Thing()
    return Const(name) if call.name == "pyarrow.field" else Thing(frozenset({Came(polars.LATER, name)}))


def chosen(call: Call, table: Table) -> Table:
    """``filter``: rows by a mask or conditions; in pandas columns by their names."""
    masks = [call.see(one) for one in call.args or (call.argument(0, "mask"),)]
    if not all(isinstance(one, Series | Thing) and one.cames for one in masks):
        return column_rules.filtered(call, table)
    cames = polars.in_table(table, union(one.cames for one in masks))
    rows = union(put(one.rows - table.rows) for one in masks)
    return tables.shaped(table._replace(rows=table.rows | rows), cames, FILTER)


def scanned(call: Call, table: Table) -> Table | None:
    """``to_table``, ``scanner``: some columns, or named expressions of them, of rows that a condition chooses."""
    wanted, mask = call.argument(0, "columns"), call.argument(1, "filter")
    shaped = restricted(call, table, mask)
    content = call.see(wanted)
    if isinstance(content, Pairs) and content.loose is None:
        made = {name: polars.in_table(table, call.cames(one)) for name, one in content.known.items()}
        return shaped._replace(columns=made, rest=(), closed=True, spread=NOTHING)
    found = names(call.machine, wanted)
    if wanted is None or wanted == NONE:
        return shaped
    return None if found is None else tables.only(shaped, found)


def restricted(call: Call, table: Table, mask: Value | None) -> Table:
    """Rows that a condition chooses: an expression, or triples of a column, an operator and a value."""
    found = plain(call.machine, mask)
    flat = found if isinstance(found, list) else []
    while flat and all(isinstance(one, list) for one in flat):
        flat = [each for one in flat for each in one]
    if flat and all(isinstance(one, tuple) and len(one) == 3 for one in flat):
        told = [one[0] for one in flat]
        return tables.shaped(table, named(table, told) | _unread(table, told), FILTER)
    return table if mask is None else tables.shaped(table, polars.in_table(table, call.cames(mask)), FILTER)


def _unread(table: Table, names: list[str]) -> Cames:
    """Columns that were looked at and are not among those that were read."""
    reads = {one.read for one in table.all()} if table.closed else set()
    return frozenset(Came(read, name) for read in reads for name in names if name not in table.columns)


def partitioning(call: Call) -> Value | None:
    """``dataset.partitioning``: the names of the columns that tell the folders."""
    value = call.argument(0, "schema") or call.argument(-1, "field_names")
    found = plain(call.machine, value)
    ones = found if isinstance(found, list) else []
    told = [one[0] if isinstance(one, tuple) else one for one in ones]
    return call.new(Items(tuple(Const(one) for one in told))) if told else None


def schema(call: Call) -> Value | None:
    """``schema``: its fields."""
    content = call.see(call.argument(0, "fields"))
    if not isinstance(content, Items) or content.loose is not None:
        return None
    firsts = [call.see(one) for one in content.known]
    found = [one.known[0] if isinstance(one, Items) and one.known else one for one in firsts]
    return call.new(Items(tuple(found))) if all(isinstance(one, Const) for one in found) else None


def put_in(call: Call, table: Table) -> Table | None:
    """``append_column``, ``add_column``, ``set_column``: the last two by place."""
    at = call.name != "append_column"
    name, value = call.plain(0 + at, "field_"), call.argument(1 + at, "column")
    if not isinstance(name, str):
        return None
    place = call.plain(0, "i") if call.name == "set_column" else None
    order = list(table.columns)
    gone = [order[place]] if table.closed and isinstance(place, int) and place < len(order) else []
    cames = entering(call.machine, value, table)
    return tables.with_column(tables.without(table, [one for one in gone if one != name]), name, cames)


def taken_out(call: Call, table: Table) -> Table | None:
    """``drop_columns`` and ``remove_column``."""
    gone = names(call.machine, call.argument(0, "columns") or call.argument(0, "i"))
    if gone is not None and call.name == "remove_column":
        order = list(table.columns)
        gone = [order[one] for one in gone if isinstance(one, int) and one < len(order)]
    return None if gone is None else tables.without(table, gone)


def picked(call: Call, table: Table) -> Table | None:
    """``select``: columns by name or place; in polars each is an argument."""
    given = [names(call.machine, one) for one in call.args or (call.argument(0, "columns"),)]
    wanted = [one for some in given for one in some or (None,)]
    order = list(table.columns)
    good = all(isinstance(one, str) or (isinstance(one, int) and one < len(order)) for one in wanted)
    if not good or call.more or (call.args and call.kwargs):
        return polars.expressed(call, table)
    return tables.only(table, [order[one] if isinstance(one, int) else one for one in wanted])


def renamed(call: Call, table: Table) -> Table | None:
    """``rename_columns``: by place or by a dict."""
    found = plain(call.machine, call.argument(0, "names"))
    if isinstance(found, dict):
        return tables.renamed(table, found)
    return tables.numbered(table, found) if isinstance(found, list | tuple) else None


def ordered(call: Call, table: Table) -> Table:
    """``sort_by``: a name, or names each with a direction."""
    found = plain(call.machine, call.argument(0, "sorting"))
    by = [one[0] if isinstance(one, tuple | list) else one for one in found] if isinstance(found, list) else [found]
    known = [one for one in by if isinstance(one, str)]
    return tables.shaped(table, named(table, known) if known else tables.values(table), SORT)


def joined(call: Call) -> Value | None:
    """``join``: by keys of both; in pandas by the index."""
    a, b = call.table(), table_of(call.machine, call.argument(0, "right_table"))
    keys = names(call.machine, call.argument(1, "keys"))
    if not {"keys", "right_keys", "join_type", "right_table"} & set(call.kwargs) or b is None or keys is None:
        return combining.joined(call)
    others = names(call.machine, call.argument(2, "right_keys")) or keys
    decides = deciding(named(a, keys) | named(b, others), JOIN)
    columns = {**a.columns, **{name: tables.column(a, name) for name in keys}}
    columns |= {name: cames for name, cames in b.columns.items() if name not in columns and name not in others}
    gone = frozenset(one for one in (*columns, *others) if isinstance(one, str))
    rest = (*a.rest, *(one._replace(without=one.without | gone) for one in b.rest))
    return call.frame(Table(columns, rest, a.rows | b.rows | decides, a.closed and b.closed, a.spread | b.spread))


def summed_up(call: Call) -> Value | None:
    """``aggregate`` by pairs of a column and a function: under the names of both, after the keys."""
    one, found = call.receiver, plain(call.machine, call.argument(0, "aggregations"))
    pairs = isinstance(found, list) and all(isinstance(each, tuple | list) and len(each) > 1 for each in found)
    if not isinstance(one, Grouped) or one.single or not pairs:
        return grouping.aggregates(call)
    columns: dict[Any, Cames] = {}
    for source, how, *_ in found:
        several = source if isinstance(source, list | tuple) else [source]
        columns["_".join(map(str, [*several, how]))] = aggregated(
            union(tables.column(one.table, name) for name in several)
        )
    return call.frame(tables.reset(tables.grouped(Table(columns, (), one.table.rows, True), one.keys)))


def records(call: Call) -> Value:
    """``to_pylist``: records."""
    table = call.table()
    row = call.new(Frame(table._replace(rows=NOTHING, labels={}), True))
    return call.new(Items((), row, table.rows))


def by_name(call: Call) -> Value:
    """``to_pydict``: columns by name."""
    table = call.table()
    return call.new(Pairs({name: Thing(cames, table.rows) for name, cames in table.columns.items()}))


def column(call: Call) -> Value | None:
    """``column``: by name or place."""
    wanted, table = call.plain(0, "i"), call.table()
    order = list(table.columns)
    name = order[wanted] if isinstance(wanted, int) and table.closed and wanted < len(order) else wanted
    return Series(tables.column(table, name), table.rows, name) if isinstance(name, str) else None


def batches(call: Call) -> Value:
    """``to_batches``: pieces of the table; of a dataset some columns, of rows that a condition chooses."""
    whole = isinstance(call.plain(0), int)  # how large a piece may be
    table = None if whole else scanned(call, call.table())
    table = call.table() if table is None else table
    return call.new(Items((), call.frame(table), table.rows))


def pieces(call: Call, table: Table) -> Items:
    """``iter_batches`` of a file: pieces of it, with some of its columns."""
    wanted = names(call.machine, call.argument(2, "columns"))
    return Items((), call.frame(table if wanted is None else tables.only(table, wanted)), table.rows)


def from_arrays(call: Call) -> Value | None:
    """``Table.from_arrays``: columns and their names."""
    content, labels = call.see(call.argument(0, "arrays")), names(call.machine, call.argument(1, "names"))
    if not isinstance(content, Items) or content.loose is not None or labels is None:
        return None
    columns = {name: call.cames(one) for name, one in zip(labels, content.known, strict=False)}
    rows = union(getattr(call.see(one), "rows", NOTHING) for one in content.known)
    return call.frame(Table(columns, (), rows, True))


def if_else(call: Call) -> Value:
    """``if_else``: one of two, by a condition."""
    return arrays.like(call, call.cames(*call.args[1:]) | deciding(call.cames(call.argument(0))))


def same(call: Call, table: Table) -> Table:
    """The same columns."""
    return table


def _each(words: str, rule: TableRule) -> Rules:
    return {name: framed(rule) for name in words.split()}


_TOTALS = (
    "sum mean min max min_max count count_distinct stddev variance quantile approximate_median mode product any all"
)

METHODS: Rules = {
    **_each("append_column add_column set_column", put_in),
    **_each("drop_columns remove_column", taken_out),
    **_each("combine_chunks slice lazy collect unify_dictionaries replace_schema_metadata flatten read_all", same),
    **_each("to_table scanner", scanned),
    "filter": framed(chosen),
    "join": joined,
    "select": framed(picked),
    "with_columns": framed(polars.expressed),
    "rename_columns": framed(renamed),
    "sort_by": framed(ordered),
    "to_pylist": records,
    "to_pydict": by_name,
    "column": column,
    "to_batches": batches,
}
ON_GROUPS: Rules = {"aggregate": summed_up}
FUNCTIONS: Rules = {
    "pyarrow.table": making.table_made,
    "pyarrow.Table.from_pylist": making.table_made,
    "pyarrow.Table.from_pydict": making.table_made,
    "pyarrow.concat_tables": combining.concatenated,
    "pyarrow.Table.from_batches": combining.concatenated,
    "pyarrow.schema": schema,
    "pyarrow.dataset.partitioning": partitioning,
    "pyarrow.field": field,
    "pyarrow.compute.field": field,
    "pyarrow.dataset.field": field,
    "pyarrow.compute.if_else": if_else,
    **{f"pyarrow.compute.{name}": arrays.summed_up for name in _TOTALS.split()},
    "pyarrow.array": arrays.same,
    **dict.fromkeys(("pyarrow.ipc.open_file", "pyarrow.ipc.open_stream"), arrays.same),  # of what is mapped
    "pyarrow.chunked_array": arrays.same,
    "pyarrow.scalar": arrays.computed,
    "pyarrow.Table.from_arrays": from_arrays,
}
