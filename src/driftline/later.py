"""Modules that are loaded, and patterns that are compiled, when they are used for the first time.

Enters: the name of a module or of a room, or a regular expression. Leaves: an object that stands for it. A program that
only records must not wait for what it never uses (numpy, the comparison, DuckDB, rules for calls that it has none of).
The module itself is imported beside it for type checkers, and ``tests/test_house.py`` counts ``later.module`` as the
import that it becomes. In a room (PEP 562) ``from room import module`` stays as it is written.
"""

import os
import re
import sys
from collections.abc import Callable
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


class _OfRoom(_Module):
    """A module of a room, until something of it is used; who has imported it holds the module itself from then on."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        vars(self)["_holders"] = []  # namespaces that it was imported into

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loaded(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._loaded(), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._loaded(), name)

    def _loaded(self) -> ModuleType:
        held = hidden.module(self.__name__)
        short, holders = self.__name__.rpartition(".")[2], vars(self)["_holders"]
        while holders:
            namespace = holders.pop()
            names = (short,) if namespace.get(short) is self else tuple(namespace)  # after ``as`` stands another one
            for name in names:
                if namespace.get(name) is self:
                    namespace[name] = held
        return held


def room(package: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package whose modules are loaded when something of them is used."""
    (folder,) = sys.modules[package].__path__
    known: set[str] = set()
    standing: dict[str, _OfRoom] = {}

    def found(name: str) -> Any:
        if not known:
            known.update(_modules(folder))
        if name not in known:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        stand_in = standing.get(name) or standing.setdefault(name, _OfRoom(f"{package}.{name}"))
        vars(stand_in)["_holders"].append(sys._getframe(1).f_globals)
        return stand_in

    return found


def _modules(folder: str) -> set[str]:
    """Return the names of the modules in a folder; none where it is a packed one, and all is loaded at once."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - pathlib is not loaded for that
    except OSError:
        names = []
    return {name.removesuffix(".py") for name in names if name.endswith(".py")} | {""}


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
