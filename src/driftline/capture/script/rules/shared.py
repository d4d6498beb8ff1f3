"""What rules of several tables need: results put in place, names asked for, functions of the user applied.

Enters: calls. Leaves: values. No rule by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from driftline import later
from driftline.capture.script import tables
from driftline.capture.script.call import Call, Rule, names, rows_of, table_of
from driftline.capture.script.cames import changed, deciding, hedged, met, put, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import DIRECT, FILTER, GROUP_BY, NOTHING, SORT, WINDOW, Cames, Table
from driftline.capture.script.values import NONE, Const, Frame, Function, Items, Pairs, Ref, Series, Thing, Value

TableRule = Callable[[Call, Table], Table | Value | None]
_WORD = later.pattern(r"`([^`]+)`|(@?[A-Za-z_]\w*)")
PLACES = frozenset({"idxmin", "idxmax"})
"""They give labels of rows, not values."""
_ORDERING = frozenset({SORT, GROUP_BY})
_WORDS_ANY_ORDER = "sum mean median min max std var count nunique prod sem skew kurt quantile any all size"
_ANY_ORDER = frozenset(_WORDS_ANY_ORDER.split())
_QUOTED = later.pattern(r"'[^']*'|\"[^\"]*\"")


def framed(rule: TableRule) -> Rule:
    """Make a rule from what becomes of the table; with ``inplace=True`` it becomes that where it lies."""

    def answer(call: Call) -> Value | None:
        found = rule(call, call.table())
        if not isinstance(found, Table):
            return found
        content = call.see(call.receiver)
        made = replace(content, table=found) if isinstance(content, Frame) else Frame(found)
        if call.flag("inplace") and isinstance(call.receiver, Ref):
            call.machine.memory.put(call.receiver.place, made)
            return NONE
        return call.new(made)

    return answer


def listed(call: Call, place: int, name: str) -> list[Any] | None:
    """Return column names of an argument; None if it is not given or not plain."""
    return names(call.machine, call.argument(place, name))


def across(call: Call, place: int = 0) -> bool:
    """Tell whether a method goes along rows: ``axis=1``."""
    return call.plain(place, "axis", 0) in (1, "columns")


def others(call: Call, besides: Iterable[str] = ()) -> Cames:
    """Return what the arguments are made of, without some."""
    left = [one for name, one in call.kwargs.items() if name not in set(besides)]
    return union([changed(call.cames(one)) for one in (*call.args, *left)])


def told(call: Call) -> Cames:
    """Return what decides how many rows there are, or from which one on: what the arguments are made of."""
    return deciding(put(call.cames(*call.args, *call.kwargs.values())), FILTER)


def words(text: str, table: Table) -> list[str]:
    """Return the columns that an expression for ``query`` or ``eval`` names."""
    found = [quoted or word for quoted, word in _WORD.findall(_QUOTED.sub("", text))]
    return [
        one
        for one in dict.fromkeys(found)
        if one in table.columns or one in table.labels or (not table.closed and one.isidentifier() and one not in _NOT)
    ]


_NOT = frozenset(
    {"and", "or", "not", "in", "True", "False", "None", "index", "abs", "sin", "cos", "log", "sqrt", "exp"}
)


def named(table: Table, wanted: Iterable[Any]) -> Cames:
    """Return what some columns or levels of the index come from."""
    return union(
        table.labels[name] if name in table.labels and name not in table.columns else tables.column(table, name)
        for name in wanted
    )


def applied(call: Call, function: Value | None, *args: Value, **kwargs: Value) -> Value:
    """Return what a function makes of some arguments, called by the library."""
    if function is None:
        return Thing()
    return call.machine.invoke(function, args, kwargs, call.path)


def columns_by_function(call: Call, table: Table, function: Value | None) -> Table:
    """Return the table after a function was given each column."""
    if not table.closed or len(table.columns) > 64 or isinstance(function, Const):
        return tables.tinged(tables.computed(table), call.cames(function))
    columns = {}
    for name, cames in table.columns.items():
        found = applied(call, function, Series(cames, table.rows, name, None, table.labels))
        columns[name] = made_of(call.machine.memory, found)
    return table._replace(columns=columns)


def outcome(call: Call, value: Value, table: Table) -> Value:
    """Return what ``apply`` along rows makes of the result for one row: a column, or a table of fields."""
    content = call.see(value)
    rows = table.rows | rows_of(call.machine, value)
    expands = call.plain(-1, "result_type") == "expand"
    if isinstance(content, Frame) or (expands and isinstance(content, Items | Pairs)):
        found = table_of(call.machine, value)
        if found is not None and expands and isinstance(content, Items):
            made = {place: made_of(call.machine.memory, one) for place, one in enumerate(content.known)}
            found = Table(made, closed=content.loose is None)
        if found is not None:
            return call.frame(found._replace(rows=rows, labels=table.labels))
    return Series(made_of(call.machine.memory, value), rows, None, None, table.labels)


def row_of(call: Call, table: Table) -> Ref:
    """Return one row of a table, as a function applied along rows is given it."""
    return call.new(Frame(table._replace(rows=NOTHING), True))


def before(rows: Cames) -> Cames:
    """Return what decides which row is the one before: what the rows were sorted by, as groups are by their keys."""
    return frozenset(one._replace(subtype=WINDOW) for one in rows if one.subtype in _ORDERING)


def apart(cames: Cames, level: Cames) -> Cames:
    """Return what is in columns that a level of the index tells apart: of several, which nothing says, any of them.

    Names of columns that were melted or stacked, and what a script writes beside each of several files, come from no
    value: each of the columns that are made of such a level has one of the sources.
    """
    several = {(one.read, one.column) for one in cames if one.type == DIRECT}
    return hedged(cames) if not level and len(several) > 1 else cames


def in_any_order(table: Table, how: Iterable[Any]) -> Table:
    """Return groups summed up by such functions: where the order of rows tells nothing, it shapes nothing."""
    how = list(how)
    if not all(isinstance(each, str) and each in _ANY_ORDER for each in how):
        own = all(isinstance(each, Function) or (isinstance(each, str) and each in _ANY_ORDER) for each in how)
        return table._replace(rows=met(table.rows)) if own else table
    return table._replace(rows=frozenset(each for each in table.rows if each.subtype != SORT))


def level_of(labels: Mapping[Any, Cames], level: Any) -> Any:
    """Return the name of a level of the index, which may be told by its place."""
    order = list(labels)
    if level in order:
        return level
    return order[level] if isinstance(level, int) and -len(order) <= level < len(order) else None


def all_framed(names: str, rule: TableRule) -> dict[str, Rule]:
    """Return one rule under several names."""
    return {name: framed(rule) for name in names.split()}
