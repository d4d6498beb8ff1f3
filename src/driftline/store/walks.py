"""Walks over edges: what is upstream or downstream of a place, as it held at a moment.

Enters: ids of the store. Leaves: the places reached with their distance, and the edges among them. A walk goes step
by step: all places at one distance are asked about together, each place once, so that its cost follows the answer. A
place that bears several names (an alias is no distance at all) is reached by each of them, and so are its columns and
its versions. Never decides what is shown.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from driftline import later
from driftline.store.connection import NOW, OPEN, Connection, Row
from driftline.store.course import Course, Writers
from driftline.store.line import ALIAS, THEN, TOGETHER, Direction, Line, surer
from driftline.store.reach import Walk, walk
from driftline.store.steps import Steps, feed
from driftline.store.whole import Whole

if TYPE_CHECKING:
    from driftline.store import spread
    from driftline.store.spread import Wide
else:
    spread = later.module("driftline.store.spread")  # with numpy, for walks over the whole graph

__all__ = ["ALIAS", "NOW", "Direction", "Line", "Walk", "Walks", "surer", "walk"]

INFERRED = 0.9  # of the confidence that is left where a version was told from the time alone
NARROW = 200  # places that a walk meets in the store, where the whole graph is in memory
WIDE = 1_000  # places: a walk that met more has the whole graph loaded


class Walks:
    """The three graphs: datasets and jobs, versions, columns."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.whole = Whole(connection)

    def flows(
        self, start: int, job: bool, direction: Direction, depth: int, as_of_us: int, limit: int
    ) -> "Walk | Wide":
        """Walk datasets and jobs from one of either; a dataset behind a job is two steps away."""
        return self.flows_from({start: 0}, direction, depth, as_of_us, limit, [start] if job else ())

    def flows_from(
        self,
        starts: dict[int, int],
        direction: Direction,
        depth: int,
        as_of_us: int,
        limit: int,
        jobs: Collection[int] = (),
    ) -> "Walk | Wide":
        """Walk datasets and jobs from several, each at its distance; in memory, where they meet much of the graph.

        What the ``jobs`` among the starts read and wrote is walked to; of others it is not.
        """
        ask = Steps(self._connection, direction, as_of_us, jobs)
        graph = self.whole.graph() if limit > NARROW else None
        if graph is None:
            found = walk(starts, ask, direction, depth, limit)
            if len(found.far) > WIDE:
                self.whole.begin()
            return found
        found = walk(starts, ask, direction, depth, NARROW)
        return spread.spread(graph, starts, direction, depth, as_of_us, limit, jobs) if found.truncated else found

    def steps(self, direction: Direction, as_of_us: int) -> Steps:
        """Return what a walk asks at each level."""
        return Steps(self._connection, direction, as_of_us)

    def edges(self, places: Iterable[int], direction: Direction, as_of_us: int) -> list[Line]:
        """Return the edges into (up) or out of (down) some datasets and jobs."""
        statement = "edges_into" if direction == "up" else "edges_out_of"
        return [
            Line(source, target, via, hops, "", provenance, confidence)
            for target, source, via, hops, provenance, confidence, _ in self._rows(statement, list(places), as_of_us)
        ]

    def touched(self, job: int, direction: Direction, as_of_us: int) -> list[int]:
        """Return the datasets that a job reads (up) or writes (down)."""
        rows = self._rows("flows_into" if direction == "up" else "flows_out_of", [job], as_of_us)
        return [source if direction == "up" else target for source, target in rows]

    def jobs_at(self, datasets: Iterable[int], direction: Direction, as_of_us: int) -> list[tuple[int, int]]:
        """Return (source, target) of the flows that lead into (up) or out of (down) some datasets."""
        statement = "flows_into" if direction == "up" else "flows_out_of"
        return [(source, target) for source, target in self._rows(statement, list(datasets), as_of_us)]

    def unlisted(self, jobs: Iterable[int], as_of_us: int) -> set[tuple[int, int]]:
        """Return (dataset, job) of what some jobs read as far as only column lineage says so."""
        return {(source, target) for source, target in self._rows("flows_unlisted", sorted(set(jobs)), as_of_us)}

    def fed(self, datasets: Iterable[int], direction: Direction, as_of_us: int) -> list[Line]:
        """Return the lines to jobs that feed the writers of some datasets (up), or are fed by their readers (down)."""
        up = direction == "up"
        rows = self._rows("feeds_into" if up else "feeds_out_of", list(datasets), as_of_us)
        return [feed(row, up=up) for row in rows]

    def rootless(self, nodes: Iterable[int], as_of_us: int) -> dict[int, int]:
        """Return those of some datasets and jobs that are said to have no source, and the execution that says so."""
        return dict(self._rows("rootless_of", list(nodes), as_of_us))

    def unlisted_versions(self, runs: Iterable[int], as_of_us: int) -> set[tuple[int, int]]:
        """Return (version, execution) of what some executions read as far as only column lineage says so."""
        ids = json.dumps(sorted(set(runs)))
        return set(self._connection.rows("touches_unlisted", ids=ids, as_of_us=as_of_us, open=OPEN))

    def runs_of(self, versions: list[int], direction: Direction, as_of_us: int, limit: int) -> list[tuple[int, int]]:
        """Return (version, execution) of those that wrote (up) or read (down) some versions, up to a number."""
        values = {"ids": json.dumps(versions), "role": int(direction == "up"), "as_of_us": as_of_us, "limit": limit}
        return [(version, run) for version, run in self._connection.rows("runs_beside", **values)]

    def direct(self, places: list[int], direction: Direction, as_of_us: int) -> list[Line]:
        """Return the edges into (up) or out of (down) some places that no job stands behind."""
        statement = "edges_direct_into" if direction == "up" else "edges_direct_out_of"
        return [
            Line(source, target, via, hops, "", provenance, confidence)
            for target, source, via, hops, provenance, confidence in self._rows(statement, places, as_of_us)
        ]

    def columns(self, starts: Iterable[int], direction: Direction, depth: int, as_of_us: int, limit: int) -> Walk:
        """Walk columns; what shapes the rows of a dataset (a negative id) shapes each of its columns."""
        owner: dict[int, int] = {}
        self._owners(starts, owner)

        def up(places: list[int]) -> Iterable[Line]:
            asked = {*places, *(-owner[place] for place in places if place > 0)}
            by_owner: dict[int, list[int]] = {}
            for place in places:
                by_owner.setdefault(owner[place], []).append(place)
            for target, source, kind, provenance, confidence, above, below, hops in self._rows(
                "column_edges_into", list(asked), as_of_us
            ):
                owner[source] = above
                ends = [target] if target > 0 else by_owner.get(below, [])
                for end in ends:
                    yield Line(source, end, 0, hops, kind, provenance, confidence)
            for line in self._other_columns(places, owner, as_of_us):
                yield line._replace(source=line.target, target=line.source)

        def down(places: list[int]) -> Iterable[Line]:
            whole = [owner[place] for place in places if place < 0]
            rows = self._rows("column_edges_out_of", places, as_of_us)
            rows += self._rows("column_edges_out_of_datasets", whole, as_of_us) if whole else []
            for target, source, kind, provenance, confidence, above, below, hops in rows:
                owner[target] = below
                start = source if source in places else -above
                yield Line(start, target, 0, hops, kind, provenance, confidence)
            yield from self._other_columns(places, owner, as_of_us)

        return walk(dict.fromkeys(starts, 0), up if direction == "up" else down, direction, depth, limit)

    def _other_columns(self, places: list[int], owner: dict[int, int], as_of_us: int) -> Iterable[Line]:
        """Yield the lines from columns and row sets to those of the same name under other names of their dataset."""
        fields, sets = [place for place in places if place > 0], [-place for place in places if place < 0]
        for place, other, dataset, provenance, confidence in (
            self._rows("alias_fields", fields, as_of_us) if fields else ()
        ):
            owner[other] = dataset
            yield Line(place, other, 0, 0, ALIAS, provenance, confidence)
        for dataset, other, provenance, confidence in self._rows("alias_datasets", sets, as_of_us) if sets else ():
            owner[-other] = other
            yield Line(-dataset, -other, 0, 0, ALIAS, provenance, confidence)

    def columns_into(self, places: list[int], as_of_us: int) -> list[Line]:
        """Return the edges into some columns and row sets, as they stand."""
        return [
            Line(source, target, 0, hops, kind, provenance, confidence)
            for target, source, kind, provenance, confidence, _, _, hops in self._rows(
                "column_edges_into", places, as_of_us
            )
        ]

    def versions(
        self, start: int, direction: Direction, depth: int, as_of_us: int, limit: int, then_us: int | None = None
    ) -> Walk:
        """Walk versions (their ids) and the runs between them (minus their ids), a step to or from each.

        ``then_us``: from the version as it was at that moment; None: from every time that it was there.
        """
        course = self.course([start], direction, as_of_us, then_us)
        return self.versions_from({start: 0}, direction, depth, as_of_us, limit, course)

    def course(self, starts: Iterable[int], direction: Direction, as_of_us: int, then_us: int | None = None) -> Course:
        """Return what keeps the order of time in a walk from some versions, as they were at a moment or at any."""
        course = Course(Writers(self._connection, as_of_us), direction)
        course.begin(starts, then_us)
        return course

    def run(self, run: int, direction: Direction, depth: int, as_of_us: int, limit: int) -> Walk:
        """Walk versions and runs from an execution: first what it read (up) or wrote (down)."""
        role = 0 if direction == "up" else 1
        moment = next((row[5] for row in self.run_rows([run]).values()), 0)
        lines: list[Line] = []
        for row in self._rows("versions_touched", [run], as_of_us) if depth else ():
            if row[1] != role:
                continue
            if role:
                lines.append(Line(-run, row[2], run, 1, "", "explicit", 1.0, moment))
                continue
            line = Line(row[2], -run, run, 1, "", "explicit", 1.0, moment)
            dataset = self._bare([row[2]]).get(row[2])
            lines.append(line if dataset is None else self._then(line, dataset, as_of_us))
        ends = {line.target if role else line.source: 1 for line in lines}
        course = self.course((), direction, as_of_us)
        course.writers.learn(ends)
        for end in ends:
            course.meet(end, (run if role else course.writers.then(end, moment, run),))
        found = self.versions_from({-run: 0, **ends}, direction, depth, as_of_us, limit, course)
        own = {(line.source, line.target) for line in lines}
        return found._replace(lines=[*lines, *(line for line in found.lines if (line.source, line.target) not in own)])

    def versions_from(
        self,
        starts: dict[int, int],
        direction: Direction,
        depth: int,
        as_of_us: int,
        limit: int,
        course: Course | None = None,
    ) -> Walk:
        """Walk versions and runs from several, each at its distance; without a course in no order of time."""
        beside = self._above if direction == "up" else self._below

        def ask(places: list[int]) -> Iterable[Line]:
            taken = course.take(places) if course is not None else {}
            lines = list(beside(places, as_of_us))
            if course is not None:
                course.writers.learn(place for line in lines for place in (line.source, line.target))
            yield from (line for line in lines if course is None or course.holds(taken, line))
            versions = [place for place in places if place > 0]
            others = self._rows("alias_versions", versions, as_of_us) if versions else ()
            if course is not None:
                course.begin((other for _, other, *_ in others), None)
            for place, other, provenance, confidence in others:
                ends = (other, place) if direction == "up" else (place, other)
                yield Line(*ends, 0, 0, ALIAS, provenance, confidence)

        return walk(starts, ask, direction, depth, limit, course)

    def _above(self, places: list[int], as_of_us: int) -> Iterable[Line]:
        lines = [self._line(row) for row in self._rows("traces_into", places, as_of_us)]
        bare = self._bare([line.source for line in lines])
        for line in lines:
            dataset = bare.get(line.source)
            yield line if dataset is None else self._then(line, dataset, as_of_us)

    def _then(self, line: Line, dataset: int, as_of_us: int) -> Line:
        """A version that was not named is the one that the dataset had at that moment, under whichever name."""
        row = self._written_then(dataset, line.time_us)
        if row is None:
            under = (self._written_then(other, line.time_us) for other in self._names(dataset, as_of_us))
            row = max(filter(None, under), key=lambda found: (found[3], found[0]), default=None)
        return line._replace(source=row[0], kind=THEN, confidence=line.confidence * INFERRED) if row else line

    def _version_then(self, dataset: int, moment_us: int) -> Row | None:
        return self._again(dataset, moment_us, "version_then")

    def _written_then(self, dataset: int, moment_us: int) -> Row | None:
        return self._again(dataset, moment_us, "version_written_then")

    def _again(self, dataset: int, moment_us: int, newest: str) -> Row | None:
        """Return what was new last before a moment, or what was there before and was written since."""
        row = self._connection.row(newest, dataset=dataset, time_us=moment_us)
        span = {"after_us": row[3] if row else -1, "time_us": moment_us}
        return self._connection.row("write_then", dataset=dataset, open=OPEN, **span) or row

    def _names(self, dataset: int, as_of_us: int) -> list[int]:
        """Return the datasets that are other names of one."""
        found = [dataset]
        for one in found:
            found += [row[1] for row in self._rows("alias_datasets", [one], as_of_us) if row[1] not in found]
        return found[1:]

    def _below(self, places: list[int], as_of_us: int) -> Iterable[Line]:
        yield from (self._line(row) for row in self._rows("traces_out_of", places, as_of_us))
        rows = self._by_ids("versions_by_ids", [place for place in places if place > 0])
        rows = [row for row in rows if not _unnamed(row)]
        named = {row[0] for row in self._rows("alias_datasets", [row[11] for row in rows], as_of_us)} if rows else set()
        for row in rows:
            version_id, dataset = row[0], row[11]
            called = (dataset, *(self._names(dataset, as_of_us) if dataset in named else ()))
            for since_us, until_us in self._there(version_id, dataset, row[13]):
                for name, found in self._unversioned(called, since_us, until_us, as_of_us):
                    line = self._line(found)
                    if name == dataset or self._then(line, name, as_of_us).source == version_id:
                        yield line._replace(source=version_id, kind=THEN, confidence=line.confidence * INFERRED)

    def _unversioned(
        self, called: Iterable[int], since_us: int, until_us: int, as_of_us: int
    ) -> Iterator[tuple[int, Row]]:
        """Yield the steps out of a dataset, by each of its names, of readers that named no version."""
        span = {"after_us": since_us, "until_us": until_us, "as_of_us": as_of_us}
        for name in called:
            yield from ((name, row) for row in self._connection.rows("traces_unversioned", dataset=name, **span))

    def _there(self, version: int, dataset: int, since_us: int) -> Iterator[tuple[int, int]]:
        """Yield from when on, and until when, a version was the one written last, each time that it was."""
        until_us = since_us
        writes = self._connection.rows("writes_of", version=version, after_us=since_us, open=OPEN)
        for moment_us in (since_us, *(row[0] for row in writes)):
            if moment_us < until_us:
                continue  # written once more, while it was there
            new = self._connection.row("version_next", dataset=dataset, time_us=moment_us)
            old = self._connection.row("write_next", dataset=dataset, version=version, time_us=moment_us, open=OPEN)
            until_us = min(row[0] if row and row[0] is not None else OPEN for row in (new, old))
            yield moment_us, until_us

    def _bare(self, places: Iterable[int]) -> dict[int, int]:
        """Return the dataset of each place that is a dataset without a version of a writer's."""
        rows = self._by_ids("versions_by_ids", [place for place in set(places) if place > 0])
        return {row[0]: row[11] for row in rows if _unnamed(row)}

    def version_at(self, dataset: int, moment_us: int) -> int | None:
        """Return the version that a dataset had at a moment, one that it got just then included."""
        row = self._version_then(dataset, moment_us + 1)
        return row[0] if row else None

    def writers(self, versions: Iterable[int]) -> set[int]:
        """Return the executions that wrote some versions."""
        return {run for _, run in self._by_ids("versions_written_by", versions)}

    def ties(self, nodes: Iterable[int]) -> list[tuple[int, int, int]]:
        """Return what is said of some datasets and jobs without a version: target, source, execution that says so."""
        return [(target, source, run) for target, source, run in self._by_ids("ties_said", nodes)]

    def nodes(self, ids: Iterable[int]) -> dict[int, Row]:
        """Return datasets and jobs: id, type, namespace, name, node, kind."""
        return {row[0]: row for row in self._by_ids("nodes_by_ids", ids)}

    def version_rows(self, ids: Iterable[int]) -> dict[int, Row]:
        """Return versions, as rows of ``version_columns``."""
        return {row[0]: row for row in self._by_ids("versions_by_ids", ids)}

    def run_rows(self, ids: Iterable[int]) -> dict[int, Row]:
        """Return executions, as rows of ``run_row``."""
        return {row[0]: row for row in self._by_ids("runs_by_ids", ids)}

    def fields(self, ids: Iterable[int]) -> dict[int, Row]:
        """Return columns: id, namespace, name, column, kind of the dataset."""
        return {row[0]: row for row in self._by_ids("fields_by_ids", ids)}

    def named_too(self, dataset: int, as_of_us: int) -> list[int]:
        """Return a dataset and all others that are the same under another name."""
        found = new = {dataset}
        while new:
            rows = self._rows("alias_datasets", sorted(new), as_of_us)
            new = {other for _, other, *_ in rows} - found
            found = found | new
        return sorted(found)

    def fields_of(self, datasets: Iterable[int], as_of_us: int) -> list[int]:
        """Return the columns that some datasets had been said to have at a moment."""
        return [row[0] for row in self._rows("fields_of_datasets", list(datasets), as_of_us)]

    def _owners(self, places: Iterable[int], owner: dict[int, int]) -> None:
        fields = [place for place in places if place > 0]
        owner.update({-dataset: dataset for dataset in (-place for place in places if place < 0)})
        for row in self._by_ids("field_owners", fields):
            owner[row[0]] = row[1]

    def _by_ids(self, statement: str, ids: Iterable[int]) -> list[Row]:
        wanted = list(dict.fromkeys(ids))
        found: list[Row] = []
        for at in range(0, len(wanted), TOGETHER):
            found += self._connection.rows(statement, ids=json.dumps(wanted[at : at + TOGETHER]))
        return found

    def _rows(self, statement: str, places: list[int], as_of_us: int) -> list[Row]:
        return self._connection.rows(statement, ids=json.dumps(places), as_of_us=as_of_us)

    @staticmethod
    def _line(row: Row) -> Line:
        target, source, run, hops, provenance, confidence, time_us = row
        return Line(source, target, run, hops, "", provenance, confidence, time_us)


def _unnamed(row: Row) -> bool:
    """Whether a version has no name, or only the digest of its rows that readers of a table of a database gave it."""
    return not row[3] or (row[3].startswith("t4-") and row[6] is None)
