"""Third step: compare what the run read and wrote with how those datasets look while they are well.

Each version is judged once, whoever shows it first. Whether it then joins the reference is decided at the end of the
story: columns with an alarm are held out while an incident involves their dataset. The reference of a dataset lives
in the store as a small record; the pool of recent profiles is merged again each seventh batch, from the profiles in
the store.
"""

from collections.abc import Iterable, Iterator

import msgspec

from driftline import drift, profile
from driftline.drift import Batch, Judgement, Pool, Reference
from driftline.engine.house import House
from driftline.engine.known import Known, Member
from driftline.event.finding import Finding
from driftline.event.lineage import RunShape, Touched
from driftline.profile import Profile

_WEEK = 7  # batches
_KEPT = 128  # decoded and merged profiles kept in memory
_REMEMBERED = 400  # judged versions remembered per dataset
_FEEDS = 100  # inputs of a run up to which the rows of its outputs are compared with those of each

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Known)


class Judged(msgspec.Struct, frozen=True):
    """One batch with what was found about it."""

    batch: Batch
    judgement: Judgement
    profile: str  # hash of its profile

    @property
    def node(self) -> str:
        """Node id of its dataset."""
        return self.batch.dataset.node


def batches(house: House, run: RunShape) -> list[Judged]:
    """Return every version that this run showed first, judged; of a failed run, only what it read."""
    if run.state not in {"COMPLETE", "FAIL"}:
        return []
    return [judged for touched, feeds in _shown(run) for judged in _judge(house, run, touched, feeds)]


def findings(judged: Iterable[Judged]) -> list[Finding]:
    """Return what was found."""
    return [finding for one in judged for finding in one.judgement.findings]


def admit(house: House, judged: Iterable[Judged]) -> None:
    """Let the batches join their references; columns with an alarm stay out while an incident involves the dataset."""
    for one in judged:
        known = _known(house, one.node)
        involved = house.involved.get(one.node, 0) >= one.batch.time_us
        held = one.judgement.alarms if involved else frozenset()
        reference, members = known.reference, known.members
        if not (held and one.judgement.replaced):
            reference = drift.admit(reference, one.batch, one.judgement.measures, held)
            members = (*members, Member(one.profile, tuple(sorted(held - {""}))))[-len(reference.members) :]
        pooled = house.pools[one.node][0] if one.node in house.pools else known.pooled
        known = Known(reference, members, (*known.judged, _label(one.batch))[-_REMEMBERED:], pooled)
        house.known[one.node] = known
        house.changed[one.node] = known


def keep(house: House) -> None:
    """Write the references that batches have joined, each once; before the transaction ends that they joined in."""
    for node, known in house.changed.items():
        house.store.state.put(f"reference:{node}", _encoder.encode(known))
    house.changed.clear()


def _shown(run: RunShape) -> Iterator[tuple[Touched, dict[str, int]]]:
    feeds: dict[str, int] = {}
    for touched in run.inputs:
        yield touched, {}
        if touched.rows:
            feeds[touched.dataset.node] = feeds.get(touched.dataset.node, 0) + touched.rows
    for touched in run.outputs if run.state == "COMPLETE" else ():
        yield touched, feeds if len(feeds) <= _FEEDS else {}


def _judge(house: House, run: RunShape, touched: Touched, feeds: dict[str, int]) -> Iterator[Judged]:
    measured = _profile(house, Member(touched.profile)) if touched.profile else None
    if measured is None:
        return
    known = _known(house, touched.dataset.node)
    batch = Batch(
        dataset=touched.dataset,
        version=touched.version,
        partition=touched.partition,
        time_us=run.time_us,
        kind=touched.kind,
        profile=measured,
        fields=touched.fields,
        feeds=feeds,
    )
    if _label(batch) not in known.judged:
        yield Judged(batch, drift.judge(batch, known.reference, _pool(house, batch, known)), touched.profile)


def _label(batch: Batch) -> str:
    return f"{batch.version}@{batch.partition}"


def _known(house: House, node: str) -> Known:
    known = house.known.get(node)
    if known is None:
        body = house.store.state.get(f"reference:{node}")
        known = _decoder.decode(body) if body else Known(Reference())
        house.known[node] = known
    return known


def _pool(house: House, batch: Batch, known: Known) -> Pool | None:
    """Return the merged profile of the reference's members, renewed when it is due."""
    node = batch.dataset.node
    if not known.members:
        return None
    kept = house.pools.get(node)
    wanted = known.members if known.reference.due or not known.pooled else known.pooled
    if kept is None or kept[0] != wanted:
        kept = (wanted, Pool(_merged(house, wanted)))
        house.pools[node] = kept
    return kept[1]


def _merged(house: House, members: tuple[Member, ...]) -> Profile:
    """Merge week by week, so that a week that was merged before is not merged again."""
    weeks: dict[int, list[Member]] = {}
    for place, member in enumerate(members):
        weeks.setdefault(place // _WEEK, []).append(member)
    return profile.merge([_week(house, tuple(members)) for members in weeks.values()])


def _week(house: House, members: tuple[Member, ...]) -> Profile:
    found = house.weeks.get(members)
    if found is None:
        read = [_profile(house, member) for member in members]
        found = profile.merge([one for one in read if one is not None])
        if len(house.weeks) >= _KEPT:
            house.weeks.pop(next(iter(house.weeks)))
        house.weeks[members] = found
    return found


def _profile(house: House, member: Member) -> Profile | None:
    """Return a profile without what is held out of it; None where it cannot be read, as anybody may send anything."""
    found = house.profiles.get(member.profile)
    if found is None:
        found = profile.readable(house.store.profiles.get(member.profile))
        if found is None:
            return None
        if len(house.profiles) >= _KEPT:
            house.profiles.pop(next(iter(house.profiles)))
        house.profiles[member.profile] = found
    if not member.without:
        return found
    kept = {name: column for name, column in found.columns.items() if name not in member.without}
    return msgspec.structs.replace(found, columns=kept)
