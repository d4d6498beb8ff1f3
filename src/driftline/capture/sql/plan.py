"""The columns behind each output by DuckDB's own binder.

Enters: a DuckDB connection that knows the tables, and a statement. Leaves: per output the source columns of its
value as the bound plan has them, None where DuckDB has no opinion (it cannot bind the statement, or the plan has a
part that is not understood here). The statement is bound, never run, through a cursor of its own that is closed again,
and interrupted when its time is over: what the user's connection has pending, its transaction and its temporary tables
are not touched, and not seen either.

Source: ``json_serialize_plan(…, optimize := false)``; a reference counts in the columns that a scan projects.
"""

import json
from collections.abc import Callable
from typing import Any

from driftline.capture.ground import own

SECONDS = 2.0  # for binding one statement
_SERIALISE = "SELECT json_serialize_plan(?, optimize := false)"
Column = tuple[str, str]  # table, lower case, "" for files; column, lower case
Columns = list[frozenset[Column]]
Named = dict[str, frozenset[Column]]  # of an INSERT by the columns of its target, in their order; names in lower case
_NONE: frozenset[Column] = frozenset()
_THROUGH = frozenset(
    ["FILTER", "ORDER_BY", "LIMIT", "TOP_N", "DISTINCT", "SAMPLE", "INSERT", "CREATE_TABLE", "COPY_TO_FILE", "EXPLAIN"]
)
_PARTS = frozenset(
    ["struct_extract", "struct_extract_at", "list_extract", "list_element", "element_at", "map_extract",
     "map_extract_value", "map_keys", "map_values"]
)  # fmt: skip
_INSERT = "LOGICAL_INSERT"
_JOINS = frozenset(["COMPARISON_JOIN", "DELIM_JOIN", "ANY_JOIN", "CROSS_PRODUCT", "POSITIONAL_JOIN", "ASOF_JOIN"])


class _NotUnderstood(Exception):
    """The plan has a part that is not known here."""


def opinion(connection: Any, sql: str, seconds: float = SECONDS) -> Columns | Named | None:
    """Return the source columns of each output's value; None where DuckDB has no opinion."""
    text = serialised(connection, sql, seconds)
    return read(json.loads(text)) if text is not None else None


def serialised(
    connection: Any, sql: str, seconds: float = SECONDS, execute: Callable[..., Any] | None = None
) -> str | None:
    """Return the bound plan of a statement as JSON; None where there is none.

    Args:
        connection: to DuckDB; not disturbed, and what it has pending stays.
        sql: one statement.
        seconds: after which binding is interrupted.
        execute: the method of connections that executes, where theirs has been replaced.
    """
    cursor = connection.cursor()
    done_in_time = own.after("driftline-timer", seconds, cursor.interrupt)
    try:
        done = (execute or type(cursor).execute)(cursor, _SERIALISE, [sql])
        row = done.fetchone()
    except Exception:  # a version without the function, an interruption: no opinion
        return None
    finally:
        done_in_time.set()
        cursor.close()
    return str(row[0]) if row else None


def read(plan: Any) -> Columns | Named | None:
    """Return the source columns of each output of a serialised plan; None where it cannot be told."""
    if plan.get("error") or len(plan.get("plans") or ()) != 1:
        return None
    try:
        node = plan["plans"][0]
        if node["children"] and node["children"][0]["type"] == _INSERT:  # what RETURNING gives of it
            node = node["children"][0]
        found = _Plan().columns(node)
        return _filled(node, found) if node["type"] == _INSERT else found
    except (_NotUnderstood, KeyError, IndexError, TypeError, RecursionError):
        return None


class _Plan:
    def __init__(self) -> None:
        self.ctes: dict[int, Columns] = {}
        self.delim: list[Columns] = []

    def columns(self, node: Any) -> Columns:
        """Return the source columns of each output of an operator."""
        kind = node["type"].removeprefix("LOGICAL_")
        if kind in _THROUGH:
            child = self.columns(node["children"][0])
            return _picked(child, node.get("projection_map") or node.get("projections"))
        if kind in _JOINS:
            return self._join(node)
        read: Callable[[Any], Columns] | None = getattr(self, f"_{kind.lower()}", None)
        if read is None:
            raise _NotUnderstood(kind)
        return read(node)

    def _get(self, node: Any) -> Columns:
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

    def _projection(self, node: Any) -> Columns:
        child = self.columns(node["children"][0])
        return [_behind(one, child) for one in node["expressions"]]

    def _aggregate_and_group_by(self, node: Any) -> Columns:
        child = self.columns(node["children"][0])
        groups = [_behind(one, child) for one in node.get("groups") or ()]
        values = [_behind(one, child) for one in node.get("expressions") or ()]
        marks = [_NONE.union(*(groups[place] for place in one)) for one in node.get("grouping_functions") or ()]
        return [*groups, *values, *marks]

    def _window(self, node: Any) -> Columns:
        child = self.columns(node["children"][0])
        return [*child, *(_behind(one, child) for one in node["expressions"])]

    _unnest = _window

    def _union(self, node: Any) -> Columns:
        sides = [self.columns(child) for child in node["children"]]
        return [frozenset().union(*each) for each in zip(*sides, strict=True)]

    def _except(self, node: Any) -> Columns:
        for child in node["children"][1:]:
            self.columns(child)
        return self.columns(node["children"][0])

    _intersect = _except

    def _join(self, node: Any) -> Columns:
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

    def _delim_get(self, node: Any) -> Columns:
        found = self.delim[-1]
        if len(found) != len(node.get("chunk_types") or found):
            raise _NotUnderstood("DELIM_GET")
        return found

    def _materialized_cte(self, node: Any) -> Columns:
        self.ctes[node["table_index"]] = self.columns(node["children"][0])
        return self.columns(node["children"][1])

    def _recursive_cte(self, node: Any) -> Columns:
        grown = self.columns(node["children"][0])
        for _ in range(len(grown) + 1):
            self.ctes[node["table_index"]] = grown
            sides = (grown, self.columns(node["children"][1]))
            more = [frozenset().union(*each) for each in zip(*sides, strict=True)]
            if more == grown:
                break
            grown = more
        return grown

    def _cte_ref(self, node: Any) -> Columns:
        return self.ctes[node["cte_index"]]

    def _dummy_scan(self, _node: Any) -> Columns:
        return [_NONE]

    def _expression_get(self, node: Any) -> Columns:
        return [_NONE] * len(node["expr_types"] if "expr_types" in node else node["expressions"][0])

    def _chunk_get(self, node: Any) -> Columns:
        return [_NONE] * len(node["chunk_types"])


def _filled(node: Any, found: Columns) -> Columns | Named:
    """The outputs of an INSERT by the columns that they go to, where the plan has them in the order of the table."""
    if (node.get("column_index_map") or {}).get("internal_vector"):
        return found  # before DuckDB 2, in that of the statement
    columns = node["table_info"]["columns"]["columns"]
    names = [one["name"].lower() for one in columns if one["category"] != "GENERATED"]
    if len(names) != len(found):
        raise _NotUnderstood(_INSERT)
    return dict(zip(names, found, strict=True))


def _picked(columns: Columns, places: Any) -> Columns:
    return [columns[place] for place in places] if places else columns


def _behind(expression: Any, child: Columns) -> frozenset[Column]:
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
            elif kind == "BOUND_FUNCTION" and _takes_apart(node) and len(_behind(node["children"][:1], child)) > 1:
                raise _NotUnderstood(kind)  # a plan does not tell which of them is behind the field
            else:
                waiting += [value for key, value in node.items() if key != "function_data" or kind == "BOUND_LAMBDA"]
        elif isinstance(node, list):
            waiting += node
    return frozenset(found)


def _takes_apart(function: Any) -> bool:
    """Whether a function gives a part of a struct, a list or a map, as ``s.x``; its name is a way since DuckDB 2."""
    name = function["qname"]["path"][-1] if "qname" in function else function.get("name")
    taken = function.get("arguments") or [{}]
    return name in _PARTS or (name == "array_extract" and taken[0].get("id") in ("STRUCT", "LIST"))
