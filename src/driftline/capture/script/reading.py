"""What the follower is asked and what it answers: the seam between the text of a script and its run.

Enters: nothing. Leaves: the records that both sides share. Nothing here knows pandas or Python's syntax.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from driftline.capture.script.site import Path

DIRECT, INDIRECT = "DIRECT", "INDIRECT"
IDENTITY, TRANSFORMATION, AGGREGATION = "IDENTITY", "TRANSFORMATION", "AGGREGATION"
FILTER, JOIN, GROUP_BY, SORT, WINDOW, CONDITIONAL = "FILTER", "JOIN", "GROUP_BY", "SORT", "WINDOW", "CONDITIONAL"
SURE, HEDGED = 0.9, 0.5
INDEX = "\0index"  # stands for those columns of a read that it made the index of a frame
ORDER = "\0order"  # stands for what a read has put its rows in order by, and nothing more
LOADS = "\0loads"  # stands for what decides which rows a library reads for a relation of an object
ROWS_OF = "\0rows of "  # before the name of a table: instead of an argument what a session writes into that one
FURTHER = "\0further"  # stands for columns that a read may have beside those that are known
BETWEEN = "\0between"  # stands for no column: instead of its type there is what separates the cells of a text


class Came(NamedTuple):
    """Where something comes from."""

    read: Path  # of the call that read it
    column: str  # empty: of any or all of its columns
    type: str = DIRECT
    subtype: str = IDENTITY
    confidence: float = SURE
    every: bool = False  # from all executions of that call, not from the latest one before the write
    put: bool = False  # as a value that the program put into an expression of polars, whose plan does not know it


Cames = frozenset[Came]
NOTHING: Cames = frozenset()


class Rest(NamedTuple):
    """The further, unknown columns of a read, which pass under their own names."""

    read: Path
    without: frozenset[str] = frozenset()  # those that were dropped, renamed or are told one by one
    subtype: str = IDENTITY
    confidence: float = SURE
    every: bool = False

    def column(self, name: str) -> Cames:
        """Return where a column of that name comes from; nothing if it is none of these."""
        if name in self.without:
            return NOTHING
        return frozenset({Came(self.read, name, DIRECT, self.subtype, self.confidence, self.every)})


class Table(NamedTuple):
    """What a frame, a series, an array or a list of records holds at a call."""

    columns: Mapping[Any, Cames]  # in order, by name (text where it leaves the follower); of a closed table all
    rest: tuple[Rest, ...] = ()
    rows: Cames = NOTHING  # what shapes the rows
    closed: bool = False  # all columns are known
    spread: Cames = NOTHING  # where a column may come from that is neither named nor of the rest
    labels: Mapping[Any, Cames] = {}
    families: tuple[tuple[str, Cames], ...] = ()  # further columns whose names begin alike, such as those of dummies
    maybe: frozenset[Any] = frozenset()  # of the columns those that are perhaps not there, as their types chose them

    def of(self, name: str) -> Cames:
        """Return where the column comes from that was written under a name; nothing if this table has none."""
        if name in self.columns:
            return self.columns[name]
        if name in self.labels:
            return self.labels[name]
        alike = [one for one in self.families if name.startswith(one[0])]
        prefix, cames = max(alike, key=lambda one: len(one[0]), default=("", NOTHING))
        return cames if prefix else cames.union(self.spread, *(one.column(name) for one in self.rest))

    def all(self) -> Iterator[Came]:
        """Return everything that any column comes from, rows excluded."""
        for name, cames in self.columns.items():
            unsure = name in self.maybe
            yield from (one._replace(confidence=min(one.confidence, HEDGED)) if unsure else one for one in cames)
        for cames in (*self.labels.values(), self.spread, *(one[1] for one in self.families)):
            yield from cames
        for one in self.rest:
            yield Came(one.read, "", DIRECT, one.subtype, one.confidence, one.every)


class Columns(Protocol):
    """What is known of a read at run time."""

    def __call__(self, path: Path) -> Mapping[str, str] | None:
        """Return the type of each column, in order, of what the call at this path read; None where it read nothing."""
        ...


class Outside(Protocol):
    """What the run has had that the text does not tell; None of everything where nobody can tell."""

    def happened(self, path: Path) -> bool | None:
        """Return whether the call at this path, which reads or opens something, was seen to do so."""
        ...

    def levels(self, path: Path) -> tuple[str, ...] | None:
        """Return the names of the levels of the index of the frame that the call at this path read."""
        ...

    def parsed(self, path: Path) -> Mapping[str, Any] | None:
        """Return what the call at this path parsed the command line to."""
        ...

    def variable(self, name: str) -> tuple[str | None] | None:
        """Return the value of a variable of the environment, None inside where it is not set."""
        ...

    def arguments(self) -> tuple[str, ...] | None:
        """Return the words of the command line."""
        ...

    def names(self, module: str) -> tuple[str, ...] | None:
        """Return the names that a star brings of a loaded module."""
        ...


class Unseen:
    """Nothing is known."""

    def happened(self, path: Path) -> bool | None:
        """Tell nothing."""

    def levels(self, path: Path) -> tuple[str, ...] | None:
        """Tell nothing."""

    def parsed(self, path: Path) -> Mapping[str, Any] | None:
        """Tell nothing."""

    def variable(self, name: str) -> tuple[str | None] | None:
        """Tell nothing."""

    def arguments(self) -> tuple[str, ...] | None:
        """Tell nothing."""

    def names(self, module: str) -> tuple[str, ...] | None:
        """Tell nothing."""


class Source(NamedTuple):
    """The text of one module of the user."""

    file: str  # as code objects name it
    text: str
    module: str = ""  # as import statements name it
    package: str = ""  # that its relative imports begin at; of ``python -m`` not told by the name of the module


class Entry(NamedTuple):
    """The outermost frame of the user."""

    file: str
    function: str = ""  # its qualified name; empty: the module itself
    line: int = 0  # first line of the function, as its code object says


SourceOf = Callable[[str], Source | None]
"""The text of a module by its dotted name, or of a file."""
