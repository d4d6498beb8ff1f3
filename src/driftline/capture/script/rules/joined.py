"""Tables of rules that are one, of several modules: what no program calls is not loaded.

Enters: modules with their tables, and a name. Leaves: the rule, of the first table that has one. A table of functions
is looked at where it knows the library that a name begins with, one of methods where those before it have none.
"""

from collections.abc import Callable
from functools import lru_cache
from types import ModuleType

from driftline.capture.script.call import Rule

_MANY = 4096  # names of which is kept what was found: to go through the tables each time takes a thousand times as long


class Functions:
    """The tables ``FUNCTIONS`` of modules, each with the libraries that its names begin with."""

    def __init__(self, *tables: tuple[ModuleType, str]) -> None:
        self._of: dict[str, list[ModuleType]] = {}
        for module, libraries in tables:
            for library in libraries.split():
                self._of.setdefault(library, []).append(module)
        self.get: Callable[[str], Rule | None] = lru_cache(_MANY)(self._found)

    def _found(self, name: str) -> Rule | None:
        """Return the rule for a function; None = there is none."""
        for module in self._of.get(name.partition(".")[0], ()):
            found: Rule | None = module.FUNCTIONS.get(name)
            if found is not None:
                return found
        return None


class Methods:
    """Tables of methods, each by its module and its name in there."""

    def __init__(self, *tables: tuple[ModuleType, str]) -> None:
        self._tables = tables
        self.get: Callable[[str], Rule | None] = lru_cache(_MANY)(self._found)

    def _found(self, name: str) -> Rule | None:
        """Return the rule for a method; None = there is none."""
        for module, table in self._tables:
            found: Rule | None = getattr(module, table).get(name)
            if found is not None:
                return found
        return None
