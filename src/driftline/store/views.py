"""What single executions read and wrote, for questions about the last run of a job or about one run.

Enters: ids of jobs and executions, a moment. Leaves: which execution was a job's last, what some executions touched
and which steps they took, which executions they started, on whose behalf jobs ran. Many at once, along indexes. Never
walks.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from driftline.store.connection import Connection, Row

What = Literal["edge", "flow", "column"]


class Step(NamedTuple):
    """One dataset fed another in an execution; dataset 0 stands for the execution itself."""

    target: int
    source: int
    provenance: str
    confidence: float


class Views:
    """Executions, several at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_runs(self, jobs: Iterable[int], as_of_us: int) -> dict[int, int]:
        """Return the last execution of each job that names a dataset; jobs without one are left out.

        One that was on its way at the moment is later than those that had ended. Of those that ended after it, the
        next twenty of a job are looked at.
        """
        ids = json.dumps(list(jobs))
        found: dict[int, int] = dict(self._connection.rows("last_runs", ids=ids, as_of_us=as_of_us))
        found |= {job: run for job, run in self._connection.rows("last_runs_open", ids=ids, as_of_us=as_of_us) if run}
        return {job: run for job, run in found.items() if run}

    def touched(self, runs: Iterable[int], as_of_us: int) -> list[tuple[int, int, int, int]]:
        """Return (run, role, dataset, job) of what executions read (0) and wrote (1)."""
        return [(run, role, dataset, job) for run, role, dataset, job in self._of("touched_by_runs", runs, as_of_us)]

    def steps(self, runs: Iterable[int], as_of_us: int) -> dict[int, list[Step]]:
        """Return which datasets fed which in each execution."""
        found: dict[int, list[Step]] = {run: [] for run in runs}
        for run, target, source, provenance, confidence in self._of("steps_of_runs", list(found), as_of_us):
            found[run].append(Step(target, source, provenance, confidence))
        return found

    def traces(self, runs: Iterable[int], as_of_us: int) -> list[Row]:
        """Return the steps between versions: target, source, run, hops, provenance, confidence, from when."""
        return self._of("traces_of_runs", runs, as_of_us)

    def versions(self, runs: Iterable[int], as_of_us: int) -> list[tuple[int, int, int]]:
        """Return (run, role, version) of what executions read (0) and wrote (1)."""
        return [(run, role, version) for run, role, version in self._of("versions_touched", runs, as_of_us)]

    def children(self, runs: Sequence[str]) -> list[tuple[int, str]]:
        """Return (execution, run id of its parent) of those that some runs started, oldest first."""
        rows = self._connection.rows("children_of_runs", texts=json.dumps(list(runs)))
        return [(child, parent) for child, parent in rows]

    def runs_named(self, runs: Iterable[str]) -> list[Row]:
        """Return every execution of some run ids, as rows of ``run_row``."""
        return self._connection.rows("runs_named", texts=json.dumps(list(runs)))

    def parents(self, jobs: Iterable[int], as_of_us: int) -> dict[int, tuple[int, int]]:
        """Return the parent and the root of jobs that ran on behalf of others: the first ones that were heard of."""
        found: dict[int, tuple[int, int]] = {}
        for job, parent, root, since in self._connection.rows("job_parents", ids=json.dumps(list(jobs))):
            if since <= as_of_us:
                found.setdefault(job, (parent, root))
        return found

    def named(self, nodes: Iterable[str]) -> list[Row]:
        """Return datasets and jobs by their node ids: id, type, namespace, name, node, kind."""
        return self._connection.rows("nodes_by_text", texts=json.dumps(list(nodes)))

    def changed(self, what: What, after: int, span: tuple[int, int], limit: int) -> list[int]:
        """Return the targets into which edges, flows or column edges came or went in a span of time, after an id."""
        since, until = span
        statement = f"{what}_targets_between"
        rows = self._connection.rows(statement, after=after, since_us=since, until_us=until, limit=limit)
        return [target for (target,) in rows]

    def born(self, span: tuple[int, int], limit: int) -> list[Row]:
        """Return datasets and jobs that were first heard of in a span of time, as rows of a node."""
        return self._connection.rows("nodes_between", after=0, since_us=span[0], until_us=span[1], limit=limit)

    def said_since(self, type_: str, after: int, since_us: int, limit: int) -> list[int]:
        """Return a page of datasets or jobs that were heard of before a moment and again after it."""
        rows = self._connection.rows("nodes_said_since", type=type_, after=after, since_us=since_us, limit=limit)
        return [id_ for (id_,) in rows]

    def schemas(self, datasets: Iterable[int], as_of_us: int) -> dict[int, int]:
        """Return the number of each dataset's schema at a moment; 0 where none was said."""
        return dict(self._of("schemas_then", datasets, as_of_us))

    def runs(self, jobs: Iterable[int], as_of_us: int) -> dict[int, int]:
        """Return the last execution of each job that had ended by a moment; jobs without one are left out."""
        return {job: run for job, run in self._of("runs_then", jobs, as_of_us) if run}

    def nodes_after(self, type_: str, after: int, limit: int) -> list[Row]:
        """Return a page of datasets or jobs by id: id, type, namespace, name, node, kind, since when, facets."""
        return self._connection.rows("nodes_typed_after", type=type_, after=after, limit=limit)

    def _of(self, statement: str, runs: Iterable[int], as_of_us: int) -> list[Row]:
        return self._connection.rows(statement, ids=json.dumps(list(runs)), as_of_us=as_of_us)
