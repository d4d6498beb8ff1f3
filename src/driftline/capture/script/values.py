"""What a name can hold while a script is followed.

Enters: nothing. Leaves: frozen values. What a script can change in place (tables, lists, dicts, objects, open files)
lies in the memory, and a value only points to it.
"""

import ast
from collections.abc import Mapping
from typing import Any

import msgspec

from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.site import Path


class Value(msgspec.Struct, frozen=True):
    """Anything that a name can hold."""


class Const(Value, frozen=True):
    """A plain value that the text spells out: text, number, bool, None, bytes, or a tuple of them."""

    value: Any


class Perhaps(Const, frozen=True):
    """The name of a column that is perhaps not there; it is equal to the name."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash(Const(self.value))


class Thing(Value, frozen=True):
    """Something of which only the origins are known: a number, a text, an array, the result of unknown code."""

    cames: Cames = NOTHING
    rows: Cames = NOTHING
    name: str = ""  # of the library's class that it is of, where known


class Number(Thing, frozen=True):
    """A whole number that comes from nowhere, such as a place in a list."""

    least: int = 0


TEXT, LINES, LINE = "text", "lines", "line"  # names of a ``Thing`` that is all of a file's text, its lines, one of them
TOP, FURTHER = "top", "further"  # the first line, and the lines behind it


class Text(Thing, frozen=True):
    """A text that the script puts together: what stands between its values is known."""

    parts: tuple[Value, ...] = ()


class Json(Thing, frozen=True):
    """A text that is data in the form of JSON, with nothing around it but space; or all of a CSV file."""

    table: "Value | None" = None  # the frame of what was put into it, as it was then
    of: "Value | None" = None  # what ``loads`` makes of it, where that is known


class Expression(Thing, frozen=True):
    """An expression of polars, with the names of the columns that it makes."""

    columns: tuple[str, ...] = ()


class Series(Value, frozen=True):
    """One column."""

    cames: Cames
    rows: Cames = NOTHING
    name: Any = None
    home: "tuple[Ref, Any] | None" = None  # the table and the column that it shows
    index: Mapping[str, Cames] = {}


class Ref(Value, frozen=True):
    """A place in the memory."""

    place: int


class Found(Ref, frozen=True):
    """What was found by a key that comes from data: a place, and what decides that it is this one."""

    by: Cames = NOTHING
    one: bool = False  # of many that all lie there: what is written through it is written into that one
    left: bool = False  # a name has it from the last round of a loop, and is seldom asked for it again


class Unread(Ref, frozen=True):
    """A place with what a read would have given that did not happen: of it and something else the other is meant."""


class Grouped(Value, frozen=True):
    """Rows in groups or windows, before they are summed up."""

    table: Table
    keys: Mapping[Any, Cames]
    picked: tuple[Any, ...] | None = None
    single: bool = False  # one column was picked, the result is a series
    window: bool = False  # a window over rows: the result has the rows of the table
    as_index: bool = True
    in_order: bool = True  # groups are in the order of their keys, whatever the order of the rows was


class Part(Value, frozen=True):
    """A door to a value: ``.str``, ``.dt``, ``.loc``."""

    of: Value
    kind: str


class Method(Value, frozen=True):
    """A method of something that is not the user's own."""

    of: Value
    name: str


class Library(Value, frozen=True):
    """A module, function or class of somebody else, by its full name."""

    name: str


class Scope(Value, frozen=True, eq=False):
    """Where names live: a module, a call of a function, a class. Compared by identity."""

    file: str
    module: str = ""
    parent: "Scope | None" = None
    elsewhere: dict[str, "Scope"] = {}  # names that are declared global or nonlocal
    of_class: bool = False  # its names are not those of the functions in it


class Function(Value, frozen=True):
    """A function or lambda of the user."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    defaults: tuple[tuple[str, Value], ...] = ()
    self: Value | None = None  # bound to
    kind: str = ""  # property, staticmethod, classmethod, contextmanager
    hedge: bool = False  # wrapped by an unknown decorator
    given: tuple[Value, ...] = ()  # first arguments that ``partial`` has put in
    others: "tuple[Function, ...]" = ()  # any of which may be meant as well
    apart: bool = False  # called in another process: what it changes there is a copy
    by: Cames = NOTHING  # what decides that it is this one
    once: bool = False  # it remembers what it has returned


class Class(Value, frozen=True):
    """A class of the user."""

    name: str
    scope: Scope
    bases: tuple[Value, ...] = ()
    fields: tuple[str, ...] = ()  # annotated names, in order: what a dataclass takes
    typed: frozenset[str] = frozenset()  # those of them that are of a plain type, and checked for nothing else


class Super(Value, frozen=True):
    """What ``super()`` gives: an object, seen as one of the classes above."""

    of: Value
    bases: tuple[Value, ...]


class UserModule(Value, frozen=True):
    """A module of the user."""

    scope: Scope


# What lies in the memory ------------------------------------------------------------------------------------------


class Frame(msgspec.Struct, frozen=True):
    """A table, one row of it, or an array with its columns by place."""

    table: Table
    row: bool = False
    array: bool = False
    name: str | None = None  # of a row, which pandas holds as a column, or of a relation
    cells: bool = False  # a row that is a list of its cells, as the readers of CSV give it
    relation: bool = False  # of DuckDB: its methods take SQL


class Items(msgspec.Struct, frozen=True):
    """A list, tuple or set."""

    known: tuple[Value, ...] = ()
    loose: Value | None = None  # any number of further ones
    rows: Cames = NOTHING  # what decides which ones there are
    kind: str = "list"
    shuffled: bool = False  # in which order the known ones are is not known
    lazy: Value | None = None  # of a generator: an element while it is the latest one
    reads: tuple[Path, ...] = ()  # that are done for each element, when it is asked for
    since: int = 0  # places in the memory that there were when the generator began


class Pairs(msgspec.Struct, frozen=True):
    """A dict."""

    known: Mapping[Any, Value] = {}
    loose: Value | None = None  # under keys that are not known
    rows: Cames = NOTHING
    keys: Cames = NOTHING  # where those keys come from
    default: Value | None = None  # what a defaultdict makes
    held: Value | None = None  # one of the keys, where they are doors to values, or tuples


class Instance(msgspec.Struct, frozen=True):
    """An object of a class of the user."""

    of: Class
    fields: Mapping[str, Value] = {}


class Foreign(msgspec.Struct, frozen=True):
    """An object of somebody else's class: it remembers all that it was given."""

    name: str = ""
    cames: Cames = NOTHING
    tables: tuple[Value, ...] = ()
    takes: tuple[str, ...] | None = None  # the columns of a table that it looks at; None: not known, or all
    does: Value | None = None  # the function of the user that it calls with what it transforms


class File(msgspec.Struct, frozen=True):
    """An open file: read from, or written piece by piece."""

    opened: Path
    written: Table | None = None
    via: int | None = None  # of a file in an archive: the place of that
    header: tuple[Any, ...] | None = None
    turn: int = -1  # the number of the call that opened it; -1 = not known
    inside: bool = False  # a buffer of the program's: what is read from it is what was written to it
    begun: bool = False  # something of it was read before: what is read next is not its first line
    reader: Value | None = None  # that gives its rows


def found_by(value: Ref, by: Cames) -> Found:
    """Return a place that is this one because these decided so, too."""
    return msgspec.structs.replace(value, by=value.by | by) if isinstance(value, Found) else Found(value.place, by)


def perhaps(content: Any) -> frozenset[Any]:
    """Return which elements of a list are names of columns that are perhaps not there."""
    known = content.known if isinstance(content, Items) else ()
    return frozenset(one.value for one in known if isinstance(one, Perhaps))


def column_names(table: Table) -> tuple[Const, ...]:
    """Return the names of the columns of a table."""
    return tuple((Perhaps if one in table.maybe else Const)(one) for one in table.columns)


def unordered(content: Any) -> bool:
    """Tell whether the elements of something are known, and their order is not."""
    return isinstance(content, Items) and (content.shuffled or content.kind == "set") and len(content.known) > 1


Content = Frame | Items | Pairs | Instance | Foreign | File
NONE = Const(None)
