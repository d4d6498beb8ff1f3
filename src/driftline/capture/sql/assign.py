"""UPDATE, MERGE and ON CONFLICT: columns that are set, each from an expression of its own; what DELETE is about.

Enters: the tree of a statement. Leaves: the target, and a relation whose outputs are named by the columns that are
set. A column that only some rows have set keeps its old value in the others, which is no edge: the target is not
its own source. The conditions of a WHEN decide about its columns alone (CONDITIONAL).
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlglot import exp

from driftline.capture.sql import clauses, set_in_turn, tables
from driftline.capture.sql import relation as rel
from driftline.capture.sql.beneath import beneath
from driftline.capture.sql.columns import Walker
from driftline.capture.sql.looping import Rows
from driftline.capture.sql.relation import (
    CONDITIONAL,
    FILTER,
    IDENTITY,
    JOIN,
    NONE,
    Edges,
    Item,
    Output,
    Relation,
    Source,
)
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import Statement

_Set = dict[str, Edges]
NO_ROW = Statement(
    (), how="none", kind="SET", gaps=("sql not followed",), problem="sets a row of a trigger whose table is not known"
)
_CHANGED = frozenset(["new", "old"])  # rows of the table of a trigger


def update(walker: Walker, script: Script, tree: Any, scope: Scope) -> list[tuple[Source | None, Relation]]:
    """Return the targets of an UPDATE, of which MySQL has several, and what it sets in each."""
    walker.with_ctes(tree, scope)
    rows: set[Any] = set()
    origin = tree.args.get("from_") or tree.args.get("from")
    key = walker.dialect.table(tree.this.this) if isinstance(tree.this.this, exp.Identifier) else ""
    meant = aliased(walker, origin.this, key) if origin is not None and not tree.this.args.get("db") else None
    if meant is None:
        rows |= tables.enter(walker, tree.this, scope)
        meant = _first_set(walker, tree) or tree.this
    first = tree.expressions[0].this if tree.expressions and isinstance(tree.expressions[0], exp.EQ) else None
    under = beneath(walker.dialect, tree, meant, first)
    target = script.source(under.table if under is not None else meant)
    if origin is not None:
        if target is not None:
            walker.reads.pop(target, None)
        rows |= tables.enter(walker, origin.this, scope)
    if target is not None and (origin is None or meant is not tree.this):
        walker.reads.pop(target, None)
    found: _Set = {}
    others: dict[Source, _Set] = {}
    turns, joined = set_in_turn.Turns(walker, scope), bool(tree.this.args.get("joins"))
    for part in tree.expressions:
        other = _other_set(walker, script, tree, part) if joined else None
        into = found if other is None or other == target else others.setdefault(other, {})
        _in_turn(walker, part, turns, into, NONE, ordered=not joined)
    where = tree.args.get("where")
    if where is not None:
        rows |= walker.walk(where.this, scope, FILTER)
    if under is not None:
        found = {under.called(walker.dialect, name): edges for name, edges in found.items()}
    further = ((source, _offered(walker, given, rows)) for source, given in others.items())
    return [(target, _offered(walker, found, rows)), *further]


def _entries(node: Any) -> Iterable[Any]:
    if isinstance(node, exp.Table | exp.Subquery):
        yield node
    for join in node.args.get("joins") or ():
        yield from _entries(join.this)


def aliased(walker: Walker, node: Any, key: str) -> Any:
    """Return the table or query that an alias of FROM stands for: ``UPDATE t … FROM orders t``."""
    for table in _entries(node):
        alias = table.args.get("alias")
        named = alias.this if isinstance(alias, exp.TableAlias) and alias.this is not None else table.this
        if isinstance(named, exp.Identifier) and walker.dialect.table(named) == key:
            return table
    return None


def deleted(walker: Walker, tree: Any) -> Any:
    """Return the table that rows are deleted from: ``DELETE a FROM orders AS a JOIN …``."""
    named = _deleted(walker, tree)
    under = beneath(walker.dialect, tree, named)
    return under.table if under is not None else named


def _deleted(walker: Walker, tree: Any) -> Any:
    named = next(iter(tree.args.get("tables") or ()), None)
    if not isinstance(tree.this, exp.Expression):
        return named
    if isinstance(named, exp.Table) and isinstance(named.this, exp.Identifier):
        return aliased(walker, tree.this, walker.dialect.table(named.this)) or tree.this
    return tree.this


def also_deleted(walker: Walker, tree: Any) -> list[Any]:
    """Return the further tables of ``DELETE a, b FROM orders AS a JOIN …``."""
    named = (tree.args.get("tables") or [])[1:] if isinstance(tree.this, exp.Expression) else []
    return [aliased(walker, tree.this, walker.dialect.table(one.this)) or one
            for one in named if isinstance(one, exp.Table) and isinstance(one.this, exp.Identifier)]  # fmt: skip


def _first_set(walker: Walker, tree: Any) -> Any:
    """The table of ``UPDATE a JOIN b … SET b.x = …`` that is changed."""
    return _set_in(walker, tree, tree.expressions[0]) if tree.expressions else None


def _set_in(walker: Walker, tree: Any, part: Any) -> Any:
    """The table that ``b.x = …`` names."""
    column = part.this if isinstance(part, exp.EQ) else None
    if not isinstance(column, exp.Column) or not column.table:
        return None
    return aliased(walker, tree.this, walker.dialect.table(column.args["table"]))


def _other_set(walker: Walker, script: Script, tree: Any, part: Any) -> Source | None:
    table = _set_in(walker, tree, part)
    return script.source(table) if isinstance(table, exp.Table) else None


def _assign(walker: Walker, part: Any, scope: Scope, found: _Set, condition: Edges) -> None:
    """Add the edges of ``column = expression``, or of ``(a, b) = (SELECT …)``."""
    if not isinstance(part, exp.EQ | exp.PropertyEQ):
        return
    if isinstance(part.this, exp.Parameter):  # SET @v = a = b of T-SQL; @v is no column
        _assign(walker, part.expression, scope, found, condition)
        return
    targets = part.this.expressions if isinstance(part.this, exp.Tuple) else [part.this]
    value = part.expression
    if len(targets) > 1 and isinstance(value, exp.Subquery | exp.Select):
        inner = walker.query(value, scope)
        each = [item.edges | inner.rows for item in inner.items if isinstance(item, Output)]
    elif len(targets) > 1 and (isinstance(value, exp.Tuple) or _is_row(value)):
        each = [walker.walk(one, scope, IDENTITY) for one in value.expressions]
    else:
        each = [walker.walk(value, scope, IDENTITY)] * len(targets)
    for target, edges in zip(targets, each, strict=False):
        found[target.name] = found.get(target.name, NONE) | edges | condition


def _in_turn(
    walker: Walker, part: Any, turns: set_in_turn.Turns, found: _Set, condition: Edges, *, ordered: bool = True
) -> None:
    """Add what an assignment sets after those before it, or perhaps before them."""
    now, set_now, before = turns.now(part), _Set(), _Set()
    _assign(walker, part, now, set_now, condition)
    if not ordered and now is not turns.scope:
        _assign(walker, part, turns.scope, before, condition)
    made = {name: set_in_turn.either(edges, before.get(name, edges)) for name, edges in set_now.items()}
    turns.done(part, now, made)
    for name, edges in made.items():
        found[name] = found.get(name, NONE) | edges


def _is_row(value: Any) -> bool:
    """Whether a value is ``ROW(a, b)`` of PostgreSQL."""
    return isinstance(value, exp.Anonymous) and value.name.upper() == "ROW"


def _offered(walker: Walker, found: _Set, rows: Iterable[Any]) -> Relation:
    return Relation((Output(name, edges, walker.dialect.written(name)) for name, edges in found.items()),
                    frozenset(rows))  # fmt: skip


def _first(part: Any) -> Any:
    """The column that is set, or the first of several."""
    listed = part.this.expressions if isinstance(part.this, exp.Tuple) else []
    return next((one for one in (*listed, part.this) if isinstance(one, exp.Column)), exp.Column())


def of_row(
    walker: Walker, script: Script, tree: Any, rows: Rows, root: Callable[[], Scope]
) -> tuple[Source | None, Relation]:
    """Return the table of a trigger and what ``SET NEW.a = …``, as an UPDATE, sets in its row; or None."""
    around = {name: query.find(exp.Table) for name, query in rows if name.lower() in _CHANGED}
    set_here = [one for one in tree.expressions if isinstance(one, exp.EQ) and _first(one).table in around]
    if not set_here:
        return None, Relation(())
    found = _Set()
    turns = set_in_turn.Turns(walker, root())
    for part in set_here:
        _in_turn(walker, part, turns, found, NONE)
    target = script.source(around[_first(set_here[0]).table])
    if target is not None:
        walker.reads.pop(target, None)
    return target, _offered(walker, found, ())


def merge(walker: Walker, script: Script, tree: Any, scope: Scope) -> tuple[Source | None, Relation]:
    """Return the target of a MERGE and what it sets."""
    walker.with_ctes(tree, scope)
    rows = set(tables.enter(walker, tree.this, scope))
    under = beneath(walker.dialect, tree, tree.this)
    target = script.source(under.table if under is not None else tree.this)
    if target is not None:
        walker.reads.pop(target, None)
    outer = Scope(scope.parent)
    outer.ctes, outer.bound = scope.ctes, scope.bound
    rows |= tables.enter(walker, tree.args["using"], outer)
    for alias, relation in outer.relations.items():
        scope.add(alias, relation)
    scope.tables.update(outer.tables)
    rows |= walker.walk(tree.args.get("on"), scope, JOIN)
    for name in tree.args.get("using_cond") or ():
        key = walker.dialect.column(name)
        hits = (relation.find(key, name.name) for relation in scope.relations.values())
        rows |= rel.through(NONE.union(*(hit.edges for hit in hits if hit is not None)), JOIN)
    found: _Set = {}
    stars: list[Item] = []
    whens = tree.args.get("whens")
    for when in whens.expressions if whens is not None else tree.expressions:
        condition = walker.walk(when.args.get("condition"), scope, CONDITIONAL)
        then = when.args.get("then")
        further = then.args.get("where") if isinstance(then, exp.Update | exp.Insert) else None
        if further is not None:  # of Oracle
            condition |= walker.walk(further.this, scope, CONDITIONAL)
        if isinstance(then, exp.Update):
            given = then.args.get("expressions")
            parts = given if isinstance(given, list) else [given]
            if any(isinstance(part, exp.Star) for part in parts):
                stars += _all(outer)
            for part in parts:
                _assign(walker, part, scope, found, condition)
        elif isinstance(then, exp.Insert):
            stars += _inserted(walker, script, then, (outer, scope), target, found, condition)
        elif condition:
            rows |= rel.through(condition, FILTER)
    if under is not None:
        found = {under.called(walker.dialect, name): edges for name, edges in found.items()}
    offered = _offered(walker, found, rows)
    kept = [item for item in dict.fromkeys(stars) if not (isinstance(item, Output) and item.name in found)]
    return target, Relation((*offered.items, *kept), offered.rows)


def _all(scope: Scope) -> list[Item]:
    return [item for relation in scope.relations.values() for item in relation.items]


def _inserted(
    walker: Walker,
    script: Script,
    then: Any,
    scopes: tuple[Scope, Scope],
    target: Source | None,
    found: _Set,
    condition: Edges,
) -> list[Item]:
    """Add what WHEN … THEN INSERT sets; returns the columns that keep their names."""
    source, both = scopes
    if then.expression is None or not isinstance(then.expression, exp.Expression):
        return _all(source)  # INSERT *, INSERT ROW
    values = then.expression.expressions if isinstance(then.expression, exp.Tuple) else [then.expression]
    listed = [part.name for part in then.this.expressions] if isinstance(then.this, exp.Tuple | exp.Schema) else []
    if not listed:
        columns = script.columns(target) if target is not None else None
        listed = list(columns) if columns is not None else [value.alias_or_name for value in values]
    for name, value in zip(listed, values, strict=False):
        where = both if isinstance(value, exp.Column) and value.table else source
        edges = walker.walk(value, where, IDENTITY)
        if name:
            found[name] = found.get(name, NONE) | edges | condition
    return []


def _placed(node: Any, alias: str, of_it: Callable[[str], bool]) -> None:
    """Say of which row each column is that ON CONFLICT looks at: of the new one, or of the one before.

    ``of_it``: whether a column that is named alone, in small letters, is surely the table's.
    """
    for call in list(node.find_all(exp.Anonymous)):
        if call.name.upper() == "VALUES" and call.expressions:  # MySQL's word for the new row
            call.replace(exp.column(call.expressions[0].name, table="excluded"))
    for column in node.find_all(exp.Column) if alias else ():
        if of_it(column.name.lower()) and not column.table and column.find_ancestor(exp.Select) is None:
            column.set("table", exp.to_identifier(alias))


def on_conflict(
    walker: Walker, tree: Any, offered: Relation, into: tuple[str, ...] | None, inside: Any
) -> tuple[Relation, tuple[str, ...] | None]:
    """Return what an INSERT offers together with what its ON CONFLICT or ON DUPLICATE KEY sets, and where it goes."""
    conflict = tree.args.get("conflict")
    if conflict is None or not conflict.expressions:
        return offered, into
    dialect = walker.dialect
    new = offered.renamed((name, dialect.written(name)) for name in into) if into and offered.whole else offered
    scope = Scope(None)
    scope.rows = dict.fromkeys((dialect.table(exp.to_identifier(name)) for name in ("excluded", "new")), new)
    given = tree.expression.args.get("alias") if isinstance(tree.expression, exp.Values) else None
    listed = given.columns if given is not None else []
    if given is not None and given.this is not None:  # VALUES (…) AS n(a, b) of MySQL is the new row
        row = new.renamed((one.name, dialect.column(one)) for one in listed)
        (scope.relations if listed else scope.rows)[dialect.table(given.this)] = row
    named = clauses.tables(tree.expression) if conflict.args.get("duplicate") else []  # MySQL sees these as well
    alias = inside.alias_or_name if isinstance(inside, exp.Table) else ""
    target = walker.relation_of(inside) if alias and isinstance(inside.this, exp.Identifier) else None
    if target is not None:
        scope.add(dialect.table(inside.args["alias"].this if inside.alias else inside.this), target[0])
    for one in named:
        name = dialect.table(exp.to_identifier(one.alias_or_name))
        query = isinstance(one, exp.Subquery)
        known = (walker.query(one.this) if query else walker.relation_of(one)) if name not in scope.relations else None
        if known is not None:
            scope.add(name, known if isinstance(known, Relation) else known[0])
    own = {part.this.name.lower() for part in conflict.expressions if isinstance(part, exp.EQ)}
    own.update(name.lower() for name in into or ())
    others = {one.name.lower() for one in listed}
    placed = partial(_placed, alias=alias, of_it=lambda name: name in own if named else name not in others)
    found: _Set = {}
    where, condition = conflict.args.get("where"), NONE
    if where is not None:
        placed(where)
        condition = walker.walk(where.this, scope, CONDITIONAL)
    turns = set_in_turn.Turns(walker, scope)
    for part in [one for one in conflict.expressions if isinstance(one, exp.EQ)]:
        placed(part)
        _in_turn(walker, part, turns, found, condition)
    items = list(new.items)
    for place, item in enumerate(items):
        if isinstance(item, Output) and item.name in found:
            items[place] = item._replace(edges=item.edges | found.pop(item.name), made=rel.UNSAID)
    if new.whole and len(items) == len(into or items):
        into = (*into, *found) if into else into
        items += [Output(name, edges, dialect.written(name)) for name, edges in found.items()]
    return Relation(items, offered.rows), into
