"""Which columns and rows differ between the versions that datasets had at two moments.

Enters: datasets and two moments. Leaves: one ``DataChange`` per dataset with another version, from the fingerprints
that came with the versions; no data is read. Versions of different slices of a dataset are no change of it. Where a
fingerprint is missing, or the forms differ, it says that nothing is known.
"""

from collections.abc import Iterator, Mapping

from driftline import profile
from driftline.engine.house import House
from driftline.event import facets
from driftline.event.lineage import Dataset, Touched, Version
from driftline.event.report import ColumnCells, DataChange
from driftline.profile import Comparison, Fingerprint
from driftline.profile import facet as printed


def changes(house: House, datasets: Mapping[int, str], since: int, until: int) -> tuple[DataChange, ...]:
    """Return how the content of ``datasets`` (ids to nodes) differs between two moments, by node."""
    found = []
    for id_, node in datasets.items():
        old, new = (house.store.walks.version_at(id_, moment) for moment in (since, until))
        change = _change(house, node, old, new) if old and new and old != new else None
        found += [change] if change is not None else []
    return tuple(sorted(found, key=lambda one: one.node))


def _change(house: House, node: str, before: int, after: int) -> DataChange | None:
    rows = house.store.walks.version_rows((before, after))
    one, two = (house.store.lineage.touched(Version(Dataset(*rows[id_][1:3]), rows[id_][3])) for id_ in (before, after))
    if one is None or two is None or one.partition != two.partition:
        return None
    first, second = _print(house, one), _print(house, two)
    found = profile.compare(first, second) if first is not None and second is not None else None
    if found is None:
        found = _by_value(one.fingerprint, two.fingerprint)
    return DataChange(
        node=node,
        before=one.version,
        after=two.version,
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
