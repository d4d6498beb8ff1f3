"""Outputs that no value of a column comes to, as far as the statement says that: constants, counts of rows, the time.

Enters: an expression, the scope that it stands in and the edges that were found behind it. Leaves: what its value is
made of. What only decides about it (conditions, partitions and orders of windows) does not count. Where anything may
bring a value from elsewhere (a placeholder, a variable, a function that nobody knows, a name that cannot be told),
nothing is said.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlglot import exp

from driftline.capture.sql.expression import Queries
from driftline.capture.sql.named import SYSTEM
from driftline.capture.sql.relation import LITERALS, NOTHING, UNSAID, Edges, Made, Output, added
from driftline.capture.sql.scope import Scope

_WORDS = """
    clock_timestamp curdate datetime get_current_timestamp getdate getutcdate julianday make_date newid nextval now
    ntile printf randomblob statement_timestamp sysdate sysdatetime sysdatetimeoffset time timezone to_timestamp
    today txid_current unixepoch utc_timestamp uuid_generate_v4 version
"""
_FUNCTIONS = frozenset(_WORDS.split())  # that the parser has no class for, and that bring nothing from elsewhere
_FOREIGN = (exp.Placeholder, exp.Parameter, exp.Command, exp.Star, exp.Table, exp.Lambda, exp.Comprehension)


def of(queries: Queries, node: Any, scope: Scope, edges: Edges) -> Made:
    """Return what the value of an expression is made of, if no column brings it."""
    for edge in edges:
        if edge.kind[0] == "DIRECT":
            return UNSAID
    return together(_parts(queries, node, scope))


def cells(queries: Queries, found: Iterable[Any], scope: Scope, edges: Edges) -> Made:
    """Return the same of the cells of one column of VALUES."""
    if any(edge.kind[0] == "DIRECT" for edge in edges):
        return UNSAID
    return together(LITERALS if isinstance(one, exp.Literal) else of(queries, one, scope, edges) for one in found)


def together(parts: Iterable[Made]) -> Made:
    """Return what a value is made of whose parts are made of these."""
    found: Made = NOTHING
    for one in parts:
        if one == UNSAID:
            return UNSAID
        found = LITERALS if LITERALS in (one, found) else NOTHING
    return found


def _parts(queries: Queries, node: Any, scope: Scope) -> Iterator[Made]:
    if isinstance(node, exp.Column):
        yield _column(queries, node, scope)
    elif isinstance(node, exp.Literal | exp.Boolean):
        yield LITERALS
    elif isinstance(node, exp.Query):
        bare = node.unnest()
        if any(part is not bare for part in bare.find_all(exp.Query)):
            yield UNSAID  # each is read once more: those inside of each other would be so again and again
            return
        for item in queries.query(node, scope).items:
            yield item.made if isinstance(item, Output) else UNSAID
    elif isinstance(node, _FOREIGN) or (isinstance(node, exp.Anonymous) and node.name.lower() not in _FUNCTIONS):
        yield UNSAID
    elif not isinstance(node, exp.Exists):
        for part in _values(node):
            yield from _parts(queries, part, scope)


def _values(node: Any) -> Iterator[Any]:
    """The parts of an expression that its value is made of."""
    if isinstance(node, exp.Case):
        yield from (branch.args.get("true") for branch in node.args.get("ifs") or ())
        yield from (one for one in (node.args.get("default"),) if one is not None)
    elif isinstance(node, exp.If | exp.Nvl2):
        yield from (one for name in ("true", "false") if (one := node.args.get(name)) is not None)
    elif isinstance(node, exp.Window | exp.Filter):
        yield node.this
    elif not (isinstance(node, exp.Count) and isinstance(node.this, exp.Star)):
        yield from node.iter_expressions()


def _column(queries: Queries, node: Any, scope: Scope) -> Made:
    """What a column is made of that a query inside of this one has computed."""
    parts, dialect = node.parts, queries.dialect
    if not all(isinstance(part, exp.Identifier) for part in parts) or len(parts) > 2:
        return UNSAID
    key, name = dialect.column(parts[-1]), parts[-1].name
    if len(parts) == 1:
        if scope.is_variable(key):
            return UNSAID
        output = scope.output(key, name)
        here = [source for one in scope.relations.values() for source in one.sources()]
        system = name.lower() in SYSTEM or added(name, here)
    else:
        relation = scope.relation(dialect.table(parts[0]))
        output = None if relation is None else relation.output(key) or relation.loosely(name)
        system = relation is not None and added(name, relation.sources())
    if output is None:
        return NOTHING if system else UNSAID
    return output.made
