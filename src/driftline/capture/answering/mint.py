"""Ids of answers: UUIDv7, of those that are given now from a counter, cheap enough for the hot path.

Enters: nothing, or the moment that an answer is said to be of. Leaves: an id and the moment in it. The first 48 bits
are the time in milliseconds; behind them stand bits that are random for each process, and a counter, so that the ids of
a process rise in the order in which they were made. They are unique, and they are no secret: who knows one can guess
its neighbours. Source: RFC 9562, section 6.2, method 1.
"""

import itertools
import os
import time

from driftline.capture.ground import fault
from driftline.capture.runs.around import moment_us, replayed
from driftline.capture.runs.recording import Moment
from driftline.event import ids

_TWO = tuple(f"{number:02x}" for number in range(256))
_LATEST = 253_402_300_800_000_000  # microseconds: the end of the year 9999
_WITHIN = 0.000_999  # seconds of a millisecond that cannot be rounded to the next one
_now = time.time


def microseconds(moment: float) -> int:
    """Return a moment in seconds since 1970 as one in microseconds; before the year 2242 none is lost on the way."""
    return round(moment * 1_000_000)


def _digits(block: int) -> list[str]:
    """Return six digits each of a block of 256: made together, they cost each answer a third."""
    first = f"{block & 0xFFFF:04x}"
    return [first + last for last in _TWO]


class _Process:
    """What the ids of this process have in common."""

    __slots__ = ("held", "next", "tail")

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Take random bits anew: at the start, and in a forked child."""
        bits = int.from_bytes(os.urandom(7), "big")
        self.tail = f"-7{bits & 0xFFF:03x}-{0x8000 | bits >> 12 & 0x3FFF:04x}-{bits >> 26 & 0xFFFFFF:06x}"
        self.next = itertools.chain.from_iterable(map(_digits, itertools.count())).__next__
        self.held = (0.0, 0.0, "")  # within a millisecond a begin and an end (seconds), and its first digits: one thing

    def head(self, moment: float) -> str:
        """Return the first digits of the ids of a moment, seconds since 1970."""
        begin, end, head = self.held
        if not begin <= moment < end:
            millisecond = microseconds(moment) // 1000
            head = f"{millisecond >> 16:08x}-{millisecond & 0xFFFF:04x}{self.tail}"
            self.held = (moment, millisecond / 1000 + _WITHIN, head)
        return head


process = _Process()  # whose ``next`` gives the last six digits of an id, of which ``spelt`` may make the id later


def spelt(moment: int, digits: str) -> str:
    """Return the id that a moment and the last digits make; the same ones make the same id."""
    return process.head(moment / 1_000_000) + digits


def mint() -> tuple[str, int]:
    """Return a new id and its moment in microseconds since 1970."""
    moment = microseconds(_now())
    return spelt(moment, process.next()), moment


def moment_of(at: Moment | None) -> tuple[str, int]:
    """Return a new id and the moment of an answer: ``at``, else that of the run around it, else now.

    A moment that cannot be is a counted failure, and stands for now.
    """
    try:
        at = replayed() if at is None else at
        if at is not None:
            moment = moment_us(at)
            if moment >= _LATEST:
                raise OverflowError(f"{moment} microseconds are after the year 9999")
            return ids.uuid7(moment), moment
    except Exception as error:  # the fault rule: the answer counts for more than its moment
        fault.failed("answer", error)
    return mint()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: fault.attempt("fork", process.begin))
