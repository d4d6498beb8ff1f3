"""Searching: what has all the words that were asked for, the best first, and how all of it divides.

Enters: what a person types, what it is narrowed to, and what is known to be in trouble. Leaves: a page of hits with
counts by type, kind, namespace, tag, owner, term and status. Where there is more than ``MOST``, the best are counted
and the answer says so. Never changes anything.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import NamedTuple

from driftline.event.label import Match, Matches
from driftline.store import document, words
from driftline.store.connection import Connection, Row

MOST = 2_000  # things that are ranked and counted
COUNTED = 100_000  # places of a word that are counted, to begin with the rarest
LAST = "\U0010ffff"
PREFIX = 15  # what a beginning of a word counts less than the whole
WHOLE = 20  # what the whole name counts more than a word of it
USE, USED = 5.0, 15.0  # for ten times as much use; at most
RISK = 1.5
RISKS = {"quarantined": 8, "drift": 7, "changed": 4, "alarmed": 3}
CARE = 2  # the risk of what is sensitive
_TOGETHER = 2_000
_FIXED = ("tag", "owner", "term")
_COUNTED = {"type": 4, "kind": 5, "namespace": 6}  # and their places in a row

Trouble = Mapping[str, str]  # node id -> quarantined, drift, changed or alarmed


class Wanted(NamedTuple):
    """What is asked for."""

    text: str = ""
    type: str = ""
    kind: str = ""
    namespace: str = ""
    tag: str = ""
    owner: str = ""
    term: str = ""
    status: str = ""
    sort: str = "best"  # best, use, risk or name


class Range(NamedTuple):
    """The words between two."""

    low: str
    high: str
    word: str  # that is asked for; "" = all in between are as good


class Finder:
    """Searches the index."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def trouble(self, since_us: int) -> dict[str, str]:
        """Return what is in trouble: the worst that is known of each node."""
        found = {node: "alarmed" for (node,) in self._connection.rows("nodes_alarmed", since_us=since_us)}
        for node, status in sorted(self._connection.rows("nodes_in_trouble")):
            if RISKS[status] > RISKS.get(found.get(node, ""), 0):
                found[node] = status
        return found

    def find(self, wanted: Wanted, trouble: Trouble, limit: int, offset: int) -> Matches:
        """Return one page."""
        found, more = self._candidates(wanted, trouble)
        fixed = wanted.status or any(getattr(wanted, sort) for sort in _FIXED)
        for id_, exact in self._exact(wanted).items():
            if id_ in found or not fixed:
                found[id_] = exact
        ranked = sorted(_ranked(found.values(), trouble), key=_ORDER[wanted.sort])
        page = tuple(_hit(one, trouble) for one in ranked[offset : offset + limit])
        return Matches(hits=page, total=len(ranked), more=more, facets=_facets([one.row for one in ranked], trouble))

    def _candidates(self, wanted: Wanted, trouble: Trouble) -> tuple[dict[int, tuple[float, Row]], bool]:
        narrowed = _narrowed(wanted)
        ranges = _ranges(wanted)
        if wanted.status:
            nodes = [node for node, status in trouble.items() if status == wanted.status]
            rows = self._connection.rows("entries_among", texts=json.dumps(nodes), **narrowed)
            return self._with_all(_plain(rows), ranges), False
        if not ranges:
            rows = self._connection.rows("entries_used", limit=MOST + 1, **narrowed)
            return _plain(rows[:MOST]), len(rows) > MOST
        first, *others = ranges
        if others:
            sizes = {one: self._size(one) for one in ranges}
            first, *others = sorted(ranges, key=lambda one: sizes[one])
            if sizes[first] > MOST:
                return self._common(first, others, narrowed)
        rows = self._connection.rows("entries_matching", low=first.low, high=first.high, limit=MOST + 1, **narrowed)
        return self._with_all(_best(rows[:MOST], first), others), len(rows) > MOST

    def _common(
        self, first: Range, others: list[Range], narrowed: Mapping[str, str]
    ) -> tuple[dict[int, tuple[float, Row]], bool]:
        """All words are common: let the database look for what has the first two or three."""
        third = others[1] if len(others) > 1 else Range("", "", "")
        rows = self._connection.rows(
            "entries_matching_both",
            low=first.low,
            high=first.high,
            second_low=others[0].low,
            second_high=others[0].high,
            third_low=third.low,
            third_high=third.high,
            limit=MOST + 1,
            **narrowed,
        )
        return self._with_all(_best(rows[:MOST], first), others), len(rows) > MOST

    def _exact(self, wanted: Wanted) -> dict[int, tuple[float, Row]]:
        """Return what has the text as its name, or as the last part of it."""
        word = f"^{words.whole(wanted.text)[0]}"
        if len(word) == 1:
            return {}
        found: dict[int, tuple[float, Row]] = {}
        for row in self._connection.rows(
            "entries_matching", low=word, high=f"{word}\x01", limit=MOST, **_narrowed(wanted)
        ):
            _take(found, 100.0 - row[0] + WHOLE, row)
        return found

    def _size(self, one: Range) -> int:
        row = self._connection.row("postings_count", low=one.low, high=one.high, limit=COUNTED)
        return row[0] if row else 0

    def _with_all(self, found: dict[int, tuple[float, Row]], ranges: Iterable[Range]) -> dict[int, tuple[float, Row]]:
        """Keep what has a word of each range, too; the score is the mean of the words' scores."""
        words_so_far = 1 if any(score for score, _ in found.values()) else 0
        for one in ranges:
            best: dict[int, float] = {}
            ids = list(found)
            for at in range(0, len(ids), _TOGETHER):
                part = json.dumps(ids[at : at + _TOGETHER])
                for entry, rank, term in self._connection.rows("postings_in", ids=part, low=one.low, high=one.high):
                    best[entry] = max(best.get(entry, 0.0), _weight(rank, term, one))
            found = {
                id_: (
                    (found[id_][0] * words_so_far + score) / (words_so_far + 1) if one.word else found[id_][0],
                    found[id_][1],
                )
                for id_, score in best.items()
            }
            words_so_far += bool(one.word)
        return found


def _narrowed(wanted: Wanted) -> dict[str, str]:
    return {"type": wanted.type, "kind": wanted.kind, "namespace": wanted.namespace}


def _ranges(wanted: Wanted) -> list[Range]:
    text = dict.fromkeys(words.split(wanted.text))
    fixed = [document.mark(sort, getattr(wanted, sort)) for sort in _FIXED if getattr(wanted, sort)]
    return [*(Range(word, word + LAST, word) for word in text), *(Range(one, f"{one}\x01", "") for one in fixed)]


def _weight(rank: int, term: str, one: Range) -> float:
    return (100.0 - rank - (PREFIX if term != one.word else 0)) if one.word else 0.0


def _plain(rows: Iterable[Row]) -> dict[int, tuple[float, Row]]:
    return {row[2]: (0.0, row) for row in rows}


def _best(rows: Iterable[Row], one: Range) -> dict[int, tuple[float, Row]]:
    """Return each entry with the score of the best place of a word in it."""
    found: dict[int, tuple[float, Row]] = {}
    for row in rows:
        _take(found, _weight(row[0], row[1], one), row)
    return found


def _take(found: dict[int, tuple[float, Row]], score: float, row: Row) -> None:
    held = found.get(row[2])
    if held is None or score > held[0]:
        found[row[2]] = (score, row)


class Ranked(NamedTuple):
    """An entry with what it is ordered by."""

    score: float
    risk: int
    row: Row


def _ranked(found: Iterable[tuple[float, Row]], trouble: Trouble) -> Iterator[Ranked]:
    for score, row in found:
        risk = CARE if row[9] else 0
        if row[3] in trouble:
            risk += RISKS[trouble[row[3]]]
        use = min(USED, USE * math.log10(1 + row[10])) if row[10] else 0.0
        yield Ranked(score + use + RISK * risk, risk, row)


_ORDER: dict[str, Callable[[Ranked], tuple[float | str, ...]]] = {
    "best": lambda one: (-one[0], one[2][7], one[2][3]),
    "use": lambda one: (-one[2][10], -one[0], one[2][7], one[2][3]),
    "risk": lambda one: (-one[1], -one[0], one[2][7], one[2][3]),
    "name": lambda one: (one[2][7], one[2][3]),
}


def _status(node: str, trouble: Trouble) -> str:
    status = trouble.get(node, "")
    return "" if status == "alarmed" else status


def _facets(rows: list[Row], trouble: Trouble) -> dict[str, dict[str, int]]:
    counted = {name: Counter(map(itemgetter(place), rows)) for name, place in _COUNTED.items()}
    counted |= {sort: Counter() for sort in _FIXED}
    counted["status"] = Counter(_status(row[3], trouble) for row in rows) if trouble else Counter()
    for marks in map(itemgetter(8), rows):
        for one in marks.split("\n") if marks else ():
            sort, _, name = one.partition("=")
            counted[sort][name] += 1
    return {
        name: dict(sorted(((value, number) for value, number in counts.items() if value), key=_most))
        for name, counts in counted.items()
    }


def _most(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _hit(one: Ranked, trouble: Trouble) -> Match:
    row = one.row
    marks: dict[str, list[str]] = {sort: [] for sort in _FIXED}
    for label in row[8].split("\n") if row[8] else ():
        sort, _, name = label.partition("=")
        marks[sort].append(name)
    return Match(
        node=row[3],
        type=row[4],
        name=row[7],
        namespace=row[6],
        kind=row[5],
        tags=tuple(marks["tag"]),
        owners=tuple(marks["owner"]),
        terms=tuple(marks["term"]),
        status=_status(row[3], trouble),
        used=row[10],
        risk=one.risk,
        score=round(one.score, 2),
    )
