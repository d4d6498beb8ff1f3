"""Columns whose values were kept while rows were chosen, sorted, repeated or put together: by name and by content.

Enters: the contents of an output and of what was read before it was written. Leaves: edges for columns of the same name
and family whose values are all among those of a source, or of several sources together which are themselves part of
the output. Of two sources of which the one was made from the other in the same run, only the nearer one counts. It is
more than a guess by name, and less than a proof: changes that keep every value among the old ones look the same.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline import profile
from driftline.capture.runs.columns import KEPT, Bound, Reach
from driftline.event.lineage import Dataset
from driftline.profile import Column, dense, within

if TYPE_CHECKING:
    from driftline.capture.tables.contents import Contents

LIKELY, POSSIBLE = 0.8, 0.5  # confidence where the values tell, and where they are few or only number the rows
_TELLING = 7.0  # evidence that leaves an accident of about one in a thousand
_ACCIDENT = 0.5  # chance of any value of that kind to be among those of the source; above it they tell nothing
_MOST = 4_000  # pairs of columns that are compared, 10 to 50 microseconds each; of more nothing is said


class Source(NamedTuple):
    """Something that was read, or that the run wrote and has at hand."""

    dataset: Dataset
    contents: "Contents"
    lineage: dict[str, Any] | None = None  # body of its columnLineage facet, where the run wrote it


class _Other(NamedTuple):
    dataset: Dataset
    parts: list[dict[str, Column]]  # one per version that was read, such as the partitions of a folder
    fields: dict[str, Any]  # by column, where it comes from

    def named(self, name: str) -> list[Column]:
        return [part[name] for part in self.parts if name in part]


def wanted(output: "Contents", known: Collection[str]) -> list[str]:
    """Return the columns of ``output`` that are looked for: not ``known`` otherwise, with several values."""
    return [name for name in output.hashes if name not in known and name in output.varied]


def kept(output: "Contents", sources: Iterable[Source], known: Collection[str], profiled: int = 0) -> Bound:
    """Return edges into the columns of ``output`` that are not ``known`` otherwise.

    Args:
        output: what was written.
        sources: what may have fed it: all of those datasets that have a column of a name that is ``wanted``.
        known: columns of it whose sources are known.
        profiled: how many versions may have fed it, with those that have no such column; 0 = those are all.
    """
    names = wanted(output, known)
    own = profile.readable(output.profile) if names and output.profile else None
    if own is None:
        return {}, []
    others: dict[Dataset, _Other] = {}
    for one in sources:
        found = profile.readable(one.contents.profile) if one.contents.profile else None
        if found is not None:
            other = others.setdefault(one.dataset, _Other(one.dataset, [], {}))
            other.parts.append(found.columns)
            other.fields.update((one.lineage or {}).get("fields", {}))
    if len(names) * (profiled or sum(len(other.parts) for other in others.values())) > _MOST:
        return {}, []
    held = {
        name: list(_behind(name, own.columns[name], list(others.values()), output))
        for name in names
        if name in own.columns
    }
    return {name: reaches for name, reaches in held.items() if reaches}, []


def _behind(name: str, column: Column, others: Sequence[_Other], output: "Contents") -> Iterator[Reach]:
    having = [other for other in others if other.named(name)]
    found = {other.dataset: within.evidence(column, other.named(name)) for other in having}
    whole = {dataset: evidence for dataset, evidence in found.items() if evidence > 0}
    for dataset in {source for other in having if other.dataset in whole for source in _made_from(other, name)}:
        whole.pop(dataset, None)
    share = len(whole)
    if not whole:  # of several that were put together each one is part of the output
        parts = [other for other in having if all(within.evidence(one, [column]) > 0 for one in other.named(name))]
        beneath = {source for other in parts for source in _made_from(other, name)}
        parts = [other for other in parts if other.dataset not in beneath] or parts
        every = [one for other in parts for one in other.named(name)]
        together = within.evidence(column, every) if len(parts) > 1 else 0.0
        whole, share = (dict.fromkeys((other.dataset for other in parts), together), 1) if together > 0 else ({}, 1)
    by_dataset = {other.dataset: other.named(name) for other in having}
    for dataset, evidence in whole.items():
        telling = name in output.telling and evidence >= _TELLING
        telling = telling and max(map(dense.chance, by_dataset[dataset])) < _ACCIDENT
        sure = round((LIKELY if telling else POSSIBLE) / share, 6)
        yield Reach(dataset.namespace, dataset.name, name, "DIRECT", "IDENTITY", KEPT, sure)


def _made_from(other: _Other, name: str) -> Iterator[Dataset]:
    for one in other.fields.get(name, {}).get("inputFields", ()):
        if one["field"] == name:
            yield Dataset(one["namespace"], one["name"])
