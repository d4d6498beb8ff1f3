"""What a script knows while it is read: the tables that it names, and those that it has made itself.

Enters: table nodes, and each statement once it is understood. Leaves: for a table node what it offers: the
columns of the catalog where they are known, the outputs of an earlier statement where that made the table. A
temporary table or view ends with its session, so what reads it may be told to look through it, at what it was
made from.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlglot import exp

from driftline.capture.sql import relation as rel
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.functions import Functions
from driftline.capture.sql.names import Name, name_of
from driftline.capture.sql.place import Place
from driftline.capture.sql.relation import Edge, Item, Output, Relation, Source, Star

ColumnsOf = Callable[[Source], tuple[str, ...] | None]
NamedAs = Callable[[Name], str | None]  # the catalog's spelling of a name
_OF_TEMPORARY = {"postgres": "pg_temp", "redshift": "pg_temp"}  # by dialect: the schema of temporary tables
_EDGES = 20_000  # of a temporary table that is looked through; a larger one is a table like any other


class Script:
    """The tables of one text."""

    def __init__(
        self, dialect: Dialect, columns_of: ColumnsOf, named_as: NamedAs | None = None, *, through: bool = False,
        apart: bool = False,
    ) -> None:  # fmt: skip
        self.dialect = dialect
        self.through = through
        self._apart = "temp" if dialect.name == "sqlite" else _OF_TEMPORARY.get(dialect.name) if apart else None
        self._columns_of = columns_of
        self._named_as = named_as
        self._sources: dict[tuple[str, ...], Source] = {}
        self._made: dict[Source, tuple[str, ...] | None] = {}
        self._bases: dict[Source, tuple[tuple[str, ...], Relation]] = {}  # of tables with columns, as made last
        self._temporary: dict[Source, tuple[Relation, tuple[Source, ...]]] = {}
        self._passing: set[Source] = set()  # temporary, looked through or not
        self.keys: dict[Source, tuple[str, ...]] = {}  # of tables that it made: by which each row is there once
        self._computed: dict[Source, frozenset[str]] = {}
        self.functions = Functions()
        self._within = Place()
        self._searched: list[Place] = []  # after that

    def source(self, table: Any, *, temporary: bool = False) -> Source | None:
        """Return the source that a table node names, in one spelling for the whole script; or is to name."""
        name = name_of(table, self.dialect)
        if not isinstance(name, Name):
            return name
        name = self._shadowed(name, temporary=temporary) or self._placed(name)
        found = self._sources.get(name.key)
        if found is None:
            spelled = self._named_as(name) if self._named_as is not None and not name.temporary else None
            found = self._sources[name.key] = Source("table", (spelled or name.dotted,))
        return found

    def _placed(self, name: Name) -> Name:
        """A name in full: in the first of the schemas that are searched which has such a table, else in the first."""
        ways = [self._within.of(name), *(place.of(name) for place in self._searched)]
        known = (way for way in ways if self._named_as is not None and self._named_as(way) is not None)
        return next(known, ways[0]) if len(ways) > 1 else ways[0]

    def _shadowed(self, name: Name, *, temporary: bool) -> Name | None:
        """A name that means a temporary table before any other, in a schema of its own; None = it means none."""
        if self._apart is None or len(name.parts) > 1:
            return None
        within = Name((self._apart, *name.parts), (self._apart, *name.key), temporary=True)
        return within if temporary or self._sources.get(within.key) in self._passing else None

    def search(self, schemas: Iterable[str]) -> None:
        """Note that tables are looked for in these schemas, one after the other; in none that is known."""
        nodes = (exp.Table(this=exp.to_identifier(one)) for one in schemas)
        self._within, *self._searched = [Place().used("SCHEMA", one, self.dialect) for one in nodes] or [Place()]

    def use(self, kind: str, named: Any) -> None:
        """Note that tables are looked for elsewhere from now on, as ``USE`` says."""
        self._within = self._within.used(kind, named, self.dialect)

    def columns(self, source: Source) -> tuple[str, ...] | None:
        """Return the columns of a source, if they are known."""
        return self._made[source] if source in self._made else self._columns_of(source)

    def relation(self, table: Any) -> tuple[Relation, Iterable[Source]] | None:
        """Return what a table node offers, and the sources that this means to read."""
        source = self.source(table)
        return self.offered(source) if source is not None else None

    def offered(self, source: Source) -> tuple[Relation, Iterable[Source]]:
        """Return what a source offers, and the sources that this means to read."""
        temporary = self._temporary.get(source)
        return temporary if temporary is not None else (self.base(source), (source,))

    def base(self, source: Source) -> Relation:
        """Return the relation of a table itself."""
        columns = self.columns(source)
        if columns is None:
            return Relation((Star(source, frozenset()),))
        made, found = self._bases.get(source, ((), None))
        if found is None or made != columns:
            edges = (frozenset((Edge(source, name, rel.IDENTITY),)) for name in columns)
            written = map(self.dialect.written, columns)
            found = Relation(map(Output, columns, edges, written), rel.NONE, source)
            self._bases[source] = columns, found
        return found

    # --- what the script makes --------------------------------------------------------------------------------

    def make(self, source: Source, made: Relation, reads: Iterable[Source], *, temporary: bool) -> None:
        """Note that a statement has made a table with the columns of ``made``."""
        names = tuple(item.name for item in made.items if isinstance(item, Output) and item.name)
        self._made[source] = names if len(names) == len(made.items) else None
        self._temporary.pop(source, None)
        if temporary:
            self._passing.add(source)
        size = sum(len(item.edges) for item in made.items if isinstance(item, Output)) + len(made.rows)
        if self.through and temporary and size <= _EDGES:
            self._temporary[source] = (made, tuple(reads))

    def filled(self, source: Source) -> tuple[str, ...] | None:
        """Return the columns that an INSERT without a list fills, if they are known."""
        columns, computed = self.columns(source), self._computed.get(source)
        return tuple(one for one in columns if one.lower() not in computed) if columns and computed else columns

    def declare(
        self, source: Source, columns: Iterable[str], *, temporary: bool, computed: frozenset[str] = frozenset()
    ) -> None:
        """Note that a statement has made an empty table; those of its ``computed`` columns are in small letters."""
        names = tuple(columns)
        self._computed[source] = computed
        self.make(source, Relation(Output(name, rel.NONE, self.dialect.written(name)) for name in names), (),
                  temporary=temporary)  # fmt: skip

    def add(self, source: Source, columns: dict[str, rel.Edges], rows: rel.Edges, reads: Iterable[Source]) -> None:
        """Note that a statement has put more into a temporary table."""
        known = self._temporary.get(source)
        if known is None:
            return
        relation, before = known
        left = {self.dialect.written(name): edges for name, edges in columns.items()}
        items = [
            item._replace(edges=item.edges | left.pop(item.key, rel.NONE), made=rel.UNSAID)
            if isinstance(item, Output)
            else item
            for item in relation.items
        ]
        items += [Output(name, columns[name], self.dialect.written(name))
                  for name in columns if self.dialect.written(name) in left]  # fmt: skip
        self._temporary[source] = (Relation(items, relation.rows | rows), tuple(dict.fromkeys((*before, *reads))))

    def drop(self, source: Source) -> None:
        """Note that a table is gone."""
        self._made.pop(source, None)
        self._temporary.pop(source, None)
        self._passing.discard(source)

    def rename(self, old: Source, new: Source) -> None:
        """Note that a table goes by another name now."""
        if old in self._made:
            self._made[new] = self._made.pop(old)
        elif self.columns(new) is None:  # else they were told after it was renamed
            self._made[new], self._made[old] = self.columns(old), None
        if old in self._temporary:
            self._temporary[new] = self._temporary.pop(old)

    def alter(
        self,
        source: Source,
        renamed: Mapping[str, str],
        added: Mapping[str, str | None],
        dropped: frozenset[str],
        computed: frozenset[str],
    ) -> None:
        """Note that columns of a table have new names, have come, are gone, are computed; old ones in small letters.

        Those that have come with the one behind which they stand: "" = before all, None = behind them.
        """
        written, columns = self.dialect.written, self.columns(source)
        if columns is not None:
            kept = [renamed.get(one.lower(), one) for one in columns if one.lower() not in dropped]
            for one, before in added.items():
                small = [name.lower() for name in kept]
                place = 0 if before == "" else small.index(before) + 1 if before in small else len(kept)
                kept[place:place] = [one] if one.lower() not in small else []
            self._made[source] = tuple(kept)
        if computed:
            self._computed[source] = self._computed.get(source, frozenset()) | computed
        self.keys[source] = tuple(renamed.get(one.lower(), one) for one in self.keys.get(source, ()))
        if computed:  # from columns of this table: it is one like any other
            self._temporary.pop(source, None)
        if source in self._temporary:
            relation, reads = self._temporary[source]
            items = [_called(item, renamed, written) for item in relation.items if _small(item) not in dropped]
            items += [Output(one, rel.NONE, written(one)) for one in added]
            self._temporary[source] = Relation(items, relation.rows), reads

    def lasting(self) -> dict[Source, tuple[str, ...]]:
        """Return the columns of the tables that the script has made and that outlive it."""
        return {source: columns for source, columns in self._made.items()
                if columns and source not in self._temporary and source not in self._passing}  # fmt: skip

    def is_temporary(self, source: Source) -> bool:
        """Whether the script looks through the table ``source``."""
        return source in self._temporary


def _small(item: Item) -> str:
    return item.name.lower() if isinstance(item, Output) else ""


def _called(item: Item, names: Mapping[str, str], written: Callable[[str], str]) -> Item:
    """A column by its new name, if it has one."""
    name = names.get(_small(item))
    return item._replace(name=name, key=written(name)) if isinstance(item, Output) and name is not None else item
