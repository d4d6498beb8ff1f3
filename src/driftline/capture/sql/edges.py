"""Column lineage of a statement as edges between datasets, once it is known what its sources are called.

Enters: the lineage of a form of statement, and the datasets that its sources are this time. Leaves: edges per
output column and edges that shape the rows, bound to the columns of the output when those are known, each as sure as
the statement makes it. A source that is several datasets reaches the output from each of them. Where a statement
reads what it changes, its own table is among the sources, as it was before.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from driftline.capture.runs.columns import Bound, Reach, When
from driftline.capture.sql import bound, second
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.known import Analysis
from driftline.capture.sql.relation import FILTER, LITERALS, NOTHING, UNSAID, Edge, Output, Source, step
from driftline.capture.sql.second import Said
from driftline.capture.sql.stated import Statement
from driftline.event.facets import Difference
from driftline.event.lineage import Dataset
from driftline.event.names import dataset_id

PLAN = "plan"  # who observed what was not declared, or did not: the database that bound the statement


def of(
    one: Statement, datasets: Mapping[Source, tuple[Dataset, ...]], target: Dataset, analysis: Analysis
) -> "SqlEdges":
    """Return the edges of a statement that runs now and changes ``target``, which may be among its sources."""
    assert one.lineage is not None
    assert one.writes is not None
    if one.writes.kind == "file":
        return SqlEdges(one.lineage, datasets, analysis.spelled, analysis.said, plain=analysis.plain)
    setting = one.kind == "UPDATE" and not one.some and not one.reads and not one.lineage.rows
    whole = one.how == "change" and (setting or bool(one.renamed))
    known = {one.writes: (target,), **datasets} if one.itself else datasets  # a table of that name may be another one
    return SqlEdges(
        one.lineage,
        known,
        analysis.spelled,
        analysis.said,
        When(),
        one.begins,
        whole,
        renamed=one.renamed,
        plain=analysis.plain,
    )


class SqlEdges(NamedTuple):
    """The lineage of one executed statement."""

    lineage: Lineage
    datasets: Mapping[Source, tuple[Dataset, ...]]
    spelled: Callable[[str], str]
    said: Said | None = None  # what the database says of it
    when: When | None = None  # it ran; None = nobody knows
    begins: bool = False  # nothing of what its target was before is left
    whole: bool = False  # it sets its columns in all rows
    keys: frozenset[str] = frozenset()  # of the target, in small letters, by which rows take the place of others
    renamed: tuple[tuple[str, str], ...] = ()  # columns of the target, old name and new
    plain: bool = False  # the user's code spells its text out: nothing but that has brought its literals

    def rootless(self, columns: tuple[str, ...] | None) -> frozenset[str]:
        """Return the columns to which surely no value of any column comes, and none that the code has put in."""
        found = bound.made(self.lineage, columns)
        return frozenset(self.spelled(name) for name, made in found.items() if self.plain or made == NOTHING)

    @property
    def constant(self) -> bool:
        """Whether that is so of all columns."""
        made = [getattr(item, "made", UNSAID) for item in self.lineage.items]
        return bool(made) and all(one == NOTHING or (self.plain and one == LITERALS) for one in made)

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set."""
        opinion = self.said.columns() if self.said is not None else None
        lineage = second.weigh(self.lineage, self.datasets, opinion) if opinion is not None else self.lineage
        fields, rows = bound.bind(lineage, columns)
        found = {self.spelled(name): self._reaches(edges) for name, edges in fields.items()}
        met = (reach for name, reaches in found.items() if name.lower() in self.keys for reach in reaches)
        deciding = {reach._replace(type=FILTER[0], subtype=FILTER[1]) for reach in met}
        return {name: reaches for name, reaches in found.items() if reaches}, sorted({*self._reaches(rows), *deciding})

    def placed(self, columns: tuple[str, ...]) -> Lineage:
        """Return its lineage bound by name, of a target that had these ``columns`` when it ran and has others later."""
        items, into = self.lineage.items, self.lineage.into
        named = tuple(item.name for item in items if isinstance(item, Output) and item.name)
        names = named if into is None and len(named) == len(items) else columns
        whole = items and all(isinstance(item, Output) for item in items) and len(names) == len(items)
        return self.lineage if into or not whole else self.lineage._replace(into=names)

    def led_on(self, reach: Reach, before: Iterable[Reach]) -> Iterable[Reach]:
        """Yield where a column of its own table leads that came from there ``before`` it ran."""
        for one in before:
            kind = step((one.type, one.subtype), (reach.type, reach.subtype))
            sure = round(one.confidence * reach.confidence, 6)
            yield one._replace(type=kind[0], subtype=kind[1], confidence=sure)

    def differing(self, output: str, columns: tuple[str, ...] | None) -> list[Difference]:
        """Return where the statement and the plan to which the database bound it do not agree.

        Args:
            output: the node id of the target.
            columns: of the target, if they are known.
        """
        opinion = self.said.columns() if self.said is not None else None
        if opinion is None:
            return []
        found = []
        for side, alone in zip(
            ("declared", "observed"), second.sides(self.lineage, self.datasets, opinion), strict=True
        ):
            for name, edges in bound.bind(alone, columns)[0].items():
                for one in self._reaches(edges):
                    source = dataset_id(one.namespace, one.name)
                    found.append(
                        Difference(output, self.spelled(name), source, one.field, by=PLAN, **{side: (one.way,)})
                    )
        return found

    def _reaches(self, edges: Iterable[Edge]) -> list[Reach]:
        found = [
            Reach(
                dataset.namespace, dataset.name, self.spelled(edge.column), *edge.kind, edge.provenance, edge.confidence
            )
            for edge in edges
            if edge.column != "*"  # columns that are not known have no name: they are a gap of the run
            for dataset in self.datasets.get(edge.source, ())
        ]
        return sorted(found)
