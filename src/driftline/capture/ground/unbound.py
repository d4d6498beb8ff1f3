"""Functions that stand for built-in ones, which do not become methods where a class holds them.

Enters: a function. Leaves: one that binds to nothing and is pickled by its name, as built-in functions are; for a class
that nothing can be put on, a class that answers as that one does.
Source: https://docs.python.org/3/howto/descriptor.html#functions-and-methods.
"""

import inspect
from typing import Any


class Unbound(staticmethod):  # type: ignore[type-arg]  # it cannot be subscripted at run time
    """A function that does not become a method in a class, as built-in ones do not; pickled by its name."""

    def __reduce__(self) -> str:
        return str(self.__qualname__)

    @property
    def __signature__(self) -> inspect.Signature:
        """Return the signature of the original, which takes long to read from the text that a built-in one has."""
        try:
            return inspect.signature(self.__func__.__wrapped__)  # type: ignore[attr-defined]  # by ``functools.wraps``
        except Exception:  # compiled functions may have none, and say so in their own ways
            raise AttributeError("__signature__") from None


class Standing(type):
    """The type of what stands for a compiled class: a class that a function makes objects of that one for.

    It answers as that class does, but by what it is found. A class that is made of it is made of that class.
    """

    def __new__(cls, *given: Any, **said: Any) -> Any:
        """Return what stands for the class that the function ``given`` wraps; else a class, by name, bases and body."""
        if len(given) == 1:
            (call,) = given
            kind = inspect.unwrap(call)
            making = type("type", (cls,), {"__call__": staticmethod(call), "_kind": kind})  # no frame of ours is called
            return type.__new__(making, kind.__name__, (), {"__module__": call.__module__})
        name, bases, body = given
        own = tuple(_of(one) for one in bases)
        return type(own[0])(name, own, body, **said)

    def __init__(cls, *given: Any, **said: Any) -> None:
        """Do nothing: it is made."""

    def __getattribute__(cls, name: str) -> Any:
        """Return what the class has."""
        if name in _FOUND_BY:
            return type.__getattribute__(cls, name)
        if name != "__signature__":
            return getattr(_of(cls), name)
        try:
            return inspect.signature(_of(cls))
        except ValueError:  # compiled classes may have none
            raise AttributeError(name) from None

    def __setattr__(cls, name: str, value: Any) -> None:
        """Set it on the class."""
        if name in _FOUND_BY:
            type.__setattr__(cls, name, value)
        else:
            setattr(_of(cls), name, value)

    def __delattr__(cls, name: str) -> None:
        delattr(_of(cls), name)

    def __dir__(cls) -> list[str]:
        return dir(_of(cls))

    def __repr__(cls) -> str:
        return repr(_of(cls))

    def __instancecheck__(cls, one: Any) -> bool:
        return isinstance(one, _of(cls))

    def __subclasscheck__(cls, kind: Any) -> bool:
        return issubclass(_of(kind), _of(cls))

    def __or__(cls, other: Any) -> Any:
        """Return the type that ``safe_open | None`` is."""
        return _of(cls) | other

    def __ror__(cls, other: Any) -> Any:
        return other | _of(cls)

    def __eq__(cls, other: object) -> bool:
        """Whether ``other`` is the class, or stands for it."""
        return _of(other) is _of(cls)

    def __hash__(cls) -> int:
        return hash(_of(cls))


_FOUND_BY = frozenset(("__module__", "__qualname__"))


def _of(kind: Any) -> Any:
    """Return the class that something stands for; itself, if it stands for none."""
    making = type(kind)
    return type.__getattribute__(making, "_kind") if issubclass(making, Standing) else kind
