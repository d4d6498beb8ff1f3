"""Files of the user that hide what we import: a ``queue.py``, ``calendar.py`` or ``numpy.py`` beside the script.

Enters: ``sys.path``, when ``driftline`` is imported. Leaves: where such files lie there, all of ours is loaded at once,
with the modules that are meant, which are kept for us and taken out of ``sys.modules`` again: nothing of the user's is
run by us, and a program that imports its own file still gets it. Where one hides a package that we need, which asks for
its own modules while it works, nothing is recorded. Where there are none, nothing happens. Imports only what
Python has loaded before any program. Source: https://docs.python.org/3/library/sys_path_init.html.
"""

import _imp
import os
import sys

TYPE_CHECKING = False  # the one of ``typing`` could be the user's
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_INSIDE = "__init__.py"
_ENDINGS = (".py", ".pyc", ".so", ".pyd")
_SUFFIXES = (".py", ".pyc", *_imp.extension_suffixes())
_MANY = 2_000  # files of one folder that are looked at one by one: as many as there may be of such names
_OURS = os.path.dirname(os.path.abspath(__file__))
_SAID = os.path.dirname(os.path.abspath(os.__file__)) if hasattr(os, "__file__") else ""
_PYTHON = _SAID if os.path.isdir(_SAID) else ""  # nowhere: in one file with the program, or packed
_BESIDE = (_PYTHON, os.path.join(_PYTHON, "lib-dynload"), os.path.join(sys.base_prefix, "DLLs"))
_NEEDED = frozenset(("duckdb", "msgspec", "numpy", "pyarrow", "scipy", "sqlglot", "xxhash", "yaml"))
_ASKED = frozenset(("decimal",))  # of Python's, which pyarrow asks for as it works, and ends the process without it
_NAMES = sys.stdlib_module_names | _NEEDED
_ROOMS = ("event", "profile", "capture", "guard", "engine")  # of which a program that records may use something
_OTHERS = (
    "csv", "ctypes", "difflib", "gzip", "http.client", "pickle", "shutil", "sqlite3", "ssl", "tempfile", "tomllib",
    "urllib.parse", "numpy", "pyarrow.parquet", "pyarrow.feather", "pyarrow.json", "pyarrow.orc", "scipy.special",
    "sqlglot.dialects",
)  # fmt: skip

kept: "dict[str, ModuleType]" = {}  # name -> module that is meant, which a file of the user hides


def module(name: str) -> "ModuleType":
    """Return a module, loaded if it was not yet; never a file of the user's that hides it.

    What breaks off an import (the user's Ctrl-C) leaves nothing behind that would spoil the next one.
    """
    if name in kept:
        return kept[name]
    if name in sys.modules:
        __import__(name)  # another thread may be in the midst of it
        return sys.modules[name]
    before = set(sys.modules)
    try:
        __import__(name)
    except BaseException:
        for left in sorted(_orphans().difference(before)):
            sys.modules.pop(left, None)
        raise
    return sys.modules[name]


def _orphans() -> set[str]:
    """Return modules of Python code without the package that they are in: one that begins anew would not get them.

    While another thread loads a package, that is there. One with compiled modules stays as it is: what these hold of
    the others, as those of NumPy do, is not made twice.
    """
    loaded = dict(sys.modules)
    files = {name: str(getattr(held, "__file__", "")) for name, held in loaded.items() if "." in name}
    compiled = {name.partition(".")[0] for name, file in files.items() if file.endswith((".so", ".pyd"))}
    return {
        name
        for name in files
        if name.partition(".")[0] not in compiled
        and any(name[:at] not in loaded for at, sign in enumerate(name) if sign == ".")
    }


def _names() -> set[str]:
    """Return the names of those modules that something hides which is looked at before."""
    places = list(map(_absolute, sys.path))
    before = sys.path[: places.index(_PYTHON)] if _PYTHON in places else []
    found = _NAMES.intersection(set().union(*map(_inside, before)))
    loaded = {name: sys.modules.get(name) for name in found.difference(sys.builtin_module_names)}
    return {name for name, held in loaded.items() if held is None or is_users(name, held)}


def _absolute(entry: object) -> str | None:
    """Return the folder that an entry of ``sys.path`` is; None where it is none that Python looks at."""
    try:
        return os.path.abspath(entry) if isinstance(entry, str) else None
    except OSError:  # the folder that the process is in was removed
        return None


def _inside(entry: object) -> set[str]:
    """Return the names of the modules that lie in a folder."""
    if not isinstance(entry, str):  # Python passes it over, too
        return set()
    try:
        names = _listed(entry)
    except OSError:  # there is none, or it is a packed one
        return set()
    if len(names) > _MANY:  # data beside the script
        called = (*(f"{name}{end}" for name in _NAMES for end in _SUFFIXES), *sys.stdlib_module_names)
        names = names.intersection(called)
    packages = sys.stdlib_module_names.intersection(names)
    return {name.partition(".")[0] for name in names if name.endswith(_ENDINGS)} | {
        name for name in packages if os.path.isfile(os.path.join(entry, name, _INSIDE))
    }


def _listed(entry: str) -> set[str]:
    """Return what lies in a folder, as Python has just looked for us there, or looked at now."""
    known = getattr(sys.path_importer_cache.get(entry or os.getcwd()), "_path_cache", None)
    return known if isinstance(known, set) and known else set(os.listdir(entry or os.curdir))


def is_users(name: str, held: "ModuleType") -> bool:
    """Whether what is loaded under the name of a module of Python's, or of a package that we need, is another one."""
    if name in _NEEDED:
        return not isinstance(held, type(sys)) or "__path__" not in object.__getattribute__(held, "__dict__")
    if name.partition(".")[0] not in sys.stdlib_module_names:  # one that loads itself when it is asked stays as it is
        return False
    place = getattr(held, "__file__", None) or _PYTHON  # what is built in has none
    return not place.startswith(_PYTHON) or "-packages" in place[len(_PYTHON) :]


def _load(names: set[str]) -> None:
    """Load everything, of ``names`` what is meant, and leave ``sys.path`` and the names as they are."""
    places = list(map(_absolute, sys.path))
    beside = [entry for entry, place in zip(sys.path, places, strict=True) if place in _BESIDE]
    behind = places.index(_PYTHON)
    first = [*beside, *sys.path[behind:], *sys.path[1:behind]]  # the folder of the script comes last
    users = _loaded(names)
    for name in users:
        del sys.modules[name]
    sys.path[:0] = first
    try:
        for name in (*_ours(), *_OTHERS):
            try:
                __import__(name)
            except Exception:  # noqa: S112 - what is not installed is not used
                continue
    finally:
        if sys.path[: len(first)] == first:
            del sys.path[: len(first)]
        kept.update(_loaded(names))
        for name in kept:
            del sys.modules[name]
        sys.modules.update(users)


def _loaded(names: set[str]) -> "dict[str, ModuleType]":
    return {name: held for name, held in list(sys.modules.items()) if name.partition(".")[0] in names}


def _ours() -> "Iterator[str]":
    for room in _ROOMS:
        for folder, _, names in os.walk(os.path.join(_OURS, room)):
            for name in sorted(names):
                if name.endswith(".py") and name != "__main__.py":
                    path = os.path.join(folder, name).removesuffix(".py").removesuffix("__init__").rstrip(os.sep)
                    yield f"driftline{path[len(_OURS) :].replace(os.sep, '.')}"


_hidden = _names()
if _hidden:
    _load(_hidden)
needed = sorted(_hidden & (_NEEDED | _ASKED))
