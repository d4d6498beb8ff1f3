"""Tables made of plain data, and plain data made of tables.

Enters: a call. Leaves: a table from a dict, a list of records, an array; records, rows, arrays from a table.
"""

import itertools
from typing import Any

from driftline.capture.script import tables, templates
from driftline.capture.script.call import MAX_ITEMS, UNKNOWN, Call, Rules, hashable, names, plain, rows_of, table_of
from driftline.capture.script.cames import changed, deciding, union
from driftline.capture.script.reading import GROUP_BY, NOTHING, Cames, Table
from driftline.capture.script.values import (
    NONE,
    Const,
    Frame,
    Items,
    Pairs,
    Part,
    Perhaps,
    Series,
    Thing,
    Value,
    column_names,
    perhaps,
)


def table_made(call: Call) -> Value:
    """``DataFrame(data, index, columns)``."""
    data = call.argument(0, "data") or call.argument(-1, "records")
    content = call.see(data)
    columns = names(call.machine, call.argument(2, "columns"))
    table = tables.EMPTY if data is None or data == NONE else table_of(call.machine, data)
    if table is None:
        known = isinstance(content, Items | Pairs)  # of plain values alone
        table = Table({}, closed=known and not _has_fields(content))
    if isinstance(content, Series) and content.name is None:
        table = tables.numbered(table, [0]) or table
    index = call.argument(1, "index")
    labels = table.labels if index is None else _labels(call, index)
    if isinstance(content, Pairs) and index is None:
        labels = next((one.index for one in map(call.see, content.known.values()) if isinstance(one, Series)), labels)
    table = table._replace(labels=labels)
    return call.frame(table if columns is None else _labelled(call, table, columns, content))


def _labels(call: Call, index: Value) -> dict[Any, Cames]:
    """Return the levels of the index that is made of this: those of another index, or a column."""
    content = call.see(index)
    if not isinstance(content, Series):
        return {"": call.cames(index)}
    whole = bool(content.index) and content.cames == union(content.index.values())  # ``frame.index``
    return dict(content.index) if whole else {(content.home and content.name) or "": content.cames}


def _has_fields(content: Any) -> bool:
    return bool(content.known) or content.loose is not None


def _labelled(call: Call, table: Table, columns: list[Any], content: Any) -> Table:
    """With ``columns``: a choice where the data has names, names where it has none."""
    if isinstance(content, Pairs) or (isinstance(content, Frame) and all(name in table.columns for name in columns)):
        return tables.only(table, columns)
    first = call.see(next(iter(content.known), content.loose)) if isinstance(content, Items) else None
    by_place = tables.numbered(table, columns)
    if isinstance(first, Pairs | Frame) and not (isinstance(first, Frame) and first.array and by_place is not None):
        return tables.only(table, columns)
    if by_place is not None:
        return by_place
    return Table(dict.fromkeys(columns, tables.values(table)), (), table.rows, True, NOTHING, table.labels)


def from_dict(call: Call) -> Value:
    """``DataFrame.from_dict``: a dict of columns, or of rows by index."""
    content = call.see(call.argument(0, "data"))
    if call.plain(1, "orient", "columns") != "index" or not isinstance(content, Pairs):
        return table_made(Call(call.machine, None, call.name, call.args[:1], call.kwargs, call.path))
    rows = call.new(Items(tuple(content.known.values()), content.loose, content.rows))
    columns = call.argument(-1, "columns")
    kwargs: dict[str, Value] = {} if columns is None else {"columns": columns}
    found = table_made(Call(call.machine, None, call.name, [rows], kwargs, call.path))
    table = table_of(call.machine, found) or tables.EMPTY
    return call.frame(table._replace(labels={"": content.keys}))


def column_made(call: Call) -> Value:
    """``Series(data, index, name)``: a column; of fields by name, a row."""
    data = call.argument(0, "data")
    content = call.see(data)
    name = call.plain(-1, "name")
    given = call.argument(1, "index")
    index = names(call.machine, given)
    if isinstance(content, Pairs) and content.loose is None and all(isinstance(key, str) for key in content.known):
        fields = {key: call.cames(one) for key, one in content.known.items()}
        return call.new(Frame(Table(fields, (), _rows(call, content), True), True))
    if isinstance(content, Items) and content.loose is None and (index is not None or call.cames(data)):
        labels = index if index is not None and len(index) == len(content.known) else range(len(content.known))
        fields = {key: call.cames(one) for key, one in zip(labels, content.known, strict=True)}
        return call.new(Frame(Table(fields, closed=True), True))
    rows = content.rows if isinstance(content, Series | Thing | Items | Pairs) else NOTHING
    if isinstance(content, Pairs):
        rows = _rows(call, content)
    labels_: dict[Any, Cames] = {}
    if isinstance(content, Pairs):
        labels_ = {"": content.keys}
    elif given is not None and (isinstance(call.see(given), Series) or call.cames(given)):
        labels_ = _labels(call, given)
    cames = call.cames(data) - (content.keys if isinstance(content, Pairs) else NOTHING)
    name = name if name is not UNKNOWN and hashable(name) else None
    return Series(cames, rows, name, None, labels_ or dict(getattr(content, "index", {})))


def _rows(call: Call, pairs: Pairs) -> Cames:
    """What decides the rows of a dict's values, and which values there are."""
    each = (rows_of(call.machine, one) for one in (*pairs.known.values(), pairs.loose))
    return union([pairs.rows, deciding(pairs.keys, GROUP_BY), *each])


def as_array(call: Call) -> Value:
    """``to_numpy``: the same values by place."""
    content = call.see(call.receiver)
    return call.new(Frame(call.table()._replace(labels={}), content.row, True))


def as_list(call: Call) -> Value | None:
    """``tolist`` of an array: rows as lists; of a row its values."""
    content, table = call.see(call.receiver), call.table()
    if not content.array:
        return None
    if content.row:
        return values(call)
    return call.new(Items((), call.new(Frame(table._replace(rows=NOTHING, labels={}), True, True)), table.rows))


def as_dict(call: Call) -> Value | None:
    """``to_dict``: records, columns, or cells by index."""
    table = call.table()
    how = call.plain(0, "orient", "dict")
    content = call.see(call.receiver)
    if isinstance(content, Frame) and content.row:
        return call.new(Frame(table, True))
    if how in {"records", "r"}:
        return call.new(Items((), call.new(Frame(table._replace(rows=NOTHING, labels={}), True)), table.rows))
    if how == "list":
        return call.new(Pairs({name: Thing(cames, table.rows) for name, cames in table.columns.items()}))
    index = union(table.labels.values())
    if how == "index":
        return call.new(Pairs({}, call.new(Frame(table._replace(labels={}), True)), table.rows, index))
    if not table.closed:
        return None
    inner = {name: call.new(Pairs({}, Thing(cames), table.rows, index)) for name, cames in table.columns.items()}
    return call.new(Pairs(inner))


def as_json(call: Call) -> Value | None:
    """``to_json`` without a path: records as a text, for ``loads`` to read again."""
    if call.argument(0, "path_or_buf") not in (None, NONE) or call.plain(1, "orient") != "records":
        return None
    table = call.table()
    row = call.new(Frame(table._replace(rows=NOTHING, labels={}), True))
    return templates.json_of(call.machine, call.new(Items((), row, table.rows)))


def rows(call: Call) -> Value:
    """``iterrows``: index and row."""
    table = call.table()
    row = call.new(Frame(table._replace(rows=NOTHING, labels={}), True))
    index = Thing(union(table.labels.values()))
    return call.new(Items((), call.new(Items((index, row), kind="tuple")), table.rows))


def tuples(call: Call) -> Value:
    """``itertuples``: rows with named fields."""
    table = call.table()
    columns = dict(table.columns)
    if call.plain(0, "index", True) is not False:
        columns = {"Index": union(table.labels.values()), **columns}
    return call.new(
        Items((), call.new(Frame(table._replace(columns=columns, rows=NOTHING, labels={}), True, True)), table.rows)
    )


def columns_and_series(call: Call) -> Value | None:
    """``items``: names and columns; of a row names and values."""
    table = call.table()
    content = call.see(call.receiver)
    if not table.closed:
        return None
    found: list[Value] = []
    for name, cames in zip(column_names(table), table.columns.values(), strict=True):
        value = Thing(cames) if content.row else Series(cames, table.rows, name.value, None, table.labels)
        found.append(call.new(Items((name, value), kind="tuple")))
    return call.new(Items(tuple(found)))


def keys(call: Call) -> Value | None:
    """``keys``: names of columns."""
    table = call.table()
    return call.new(Items(column_names(table))) if table.closed else None


def values(call: Call) -> Value | None:
    """``values()`` of a row."""
    table = call.table()
    return call.new(Items(tuple(Thing(cames) for cames in table.columns.values()))) if table.closed else None


def dates(call: Call) -> Value:
    """``to_datetime``, ``to_numeric`` and others that convert; a table of parts becomes one column."""
    value = call.argument(0, "arg")
    content = call.see(value)
    if isinstance(content, Series):
        return Series(changed(content.cames), content.rows, content.name, None, content.index)
    if isinstance(content, Frame) and not content.row:
        return Series(changed(call.cames(value)), content.table.rows, None, None, content.table.labels)
    return Thing(changed(call.cames(value)))


def masked(call: Call) -> Value:
    """``isna`` and others as functions."""
    value = call.argument(0, "obj")
    content = call.see(value)
    if isinstance(content, Frame):
        return call.new(Frame(tables.computed(content.table), content.row))
    return dates(call)


def _levels(found: list[Any], level: Any, dropped: bool) -> list[Any]:
    """One level of names in levels, or what is left without it."""
    if not isinstance(level, int) or any(not isinstance(one, tuple) or len(one) <= level for one in found):
        return [UNKNOWN]
    if not dropped:
        return [one[level] for one in found]
    left = [one[:level] + one[level + 1 :] for one in found]
    return [one[0] if len(one) == 1 else one for one in left]


def names_of(call: Call) -> Value | None:
    """Methods of ``columns``: the names that they leave."""
    of = call.receiver.of if isinstance(call.receiver, Part) else call.receiver
    found = plain(call.machine, of)
    given = names(call.machine, call.argument(0)) or []
    if not isinstance(found, list):
        return None
    if call.name == "get_loc":
        one = call.plain(0)
        return Const(found.index(one)) if one in found else None
    if call.name in {"duplicated", "isin"}:
        before = [found[:place] for place in range(len(found))] if call.name == "duplicated" else [given] * len(found)
        left = [one in among for one, among in zip(found, before, strict=True)]
    elif call.name in {"tolist", "to_list", "copy", "to_numpy", "unique", "to_flat_index"}:
        left = found
    elif call.name in {"drop", "difference"}:
        left = [one for one in found if one not in given]
        left = sorted(left, key=str) if call.name == "difference" else left
    elif call.name == "intersection":
        left = [one for one in found if one in given]
    elif call.name == "union":
        left = [*found, *(one for one in given if one not in found)]
    elif call.name == "map" and call.args:
        left = [plain(call.machine, call.machine.invoke(call.args[0], [Const(one)], {}, call.path)) for one in found]
    elif call.name in {"get_level_values", "droplevel"}:
        left = _levels(found, call.plain(0, "level", 0), call.name == "droplevel")
    else:
        return None
    if UNKNOWN in left:
        return None
    unsure = tuple(perhaps(call.see(of)))
    return call.new(Items(tuple((Perhaps if one in unsure else Const)(one) for one in left)))


def levels_of_names(call: Call) -> Value | None:
    """``MultiIndex.from_tuples``, ``from_arrays``, ``from_product``: names in levels."""
    found = call.plain(0)
    if not isinstance(found, list | tuple) or not all(isinstance(one, list | tuple) for one in found):
        return None
    kind = call.name.rpartition("_")[2]
    made = {"tuples": map(tuple, found), "arrays": zip(*found, strict=False), "product": itertools.product(*found)}
    names_ = tuple(itertools.islice(made[kind], MAX_ITEMS + 1))
    return None if len(names_) > MAX_ITEMS else call.new(Items(tuple(map(Const, names_))))


FUNCTIONS: Rules = {
    **{f"pandas.MultiIndex.from_{kind}": levels_of_names for kind in ("tuples", "arrays", "product")},
    "pandas.DataFrame": table_made,
    "pandas.DataFrame.from_records": table_made,
    "pandas.DataFrame.from_dict": from_dict,
    "pandas.Series": column_made,
    **dict.fromkeys(
        [f"pandas.{name}" for name in ("to_datetime", "to_numeric", "to_timedelta", "Categorical", "Timestamp", "array",
                                       "Index", "DatetimeIndex", "Timedelta", "factorize", "unique", "Period")],
        dates,
    ),
    **dict.fromkeys([f"pandas.{name}" for name in ("isna", "isnull", "notna", "notnull")], masked),
}  # fmt: skip
ON_FRAMES: Rules = {
    "to_numpy": as_array,
    "to_records": as_array,
    "to_dict": as_dict,
    "tolist": as_list,
    "to_json": as_json,
    "iterrows": rows,
    "itertuples": tuples,
    "items": columns_and_series,
    "iteritems": columns_and_series,
    "keys": keys,
    "values": values,
    "_asdict": as_dict,
}
