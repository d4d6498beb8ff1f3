"""Relations of DuckDB over frames: queries that are put together method by method.

Enters: a call on a connection that is given a frame, or on a relation with pieces of SQL. Leaves: a relation, which is
a table whose methods are these; None where a piece is not spelled out or not understood.
Source: https://duckdb.org/docs/stable/clients/python/relational_api.html.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import queries, tables
from driftline.capture.script.call import UNKNOWN, Call, Rule, Rules, plain
from driftline.capture.script.cames import hedged, some_rows
from driftline.capture.script.reading import FILTER, SORT, Table
from driftline.capture.script.values import Const, Foreign, Frame, Items, Method, Thing, Value

_SELF, _OTHER = "driftline_self", "driftline_other"  # what queries call relations that have no name
_SAME_COLUMNS = {"filter": FILTER, "limit": FILTER, "order": SORT, "sort": SORT}  # what their SQL decides
_AROUND = ("groups", "window_spec", "projected_columns")  # what methods for one function are told at the end
_DEFAULTS = {**dict.fromkeys(_AROUND, ""), "sep": ",", "q": 0.5, "offset": 1, "default_value": "NULL"}
_OF_ONE = (
    "any_value", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "count", "favg", "fsum", "geomean",
    "histogram", "list", "max", "mean", "median", "min", "mode", "product", "std", "stddev", "stddev_pop",
    "stddev_samp", "sum", "var", "var_pop", "var_samp", "variance",
)  # fmt: skip
_QUANTILES = ("quantile", "quantile_cont", "quantile_disc")
_RANKS = ("row_number", "rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist")
_CALLED = {  # in the query of the method
    "mean": "avg", "std": "stddev_samp", "stddev": "stddev_samp", "var": "var_samp", "variance": "var_samp",
    "quantile": "quantile_disc", "rank_dense": "dense_rank",
}  # fmt: skip
_OTHERWISE = ("list", "string_agg")  # that the parser calls otherwise, and DuckDB names the column by
_HANDED_OUT = ("fetch", "to_", "write_", "create")  # how methods begin that give or write all of a relation


def made(call: Call) -> Value | None:
    """``from_df``, ``from_arrow``: a relation of the rows of a frame."""
    content = call.see(call.argument(0, "df") or call.argument(0, "arrow_object"))
    return _relation(call, content.table) if isinstance(content, Frame) and not content.row else None


def looked_up(call: Call) -> Value | None:
    """``table``, ``view``: a relation of a frame that was registered under a name."""
    content = call.see(queries.registered(call.machine.memory, call.argument(0)))
    return _relation(call, content.table) if isinstance(content, Frame) and not content.row else None


def _relation(call: Call, table: Table | None, name: str | None = None) -> Value | None:
    if table is None:
        return None
    return call.new(Frame(table._replace(labels={}), relation=True, name=name))


def rule(call: Call, content: Any) -> Rule | None:
    """Return the rule for a method of a relation, or for one that makes a relation."""
    if isinstance(content, Frame):
        as_frames = not content.relation or call.name in queries.FETCHED or call.name.startswith(_HANDED_OUT)
        return None if as_frames else _unless_unknown
    return ON_CONNECTIONS.get(call.name) if isinstance(content, Foreign | Items | Thing | Method) else None


def _unless_unknown(call: Call) -> Value | None:
    """A method that is given SQL or relations; what others do, frames do not tell, though some are called alike."""
    spelled = all(plain(call.machine, one) is not UNKNOWN or _is_relation(call, one) for one in call.args)
    method = METHODS.get(call.name) if spelled else None
    if method is None and call.name in _SAME_COLUMNS:
        content = call.see(call.receiver)
        decides = call.cames(*call.args) | hedged(tables.values(content.table))
        return call.new(replace(content, table=tables.shaped(content.table, decides, _SAME_COLUMNS[call.name])))
    return None if method is None else method(call)


def _is_relation(call: Call, value: Value | None) -> bool:
    return bool(getattr(call.see(value), "relation", False))


def _selecting(text: str, name: str = "") -> Rule:
    """A method that stands for a query, with its arguments put in; ``name``: by which the only one may be given."""

    def answer(call: Call) -> Value | None:
        told = [*call.args, *(value for key, value in call.kwargs.items() if key == name)]
        given = [one.value for one in told if isinstance(one, Const) and isinstance(one.value, str)]
        if not given or call.more or len(given) != len(call.args) + len(call.kwargs):
            return None
        return _asked(call, text.replace("{}", ", ".join(given)))

    return answer


def _asked(call: Call, text: str) -> Value | None:
    """A query over the relation, in which ``FROM self`` means it; it keeps the name that it was given."""
    content = call.see(call.receiver)
    of = f"FROM {_SELF} AS {_quoted(content.name or _SELF)}"
    return _relation(call, queries.selected(text.replace("FROM self", of), {_SELF: content.table}), content.name)


def aggregated(call: Call) -> Value | None:
    """``aggregate``: by what the second argument says, else by all that is not summed up."""
    summed, by = call.plain(0, "aggr_expr"), call.plain(1, "group_expr", "")
    if not isinstance(summed, str) or not isinstance(by, str):
        return None
    return _asked(call, f"SELECT {summed}\nFROM self GROUP BY {by or 'ALL'}\n")


def limited(call: Call) -> Value | None:
    """``limit``: some rows, by their order where they have one."""
    content = call.see(call.receiver)
    return call.new(replace(content, table=content.table._replace(rows=some_rows(content.table.rows))))


def named(call: Call) -> Value | None:
    """``set_alias``: what pieces of SQL may call it from now on."""
    name = call.plain(0, "alias")
    return call.new(replace(call.see(call.receiver), name=name)) if isinstance(name, str) else None


def same(call: Call) -> Value | None:
    """``materialize``, ``execute``: rows as they are."""
    return call.new(call.see(call.receiver))


def joined(call: Call) -> Value | None:
    """``join``: by columns that both have, or by a condition."""
    by, how = call.plain(1, "condition"), call.plain(2, "how", "inner")
    if not isinstance(by, str) or not isinstance(how, str):
        return None
    clause = f"USING ({by})" if all(part.strip().isidentifier() for part in by.split(",")) else f"ON ({by}\n)"
    return _both(call, f"{how} JOIN", clause)


def _both(call: Call, between: str, behind: str = "") -> Value | None:
    """A query over two relations, each by the name that it was given."""
    one, given = call.see(call.receiver), call.argument(0, "other_rel")
    if not _is_relation(call, given):
        return None
    other = call.see(given)
    names = [_quoted(held.name or own) for held, own in ((one, _SELF), (other, _OTHER))]
    text = " ".join(("SELECT * FROM", _SELF, "AS", names[0], between, _OTHER, "AS", names[1], behind))
    return _relation(call, queries.selected(text, {_SELF: one.table, _OTHER: other.table}))


def stacked(call: Call) -> Value | None:
    """``union``: rows of both, with their columns by place."""
    one, other = call.see(call.receiver), call.see(call.argument(0, "union_rel"))
    if not isinstance(other, Frame) or not other.relation or not one.table.closed:
        return None
    below = tables.numbered(other.table, one.table.columns)
    return None if below is None else _relation(call, tables.stacked((one.table, below)))


def queried(call: Call) -> Value | None:
    """``query``: SQL over a name for the relation."""
    name, text = call.plain(0, "virtual_table_name"), call.plain(1, "sql_query")
    if not isinstance(name, str) or not isinstance(text, str):
        return None
    return _relation(call, queries.selected(text, {name.lower(): call.see(call.receiver).table}))


def first_of_each(call: Call) -> Value | None:
    """``distinct``: one row of all that are alike, or that are so in some columns."""
    given = call.plain(0, "on", ())
    chosen = [given] if isinstance(given, str) else given
    if not isinstance(chosen, list | tuple) or not all(isinstance(one, str) for one in chosen):
        return None
    on = f" ON ({_names(chosen)})" if chosen else ""
    return _asked(call, f"SELECT DISTINCT{on} *\nFROM self")


def without(call: Call) -> Value | None:
    """``drop``: all columns but some."""
    names = [call.plain(place) for place in range(len(call.args))]
    if call.more or not all(isinstance(one, str) for one in names):
        return None
    return _asked(call, f"SELECT * EXCLUDE ({_names(names)})\nFROM self")


def renamed(call: Call) -> Value | None:
    """``rename``: columns by their names before."""
    names = {old: call.plain(-1, old) for old in call.kwargs}
    if not names or call.args or not all(isinstance(one, str) for one in names.values()):
        return None
    pairs = ", ".join(f"{_quoted(old)} AS {_quoted(new)}" for old, new in names.items())
    return _asked(call, f"SELECT * RENAME ({pairs})\nFROM self")


def pivoted(call: Call) -> Value | None:
    """``pivot``: a column for each of the values that are told."""
    column, values, summed = (call.plain(place, name) for place, name in enumerate(("column", "values", "aggregate")))
    told = isinstance(values, list | tuple) and all(isinstance(one, str | int) for one in values)
    if not isinstance(column, str) or not isinstance(summed, str) or not told:
        return None
    listed = ", ".join(_text(one) if isinstance(one, str) else str(one) for one in values)
    return _asked(call, f"FROM (PIVOT (FROM self) ON {_quoted(column)} IN ({listed}) USING {summed}\n)")


def unpivoted(call: Call) -> Value | None:
    """``unpivot``: a row for each of some columns."""
    columns = [call.plain(place) for place in range(len(call.args))]
    into = [call.plain(-1, name, name) for name in ("name", "value")]
    if not columns or call.more or not all(isinstance(one, str) for one in (*columns, *into)):
        return None
    names = f"NAME {_quoted(into[0])} VALUE {_quoted(into[1])}"
    return _asked(call, f"FROM (UNPIVOT (FROM self) ON {_names(columns)} INTO {names})")


def _short(function: str, *names: str) -> Rule:
    """A method that stands for one function, over groups or a window, perhaps beside other columns.

    Args:
        function: of SQL.
        names: of the parameters of the method, in order.
    """

    def answer(call: Call) -> Value | None:
        given = {name: call.plain(place, name, _DEFAULTS.get(name)) for place, name in enumerate(names)}
        if given.get("expression") is None:  # as DuckDB 1 calls it
            given["expression"] = call.plain(-1, "column")
        used = {name: given.pop(name, "") for name in ("groups", "window_spec", "projected_columns")}
        values = [_value(name, value) for name, value in given.items() if name in names and name != "ignore_nulls"]
        clauses = [one for one in used.values() if isinstance(one, str)]
        if call.more or call.kwargs.keys() - {*names, "column"} or None in values or len(clauses) < len(used):
            return None
        groups, window, beside = clauses
        by = f"GROUP BY {groups or 'ALL'}" if "groups" in names and not window else ""
        listed, told = f"{beside}\n, " if beside.strip() else "", ", ".join(map(str, values))
        plain_name = function in _OTHERWISE and not window and str(values[0]).isidentifier()
        called = f" AS {_quoted(f'{function}({told})')}" if plain_name else ""
        return _asked(call, f"SELECT {listed}{function}({told}\n) {window}{called}\nFROM self {by}\n")

    return answer


def _value(name: str, value: Any) -> str | None:
    """An argument as SQL; None where it is not told."""
    if name == "sep" and isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return f"{value:f}"
    return str(value) if isinstance(value, str | int) else None


def counted(call: Call) -> Value | None:
    """``value_counts``: each value, and how often it is there."""
    of, groups = call.plain(0, "expression", call.plain(-1, "column")), call.plain(1, "groups", "")
    if not isinstance(of, str) or not isinstance(groups, str):
        return None
    return _asked(call, f"SELECT {of}\n, count({of}\n)\nFROM self GROUP BY {groups or 'ALL'}\n")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


ON_CONNECTIONS: Rules = {"from_df": made, "from_arrow": made, "table": looked_up, "view": looked_up}
FUNCTIONS: Rules = {f"duckdb.{name}": rule for name, rule in ON_CONNECTIONS.items()}
METHODS: Rules = {
    "filter": _selecting("SELECT * FROM self WHERE ({}\n)", "filter_expr"),
    **dict.fromkeys(("project", "select"), _selecting("SELECT {}\nFROM self")),
    **dict.fromkeys(("order", "sort"), _selecting("SELECT * FROM self ORDER BY {}\n", "order_expr")),
    "aggregate": aggregated,
    **dict.fromkeys(("limit", "head", "offset", "sample"), limited),
    "distinct": first_of_each,
    "unique": _selecting("SELECT DISTINCT {}\nFROM self", "unique_aggr"),
    **dict.fromkeys(("materialize", "execute"), same),
    "set_alias": named,
    "join": joined,
    "cross": lambda call: _both(call, ","),
    "intersect": lambda call: _both(call, "INTERSECT ALL SELECT * FROM"),
    "except_": lambda call: _both(call, "EXCEPT ALL SELECT * FROM"),
    "union": stacked,
    "query": queried,
    "drop": without,
    "rename": renamed,
    "pivot": pivoted,
    "unpivot": unpivoted,
    "value_counts": counted,
    **{name: _short(_CALLED.get(name, name), "expression", *_AROUND) for name in _OF_ONE},
    **{name: _short(name, "expression", "groups", "projected_columns") for name in ("first", "last")},
    **{name: _short(name, "arg_column", "value_column", *_AROUND) for name in ("arg_max", "arg_min")},
    **{name: _short(_CALLED.get(name, name), "expression", "q", *_AROUND) for name in _QUANTILES},
    "string_agg": _short("string_agg", "expression", "sep", *_AROUND),
    **{name: _short(_CALLED.get(name, name), *_AROUND[1:]) for name in _RANKS},
    **{name: _short(name, "expression", *_AROUND[1:]) for name in ("first_value", "last_value")},
    **{name: _short(name, "expression", "window_spec", "offset", "default_value", "ignore_nulls", "projected_columns")
       for name in ("lag", "lead")},
    "nth_value": _short("nth_value", "expression", "window_spec", "offset", "ignore_nulls", "projected_columns"),
    "n_tile": _short("ntile", "window_spec", "num_buckets", "projected_columns"),
}  # fmt: skip
