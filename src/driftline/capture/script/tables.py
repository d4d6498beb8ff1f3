"""What happens to whole tables: columns picked, put in, renamed; rows decided; two tables where either may be meant.

Enters and leaves: tables, unchanged. Nothing here knows a method of pandas by name.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

from driftline.capture.script.cames import any_of, any_turn, changed, deciding, hedged, other_turns, union, unsure_of
from driftline.capture.script.cames import doubted as cames_doubted
from driftline.capture.script.reading import (
    BETWEEN,
    CONDITIONAL,
    DIRECT,
    FILTER,
    FURTHER,
    GROUP_BY,
    HEDGED,
    IDENTITY,
    INDIRECT,
    JOIN,
    NOTHING,
    ORDER,
    SORT,
    TRANSFORMATION,
    Came,
    Cames,
    Rest,
    Table,
)
from driftline.capture.script.site import Path

EMPTY = Table({}, closed=True)
LATER = Table({}, families=(("", NOTHING),))
"""A table that is read later: what is put into all of its columns comes to each that it turns out to have."""
SOME = ("a name that is not known",)  # of a level of the index


def read(path: Path, schema: Mapping[str, str] | None) -> Table:
    """Return the table that a call reads: open if nothing is known of its columns."""
    if schema is None:
        return Table({}, (Rest(path),))
    rows = frozenset({Came(path, ORDER, INDIRECT, SORT)}) if ORDER in schema else NOTHING
    names = [name for name in schema if name not in {ORDER, BETWEEN, FURTHER}]
    rest = (Rest(path, frozenset(names)),) if FURTHER in schema else ()
    return Table({name: frozenset({Came(path, name)}) for name in names}, rest, rows, not rest)


def whole(table: Table) -> Cames:
    """Return everything that any column comes from."""
    return union([frozenset(table.all())])


def values(table: Table) -> Cames:
    """Return everything that any column comes from, the index excluded."""
    return whole(table._replace(labels={}))


def unknown(cames: Cames, rows: Cames = NOTHING) -> Table:
    """Return a table any column of which may come from all of these."""
    return Table({}, spread=cames, rows=rows)


def from_one(table: Table, reads: Container[Path]) -> Table:
    """Return a table that comes from one of all executions of these reads, of which it is not known which one."""

    def some(cames: Cames) -> Cames:
        return any_of(cames, frozenset(one.read for one in cames if one.every and one.read in reads))

    rest = tuple(
        one._replace(confidence=min(one.confidence, HEDGED)) if one.every and one.read in reads else one
        for one in table.rest
    )
    return table._replace(
        columns={name: some(cames) for name, cames in table.columns.items()},
        labels={name: some(cames) for name, cames in table.labels.items()},
        families=tuple((prefix, some(cames)) for prefix, cames in table.families),
        rest=rest, rows=some(table.rows), spread=some(table.spread),
    )  # fmt: skip


def by_place(table: Table) -> Table:
    """Return the table with its columns called by their places, as those of an array are that is written as text."""
    return table._replace(columns=dict(enumerate(table.columns.values()))) if table.closed else table


def with_column(table: Table, name: Any, cames: Cames) -> Table:
    """Return the table with a column put in or replaced."""
    rest = table.rest
    if rest and isinstance(name, str) and any(name not in one.without for one in rest):
        rest = tuple(one._replace(without=one.without | {name}) for one in rest)
    return table._replace(columns={**table.columns, name: cames}, rest=rest, maybe=table.maybe - {name})


def with_some_column(table: Table, cames: Cames) -> Table:
    """Return the table after a column was put in whose name is not known."""
    return table._replace(spread=table.spread | cames, closed=False)


def some_columns(table: Table, decides: Cames) -> Table:
    """Return the table with some of its columns, which these decide, in some order."""
    return tinged(table, hedged(deciding(decides, CONDITIONAL)))._replace(closed=False)


def without(table: Table, names: Iterable[Any]) -> Table:
    """Return the table without some columns."""
    gone = frozenset(names)
    rest = tuple(
        one._replace(without=one.without | {name for name in gone if isinstance(name, str)}) for one in table.rest
    )
    return table._replace(columns={name: cames for name, cames in table.columns.items() if name not in gone}, rest=rest)


def only(table: Table, names: Iterable[Any]) -> Table:
    """Return the table with these columns alone, in this order; of a name with levels below it all of these."""
    columns: dict[Any, Cames] = {}
    keys = [] if leveled(table) else [key for key in table.columns if isinstance(key, tuple)]
    for name in names:
        below = [key for key in keys if key[:1] == (name,)] if name not in table.columns else []
        columns |= {key: column(table, key) for key in below or [name]}
    return Table(columns, (), table.rows, True, NOTHING, table.labels)


def column(table: Table, name: Any) -> Cames:
    """Return where a column comes from, known by name or not."""
    if name in table.columns:
        return table.columns[name]
    if isinstance(name, str) and (found := table.of(name)):
        return found
    if isinstance(name, tuple) and (*name[:-1], SOME) in table.columns:
        return table.columns[*name[:-1], SOME]
    inside = [cames for key, cames in table.columns.items() if isinstance(key, tuple) and key[:1] == (name,)]
    return union(inside) if inside else table.spread


def is_later(table: Table) -> bool:
    """Tell whether a table is read later: no attribute of it is a column."""
    return any(not prefix for prefix, _ in table.families)


def leveled(table: Table) -> bool:
    """Tell whether the names of columns have levels of which the last is not known, as those of a crossed table."""
    return any(isinstance(key, tuple) and key[-1:] == (SOME,) for key in table.columns)


def with_level(table: Table, cames: Cames) -> dict[Any, Cames]:
    """Return the columns of a table with one more level of names, which come from values."""
    return {(*(name if isinstance(name, tuple) else (name,)), SOME): own | cames for name, own in table.columns.items()}


def without_level(table: Table) -> Table:
    """Return the table without that level: one column for each name of those above."""
    columns = {}
    for key, cames in table.columns.items():
        above = key[:-1] if isinstance(key, tuple) and key[-1] == SOME else key
        columns[above[0] if isinstance(above, tuple) and len(above) == 1 else above] = cames
    return table._replace(columns=columns, spread=NOTHING, closed=True)


def renamed(table: Table, names: Mapping[Any, Any]) -> Table:
    """Return the table with columns under other names."""
    moved = {old: column(table, old) for old in names if old not in table.columns and table.rest}
    kept = {names.get(old, old): cames for old, cames in table.columns.items()}
    labels = {names.get(old, old): cames for old, cames in table.labels.items()}
    fresh = {names[old]: cames for old, cames in moved.items()}
    out = without(table, moved)
    maybe = frozenset(names.get(one, one) for one in table.maybe)
    return out._replace(columns={**kept, **fresh}, labels=labels, maybe=maybe)


def mapped(table: Table, change: Callable[[Cames], Cames], subtype: str = TRANSFORMATION) -> Table:
    """Return the table with each column changed by itself."""
    rest = tuple(one._replace(subtype=subtype) if one.subtype == IDENTITY else one for one in table.rest)
    return table._replace(
        columns={name: change(cames) for name, cames in table.columns.items()},
        rest=rest,
        spread=change(table.spread),
        families=tuple((prefix, change(cames)) for prefix, cames in table.families),
    )


def computed(table: Table) -> Table:
    """Return the table with each column computed from itself."""
    return mapped(table, changed)


def tinged(table: Table, cames: Cames) -> Table:
    """Return the table with further origins of each column."""
    if not cames:
        return table
    out = mapped(table, lambda own: own | cames, IDENTITY)
    return out._replace(spread=table.spread | cames if table.rest or table.spread else table.spread)


def hedge(table: Table) -> Table:
    """Return the table as it is after unknown code had it, columns under their names."""
    rest = tuple(one._replace(confidence=0.5) for one in table.rest)
    return mapped(table, hedged)._replace(rest=rest, rows=hedged(table.rows))


def shaped(table: Table, cames: Cames, subtype: str = FILTER) -> Table:
    """Return the table with rows that these decide."""
    return table._replace(rows=table.rows | deciding(cames, subtype)) if cames else table


def either(a: Table, b: Table, condition: Cames = NOTHING) -> Table:
    """Return what holds for both of two tables of which one is meant."""
    if a is b:
        return a
    decided = deciding(condition, CONDITIONAL)
    names = [*a.columns, *(name for name in b.columns if name not in a.columns)]
    columns = {}
    for name in names:
        left, right = column(a, name), column(b, name)
        columns[name] = left if left == right else left | right | decided
    rest = a.rest if a.rest == b.rest else _rests(a, b)
    labels = {name: a.labels.get(name, NOTHING) | b.labels.get(name, NOTHING) for name in (*a.labels, *b.labels)}
    rows = a.rows if a.rows == b.rows else a.rows | b.rows | decided
    families = a.families if a.families == b.families else (*a.families, *b.families)
    return Table(columns, rest, rows, a.closed and b.closed, a.spread | b.spread, labels, families, a.maybe | b.maybe)


def doubted(a: Table, b: Table) -> Table:
    """Return the same where nothing tells which one: what only one of them has is not sure."""
    out = either(a, b)
    columns = {name: cames_doubted(cames, column(a, name) & column(b, name)) for name, cames in out.columns.items()}
    both = {one.read for one in a.rest} & {one.read for one in b.rest}
    rest = tuple(one if one.read in both else one._replace(confidence=HEDGED) for one in out.rest)
    rows, spread = (
        cames_doubted(getattr(out, part), getattr(a, part) & getattr(b, part)) for part in ("rows", "spread")
    )
    return out._replace(columns=columns, rest=rest, rows=rows, spread=spread)


def chosen(both: Table, a: Table, b: Table) -> Table:
    """Return ``either`` of them where one has other executions of a read than the other: which ones is not sure."""
    columns = {
        name: unsure_of(cames, other_turns(column(a, name), column(b, name))) for name, cames in both.columns.items()
    }
    turns = other_turns(a.rest, b.rest)
    rest = tuple(
        one._replace(confidence=min(one.confidence, HEDGED)) if (any_turn(one.read), "") in turns else one
        for one in both.rest
    )
    rows, spread = (
        unsure_of(getattr(both, part), other_turns(getattr(a, part), getattr(b, part))) for part in ("rows", "spread")
    )
    return both._replace(columns=columns, rest=rest, rows=rows, spread=spread)


def _rests(a: Table, b: Table) -> tuple[Rest, ...]:
    found: dict[tuple[Any, ...], Rest] = {}
    for one in (*a.rest, *b.rest):
        key = (one.read, one.subtype, one.every)
        known = found.get(key)
        found[key] = one if known is None else one._replace(without=one.without & known.without)
    return tuple(found.values())


def stacked(tables: Iterable[Table]) -> Table:
    """Return the rows of all tables under each other."""
    out: Table | None = None
    for one in tables:
        out = one if out is None else either(out, one)
    return EMPTY if out is None else out


def beside(tables: Iterable[Table]) -> Table:
    """Return the columns of all tables next to each other; of which table one is whose name is not known is a hedge."""
    columns: dict[Any, Cames] = {}
    rest: tuple[Rest, ...] = ()
    rows = spread = NOTHING
    maybe: frozenset[Any] = frozenset()
    closed = True
    labels: Mapping[Any, Cames] = {}
    families: tuple[tuple[str, Cames], ...] = ()
    tables = list(tables)
    several = len({one.spread for one in tables if one.spread}) > 1
    for one in tables:
        for name, cames in one.columns.items():
            columns[name] = columns.get(name, NOTHING) | cames
        rest += one.rest
        families += one.families
        maybe |= one.maybe
        rows, closed = rows | one.rows, closed and one.closed
        spread |= hedged(one.spread) if several else one.spread
        labels = labels or one.labels
    return Table(columns, rest, rows, closed, spread, labels, families, maybe)


def prefixed(table: Table, prefix: str, suffix: str = "") -> Table:
    """Return the table with all columns under longer names."""
    columns = {f"{prefix}{name}{suffix}": cames for name, cames in table.columns.items()}
    if table.closed:
        return table._replace(columns=columns)
    further = whole(table._replace(columns={}, labels={}))
    if prefix:
        return Table(columns, (), table.rows, False, NOTHING, table.labels, ((prefix, further),))
    return Table(columns, (), table.rows, False, further, table.labels)


def numbered(table: Table, names: Iterable[Any]) -> Table | None:
    """Return the table with new names for its columns, by place; None if it has not as many."""
    fresh = list(names)
    if not table.closed or len(fresh) != len(table.columns):
        return None
    return table._replace(columns=dict(zip(fresh, table.columns.values(), strict=True)))


def turned(table: Table) -> Table:
    """Return the table with rows as columns: named after the index, and the index after what names of columns are.

    Each of them has values of all columns; but where those were rows, of which one was what is not known any more.
    """
    mixed = len({(one.read, one.column) for one in table.spread if one.type == DIRECT}) > 1
    spread = (
        (hedged(values(table)) if mixed else values(table))
        | deciding(union(table.labels.values()), GROUP_BY)
        | table.rows
    )
    return Table({}, spread=spread, labels={"": named_after(table)})


def upright(table: Table, names: Container[Any]) -> Table:
    """Return a row as the column that pandas writes, under these names or others: of no row, other columns stay."""
    labels = dict.fromkeys(["", *table.labels], named_after(table))
    columns = {name: cames for name, cames in table.columns.items() if name not in names}
    return table._replace(columns=columns, closed=False, spread=values(table), labels=labels)


def named_after(table: Table) -> Cames:
    """Return what the names of columns come from: of those that are named after values, or may be, the values."""
    named = union(cames for _, cames in table.families)
    may = frozenset(one for one in table.spread if one.subtype == GROUP_BY or one.confidence <= HEDGED)
    return changed(named) | may


def alignment(a: Mapping[Any, Cames], b: Mapping[Any, Cames]) -> Cames:
    """Return what decides which rows of two tables meet, that are brought together by the levels of their indexes."""
    first, second = union(a.values()), union(b.values())
    if not first or not second or {one[:2] for one in first} == {one[:2] for one in second}:
        return NOTHING
    return deciding(first | second, JOIN)


def grouped(table: Table, keys: Mapping[Any, Cames]) -> Table:
    """Return a table with one row for each value of the keys, which are its index."""
    return shaped(table._replace(labels=keys), union(keys.values()), GROUP_BY)


def reset(table: Table) -> Table:
    """Return the table with the levels of its index as columns."""
    named = {("index" if name == "" else name): cames for name, cames in table.labels.items() if name != SOME}
    out = table._replace(columns={**named, **table.columns}, labels={})
    return with_some_column(out, table.labels[SOME]) if SOME in table.labels else out
