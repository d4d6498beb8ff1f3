"""Functions that stand under their names in several places: where one was replaced, the others are, too.

Enters: patches on modules (``hooks.patch.Patch``). Leaves: patches on what else holds the same function: public modules
of the same library (``pandas.io.parsers.read_csv`` is ``pandas.read_csv``), a second name in the package itself, and
modules of the user that have imported it by name before. What a library keeps in private modules is left as it is:
there it calls itself.
"""

import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from driftline.capture.ground import imported

_NOT_USERS = sys.stdlib_module_names | {"driftline"}
_LIBRARIES = ("site-packages", "dist-packages")  # in the path of what is nobody's own


def of_library(module: ModuleType, patches: Iterable[Any]) -> list[Any]:
    """Replace in the public modules of a library what was replaced in the package that it is."""
    made = {patch.attribute: (patch, made) for patch, made in _functions(patches) if patch.owner is module}
    if not made or "." in module.__name__:
        return []
    found = _otherwise_called(module, made)
    for name, other, held in imported.beneath(module.__name__):
        if "._" not in name:
            for attribute in made.keys() & held.keys():  # of 300 modules few have one of these names
                patch, replacement = made[attribute]
                if held[attribute] is patch.original:
                    found.append(_set(other, attribute, patch, replacement))
    return found


def _otherwise_called(module: ModuleType, made: dict[str, tuple[Any, Any]]) -> list[Any]:
    """Replace what the package itself has under a second name (``openpyxl.open`` is ``openpyxl.load_workbook``)."""
    originals = {id(patch.original): (patch, replacement) for patch, replacement in made.values()}
    seconds = [
        (name, originals.get(id(value))) for name, value in list(vars(module).items()) if not name.startswith("_")
    ]
    return [_set(module, name, *known) for name, known in seconds if known is not None and name not in made]


def of_user(patches: Iterable[Any]) -> list[Any]:
    """Replace in the user's own modules what they have imported by name, under whatever name that is there."""
    made = {id(patch.original): (patch, made) for patch, made in _functions(patches)}
    found: list[Any] = []
    for name, module, held in imported.modules():
        if is_users(name, held):
            for attribute, value in list(held.items()):
                known = made.get(id(value))
                if known is not None and known[1] is not value:
                    found.append(_set(module, attribute, *known))
    return found


def _functions(patches: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Yield the functions of modules that were replaced, with what stands there now."""
    for patch in patches:
        owner = getattr(patch, "owner", None)
        if isinstance(owner, ModuleType) and patch.attribute in vars(owner):
            yield patch, vars(owner)[patch.attribute]


def is_users(name: str, held: dict[str, Any]) -> bool:
    """Whether a module, with what it holds, is of the user's own code, and no library."""
    if name == "__main__":
        return True
    file = held.get("__file__")
    return (
        isinstance(file, str)
        and name.partition(".")[0] not in _NOT_USERS
        and not any(part in file for part in _LIBRARIES)
    )


def _set(module: ModuleType, attribute: str, patch: Any, made: Any) -> Any:
    setattr(module, attribute, made)
    return patch._replace(owner=module, attribute=attribute, inherited=False)
