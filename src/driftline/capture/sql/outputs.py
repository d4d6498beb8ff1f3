"""The outputs of a SELECT: expressions with and without a name, and stars with what they leave out or replace.

Enters: the list of a SELECT and its scope. Leaves: items in order. A star over a table whose schema is not known
stays a star; one that picks columns by a pattern of their names gives what is known to match, else nothing but
its sources.
"""

import re
from collections.abc import Iterable
from typing import Any

from sqlglot import exp

from driftline import later
from driftline.capture.sql import aggregates, choosing, clauses, generating, nodes, rootless, structs
from driftline.capture.sql import dialect as dialects
from driftline.capture.sql import relation as rel
from driftline.capture.sql.expression import Queries
from driftline.capture.sql.relation import (
    AGGREGATION,
    IDENTITY,
    NONE,
    TRANSFORMATION,
    Edge,
    Item,
    Output,
    Relation,
    Star,
    Unknown,
    Whatever,
)
from driftline.capture.sql.scope import Scope

_LIKE = (exp.Like, exp.ILike, exp.SimilarTo, exp.Glob)
_GROUP = later.pattern(r"\\([1-9])")
_AROUND = (exp.Alias, exp.Paren)
_PLAIN = (exp.Column, exp.Literal, exp.Query)
_GENERATING = (exp.Aliases, exp.UDTF, exp.Anonymous, *nodes.classes("Stack Inline"))


def project(queries: Queries, node: Any, scope: Scope, windows: dict[str, Any]) -> list[Item]:
    """Return the items that one entry of a SELECT list stands for."""
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
        return _star(queries, node.this, node, scope)
    if isinstance(node, exp.Star):
        return _star(queries, node, None, scope)
    bare = node
    while isinstance(bare, _AROUND):
        bare = bare.this
    chosen = isinstance(bare, _LIKE) and isinstance(bare.this, exp.Column) and bare.this.is_star
    if chosen or (isinstance(bare, exp.Binary) and isinstance(bare.this, exp.Star)):
        return _pattern(queries, bare, scope)
    if isinstance(bare, exp.Apply):
        return _applied(queries, bare, scope, windows)
    if queries.dialect.name in choosing.DIALECTS and not isinstance(bare, _PLAIN) and choosing.chooses(bare):
        return _each(queries, node, scope, windows)
    several = _several(queries, node, bare, scope)
    if several is not None:
        return several
    edges = queries.walk(bare, scope, IDENTITY, windows)
    made = rootless.of(queries, bare, scope, edges)
    of: Any = type(bare)
    nested = scope.nested if isinstance(bare, exp.Column) else structs.may_have_parts(of)
    fields = structs.parts(queries, bare, scope) if nested else ()
    if isinstance(node, exp.Aliases):
        names = [name for name in node.expressions if isinstance(name, exp.Identifier)]
        return [Output(name.name, edges, queries.dialect.column(name)) for name in names]
    alias = node.args.get("alias") if isinstance(node, exp.Alias) else None
    if isinstance(alias, exp.Identifier):
        return [Output(alias.name, edges, queries.dialect.column(alias), fields=fields, made=made)]
    if isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier):
        return [Output(node.name, edges, queries.dialect.column(node.this), fields=fields, made=made)]
    name = str(node.alias) if isinstance(node, exp.Alias) else _field(bare, queries.dialect.name)
    if name:
        return [Output(name, edges, queries.dialect.written(name), fields=fields, made=made)]
    return [Output("", edges, "", dialects.text(node, queries.dialect), fields, made)]


def _several(queries: Queries, node: Any, bare: Any, scope: Scope) -> list[Item] | None:
    """The columns of a function that gives several of them; None where it gives one."""
    if isinstance(bare, exp.QueryTransform):
        return _transformed(queries, bare, scope)
    several = _unnested(queries, bare, scope) if isinstance(bare, exp.Explode) else None
    if several is None and isinstance(bare, _GENERATING):
        return generating.items(queries, node, scope) or None
    return several


def _each(queries: Queries, node: Any, scope: Scope, windows: dict[str, Any]) -> list[Item]:
    """An expression with ``COLUMNS(…)``: once for each of the columns that this chooses, and called like it."""
    chosen = [choosing.choice(queries.dialect, one, scope) for one in choosing.choices(node)]
    first = chosen[0]
    bare = node.this if isinstance(node, exp.Alias) else node
    unpacked = [one for one in choosing.choices(bare) if one.args.get("unpack") and one is not bare]
    if first is None or (not unpacked and any(one != first for one in chosen)):
        return [_unknown(queries, scope, "columns chosen by a pattern")]
    if unpacked:
        return _together(queries, node, scope, windows)
    by = choosing.choices(node)[0].this
    found: list[Item] = []
    short = exp.Paren(this=bare.copy())
    for one in choosing.choices(short):
        if isinstance(one, choosing.BY_PATTERN):
            one.set("this", exp.Null())  # may be long, and is copied for each
    for item in first:
        own = short.copy()
        for one in choosing.choices(own):
            table = one.this.copy() if isinstance(one, exp.Dot) else None
            one.replace(exp.column(exp.to_identifier(item.name, quoted=True), table))
        name = _called(node.alias, by, item.name) if isinstance(node, exp.Alias) else item.name
        edges = queries.walk(own, scope, IDENTITY, windows)
        found.append(Output(name, edges, queries.dialect.column(exp.to_identifier(name, quoted=True))))
    return found


def _called(alias: str, by: Any, name: str) -> str:
    """The name of one of the columns: ``\\0`` in it is the column's own, ``\\1`` a group of the pattern in that."""
    groups = re.search(by.name, name) if isinstance(by, exp.Literal) and "\\" in alias else None
    return _GROUP.sub(lambda mark: _group(groups, int(mark[1])), alias.replace("\\0", name))


def _group(found: re.Match[str] | None, number: int) -> str:
    return "" if found is None or number > len(found.groups()) else found[number] or ""


def _together(queries: Queries, node: Any, scope: Scope, windows: dict[str, Any]) -> list[Item]:
    """``f(*COLUMNS(…))``: an expression that has all the chosen columns in it at once."""
    own = node.copy()
    for one in choosing.choices(own):
        chosen = choosing.choice(queries.dialect, one, scope) if one.args.get("unpack") else None
        if chosen is None:
            return [_unknown(queries, scope, "columns chosen by a pattern")]
        columns = [exp.column(exp.to_identifier(item.name, quoted=True)) for item in chosen]
        one.replace(exp.Tuple(expressions=columns))
    return project(queries, own, scope, windows)


def _applied(queries: Queries, node: Any, scope: Scope, windows: dict[str, Any]) -> list[Item]:
    """``* APPLY(f)`` of ClickHouse: f of each column."""
    items = project(queries, node.this, scope, windows)
    kind = AGGREGATION if aggregates.named(node.expression.name, queries.dialect.name) else TRANSFORMATION
    if not all(isinstance(item, Output) for item in items):
        return [Whatever(rel.through(rel.all_of(items), kind))]
    function = node.expression.name or node.expression.sql()
    called = ((f"{function}({item.name})", item) for item in items if isinstance(item, Output))
    return [Output(name, rel.through(item.edges, kind), name) for name, item in called]


def _transformed(queries: Queries, node: Any, scope: Scope) -> list[Item]:
    """Hive's ``TRANSFORM (a, b) USING 'program' AS (c, d)``: each column may come from all that goes in."""
    edges = NONE.union(*(queries.walk(one, scope, TRANSFORMATION) for one in node.expressions))
    names = clauses.listed(node.args.get("schema")) or ("key", "value")  # as Hive calls them by itself
    identifiers = (exp.to_identifier(name) for name in names)
    return [Output(one.name, edges, queries.dialect.column(one)) for one in identifiers]


def _unnested(queries: Queries, node: Any, scope: Scope) -> list[Item] | None:
    """The columns that ``unnest`` makes of the fields of structs; None where it gives one column."""
    spread = generating.spread(queries, node, scope)
    if spread is None:
        return None
    outputs: list[Item] = [Output(name, edges, queries.dialect.written(name)) for name, edges in spread]
    edges = queries.walk(node, scope, TRANSFORMATION)
    return outputs or [Whatever(rel.doubted(edges, 1 / max(len(edges), 1)))]


def _field(node: Any, dialect: str) -> str:
    """The name that a path into a struct gives, its last part; with PostgreSQL also a column that is cast."""
    if dialect in ("postgres", "redshift"):
        while isinstance(node, exp.Cast):
            node = node.this
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier):
            return str(node.name)
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Identifier):
        return str(node.expression.name)
    return ""


def _unknown(queries: Queries, scope: Scope, why: str) -> Unknown:
    sources = dict.fromkeys(source for relation in scope.relations.values() for source in relation.sources())
    queries.note("*", why, rel.hedge(sources, "*", rel.ABSENT))
    return Unknown(frozenset(sources))


def _pattern(queries: Queries, node: Any, scope: Scope) -> list[Item]:
    """``* [NOT] LIKE 'pattern'`` and its kin, over columns that are known."""
    star = node.this.this if isinstance(node.this, exp.Column) else node.this
    items = _star(queries, star, None if star is node.this else node.this, scope)
    like = isinstance(node, exp.Like | exp.ILike) and isinstance(node.expression, exp.Literal)
    if not like or not all(isinstance(item, Output) for item in items):
        return [_unknown(queries, scope, "columns chosen by a pattern")]
    found = _matching(items, node.expression.name, ignore_case=isinstance(node, exp.ILike))
    return [item for item in items if item not in found] if node.args.get("negate") else found


def _matching(items: Iterable[Item], pattern: str, *, ignore_case: bool) -> list[Item]:
    form = choosing.like(pattern, ignore_case=ignore_case)
    return [item for item in items if isinstance(item, Output) and form.fullmatch(item.name)]


def _star(queries: Queries, star: Any, qualified: Any, scope: Scope) -> list[Item]:
    dialect = queries.dialect
    ilike = star.args.get("ilike")
    relations = dict(scope.relations)
    if qualified is not None:
        name = qualified.args["table"]
        whole = scope.by_way([dialect.table(part) for part in qualified.parts[:-1]])
        relation = whole[0] if whole else scope.relation(dialect.table(name)) or scope.behind(dialect.table(name))
        if relation is None:
            return _struct_star(queries, qualified, scope)
        relations = {dialect.table(name): relation}
    if ilike is not None:
        if not all(relation.whole for relation in relations.values()):
            return [_unknown(queries, scope, "columns chosen by a pattern")]
        matching = {key: _matching(one.items, ilike.name, ignore_case=True) for key, one in relations.items()}
        relations = {key: Relation(items) for key, items in matching.items()}
    if not relations:
        return [_unknown(queries, scope, "a star over nothing that is known")]
    return _expanded(queries, star, relations, scope, merging=qualified is None)


def _struct_star(queries: Queries, qualified: Any, scope: Scope) -> list[Item]:
    """``s.*`` where s is a column: all its fields."""
    names = [part for part in qualified.parts if isinstance(part, exp.Identifier)]
    built = scope.output(queries.dialect.column(names[0]), names[0].name) if len(names) == 1 else None
    told = [one for one in built.fields if not rel.is_placed(one[0])] if built is not None else []
    if told:
        fields = Relation(Output(name, edges, queries.dialect.written(name)) for name, edges in told)
        return _expanded(queries, qualified.this, {"": fields}, scope, merging=False)
    struct = scope.has(queries.dialect.column(names[0]), names[0].name)
    if struct is None:
        meaning = scope.find(queries.dialect.column(names[0]), names[0].name) or scope.absent(names[0].name)
        struct = rel.doubted(meaning.edges, rel.GUESSED)
        queries.note(f"{names[0].name}.*", "no table of that name here; the fields of a column", struct)
    return [Whatever(rel.through(struct, TRANSFORMATION))]


def _expanded(
    queries: Queries, star: Any, relations: dict[str, Relation], scope: Scope, *, merging: bool
) -> list[Item]:
    dialect = queries.dialect
    excepted = {_key(queries, part): part.name for part in star.args.get("except_") or star.args.get("except") or ()}
    replaced = {_alias_key(queries, part): part for part in star.args.get("replace") or ()}
    renamed = {_key(queries, part.this): part.args["alias"] for part in star.args.get("rename") or ()}
    lower = {name.lower() for name in excepted.values()}
    items: list[Item] = []
    given: set[str] = set()
    for relation in relations.values():
        for item in relation.items:
            if isinstance(item, Star):
                taken = {*excepted, *replaced, *renamed, *(scope.merged if merging and given else ())}
                items.append(Star(item.source, item.excepted | taken))
                for key, alias in renamed.items():
                    edges = frozenset((Edge(item.source, key, IDENTITY, rel.GUESSED),))
                    items.append(Output(alias.name, edges, dialect.column(alias)))
                given.update(scope.merged)
            elif isinstance(item, Output):
                key = item.key
                merged = merging and key in scope.merged
                if key in excepted or item.name.lower() in lower or (merged and key in given):
                    continue
                if "." in item.name and relation.output(dialect.written(item.name.partition(".")[0])) is not None:
                    continue  # a field of a struct that the schema lists beside the struct
                given.add(key)
                meaning = scope.find(key, item.name) if merged else None
                edges = meaning.edges if meaning is not None else item.edges
                found = _of(replaced, item)
                if found:
                    edges = queries.walk(replaced.pop(found).this, scope, TRANSFORMATION)
                alias = renamed.get(_of(renamed, item))
                name = (item.name, key) if alias is None else (alias.name, dialect.column(alias))
                items.append(Output(name[0], edges, name[1], item.said, *(() if found else (item.fields, item.made))))
            else:
                items.append(item)
    for key, part in replaced.items():
        items.append(Output(part.alias, queries.walk(part.this, scope, TRANSFORMATION), key))
    return items


def _of(named: dict[str, Any], item: Output) -> str:
    """The key under which a star's list names a column: its own, or the one that differs in case alone."""
    if item.key in named:
        return item.key
    return next((key for key in named if key.lower() == item.name.lower()), "")


def _key(queries: Queries, part: Any) -> str:
    inner = part.this if isinstance(part, exp.Column) else part
    return queries.dialect.column(inner) if isinstance(inner, exp.Identifier) else str(part.name)


def _alias_key(queries: Queries, part: Any) -> str:
    alias = part.args.get("alias")
    return queries.dialect.column(alias) if isinstance(alias, exp.Identifier) else str(part.alias)
