"""What DuckDB connections call by a name that their catalog does not tell of: frames, and tables that statements made.

Enters: a connection, a name in any case, and what it means. Leaves: what each connection's names mean. Holds ``MOST``
names of a connection, the newest: a service that makes up a name for each request goes on for months.
"""

import weakref
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from driftline.capture.ground import bounded

MOST = 10_000

Meaning = TypeVar("Meaning")


class Names(Generic[Meaning]):
    """Names by connection, for as long as that lives."""

    def __init__(self) -> None:
        self._held: weakref.WeakKeyDictionary[Any, dict[str, Meaning]] = weakref.WeakKeyDictionary()

    def put(self, connection: Any, name: str, meaning: Meaning) -> None:
        """Have ``name`` mean something from now on; the oldest goes."""
        held = self._held.setdefault(connection, {})
        key = name.lower()
        held.pop(key, None)
        bounded.room(held, MOST)
        held[key] = meaning

    def of(self, connection: Any) -> Mapping[str, Meaning]:
        """Return what names of ``connection``, in lower case, mean; None is no connection, and has none."""
        return MappingProxyType({}) if connection is None else self._held.get(connection, MappingProxyType({}))
