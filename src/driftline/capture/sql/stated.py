"""What is said of one statement: what it reads and writes, and which columns reach which.

Enters: nothing by itself; ``change`` makes statements of trees, ``salvage`` of what is no tree. Leaves: records that
loading costs nothing, as a statement that was understood before is looked up without sqlglot.
"""

from typing import Literal, NamedTuple

from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import Source

How = Literal["query", "create", "append", "change", "none"]
Trades = Literal["", "first", "second"]


class Doubt(NamedTuple):
    """A name that could not be told: what it may be, and why that is not sure."""

    name: str
    why: str
    candidates: tuple[tuple[Source, str], ...]


class Statement(NamedTuple):
    """One statement."""

    reads: tuple[Source, ...]
    writes: Source | None = None
    lineage: Lineage | None = None
    how: How = "query"
    gaps: tuple[str, ...] = ()
    kind: str = ""  # its first word or words
    doubts: tuple[Doubt, ...] = ()
    line: int = 1
    problem: str = ""  # why there are no columns
    begins: bool = False  # nothing of what its target was before is left
    perhaps: bool = False  # it begins if its target was not there
    some: bool = False  # it changes so many rows at most
    renamed: tuple[tuple[str, str], ...] = ()  # columns of its target, old name and new
    dropped: frozenset[str] = frozenset()  # columns of its target that are there no longer, in small letters
    added: tuple[str, ...] = ()  # columns that its target has from now on
    trades: Trades = ""  # which of the two that have two tables change places it is

    @property
    def itself(self) -> bool:
        """Whether it reads columns of what it changes."""
        if self.lineage is None:
            return False
        found = [self.lineage.rows, *(getattr(item, "edges", ()) for item in self.lineage.items)]
        return any(edge.source == self.writes for edges in found for edge in edges)
