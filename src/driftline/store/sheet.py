"""Rows of one table on their way to the database: the last word on each key is written, once.

Enters: rows to be kept and keys to be dropped, in any order. Leaves: one batch of each, when ``flush`` is called.
"""

from collections.abc import Mapping
from typing import Any

from driftline.store.connection import Connection

Key = tuple[Any, ...]  # whole numbers first


class Sheet:
    """What is to be written to one table."""

    def __init__(self, connection: Connection, table: str, key: tuple[str, ...]) -> None:
        self._connection = connection
        self._put, self._drop = f"{table}_put", f"{table}_drop"
        self._names = key
        self._rows: dict[Key, Mapping[str, Any] | None] = {}
        connection.on_rollback(self._rows.clear)

    def put(self, key: Key, values: Mapping[str, Any]) -> None:
        """Keep a row."""
        self._rows[key] = values

    def drop(self, key: Key) -> None:
        """Let go of a row."""
        self._rows[key] = None

    def flush(self) -> set[int]:
        """Write what was said; return the first parts of the keys that it was said of."""
        firsts = {key[0] for key in self._rows}
        if not firsts:
            return firsts
        gone = [dict(zip(self._names, key, strict=True)) for key, row in self._rows.items() if row is None]
        kept = [
            {**dict(zip(self._names, key, strict=True)), **row} for key, row in self._rows.items() if row is not None
        ]
        self._rows.clear()
        self._connection.many(self._drop, gone)
        self._connection.many(self._put, kept)
        return firsts
