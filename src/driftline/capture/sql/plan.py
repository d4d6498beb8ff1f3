"""A second opinion: the columns behind each output by DuckDB's own binder, compared with those that were parsed.

Enters: a DuckDB connection that knows the tables, and a statement. Leaves: per output the source columns of its
value as the bound plan has them, None where DuckDB has no opinion (it cannot bind the statement, or the plan has a
part that is not understood here); and a statement whose edges carry less confidence where the two differ. The
statement is bound, never run, through a cursor of its own that is closed again, and interrupted when its time is
over. This takes tens of milliseconds and does not belong on the critical path of a program.

Source: ``json_serialize_plan(…, optimize := false)``; a reference counts in the columns that a scan projects.
"""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from driftline.capture.sql import relation as rel
from driftline.capture.sql.change import Statement
from driftline.capture.sql.columns import Doubt
from driftline.capture.sql.relation import Edge, Output, Source

SECONDS = 2.0  # for binding one statement
PARSED_ALONE = 0.7  # of an edge that the plan does not have
BOUND_ALONE = 0.5  # of an edge that only the plan has
Column = tuple[str, str]  # table, lower case, "" for files; column, lower case
_Columns = list[frozenset[Column]]
_NONE: frozenset[Column] = frozenset()
_THROUGH = frozenset(
    ["FILTER", "ORDER_BY", "LIMIT", "TOP_N", "DISTINCT", "SAMPLE", "INSERT", "CREATE_TABLE", "COPY_TO_FILE", "EXPLAIN"]
)
_JOINS = frozenset(["COMPARISON_JOIN", "DELIM_JOIN", "ANY_JOIN", "CROSS_PRODUCT", "POSITIONAL_JOIN", "ASOF_JOIN"])


class Difference(NamedTuple):
    """What one side says of an output and the other does not."""

    output: str
    parsed_alone: tuple[Column, ...]
    bound_alone: tuple[Column, ...]


class _NotUnderstood(Exception):
    """The plan has a part that is not known here."""


def opinion(connection: Any, sql: str, seconds: float = SECONDS) -> _Columns | None:
    """Return the source columns of each output's value; None where DuckDB has no opinion.

    Args:
        connection: to DuckDB; not disturbed, and what it has pending stays.
        sql: one statement.
        seconds: after which binding is interrupted.
    """
    cursor = connection.cursor()
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        row = cursor.execute("SELECT json_serialize_plan(?, optimize := false)", [sql]).fetchone()
    except Exception:  # a version without the function, an interruption: no opinion
        return None
    finally:
        timer.cancel()
        cursor.close()
    return read(json.loads(row[0])) if row else None


def read(plan: Any) -> _Columns | None:
    """Return the source columns of each output of a serialised plan; None where it cannot be told."""
    if plan.get("error") or len(plan.get("plans") or ()) != 1:
        return None
    try:
        return _Plan().columns(plan["plans"][0])
    except (_NotUnderstood, KeyError, IndexError, TypeError, RecursionError):
        return None


class _Plan:
    def __init__(self) -> None:
        self.ctes: dict[int, _Columns] = {}
        self.delim: list[_Columns] = []

    def columns(self, node: Any) -> _Columns:
        """Return the source columns of each output of an operator."""
        kind = node["type"].removeprefix("LOGICAL_")
        if kind in _THROUGH:
            child = self.columns(node["children"][0])
            return _picked(child, node.get("projection_map") or node.get("projections"))
        if kind in _JOINS:
            return self._join(node)
        read: Callable[[Any], _Columns] | None = getattr(self, f"_{kind.lower()}", None)
        if read is None:
            raise _NotUnderstood(kind)
        return read(node)

    def _get(self, node: Any) -> _Columns:
        data = node.get("function_data") or {}
        table = str(data.get("table") or "").lower()
        names = node["names"]
        found = []
        for one in node["column_indexes"]:
            index = one["index"] if isinstance(one, dict) else one
            found.append(frozenset(((table, names[index].lower()),)) if index < len(names) else _NONE)
        if node.get("projection_ids"):
            found = [found[place] for place in node["projection_ids"]]
        return found or [_NONE]

    def _projection(self, node: Any) -> _Columns:
        child = self.columns(node["children"][0])
        return [_behind(one, child) for one in node["expressions"]]

    def _aggregate_and_group_by(self, node: Any) -> _Columns:
        child = self.columns(node["children"][0])
        groups = [_behind(one, child) for one in node.get("groups") or ()]
        values = [_behind(one, child) for one in node.get("expressions") or ()]
        marks = [_NONE.union(*(groups[place] for place in one)) for one in node.get("grouping_functions") or ()]
        return [*groups, *values, *marks]

    def _window(self, node: Any) -> _Columns:
        child = self.columns(node["children"][0])
        return [*child, *(_behind(one, child) for one in node["expressions"])]

    _unnest = _window

    def _union(self, node: Any) -> _Columns:
        sides = [self.columns(child) for child in node["children"]]
        return [frozenset().union(*each) for each in zip(*sides, strict=True)]

    def _except(self, node: Any) -> _Columns:
        for child in node["children"][1:]:
            self.columns(child)
        return self.columns(node["children"][0])

    _intersect = _except

    def _join(self, node: Any) -> _Columns:
        left = self.columns(node["children"][0])
        delim = node.get("duplicate_eliminated_columns") or ()
        if delim:
            self.delim.append([_behind(one, left) for one in delim])
        right = self.columns(node["children"][1])
        if delim:
            self.delim.pop()
        kept = _picked(left, node.get("left_projection_map"))
        kind = node.get("join_type", "INNER")
        if kind in ("SEMI", "ANTI"):
            return kept
        if kind == "MARK":
            marks = [_behind(one["left"], left) | _behind(one["right"], right) for one in node.get("conditions") or ()]
            return [*kept, _NONE.union(*marks)]
        if kind in ("RIGHT_SEMI", "RIGHT_ANTI"):
            return _picked(right, node.get("right_projection_map"))
        return [*kept, *_picked(right, node.get("right_projection_map"))]

    def _delim_get(self, node: Any) -> _Columns:
        found = self.delim[-1]
        if len(found) != len(node.get("chunk_types") or found):
            raise _NotUnderstood("DELIM_GET")
        return found

    def _materialized_cte(self, node: Any) -> _Columns:
        self.ctes[node["table_index"]] = self.columns(node["children"][0])
        return self.columns(node["children"][1])

    def _recursive_cte(self, node: Any) -> _Columns:
        grown = self.columns(node["children"][0])
        for _ in range(len(grown) + 1):
            self.ctes[node["table_index"]] = grown
            sides = (grown, self.columns(node["children"][1]))
            more = [frozenset().union(*each) for each in zip(*sides, strict=True)]
            if more == grown:
                break
            grown = more
        return grown

    def _cte_ref(self, node: Any) -> _Columns:
        return self.ctes[node["cte_index"]]

    def _dummy_scan(self, _node: Any) -> _Columns:
        return [_NONE]

    def _expression_get(self, node: Any) -> _Columns:
        return [_NONE] * len(node["expr_types"] if "expr_types" in node else node["expressions"][0])

    def _chunk_get(self, node: Any) -> _Columns:
        return [_NONE] * len(node["chunk_types"])


def _picked(columns: _Columns, places: Any) -> _Columns:
    return [columns[place] for place in places] if places else columns


def _behind(expression: Any, child: _Columns) -> frozenset[Column]:
    """The source columns that an expression refers to, wherever in it."""
    found: set[Column] = set()
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            kind = node.get("expression_class")
            if kind == "BOUND_REF":
                found |= child[node["index"]]
            elif kind in ("BOUND_COLUMN_REF", "BOUND_SUBQUERY"):
                raise _NotUnderstood(kind)  # a plan before its references are resolved
            else:
                waiting += [value for key, value in node.items() if key != "function_data" or kind == "BOUND_LAMBDA"]
        elif isinstance(node, list):
            waiting += node
    return frozenset(found)


def differences(statement: Statement, bound: _Columns) -> list[Difference]:
    """Return where the parsed edges and the plan differ. Conditions and windows are no difference: a plan has none.

    Args:
        statement: as it was parsed.
        bound: the opinion of the plan.
    """
    if statement.lineage is None:
        return []
    items = statement.lineage.items
    if len(items) != len(bound) or not all(isinstance(item, Output) for item in items):
        return []
    shaping = {_column(edge) for edge in statement.lineage.rows}
    found = []
    for place, (item, columns) in enumerate(zip(items, bound, strict=True)):
        assert isinstance(item, Output)
        direct = {_column(edge) for edge in item.edges if edge.kind[0] == "DIRECT" and edge.column != "*"}
        anyhow = shaping | {_column(edge) for edge in item.edges}
        parsed_alone = sorted(one for one in direct if not _among(one, columns))
        bound_alone = sorted(one for one in columns if not _among(one, anyhow))
        if parsed_alone or bound_alone:
            found.append(Difference(item.name or f"column {place + 1}", tuple(parsed_alone), tuple(bound_alone)))
    return found


def _column(edge: Edge) -> Column:
    table = edge.source.names[0].rsplit(".", 1)[-1].lower() if edge.source.kind == "table" else ""
    return table, edge.column.lower()


def _among(one: Column, others: Iterable[Column]) -> bool:
    return any(one[1] == column and (one[0] == table or not one[0] or not table) for table, column in others)


def weighed(statement: Statement, bound: _Columns) -> Statement:
    """Return the statement with less confidence where the plan differs, and with the differences noted."""
    found = {one.output: one for one in differences(statement, bound)}
    if not found or statement.lineage is None:
        return statement
    items = []
    doubts = list(statement.doubts)
    for place, item in enumerate(statement.lineage.items):
        one = found.get(item.name or f"column {place + 1}") if isinstance(item, Output) else None
        if one is None or not isinstance(item, Output):
            items.append(item)
            continue
        edges = {
            edge._replace(confidence=round(edge.confidence * PARSED_ALONE, 2))
            if edge.kind[0] == "DIRECT" and _column(edge) in one.parsed_alone
            else edge
            for edge in item.edges
        }
        more = [(_source(statement, table), column) for table, column in one.bound_alone]
        edges |= {Edge(source, column, rel.TRANSFORMATION, BOUND_ALONE) for source, column in more}
        parsed = [(edge.source, edge.column) for edge in item.edges if _column(edge) in one.parsed_alone]
        if parsed:
            doubts.append(Doubt(one.output, "not so in DuckDB's plan", tuple(sorted(parsed))))
        if more:
            doubts.append(Doubt(one.output, "only in DuckDB's plan", tuple(sorted(more))))
        items.append(item._replace(edges=frozenset(edges)))
    return statement._replace(lineage=statement.lineage._replace(items=tuple(items)), doubts=tuple(doubts))


def _source(statement: Statement, table: str) -> Source:
    for source in statement.reads:
        if source.kind == "table" and source.names[0].rsplit(".", 1)[-1].lower() == table:
            return source
    return Source("table", (table,))
