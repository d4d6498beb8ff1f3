"""What a name can hold while a script is followed.

Enters: nothing. Leaves: frozen values. What a script can change in place (tables, lists, dicts, objects, open files)
lies in the memory, and a value only points to it.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.site import Path


class Value:
    """Anything that a name can hold."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A plain value that the text spells out: text, number, bool, None, bytes, or a tuple of them."""

    value: Any


@dataclass(frozen=True, slots=True)
class Thing(Value):
    """Something of which only the origins are known: a number, a text, an array, the result of unknown code."""

    cames: Cames = NOTHING
    rows: Cames = NOTHING
    name: str = ""  # of the library's class that it is of, where known


@dataclass(frozen=True, slots=True)
class Series(Value):
    """One column."""

    cames: Cames
    rows: Cames = NOTHING
    name: Any = None
    home: "tuple[Ref, Any] | None" = None  # the table and the column that it shows
    index: Mapping[str, Cames] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ref(Value):
    """A place in the memory."""

    place: int


@dataclass(frozen=True, slots=True)
class Grouped(Value):
    """Rows in groups or windows, before they are summed up."""

    table: Table
    keys: Mapping[Any, Cames]
    picked: tuple[Any, ...] | None = None
    single: bool = False  # one column was picked, the result is a series
    window: bool = False  # a window over rows: the result has the rows of the table
    as_index: bool = True


@dataclass(frozen=True, slots=True)
class Part(Value):
    """A door to a value: ``.str``, ``.dt``, ``.loc``."""

    of: Value
    kind: str


@dataclass(frozen=True, slots=True)
class Method(Value):
    """A method of something that is not the user's own."""

    of: Value
    name: str


@dataclass(frozen=True, slots=True)
class Library(Value):
    """A module, function or class of somebody else, by its full name."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Scope(Value):
    """Where names live: a module, a call of a function, a class. Compared by identity."""

    file: str
    module: str = ""
    parent: "Scope | None" = None
    elsewhere: dict[str, "Scope"] = field(default_factory=dict)  # names that are declared global or nonlocal


@dataclass(frozen=True, slots=True)
class Function(Value):
    """A function or lambda of the user."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    defaults: tuple[tuple[str, Value], ...] = ()
    self: Value | None = None  # bound to
    kind: str = ""  # property, staticmethod, classmethod, contextmanager
    hedge: bool = False  # wrapped by an unknown decorator
    given: tuple[Value, ...] = ()  # first arguments that ``partial`` has put in


@dataclass(frozen=True, slots=True)
class Class(Value):
    """A class of the user."""

    name: str
    scope: Scope
    bases: tuple[Value, ...] = ()
    fields: tuple[str, ...] = ()  # annotated names, in order: what a dataclass takes


@dataclass(frozen=True, slots=True)
class Super(Value):
    """What ``super()`` gives: an object, seen as one of the classes above."""

    of: Value
    bases: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class UserModule(Value):
    """A module of the user."""

    scope: Scope


# What lies in the memory ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """A table, one row of it, or an array with its columns by place."""

    table: Table
    row: bool = False
    array: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set."""

    known: tuple[Value, ...] = ()
    loose: Value | None = None  # any number of further ones
    rows: Cames = NOTHING  # what decides which ones there are
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class Pairs:
    """A dict."""

    known: Mapping[Any, Value] = field(default_factory=dict)
    loose: Value | None = None  # under keys that are not known
    rows: Cames = NOTHING
    keys: Cames = NOTHING  # where those keys come from
    default: Value | None = None  # what a defaultdict makes


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of a class of the user."""

    of: Class
    fields: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Foreign:
    """An object of somebody else's class: it remembers all that it was given."""

    name: str = ""
    cames: Cames = NOTHING
    tables: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """An open file: read from, or written piece by piece."""

    opened: Path
    written: Table | None = None
    via: int | None = None  # a writer on top: the place of the file
    header: tuple[Any, ...] | None = None


Content = Frame | Items | Pairs | Instance | Foreign | File
NONE = Const(None)
