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

_IMPORTING = vars(sys.modules["_frozen_importlib"])


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


class _OfRoom(ModuleType):
    """A module of a room, until something of it is used; who has imported it holds the module itself from then on."""

    __slots__ = ("_driftline_holders",)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        object.__setattr__(self, "_driftline_holders", [])  # namespaces that it was imported into

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # of who looks there before changing something
        return vars(_loaded(self))

    def __getattr__(self, name: str) -> Any:
        return getattr(_loaded(self), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_loaded(self), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_loaded(self), name)


def _loaded(stand_in: _OfRoom) -> ModuleType:
    """Load the module and put it in the places of what stands for it; a method would hide a name of the module."""
    held = hidden.module(stand_in.__name__)
    holders: list[dict[str, Any]] = stand_in._driftline_holders
    object.__setattr__(stand_in, "_driftline_holders", [])  # another thread may be here as well
    for namespace in holders:
        namespace.update([(name, held) for name, one in list(namespace.items()) if one is stand_in])  # ``as`` any name
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
        namespace = sys._getframe(1).f_globals
        if namespace is not _IMPORTING:  # which only asks whether there is such a module
            stand_in._driftline_holders.append(namespace)
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
