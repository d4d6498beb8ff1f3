"""Modules that are loaded, and patterns that are compiled, when they are used for the first time.

Enters: the name of a module, or a regular expression. Leaves: an object that stands for it. A program that only records
must not wait for what it never uses (numpy, the comparison, DuckDB). The module itself is imported beside it for type
checkers, and ``tests/test_house.py`` counts ``later.module`` as the import that it becomes.
"""

import re
from types import ModuleType
from typing import Any, overload

from driftline import hidden


class _Module(ModuleType):
    """A module that may not have been loaded yet."""

    _held: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:
        held = self._held
        if held is None:
            held = self._held = hidden.module(self.__name__)
        return getattr(held, name)


def module(name: str) -> Any:
    """Return what stands for the module ``name``; its attributes are looked up anew at each use."""
    return _Module(name)


class _Pattern:
    """A pattern that may not have been compiled yet."""

    def __init__(self, text: Any, flags: int) -> None:
        self._made = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._made), name)
        setattr(self, name, found)  # from now on it is found without asking
        return found


@overload
def pattern(text: str, flags: int = 0) -> re.Pattern[str]: ...
@overload
def pattern(text: bytes, flags: int = 0) -> re.Pattern[bytes]: ...
def pattern(text: str | bytes, flags: int = 0) -> Any:
    """Return what stands for ``re.compile(text, flags)``; a mistake in it is told when it is used."""
    return _Pattern(text, flags)
