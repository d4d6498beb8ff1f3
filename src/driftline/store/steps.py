"""What a walk of datasets and jobs asks of the store, one level at a time.

Enters: places at one distance. Leaves: the lines to what is next to them. A dataset is next to those that fed it
through a job (two links), to its other names (none), to what is tied to it (one), and to the jobs that feed the job
which wrote it (two). A job that is met in that way, or begun at, is next to what it read and wrote itself. A job that
only stands between two datasets is no place: what else it reads does not lead into what it wrote.
"""

import json
from collections.abc import Iterable

from driftline.store.connection import Connection, Row
from driftline.store.line import FEED, FLOW, Direction, Line


def feed(row: Row, *, up: bool) -> Line:
    """Return the line of a row (dataset, job, the job between, provenance, confidence)."""
    place, job, between, provenance, confidence = row
    source, target = (job, place) if up else (place, job)
    return Line(source, target, between, 2, FEED, provenance, confidence)


class Steps:
    """The steps of one walk; it knows which of the places that it met are jobs."""

    def __init__(self, connection: Connection, direction: Direction, as_of_us: int, jobs: Iterable[int] = ()) -> None:
        self._connection = connection
        self._up = direction == "up"
        self._as_of_us = as_of_us
        self._jobs = set(jobs)

    def __call__(self, places: list[int]) -> list[Line]:
        """Return the lines from or to some places."""
        found = []
        for target, source, via, hops, provenance, confidence, job in self._rows(
            "edges_into" if self._up else "edges_out_of", places
        ):
            found.append(Line(source, target, via, hops, "", provenance, confidence))
            if job:
                self._jobs.add(source if self._up else target)
        doing = [place for place in places if place in self._jobs]
        return [*found, *self._done(doing), *self._fed([place for place in places if place not in self._jobs])]

    def _done(self, jobs: list[int]) -> Iterable[Line]:
        """Yield what some jobs read (up) or wrote (down)."""
        for source, target in self._rows("flows_into" if self._up else "flows_out_of", jobs):
            yield Line(source, target, 0, 1, FLOW, "explicit", 1.0)

    def _fed(self, places: list[int]) -> Iterable[Line]:
        """Yield the jobs that feed the writers of some datasets (up), or are fed by their readers (down)."""
        for row in self._rows("feeds_into" if self._up else "feeds_out_of", places):
            self._jobs.add(row[1])
            yield feed(row, up=self._up)

    def _rows(self, statement: str, places: list[int]) -> list[Row]:
        return self._connection.rows(statement, ids=json.dumps(places), as_of_us=self._as_of_us) if places else []
