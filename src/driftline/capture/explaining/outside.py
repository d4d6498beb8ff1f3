"""What a script is given from outside, and whether a call in it was seen: what its text does not tell.

Enters: values that a command line was parsed to, as plain data; the environment, the command line and the loaded
modules of this process. Leaves: answers to the follower, each remembered, so that it is told when one of them would be
another now. Of what looks secret nothing is told.
"""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from driftline.capture.ground import imported
from driftline.capture.program import openings, sites
from driftline.capture.program.sites import Way
from driftline.capture.script.site import Path
from driftline.event import secrets

_PLAIN = (str, int, float, bool, type(None))
_MOST = 100  # calls, values of one of them, and elements of one value
_parsed: dict[Way, dict[str, Any] | None] = {}  # by the call; None = another time it was something else
_names: dict[str, tuple[str, ...]] = {}  # by module, as they were when they were first asked for


def parse(values: Mapping[str, Any]) -> None:
    """Remember what the user's code has parsed a command line to."""
    at = sites.visit()
    if at is None or len(_parsed) >= _MOST:
        return
    plain = {name: value for name, value in values.items() if _is_plain(value) and not secrets.looks_secret(name)}
    _parsed[at.way] = plain if _parsed.get(at.way, plain) == plain and len(plain) <= _MOST else None


def _is_plain(value: Any) -> bool:
    if type(value) in (list, tuple):
        return len(value) <= _MOST and all(type(one) in _PLAIN for one in value)
    return type(value) in _PLAIN


def _starred(module: str) -> tuple[str, ...] | None:
    """Return what ``__all__`` of a module says, else its names that do not begin with an underscore."""
    if module not in _names:
        held = imported.of(module)
        if not held:
            return None
        said = held.get("__all__")
        names = said if isinstance(said, list | tuple) else [one for one in list(held) if str(one)[:1] != "_"]
        _names[module] = tuple(one for one in names if type(one) is str)
    return _names[module]


class Outside:
    """The answers to one reading of a program."""

    def __init__(self, taken: Callable[[Path], Path]) -> None:
        self._taken = taken  # a path as code objects count lines
        self._answers: dict[tuple[str, Any], Any] = {}

    def happened(self, path: Path) -> bool | None:
        """Return whether the call at a path, which reads or opens something, was seen to do so."""
        return bool(self._ask("happened", path))

    def levels(self, path: Path) -> tuple[str, ...] | None:
        """Return the names of the levels of the index of the frame that the call at a path read; None = not known."""
        found: tuple[str, ...] | None = self._ask("levels", path)
        return found

    def parsed(self, path: Path) -> Mapping[str, Any] | None:
        """Return what the call at a path parsed the command line to, without what is no plain value."""
        found: Mapping[str, Any] | None = self._ask("parsed", path)
        return found

    def variable(self, name: str) -> tuple[str | None] | None:
        """Return the value of a variable of the environment; None where it is not told."""
        found: tuple[str | None] | None = self._ask("variable", name)
        return found

    def arguments(self) -> tuple[str, ...] | None:
        """Return the words of the command line."""
        found: tuple[str, ...] | None = self._ask("arguments", "")
        return found

    def names(self, module: str) -> tuple[str, ...] | None:
        """Return the names that a star brings of a loaded module, which is only looked at; None = it is not loaded."""
        found: tuple[str, ...] | None = self._ask("names", module)
        return found

    def stands(self, taken: Callable[[Path], Path]) -> bool:
        """Return whether all answers are what they were."""
        self._taken = taken
        return all(self._answer(*question) == known for question, known in self._answers.items())

    def _ask(self, kind: str, about: Any) -> Any:
        self._answers[kind, about] = answer = self._answer(kind, about)
        return answer

    def _answer(self, kind: str, about: Any) -> Any:
        if kind == "happened":
            return openings.happened(self._taken(about))
        if kind == "levels":
            return sites.levels(self._taken(about))
        if kind == "variable":
            return None if secrets.looks_secret(about) else (os.environ.get(about),)
        if kind == "arguments":
            return tuple(sys.argv)
        if kind == "names":
            return _starred(about)
        path = self._taken(about)
        return next((held for way, held in list(_parsed.items()) if way.path() == path), None)
