"""The signature of a function, worked out when somebody asks: a library has many hooks, and few are ever asked.

Enters: a function. Leaves: its signature, or, where it surely has one, what becomes that as soon as it is looked at.
Source: https://docs.python.org/3/library/inspect.html#inspect.Signature.
"""

import inspect
from types import FunctionType, MappingProxyType
from typing import Any


class _Unread(inspect.Signature):
    """A signature that holds the function that it is of, in the place of the parameters."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        return object.__getattribute__(_read(self), name)

    def __reduce__(self) -> str | tuple[Any, ...]:
        return inspect.Signature.__reduce__(_read(self))


def _read(unread: Any) -> Any:
    """Make of it the signature that it stands for; twice at once does no harm."""
    function = object.__getattribute__(unread, "_parameters")
    if not isinstance(function, MappingProxyType):
        found: Any = inspect.signature(function)
        object.__setattr__(unread, "_return_annotation", found.return_annotation)
        object.__setattr__(unread, "_parameters", found.parameters)
    object.__setattr__(unread, "__class__", inspect.Signature)
    return unread


def signature(function: Any) -> inspect.Signature:
    """Return the signature of ``function``, read now where it may have none.

    Raises:
        Exception: it has none, as some compiled functions.
    """
    if not _has_one(function):
        return inspect.signature(function)
    unread = _Unread.__new__(_Unread)
    object.__setattr__(unread, "_parameters", function)
    return unread


def _has_one(function: Any) -> bool:
    while isinstance(function, FunctionType):
        held = vars(function)
        if "__signature__" in held or "__wrapped__" not in held:
            return isinstance(held.get("__signature__", _EMPTY), inspect.Signature)
        function = held["__wrapped__"]
    return False


_EMPTY = inspect.Signature()
