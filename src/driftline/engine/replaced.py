"""What took the place of what: how datasets and their slices came to hold what they hold.

Enters: the versions that something stood on at a moment, or datasets and two moments. Leaves: one ``DataChange`` for
each slice that holds something else than before, also where that is what it held at an earlier time, and for each
slice, or file of one, that came or went. A slice is missed only by a run of a job whose run before it read that slice,
and some that both read: who reads another day reads other slices. Reads fingerprints, never data. Source: decision
0019.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from driftline.engine import cells
from driftline.engine.house import House
from driftline.event import names
from driftline.event.lineage import Node, Subgraph
from driftline.event.report import DataChange
from driftline.store.connection import NOW
from driftline.store.states import Turn

BEHIND = 12  # versions that are compared with those before them
SLICES = 200  # of a dataset, that are looked at
LISTED = 20  # slices of a dataset that came and went, that are told


class _Told(NamedTuple):
    """A change, and when what was there before had been made."""

    change: DataChange
    made_us: int


def changes(house: House, datasets: Mapping[int, str], since: int, until: int) -> tuple[DataChange, ...]:
    """Return how the content of ``datasets`` (ids to nodes) differs between two moments, by node and slice."""
    found = []
    for id_, node in datasets.items():
        first, last = min(since, until), max(since, until)
        slices = ["", *house.store.states.seen(id_, first, last, SLICES)]
        for slice_ in slices:
            old, new = (house.store.states.at(id_, slice_, moment) for moment in (since, until))
            if old != new and (slice_ or (old and new)):
                found += _pair(house, node, slice_, sorted(old - new), sorted(new - old))
        if slices[1:] or house.store.states.seen(id_, 0, last, 1):
            earlier, later = (house.store.states.reader(id_, moment) for moment in (since, until))
            told = {(change.partition, change.before or change.after) for change in found if change.node == node}
            more = _gone(house, node, id_, later, since) if earlier and later else ()
            found += [one for one in more if (one.partition, one.before) not in told]
    return tuple(sorted(found, key=lambda one: (one.node, one.partition, one.after)))


def behind(house: House, parts: Iterable[Subgraph], until_us: int) -> tuple[DataChange, ...]:
    """Return how what something stood on at a moment differs from what was there before, nearest first.

    Each of the ``parts`` is what lies behind one of the things that it stood on. What has nothing before it, or only
    the same content, is left out, and so is what changed before the nearest one that changed was made the time before,
    as that stood on it already; and what lies beyond the ``BEHIND`` nearest.
    """
    found: dict[tuple[str, str, str, str], DataChange] = {}
    for part in parts:
        versions = {node.id: node for node in part.nodes if node.type == "VERSION"}
        nearest = sorted(versions.values(), key=lambda node: (abs(node.depth), node.id))
        readers = _readers(part)
        since_us, there_us = 0, max([until_us, *(node.time_us for node in nearest[:1])])  # a run tells of it at its end
        asked: set[tuple[str, str]] = set()
        for node in nearest[:BEHIND]:
            runs = readers.get(node.id, [])
            moment_us = max([node.time_us, *(run.time_us for run in runs)] if runs else [there_us])
            told = [*_turns(house, node, moment_us), *_missed(house, node, runs, asked)]
            fit = [one for one in told if since_us < one.change.at_us <= there_us and one.change.verdict != "same"]
            for one in fit:
                change = one.change
                found.setdefault((change.node, change.partition, change.before, change.after), change)
            since_us = since_us or max((one.made_us for one in fit), default=0)
    return tuple(found.values())


def _readers(part: Subgraph) -> dict[str, list[Node]]:
    """Return the runs that read each version, as far as they are drawn."""
    runs = {node.id: node for node in part.nodes if node.type == "RUN"}
    found: dict[str, list[Node]] = {}
    for link in part.edges:
        if link.kind == "READ" and link.target in runs:
            found.setdefault(link.source, []).append(runs[link.target])
    return found


def _turns(house: House, node: Node, moment_us: int) -> Iterator[_Told]:
    """Yield how a version came to be there, in each slice that it was."""
    known = house.store.lineage.lookup(node.id)
    if known is None or known.dataset is None:
        return
    for slice_ in house.store.states.slices(known.id)[:LISTED]:
        turn = house.store.states.turn(known.owner, slice_, known.id, moment_us)
        if turn is not None and turn.gone:
            made = _pair(house, known.dataset.node, slice_, turn.gone[-1:], [known.id])
            yield from (_Told(_dated(change, turn), turn.gone_since_us) for change in made)


def _dated(change: DataChange, turn: Turn) -> DataChange:
    sentence = change.sentence
    if turn.returned:
        sentence = (
            f"Back from {names.short(change.before)} to {names.short(change.after)}, as it was before. {sentence}"
        )
    return msgspec.structs.replace(change, at_us=turn.since_us, returned=turn.returned, sentence=sentence)


def _missed(house: House, node: Node, runs: Iterable[Node], asked: set[tuple[str, str]]) -> Iterator[_Told]:
    """Yield the slices of a version's dataset that came or went with some runs that read it, each run asked once."""
    known = house.store.lineage.lookup(node.id)
    if known is None or known.dataset is None:
        return
    for run in runs:
        found = house.store.lineage.lookup(run.id)
        if found is None or (run.id, known.dataset.node) in asked:
            continue
        if not any(run.id == one for one, _ in asked):
            yield from (_Told(change, 0) for change in _inputs(house, found.id))
        asked.add((run.id, known.dataset.node))
        for change in _gone(house, known.dataset.node, known.owner, found.id, None):
            yield _Told(change, 0)


def _inputs(house: House, run: int) -> Iterator[DataChange]:
    """Yield the datasets that a run read and the run before it had not, and the reverse.

    The run before it is the last one of its job that wrote one of the same datasets; it counts where both wrote the
    same and read something in common.
    """
    row = house.store.walks.run_rows([run])[run]
    now = _touched(house, run)
    wrote = min((dataset for role, dataset in now if role), default=0)
    before = house.store.states.before(row[3], wrote, row[5], wrote=True) if wrote else 0
    then = _touched(house, before) if before else {}
    read, written = ([{one for role, one in side if role == way} for side in (now, then)] for way in (0, 1))
    if read[0].isdisjoint(read[1]) or written[0] != written[1]:
        return
    rows = house.store.walks.nodes(read[0] ^ read[1])
    for dataset in sorted(rows):
        came = dataset in read[0]
        version = (now if came else then)[0, dataset]
        said = "It was not read the time before." if came else "It was read the time before, and is not any more."
        yield DataChange(
            node=rows[dataset][4],
            before="" if came else version,
            after=version if came else "",
            verdict="came" if came else "went",
            at_us=row[5],
            sentence=said,
        )


def _touched(house: House, run: int) -> dict[tuple[int, int], str]:
    """Return one version of each dataset that a run read (0) or wrote (1)."""
    met = house.store.views.versions([run], NOW)
    rows = house.store.walks.version_rows(version for _, _, version in met)
    return {(role, rows[version][11]): rows[version][3] for _, role, version in met}


def _gone(house: House, node: str, dataset: int, run: int, since: int | None) -> list[DataChange]:
    """Return which slices, or files of slices, a run read that the run of its job before it had not, and the reverse.

    ``since``: the run before a moment; None: the one before it.
    """
    states, row = house.store.states, house.store.walks.run_rows([run])[run]
    before = states.before(row[3], dataset, row[5] if since is None else since + 1)
    now = states.read(run, dataset) if before and before != run else {}
    then = states.read(before, dataset) if now else {}
    if now.keys().isdisjoint(then):
        return []
    found: list[DataChange] = []
    for slice_ in sorted(now.keys() | then.keys()):
        came = now.get(slice_, frozenset()) - then.get(slice_, frozenset())
        went = then.get(slice_, frozenset()) - now.get(slice_, frozenset())
        if not came or not went:
            found += _pair(
                house, node, slice_, sorted(went), sorted(came), whole=slice_ not in now or slice_ not in then
            )
    found = [msgspec.structs.replace(change, at_us=row[5]) for change in found]
    if len(found) > LISTED:
        more = f"{found[LISTED - 1].sentence} So did, or went, {len(found) - LISTED:,} more."
        found[LISTED - 1 :] = [msgspec.structs.replace(found[LISTED - 1], sentence=more)]
    return found


def _pair(
    house: House, node: str, slice_: str, went: Iterable[int], came: Iterable[int], *, whole: bool = True
) -> list[DataChange]:
    """Return how what came in a slice differs from what went: one by one, the rest came or went."""
    gone, new = list(went), list(came)
    known = {id_: cells.touched_by_id(house, id_) for id_ in (*gone, *new)}
    found = [cells.compared(house, node, known[one], known[two], slice_) for one, two in zip(gone, new, strict=False)]
    what = "The partition" if whole else "A file of the partition"
    rows = zip(("went", "came"), (gone[len(new) :], new[len(gone) :]), strict=True)
    for verdict, ids in rows:
        for id_ in ids:
            version = known[id_].version
            counted = f", with {known[id_].rows:,} row{'' if known[id_].rows == 1 else 's'}" if known[id_].rows else ""
            found.append(
                DataChange(
                    node=node,
                    before=version if verdict == "went" else "",
                    after=version if verdict == "came" else "",
                    partition=slice_,
                    verdict=verdict,
                    sentence=f"{what} {verdict}{counted}.",
                )
            )
    return found
