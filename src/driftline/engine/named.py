"""Versions by what people say of their time: the latest, the one before it, the one of a moment.

Enters: ``features@latest``, ``features@previous``, ``features@2013-01-31T08:00`` or the same of a slice, such as
``feed#2013-01-31@latest``. Leaves: the node id of that version; or the newest ones of a dataset. What was there comes
from the states of the dataset, so that bytes that came back are the latest. Never guesses which slice is meant.
"""

from driftline import clock
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
from driftline.event import names
from driftline.event.lineage import Dataset, Version
from driftline.event.report import VersionSummary
from driftline.store.connection import NOW

LATEST, PREVIOUS = "latest", "previous"
HINT = "After @ stands latest, previous or a time: features@previous, features@2013-01-31T08:00:00Z."
_SLICES = 3  # that a hint names


def find(house: House, text: str) -> list[str]:
    """Return the node ids that ``text`` names: as the store does, else of a version by its time.

    Raises:
        BadInput: what stands after the @ is neither a word nor a time, or a slice is to be named.
        NotFound: the dataset had no such version.
    """
    found = house.store.lineage.find(text)
    if found:
        return found
    owner, when, slice_, named = _parts(house, text)
    if len(named) > 1:
        return [f"{one}{owner}@{when}" for one in named]
    return [_version(house, named[0], slice_, when, text)[0]] if named else []


def newest(house: House, dataset: Dataset, limit: int) -> list[VersionSummary]:
    """Return the newest versions of a dataset, of each slice the one that is there now before the others.

    That may be one that was there before, and came again.
    """
    memory = house.store.lineage
    listed, known = memory.versions(dataset, limit), memory.lookup(dataset.node)
    slots: dict[str, list[VersionSummary]] = {}
    for one in listed:
        slots.setdefault(one.partition, []).append(one)
    dataset_id = known.id if known is not None else 0
    for slice_, held in slots.items():
        rows = house.store.walks.version_rows(house.store.states.at(dataset_id, slice_, NOW))
        there = {row[3] for row in rows.values()}
        older = (memory.version(Version(dataset, name)) for name in sorted(there - {one.version for one in listed}))
        every = [*(one for one in older if one is not None), *held]
        held[:] = sorted(every, key=lambda one: one.version not in there)
    return [slots[one.partition].pop(0) for one in listed]


def since(house: House, text: str) -> int:
    """Return from when on the version was there that ``text`` names by its time; 0: it names none so.

    Raises:
        BadInput, NotFound: as above.
    """
    _, when, slice_, named = _parts(house, text)
    if len(named) != 1 or house.store.lineage.find(text):
        return 0
    return _version(house, named[0], slice_, when, text)[1]


def _parts(house: House, text: str) -> tuple[str, str, str, list[str]]:
    """Return what follows the dataset's name up to the @, what stands after that, the slice, and the datasets."""
    owner, _, when = text.strip().rpartition("@")
    for place, slice_ in ((owner, ""), (owner.rpartition("#")[0], owner.rpartition("#")[2])):
        named = house.store.lineage.find(place, only="DATASET") if place else []
        if named:
            return owner[len(place) :], when, slice_, named
    return "", "", "", []


def _version(house: House, node: str, slice_: str, when: str, text: str) -> tuple[str, int]:
    known = house.store.lineage.lookup(node)
    assert known is not None
    assert known.dataset is not None
    states = house.store.states
    moment = _moment(when, text)
    slices = states.seen(known.id, 0, NOW, _SLICES) if not slice_ else []
    if slices:
        said = ", ".join(f"{known.dataset.name}#{one}@{when}" for one in slices)
        raise BadInput(f"{known.dataset.name} has partitions", hint=f"Name one, such as {said}.")
    there = sorted(states.at(known.id, slice_, moment))
    turn = states.turn(known.id, slice_, there[-1], moment) if there else None
    since_us = turn.since_us if turn is not None else 0
    if when == PREVIOUS:
        there, since_us = (sorted(turn.gone), turn.gone_since_us) if turn is not None else ([], 0)
    if not there:
        hint = "'driftline lineage NAME' shows what is known of a dataset."
        before = "no other version before" if when == PREVIOUS else "no version then"
        raise NotFound(f"{text!r}: {known.dataset.name}{f'#{slice_}' if slice_ else ''} had {before}", hint=hint)
    return _node(known.dataset, house.store.walks.version_rows(there)[there[-1]][3]), since_us


def _moment(when: str, text: str) -> int:
    if when in (LATEST, PREVIOUS):
        return NOW
    try:
        return clock.parse(when)
    except ValueError:
        raise BadInput(f"{text!r}: {when!r} is no time", hint=HINT) from None


def _node(dataset: Dataset, version: str) -> str:
    return names.dataset_id(dataset.namespace, dataset.name, version)
