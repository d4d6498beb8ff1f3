"""Functions that stand for built-in ones, which do not become methods where a class holds them.

Enters: a function. Leaves: one that binds to nothing and is pickled by its name, as built-in functions are.
Source: https://docs.python.org/3/howto/descriptor.html#functions-and-methods.
"""


class Unbound(staticmethod):  # type: ignore[type-arg]  # it cannot be subscripted at run time
    """A function that does not become a method in a class, as built-in ones do not; pickled by its name."""

    def __reduce__(self) -> str:
        return str(self.__qualname__)
