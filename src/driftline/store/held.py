"""Rows of one table, read once and written once per transaction.

Enters: keys and values. Leaves: rows, when ``flush`` is called at the end of the work. What was read or written stays
in memory for the next transaction, up to a bound; it is forgotten when work is undone, or when another process wrote.
Never writes a value that did not change.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Held(Generic[K, V]):
    """A cache in front of one table, for whoever is the only writer."""

    def __init__(
        self,
        load: Callable[[K], V | None],
        save: Callable[[list[tuple[K, V]]], None],
        *,
        bound: int = 20_000,
    ) -> None:
        self._load = load
        self._save = save
        self._bound = bound
        self._held: dict[K, V | None] = {}
        self._dirty: dict[K, None] = {}  # in the order in which they changed

    def get(self, key: K) -> V | None:
        """Return the value of ``key``, None where there is none."""
        try:
            return self._held[key]
        except KeyError:
            value = self._load(key)
            self._held[key] = value
            return value

    def put(self, key: K, value: V) -> None:
        """Take a new value; it is written with the next ``flush``."""
        self._held[key] = value
        self._dirty[key] = None

    def learn(self, found: Iterable[tuple[K, V | None]]) -> None:
        """Take values that were read together; those held already stay."""
        for key, value in found:
            self._held.setdefault(key, value)

    def lacks(self, keys: Iterable[K]) -> list[K]:
        """Return those of ``keys`` that are not held, once each, in order."""
        return [key for key in dict.fromkeys(keys) if key not in self._held]

    def flush(self) -> None:
        """Write what changed; then make room if there is too much."""
        if self._dirty:
            changed = [(key, value) for key in self._dirty if (value := self._held[key]) is not None]
            self._dirty.clear()
            self._save(changed)
        if len(self._held) > self._bound:
            self._held.clear()

    def forget(self) -> None:
        """Let go of everything, also of what was not written."""
        self._held.clear()
        self._dirty.clear()
