"""Functions of the user that sum up each column of each group.

Enters: a call of ``agg``, the function, and what a column comes from. Leaves: what its sums come from. The function is
followed with the column; what it only counts comes from no value, and what it looks up elsewhere comes from there.
"""

import ast
import itertools
from typing import Any

from driftline.capture.script import tables
from driftline.capture.script.call import UNKNOWN, Call, called, plain, rows_of
from driftline.capture.script.cames import aggregated, deciding, union
from driftline.capture.script.reading import AGGREGATION, DIRECT, GROUP_BY, SURE, Cames, Table
from driftline.capture.script.rules.shared import applied
from driftline.capture.script.values import Const, Function, Grouped, Items, Series, Value

_LAMBDA = "<lambda>"
_MOST = 64  # columns that a function is followed with one by one


def how(call: Call, value: Value | None) -> Any:
    """The name of a function, or one of the user's; of a column and a function the latter."""
    content = call.see(value)
    last = content.known[-1] if isinstance(content, Items) and content.kind == "tuple" and content.known else value
    found = plain(call.machine, value)
    return last if isinstance(last, Function) else found[-1] if isinstance(found, tuple) and found else found


def functions(call: Call, value: Value | None, *, numbered: bool = True) -> list[tuple[Any, Any]]:
    """Return one or several functions, each after what its columns are called; all but the user's by their names.

    Several without a name are ``numbered``, as pandas does in groups.
    """
    content = call.see(value)
    if isinstance(content, Const) and isinstance(content.value, tuple):
        return [(str(each), each) for each in content.value]
    ones = list(content.known if isinstance(content, Items) else [] if value is None else [value])
    labels = [_label(call, each) for each in ones]
    for place, each in enumerate(map(call.see, ones)):
        if isinstance(each, Items) and each.kind == "tuple" and len(each.known) == 2:  # a name and a function
            labels[place], ones[place] = plain(call.machine, each.known[0]), each.known[1]
        elif isinstance(each, Const) and isinstance(each.value, tuple) and len(each.value) == 2:
            labels[place], ones[place] = each.value[0], Const(each.value[1])
    if numbered and labels.count(_LAMBDA) > 1:
        numbers = itertools.count()
        labels = [f"<lambda_{next(numbers)}>" if each == _LAMBDA else each for each in labels]
    found = [each if isinstance(each, Function) else _label(call, each) for each in ones]
    return list(zip(labels, found, strict=True))


def _label(call: Call, value: Value) -> Any:
    if isinstance(value, Function):
        return called(call.machine, value)
    name = getattr(value, "name", "")
    found = plain(call.machine, value)
    return name.rpartition(".")[2] if found is UNKNOWN and isinstance(name, str) else found


def by(call: Call, function: Any, cames: Cames, groups: Grouped) -> Cames:
    """Return what the sums of one column come from; of a function that is not the user's the column."""
    if not isinstance(function, Function):
        return aggregated(cames)
    table = groups.table
    value = applied(call, function, Series(cames, table.rows, None, None, table.labels))
    found = call.cames(value) | (rows_of(call.machine, value) - table.rows)  # what it chooses rows by decides, too
    if _counts(function.node):
        return deciding(union(groups.keys.values()), GROUP_BY)
    direct = {(one.read, one.column) for one in found if one.type == DIRECT}
    elsewhere = direct and all(one.confidence >= SURE for one in found)
    if elsewhere and direct.isdisjoint((one.read, one.column) for one in cames):
        return aggregated(found)
    return aggregated(found) | aggregated(cames)


def each(call: Call, function: Any, table: Table, groups: Grouped) -> Table:
    """Return all columns summed up by one function."""
    if not isinstance(function, Function) or not table.closed or len(table.columns) > _MOST:
        if isinstance(function, Function):  # followed for what it reads or writes
            applied(call, function, Series(tables.whole(table)))
        return tables.mapped(table, aggregated, AGGREGATION)
    return table._replace(columns={name: by(call, function, one, groups) for name, one in table.columns.items()})


def _counts(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> bool:
    """Whether a function does no more than to tell how many values it is given."""
    body: Any = node.body
    if isinstance(body, list):
        body = body[0].value if len(body) == 1 and isinstance(body[0], ast.Return) else None
    names = [one.arg for one in node.args.args]
    if isinstance(body, ast.Call) and isinstance(body.func, ast.Name) and body.func.id == "len" and len(body.args) == 1:
        given: Any = body.args[0]
    else:
        given = body.value if isinstance(body, ast.Attribute) and body.attr == "size" else None
    return isinstance(given, ast.Name) and given.id in names
