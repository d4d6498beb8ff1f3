"""What is remembered beside a living object, weakly and by identity; the object need not be hashable.

Enters: objects and what is known of them. Leaves: the same, as long as the object lives. Never keeps an object alive,
never touches it.
"""

import functools
import weakref
from typing import Any, Generic, TypeVar

from driftline.capture.ground import fault

T = TypeVar("T")


class Beside(Generic[T]):
    """A mapping from living objects."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[int, tuple[weakref.ref[Any], T]] = {}

    def put(self, of: Any, value: T) -> None:
        """Remember ``value`` beside ``of``; an object that cannot be referred to weakly is passed over."""
        key = id(of)
        held = self._held

        def gone(reference: "weakref.ref[Any]") -> None:
            found = held.get(key)
            if found is not None and found[0] is reference:  # else another object lives there by now
                del held[key]

        held.pop(key, None)  # the newest stand last
        try:
            held[key] = (weakref.ref(of, functools.partial(fault.attempt, "beside", gone)), value)
        except TypeError:
            return

    def get(self, of: Any) -> T | None:
        """Return what is remembered beside ``of``; None = nothing."""
        found = self._held.get(id(of))
        return found[1] if found is not None and found[0]() is of else None

    def drop(self, of: Any) -> None:
        """Forget what is remembered beside ``of``."""
        self._held.pop(id(of), None)

    def values(self) -> list[T]:
        """Return what is remembered beside all objects that live, the oldest first."""
        return [value for reference, value in list(self._held.values()) if reference() is not None]

    def items(self) -> list[tuple[Any, T]]:
        """Return all objects that live, with what is remembered beside them, the oldest first."""
        found = [(reference(), value) for reference, value in list(self._held.values())]
        return [(of, value) for of, value in found if of is not None]

    def __len__(self) -> int:
        return len(self._held)
