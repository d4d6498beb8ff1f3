"""Structs that a statement builds: which source columns are behind each field, rather than behind all of them.

Enters: an expression. Leaves: the fields of the struct that it gives, or of the elements of the array that it gives,
each with its own edges; nothing where that is not known: a field of such a column comes from the whole of it. Of lists
and rows likewise each element by its place, ``[0]``, and its fields, ``[0].p``; of maps of DuckDB the keys and values.
"""

import functools
from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import by_element, methods, nodes, placed, taken_apart
from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.functions import Functions
from driftline.capture.sql.relation import (
    AGGREGATION,
    CONDITIONAL,
    IDENTITY,
    NONE,
    TRANSFORMATION,
    Edges,
    Fields,
    Kind,
    Output,
    Relation,
)
from driftline.capture.sql.scope import Scope

_KEEP = nodes.classes(
    "Alias Paren Bracket Order Distinct Limit Filter WithinGroup Window ArrayReverse IgnoreNulls RespectNulls"
)
_KEYS = nodes.classes("MapKeys")
_JOIN = nodes.classes("Array Coalesce ArrayConcat Explode ExplodeOuter Inline")
_SHAPE = nodes.classes("Order Filter WithinGroup Window")
_LISTS = frozenset(["list_value", "list_pack", "array_value"])
_TAKES = frozenset(
    ["list_extract", "list_element", "array_extract", "element_at", "map_extract", "map_extract_value",
     "struct_extract_at", "arrayelement"]
)  # fmt: skip
_MOST = 20_000  # nodes to go through for the elements of a list, one by one, or fields that these have
_NUMBERED = {"clickhouse": "{}", "postgres": "f{}"}  # what the fields of a row are called that have no names
_ROWS_PLACED = frozenset(["duckdb", "presto", "trino", "athena"])  # ``row(a, b)[2]``
_GATHER = nodes.classes("ArrayAgg AnyValue First Last ArrayUniqueAgg")
_BUILDING = (  # what may give a struct or a list
    exp.Column, exp.ToMap, exp.Struct, exp.Cast, *_GATHER, *_JOIN, *_KEEP, exp.Subquery, exp.Select, exp.DPipe,
    exp.Anonymous, exp.Dot, exp.Tuple,
    *nodes.classes("Transform ArrayAppend ArrayPrepend ArraySlice Map VarMap JSONObject"),
)  # fmt: skip


@functools.cache
def may_have_parts(kind: type) -> bool:
    """Whether expressions of a type may give fields or elements."""
    return issubclass(kind, _BUILDING)


class Walks(Protocol):
    """The pass over a statement, as it is seen from here."""

    dialect: Dialect
    functions: Functions

    def walk(self, node: Any, scope: Scope, kind: Kind, windows: dict[str, Any] | None = None) -> Edges:
        """Return the edges of an expression whose value goes on as ``kind``."""

    def query(self, node: Any, parent: Scope | None = None) -> Relation:
        """Return what an inner query offers."""


def parts(queries: Walks, node: Any, scope: Scope) -> Fields:
    """Return all that is known of the parts of what ``node`` gives: fields, elements, fields of elements."""
    return _fields(queries, node, scope) + elements(queries, node, scope)


def fields(queries: Walks, node: Any, scope: Scope) -> Fields:
    """Return the fields of what ``node`` gives, by name in small letters; ``()`` where they are not known."""
    return tuple(one for one in _fields(queries, node, scope) if not rel.is_placed(one[0]))


def _fields(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields, and those of each element of a list that is written there."""
    node = taken_apart.picked(queries.dialect.name, _unchained(queries, node, scope))
    if isinstance(node, exp.Column):
        return tuple(one for one in _of_column(queries, node, scope) if not placed.is_element(one[0]))
    if isinstance(node, exp.Alias | exp.Paren):
        return _fields(queries, node.this, scope)
    if told := taken_apart.pairs(node):
        return tuple((name, queries.walk(value, scope, IDENTITY)) for name, value in told)
    if queries.dialect.name in _NUMBERED and taken_apart.row(node):
        return _numbered(queries, node, scope) + (_built(queries, node, scope) if isinstance(node, exp.Struct) else ())
    if (built := taken_apart.struct_of(node)) is not None:
        return _built(queries, built, scope)
    if isinstance(node, exp.Cast):
        return _typed(queries, node, scope)
    if isinstance(node, _GATHER):
        inner = fields(queries, node.this, scope)
        return tuple((name, rel.through(edges, AGGREGATION)) for name, edges in inner)
    if isinstance(node, _JOIN):
        return _joined(queries, node, scope)
    if (taken := _of_taken(queries, node, scope)) is not None:
        return taken
    if isinstance(node, _KEEP) and not taken_apart.subscript(node):
        inner = fields(queries, node.this, scope)
        shaping = _shaping(queries, node, scope) if inner and isinstance(node, _SHAPE) else NONE
        return tuple((name, edges | shaping) for name, edges in inner)
    if isinstance(node, exp.Subquery | exp.Select):
        return _selected(queries, node, scope)
    return ()


def _shaping(queries: Walks, node: Any, scope: Scope) -> Edges:
    """What ``node`` orders, chooses or takes together what it is about by."""
    found = queries.walk(node, scope, IDENTITY) - queries.walk(node.this, scope, IDENTITY)
    return frozenset(edge for edge in found if edge.kind[0] == "INDIRECT")


def inside(queries: Walks, node: Any, scope: Scope) -> Edges | None:
    """Return what is behind ``x.name``, ``x['name']`` or ``x[1]``; None where the parts of ``x`` are not known."""
    of, name = taken_apart.asked(node)
    found = dict(fields(queries, of, scope)).get(name.lower()) if name else None
    if taken_apart.asks_json(node):
        return None if found is None else rel.through(found, TRANSFORMATION)
    if found is not None or queries.dialect.name not in taken_apart.PLACED or isinstance(node, exp.Dot):
        return found
    if isinstance(node, (exp.ToMap, *_KEYS)) or node.name.lower() == "map_values":
        if queries.dialect.name != "duckdb":
            return None
        asked = taken_apart.asked_of_map(node)
        return NONE.union(*(queries.walk(one, scope, TRANSFORMATION) for one in asked)) if asked else None
    return _taken(queries, node, scope)


def _taken(queries: Walks, node: Any, scope: Scope) -> Edges | None:
    """An element of a list by its place; where that, or the key of a map, is not known, any of them."""
    if (cut := taken_apart.sliced(queries.dialect.name, node)) is not None:
        return _between(queries, *cut, scope)
    if isinstance(node, exp.Anonymous) and (node.name.lower() not in _TAKES or len(node.expressions) != 2):
        return None
    taken, by, place = _parted(queries, node, scope)
    listed = [edges for _, edges in elements(queries, taken, scope)]
    if listed and place is not None:
        return listed[place] if taken_apart.has(queries.dialect.name, listed, place) else NONE
    if queries.dialect.name != "duckdb" and (not listed or isinstance(by, exp.Slice)):
        return None
    joined = [] if listed else taken_apart.parts_of_list(queries.dialect.name, taken)
    if (found := _of_joined(queries, joined, place, scope)) is not None:
        strict = isinstance(taken.unnest(), exp.DPipe)  # with NULL it is NULL
        whole = [
            queries.walk(one, scope, CONDITIONAL) for one in joined if strict and not elements(queries, one, scope)
        ]
        return found.union(queries.walk(by, scope, TRANSFORMATION), *whole)
    both = taken_apart.map_of(taken)
    known = listed or [edges for _, edges in fields(queries, taken, scope)]
    if both is not None:
        known = [queries.walk(one, scope, TRANSFORMATION) for one in both[1]]
    if len(known) < 2:
        return None
    return _any_of(known) | queries.walk(by, scope, TRANSFORMATION)


def _of_taken(queries: Walks, node: Any, scope: Scope) -> Fields | None:
    """The fields of the element that ``l[1]`` or ``list_extract(l, 1)`` takes; None where nothing takes one."""
    called = isinstance(node, exp.Anonymous) and node.name.lower() in _TAKES and len(node.expressions) == 2
    bracket = isinstance(node, exp.Bracket) and len(node.expressions) == 1 and not taken_apart.subscript(node)
    if queries.dialect.name not in taken_apart.PLACED or not (called or bracket):
        return None
    taken, by, place = _parted(queries, node, scope)
    known = _fields(queries, taken, scope)
    if called and not placed.rows(known):  # a map, perhaps
        return ()
    chosen = queries.walk(by, scope, TRANSFORMATION)
    return tuple((name, edges | chosen) for name, edges in placed.at(queries.dialect.name, known, place))


def _parted(queries: Walks, node: Any, scope: Scope) -> tuple[Any, Any, int | None]:
    """What an element is taken of, by what, and the place if that says one."""
    taken, by = (
        node.expressions if isinstance(node, exp.Anonymous) else (node.this, (node.expressions or [node.expression])[0])
    )
    taken = _unchained(queries, taken, scope)
    shifted = isinstance(node, exp.Bracket) and not taken.is_type(*exp.DataType.TEXT_TYPES)  # ``||`` gives one to it
    return taken, by, taken_apart.place_of(by, int(node.args.get("offset") or 0) if shifted else 1)


def _any_of(known: list[Edges]) -> Edges:
    return rel.through(rel.doubted(NONE.union(*known), 1 / len(known)), TRANSFORMATION)


def _between(queries: Walks, taken: Any, bounds: list[Any], scope: Scope) -> Edges | None:
    """The elements of a list between bounds; where these are not known, any of them."""
    listed = [edges for _, edges in elements(queries, taken, scope)]
    if not listed:
        return None
    chosen = taken_apart.within(bounds, len(listed))
    if chosen is not None:
        return rel.through(NONE.union(*listed[chosen]), TRANSFORMATION)
    return _any_of(listed).union(*(queries.walk(one, scope, TRANSFORMATION) for one in bounds if one is not None))


def _unchained(queries: Walks, node: Any, scope: Scope) -> Any:
    """The call that ``x.f(y)`` of DuckDB surely is; any other ``node`` as it stands."""
    if queries.dialect.name != "duckdb" or not isinstance(node, exp.Dot):
        return node
    call, doubtful = methods.chained(node, queries.dialect, queries.functions, scope)
    return node if call is None or doubtful else call


def _of_joined(queries: Walks, parts: list[Any], place: int | None, scope: Scope) -> Edges | None:
    """An element of lists that are joined, of some of which the elements are not known; None where of all of them."""
    each = [[edges for _, edges in elements(queries, part, scope)] for part in parts]
    if not any(each):
        return None
    step = 1 if place is None or place >= 0 else -1
    left = 0 if place is None else place if place >= 0 else -place - 1  # elements to pass over
    start = 0
    for own in each[::step] if place is not None else []:
        if not own:
            break
        if left < len(own):
            return own[::step][left]
        left, start = left - len(own), start + 1
    rest = list(zip(parts, each, strict=True))[::step][start:]
    known = NONE.union(*(edges for _, own in rest for edges in own))
    number = sum(len(own) or 1 for _, own in rest)
    open_ = (queries.walk(part, scope, TRANSFORMATION) for part, own in rest if not own)
    return rel.through(rel.doubted(known, 1 / number), TRANSFORMATION).union(*open_)


def elements(queries: Walks, node: Any, scope: Scope) -> Fields:
    """Return the elements of the list that ``node`` gives, each by its place; ``()`` where they are not known."""
    while isinstance(node, exp.Paren | exp.Alias):
        node = node.this
    if queries.dialect.name not in taken_apart.PLACED:
        return ()
    node = taken_apart.picked(queries.dialect.name, _unchained(queries, node, scope))
    if isinstance(node, exp.Column):
        return tuple(one for one in _of_column(queries, node, scope) if placed.is_element(one[0]))
    joined = [elements(queries, part, scope) for part in taken_apart.parts_of_list(queries.dialect.name, node)]
    if joined and all(joined):
        each = (edges for part in joined for _, edges in part)
        return tuple((f"[{place}]", edges) for place, edges in enumerate(each))
    if (cut := taken_apart.sliced(queries.dialect.name, node)) is not None:
        inner = elements(queries, cut[0], scope)
        chosen = taken_apart.within(cut[1], len(inner))
        kept = inner[chosen] if chosen is not None else ()
        return tuple((f"[{place}]", edges) for place, (_, edges) in enumerate(kept))
    if (one := by_element.of_each(queries.dialect, node, scope)) is not None and member(
        queries, one, scope
    ) is not None:
        made = _one_by_one(queries, one, scope) or [queries.walk(one, scope, TRANSFORMATION)]
        inner = () if one.args.get("condition") is not None else elements(queries, one.args["iterator"], scope)
        return tuple((name, made[place % len(made)]) for place, (name, _) in enumerate(inner))
    if (own := taken_apart.changed(queries.dialect.name, node)) is not None:  # list_transform keeps the order
        inner, more = elements(queries, own[0], scope), queries.walk(own[1], scope, TRANSFORMATION)
        return tuple((name, rel.through(edges, TRANSFORMATION) | more) for name, edges in inner)
    if (other := taken_apart.turned(node)) is not None:
        turned = [edges for _, edges in elements(queries, other, scope)][::-1]
        return tuple((f"[{place}]", edges) for place, edges in enumerate(turned))
    listed = taken_apart.row(node) if queries.dialect.name in _ROWS_PLACED else []
    if isinstance(node, exp.Array) or (isinstance(node, exp.Anonymous) and node.name.lower() in _LISTS):
        listed = [] if taken_apart.comprehended(node) else node.expressions
    if any(isinstance(part, exp.Query) for part in listed):
        return ()
    return tuple((f"[{place}]", queries.walk(part, scope, IDENTITY)) for place, part in enumerate(listed))


def fixed(queries: Walks, node: Any, scope: Scope) -> bool:
    """Return whether a function makes as many rows whatever columns hold; so it does if each element is known."""
    of = taken_apart.spread_of(node)
    known = isinstance(of, exp.Column) and not node.expressions and bool(elements(queries, of, scope))
    return known or taken_apart.fixed(node)


def _one_by_one(queries: Walks, one: Any, scope: Scope) -> list[Edges]:
    """What ``x.p FOR x IN l`` is of each element of l; nothing where the fields of each are not known."""
    rows = placed.rows(_fields(queries, one.args["iterator"], scope))
    if len(rows) * sum(1 for _ in one.this.walk()) > _MOST:
        return []
    each = [_relation(queries, row) for row in rows]
    return [queries.walk(one.this, over(queries, one, row, scope), TRANSFORMATION) for row in each]


def over(queries: Walks, one: Any, row: Relation, scope: Scope) -> Scope:
    """Return the scope of ``x.p`` in ``x.p FOR x IN l``, where ``row`` is what member says x is."""
    name = one.expression.this if isinstance(one.expression, exp.Column) else one.expression
    inner = Scope(scope)
    inner.rows[queries.dialect.table(name)] = row
    return inner


def _relation(queries: Walks, known: Fields) -> Relation:
    return Relation(Output(name, edges, queries.dialect.written(name)) for name, edges in known)


def member(queries: Walks, made: Any, scope: Scope) -> Relation | None:
    """Return the fields of x in ``x.p FOR x IN l``; None where they are not known, or x stands there as a whole."""
    key = queries.dialect.column(made.expression.this if isinstance(made.expression, exp.Column) else made.expression)
    within = [part for part in (made.this, made.args.get("condition")) if part is not None]
    named = [[*one.parts] for part in within for one in part.find_all(exp.Column)]
    used = [parts[1:] for parts in named if queries.dialect.column(parts[0]) == key]
    if not used or any(part.find(exp.Lambda, exp.Comprehension, exp.Query) is not None for part in within):
        return None
    known = dict(fields(queries, made.args["iterator"], scope))
    if not all(rest and rest[0].name.lower() in known for rest in used):
        return None
    return _relation(queries, tuple(known.items()))


def _typed(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of ``row(a, b)::STRUCT(x INT, y INT)``, which have the names of the type."""
    names = [one.name.lower() for one in node.to.expressions if isinstance(one, exp.ColumnDef)]
    row = node.this
    told = isinstance(row, exp.Struct) and not any(
        isinstance(one, exp.PropertyEQ | exp.Alias) for one in row.expressions
    )
    if not (told or (isinstance(row, exp.Anonymous) and row.name.lower() == "row")):
        return ()
    if len(names) != len(row.expressions):
        return ()
    values = (queries.walk(part, scope, TRANSFORMATION) for part in row.expressions)
    return tuple(zip(names, values, strict=True))


def _of_column(queries: Walks, node: Any, scope: Scope) -> Fields:
    if not isinstance(node.this, exp.Identifier):
        return ()
    key = queries.dialect.column(node.this)
    qualifier = node.args.get("table")
    while qualifier is None and not (scope.relations or key in scope.bound | scope.aliases.keys()) and scope.parent:
        scope = scope.parent  # around ``x.p FOR x IN l``
    if qualifier is None and key in scope.bound:  # the parameter of a function hides the column
        return ()
    if qualifier is None:
        set_before = not scope.relations and key in scope.aliases  # by MySQL
        offered = scope.rows if set_before else scope.relations
        found = next((one for relation in offered.values() if (one := relation.output(key)) is not None), None)
    else:
        relation = scope.relation(queries.dialect.table(qualifier))
        found = relation.output(key) if relation is not None else None
    return found.fields if found is not None else ()


def _built(queries: Walks, node: Any, scope: Scope) -> Fields:
    found: dict[str, Edges] = {}
    for part in node.expressions:
        named = isinstance(part, exp.PropertyEQ | exp.Alias)
        name = part.this.name if isinstance(part, exp.PropertyEQ) else part.alias_or_name
        if not name:
            return ()
        value = part.expression if isinstance(part, exp.PropertyEQ) else part.this if named else part
        found[name.lower()] = queries.walk(value, scope, IDENTITY)
    return tuple(found.items())


def _numbered(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of a row by their places, those of a row in it as well: ``.2``, ``.2.1``."""
    found: list[tuple[str, Edges]] = []
    for place, part in enumerate(taken_apart.row(node), 1):
        name = _NUMBERED[queries.dialect.name].format(place)
        found.append((name, queries.walk(part, scope, IDENTITY)))
        found += ((f"{name}.{inner}", edges) for inner, edges in fields(queries, part, scope))
    return tuple(found)


def _selected(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of ``(SELECT AS STRUCT …)``, or of the only column of a query."""
    inner = node
    while isinstance(inner, exp.Subquery):
        inner = inner.this
    if not isinstance(inner, exp.Select):
        return ()
    offered = queries.query(node, scope)
    outputs = [item for item in offered.items if isinstance(item, Output)]
    if len(outputs) != len(offered.items):
        return ()
    if str(inner.args.get("kind") or "").upper() == "STRUCT":
        return tuple((item.name.lower(), item.edges | offered.rows) for item in outputs)
    parts_of = outputs[0].fields if len(outputs) == 1 else ()
    return tuple((name, edges | offered.rows) for name, edges in parts_of)


def _joined(queries: Walks, node: Any, scope: Scope) -> Fields:
    """The fields of any of the parts; not known where those of a part are not. Of a list also those of each of them."""
    parts = [part for part in (node.this, *node.expressions) if part is not None]
    found: dict[str, Edges] = {}
    own_of: list[dict[str, Edges]] = []
    for part in parts:
        own = fields(queries, part, scope)
        if not own and part.find(exp.Column, exp.Query) is not None:
            return ()
        for name, edges in own:
            found[name] = found.get(name, rel.NONE) | edges
        own_of.append(dict(own))
    several = not isinstance(node, exp.Array) or any(isinstance(part, exp.Query) for part in parts)
    if several or len(own_of) * len(found) > _MOST:
        return tuple(found.items())
    return (*found.items(), *placed.named(tuple(found), own_of))
