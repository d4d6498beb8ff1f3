"""A function as bytes, for a child process of the same interpreter: its code and what it needs of the world.

Enters: a function. Leaves: bytes, and in the child the same function. Code is carried by the standard library's
``marshal``; modules, and what libraries define, by name; functions of the user, with theirs, by code; plain values and
small values of libraries as such. A script that is run is never imported. What cannot be carried is said, with the
reason; a function that changes a global is not carried. Nothing is run or imported here.
"""

import builtins
import dis
import importlib
import inspect
import marshal
import pickle
import sys
import sysconfig
import types
from collections.abc import Callable, Iterator
from typing import Any

import xxhash

_VALUE_LIMIT = 1 << 20  # bytes of one value
_MOST = 200  # functions
_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_ROOTS = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})

_INSTALLED = (*_ROOTS, "<frozen")


class NotShippable(Exception):
    """A function that cannot be run elsewhere; the message says why."""


def pack(function: Callable[..., Any]) -> bytes:
    """Return ``function`` as bytes.

    Raises:
        NotShippable: it is no plain function, or uses something that cannot be carried.
    """
    packer = _Packer()
    packer.function(plain(function))
    return marshal.dumps(packer.functions)


def plain(function: Callable[..., Any]) -> types.FunctionType:
    """Return the function below all decorators that say what they wrap.

    Raises:
        NotShippable: it is none, or a coroutine or a generator.
    """
    inner = inspect.unwrap(function)
    if not isinstance(inner, types.FunctionType):
        raise NotShippable(f"{type(inner).__name__} is no plain function")
    if inner.__code__.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        raise NotShippable("it is a coroutine or a generator")
    return inner


def fingerprint(function: Callable[..., Any]) -> str:
    """Return a hash of the code of a function and of all that it needs, free of places in files.

    Raises:
        NotShippable: as ``pack`` does.
    """
    packer = _Packer()
    packer.function(plain(function))
    state = xxhash.xxh3_128()
    for one in packer.functions:
        state.update(_instructions(marshal.loads(one["code"])))  # noqa: S302 - bytes that were made above
        state.update(repr([(key, one[key]) for key in ("defaults", "keywords", "closure", "globals")]).encode())
    return state.hexdigest()


def _instructions(code: types.CodeType) -> bytes:
    inner = [_instructions(one) if isinstance(one, types.CodeType) else repr(one).encode() for one in code.co_consts]
    return b"\0".join((code.co_code, *inner, repr((code.co_names, code.co_varnames)).encode()))


class _Packer:
    """Collects functions by number; the first is the one that was asked for."""

    def __init__(self) -> None:
        self.functions: list[dict[str, Any]] = []
        self._known: dict[int, int] = {}

    def function(self, function: types.FunctionType) -> int:
        known = self._known.get(id(function))
        if known is not None:
            return known
        if len(self.functions) >= _MOST:
            raise NotShippable("it uses too many functions")
        number = self._known[id(function)] = len(self.functions)
        made: dict[str, Any] = {"code": marshal.dumps(function.__code__), "name": function.__name__}
        self.functions.append(made)
        made["defaults"] = [self.value(one, "a default") for one in function.__defaults__ or ()]
        keywords = function.__kwdefaults__ or {}
        made["keywords"] = {name: self.value(one, f"the default of {name}") for name, one in keywords.items()}
        made["closure"] = [
            self.value(_content(cell, name), name)
            for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        ]
        made["globals"] = {
            name: self.value(function.__globals__[name], name)
            for name in sorted(set(_globals(function.__code__)))
            if name in function.__globals__
        }
        return number

    def value(self, value: Any, name: str) -> tuple[Any, ...]:
        """Return a reference to a value that the other side can follow."""
        if isinstance(value, types.ModuleType):
            if value.__name__ == "__main__":
                raise NotShippable(f"{name} is the script itself")
            return ("module", value.__name__)
        if callable(value) and not isinstance(value, type):
            inner = inspect.unwrap(value)
            if isinstance(inner, types.FunctionType) and not inner.__code__.co_filename.startswith(_INSTALLED):
                return ("function", self.function(plain(value)))
        if isinstance(value, type) or (callable(value) and _of_library(value)):
            return self._named(value, name)
        if _is_plain(value):
            data = marshal.dumps(value)
            if len(data) > _VALUE_LIMIT:
                raise NotShippable(f"{name} is too large")
            return ("value", value)
        return _pickled(value, name)

    def _named(self, value: Any, name: str) -> tuple[str, str, str]:
        module = str(getattr(value, "__module__", None) or "builtins")
        qualified = str(getattr(value, "__qualname__", getattr(value, "__name__", "")))
        found: Any = sys.modules.get(module)
        for part in qualified.split("."):
            found = getattr(found, part, None)
        if module == "__main__" or found is not value:
            raise NotShippable(f"{name} is defined in the script, or has no name of its own")
        return ("named", module, qualified)


def _content(cell: Any, name: str) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        raise NotShippable(f"{name} has no value yet") from None


def _globals(code: types.CodeType) -> Iterator[str]:
    """The names of globals that some code uses."""
    for one in dis.get_instructions(code):
        if one.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            raise NotShippable(f"it changes the global {one.argval}")
        if one.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(one.argval)
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _globals(inner)


def _of_library(value: Any) -> bool:
    """Whether a library that is installed, or Python itself, defines it."""
    module = str(getattr(value, "__module__", None) or "builtins")
    if module == "__main__":
        return False
    file = getattr(sys.modules.get(module), "__file__", None)
    return file is None or file.startswith(_ROOTS)


def _is_plain(value: Any, depth: int = 0) -> bool:
    kind = type(value)
    if kind in _PLAIN:
        return True
    if depth > 10:
        return False
    if kind in (list, tuple, set, frozenset):
        return all(_is_plain(one, depth + 1) for one in value)
    return kind is dict and all(_is_plain(one, depth + 1) for pair in value.items() for one in pair)


def _pickled(value: Any, name: str) -> tuple[str, bytes]:
    """A value that some library can carry, if it is small."""
    if not _of_library(type(value)):
        raise NotShippable(f"{name} is of class {type(value).__qualname__}, which is not a library's")
    try:
        data = pickle.dumps(value, protocol=5)
    except Exception as error:  # an object may refuse to be pickled in any way it likes
        raise NotShippable(f"{name} cannot be carried ({type(error).__name__})") from error
    if len(data) > _VALUE_LIMIT:
        raise NotShippable(f"{name} is too large")
    return ("pickle", data)


def unpack(data: bytes) -> Callable[..., Any]:
    """Return the function that ``pack`` was given; for the child."""
    packed: list[dict[str, Any]] = marshal.loads(data)  # noqa: S302 - from the parent, over a pipe
    made: list[types.FunctionType] = []
    for one in packed:
        code = marshal.loads(one["code"])  # noqa: S302 - from the parent, over a pipe
        cells = tuple(types.CellType() for _ in one["closure"])
        space = {"__builtins__": builtins, "__name__": "driftline_probe"}
        made.append(types.FunctionType(code, space, one["name"], None, cells))
    for one, function in zip(packed, made, strict=True):
        function.__defaults__ = tuple(_follow(ref, made) for ref in one["defaults"]) or None
        function.__kwdefaults__ = {name: _follow(ref, made) for name, ref in one["keywords"].items()} or None
        function.__globals__.update({name: _follow(ref, made) for name, ref in one["globals"].items()})
        for cell, ref in zip(function.__closure__ or (), one["closure"], strict=True):
            cell.cell_contents = _follow(ref, made)
    return made[0]


def _follow(ref: tuple[Any, ...], made: list[types.FunctionType]) -> Any:
    kind, *rest = ref
    if kind == "function":
        return made[rest[0]]
    if kind == "module":
        return importlib.import_module(rest[0])
    if kind == "named":
        found: Any = importlib.import_module(rest[0])
        for part in rest[1].split("."):
            found = getattr(found, part)
        return found
    return pickle.loads(rest[0]) if kind == "pickle" else rest[0]  # noqa: S301 - from the parent, over a pipe
