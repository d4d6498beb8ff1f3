"""Third step: compare what the run read and wrote with how those datasets look while they are well.

Each version is judged once, whoever shows it first. The reference of a dataset lives in the store as a small record; the
pool of recent profiles is merged again each seventh batch, from the profiles in the store.
"""

from collections.abc import Iterator

import msgspec

from driftline import drift, profile
from driftline.drift import Batch, Reference
from driftline.engine.house import House
from driftline.engine.known import Known
from driftline.event.finding import Finding
from driftline.event.lineage import RunShape, Touched
from driftline.profile import Profile

_WEEK = 7  # batches
_KEPT = 512  # decoded profiles kept in memory
_REMEMBERED = 400  # judged versions remembered per dataset


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Known)


def batches(house: House, run: RunShape) -> list[Finding]:
    """Return the findings of every version that this run showed first; only finished runs are judged."""
    if run.state != "COMPLETE":
        return []
    return [finding for touched, feeds in _shown(run) for finding in _judge(house, run, touched, feeds)]


def _shown(run: RunShape) -> Iterator[tuple[Touched, dict[str, int]]]:
    for touched in run.inputs:
        yield touched, {}
    feeds: dict[str, int] = {}
    for touched in run.inputs:
        if touched.rows:
            feeds[touched.dataset.node] = feeds.get(touched.dataset.node, 0) + touched.rows
    for touched in run.outputs:
        yield touched, feeds


def _judge(house: House, run: RunShape, touched: Touched, feeds: dict[str, int]) -> tuple[Finding, ...]:
    if not touched.profile:
        return ()
    node = touched.dataset.node
    known = _known(house, node)
    label = f"{touched.version}@{touched.partition}"
    if label in known.judged:
        return ()
    batch = Batch(
        dataset=touched.dataset,
        version=touched.version,
        partition=touched.partition,
        time_us=run.time_us,
        kind=touched.kind,
        profile=_profile(house, touched.profile),
        fields=touched.fields,
        feeds=feeds,
    )
    judgement = drift.judge(batch, known.reference, _pool(house, node, known))
    reference, members = known.reference, known.profiles
    if judgement.healthy:
        reference = drift.admit(reference, batch, judgement.measures)
        members = (*members, touched.profile)[-len(reference.members) :]
    known = Known(reference, members, (*known.judged, label)[-_REMEMBERED:])
    house.known[node] = known
    house.store.state.put(f"reference:{node}", _encoder.encode(known))
    return judgement.findings


def _known(house: House, node: str) -> Known:
    known = house.known.get(node)
    if known is None:
        body = house.store.state.get(f"reference:{node}")
        known = _decoder.decode(body) if body else Known(Reference())
        house.known[node] = known
    return known


def _pool(house: House, node: str, known: Known) -> Profile | None:
    """Return the merged profile of the reference's members, renewed when it is due."""
    if not known.profiles:
        return None
    stamp = known.profiles if known.reference.due else None
    kept = house.pools.get(node)
    if kept is None or (stamp is not None and kept[0] != stamp):
        kept = (known.profiles, _merged(house, known))
        house.pools[node] = kept
    return kept[1]


def _merged(house: House, known: Known) -> Profile:
    """Merge week by week, so that a week that was merged before is not merged again."""
    first = known.reference.batches - len(known.profiles)
    weeks: dict[int, list[str]] = {}
    for place, key in enumerate(known.profiles, start=first):
        weeks.setdefault(place // _WEEK, []).append(key)
    return profile.merge([_week(house, tuple(keys)) for keys in weeks.values()])


def _week(house: House, keys: tuple[str, ...]) -> Profile:
    found = house.weeks.get(keys)
    if found is None:
        found = profile.merge([_profile(house, key) for key in keys])
        if len(house.weeks) >= _KEPT:
            house.weeks.pop(next(iter(house.weeks)))
        house.weeks[keys] = found
    return found


def _profile(house: House, key: str) -> Profile:
    found = house.profiles.get(key)
    if found is None:
        found = profile.decode(house.store.profiles.get(key) or b"")
        if len(house.profiles) >= _KEPT:
            house.profiles.pop(next(iter(house.profiles)))
        house.profiles[key] = found
    return found
