"""Functions that stand for built-in ones, which do not become methods where a class holds them.

Enters: a function. Leaves: one that binds to nothing and is pickled by its name, as built-in functions are; for a class
that nothing can be put on, one that is asked like that class.
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


class Standing(Unbound):
    """A function that makes objects of a compiled class, and answers for it: what it has, and what its objects are."""

    @property
    def _kind(self) -> Any:
        return inspect.unwrap(self.__func__)

    def __getattr__(self, name: str) -> Any:
        """Return what the class has."""
        return getattr(self._kind, name)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the class, for a class that is made of it."""
        return (self._kind,)

    def __instancecheck__(self, one: Any) -> bool:
        return isinstance(one, self._kind)

    def __subclasscheck__(self, kind: Any) -> bool:
        return issubclass(kind, self._kind)

    def __or__(self, other: Any) -> Any:
        """Return the type that ``safe_open | None`` is."""
        return self._kind | other

    def __ror__(self, other: Any) -> Any:
        return other | self._kind

    def __eq__(self, other: object) -> bool:
        """Whether ``other`` is the class, or stands for it."""
        return other is self._kind or (isinstance(other, Standing) and other._kind is self._kind)

    def __hash__(self) -> int:
        return hash(self._kind)
