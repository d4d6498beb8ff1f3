"""What is remembered beside an object, weakly and by identity; the object need not be hashable.

Enters: objects and what is known of them. Leaves: the same, as long as the object lives. Never keeps an object alive.
"""

import weakref
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Beside(Generic[T]):
    """A mapping from living objects."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[weakref.ref[Any], T]] = {}

    def put(self, of: Any, value: T) -> None:
        """Remember ``value`` beside ``of``.

        Raises:
            TypeError: there can be no weak reference to it.
        """
        key = id(of)
        self._held[key] = (weakref.ref(of, lambda _: self._held.pop(key, None)), value)

    def get(self, of: Any) -> T | None:
        """Return what is remembered beside ``of``; None = nothing."""
        found = self._held.get(id(of))
        return found[1] if found is not None and found[0]() is of else None

    def __bool__(self) -> bool:
        return bool(self._held)
