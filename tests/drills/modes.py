"""The ways in which capture is used while a piece of work is done: where its events go, and what run is around it all.

Enters: a source of chance. Leaves: a ``Mode``. ``LISTED`` are those in which the points are looked for that can fail.
"""

import random
from typing import NamedTuple

SINKS = (  # and how many of the iterations up to there
    ("here", 0.5), ("store", 0.55), ("slow", 0.6),  # that works: a list, the embedded store, a list that takes its time
    ("wrong", 0.8), ("dead", 0.9),  # servers
    ("given", 0.98), ("unusable", 1.0),  # settings of the environment: a dead server, and such as nobody can use
)  # fmt: skip
WAIT = 0.03  # seconds that the end of an iteration waits for what is queued
PATIENCE = {
    "probed": 3.0,
    "versions": 3.0,
    "example": 0.3,
    "computed": 0.5,
}  # the same for work that has much to do then


class Mode(NamedTuple):
    """How capture is used in an iteration."""

    around: str = "process"  # the run around the work: that of the process, a block, or nothing
    sink: str = "here"  # one of SINKS
    queue: int = 10_000
    unwritable: bool = False  # no folder can be made for what is kept
    late: bool = True  # faults while the process ends as well


LISTED = (  # those that reach what the others do not
    Mode(), Mode("block", "wrong", queue=3), Mode("block", "given"), Mode("process", "slow"), Mode("block", "store"),
    Mode("nothing"), Mode("process", "unusable"),
)  # fmt: skip


def drawn(chance: random.Random) -> Mode:
    """Return one at random."""
    kind = chance.random()
    sink = next(name for name, most in SINKS if kind < most)
    around = "process" if chance.random() < 0.4 else "block" if chance.random() < 0.8 else "nothing"
    return Mode(around, sink, chance.choice((3, 10_000)), chance.random() < 0.1, chance.random() < 0.5)


def patience(name: str) -> float:
    """Return how long the end of a piece of work waits, in seconds."""
    return PATIENCE.get(name.partition("_")[0], WAIT)
