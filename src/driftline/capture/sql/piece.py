"""One statement of a text, as the parser hands it on: its tree and words, and what is known where it stands.

Enters: nothing. Leaves: the record.
"""

from typing import Any, NamedTuple

from driftline.capture.sql.branches import Opened
from driftline.capture.sql.deciding import Decides
from driftline.capture.sql.looping import Rows
from driftline.capture.sql.variables import Values


class Piece(NamedTuple):
    """One statement: its tree, or its tokens and why there is no tree."""

    tree: Any
    tokens: list[Any]
    problem: str = ""
    variables: frozenset[str] = frozenset()  # names of parameters and variables, which are no columns
    whole: str = ""  # the text that the tokens come from
    rows: Rows = ()  # that the block around goes through one by one
    values: Values = ()  # that variables may have
    conditions: tuple[Decides, ...] = ()  # under which the block around runs it
    loops: tuple[Opened, ...] = ()  # around it, the outermost first

    @property
    def text(self) -> str:
        """The statement as it is written."""
        return self.whole[self.tokens[0].start : self.tokens[-1].end + 1] if self.tokens else ""

    @property
    def line(self) -> int:
        """The line of the text that it starts on."""
        return int(self.tokens[0].line) if self.tokens else 1
