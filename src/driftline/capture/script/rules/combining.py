"""Several tables that become one: merged by keys, joined by index, put under or beside each other.

Enters: a call. Leaves: a table. Keys of both sides decide the rows (JOIN). Source: the reference of ``pandas.merge``
and ``pandas.concat``.
"""

from collections.abc import Sequence
from typing import Any

from driftline.capture.script import sorts, tables
from driftline.capture.script.call import Call, Rules, is_frame, names, table_of
from driftline.capture.script.cames import deciding, hedged, met, union
from driftline.capture.script.reading import FILTER, GROUP_BY, JOIN, NOTHING, SORT, Cames, Table
from driftline.capture.script.rules.shared import named
from driftline.capture.script.values import NONE, Frame, Items, Pairs, Series, Value


def merged(call: Call) -> Value | None:
    """``merge`` and its siblings, as a function or as a method."""
    if call.receiver is None:
        left, right, args = call.argument(0, "left"), call.argument(1, "right"), call.args[2:]
    else:
        left, right, args = call.receiver, call.argument(0, "right"), call.args[1:]
    a, b = table_of(call.machine, left), table_of(call.machine, right)
    if a is None or b is None:
        return None
    rest = Call(call.machine, None, call.name, args, call.kwargs, call.path)
    how = rest.plain(0, "how", "inner")
    how = how if isinstance(how, str) else "outer"
    return call.frame(_joined(rest, a, b, how))


def latest(call: Call) -> Value | None:
    """``merge_asof``: the rows of the left as they are, each with the nearest one of the right beside it."""
    a, b = table_of(call.machine, call.argument(0, "left")), table_of(call.machine, call.argument(1, "right"))
    if a is None or b is None:
        return None
    shared = _listed(call, (2, "on"), (7, "by"))
    left, right = _listed(call, (3, "left_on"), (8, "left_by")), _listed(call, (4, "right_on"), (9, "right_by"))
    by_left, by_right = (call.plain(at, f"{side}_index") is True for at, side in ((5, "left"), (6, "right")))
    keys = named(a, [*shared, *left]) | named(b, [*shared, *right])
    keys |= union([*(a.labels.values() if by_left else ()), *(b.labels.values() if by_right else ())])
    decides = deciding(keys, JOIN) | frozenset(one for one in b.rows if one.subtype != SORT)
    columns, rest = _columns(a, tables.tinged(b, decides), shared, "left", _suffixes(call))
    closed, families = a.closed and b.closed, (*a.families, *b.families)
    labels = a.labels if by_left else {}
    return call.frame(Table(columns, (*a.rest, *rest), a.rows, closed, a.spread | b.spread, labels, families))


def _listed(call: Call, *arguments: tuple[int, str]) -> list[Any]:
    return [name for place, word in arguments for name in names(call.machine, call.argument(place, word)) or ()]


def _joined(call: Call, a: Table, b: Table, how: str) -> Table:
    on = names(call.machine, call.argument(1, "on"))
    left_on = on or names(call.machine, call.argument(2, "left_on"))
    right_on = on or names(call.machine, call.argument(3, "right_on"))
    by_left, by_right = call.flag("left_index"), call.flag("right_index")
    plain_keys = call.argument(1, "on") is not None or call.argument(2, "left_on") is not None
    if how == "cross":
        left_on = right_on = on = []
    elif not (left_on or right_on or by_left or by_right or plain_keys):
        on = left_on = right_on = [name for name in a.columns if name in b.columns]
    left_keys = union(a.labels.values()) if by_left else named(a, left_on or [])
    right_keys = union(b.labels.values()) if by_right else named(b, right_on or [])
    decides = deciding(left_keys | right_keys, JOIN)
    if plain_keys and left_on is None:  # keys that are not known
        decides |= deciding(hedged(tables.whole(a) | tables.whole(b)), JOIN)
    suffixes = _suffixes(call)
    a = a._replace(rows=met(a.rows)) if how in {"right", "outer"} else a
    b = b._replace(rows=met(b.rows)) if how != "right" else b
    if how == "left":
        b = _beside_all(b)
    columns, rest_b = _columns(a, b, on or [], how, suffixes)
    if call.argument(-1, "indicator") is not None:
        name = call.plain(-1, "indicator")
        columns[name if isinstance(name, str) else "_merge"] = decides
    labels = a.labels if by_right and not by_left else b.labels if by_left and not by_right else {}
    return Table(
        columns,
        (*a.rest, *rest_b),
        a.rows | b.rows | decides,
        a.closed and b.closed,
        a.spread | b.spread,
        a.labels if by_left and by_right else labels,
        (*a.families, *b.families),
    )


def _beside_all(b: Table) -> Table:
    """The right side of a left join: what decides its rows decides its values; it makes no rows if it was grouped."""
    out = tables.tinged(b, b.rows)
    return out._replace(rows=NOTHING) if any(one.subtype == GROUP_BY for one in b.rows) else out


def _suffixes(call: Call) -> tuple[str, str]:
    found = call.plain(-1, "suffixes", ("_x", "_y"))
    if isinstance(found, tuple | list) and len(found) == 2:
        return str(found[0] or ""), str(found[1] or "")
    return "_x", "_y"


def _columns(
    a: Table, b: Table, on: Sequence[Any], how: str, suffixes: tuple[str, str]
) -> tuple[dict[Any, Cames], Any]:
    """The columns of both; a name that both have gets a suffix on either side."""
    a = sorts.with_gaps(a) if how in {"right", "outer"} else a
    b = sorts.with_gaps(b) if how in {"left", "outer"} else b
    columns: dict[Any, Cames] = {}
    for name in [*a.columns, *(key for key in on if key not in a.columns)]:
        cames = tables.column(a, name)
        if name in on:
            other = named(b, [name])
            columns[name] = cames if how in {"inner", "left"} else other if how == "right" else cames | other
        elif name in b.columns:
            columns[f"{name}{suffixes[0]}"] = cames
        else:
            columns[name] = cames
    for name, cames in b.columns.items():
        if name in on:
            columns.setdefault(name, cames)
        else:
            columns[f"{name}{suffixes[1]}" if name in a.columns else name] = cames
    gone = frozenset(name for name in (*on, *a.columns) if isinstance(name, str))
    return columns, tuple(one._replace(without=one.without | gone) for one in b.rest)


def joined(call: Call) -> Value | None:
    """``join``: by the index of the other, or of both."""
    a = call.table()
    value = call.argument(0, "other")
    content = call.see(value)
    several = content.known if isinstance(content, Items) else [value]
    on = names(call.machine, call.argument(1, "on"))
    left, right = call.plain(3, "lsuffix", ""), call.plain(4, "rsuffix", "")
    for one in several:
        b = table_of(call.machine, one)
        if b is None:
            return None
        keys = (named(a, on) if on else union(a.labels.values())) | union(b.labels.values())
        decides = deciding(keys, JOIN)
        b = b._replace(rows=met(b.rows))
        if call.plain(2, "how", "left") == "left":
            b = _beside_all(b)
        columns, rest = _columns(a, b, [], "left", (str(left), str(right)))
        families = (*a.families, *b.families)
        rows, spread = a.rows | b.rows | decides, a.spread | b.spread
        a = Table(columns, (*a.rest, *rest), rows, a.closed and b.closed, spread, a.labels, families)
    return call.frame(a)


def concatenated(call: Call) -> Value | None:
    """``concat``: under each other, or beside each other."""
    value = call.argument(0, "objs")
    content = call.see(value)
    if isinstance(content, Items):
        parts = [*content.known, *([content.loose] if content.loose is not None else [])]
        keys: list[Any] = [None] * len(parts)
    elif isinstance(content, Pairs):
        parts = [*content.known.values(), *([content.loose] if content.loose is not None else [])]
        keys = [*content.known, None][: len(parts)]
    elif isinstance(content, Frame):
        return call.frame(content.table)
    else:
        return None
    rows = content.rows
    if call.plain(1, "axis", 0) in (1, "columns") or call.plain(-1, "how") == "horizontal":
        return call.frame(_beside(call, parts, keys)._replace(rows=_all_rows(call, parts) | rows))
    if parts and all(isinstance(call.see(one), Series) for one in parts):
        return _series(call, parts, rows)
    found = [one for one in (table_of(call.machine, part) for part in parts if part != NONE) if one is not None]
    out = tables.stacked(found)
    out = out._replace(rows=out.rows | rows, labels={} if call.flag("ignore_index") else out.labels)
    fresh = names(call.machine, call.argument(-1, "names"))
    if call.argument(-1, "keys") is not None or isinstance(content, Pairs):
        out = out._replace(
            labels={
                fresh[0] if fresh else "level_0": getattr(content, "keys", NOTHING),
                **(out.labels or {"level_1": NOTHING}),
            }
        )
    return call.frame(out)


def _all_rows(call: Call, parts: Sequence[Value]) -> Cames:
    found = [table_of(call.machine, part) for part in parts]
    return union(one.rows for one in found if one is not None)


def _beside(call: Call, parts: Sequence[Value], keys: Sequence[Any]) -> Table:
    wanted = names(call.machine, call.argument(-1, "keys")) or list(keys)
    found: list[Table] = []
    for place, part in enumerate(parts):
        content = call.see(part)
        table = table_of(call.machine, part)
        if table is None:
            continue
        one_row = isinstance(content, Frame) and content.row  # of which pandas makes a column
        if isinstance(content, Series) or one_row:
            own = content.name
            label = wanted[place] if place < len(wanted) and wanted[place] is not None else own
            table = table._replace(columns={place if label is None else label: tables.values(table)}, spread=NOTHING)
            table = table._replace(rest=(), closed=True, labels={"": NOTHING}) if one_row else table
        found.append(table)
    return tables.beside(found)


def _series(call: Call, parts: Sequence[Value], rows: Cames) -> Value:
    found = [one for one in (call.see(part) for part in parts) if isinstance(one, Series)]
    name = found[0].name if all(one.name == found[0].name for one in found) else None
    every = union([rows, *(one.rows for one in found)])
    return Series(union(one.cames for one in found), every, name, None, found[0].index)


def appended(call: Call) -> Value | None:
    """``append``: the rows of others below."""
    value = call.argument(0, "other")
    content = call.see(value)
    parts = [*content.known, content.loose] if isinstance(content, Items) else [value]
    found = [one for one in (table_of(call.machine, part) for part in parts if part is not None) if one is not None]
    return call.frame(tables.stacked([call.table(), *found]))


def compared(call: Call) -> Value | None:
    """``compare``: both values of each column side by side, where they differ."""
    a, b = call.table(), table_of(call.machine, call.argument(0, "other"))
    called = call.plain(-1, "result_names", ("self", "other"))
    if b is None or not a.closed or not isinstance(called, tuple | list) or len(called) != 2:
        return None
    columns: dict[Any, Cames] = {}
    for name, cames in a.columns.items():
        columns |= {(name, called[0]): cames, (name, called[1]): tables.column(b, name)}
    decides = NOTHING if call.flag("keep_shape") else tables.values(a) | tables.values(b)
    rows = a.rows | b.rows | tables.alignment(a.labels, b.labels) | deciding(decides, FILTER)
    return call.frame(Table(columns, (), rows, True, NOTHING, a.labels))


def copied(call: Call) -> Value | None:
    """Functions that hand a table on as another library's."""
    table = table_of(call.machine, call.argument(0))
    return None if table is None or not is_frame(call.machine, call.argument(0)) else call.frame(table)


def aligned(call: Call) -> Value | None:
    """``align``: both tables, with the same labels."""
    other = call.argument(0, "other")
    if other is None or call.receiver is None:
        return None
    return call.new(Items((call.receiver, other), kind="tuple"))


FUNCTIONS: Rules = {
    "pandas.merge": merged,
    "pandas.merge_asof": latest,
    "pandas.merge_ordered": merged,
    "pandas.concat": concatenated,
    "polars.concat": concatenated,
    "polars.from_pandas": copied,
    "pyarrow.Table.from_pandas": copied,
    "pyarrow.table": copied,
}
ON_FRAMES: Rules = {
    "merge": merged,
    "join": joined,
    "append": appended,
    "align": aligned,
    "compare": compared,
    "to_pandas": lambda call: call.frame(call.table()),
}
