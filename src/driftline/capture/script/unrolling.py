"""What a loop goes over, and what happens between two of its rounds.

Enters: any value. Leaves: the items that the text spells out, each for a round of its own, or one that stands for any
number. When a round ends, what was read in it and is still held belongs to an earlier round from then on.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from driftline.capture.script import access, doubts, headers, ones, tables
from driftline.capture.script.call import Machine, rows_of
from driftline.capture.script.cames import SOME, deciding, hedged, text_of
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import GROUP_BY, NOTHING, Cames
from driftline.capture.script.site import Path, previous
from driftline.capture.script.values import (
    FURTHER,
    LINE,
    LINES,
    TOP,
    Const,
    File,
    Foreign,
    Frame,
    Function,
    Grouped,
    Instance,
    Items,
    Method,
    Pairs,
    Part,
    Series,
    Thing,
    Value,
    column_names,
    unordered,
)

MAX_UNROLLED = 64


class Unrolled(NamedTuple):
    """What there is to go over."""

    items: tuple[Value, ...] = ()
    loose: Value | None = None
    rows: Cames = NOTHING


def unrolled(machine: Machine, value: Value) -> Unrolled:
    """Return what a loop over a value goes over."""
    if isinstance(value, Const):
        return _of_const(value)
    content = machine.memory.see(value)
    if isinstance(content, Items):
        return _of_items(machine, content)
    if isinstance(content, Pairs):
        keys = tuple(Const(key) for key in content.known)
        loose = access.key_of(content) if content.loose is not None else None
        return Unrolled(keys, loose, content.rows | deciding(content.keys, GROUP_BY))
    if isinstance(content, Frame):
        return _of_frame(machine, content)
    if isinstance(content, Instance):
        return _of_instance(machine, value, content)
    if isinstance(content, File):
        begins = not content.begun and not content.inside
        return _of_lines(machine, text_of(content.opened), content.opened if begins else None)
    if isinstance(content, Grouped):
        by = NOTHING.union(*content.keys.values())
        group = machine.memory.new(Frame(tables.shaped(content.table, by, GROUP_BY)))
        rows = content.table.rows | deciding(by, GROUP_BY)
        return Unrolled(
            loose=machine.memory.new(Items((access.key_of_groups(machine, content), group), kind="tuple")), rows=rows
        )
    if isinstance(content, Series):
        return Unrolled(loose=Thing(content.cames, content.rows), rows=content.rows)
    if isinstance(content, Part):
        return Unrolled(loose=Thing())
    if isinstance(content, Thing) and content.name in {LINES, FURTHER}:
        reads = {one.read for one in content.cames} if content.name == LINES else set()
        return _of_lines(machine, content.cames, reads.pop() if len(reads) == 1 else None, content.rows)
    return Unrolled(loose=Thing(made_of(machine.memory, content)), rows=rows_of(machine, value))


def _of_lines(machine: Machine, cames: Cames, path: Path | None, rows: Cames = NOTHING) -> Unrolled:
    """Lines of a text, the first one before the others where that is the header of the table that was read there."""
    columns = None if path is None else machine.columns(path)
    headed = path is not None and columns is not None and headers.of(tables.read(path, columns))
    return Unrolled((Thing(cames, rows, TOP),) if headed else (), Thing(cames, rows, LINE), rows)


def asked(machine: Machine, value: Value, path: Path) -> Value:
    """Return the rows of what a loop, or another function, has asked: a query that nothing is known of until then."""
    content = machine.memory.see(value)
    query = isinstance(content, Thing | Foreign | Method) and not made_of(machine.memory, content)
    if not query or machine.columns(path) is None:
        return value
    return machine.invoke(Method(value, "all"), (), {}, path)


def in_places(machine: Machine, value: Value) -> Unrolled:
    """Return what a loop goes over, where it matters in which order."""
    over, content = unrolled(machine, value), machine.memory.see(value)
    if not unordered(content):
        return over
    return Unrolled((), doubts.doubtful(machine, (*over.items, over.loose)), over.rows)


def _of_items(machine: Machine, content: Items) -> Unrolled:
    if unordered(content) and not all(isinstance(one, Const) for one in content.known):
        return Unrolled((), doubts.doubtful(machine, (*content.known, content.loose)), content.rows)
    if len(content.known) <= MAX_UNROLLED:
        return Unrolled(tuple(ones.among(one, content.loose) for one in content.known), content.loose, content.rows)
    loose = content.loose
    for one in content.known:
        loose = machine.memory.joined(loose, one)
    return Unrolled((), loose, content.rows)


def _of_instance(machine: Machine, value: Value, content: Instance) -> Unrolled:
    """An object of the user's is asked; a named tuple has its fields."""
    asked = access.attribute(machine, value, "__iter__")
    if not isinstance(asked, Function):
        return Unrolled(tuple(content.fields.values()))
    found = machine.invoke(asked, (), {}, machine.path)
    if found == value or isinstance(machine.memory.see(found), Instance):
        return Unrolled(loose=Thing(hedged(made_of(machine.memory, value))))
    return unrolled(machine, found)


def _of_frame(machine: Machine, frame: Frame) -> Unrolled:
    """The names of columns; of an array rows, of a row of it values."""
    table = frame.table
    if frame.array and not frame.row:
        row = machine.memory.new(Frame(table._replace(rows=NOTHING, labels={}), True, True))
        return Unrolled(loose=row, rows=table.rows)
    if not table.closed:
        unknown = not table.columns and not table.rest  # of an unknown function: perhaps no table, but several values
        return Unrolled(loose=Thing(tables.values(table) if frame.array or unknown else NOTHING))
    if frame.array:
        return Unrolled(tuple(Thing(cames, table.rows) for cames in table.columns.values()))
    return Unrolled(column_names(table))


def _of_const(value: Const) -> Unrolled:
    if isinstance(value.value, str | bytes | tuple | range) and len(value.value) <= MAX_UNROLLED:
        return Unrolled(tuple(Const(one) for one in value.value))
    return Unrolled(loose=Thing())


class Rounds:
    """The rounds of one loop."""

    def __init__(self, machine: Machine, over: Value | None = None) -> None:
        """Begin; ``over`` is what the loop goes over, if each round takes one of its elements."""
        self.many = _many(machine, over)  # reads of which each round takes one, where nobody knows which
        self._machine = machine
        self._from = len(machine.reads)
        self._begun = self._from  # this round
        self._aside = 0
        self._several: set[Path] = set()  # reads that a round may do more than once, or not at all
        self._first = True
        self.around = False  # any number of rounds, each of them tried aside

    def __enter__(self) -> Self:
        self._machine.memory.watch()
        self._machine.unrolling += 1
        if self.many:
            self._machine.elements.append((self.many, self._machine.memory.places()))
        return self

    def __exit__(self, *exc: object) -> None:
        self._machine.unrolling -= 1
        if self.many:
            self._machine.elements.pop()
        self._machine.memory.unwatch()

    def next(self) -> None:
        """Begin another round."""
        if not self._first:
            reads = {path: one for path, one, _ in self._machine.reads[self._from :]}
            if reads:
                older = dict.fromkeys(map(previous, reads), SOME if self.around else None)
                self._machine.memory.age({**older, **self._before(reads)})
        self._first = False
        self._begun = len(self._machine.reads)
        self._aside = self._machine.memory.depth() + 1

    def _before(self, reads: dict[Path, Path | None]) -> dict[Path, Path | None]:
        """Return which execution of each read was the latest until now: each round that goes around does one."""
        done = self._machine.reads[self._begun :]
        times = Counter(path for path, *_ in done)
        self._several |= {path for path, _, aside in done if times[path] > 1 or aside > self._aside}
        if not self.around:
            return reads
        once = {path for path in reads if times[path] == 1 and path not in self._several}
        return {path: previous(path) if path in once else one or SOME for path, one in reads.items()}


def _many(machine: Machine, over: Value | None) -> frozenset[Path]:
    """Return the calls that read any number of the tables which are the elements of something."""
    content = machine.memory.see(over)
    ones = [content.loose] if isinstance(content, Items) else []
    if ones and isinstance(pair := machine.memory.see(ones[0]), Items):  # of ``items`` of a dict, of ``enumerate``
        ones = [*pair.known]
    held = [one for one in ones if isinstance(machine.memory.see(one), Frame) and not machine.memory.see(one).row]
    return frozenset(came.read for one in held for came in made_of(machine.memory, one) if came.every)


def together(machine: Machine, values: Sequence[Value]) -> Iterator[tuple[list[Value], bool]]:
    """Return the elements at each place of several things, and whether they stand for any number."""
    overs = [unrolled(machine, one) for one in values]
    length = min((len(one.items) for one in overs), default=0)
    for place in range(length):
        yield [one.items[place] for one in overs], False
    if any(one.loose is not None for one in overs):
        yield [one.loose or (one.items[-1] if one.items else Thing()) for one in overs], True
