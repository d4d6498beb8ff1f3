"""Functions that stand for built-in ones, which do not become methods where a class holds them.

Enters: a function. Leaves: one that binds to nothing and is pickled by its name, as built-in functions are.
Source: https://docs.python.org/3/howto/descriptor.html#functions-and-methods.
"""

import inspect


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
