"""The source columns behind a name in an expression: a column, a field of one, a parameter.

Enters: a name as the parser has it, and the scope that it stands in. Leaves: edges. Names that cannot be told are
noted, with what they may be.
"""

from typing import Any, Protocol

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import (
    ABSENT,
    GUESSED,
    NONE,
    TRANSFORMATION,
    Edges,
    Kind,
    Output,
    Relation,
    Star,
    Whatever,
)
from driftline.capture.sql.scope import Scope
from driftline.capture.sql.templates import is_template

SYSTEM = frozenset(  # names that stand for no column of any table
    ["default", "rownum", "rowid", "_table_suffix", "_partitiontime", "_partitiondate", "_file_name", "sysdate",
     "systimestamp", "$action"]
)  # fmt: skip


class Asks(Protocol):
    """The pass over a statement, as it is seen from here."""

    dialect: Dialect

    def note(self, name: str, doubt: str, edges: Edges) -> None:
        """Note a name that cannot be told, and what it may be."""

    def spelled(self, name: Any, key: str = "") -> str:
        """Return a column's name in the spelling that the statement used first."""


class Named:
    """Finds the edges of names in one scope."""

    queries: Asks

    def __init__(self, queries: Asks, scope: Scope) -> None:
        self.queries = queries
        self.scope = scope

    def column(self, node: Any, kind: Kind) -> Edges:
        """Return the edges of a column, ``a``, ``t.a`` or ``t.a.field``."""
        this, table = node.this, node.args.get("table")
        if isinstance(this, exp.Star):
            return NONE
        if isinstance(this, exp.Parameter):
            return self.numbered(this, kind, table)
        if table is None:
            return self._plain(this, kind)
        parts = node.parts
        dialect = self.queries.dialect
        named = self.scope.by_way([dialect.table(part) for part in parts[:-1]]) if len(parts) > 2 else None
        if named is not None:
            return self._of(named[0], parts[named[1] :], kind)
        for place in range(len(parts) - 1):
            relation = self.scope.relation(dialect.table(parts[place]))
            if relation is not None:
                return self._of(relation, parts[place + 1 :], kind)
        return self._otherwise(parts, kind)

    def numbered(self, node: Any, kind: Kind, qualifier: Any = None) -> Edges:
        """Snowflake's ``$1``: a column of staged files, or of VALUES, by its place; else a parameter or a variable."""
        if self.queries.dialect.name != "snowflake" or not node.name.isdigit():
            return rel.through(self.scope.value(f"@{node.name.lower()}"), kind)
        relations = list(self.scope.relations.values())
        if qualifier is not None:
            named = self.scope.relation(self.queries.dialect.table(qualifier))
            relations = [named] if named is not None else []
        if len(relations) != 1:
            return NONE
        items, place = relations[0].items, int(node.name) - 1
        if isinstance(items[0], Star):
            return frozenset((rel.Edge(items[0].source, f"${node.name}", kind),))
        item = items[place] if place < len(items) else None
        return rel.through(item.edges, kind) if isinstance(item, Output) else NONE

    def bound(self, node: Any, kind: Kind) -> Edges:
        """Return the edges of a named parameter, ``:a``."""
        return rel.through(self.scope.value(f"@{node.name.lower()}"), kind)

    def _plain(self, name: Any, kind: Kind) -> Edges:
        dialect = self.queries.dialect
        key = dialect.column(name)
        whole = self.scope.relation(dialect.table(name)) if dialect.rows else None
        system = key.lower() in SYSTEM
        if (system or whole is not None) and self.scope.has(key, name.name) is None:
            if system:
                return NONE
            if whole is not None and not self.scope.is_variable(key):  # the row as a value, as in count(t)
                return rel.through(rel.all_of(whole.items), on(kind, TRANSFORMATION))
        spelled = self.queries.spelled(name, key)
        if is_template(spelled):
            self.queries.note(spelled, "a template that is not filled in", NONE)
            return NONE
        meaning = self.scope.find(key, spelled)
        if meaning is None:
            meaning = self.scope.absent(spelled)
        if meaning.doubt:
            self.queries.note(spelled, meaning.doubt, meaning.edges)
        return rel.through(meaning.edges, kind)

    def _of(self, relation: Relation, names: list[Any], kind: Kind) -> Edges:
        """A column of ``relation``, or a field of one: the longest name that the schema knows."""
        dialect = self.queries.dialect
        for length in range(len(names), 1, -1):
            field = ".".join(part.name for part in names[:length])
            output = relation.output(dialect.written(field))
            if output is not None:
                return rel.through(output.edges, kind if length == len(names) else on(kind, TRANSFORMATION))
        first = names[0]
        within = kind if len(names) == 1 else on(kind, TRANSFORMATION)
        built = relation.output(dialect.column(first)) if len(names) > 1 else None
        inside = built.field(names[1].name) if built is not None else None
        if inside is not None:
            return rel.through(inside, kind if len(names) == 2 else within)
        spelled = self.queries.spelled(first)
        hit = relation.find(dialect.column(first), spelled)
        if hit is None or not (hit.certain or hit.edges):
            loose = relation.loosely(first.name)
            if loose is not None:
                return rel.through(loose.edges, within)
        if hit is not None and (hit.certain or hit.edges or any(isinstance(item, Whatever) for item in relation.items)):
            if any(edge.confidence < 1 for edge in hit.edges) and not hit.certain:
                self.queries.note(spelled, "any of several sources", hit.edges)
            return rel.through(hit.edges, within)
        sources = [relation.base] if relation.base is not None else list(relation.sources())
        if rel.added(spelled, sources):
            return NONE
        hedged = rel.hedge(sources, spelled, ABSENT)
        self.queries.note(spelled, "in none of the schemas", hedged)
        return rel.through(hedged, within)

    def _otherwise(self, parts: list[Any], kind: Kind) -> Edges:
        """What ``a.b`` is where no relation is called a: a field of a struct, or of a table that has another alias."""
        dialect = self.queries.dialect
        first, second = parts[0], parts[1]
        if parts[-1].name.lower() in ("nextval", "currval"):  # of a sequence
            return NONE
        struct = self.scope.output(dialect.column(first), first.name)
        if struct is not None:
            if not struct.edges and self.scope.is_variable(dialect.column(first)):
                self.queries.note(".".join(part.name for part in parts), "a row that is not known", NONE)
            return self._field(struct, parts, kind)
        hidden = next(
            (found for part in parts[-2::-1] if (found := self.scope.behind(dialect.table(part))) is not None), None
        )
        said = ".".join(part.name for part in parts)
        if hidden is not None:
            behind = rel.doubted(self._of(hidden, parts[-1:], kind), GUESSED)
            self.queries.note(said, "the table goes by another alias here", behind)
            return behind
        nameless = self.scope.nameless()
        if nameless is not None:
            hit = nameless.find(dialect.column(second), second.name)
            if hit is not None and hit.edges:
                return rel.through(hit.edges, kind)
        spelled = self.queries.spelled(first)
        meaning = self.scope.find(dialect.column(first), spelled)
        if meaning is None or not meaning.edges:
            meaning = self.scope.absent(spelled)
        share = 0.9 if dialect.structs and not meaning.doubt else ABSENT
        fields = rel.doubted(meaning.edges, share)
        self.queries.note(said, "no table of that name here; a field of a column", fields)
        return rel.through(fields, on(kind, TRANSFORMATION))

    def _field(self, struct: Output, parts: list[Any], kind: Kind) -> Edges:
        """A field of a column that surely is one; under its own name if the schema lists it."""
        name = ".".join(part.name for part in parts)
        listed = self.scope.has(self.queries.dialect.written(name), name)
        if listed is not None:
            return rel.through(listed, kind)
        inside = struct.field(parts[1].name)
        if inside is not None:
            return rel.through(inside, kind if len(parts) == 2 else on(kind, TRANSFORMATION))
        return rel.through(struct.edges, on(kind, TRANSFORMATION))


def on(kind: Kind, more: Kind) -> Kind:
    """Return what ``more`` becomes in a place whose value goes on as ``kind``."""
    return kind if kind[0] == "INDIRECT" else rel.step(kind, more)
