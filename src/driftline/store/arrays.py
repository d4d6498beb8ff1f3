"""Edges as arrays: one table of them in memory, sorted, with an index each way.

Enters: rows (target, source, via, from, to, hops, provenance, confidence) in the order of their first four columns.
Leaves: the rows into or out of some places that hold at a moment, as numbers of rows. A table never changes; one in
which the rows into some places are replaced is a new one. 32 bytes a row, and 4 for each way. Never reads a store.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from driftline.store.connection import Row

Ints = NDArray[np.int64]
Word = tuple[int, str, float]  # hops, provenance, confidence
TO_JOB, FROM_JOB = 1, 2  # what is taken from via 0 where the target, or the source, of an edge is a job
_BATCH = 20_000
_MOST_ID = 2**31 - 1


class Side(NamedTuple):
    """An index of a table: the rows of place p are those from first[p] up to first[p + 1], in order."""

    first: Ints
    order: NDArray[np.int32] | None  # None: as they stand


@dataclass(frozen=True)
class Table:
    """Edges, sorted by target, source, via and beginning."""

    target: NDArray[np.int32]
    source: NDArray[np.int32]
    via: NDArray[np.int32]  # a job; 0 or less: none, see TO_JOB and FROM_JOB
    since: Ints
    until: Ints
    word: NDArray[np.int32]  # place in words
    words: tuple[Word, ...]

    @cached_property
    def hops(self) -> Ints:
        """The hops of each word."""
        return np.array([hops for hops, _, _ in self.words] or [0], dtype=np.int64)

    @cached_property
    def feeds(self) -> bool:
        """Whether a job feeds another without a dataset."""
        return bool((self.via == -TO_JOB - FROM_JOB).any())

    @cached_property
    def top(self) -> int:
        """The highest id that is a target or a source."""
        return max(int(self.target.max(initial=0)), int(self.source.max(initial=0)))

    @cached_property
    def up(self) -> Side:
        """Rows by target."""
        return Side(_firsts(self.target, self.top), None)

    @cached_property
    def down(self) -> Side:
        """Rows by source, and of each source in the order of the table."""
        return Side(_firsts(self.source, self.top), np.argsort(self.source, kind="stable").astype(np.int32))

    def beside(self, places: Ints, direction: Literal["up", "down"], as_of_us: int) -> Ints:
        """Return the rows into (up) or out of (down) some places that hold at a moment, in the order of the places."""
        side = self.up if direction == "up" else self.down
        known = places[places <= self.top]
        begin = side.first[known]
        amount = side.first[known + 1] - begin
        ends = np.cumsum(amount)
        total = int(ends[-1]) if len(ends) else 0
        at = np.arange(total) + np.repeat(begin - (ends - amount), amount)
        rows: Ints = at if side.order is None else side.order[at].astype(np.int64)
        holds: NDArray[np.bool_] = (self.since[rows] <= as_of_us) & (self.until[rows] > as_of_us)
        return rows[holds]

    def replaced(self, targets: Ints, fresh: "Table") -> "Table":
        """Return the table with the rows of ``fresh`` in place of all rows into ``targets``."""
        gone = np.zeros(max(self.top, int(targets.max(initial=0))) + 1, dtype=bool)
        gone[targets] = True
        stays = ~gone[self.target]
        kept = self.target[stays]
        places = np.searchsorted(kept, fresh.target)
        words = tuple(dict.fromkeys((*self.words, *fresh.words)))
        number = {word: place for place, word in enumerate(words)}
        word = np.array([number[one] for one in fresh.words] or [0], dtype=np.int32)[fresh.word]
        return Table(
            np.insert(kept, places, fresh.target),
            np.insert(self.source[stays], places, fresh.source),
            np.insert(self.via[stays], places, fresh.via),
            np.insert(self.since[stays], places, fresh.since),
            np.insert(self.until[stays], places, fresh.until),
            np.insert(self.word[stays], places, word),
            words,
        )


def table(rows: Iterable[Row]) -> Table:
    """Return the table of some rows, which come in the order of target, source, via and beginning.

    Raises:
        OverflowError: an id does not fit into 31 bits.
    """
    words: dict[Word, int] = {}
    parts = [_part(batch, words) for batch in _batches(rows)] or [_part([], words)]
    target, source, via, since, until, word = (np.concatenate(some) for some in zip(*parts, strict=True))
    return Table(target, source, via, since, until, word, tuple(words))


def places(bodies: Iterable[bytes]) -> Ints:
    """Return the places that several words on what moved name, sorted, each once."""
    return np.unique(np.concatenate([np.frombuffer(body, dtype="<i8") for body in bodies]))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while batch := list(itertools.islice(waiting, _BATCH)):
        yield batch


def _part(batch: list[Row], words: dict[Word, int]) -> tuple[NDArray[np.int32] | Ints, ...]:
    target, source, via, since, until, *said = zip(*batch, strict=True) if batch else ((),) * 8
    numbers = [words.setdefault(word, len(words)) for word in zip(*said, strict=True)]
    if max((*target, *source, *via), default=0) > _MOST_ID:
        raise OverflowError("an id does not fit into 31 bits")
    return (
        np.array(target, dtype=np.int32),
        np.array(source, dtype=np.int32),
        np.array(via, dtype=np.int32),
        np.array(since, dtype=np.int64),
        np.array(until, dtype=np.int64),
        np.array(numbers, dtype=np.int32),
    )


def _firsts(places: NDArray[np.int32], top: int) -> Ints:
    counted = np.bincount(places, minlength=top + 1) if len(places) else np.zeros(top + 1, dtype=np.int64)
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counted)))
