"""The modules that are loaded, looked at without touching them.

Enters: nothing. Leaves: the modules with what they hold. A module that loads itself as soon as it is asked for anything
(``importlib.util.LazyLoader``), or that answers for names which it does not have (PEP 562), is not asked.
"""

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any


def held(module: ModuleType) -> dict[str, Any]:
    """Return what a module holds."""
    found: dict[str, Any] = object.__getattribute__(module, "__dict__")
    return found


def is_one(module: object) -> bool:
    """Whether what stands for a module is one; libraries of cffi only say so of themselves, by their ``__class__``."""
    return issubclass(type(module), ModuleType)


def of(name: str) -> dict[str, Any]:
    """Return what the module of that name holds; nothing where there is none."""
    module = sys.modules.get(name)
    return held(module) if module is not None and is_one(module) else {}


def waits(module: ModuleType) -> bool:
    """Whether a module loads itself as soon as it is asked for anything."""
    lazy = getattr(sys.modules.get("importlib.util"), "_LazyModule", None)
    return lazy is not None and type(module) is lazy


def modules() -> Iterator[tuple[str, ModuleType, dict[str, Any]]]:
    """Yield the name of each module, the module and what it holds; what stands there for a module is passed over."""
    for name, module in list(sys.modules.items()):
        if is_one(module):
            yield name, module, held(module)


def beneath(package: str) -> Iterator[tuple[str, ModuleType, dict[str, Any]]]:
    """Yield the modules inside of a package, as ``modules`` does; of the others only their names are looked at."""
    begins = f"{package}."
    for name in [name for name in list(sys.modules) if name.startswith(begins)]:
        module = sys.modules.get(name)
        if module is not None and is_one(module):
            yield name, module, held(module)


def files() -> Iterator[tuple[str, str]]:
    """Yield the name of each module that comes from a file, and that file."""
    for name, _, holds in modules():
        file = holds.get("__file__")
        if isinstance(file, str):
            yield name, file
