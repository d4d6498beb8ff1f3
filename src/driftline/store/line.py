"""One edge that a walk went along, and which of two words on it is shown.

Enters and leaves: plain values with ids of the store. Never asks anything.
"""

from typing import Literal, NamedTuple

from driftline.store import pairing

Direction = Literal["up", "down"]
ALIAS = "ALIAS"  # kind of a line between two names of one thing
THEN = "THEN"  # kind of a line from a version that was not named: the one that its dataset had at that moment
FLOW = "FLOW"  # kind of a line between a job and what it reads or writes
FEED = "FEED"  # kind of a line between a dataset and a job that feeds its writer (via), or is fed by its reader
TOGETHER = 2_000  # places asked about at once


class Line(NamedTuple):
    """One edge that a walk went along."""

    source: int
    target: int
    via: int  # job (datasets), run (versions), 0 = none
    hops: int
    kind: str  # of a column edge; "" = data; or one of the above
    provenance: str
    confidence: float
    time_us: int = 0  # since when, of versions


def surer(one: Line, other: Line) -> bool:
    """Whether the word of one line is to be shown rather than another's: the surer, then the better known."""
    ranks = (pairing.rank(one.provenance), pairing.rank(other.provenance))
    return (-one.confidence, ranks[0]) < (-other.confidence, ranks[1])
