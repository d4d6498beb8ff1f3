"""Relations of DuckDB over frames: queries that are put together method by method.

Enters: a call on a connection that is given a frame, or on a relation with pieces of SQL. Leaves: a relation, which is
a table whose methods are these; None where a piece is not spelled out or not understood.
Source: https://duckdb.org/docs/stable/clients/python/relational_api.html.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import queries, tables
from driftline.capture.script.call import Call, Rule, Rules
from driftline.capture.script.cames import hedged, some_rows
from driftline.capture.script.reading import FILTER, SORT, Table
from driftline.capture.script.values import Const, Foreign, Frame, Items, Method, Thing, Value

_SELF, _OTHER = "driftline_self", "driftline_other"  # what queries call relations that have no name
_SAME_COLUMNS = {"filter": FILTER, "limit": FILTER, "order": SORT, "sort": SORT}  # what their SQL decides
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
    spelled = all(isinstance(one, Const) or getattr(call.see(one), "relation", False) for one in call.args)
    method = METHODS.get(call.name) if spelled else None
    if method is None and call.name in _SAME_COLUMNS:
        content = call.see(call.receiver)
        decides = call.cames(*call.args) | hedged(tables.values(content.table))
        return call.new(replace(content, table=tables.shaped(content.table, decides, _SAME_COLUMNS[call.name])))
    return None if method is None else method(call)


def _selecting(text: str) -> Rule:
    """A method that stands for a query, with its arguments put in."""

    def answer(call: Call) -> Value | None:
        given = [one.value for one in call.args if isinstance(one, Const) and isinstance(one.value, str)]
        if not given or call.kwargs or call.more or len(given) != len(call.args):
            return None
        return _asked(call, text.replace("{}", ", ".join(given)))

    return answer


def _asked(call: Call, text: str) -> Value | None:
    """A query over the relation, in which ``FROM self`` means it; it keeps the name that it was given."""
    content = call.see(call.receiver)
    name = content.name or _SELF
    quoted = name.replace('"', '""')
    return _relation(
        call,
        queries.selected(text.replace("FROM self", f'FROM {_SELF} AS "{quoted}"'), {_SELF: content.table}),
        content.name,
    )


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
    one, other = call.see(call.receiver), call.see(call.argument(0, "other_rel"))
    by, how = call.plain(1, "condition"), call.plain(2, "how", "inner")
    if not isinstance(other, Frame) or not other.relation or not isinstance(by, str) or not isinstance(how, str):
        return None
    names = [(held.name or own).replace('"', '""') for held, own in ((one, _SELF), (other, _OTHER))]
    clause = f"USING ({by})" if all(part.strip().isidentifier() for part in by.split(",")) else f"ON ({by}\n)"
    left, right = f'{_SELF} AS "{names[0]}"', f'{_OTHER} AS "{names[1]}"'
    text = " ".join(("SELECT * FROM", left, how, "JOIN", right, clause))
    return _relation(call, queries.selected(text, {_SELF: one.table, _OTHER: other.table}))


def stacked(call: Call) -> Value | None:
    """``union``: rows of both, with their columns by place."""
    one, other = call.see(call.receiver), call.see(call.argument(0, "union_rel"))
    if not isinstance(other, Frame) or not other.relation or not one.table.closed:
        return None
    below = tables.numbered(other.table, one.table.columns)
    return None if below is None else _relation(call, tables.stacked((one.table, below)))


ON_CONNECTIONS: Rules = {"from_df": made, "from_arrow": made, "table": looked_up, "view": looked_up}
FUNCTIONS: Rules = {f"duckdb.{name}": rule for name, rule in ON_CONNECTIONS.items()}
METHODS: Rules = {
    "filter": _selecting("SELECT * FROM self WHERE ({}\n)"),
    **dict.fromkeys(("project", "select"), _selecting("SELECT {}\nFROM self")),
    **dict.fromkeys(("order", "sort"), _selecting("SELECT * FROM self ORDER BY {}\n")),
    "aggregate": aggregated,
    **dict.fromkeys(("limit", "head"), limited),
    "distinct": lambda call: _asked(call, "SELECT DISTINCT *\nFROM self"),
    "unique": _selecting("SELECT DISTINCT {}\nFROM self"),
    **dict.fromkeys(("materialize", "execute"), same),
    "set_alias": named,
    "join": joined,
    "union": stacked,
}
