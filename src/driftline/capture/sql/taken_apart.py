"""How an expression takes lists, rows and maps apart that it builds itself, as far as its words say that.

Enters: an expression. Leaves: expressions in it: the elements that ``[a, b]`` lists, the one that ``[a, b][2]`` takes,
the name of the field that ``x.name`` or ``tupleElement(x, 2)`` asks for. Knows nothing of columns.
"""

import sys
from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from driftline.capture.sql import nodes

PLACED = frozenset(  # dialects in which a number behind a list that is built says which of its elements
    ["duckdb", "clickhouse", "postgres", "bigquery", "snowflake", "hive", "spark2", "spark", "databricks", "presto",
     "trino", "athena"]
)  # fmt: skip
_TRANSFORMS = frozenset(["list_apply", "array_apply"])  # other names of list_transform
_TURNS = frozenset(["list_reverse", "array_reverse"])
_OBJECTS = frozenset(["json_build_object", "jsonb_build_object", "json_object"])
_ROWS = frozenset(["row", "tuple"])


_EACH = nodes.classes("Transform")
GENERATING = nodes.classes(  # make a row of each element of a list
    "Explode ExplodeOuter Posexplode PosexplodeOuter Inline ExplodingGenerateSeries"
)
_WRAPS: tuple[Any, ...] = (exp.Alias, exp.Paren, exp.Kwarg, *GENERATING)
_BEHIND = nodes.classes("ArrayAppend")
_APPEND = (*_BEHIND, *nodes.classes("ArrayPrepend"))
_KEYS = nodes.classes("MapKeys")
_REVERSE = nodes.classes("ArrayReverse")
_SLICE = nodes.classes("ArraySlice")
_SLICES = frozenset(["list_slice", "array_slice"])
_MAPS = nodes.classes("Map VarMap")
_JSON = nodes.classes("JSONExtract JSONExtractScalar")


def asked(node: Any) -> tuple[Any, str]:
    """Return what a field is taken of, and its name; "" where another thing than a name is written."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "tupleelement" and len(node.expressions) > 1:
        by = node.expressions[1]  # of ClickHouse: a number, or a text
        return node.expressions[0], by.name if isinstance(by, exp.Literal) else ""
    by = node.expression
    if isinstance(by, exp.JSONPath):
        first = by.expressions[1] if len(by.expressions) > 1 and not node.expressions else None  # more paths: a list
        return node.this, first.name if isinstance(first, exp.JSONPathKey) else ""
    named = isinstance(by, exp.Identifier) or (isinstance(by, exp.Literal) and isinstance(node, exp.Dot))
    named = named or (isinstance(by, exp.Literal) and by.is_string and isinstance(node, exp.StructExtract))
    return node.this, by.name if named else subscript(node)


def picked(dialect: str, node: Any) -> Any:
    """Return the element that a number behind a list takes which is built here; any other ``node`` as it stands."""
    listed = node.this.unnest() if isinstance(node, exp.Bracket) else None
    if not isinstance(listed, exp.Array) or comprehended(listed) or dialect not in PLACED:
        return node
    place = place_of(node.expressions[0], int(node.args.get("offset") or 0))
    return listed.expressions[place] if place is not None and has(dialect, listed.expressions, place) else node


def has(dialect: str, listed: Sequence[Any], place: int) -> bool:
    """Return whether a list has an element at ``place``; with PostgreSQL nothing is counted backwards."""
    return -len(listed) <= place < len(listed) and (place >= 0 or dialect != "postgres")


def asks_json(node: Any) -> bool:
    """Return whether a node takes a part of a JSON value by a path."""
    return isinstance(node, _JSON)


def pairs(node: Any) -> list[tuple[str, Any]]:
    """Return the keys of a JSON object or a map that is built here, in small letters, with the value of each.

    None where a key is no text, or where two of them differ in case alone.
    """
    keys: list[Any] = []
    values: list[Any] = []
    if isinstance(node, exp.JSONObject):
        told = [one for one in node.expressions if isinstance(one, exp.JSONKeyValue)]
        keys, values = [one.this for one in told], [one.expression for one in told]
    elif isinstance(node, exp.Anonymous) and node.name.lower() in _OBJECTS:
        keys, values = node.expressions[::2], node.expressions[1::2]
    elif isinstance(node, _MAPS):
        listed = node.args.get("keys"), node.args.get("values")
        keys, values = (one.expressions if isinstance(one, exp.Array) else [] for one in listed)
    names = [one.name.lower() for one in keys if isinstance(one, exp.Literal) and one.is_string]
    whole = len(names) == len(keys) == len(values) == len(set(names))
    return list(zip(names, values, strict=True)) if whole else []


def parts_of_list(dialect: str, node: Any) -> list[Any]:
    """Return the lists that ``x || y`` and its kin join; none where none are."""
    node = node.unnest()
    if dialect != "duckdb":
        return []
    if isinstance(node, exp.DPipe):
        return [one for part in (node.this, node.expression) for one in parts_of_list(dialect, part) or [part]]
    if isinstance(node, exp.ArrayConcat):
        return [node.this, *node.expressions]
    one = [exp.Array(expressions=[node.expression.copy()])] if isinstance(node, _APPEND) else []
    return [node.this, *one] if isinstance(node, _BEHIND) else [*one, node.this] if one else []


def changed(dialect: str, node: Any) -> tuple[Any, Any] | None:
    """Return the list of whose elements each is made into another one, and how; None where nothing does that."""
    if isinstance(node, _EACH):
        return node.this, node.expression
    if dialect != "duckdb":
        return None
    if isinstance(node, exp.Anonymous) and node.name.lower() in _TRANSFORMS and len(node.expressions) == 2:
        return node.expressions[0], node.expressions[1]
    one = comprehended(node)
    if one is None or one.args.get("condition") is not None:
        return None
    return one.args["iterator"], exp.Lambda(this=one.this.copy(), expressions=[one.expression.copy()])


def comprehended(node: Any) -> Any:
    """Return ``x + 1 for x in l`` in ``[x + 1 for x in l]``; None where no such thing stands there."""
    only = node.expressions[0] if isinstance(node, exp.Array) and len(node.expressions) == 1 else None
    return only if isinstance(only, exp.Comprehension) else None


def fixed(node: Any) -> bool:
    """Return whether a function makes as many rows whatever columns hold: of a list that is written, or a struct."""
    node = spread_of(node)
    listed = isinstance(node, exp.Array) and not comprehended(node)
    return isinstance(node, exp.Struct) or (
        listed and not any(isinstance(part, exp.Query | exp.Star) for part in node.expressions)
    )


def spread_of(node: Any) -> Any:
    """Return what a function makes rows of."""
    while isinstance(node, _WRAPS) or type(node) is exp.Cast:
        node = node.expression if isinstance(node, exp.Kwarg) else node.this
    return node


def row(node: Any) -> list[Any]:
    """Return the values of a row that has no names for its fields, ``row(a, b)`` or ``(a, b)``; none for all else."""
    bare = isinstance(node, exp.Anonymous) and node.name.lower() in _ROWS
    parts = node.expressions if bare or isinstance(node, exp.Tuple | exp.Struct) else []
    return [] if any(isinstance(part, exp.PropertyEQ) for part in parts) else parts


def place_of(node: Any, first: int) -> int | None:
    """Return the place in a list that a number says, from 0, or from -1 backwards; None where none stands there.

    ``x[0]`` of DuckDB is NULL: no list has such a place.
    """
    number = _number(node)
    if number is None:
        return None
    place = number - first  # the parser has made ``x[1]`` of DuckDB ``x[0]``, and ``x[-1]`` ``x[-2]``
    return place if place >= 0 else place + 1 if place < -1 else sys.maxsize


def sliced(dialect: str, node: Any) -> tuple[Any, list[Any]] | None:
    """Return the list that DuckDB takes a part of, and from where to where, each None where it is not said."""
    if dialect != "duckdb":
        return None
    if isinstance(node, _SLICE):
        return node.this, [node.args.get(name) for name in ("start", "end", "step")]
    if isinstance(node, exp.Anonymous) and node.name.lower() in _SLICES and len(node.expressions) in (3, 4):
        return node.expressions[0], [*node.expressions[1:], None][:3]
    by = node.expressions[0] if isinstance(node, exp.Bracket) and len(node.expressions) == 1 else None
    if not isinstance(by, exp.Slice):
        return None
    return node.this, [by.args.get(name) for name in ("this", "expression", "step")]


def within(bounds: Sequence[Any], length: int) -> slice | None:
    """Return which elements of a list of so many are between bounds; None where these do not tell.

    Both are counted from 1, or backwards from -1, and belong to it; ``[0:2]`` is ``[1:2]``.
    """
    numbers = [other if one is None else _number(one) for one, other in zip(bounds, (1, length, 1), strict=True)]
    first, last, step = (0 if one is None else one for one in numbers)
    if None in numbers or step < 1:
        return None
    first, last = (max(one + length + 1 if one < 0 else one, 0) for one in (first, last))
    return slice(max(first - 1, 0), last, step)


def _number(node: Any) -> int | None:
    sign, bare = (-1, node.this) if isinstance(node, exp.Neg) else (1, node)
    told = isinstance(bare, exp.Literal) and not bare.is_string and bare.name.isdigit()
    return sign * int(bare.name) if told else None


def map_of(node: Any) -> tuple[list[Any], list[Any]] | None:
    """Return the keys and the values of a map that is built here."""
    while isinstance(node, exp.Paren | exp.Alias):
        node = node.this
    if isinstance(node, exp.ToMap) and isinstance(node.this, exp.Struct):
        pairs = [part for part in node.this.expressions if isinstance(part, exp.PropertyEQ)]
        return [part.this for part in pairs], [part.expression for part in pairs]
    if isinstance(node, exp.Map):
        return [node.args.get("keys")], [node.args.get("values")]
    return None


def asked_of_map(node: Any) -> list[Any]:
    """Return the keys, the values or both of a map that is built here, as map_keys, map_values or the map asks."""
    keys, values = map_of(node if isinstance(node, exp.ToMap) else next(node.iter_expressions(), None)) or ([], [])
    return keys if isinstance(node, _KEYS) else values if isinstance(node, exp.Anonymous) else [*keys, *values]


def struct_of(node: Any) -> Any:
    """Return the struct that is built here, also as a map whose keys are written out; None where none is."""
    if isinstance(node, exp.ToMap):
        keys, _ = map_of(node) or ([None], [])
        return node.this if all(isinstance(one, exp.Literal) for one in keys) else None
    return node if isinstance(node, exp.Struct) else None


def subscript(node: Any) -> str:
    """Return the text between brackets; "" where something else stands there."""
    only = node.expressions[0] if isinstance(node, exp.Bracket) and len(node.expressions) == 1 else None
    return str(only.name) if isinstance(only, exp.Literal) and only.is_string else ""


def turned(node: Any) -> Any:
    """Return the list that DuckDB's list_reverse gives backwards; None where nothing does that."""
    if isinstance(node, _REVERSE):
        return node.this
    called = isinstance(node, exp.Anonymous) and node.name.lower() in _TURNS and node.expressions
    return node.expressions[0] if called else None
