"""Functions of the user that sum up each column of each group.

Enters: a call of ``agg``, the function, and what a column comes from. Leaves: what its sums come from. The function is
followed with the column; what it only counts comes from no value, and what it looks up elsewhere comes from there.
"""

import ast
from typing import Any

from driftline.capture.script import tables
from driftline.capture.script.call import Call, rows_of
from driftline.capture.script.cames import aggregated, deciding, union
from driftline.capture.script.reading import AGGREGATION, DIRECT, GROUP_BY, SURE, Cames, Table
from driftline.capture.script.rules.shared import applied
from driftline.capture.script.values import Function, Grouped, Series

_MOST = 64  # columns that a function is followed with one by one


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
