"""How long one statement may take.

Enters: seconds. Leaves: a deadline that the parser and the pass over a tree look at and, where the process is our own,
an alarm that also ends what would not look. The alarm is a signal of the process and is therefore never set inside a
user's program; there, all statements of one text share the time of one.
"""

import contextlib
import functools
import gc
import signal
import time
import weakref
from collections.abc import Iterator
from typing import Any, NamedTuple

_REFERENCES = {  # where sets and dictionaries of weak references are told that a member is gone
    told.__init__.__code__.co_filename for told in (weakref.WeakSet, weakref.WeakValueDictionary)
}
_AGAIN = 0.1  # seconds: an alarm that is raised where Python drops what is raised, as in ``__del__``, comes once more


class TooLong(Exception):
    """The statement took longer than its time limit."""


class Limit(NamedTuple):
    """Seconds for one statement; ``alarm``: the process is our own, and this is its main thread."""

    seconds: float
    alarm: bool = False
    until: float = float("inf")  # the moment, of ``time.monotonic``, at which all must be done

    def begun(self) -> "Limit":
        """Return the limit for the statements of a text that is read from now on."""
        return self if self.alarm else self._replace(until=self.deadline())

    def deadline(self) -> float:
        """Return the moment, of ``time.monotonic``, at which a statement that starts now must be done."""
        return min(time.monotonic() + self.seconds, self.until)

    def parser(self, grammar: Any, **options: Any) -> Any:
        """Return a parser of a dialect of sqlglot that raises TooLong once the time is over."""
        made = _looking(grammar.parser_class)(dialect=grammar, **options)
        made.until = self.deadline(), self.said
        return made

    @contextlib.contextmanager
    def armed(self) -> Iterator[None]:
        """Raise TooLong inside the block once the time is over, if that can be done."""
        if not self.alarm or not hasattr(signal, "setitimer"):
            yield
            return

        done = False

        def late(_number: int, frame: Any) -> None:
            if not done and not _collecting(frame):
                raise TooLong(self.said)

        before = signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, self.seconds, _AGAIN)
        try:
            yield
        finally:
            done = True
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    @property
    def said(self) -> str:
        """What is said of a statement that took longer."""
        return f"not finished within {self.seconds:g} seconds"


@functools.cache
def _looking(parser: Any) -> Any:
    """A class of parsers that look at the time where expressions and tables begin: no long statement is without."""

    def looked(name: str) -> Any:
        parse = getattr(parser, name)

        @functools.wraps(parse)
        def looking(self: Any, *given: Any, **named: Any) -> Any:
            if time.monotonic() > self.until[0]:
                raise TooLong(self.until[1])
            return parse(self, *given, **named)

        return looking

    return type(parser.__name__, (parser,), {name: looked(name) for name in ("_parse_unary", "_parse_table")})


def _collecting(frame: Any) -> bool:
    """Whether what runs is told of garbage that is collected: an exception there is lost, and the alarm comes again."""
    if frame is None:
        return False
    codes = [getattr(told, "__code__", None) for told in gc.callbacks]
    return frame.f_code in codes or frame.f_code.co_filename in _REFERENCES


UNLIMITED = Limit(float("inf"))
