"""How long one statement may take.

Enters: seconds. Leaves: a deadline that the parser and the pass over a tree look at and, where the process is our own,
an alarm that also ends what would not look. The alarm is a signal of the process and is therefore never set inside a
user's program; there, all statements of one text share the time of one.
"""

import contextlib
import copy
import functools
import gc
import signal
import time
import weakref
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlglot

COMPILED = not str(sqlglot.parser.__file__).endswith(".py")  # the parser: it has no methods that can be replaced
_REFERENCES = {  # where sets and dictionaries of weak references are told that a member is gone
    told.__init__.__code__.co_filename for told in (weakref.WeakSet, weakref.WeakValueDictionary)
}
_PARSING = ("_parse_unary", "_parse_table", "_parse_types")  # methods of the parser; types are tried anew at each depth
_PARTS = ("_hive_parser", "_trino_parser")  # of Athena's, which is two in one
_ASKING = (  # what a parser asks a dialect at each operator, column, name, bracket and table
    "DPIPE_IS_STRING_CONCAT", "SUPPORTS_COLUMN_JOIN_MARKS", "SUPPORTS_USER_DEFINED_TYPES", "INDEX_OFFSET",
    "SUPPORTS_FIXED_SIZE_ARRAYS", "SUPPORTS_VALUES_DEFAULT", "ALIAS_POST_TABLESAMPLE",
)  # fmt: skip
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
        until = self.deadline(), self.said
        made = grammar.parser(**options)
        for one in (made, *(getattr(made, name) for name in _PARTS if hasattr(made, name))):
            if COMPILED:
                one.dialect = _asked(one.dialect, until)
            else:
                one.__class__, one.until = _looking(one.__class__), until
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
    """A class of parsers that look at the time where expressions, types and tables begin: none goes on without."""

    def looked(name: str) -> Any:
        parse = getattr(parser, name)

        @functools.wraps(parse)
        def looking(self: Any, *given: Any, **named: Any) -> Any:
            _look(self)
            return parse(self, *given, **named)

        return looking

    return type(parser.__name__, (parser,), {name: looked(name) for name in _PARSING})


def _asked(grammar: Any, until: tuple[float, str]) -> Any:
    """A dialect that looks at the time where a compiled parser asks it what it allows."""
    made = copy.copy(grammar)
    made.__class__, made.until = _looking_when_asked(grammar.__class__), until
    return made


@functools.cache
def _looking_when_asked(dialect: Any) -> Any:
    """A class of dialects that look at the time; sqlglot's list of dialects does not learn of it."""

    def asked(name: str) -> Any:
        allowed = getattr(dialect, name)

        def answer(self: Any) -> Any:
            _look(self)
            return allowed

        return property(answer)

    known = {name: asked(name) for name in _ASKING if hasattr(dialect, name)}
    return type.__new__(type(dialect), dialect.__name__, (dialect,), known)


def _look(one: Any) -> None:
    if time.monotonic() > one.until[0]:
        raise TooLong(one.until[1])


def _collecting(frame: Any) -> bool:
    """Whether what runs is told of garbage that is collected: an exception there is lost, and the alarm comes again."""
    if frame is None:
        return False
    codes = [getattr(told, "__code__", None) for told in gc.callbacks]
    return frame.f_code in codes or frame.f_code.co_filename in _REFERENCES


UNLIMITED = Limit(float("inf"))
