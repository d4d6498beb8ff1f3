"""The tags that count for a node at a moment: its own, and what reaches it along lineage.

Enters: a node, and a moment. Leaves: tags with their source and the way they came. A dataset or a job inherits along
edges between datasets, also what stands at the job in between; a column inherits from columns; a version has what its
dataset has. Worked out when it is asked for, by one walk upstream: nothing is copied, so that nothing can be left
behind when the source loses its tag, an edge ends or is blocked, or time has passed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from driftline.event import names
from driftline.event.label import SENSITIVE, Block, Carried, Tag, TagKind
from driftline.graph import propagate
from driftline.graph.propagate import ALL, Step, Upstream
from driftline.store import Store
from driftline.store.catalogue import Found
from driftline.store.connection import OPEN
from driftline.store.labels import NOW
from driftline.store.walks import Line, Walk

FAR = 100_000  # steps
LIMIT = 20_000  # places that are looked at

_Pairs = Mapping[tuple[int, int], frozenset[str]]  # source and target -> names of tags that do not pass
_FREE: frozenset[str] = frozenset()


class Moment(NamedTuple):
    """When is asked about."""

    now_us: int  # by which tags expire
    as_of_us: int | None = None  # None: as it stands

    @property
    def stands_us(self) -> int:
        """At which labels and edges are read."""
        return NOW if self.as_of_us is None else self.as_of_us

    @property
    def counts_us(self) -> int:
        """At which a tag must not have expired."""
        return self.now_us if self.as_of_us is None else self.as_of_us


class Tagged(NamedTuple):
    """The tags of a node."""

    own: tuple[Tag, ...] = ()
    inherited: tuple[Carried, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    truncated: bool = False


def tags(store: Store, found: Found, moment: Moment, *, columns: bool = False) -> Tagged:
    """Return the tags of a node; with ``columns`` also the names of those of a dataset's columns."""
    if found.type == "FIELD":
        return _column(store, found, moment)
    if found.type in ("VERSION", "RUN"):
        return _state(store, found, moment)
    whole = _whole(store, found, moment)
    return whole._replace(columns=_columns(store, found, moment)) if columns and found.type == "DATASET" else whole


def settled(tag: Tag, kinds: Mapping[str, TagKind]) -> Tag:
    """Return a tag of an event with what nobody could say in it: whether it spreads."""
    if tag.origin == "person":
        return tag
    kind = kinds.get(tag.name)
    spreads = kind.propagates if kind else tag.name.casefold() in SENSITIVE
    return msgspec.structs.replace(tag, propagates=spreads)


def _state(store: Store, found: Found, moment: Moment) -> Tagged:
    """A version has what its dataset has; a run has what people say of it."""
    own = _own(store, {found.node: 0}, (), None, moment).get(0, ())
    if found.dataset is None:
        return Tagged(tuple(own))
    about = Found(found.dataset.node, "DATASET", "", dataset=found.dataset, id=found.owner)
    above = _whole(store, about, moment)
    held = [Carried(tag=tag, source=about.node, path=(about.node, found.node)) for tag in above.own]
    held += [Carried(tag=one.tag, source=one.source, path=(*one.path, found.node)) for one in above.inherited]
    return Tagged(tuple(own), tuple(held), truncated=above.truncated)


def _whole(store: Store, found: Found, moment: Moment) -> Tagged:
    walk = store.walks.flows(found.id, found.type == "JOB", "up", FAR, moment.stands_us, LIMIT)
    places = {*walk.far, *(line.via for line in walk.lines if line.via), found.id}
    rows = store.walks.nodes(places)
    node = {id_: row[4] for id_, row in rows.items()}
    own = _own(store, {text: id_ for id_, text in node.items() if text}, places, None, moment)
    if not any(tag.propagates for place, tags_ in own.items() if place != found.id for tag in tags_):
        return Tagged(tuple(own.get(found.id, ())), truncated=walk.truncated)
    hubs = frozenset(id_ for id_, row in rows.items() if row[1] == "HUB")
    blocks = _blocks(store.labels.blocks(moment.stands_us), node)
    steps: Iterable[Step] = _steps(walk.lines, own, blocks)
    if hubs and blocks:
        steps = propagate.without_hubs(steps, hubs, blocks)
    inherited = tuple(
        Carried(
            tag=one.tag, source=node[one.source], path=tuple(node[place] for place in one.path if place not in hubs)
        )
        for one in Upstream(steps, own, moment.counts_us).reaching(found.id)
    )
    return Tagged(tuple(own.get(found.id, ())), inherited, truncated=walk.truncated)


def _steps(lines: Iterable[Line], own: Mapping[int, Sequence[Tag]], blocks: _Pairs) -> Iterator[Step]:
    """Yield the steps of a walk, and those from the jobs in between that have tags themselves."""
    for line in lines:
        yield _step(line.source, line.target, line.via, blocks)
        if line.via in own:
            yield _step(line.via, line.target, 0, blocks)


def _column(store: Store, found: Found, moment: Moment) -> Tagged:
    if not found.id:  # known from a schema alone
        assert found.dataset is not None
        key = (found.dataset.namespace, found.dataset.name, found.column)
        return Tagged(tuple(_own(store, {found.node: 0}, (found.owner,), {key: 0}, moment).get(0, ())))
    upstream, own, node, truncated = _columns_upstream(store, [found.id], moment)
    inherited = tuple(
        Carried(tag=one.tag, source=node[one.source], path=tuple(node[place] for place in one.path))
        for one in upstream.reaching(found.id)
    )
    return Tagged(tuple(own.get(found.id, ())), inherited, truncated=truncated)


def _columns(store: Store, found: Found, moment: Moment) -> dict[str, tuple[str, ...]]:
    starts = store.walks.fields_of([found.id], moment.stands_us)
    if not starts:
        return {}
    upstream, own, _, _ = _columns_upstream(store, starts, moment)
    said: dict[str, tuple[str, ...]] = {}
    for id_, row in sorted(store.walks.fields(starts).items()):
        held = {tag.name for tag in own.get(id_, ())} | {one.tag.name for one in upstream.reaching(id_)}
        if held:
            said[row[3]] = tuple(sorted(held))
    return said


def _columns_upstream(
    store: Store, starts: list[int], moment: Moment
) -> tuple[Upstream, dict[int, list[Tag]], dict[int, str], bool]:
    walk: Walk = store.walks.columns(starts, "up", FAR, moment.stands_us, LIMIT)
    fields = store.walks.fields([place for place in walk.far if place > 0])
    owner = store.tellings.owners(fields)
    owner.update({place: -place for place in walk.far if place < 0})
    sets = {id_: row[4] for id_, row in store.walks.nodes(owner.values()).items()}
    node = {id_: names.column_id(*row[1:4]) for id_, row in fields.items()}
    node.update({place: sets[-place] for place in walk.far if place < 0 and -place in sets})
    by_column = {(row[1], row[2], row[3]): id_ for id_, row in fields.items()}
    held = store.labels.blocks(moment.stands_us)
    blocks, between = _blocks(held, node), _blocks(held, sets)
    own = _own(store, {text: id_ for id_, text in node.items()}, owner.values(), by_column, moment)
    steps = (_column_step(line, blocks, between, owner) for line in walk.lines) if own else ()
    return Upstream(steps, own, moment.counts_us), own, node, walk.truncated


def _column_step(line: Line, blocks: _Pairs, between: _Pairs, owner: Mapping[int, int]) -> Step:
    """A block between two datasets holds for their columns."""
    names_ = blocks.get((line.source, line.target), _FREE)
    if between:
        names_ |= between.get((owner.get(line.source, 0), owner.get(line.target, 0)), _FREE)
    return Step(line.source, line.target, line.kind.startswith("INDIRECT"), names_)


def _step(source: int, target: int, via: int, blocks: _Pairs) -> Step:
    """A block into or out of the job in between holds for what passes through it."""
    if not blocks:
        return Step(source, target)
    names_ = blocks.get((source, target), _FREE)
    if via:
        names_ |= blocks.get((source, via), _FREE) | blocks.get((via, target), _FREE)
    return Step(source, target, blocked=names_)


def _blocks(blocks: Iterable[Block], node: Mapping[int, str]) -> dict[tuple[int, int], frozenset[str]]:
    held = list(blocks)
    if not held:
        return {}
    numbers = {text: id_ for id_, text in node.items() if text}
    found: dict[tuple[int, int], frozenset[str]] = {}
    for one in held:
        if one.source in numbers and one.target in numbers:
            pair = numbers[one.source], numbers[one.target]
            found[pair] = found.get(pair, _FREE) | {one.tag or ALL}
    return found


def _own(
    store: Store,
    numbers: Mapping[str, int],
    nodes: Iterable[int],
    by_column: Mapping[tuple[str, str, str], int] | None,
    moment: Moment,
) -> dict[int, list[Tag]]:
    """Return the tags that stand at places and have not expired.

    Args:
        store: the store.
        numbers: the place of each node id, for what people say.
        nodes: datasets and jobs, for what events say of them.
        by_column: the places of columns, where columns are walked: a dataset's own place is negative there.
        moment: when.
    """
    found: dict[int, list[Tag]] = {}
    until = OPEN if moment.as_of_us is None else moment.as_of_us
    kinds = store.labels.kinds()
    for told in store.tellings.tagged(nodes, until):
        places = [(told.id if by_column is None else -told.id, told.said.tags)]
        for column, tags_ in told.said.column_tags.items():
            place = by_column.get((told.namespace, told.name, column)) if by_column else None
            if place is not None:
                places.append((place, tags_))
        for place, tags_ in places:
            found.setdefault(place, []).extend(settled(tag, kinds) for tag in tags_)
    for place, tag in store.labels.tagged(numbers, moment.stands_us):
        found.setdefault(place, []).append(tag)
    return {
        place: held for place, tags_ in found.items() if (held := [tag for tag in tags_ if tag.holds(moment.counts_us)])
    }
