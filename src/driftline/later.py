"""Modules that are loaded when something of them is used for the first time.

Enters: the name of a module. Leaves: an object that stands for it. A program that only records must not wait for what
it never uses (numpy, the comparison, DuckDB). The module itself is imported beside it for type checkers, and
``tests/test_house.py`` counts ``later.module`` as the import that it becomes.
"""

import importlib
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """A module that may not have been loaded yet."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


def module(name: str) -> Any:
    """Return what stands for the module ``name``; its attributes are looked up anew at each use."""
    return _Later(name)
