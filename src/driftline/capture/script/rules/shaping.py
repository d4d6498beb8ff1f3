"""Tables of another shape: pivoted, melted, stacked, counted crosswise, with a column for each value.

Enters: a call. Leaves: a table. Columns that are named after values are not known by name, but what they come from is.
"""

from typing import Any

from driftline.capture.script import sorts, tables
from driftline.capture.script.call import UNKNOWN, Call, Rules, hashable, names, plain, rows_of, table_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, union
from driftline.capture.script.reading import GROUP_BY, IDENTITY, NOTHING, SORT, Cames, Table
from driftline.capture.script.rules import summing
from driftline.capture.script.rules.shared import apart, in_any_order, level_of, listed, named
from driftline.capture.script.values import Const, Frame, Grouped, Items, Pairs, Series, Value


def _on(call: Call, place: int = 0) -> tuple[Table, int]:
    """The table, and the place of the first argument behind it."""
    if call.receiver is not None:
        return call.table(), place
    return table_of(call.machine, call.argument(0, "data")) or tables.EMPTY, place + 1


def _keys(call: Call, table: Table, place: int, name: str) -> dict[Any, Cames]:
    value = call.argument(place, name)
    found: dict[Any, Cames] = {}
    content = call.see(value)
    for one in content.known if isinstance(content, Items) else [value]:
        inner = call.see(one)
        label = plain(call.machine, one)
        if isinstance(inner, Series):
            found[inner.name] = inner.cames
        elif isinstance(label, list | tuple):
            found |= {each: named(table, [each]) for each in label}
        elif one is not None and label is not UNKNOWN and label is not None:
            found[label] = named(table, [label])
        elif one is not None and label is UNKNOWN:
            found[""] = tables.whole(table)
    return found


def pivoted_up(call: Call) -> Value:
    """``pivot_table``: summed up by index and columns."""
    table, at = _on(call)
    index, columns = _keys(call, table, at + 1, "index"), _keys(call, table, at + 2, "columns")
    values = names(call.machine, call.argument(at, "values"))
    left = tables.without(table, [*index, *columns])
    wanted = left if values is None else tables.only(table, values)
    how = call.argument(at + 3, "aggfunc") or Const("mean")
    wanted = in_any_order(wanted, [summing.how(call, how)])
    groups = Grouped(table, {**index, **columns})
    several = isinstance(call.see(call.argument(at, "values")), Items) or (values is None and len(wanted.columns) > 1)
    single = values is not None and not several
    each = _by_function(call, wanted, how, groups, single, bool(columns))
    if each is None:
        wanted = summing.each(call, how, wanted, groups)
        return call.frame(_crossed(call, wanted, index, columns, several))
    return call.frame(_crossed(call, each, index, columns, True) if columns else _summed(each, index))


def _by_function(call: Call, wanted: Table, how: Value, groups: Grouped, single: bool, crossed: bool) -> Table | None:
    """Columns for each of several functions, or of those that a dict names, as pandas sorts them; of one function None.

    Names of several functions are a level above those of values, of a dict below, or in place of a single one.
    """
    content = call.see(how)
    columns: dict[Any, Cames] = {}
    if isinstance(content, Pairs) and content.loose is None:
        several = any(isinstance(call.see(one), Items) for one in content.known.values())
        for name in sorted(content.known, key=str):
            for label, one in sorted(summing.functions(call, content.known[name]), key=_label):
                called = label if single else (name, label)
                columns[called if several else name] = summing.by(call, one, tables.column(wanted, name), groups)
        return wanted._replace(columns=columns, rest=(), closed=True, spread=NOTHING, families=())
    if not isinstance(content, Items) or content.loose is not None or not wanted.closed:
        return None
    for label, one in summing.functions(call, how, numbered=False):
        for name in sorted(wanted.columns, key=str):
            called = label if single and crossed else (label, name)
            columns[called] = columns.get(called, NOTHING) | summing.by(call, one, wanted.columns[name], groups)
    return wanted._replace(columns=columns)


def _label(one: tuple[Any, Any]) -> str:
    return str(one[0])


def _summed(wanted: Table, index: dict[Any, Cames]) -> Table:
    return tables.grouped(wanted._replace(labels={}), index)


def pivoted(call: Call) -> Value:
    """``pivot``: each value in a place of its own, or ``on`` a column in polars, which has no index."""
    table, at = _on(call)
    of_polars = "on" in call.kwargs
    index, columns = _keys(call, table, at + 1, "index"), _keys(call, table, at, "on" if of_polars else "columns")
    values = names(call.machine, call.argument(at + 2, "values"))
    wanted = tables.without(table, [*index, *columns]) if values is None else tables.only(table, values)
    asked = call.see(call.argument(at + 2, "values"))
    several = isinstance(asked, Items) or (values is None and len(wanted.columns) > 1)
    found = _crossed(call, wanted, index or dict(table.labels), columns, several)
    return call.frame(tables.reset(found) if of_polars else found)


def _crossed(
    call: Call, wanted: Table, index: dict[Any, Cames], columns: dict[Any, Cames], several: bool = False
) -> Table:
    crosswise = deciding(union(columns.values()), GROUP_BY)
    if not columns and not isinstance(call.see(call.argument(-1, "aggfunc")), Items):
        return _summed(wanted, index)
    wanted = tables.mapped(wanted, lambda own: apart(own, crosswise), IDENTITY) if columns else wanted
    spread = tables.values(wanted) | crosswise
    levels = tables.with_level(wanted, crosswise) if several else {}
    inner = Table(levels, (), wanted.rows, False, spread, {})
    return tables.grouped(inner, index)


def crossed(call: Call) -> Value:
    """``crosstab``: how often values meet."""
    index, columns = _keys(call, tables.EMPTY, 0, "index"), _keys(call, tables.EMPTY, 1, "columns")
    values = call.cames(call.argument(2, "values"))
    rows = union(rows_of(call.machine, one) for one in call.args[:3])
    how = summing.how(call, call.argument(5, "aggfunc") or Const("count"))
    summed = summing.by(call, how, values, Grouped(Table({}, rows=rows), {**index, **columns}))
    spread = summed | deciding(union([*index.values(), *columns.values()]), GROUP_BY)
    table = in_any_order(Table({}, spread=spread, rows=rows), [how])
    return call.frame(tables.grouped(table, index))


def melted(call: Call) -> Value:
    """``melt``: many columns become names and values."""
    table, at = _on(call)
    ids = listed(call, at, "id_vars") or []
    values = listed(call, at + 1, "value_vars")
    kept = {name: tables.column(table, name) for name in ids}
    wanted = tables.without(table, ids) if values is None else tables.only(table, values)
    variable, value = call.plain(at + 2, "var_name", "variable"), call.plain(at + 3, "value_name", "value")
    labels = {} if call.flag("ignore_index", True) else table.labels
    columns = {
        **kept,
        _text(variable, "variable"): tables.named_after(wanted),
        _text(value, "value"): tables.values(wanted),
    }
    return call.frame(Table(columns, (), table.rows, True, NOTHING, labels))


def unpivoted(call: Call) -> Value:
    """``unpivot`` of polars: columns become names and values, beside those of ``index``."""
    table = call.table()
    ids, values = listed(call, -1, "index") or [], listed(call, 0, "on")
    kept = {name: named(table, [name]) for name in ids}
    wanted = tables.without(table, ids) if values is None else tables.only(table, values)
    variable, value = call.plain(-1, "variable_name", "variable"), call.plain(-1, "value_name", "value")
    columns = {
        **kept,
        _text(variable, "variable"): tables.named_after(wanted),
        _text(value, "value"): tables.values(wanted._replace(labels={})),
    }
    return call.frame(Table(columns, (), table.rows, True))


def _text(name: Any, default: str) -> Any:
    return default if name is UNKNOWN or name is None or not hashable(name) else name


def stacked(call: Call) -> Value:
    """``stack``: columns become a level of the index."""
    table = call.table()
    cames = tables.values(table)
    level = call.plain(0, "level", -1)
    name = level if isinstance(level, str) else f"level_{max(len(table.labels), 1)}"
    labels = {**(table.labels or {"level_0": NOTHING}), name: tables.named_after(table)}
    if tables.leveled(table) and level in (-1, 1, name):
        return call.frame(tables.without_level(table)._replace(labels=labels))
    return Series(cames, table.rows, None, None, labels)


def unstacked(call: Call) -> Value:
    """``unstack``: the last level of the index becomes columns."""
    table = call.table()
    if len(table.labels) < 2 and not {"", tables.SOME} & set(table.labels):  # of one level: a column
        labels = {"level_0": tables.named_after(table), **(table.labels or {"level_1": NOTHING})}
        return Series(tables.values(table), table.rows, None, None, labels)
    gone = level_of(table.labels, call.plain(0, "level", -1))
    level = table.labels.get(gone, NOTHING)
    crosswise = deciding(level, GROUP_BY)
    table = tables.mapped(table, lambda own: apart(own, level), IDENTITY) if gone in table.labels else table
    labels = {name: cames for name, cames in table.labels.items() if name != gone}
    rows = table.rows | deciding(union(labels.values()), SORT)
    levels = tables.with_level(table, crosswise)
    return call.frame(Table(levels, (), rows, False, tables.values(table) | crosswise, labels))


def transposed(call: Call) -> Value:
    """``transpose``: rows become columns."""
    return call.frame(tables.turned(call.table()))


def dummies(call: Call) -> Value | None:
    """``get_dummies``: a column for each value, named after the column that it comes from."""
    value = call.argument(0, "data")
    content = call.see(value)
    prefix = call.plain(1, "prefix")
    separator = call.plain(2, "prefix_sep", "_")
    separator = separator if isinstance(separator, str) else "_"
    if isinstance(content, Series):
        cames = changed(content.cames)
        if isinstance(prefix, str) and prefix + separator:
            named_ = ((f"{prefix}{separator}", cames),)
            return call.frame(Table({}, (), content.rows, False, NOTHING, content.index, named_))
        return call.frame(Table({}, (), content.rows, False, cames, content.index))
    if not isinstance(content, Frame):
        return None
    table = content.table
    wanted = listed(call, 5, "columns")
    kept = table if wanted is None else tables.without(table, wanted)
    families = list(table.families)
    nameless: list[Cames] = []  # of columns that are called as their values are
    found = list(table.columns) if wanted is None else wanted
    for place, name in enumerate(found):
        cames = tables.column(table, name)
        sort = sorts.of_origins(call.machine, cames) if wanted is None else "text"
        if sort in sorts.NUMBERS | {"bool", "datetime", "timedelta"}:
            continue
        if wanted is None and sort in ("text", "category"):
            kept = tables.without(kept, [name])
        called = f"{_prefix(prefix, name, place)}{separator}"
        if called:
            families.append((called, changed(cames)))
        else:
            nameless.append(changed(cames))
    spread = kept.spread.union(*(hedged(one) if len(nameless) > 1 else one for one in nameless))
    return call.frame(kept._replace(families=tuple(families), spread=spread, closed=False))


def _prefix(prefix: Any, name: Any, place: int) -> str:
    if isinstance(prefix, dict):
        return str(prefix.get(name, name))
    if isinstance(prefix, list) and place < len(prefix):
        return str(prefix[place])
    return prefix if isinstance(prefix, str) else str(name)


def cut(call: Call) -> Value | None:
    """``cut`` and ``qcut``: values in bins, of which the edges may be asked for, too."""
    value = call.argument(0, "x")
    content = call.see(value)
    cames = changed(call.cames(value, call.argument(1, "bins")))
    if not isinstance(content, Series):
        return None
    out = Series(cames, content.rows, content.name, None, content.index)
    if call.flag("retbins"):
        return call.new(Items((out, Series(aggregated(cames))), kind="tuple"))
    return out


def long(call: Call) -> Value:
    """``wide_to_long``: columns by the beginning of their names."""
    table = table_of(call.machine, call.argument(0, "df")) or tables.EMPTY
    stubs, ids = listed(call, 1, "stubnames") or [], listed(call, 2, "i") or []
    label = call.plain(3, "j")
    columns: dict[Any, Cames] = {}
    rest = tables.without(table, ids)
    for stub in stubs:
        columns[stub] = union(cames for name, cames in table.columns.items() if str(name).startswith(str(stub)))
        rest = tables.without(rest, [name for name in table.columns if str(name).startswith(str(stub))])
    labels = {**{name: tables.column(table, name) for name in ids}, _text(label, "j"): NOTHING}
    return call.frame(rest._replace(columns={**rest.columns, **columns}, labels=labels))


FUNCTIONS: Rules = {
    "pandas.pivot_table": pivoted_up,
    "pandas.pivot": pivoted,
    "pandas.crosstab": crossed,
    "pandas.melt": melted,
    "pandas.get_dummies": dummies,
    "pandas.cut": cut,
    "pandas.qcut": cut,
    "pandas.wide_to_long": long,
}
ON_FRAMES: Rules = {
    "pivot_table": pivoted_up,
    "pivot": pivoted,
    "melt": melted,
    "unpivot": unpivoted,
    "stack": stacked,
    "unstack": unstacked,
    "transpose": transposed,
}
