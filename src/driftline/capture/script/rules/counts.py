"""How often each value is there in each group.

Enters: a call on groups. Leaves: a column with the keys of the groups and the values as its index. Source: the
reference of pandas' ``SeriesGroupBy.value_counts`` and ``DataFrameGroupBy.value_counts``.
"""

from driftline.capture.script import tables
from driftline.capture.script.call import Call, Rules
from driftline.capture.script.cames import aggregated, deciding, union
from driftline.capture.script.reading import GROUP_BY, Table
from driftline.capture.script.rules.shared import in_any_order
from driftline.capture.script.values import Grouped, Series, Value


def counted(call: Call) -> Value:
    """``value_counts`` of groups."""
    one = call.receiver
    assert isinstance(one, Grouped)
    wanted = tables.without(one.table, one.keys) if one.picked is None else tables.only(one.table, one.picked)
    levels = {**one.keys, **wanted.columns}
    rows = in_any_order(one.table, ["size"]).rows | deciding(union(levels.values()), GROUP_BY)
    name = "proportion" if call.flag("normalize") else "count"
    counts = Series(aggregated(union(wanted.columns.values())), rows, name, None, levels)
    return counts if one.as_index else call.frame(tables.reset(_framed(counts)))


def _framed(one: Series) -> Table:
    return Table({one.name: one.cames}, (), one.rows, True, labels=one.index)


ON_GROUPS: Rules = {"value_counts": counted}
