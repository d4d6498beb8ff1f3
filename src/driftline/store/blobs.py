"""Bytes, kept once under a number, found again by their content.

Enters: facets, schemas, sets of column edges, profiles. Leaves: numbers, and the bytes of a number. Numbers are given
by the database, so that several servers can add at once; the content is known by its xxh3-128, in two halves. Never
looks into them.
"""

import json
from collections.abc import Iterable, Sequence

import xxhash

from driftline.store import packing
from driftline.store.connection import Connection

_NUMBERS = 100_000  # numbers remembered by content
_BYTES = 64 * 1024 * 1024  # bytes remembered by number
_SIGN = 1 << 63
_WORD = 1 << 64
_TOGETHER = 500  # numbers asked for at once

Key = tuple[int, int]


def key(data: bytes) -> Key:
    """Return the two halves of the hash of ``data``, as a database keeps them."""
    high, low = divmod(xxhash.xxh3_128_intdigest(data), _WORD)
    return high - _SIGN, low - _SIGN


def halves(hash_: str) -> Key:
    """Return the two halves of a hash that is written in hexadecimal digits."""
    high, low = divmod(int(hash_, 16), _WORD) if hash_ else (0, 0)
    return high - _SIGN, low - _SIGN


class Blobs:
    """Bytes by number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._numbers: dict[Key, int] = {}
        self._data: dict[int, bytes] = {}
        self._size = 0
        connection.on_rollback(self.forget)

    def number(self, data: bytes) -> int:
        """Return the number of ``data``, known or new."""
        return self.numbers([data])[data]

    def numbers(self, parts: Iterable[bytes]) -> dict[bytes, int]:
        """Return the numbers of ``parts``, known or new; part of the transaction that it is called in."""
        return self.enter(parts)[0]

    def enter(self, parts: Iterable[bytes]) -> tuple[dict[bytes, int], set[bytes]]:
        """Return what ``numbers`` does, and which of ``parts`` were new."""
        keys = {part: key(part) for part in dict.fromkeys(parts)}
        self._find([found for found in keys.values() if found not in self._numbers])
        missing = {part: found for part, found in keys.items() if found not in self._numbers}
        if missing:
            self._add(missing)
        if len(self._numbers) > _NUMBERS:
            kept = {found: self._numbers[found] for found in keys.values()}
            self._numbers = kept
        return {part: self._numbers[found] for part, found in keys.items()}, set(missing)

    def get(self, number: int) -> bytes:
        """Return the bytes of a number.

        Raises:
            KeyError: there are none.
        """
        held = self._data.get(number)
        if held is None:
            self.fetch([number])
            held = self._data[number]
        return held

    def fetch(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """Return the bytes of several numbers, read together."""
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._data]
        found = {number: self._data[number] for number in numbers if number in self._data}
        if self._size > _BYTES:
            self._data.clear()
            self._size = 0
        for at in range(0, len(wanted), _TOGETHER):
            ids = json.dumps(wanted[at : at + _TOGETHER])
            for number, packed, data in self._connection.rows("blobs_numbered", ids=ids):
                found[number] = self._data[number] = packing.unpack(packed, data)
                self._size += len(found[number])
        return found

    def find(self, hash_: str) -> bytes | None:
        """Return the bytes with that hash (``ids.content``), or None."""
        high, mark = halves(hash_)
        row = self._connection.row("blob_marked", hash=high, mark=mark)
        return packing.unpack(*row) if row else None

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._numbers.clear()
        self._data.clear()
        self._size = 0

    def _find(self, keys: Sequence[Key]) -> None:
        for at in range(0, len(keys), _TOGETHER):
            asked = set(keys[at : at + _TOGETHER])
            ids = json.dumps([found[0] for found in asked])
            for number, hash_, mark in self._connection.rows("blobs_hashed", ids=ids):
                if (hash_, mark) in asked:
                    self._numbers[hash_, mark] = number

    def _add(self, missing: dict[bytes, Key]) -> None:
        rows = []
        for part, (hash_, mark) in missing.items():
            packed, data = packing.pack(part)
            rows.append({"hash": hash_, "mark": mark, "packed": packed, "data": data})
        self._connection.many("blob_put", rows)
        self._find(list(missing.values()))
