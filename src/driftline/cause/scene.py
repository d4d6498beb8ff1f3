"""What the explanation looks at: a symptom and everything upstream of it.

Enters: the symptom, the findings and changes of its window, and the cone of lineage above it, at dataset and at column
level. Leaves: a small graph that answers who feeds whom. A node outside the cone is never a candidate: a version that
nothing had read before the symptom cannot have caused it.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from driftline.event import names
from driftline.event.finding import Change, Finding
from driftline.event.lineage import Subgraph


class Scene(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A symptom with its surroundings."""

    symptom: Finding
    findings: tuple[Finding, ...]  # of the window, the symptom among them or not
    changes: tuple[Change, ...]  # of the window
    cone: Subgraph  # datasets and jobs upstream of the symptom's dataset, itself included
    columns: Subgraph = Subgraph()  # columns upstream of the symptom's column, or of the dataset's columns

    @cached_property
    def onset_us(self) -> int:
        """When the trouble began: the earliest strong finding in the cone, at the latest the symptom."""
        strong = [f.time_us for f in self.findings if f.severity == "alarm" and f.dataset.node in self.nodes]
        return min([self.symptom.time_us, *strong])

    @cached_property
    def nodes(self) -> Mapping[str, str]:
        """Node ids of the cone with their type."""
        return {self.symptom.dataset.node: "DATASET", **{node.id: node.type for node in self.cone.nodes}}

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """Node id -> ids of what feeds it directly."""
        out: dict[str, list[str]] = {}
        for link in self.cone.edges:
            if link.via:
                continue  # READ and WRITE links say it, through the job
            out.setdefault(link.target, []).append(link.source)
        return {node: tuple(sorted(set(ids))) for node, ids in out.items()}

    @cached_property
    def column_parents(self) -> dict[str, tuple[str, ...]]:
        """Column node id -> ids of the columns that reach it."""
        out: dict[str, list[str]] = {}
        for link in self.columns.edges:
            out.setdefault(link.target, []).append(link.source)
        return {node: tuple(sorted(set(ids))) for node, ids in out.items()}

    @cached_property
    def by_node(self) -> dict[str, tuple[Finding, ...]]:
        """Dataset node id -> its findings in the cone, largest first."""
        out: dict[str, list[Finding]] = {}
        for finding in {f.id: f for f in (*self.findings, self.symptom)}.values():
            if finding.dataset.node in self.nodes:
                out.setdefault(finding.dataset.node, []).append(finding)
        return {node: tuple(sorted(found, key=lambda f: (-f.size, f.id))) for node, found in out.items()}

    def producers(self, dataset: str) -> tuple[str, ...]:
        """Return the jobs that write ``dataset``, as far as they are known."""
        return tuple(node for node in self.parents.get(dataset, ()) if self.nodes.get(node) == "JOB")

    def sources_of(self, dataset: str) -> tuple[str, ...]:
        """Return the datasets that the producers of ``dataset`` read."""
        read = {parent for job in self.producers(dataset) for parent in self.parents.get(job, ())}
        return tuple(sorted(read - {dataset}))

    def path(self, start: str) -> tuple[str, ...]:
        """Return the shortest path of node ids from ``start`` to the symptom's dataset; empty where there is none."""
        goal = self.symptom.dataset.node
        back: dict[str, str] = {goal: ""}
        queue = deque([goal])
        while queue:
            node = queue.popleft()
            if node == start:
                return tuple(_walk(back, start))
            for parent in self.parents.get(node, ()):
                if parent not in back:
                    back[parent] = node
                    queue.append(parent)
        return ()

    @cached_property
    def relevant_columns(self) -> frozenset[str]:
        """Column node ids from which the symptom's column can be reached, itself included."""
        symptom = self.symptom
        dataset = symptom.dataset
        first = (
            [names.column_id(dataset.namespace, dataset.name, symptom.column)]
            if symptom.column
            else [node for node in self.column_parents if node.startswith(names.column_id(*_pair(symptom), ""))]
        )
        seen = set(first)
        queue = deque(first)
        while queue:
            for parent in self.column_parents.get(queue.popleft(), ()):
                if parent not in seen:
                    seen.add(parent)
                    queue.append(parent)
        return frozenset(seen)

    def relevance(self, finding: Finding) -> float:
        """Return how much ``finding`` bears on the symptom: 1 by a column path, less by the dataset alone."""
        if finding.id == self.symptom.id:
            return 1.0
        if not finding.column or not self.symptom.column:
            return 0.7
        node = names.column_id(*_pair(finding), finding.column)
        if node in self.relevant_columns:
            return 1.0
        return 0.15 if self.relevant_columns else 0.5


def _pair(finding: Finding) -> tuple[str, str]:
    return finding.dataset.namespace, finding.dataset.name


def _walk(back: dict[str, str], start: str) -> Iterable[str]:
    node = start
    while node:
        yield node
        node = back[node]
