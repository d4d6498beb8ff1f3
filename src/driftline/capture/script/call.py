"""One call of something that is not the user's own, as rules see it, and what rules may ask of the machine.

Enters: the receiver, the arguments, the path. Leaves: constants, tables, origins. A rule returns a value, or None for
"I do not know", which is then answered by ``unknown``: made of all that was given, and never sure.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.cames import any_of, deciding, hedged, union
from driftline.capture.script.joining import inside, made_of, row_of_cells
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import GROUP_BY, NOTHING, SORT, Cames, Columns, Outside, Table
from driftline.capture.script.site import Path
from driftline.capture.script.values import (
    Class,
    Const,
    Content,
    File,
    Found,
    Frame,
    Function,
    Items,
    Json,
    Pairs,
    Ref,
    Series,
    Thing,
    Value,
    unordered,
)

MAX_ITEMS = 256
_NESTED = 6  # lists in lists that are looked into
UNKNOWN = object()


class Machine(Protocol):
    """What rules may ask."""

    memory: Memory
    reads: list[tuple[Path, Path | None, int]]
    columns: Columns
    outside: Outside
    unrolling: int
    around: int
    elements: list[tuple[frozenset[Path], int]]
    waiting: dict[str, None]
    path: Path

    def invoke(self, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value], path: Path) -> Value:
        """Call something as if at a path."""
        ...

    def read(self, path: Path) -> Value | None:
        """Return a new frame of what the call at this path read; None where nothing is known of a read."""
        ...

    def open_read(self, path: Path) -> Value:
        """Return a new frame of a call that is known to read, with or without known columns."""
        ...

    def executed(self, path: Path) -> Path | None:
        """A call reads: return the path of this execution alone, where it can be told from others."""
        ...

    def guarding(self) -> Cames:
        """Return what decides whether this is reached."""
        ...

    def turn(self, path: Path) -> int:
        """Return the number of the latest time that a call was reached; -1 = not known."""
        ...

    def single(self, table: Table, since: int | None = None) -> Table:
        """Return what a table is in a loop over tables that were read many times."""
        ...

    def record(self, path: Path, table: Table, place: int | str = -1, turn: int | None = None) -> None:
        """Remember what a call was given, the latest time or the one with that number."""
        ...


class Call(msgspec.Struct, eq=False):
    """A call."""

    machine: Machine
    receiver: Value | None
    name: str
    args: list[Value]
    kwargs: dict[str, Value]
    path: Path
    more: list[Value] = []  # any number of further arguments

    def argument(self, place: int, name: str = "") -> Value | None:
        """Return one argument."""
        return self.args[place] if 0 <= place < len(self.args) else self.kwargs.get(name)

    def plain(self, place: int, name: str = "", default: Any = None) -> Any:
        """Return one argument as a plain value: the default if it is not given, UNKNOWN if it is not plain."""
        value = self.argument(place, name)
        return default if value is None else plain(self.machine, value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return an option that is on or off."""
        found = self.plain(-1, name, default)
        return found if isinstance(found, bool) else default

    def given(self) -> Iterator[Value]:
        """Return all values that went in, the receiver first."""
        if self.receiver is not None:
            yield self.receiver
        yield from (*self.args, *self.kwargs.values(), *self.more)

    def cames(self, *values: Value | None) -> Cames:
        """Return the origins of some values."""
        return union(made_of(self.machine.memory, one) for one in values)

    def table(self) -> Table:
        """Return the table that the method was called on."""
        return table_of(self.machine, self.receiver) or tables.EMPTY

    def frame(self, table: Table) -> Ref:
        """Return a new frame."""
        return self.machine.memory.new(Frame(table))

    def new(self, content: Content) -> Ref:
        """Return a new object."""
        return self.machine.memory.new(content)

    def see(self, value: Value | None) -> Any:
        """Return what a value points to, or the value."""
        return self.machine.memory.see(value)


Rule = Callable[[Call], Value | None]
Rules = Mapping[str, Rule]


def plain(machine: Machine, value: Value | None, depth: int = 0) -> Any:
    """Return what a value is in Python, if the text spells all of it out; else UNKNOWN."""
    if isinstance(value, Const):
        return value.value
    content = machine.memory.see(value)
    if depth > 4:
        return UNKNOWN
    if isinstance(content, Items) and depth >= 0 and (unordered(content) or some_of(content)):
        return UNKNOWN
    if isinstance(content, Items) and content.loose is None:
        items = _all_plain(machine, content.known, depth)
        return UNKNOWN if items is None else tuple(items) if content.kind == "tuple" else items
    if isinstance(content, Pairs) and content.loose is None:
        values = _all_plain(machine, content.known.values(), depth)
        return UNKNOWN if values is None else dict(zip(content.known, values, strict=True))
    return UNKNOWN


def some_of(content: Any) -> bool:
    """Tell whether something is a list of which data decides which elements there are."""
    return isinstance(content, Items) and any(one.subtype != SORT for one in content.rows)


def _all_plain(machine: Machine, values: Iterable[Value], depth: int) -> list[Any] | None:
    """Return all of them; None as soon as one is not spelled out, as things may hold each other many times."""
    found: list[Any] = []
    for one in values:
        found.append(plain(machine, one, depth + 1))
        if found[-1] is UNKNOWN:
            return None
    return found


def lifted(machine: Machine, value: Any) -> Value:
    """Return a plain value of Python as the follower holds it."""
    if isinstance(value, list):
        return machine.memory.new(Items(tuple(lifted(machine, one) for one in value)))
    return Const(value)


def members(machine: Machine, value: Value | None) -> Any:
    """Return the same, in any order where the order is not known: of sets, of lists that data has sorted."""
    return plain(machine, value, -1)


def hashable(key: Any) -> bool:
    """Tell whether something can be the key of a dict, or the name of a column; a slice never is."""
    try:
        hash(key)
    except TypeError:
        return False
    return not any(isinstance(one, slice) for one in (key if isinstance(key, tuple) else (key,)))


def names(machine: Machine, value: Value | None) -> list[Any] | None:
    """Return column names from one name, a list of them or a list of lists, one for each level; None if not known."""
    found = members(machine, value)
    if found is UNKNOWN or found is None or isinstance(found, dict):
        return None
    several = list(found) if isinstance(found, list | tuple) else [found]
    if several and all(isinstance(one, list) for one in several) and len(set(map(len, several))) == 1:
        several = list(zip(*several, strict=True))
    return several if all(map(hashable, several)) else None


def is_frame(machine: Machine, value: Value | None) -> bool:
    """Tell whether a value is a table, not a row of one."""
    content = machine.memory.see(value) if isinstance(value, Ref) else None
    return isinstance(content, Frame) and not content.row


def called(machine: Machine, value: Function) -> Any:
    """Return what a function is called: as its text says, or as the script has called it since."""
    return plain(machine, machine.memory.get(name_of(value)) or Const(getattr(value.node, "name", "<lambda>")))


def name_of(value: Function) -> tuple[Any, ...]:
    """Return where the memory keeps what the script calls a function, each time that its text makes one."""
    return value.node, value.scope, "__name__"


def callable_value(value: Value | None) -> bool:
    """Tell whether a value is a function or class of the user."""
    return isinstance(value, Function | Class)


def table_of(machine: Machine, value: Value | None) -> Table | None:
    """Return the table that a value is, or can be written as; None if it has no origins."""
    content = machine.memory.see(value)
    if isinstance(content, Frame):
        return tables.tinged(content.table, _found_by(value))
    if isinstance(content, Series):
        name = content.name if content.name is not None and hashable(content.name) else "0"
        return Table({name: content.cames}, (), content.rows, True, NOTHING, content.index)
    if isinstance(content, Json) and content.table is not None:
        return table_of(machine, content.table)
    if isinstance(content, Thing):
        return tables.unknown(content.cames, content.rows) if content.cames else None
    if isinstance(content, Items):
        return _of_items(machine, content)
    if isinstance(content, Pairs):
        return tables.tinged(of_pairs(machine, content), _found_by(value))
    if isinstance(content, File) and content.inside:
        return content.written
    cames = made_of(machine.memory, content)
    return tables.unknown(cames) if cames else None


def _found_by(value: Value | None) -> Cames:
    return value.by if isinstance(value, Found) else NOTHING


def _of_items(machine: Machine, items: Items) -> Table | None:
    ones = [one for one in (*items.known[:MAX_ITEMS], items.loose) if one is not None]
    rows = [machine.memory.see(record_of(machine, one) or one) for one in ones]
    if not rows:
        return None
    if all(isinstance(one, Pairs | Frame) for one in rows):
        found = [
            tables.tinged(_record(machine, one) if isinstance(one, Pairs) else one.table, _found_by(held))
            for one, held in zip(rows, ones, strict=True)
        ]
        return tables.shaped(tables.stacked(found), items.rows)
    if all(isinstance(one, Items) and (one.loose is None or one.known) for one in rows):
        return tables.shaped(_of_tuples(machine, rows), items.rows)
    cames = union(made_of(machine.memory, one) for one in ones)
    return tables.unknown(cames, union([items.rows, *(rows_of(machine, one) for one in ones)])) if cames else None


def _of_tuples(machine: Machine, rows: Sequence[Items]) -> Table:
    """Rows as tuples: columns by number."""
    width = max(len(one.known) for one in rows)
    rows = [replace(one, known=_any_cells(machine, one)) if unordered(one) else one for one in rows]
    columns = {
        number: union(made_of(machine.memory, one.known[number]) for one in rows if number < len(one.known))
        for number in range(min(width, MAX_ITEMS))
    }
    inside = (_rows(machine, each) for one in rows for each in one.known)
    further = union(made_of(machine.memory, one.loose) for one in rows)  # cells, any number of them behind the others
    shaped = union([*(one.rows for one in rows), *inside])
    return Table(columns, rows=shaped, closed=not further, spread=any_of(further))


def _any_cells(machine: Machine, row: Items) -> tuple[Value, ...]:
    """The cells of a row in which nobody knows their order: each may be any of them."""
    return (Thing(hedged(union(made_of(machine.memory, one) for one in (*row.known, row.loose)))),) * len(row.known)


def of_pairs(machine: Machine, pairs: Pairs) -> Table:
    """Return a dict as one row, or as columns by name."""
    columns = {name: made_of(machine.memory, one) | _deep(machine, one) for name, one in pairs.known.items()}
    spread = any_of(made_of(machine.memory, pairs.loose))  # under each unknown name one of them
    rows = union([pairs.rows, *(_rows(machine, one) for one in (*pairs.known.values(), pairs.loose))])
    return Table(columns, rows=rows, closed=pairs.loose is None, spread=spread | deciding(pairs.keys, GROUP_BY))


def _record(machine: Machine, pairs: Pairs) -> Table:
    """A dict as one record of many: what decides one of its values decides no other."""
    table = of_pairs(machine, pairs)
    own = {name: cames | _rows(machine, pairs.known[name]) for name, cames in table.columns.items()}
    return table._replace(columns=own, rows=pairs.rows | _rows(machine, pairs.loose))


def _deep(machine: Machine, value: Value | None, depth: int = 0, seen: set[int] | None = None) -> Cames:
    """What decides which elements the lists and dicts have that lie in a list or dict, which stands in one cell."""
    content, seen = machine.memory.see(value), set() if seen is None else seen
    known = isinstance(value, Ref) and value.place in seen  # things may hold each other
    if depth > _NESTED or known or not isinstance(content, Items | Pairs):
        return NOTHING
    if isinstance(value, Ref):
        seen.add(value.place)
    return union(
        [content.rows if depth else NOTHING, *(_deep(machine, one, depth + 1, seen) for one in inside(content))]
    )


def _rows(machine: Machine, value: Value | None) -> Cames:
    content = machine.memory.see(value)
    if isinstance(content, Items):
        any_of_them = _rows(machine, content.loose) if isinstance(content.loose, Thing) else NOTHING
        known = union(one.rows for one in content.known[:MAX_ITEMS] if isinstance(one, Thing))
        return content.rows | known | any_of_them
    if isinstance(content, Thing):  # of one value; in which order records are put down, tells who puts them there
        return frozenset(one for one in content.rows if one.subtype != SORT)
    return content.rows if isinstance(content, Series) else NOTHING


def inner_rows(machine: Machine, value: Value | None) -> Cames:
    """Return what shapes the rows of a value, and of what a list or dict holds."""
    content = machine.memory.see(value)
    inside: tuple[Value | None, ...] = ()
    if isinstance(content, Items):
        inside = (*content.known[:MAX_ITEMS], content.loose)
    elif isinstance(content, Pairs):
        inside = (*content.known.values(), content.loose)
    return union([rows_of(machine, value), *(rows_of(machine, one) for one in inside)])


def entering(machine: Machine, value: Value | None, table: Table) -> Cames:
    """Return the origins of what is put into a table: of the value, and of what decided that it is, or its own rows."""
    known = {(one.read, one.column) for one in table.rows}
    own = inner_rows(machine, value)
    own |= deciding(machine.guarding())
    further = frozenset(one for one in own if one.subtype != SORT and (one.read, one.column) not in known)
    return made_of(machine.memory, value) | further


def record_of(machine: Machine, value: Any) -> Ref | None:
    """Return the one record that JSON data may be, too."""
    content = machine.memory.see(value)
    if not isinstance(content, Items) or content.kind != "json" or not isinstance(content.loose, Ref):
        return None
    return content.loose if isinstance(machine.memory.see(content.loose), Frame) else None


def cells_of(machine: Machine, value: Value | None) -> Items | None:
    """Return the list of cells that a row is; None of anything else, and where it is not known which there are."""
    return row_of_cells(machine.memory.see(value))


def rows_of(machine: Machine, value: Value | None) -> Cames:
    """Return what shapes the rows of a value."""
    content = machine.memory.see(value)
    if isinstance(content, Frame):
        return content.table.rows
    return content.rows if isinstance(content, Series | Thing | Items | Pairs) else NOTHING
