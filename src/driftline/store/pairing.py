"""What the runs of a job add up to say of the sources of one dataset.

Enters: the words of runs, each with the span of time in which it holds: a source by some provenance; a source that was
read without better knowledge (a guess); a source that was read and, by better knowledge, did not feed the dataset
(judged). Leaves: spans in which each source is an edge. At any moment the best word that holds then decides; a guess
does not count where any run knew better. The order in which words come plays no part. Pure.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from driftline.store.connection import OPEN

#: Provenance by rank, the best first; a rank below JUDGED is a guess.
RANKS: tuple[tuple[str, float], ...] = (
    ("symlink", 1.0),
    ("rename", 1.0),
    ("explicit", 1.0),
    ("manual", 1.0),
    ("identical content", 1.0),
    ("sql", 1.0),
    ("column", 1.0),
    ("probed", 0.9),
    ("judged", 0.0),
    ("cartesian", 0.8),  # the only output of its run
    ("cartesian", 0.5),  # one of several
)
JUDGED = 8
ONE_SIDED, MANY_SIDED = 9, 10
_OF = {name: rank for rank, (name, _) in reversed(list(enumerate(RANKS)))}
_OF["kept values"] = _OF["code"] = _OF["probed"]  # of columns alone: pairs of datasets are not known by it


class Said(NamedTuple):
    """One word: what of a source, by which rank, from when to when."""

    source: int
    rank: int
    from_us: int
    to_us: int = OPEN


class Span(NamedTuple):
    """An edge as long as it holds."""

    source: int
    from_us: int
    to_us: int
    provenance: str
    confidence: float


class Pairing(msgspec.Struct, frozen=True, array_like=True):
    """Words by source and rank, as far as they matter: of words without an end, the first."""

    since: dict[int, dict[int, int]] = {}  # source -> rank -> from when
    ends: bool = False  # some word ended: it is counted anew from the words of all runs


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Pairing).decode


def rank(provenance: str) -> int:
    """Return the rank of a provenance."""
    return _OF.get(provenance, 0)


def pack(pairing: Pairing) -> bytes:
    """Return ``pairing`` as bytes."""
    return _encode(pairing)


def unpack(body: bytes) -> Pairing:
    """Return what ``pack`` was given."""
    return _decode(body)


def absorb(pairing: Pairing, words: Iterable[Said]) -> Pairing | None:
    """Return ``pairing`` with more words; None where it has to be counted anew, as some of them end."""
    if pairing.ends:
        return None
    since: dict[int, dict[int, int]] | None = None
    for word in words:
        if word.to_us != OPEN:
            return None
        held = (since or pairing.since).get(word.source, {})
        if held.get(word.rank, OPEN) > word.from_us:
            since = dict(pairing.since) if since is None else since
            since[word.source] = {**held, word.rank: word.from_us}
    return pairing if since is None else Pairing(since)


def merged(words: Iterable[Said]) -> Pairing:
    """Return the pairing of all ``words``."""
    every = list(words)
    since: dict[int, dict[int, int]] = {}
    for word in every:
        ranks = since.setdefault(word.source, {})
        ranks[word.rank] = min(word.from_us, ranks.get(word.rank, OPEN))
    return Pairing(since, any(word.to_us != OPEN for word in every))


def spans(pairing: Pairing) -> set[Span]:
    """Return the edges of a pairing none of whose words end."""
    found: set[Span] = set()
    for source, ranks in pairing.since.items():
        until = OPEN
        for rank_ in sorted(ranks):  # the best first: a lesser word holds until a better one begins
            begin = ranks[rank_]
            if begin < until:
                if rank_ != JUDGED:
                    found.add(Span(source, begin, until, *RANKS[rank_]))
                until = begin
    return found


def spans_of(words: Iterable[Said]) -> set[Span]:
    """Return the edges of words of which some end: moment by moment the best one that holds."""
    by_source: dict[int, list[Said]] = {}
    for word in words:
        by_source.setdefault(word.source, []).append(word)
    return {span for source, said in by_source.items() for span in _timeline(source, said)}


def _timeline(source: int, said: list[Said]) -> Iterable[Span]:
    marks = sorted({word.from_us for word in said} | {word.to_us for word in said if word.to_us != OPEN})
    begun, best = 0, -1
    for mark in marks:
        now = min((word.rank for word in said if word.from_us <= mark < word.to_us), default=-1)
        if now != best:
            if best not in (-1, JUDGED):
                yield Span(source, begun, mark, *RANKS[best])
            begun, best = mark, now
    if best not in (-1, JUDGED):
        yield Span(source, begun, OPEN, *RANKS[best])


def changed(before: Mapping[tuple[int, int], Span], after: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    """Return the spans to be dropped and those to be written; ``before`` is by source and beginning."""
    kept = {(span.source, span.from_us): span for span in after}
    gone = [span for key, span in before.items() if key not in kept]
    return gone, [span for key, span in kept.items() if before.get(key) != span]
