"""What becomes of origins on the way: the small algebra that all rules share.

Enters and leaves: frozen sets of origins. A value that is computed, aggregated, or only decides about others keeps
its sources and changes their type. Everything is remembered, as the same few sets go the same ways.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from driftline.capture.script.reading import (
    AGGREGATION,
    CONDITIONAL,
    DIRECT,
    FILTER,
    HEDGED,
    IDENTITY,
    INDIRECT,
    NOTHING,
    SORT,
    TRANSFORMATION,
    Came,
    Cames,
    Rest,
)
from driftline.capture.script.site import PREVIOUS, Path, turn_of

MAX_CAMES = 1500
SOME: Path = ()  # some earlier execution of a read, in place of its path
Origin = TypeVar("Origin", Came, Rest)
_RANK = {IDENTITY: 0, TRANSFORMATION: 1, AGGREGATION: 2}


@lru_cache(4096)
def changed(cames: Cames, subtype: str = TRANSFORMATION) -> Cames:
    """Return the origins of a value that was computed."""
    return frozenset(
        one._replace(subtype=subtype) if one.type == DIRECT and _RANK[one.subtype] < _RANK[subtype] else one
        for one in cames
    )


def aggregated(cames: Cames) -> Cames:
    """Return the origins of a value that sums many up."""
    return changed(cames, AGGREGATION)


def put(cames: Cames) -> Cames:
    """Return the origins of a value that is put into an expression, or given to a method, of a frame of polars."""
    return frozenset(one._replace(put=True) for one in cames)


@lru_cache(4096)
def deciding(cames: Cames, subtype: str = CONDITIONAL) -> Cames:
    """Return the origins of what only decides: which rows there are, in what order, which of several values."""
    return frozenset(one._replace(type=INDIRECT, subtype=subtype) if one.type == DIRECT else one for one in cames)


@lru_cache(4096)
def some_rows(rows: Cames) -> Cames:
    """Return what shapes rows of which some are taken by their place: what they were sorted by tells which."""
    return rows | frozenset(one._replace(subtype=FILTER) for one in rows if one.subtype == SORT)


@lru_cache(4096)
def met(rows: Cames) -> Cames:
    """Return what shapes rows that others meet by keys: their order tells only which of several alike comes first."""
    return hedged(frozenset(one for one in rows if one.subtype == SORT)) | frozenset(
        one for one in rows if one.subtype != SORT
    )


@lru_cache(4096)
def hedged(cames: Cames) -> Cames:
    """Return the origins of what an unknown function made."""
    return frozenset(
        one._replace(
            confidence=min(one.confidence, HEDGED), subtype=TRANSFORMATION if one.subtype == IDENTITY else one.subtype
        )
        for one in bounded(cames)
    )


@lru_cache(4096)
def any_of(cames: Cames, reads: frozenset[Path] | None = None) -> Cames:
    """Return the origins of one of several things: which of all executions of a read it is from is not known."""
    several = {one.read for one in cames if one.every} if reads is None else reads
    if not several:
        return frozenset(cames)  # what is remembered here is given to others: it knows of no column
    return frozenset(
        one._replace(confidence=min(one.confidence, HEDGED)) if any_turn(one.read) in several else one for one in cames
    )


@lru_cache(4096)
def doubted(cames: Cames, sure: Cames) -> Cames:
    """Return the origins of one of two things, of which ``sure`` are those that it has either way."""
    return frozenset(
        one if one in sure or one.confidence <= HEDGED else one._replace(confidence=HEDGED) for one in cames
    )


def aged(cames: Cames, reads: Mapping[Path, Path | None]) -> Cames:
    """Return the origins when those reads are done again: what is held comes from an earlier one.

    From which one, where that is known, else from any of them (``None``); or from one that nobody knows (``SOME``),
    where what is held does not come from several of them.
    """
    if not any(one.read in reads and not one.every for one in cames):
        return cames
    several = gathered(cames)
    return frozenset(older(one, reads, several) if one.read in reads else one for one in cames)


def gathered(origins: Iterable[Origin]) -> frozenset[tuple[Path, str]]:
    """Return the reads of which more than one execution is among the origins, each with the column that is."""
    seen: dict[tuple[Path, str], tuple[Path, bool]] = {}
    found = set()
    for one in origins:
        key = _source(one)
        if seen.setdefault(key, (one.read, one.every)) != (one.read, one.every):
            found.add(key)
    return frozenset(found)


def older(one: Origin, reads: Mapping[Path, Path | None], several: Container[tuple[Path, str]]) -> Origin:
    """Return an origin whose read is done again."""
    path = reads[one.read]
    if path and not one.every:
        return one._replace(read=path)
    known = path is None or one.every or _source(one) in several
    return one._replace(
        read=any_turn(one.read), every=True, confidence=one.confidence if known else min(one.confidence, HEDGED)
    )


def other_turns(a: Collection[Origin], b: Collection[Origin]) -> frozenset[tuple[Path, str]]:
    """Return the reads of which two things have different executions, each with the column that they have of it."""
    if a == b:
        return frozenset()
    first, second = ({(_source(one), one.read, one.every) for one in origins if _by_value(one)} for origins in (a, b))
    only, others = ({key for key, *_ in ones} for ones in (first - second, second - first))
    return frozenset(only & others)


def unsure_of(cames: Cames, reads: Collection[tuple[Path, str]]) -> Cames:
    """Return the origins, the values of these reads not sure."""
    if not reads:
        return cames
    return frozenset(
        one._replace(confidence=min(one.confidence, HEDGED)) if _by_value(one) and _source(one) in reads else one
        for one in cames
    )


def _by_value(one: Origin) -> bool:
    return not isinstance(one, Came) or one.type == DIRECT


def _source(one: Origin) -> tuple[Path, str]:
    return any_turn(one.read), one.column if isinstance(one, Came) else ""


def any_turn(read: Path) -> Path:
    """Return the path of a read, whichever of its executions is meant."""
    path, turn = turn_of(read)
    return path if turn == PREVIOUS else read


@lru_cache(1024)
def bounded(cames: Cames) -> Cames:
    """Return the origins, or where they are too many those of whole reads."""
    if len(cames) <= MAX_CAMES:
        return frozenset(cames)  # as above
    return frozenset(Came(one.read, "", one.type, one.subtype, min(one.confidence, HEDGED), one.every) for one in cames)


@lru_cache(4096)
def tidy(cames: Cames) -> Cames:
    """Return one origin for each way that a column takes: the surest, the widest. Several ways are a TRANSFORMATION."""
    best: dict[tuple[object, ...], Came] = {}
    for one in cames:
        key = (one.read, one.column, one.type, "" if one.type == DIRECT else one.subtype, one.every)
        known = best.get(key)
        if known is None:
            best[key] = one
            continue
        mixed = known.subtype if known.subtype == one.subtype else TRANSFORMATION
        best[key] = Came(
            one.read,
            one.column,
            one.type,
            mixed if one.type == DIRECT else one.subtype,
            max(known.confidence, one.confidence),
            one.every,
            known.put or one.put,
        )
    every = {key[:4]: one.confidence for key, one in best.items() if one.every}
    return frozenset(
        one
        for key, one in best.items()
        if one.every or every.get((any_turn(one.read), *key[1:4]), 0.0) < one.confidence
    )


def text_of(read: Path) -> Cames:
    """Return the origins of a text that holds all columns of a read."""
    return frozenset({Came(read, "", DIRECT, TRANSFORMATION, HEDGED)})


def union(sets: Iterable[Cames]) -> Cames:
    """Return all of them together."""
    return bounded(NOTHING.union(*sets))
