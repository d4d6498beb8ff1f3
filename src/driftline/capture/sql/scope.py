"""The names that one SELECT sees: its relations by alias, its own outputs, and the scope around it.

Enters: relations as FROM offers them. Leaves: the edges behind a name and, where it may mean several things,
why. The order of meanings is SQL's: a column of a relation, the alias of an output where the dialect lets one
use it, a column of the scope around.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from driftline.capture.sql import relation as rel
from driftline.capture.sql.relation import ABSENT, FILE, GUESSED, NONE, Edges, Found, Output, Relation, Source, Star


class Meaning(NamedTuple):
    """The edges behind a name; ``doubt`` says why they are not sure, ``""`` where they are."""

    edges: Edges
    doubt: str = ""


class Scope:
    """The relations that one SELECT sees, by alias, with the aliases of its own outputs and the scope around it."""

    def __init__(self, parent: "Scope | None", *, lateral: bool = True) -> None:
        self.parent = parent
        self.lateral = lateral  # aliases may be used where the query stands now
        self.ctes: dict[str, Relation] = {}
        self.relations: dict[str, Relation] = {}
        self.tables: dict[str, str] = {}  # key of a table's name -> its alias
        self.ways: dict[tuple[str, ...], Relation] = {}  # by the whole name of a table without alias, if it has parts
        self.merged: dict[str, list[str]] = {}  # column of USING -> aliases whose value it may take
        self.shared: dict[str, int] = {}  # column of USING -> how many of these may have it, where only one does
        self.rows: dict[str, Relation] = {}  # that a block goes through: their columns are named with them alone
        self.aliases: dict[str, Edges] = {}  # outputs named so far
        self.bound: set[str] = set()  # parameters of lambdas and of procedures
        self.doubtful: frozenset[str] = frozenset()  # of these, those that may be columns as well
        self.values: dict[str, Edges] = {}  # of variables that a script fills from data
        self.named: dict[str, Any] = {}  # values that WITH gives a name, each an expression over the columns here
        self.variables_first = False  # a variable hides a column of its name
        self.aliases_first = False  # the alias of an output hides a column of its name
        self.generated: Edges = NONE  # what the number of rows comes from that entries of the list make of one
        self.nested = False  # a column here is a struct whose fields are known
        self.beside = False  # the scope around is the FROM clause that this one stands in

    def cte(self, key: str) -> Relation | None:
        """Return the common table expression ``key``, from here outwards."""
        found = self.ctes.get(key)
        if found is None and self.parent is not None:
            return self.parent.cte(key)
        return found

    def add(self, alias: str, relation: Relation, table: str = "", way: tuple[str, ...] = ()) -> None:
        """Offer ``relation`` under the key ``alias``; ``table`` is the key of the table behind the alias.

        ``way``: the keys of its name, where that has several parts and there is no alias.
        """
        if way:
            self.ways[way] = relation
        while alias in self.relations:
            alias += "'"
        self.relations[alias] = relation
        self.nested = self.nested or relation.nested
        if table and table != alias:
            self.tables.setdefault(table, alias)

    def relation(self, key: str) -> Relation | None:
        """Return the relation ``key``, from here outwards."""
        found = self.relations.get(key, self.rows.get(key))
        return self.parent.relation(key) if found is None and self.parent is not None else found

    def by_way(self, keys: Sequence[str]) -> tuple[Relation, int] | None:
        """Return the relation that a name of several parts begins with, ``main.t`` and ``aux.t``; and their number."""
        for size in range(len(keys), 1, -1) if self.ways else ():
            found = self.ways.get(tuple(keys[:size]))
            if found is not None:
                return found, size
        return self.parent.by_way(keys) if self.parent is not None else None

    def behind(self, key: str) -> Relation | None:
        """Return the relation of the table ``key`` though it has another alias here."""
        alias = self.tables.get(key)
        if alias is not None:
            return self.relations[alias]
        return self.parent.behind(key) if self.parent is not None else None

    def expressions(self) -> dict[str, Any]:
        """Return the values that WITH gives a name, here and around, those around first."""
        around = self.parent.expressions() if self.parent is not None else {}
        return {**around, **self.named} if self.named else around

    def nameless(self) -> Relation | None:
        """Return the only relation of this scope that is a file without an alias; DuckDB calls it by its stem."""
        found = [relation for alias, relation in self.relations.items() if alias.startswith(FILE)]
        return found[0] if len(found) == 1 else None

    def has(self, key: str, name: str) -> Edges | None:
        """Return the edges behind a name that one relation, from here outwards, surely has."""
        found = self.output(key, name)
        return found.edges if found is not None else None

    def output(self, key: str, name: str) -> Output | None:
        """Return the column that one relation, from here outwards, surely has."""
        if key in self.bound:
            return Output(name, self.value(key), key)
        for relation in self.relations.values():
            output = relation.output(key) or relation.loosely(name)
            if output is not None:
                return output
        return self.parent.output(key, name) if self.parent is not None else None

    def value(self, key: str) -> Edges:
        """Return what is behind the value of a variable, here or around."""
        if key in self.values:
            return self.values[key]
        return NONE if self.parent is None or key in self.bound else self.parent.value(key)

    def is_variable(self, key: str) -> bool:
        """Whether ``key`` is a parameter or a variable, here or around."""
        return key in self.bound or (self.parent is not None and self.parent.is_variable(key))

    def _is_doubtful(self, key: str) -> bool:
        return key in self.doubtful or (self.parent is not None and self.parent._is_doubtful(key))

    def find(self, key: str, name: str) -> Meaning | None:
        """Return what is behind an unqualified name; None where nothing here or around could have it."""
        if key in self.bound or (self.variables_first and self.is_variable(key)):
            return Meaning(self.value(key))
        if self.aliases_first and self.lateral and key in self.aliases:
            return Meaning(self.aliases[key])
        if key in self.merged:
            hits = [self.relations[alias].find(key, name) for alias in self.merged[key]]
            edges = frozenset().union(*(hit.edges for hit in hits if hit is not None))
            several = self.shared.get(key, 1)
            return Meaning(rel.doubted(edges, 1 / several), "any of several sources" if several > 1 else "")
        certain: list[Edges] = []
        open_: list[Found] = []
        for relation in self.relations.values():
            output = relation.output(key)
            if output is not None:
                certain.append(output.edges)
            elif (hit := relation.find(key, name)) is not None:
                open_.append(hit)
        if len(certain) == 1:
            return Meaning(certain[0])
        if certain:
            share = 1 / len(certain)
            return Meaning(frozenset().union(*(rel.doubted(edges, share) for edges in certain)), "ambiguous")
        loose = [output for output in (one.loosely(name) for one in self.relations.values()) if output is not None]
        if len(loose) == 1:
            return Meaning(loose[0].edges)
        return self._not_certain(key, name, open_)

    def _not_certain(self, key: str, name: str, open_: list[Found]) -> Meaning | None:
        if self.is_variable(key):
            if open_ and self._is_doubtful(key):
                every = NONE.union(self.value(key), *(hit.edges for hit in open_))
                return Meaning(rel.doubted(every, 0.5), "a parameter, or a column of the same name")
            return Meaning(self.value(key))
        alias = self.aliases.get(key) if self.lateral else None
        if not open_:
            if alias is not None:
                return Meaning(alias)
            element = self._element(key, name)
            if element is not None:
                return element
            return self.parent.find(key, name) if self.parent is not None else None
        own = [hit.edges for hit in open_]
        if alias is not None and not any(edge in alias_free(alias) for edges in own for edge in alias_free(edges)):
            return Meaning(rel.doubted(alias, GUESSED), "the alias of an output, or a column of the same name")
        outer = self.parent.has(key, name) if self.parent is not None and not self.beside else None
        if outer is not None:
            own.append(outer)
        if len(own) == 1:
            edges = own[0]
            unsure = any(edge.confidence < 1 for edge in edges) or not edges
            return Meaning(edges, "any of several sources" if unsure and edges else "")
        share = 1 / len({frozenset(alias_free(edges)) for edges in own})
        if share == 1:
            return Meaning(own[0])
        return Meaning(frozenset().union(*(rel.doubted(edges, share) for edges in own)), "any of several sources")

    def _element(self, key: str, name: str) -> Meaning | None:
        """What a name is that no table here has: a field of the elements of an array, unless a scope around has it."""
        arrays = [relation.elements for relation in self.relations.values() if relation.elements]
        if not arrays or (self.parent is not None and self.parent.has(key, name) is not None):
            return None
        found = frozenset().union(*(rel.doubted(edges, 1 / len(arrays)) for edges in arrays))
        return Meaning(rel.through(found, rel.TRANSFORMATION), "a field of one of several arrays" if arrays[1:] else "")

    def absent(self, name: str) -> Meaning:
        """Return what an unqualified name may be that no schema here has."""
        bases = [relation.base for relation in self.relations.values() if relation.base is not None]
        sources = bases or list(dict.fromkeys(s for relation in self.relations.values() for s in relation.sources()))
        if rel.added(name, sources):
            return Meaning(NONE)
        return Meaning(rel.hedge(sources, name, ABSENT), "in none of the schemas")

    def lone(self) -> Source | None:
        """Return the source of the only relation if its schema is not known."""
        if len(self.relations) != 1:
            return None
        (relation,) = self.relations.values()
        items = relation.items
        return items[0].source if len(items) == 1 and isinstance(items[0], Star) else None


def alias_free(edges: Edges) -> set[tuple[Source, str]]:
    """Return the source columns of ``edges``, whatever becomes of them."""
    return {(edge.source, edge.column) for edge in edges}
