"""Which columns and rows differ between two versions, or between those that datasets had at two moments.

Enters: two versions, datasets and two moments, or versions that something stands on. Leaves: one ``DataChange`` per
dataset with another version, from the fingerprints that came with the versions; no data is read. Versions of different
slices of a dataset are no change of it. Where a fingerprint is missing, or the forms differ, it says that nothing is
known.
"""

from collections.abc import Iterable, Iterator, Mapping

from driftline import profile
from driftline.engine import questions
from driftline.engine.house import House
from driftline.errors import BadInput, NotFound
from driftline.event import facets, names
from driftline.event.lineage import Dataset, Node, Touched, Version
from driftline.event.report import ColumnCells, DataChange, Difference
from driftline.graph import difference
from driftline.profile import Comparison, Fingerprint
from driftline.profile import facet as printed

NEWEST = 5  # versions that a hint names
BEHIND = 12  # versions that are compared with those before them


def changes(house: House, datasets: Mapping[int, str], since: int, until: int) -> tuple[DataChange, ...]:
    """Return how the content of ``datasets`` (ids to nodes) differs between two moments, by node."""
    found = []
    for id_, node in datasets.items():
        old, new = (house.store.walks.version_at(id_, moment) for moment in (since, until))
        change = _change(house, node, old, new) if old and new and old != new else None
        found += [change] if change is not None else []
    return tuple(sorted(found, key=lambda one: one.node))


def behind(house: House, parts: Iterable[Iterable[Node]], until_us: int) -> tuple[DataChange, ...]:
    """Return how versions that something stood on at a moment differ from those before them, nearest first.

    Each of the ``parts`` are the versions behind one of the things that it stood on. What has no version before it, or
    only the same content, is left out, and so is what changed before the nearest one that changed was made the time
    before, as that stood on it already; and what lies beyond the ``BEHIND`` nearest.
    """
    found: dict[str, DataChange] = {}
    for nodes in parts:
        nearest = sorted({node.id: node for node in nodes}.values(), key=lambda node: (abs(node.depth), node.id))
        since_us, there_us = 0, max([until_us, *(node.time_us for node in nearest[:1])])  # a run tells of it at its end
        for node in nearest[:BEHIND]:
            told = _since_before(house, node) if since_us < node.time_us <= there_us else None
            if told is not None and told[0].verdict != "same":
                found.setdefault(node.id, told[0])
                since_us = since_us or told[1]
    return tuple(found.values())


def _since_before(house: House, node: Node) -> tuple[DataChange, int] | None:
    """Return how a version differs from the one that the same slice of its dataset had before, and when that came."""
    known = house.store.lineage.lookup(node.id)
    if known is None or known.dataset is None:
        return None
    now = house.store.lineage.touched(Version(known.dataset, known.version))
    if now is None:
        return None
    earlier = house.store.lineage.versions(known.dataset, 1, node.time_us, partition=now.partition)
    before = house.store.lineage.touched(Version(known.dataset, earlier[0].version)) if earlier else None
    return None if before is None else (_compared(house, known.dataset.node, before, now), earlier[0].time_us)


def between(house: House, before: str, after: str) -> Difference:
    """Return how the content and the schema of two versions of one dataset differ, whatever lay between them.

    Raises:
        BadInput: one of them is no version, or they are versions of two datasets.
        NotFound, Ambiguous: one of them is not known, or means several.
    """
    one, two = _touched(house, before), _touched(house, after)
    if one.dataset != two.dataset:
        hint = "Name two versions of one dataset, such as features#v3 features#v4."
        raise BadInput(f"{before} and {after} are versions of two datasets", hint=hint)
    node = one.dataset.node
    change = _compared(house, node, one, two)
    moments = [_time(house, each) for each in (one, two)]
    sides = [{node: each.fields} if each.fields is not None else {} for each in (one, two)]
    return Difference(
        node=node,
        since_us=moments[0],
        until_us=moments[1],
        fields=difference.fields(*sides),
        data=(change,),
        sentence=change.sentence,
    )


def _touched(house: House, text: str) -> Touched:
    known = house.store.lineage.lookup(questions.resolve(house, text))
    if known is None or known.type != "VERSION" or known.dataset is None:
        of = known.dataset if known is not None else None
        newest = house.store.lineage.versions(of, NEWEST) if of else []
        told = ", ".join(names.dataset_id(of.namespace, of.name, one.version) for one in newest if of)
        hint = "A version is written as features#v3" + (f"; the newest are {told}." if told else ".")
        raise BadInput(f"{text} is no version", hint=hint)
    found = house.store.lineage.touched(Version(known.dataset, known.version))
    if found is None:
        raise NotFound(text)
    return found


def _time(house: House, touched: Touched) -> int:
    found = house.store.lineage.version(Version(touched.dataset, touched.version))
    return found.time_us if found else 0


def _change(house: House, node: str, before: int, after: int) -> DataChange | None:
    rows = house.store.walks.version_rows((before, after))
    one, two = (house.store.lineage.touched(Version(Dataset(*rows[id_][1:3]), rows[id_][3])) for id_ in (before, after))
    if one is None or two is None or one.partition != two.partition:
        return None
    return _compared(house, node, one, two)


def _compared(house: House, node: str, one: Touched, two: Touched) -> DataChange:
    first, second = _print(house, one), _print(house, two)
    found = profile.compare(first, second) if first is not None and second is not None else None
    if found is None:
        found = _by_value(one.fingerprint, two.fingerprint)
    return DataChange(
        node=node,
        before=one.version,
        after=two.version,
        partition=two.partition,
        verdict=found.verdict,
        columns=tuple(_columns(found)),
        sure=found.sure,
        sentence=found.sentence,
    )


def _columns(found: Comparison) -> Iterator[ColumnCells]:
    for name, spans in found.columns.items():
        yield ColumnCells(name=name, change="changed", rows=spans)
    for name in found.came:
        yield ColumnCells(name=name, change="came")
    for name in found.went:
        yield ColumnCells(name=name, change="went")


def _print(house: House, touched: Touched) -> Fingerprint | None:
    raw = house.store.profiles.get(touched.hashes) if touched.hashes else None
    try:
        return printed.read(facets.read(raw, facets.FingerprintFacet)) if raw else None
    except facets.UNREADABLE:
        return None


def _by_value(before: str, after: str) -> Comparison:
    """Return what the values of two fingerprints say without their parts."""
    forms = [value.rpartition(":")[0] for value in (before, after)]
    if not before or not after:
        return Comparison("unknown", {}, sure=False, sentence="Another version; its content was not fingerprinted.")
    if forms[0] != forms[1]:
        said = f"Fingerprints of the forms {forms[0] or 'unknown'} and {forms[1] or 'unknown'} cannot be compared."
        return Comparison("unknown", {}, sure=False, sentence=said)
    if before == after:
        return Comparison("same", {}, sentence="Another version with the same content.")
    return Comparison("changed", {}, sentence="The content differs; where is not known.")
