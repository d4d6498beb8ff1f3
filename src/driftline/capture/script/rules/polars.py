"""Expressions of polars, and the columns that its frames make of them.

Enters: a call. Leaves: a table, a column, an expression, whose origins name columns of a table that comes later. A
value that the program puts into an expression is marked, as the plan of polars does not know where it comes from. A
frame that is read when it is asked for has no columns until then but such values. Source: polars' reference of
expressions.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import doors, tables, unrolling
from driftline.capture.script.call import Call, Rules, names, plain, rows_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, put, union
from driftline.capture.script.reading import NOTHING, SORT, Came, Cames, Table
from driftline.capture.script.rules import frames, grouping, making, row_rules, shared
from driftline.capture.script.values import Const, Expression, Frame, Grouped, Items, Pairs, Ref, Series, Thing, Value

LATER = ()  # the read of a column that an expression names, before it is known of which table
_EACH, _ALL = "\0each", "\0all"  # of those columns: the one that is meant this time, every one of the table


def column(call: Call) -> Value:
    """``col``: one column, or each of several."""
    wanted: list[Any] = [name for one in call.args for name in names(call.machine, one) or (None,)]
    if call.name == "polars.all" and not wanted:
        wanted = [_ALL]
    if not wanted or call.more or not all(isinstance(one, str) for one in wanted):
        return Thing()
    source = wanted[0] if len(wanted) == 1 and wanted != [_ALL] else _EACH
    return Expression(frozenset({Came(LATER, source)}), columns=tuple(wanted))


def in_table(table: Table, cames: Cames, each: str = "") -> Cames:
    """Return origins with the columns of a table that an expression named; the others were put in as values."""
    named = {each if one.column == _EACH else one.column for one in cames if one.read == LATER}
    there = put(frozenset(one for one in cames if one.read != LATER))
    return there.union(*(changed(tables.column(table, name)) for name in named))


def summed_up(call: Call) -> Value:
    """``sum`` and the like of columns; ``len``, of none."""
    if call.name in ("polars.len", "polars.count") and not call.args:
        return Expression(columns=("len",))
    made = call.see(column(call))
    return replace(made, cames=aggregated(made.cames)) if isinstance(made, Expression) else Thing()


def _of(call: Call, table: Table, value: Value, each: str = "") -> Cames:
    """Return the origins of an expression, and of what decided which values were put into it."""
    rows = frozenset(one for one in rows_of(call.machine, value) - table.rows if one.subtype != SORT)
    return in_table(table, call.cames(value) | deciding(rows), each)


def _made(call: Call, table: Table) -> tuple[dict[Any, Cames], Cames]:
    """Columns of names, of expressions and of columns; and what has no name that is known."""
    content = call.see(call.argument(0))
    given = [*(content.known if isinstance(content, Items) else call.args[:1]), *call.args[1:]]
    made: dict[Any, Cames] = {}
    spread = NOTHING
    for one in given:
        name = plain(call.machine, one)
        made_of = call.see(one)
        if isinstance(name, str):
            made[name] = tables.column(table, name)
        elif isinstance(made_of, Series) and isinstance(made_of.name, str):
            made[made_of.name] = _of(call, table, made_of)
        elif isinstance(made_of, Expression):
            every = table.columns if made_of.columns == (_ALL,) else made_of.columns
            made |= {each: _of(call, table, made_of, each) for each in every}
        else:
            spread |= hedged(_of(call, table, one))
    for name, one in call.kwargs.items():
        source = plain(call.machine, one)
        made[name] = tables.column(table, source) if isinstance(source, str) else _of(call, table, one)
    return made, spread


def expressed(call: Call, table: Table) -> Table | None:
    """``select`` and ``with_columns``."""
    made, spread = _made(call, table)
    if not (made or spread):
        return None
    if call.name == "select":
        return Table(made, (), table.rows, not spread, spread, table.labels)
    table = table._replace(columns={**table.columns, **made})
    return tables.with_some_column(table, spread) if spread else table


def aggregates(call: Call) -> Value:
    """``agg``, of polars by expressions; of pandas."""
    one, first = call.receiver, call.see(call.argument(0))
    given = (*(first.known if isinstance(first, Items) else ()), *call.args, *call.kwargs.values())
    if not isinstance(one, Grouped) or not any(isinstance(call.see(each), Thing) for each in given):
        return grouping.aggregates(call)
    made, spread = _made(call, one.table)
    columns = {name: aggregated(cames) for name, cames in made.items()}
    table = Table(columns, (), one.table.rows, not spread, aggregated(spread))
    return call.frame(tables.reset(tables.grouped(table, one.keys)))


def computed(call: Call) -> Value:
    """A function that makes an expression of others, or of values."""
    made = Thing(changed(call.cames(*call.given())))
    if call.name == "polars.when":  # the name is that of what is chosen
        return made
    return doors.computed(made, call.see(call.argument(0)), Expression())


def called(call: Call) -> Value:
    """``alias`` of an expression."""
    content, name = call.see(call.receiver), call.plain(0, "name")
    assert isinstance(content, Thing)
    return Expression(content.cames, content.rows, columns=(name,)) if isinstance(name, str) else content


def series(call: Call) -> Value | None:
    """``Series``: a name and values, or values alone."""
    name, values = call.plain(0, "name"), call.argument(1, "values")
    if not isinstance(name, str) or values is None:
        return None
    return Series(call.cames(values), rows_of(call.machine, values), name)


def cell(call: Call) -> Value:
    """``item``: the only one, or that of a row and a column; of an array of numpy, too."""
    name, table = call.plain(1, "column"), call.table()
    order = list(table.columns) if table.closed else []
    if type(name) is int and -len(order) <= name < len(order):
        name = order[name]
    elif name is None and len(order) == 1 and not (call.args or call.kwargs):
        name = order[0]
    cames = tables.column(table, name) if isinstance(name, str) else hedged(tables.whole(table))
    return Thing(cames, table.rows)


def beside(call: Call) -> Value:
    """``hstack``: columns of a frame, or columns alone; with ``in_place=True`` where the frame lies."""
    frame, given = call.see(call.receiver), call.see(call.argument(0, "columns"))
    table = call.table()
    for one in given.known if isinstance(given, Items) and given.loose is None else (given,):
        content = call.see(one)
        if isinstance(content, Frame):
            table = table._replace(columns={**table.columns, **content.table.columns})
        elif isinstance(content, Series) and isinstance(content.name, str):
            table = tables.with_column(table, content.name, content.cames)
        else:
            table = tables.with_some_column(table, hedged(call.cames(one)))
    if isinstance(call.receiver, Ref) and call.flag("in_place"):
        call.machine.memory.put(call.receiver.place, replace(frame, table=table))
        return call.receiver
    return call.frame(table)


def grouped(call: Call) -> Value:
    """``group_by``: names, expressions, columns."""
    named = {name: one for name, one in call.kwargs.items() if name not in {"maintain_order", "use_threads"}}
    keys, spread = _made(Call(call.machine, call.receiver, call.name, call.args, named, call.path), call.table())
    return Grouped(call.table(), {**keys, **({tables.SOME: spread} if spread else {})}, in_order=False)


def grouped_in_time(call: Call) -> Value:
    """``group_by_dynamic``: by spans of an index, inside of groups."""
    keys = [one for one in (call.kwargs.get("group_by"), call.argument(0, "index_column")) if one is not None]
    made, spread = _made(Call(call.machine, call.receiver, call.name, keys, {}, call.path), call.table())
    return Grouped(call.table(), {**made, **({tables.SOME: spread} if spread else {})})


def parted(call: Call) -> Value | None:
    """``partition_by``: the frames of groups, in a list or under their keys."""
    groups = grouped(Call(call.machine, call.receiver, call.name, call.args, {}, call.path))
    if not call.args or call.argument(-1, "include_key") or not isinstance(groups, Grouped):
        return None
    over = unrolling.unrolled(call.machine, groups)
    pair = call.see(over.loose)
    assert isinstance(pair, Items)
    key, group = pair.known
    if call.flag("as_dict"):
        return call.new(Pairs(loose=group, rows=over.rows, keys=union(groups.keys.values()), held=key))
    return call.new(Items((), group, over.rows))


def dummies(call: Call, table: Table) -> Table | None:
    """``to_dummies``: a column for each value, called after the column that it comes from."""
    wanted = list(table.columns) if call.argument(0, "columns") is None else shared.listed(call, 0, "columns")
    between = call.plain(-1, "separator", "_")
    if wanted is None or not isinstance(between, str) or not (table.closed or call.args or call.kwargs):
        return None
    made = tuple((f"{name}{between}", changed(tables.column(table, name))) for name in wanted)
    return tables.without(table, wanted)._replace(families=(*table.families, *made), closed=False)


def group_counted(call: Call) -> Value | None:
    """``len`` of groups: how many rows there are, beside the keys."""
    one, name = call.receiver, call.plain(0, "name", "len")
    if not isinstance(one, Grouped) or not isinstance(name, str):
        return None
    table = Table({name: NOTHING}, (), one.table.rows, True)
    return call.frame(tables.reset(tables.grouped(table, one.keys)))


def numbered(call: Call, table: Table) -> Table | None:
    """``with_row_index``: a column that comes from nowhere, the first."""
    name = call.plain(0, "name", "index")
    return table._replace(columns={name: NOTHING, **table.columns}) if isinstance(name, str) else None


def rows_told(call: Call) -> Value:
    """``iter_rows``, ``rows``: tuples, or with ``named=True`` records, as ``to_dicts`` gives."""
    table = call.table()
    named = call.name == "to_dicts" or call.flag("named")
    row = call.new(Frame(table._replace(rows=NOTHING, labels={}), True, array=not named))
    return call.new(Items((), row, table.rows))


def frame_made(call: Call) -> Value | None:
    """``DataFrame(data, schema)`` and its siblings."""
    data, schema = call.argument(0, "data"), call.argument(1, "schema")
    content = call.see(data)
    if isinstance(content, Items) and _is_wide(call, content, schema):
        data, schema = _by_name(call, content, schema), None
        if data is None:
            return None
    elif called := _called(call, schema):
        schema = call.new(Items(tuple(Const(one) for one in called)))
    args = [] if data is None else [data]
    kwargs = {} if schema is None else {"columns": schema}
    return making.table_made(Call(call.machine, None, call.name, args, kwargs, call.path, call.more))


def _is_wide(call: Call, content: Items, schema: Value | None) -> bool:
    """Whether elements of a list are columns: as told, as Series are, or where the schema does not say otherwise."""
    orient = call.plain(-1, "orient")
    inner = [call.see(one) for one in content.known]
    if orient is not None or not all(isinstance(one, Series | Items) for one in inner):
        return bool(orient == "col")
    if not inner or content.loose is not None:
        return False
    called = _called(call, schema)
    return isinstance(inner[0], Series) or not called or len(called) == len(inner)


def _by_name(call: Call, content: Items, schema: Value | None) -> Value | None:
    """A list of columns as a dict of them; None where they are not known one by one."""
    inner = [call.see(one) for one in content.known]
    own = [getattr(one, "name", None) or f"column_{place}" for place, one in enumerate(inner)]
    called = _called(call, schema) or own
    if content.loose is not None or len(called) != len(inner):
        return None
    return call.new(Pairs(dict(zip(called, content.known, strict=True))))


def _called(call: Call, schema: Value | None) -> list[Any]:
    """The names in a schema, with types or without."""
    content = call.see(schema)
    if isinstance(content, Items):
        pairs = [call.see(one) for one in content.known]
        firsts = [pair.known[0] if isinstance(pair, Items) and pair.known else pair for pair in pairs]
        return [plain(call.machine, one) for one in firsts]
    return list(content.known) if isinstance(content, Pairs) else []


def scanned(call: Call) -> Value:
    """A frame that is read when it is asked for."""
    return call.frame(tables.LATER)


def asked_for(call: Call, read: Frame) -> Frame:
    """Return what was read with the values that were put into it before."""
    content = call.see(call.receiver)
    if not isinstance(content, Frame):
        return read
    table, before = read.table, content.table
    made = {name: found for name, cames in before.columns.items() if (found := _values(cames))}
    columns = {**made, **{name: cames | _values(before.of(name)) for name, cames in table.columns.items()}}
    return replace(read, table=table._replace(columns=columns, rows=table.rows | _values(before.rows)))


def _values(cames: Cames) -> Cames:
    return hedged(frozenset(one for one in cames if one.put))


_EXPRESSIONS = "when lit coalesce struct format concat_str concat_list max_horizontal min_horizontal sum_horizontal"
_TOTALS = "len count sum mean median min max std var first last n_unique quantile implode"
_SCANS = "csv parquet ipc ndjson delta iceberg"

ON_FRAMES: Rules = {
    "item": cell,
    "hstack": beside,
    "group_by": grouped,
    "group_by_dynamic": grouped_in_time,
    "partition_by": parted,
    "to_dummies": shared.framed(dummies),
    **dict.fromkeys(("iter_rows", "rows", "to_dicts"), rows_told),
    **shared.all_framed("slice gather_every", frames.some),
    "with_row_index": shared.framed(numbered),
    "sort": shared.framed(row_rules.ordered),
    "unique": shared.framed(row_rules.distinct),
    "drop_nulls": shared.framed(row_rules.nulls_dropped),
}
ON_GROUPS: Rules = {"agg": aggregates, "len": group_counted}
FUNCTIONS: Rules = {
    "polars.col": column,
    "polars.all": column,
    "polars.Series": series,
    **dict.fromkeys(("polars.DataFrame", "polars.from_dicts", "polars.from_dict"), frame_made),
    **{f"polars.{name}": computed for name in _EXPRESSIONS.split()},
    **{f"polars.{name}": summed_up for name in _TOTALS.split()},
    **{f"polars.scan_{name}": scanned for name in _SCANS.split()},
}
