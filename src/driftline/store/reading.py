"""Pages of what is known, for readers that ask for many things at once.

Enters: namespaces, names and ids of the store. Leaves: lines on datasets and jobs, executions, versions and events, a
page at a time, each page by one statement along a key. How many names there are, since when and in which namespace, is
held in memory: names are numbered as they are first heard of, so that only new ones are read. Never writes.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from driftline import later
from driftline.event.lineage import Field
from driftline.store import packing
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN, Connection, Row
from driftline.store.log import Entry, Log
from driftline.store.names import standing
from driftline.store.versions import Schemas

HOUR_US = 3_600_000_000
SEEN = 2_000  # events of one hour that are looked into; of more, the shares are taken from these
COUNTED = 10_000  # events beyond a page that are counted
FEW = 5_000  # jobs in a state: of fewer, all are looked at and put in order
_TOGETHER = 20_000  # names read at once
_STATE = later.pattern(rb'"eventType"\s*:\s*"([A-Z]+)"')


class NodeLine(NamedTuple):
    """A dataset or a job."""

    id: int
    type: str
    namespace: str
    name: str
    node: str
    kind: str
    since_us: int  # the first event that names it
    last_us: int  # the last one that describes it
    facets: bytes  # the facets that stand, packed

    @property
    def created_us(self) -> int:
        """When it was first heard of."""
        return self.since_us if self.since_us < OPEN else self.last_us

    @property
    def updated_us(self) -> int:
        """When it was last spoken of."""
        return max(self.created_us, self.last_us)


class Space(NamedTuple):
    """What is known of a namespace."""

    name: str
    first_us: int  # when its first name was heard of
    last_us: int  # when its newest name was
    datasets: int
    jobs: int
    sourced_us: int  # when its first dataset was heard of; OPEN: it has none
    dataset: int  # id of one of its datasets; 0: it has none


class End(NamedTuple):
    """A version that a run read or wrote."""

    run_id: int
    writes: bool
    dataset_id: int
    namespace: str
    name: str
    version_id: int
    version: str
    writer_id: int  # run that wrote the version; 0 = not known
    then_id: int  # version that the dataset had at that moment, where none was named; 0 = none


class Reading:
    """Pages over the memory."""

    def __init__(self, connection: Connection, blobs: Blobs, log: Log) -> None:
        self._connection = connection
        self._blobs = blobs
        self._log = log
        self._schemas = Schemas(blobs)
        self._lock = threading.Lock()
        self._after = 0
        self._spaces: dict[str, Space] = {}
        self._hours: dict[str, Counter[int]] = {}
        self._states: dict[int, tuple[int, dict[str, int]]] = {}

    def spaces(self) -> list[Space]:
        """Return the namespaces, by name."""
        with self._lock:
            self._look()
            return sorted(self._spaces.values())

    def space(self, name: str) -> Space | None:
        """Return one namespace."""
        with self._lock:
            self._look()
            return self._spaces.get(name)

    def firsts(self, type_: str) -> dict[int, int]:
        """Return how many datasets or jobs were first heard of, by hour since 1970."""
        with self._lock:
            self._look()
            return dict(self._hours.get(type_, {}))

    def _look(self) -> None:
        """Take in the names that were first heard of since the last look."""
        while rows := self._connection.rows("nodes_after", after=self._after, limit=_TOGETHER):
            for id_, type_, namespace, since_us, last_us in rows:
                if type_ not in ("DATASET", "JOB"):
                    continue
                first = since_us if since_us < OPEN else last_us
                held = self._spaces.get(namespace) or Space(namespace, OPEN, 0, 0, 0, OPEN, 0)
                data = type_ == "DATASET"
                self._spaces[namespace] = held._replace(
                    first_us=min(held.first_us, first),
                    last_us=max(held.last_us, first),
                    datasets=held.datasets + data,
                    jobs=held.jobs + (not data),
                    sourced_us=min(held.sourced_us, first) if data else held.sourced_us,
                    dataset=held.dataset or (id_ if data else 0),
                )
                self._hours.setdefault(type_, Counter())[first // HOUR_US] += 1
            self._after = rows[-1][0]

    def line(self, type_: str, namespace: str, name: str) -> NodeLine | None:
        """Return one dataset or job."""
        row = self._connection.row("node_line_of", type=type_, namespace=namespace, name=name)
        return NodeLine(*row) if row else None

    def lines(self, ids: Iterable[int]) -> dict[int, NodeLine]:
        """Return datasets and jobs by id."""
        wanted = json.dumps(sorted(set(ids)))
        return {row[0]: NodeLine(*row) for row in self._connection.rows("node_lines", ids=wanted)}

    def lines_by_node(self, nodes: Iterable[str]) -> dict[str, NodeLine]:
        """Return datasets and jobs by node id."""
        wanted = json.dumps(sorted(set(nodes)))
        return {row[4]: NodeLine(*row) for row in self._connection.rows("node_lines_by_text", nodes=wanted)}

    def page(
        self, type_: str, namespace: str, limit: int, offset: int, *, without: Iterable[int] = ()
    ) -> list[NodeLine]:
        """Return one page of datasets, by name, or of jobs, the last spoken of first; "" = of all namespaces."""
        values: dict[str, str | int] = {"limit": limit, "offset": offset, "hidden": json.dumps(sorted(without))}
        values |= {"namespace": namespace} if namespace else {}
        values |= {"type": type_} if type_ != "JOB" else {}
        name = f"{'jobs' if type_ == 'JOB' else 'nodes'}_of_{'space' if namespace else 'type'}"
        return [NodeLine(*row) for row in self._connection.rows(name, **values)]

    def jobs_in_state(
        self, states: Sequence[str], namespace: str, limit: int, offset: int, *, without: Iterable[int] = ()
    ) -> tuple[list[NodeLine], int]:
        """Return one page of the jobs whose last execution is in one of ``states``, and how many they are."""
        chosen = {"states": json.dumps(list(states)), "hidden": json.dumps(sorted(without))}
        values = {**chosen, "namespace": namespace} if namespace else chosen
        [(everywhere,)] = self._connection.rows("states_total", **chosen)
        name = f"jobs_of_{'space' if namespace else 'type'}_in_{'' if everywhere > FEW else 'rare_'}state"
        rows = self._connection.rows(name, limit=limit, offset=offset, **values) if everywhere else []
        if not namespace:
            return [NodeLine(*row) for row in rows], everywhere
        total = self._connection.row("jobs_in_state_total", **values) if everywhere else None
        return [NodeLine(*row) for row in rows], total[0] if total else 0

    def found(
        self,
        form: str,
        types: Sequence[str],
        namespace: str,
        limit: int,
        *,
        newest: bool,
        without: Iterable[int] = (),
    ) -> list[NodeLine]:
        """Return datasets and jobs whose name in lower case has the form of a LIKE."""
        name = "nodes_found_newest" if newest else "nodes_found"
        hidden = json.dumps(sorted(without))
        values = {
            "form": form,
            "types": json.dumps(list(types)),
            "namespace": namespace,
            "limit": limit,
            "hidden": hidden,
        }
        return [NodeLine(*row) for row in self._connection.rows(name, **values)]

    def facets(self, lines: Iterable[NodeLine]) -> dict[int, dict[str, bytes]]:
        """Return the facets that stand of several datasets or jobs, as they came."""
        numbers = {
            line.id: {key: held.blob for key, held in standing(line.facets).items() if held.blob} for line in lines
        }
        data = self._blobs.fetch([number for held in numbers.values() for number in held.values()])
        return {id_: {key: data[number] for key, number in held.items()} for id_, held in numbers.items()}

    def newest_runs(self, jobs: Sequence[int], limit: int) -> dict[int, list[int]]:
        """Return the ids of the newest executions of several jobs, the newest first."""
        found: dict[int, list[int]] = {job: [] for job in jobs}
        wanted = list(jobs)
        for place in range(limit):
            rows = self._connection.rows("run_at_place", ids=json.dumps(wanted), place=place) if wanted else []
            for job, run in rows:
                if run is not None:
                    found[job].append(run)
            wanted = [job for job, run in rows if run is not None]
        return found

    def runs(self, job: int, limit: int, offset: int) -> list[Row]:
        """Return one page of a job's executions as rows of ``run_row``, newest first, of each run the last attempt."""
        return self._connection.rows("last_attempts", job=job, limit=limit, offset=offset)

    def newest(self, job: int, states: Sequence[str], limit: int) -> list[Row]:
        """Return the newest executions as rows of ``run_row``: of one job (0: of all), in some states (none: any)."""
        wanted = {"states": json.dumps(list(states)), "every": 0 if states else 1, "limit": limit}
        if job:
            return self._connection.rows("runs_newest_of_job", job=job, **wanted)
        return self._connection.rows("runs_newest", **wanted)

    def counted(self, states: Sequence[str], since_us: int) -> int:
        """Return how many executions in some states there are since a moment."""
        row = self._connection.row("runs_in_states_since", states=json.dumps(list(states)), since_us=since_us)
        return row[0] if row else 0

    def runs_total(self, job: int) -> int:
        """Return how many executions of a job there are."""
        row = self._connection.row("runs_of_job_total", job=job)
        return row[0] if row else 0

    def run(self, run: str) -> Row | None:
        """Return the last attempt of a run, as a row of ``run_row``."""
        return self._connection.row("run_of", run=run, attempt=-1)

    def ends(self, runs: Iterable[int]) -> list[End]:
        """Return what some runs read and wrote."""
        ids = json.dumps(sorted(set(runs)))
        rows = self._connection.rows("run_ends", ids=ids, open=OPEN)
        return [
            End(run, role == 1, dataset, namespace, name, version_id, version, writer, then or 0)
            for run, role, dataset, namespace, name, version_id, version, writer, then in rows
        ]

    def newest_versions(self, datasets: Sequence[int]) -> dict[int, int]:
        """Return the id of the newest version of each of some datasets that has one."""
        rows = self._connection.rows("newest_versions", ids=json.dumps(list(datasets)), unborn=OPEN)
        return {dataset: version for dataset, version in rows if version is not None}

    def versions(self, dataset: int, limit: int, offset: int) -> tuple[list[Row], int]:
        """Return one page of a dataset's versions as rows of ``version_columns``, and how many there are."""
        rows = self._connection.rows("versions_page", dataset=dataset, unborn=OPEN, limit=limit, offset=offset)
        total = self._connection.row("versions_total", dataset=dataset)
        return rows, total[0] if total else 0

    def writers(self, versions: Iterable[int]) -> dict[int, Row]:
        """Return the runs that wrote some versions, by version, as rows of ``run_row``."""
        pairs = self._connection.rows("version_writers", ids=json.dumps(sorted(set(versions))))
        rows = self._connection.rows("runs_by_ids", ids=json.dumps(sorted({run for _, run in pairs})))
        runs = {row[0]: row for row in rows}
        return {version: runs[run] for version, run in pairs if run in runs}

    def schemas(self, numbers: Iterable[int]) -> dict[int, tuple[Field, ...]]:
        """Return schemas by number."""
        wanted = {number for number in numbers if number}
        self._blobs.fetch(sorted(wanted))
        return {number: self._schemas.fields(number) or () for number in wanted}

    def version_names(self, dataset: int, limit: int, offset: int) -> list[tuple[int, str]]:
        """Return ids and names of a dataset's versions, newest first, the unnamed one among them."""
        rows = self._connection.rows("version_names", dataset=dataset, unborn=OPEN, limit=limit, offset=offset)
        return [(id_, version) for id_, version in rows]

    def run_events(self, since_us: int, until_us: int, limit: int, offset: int, *, up: bool) -> tuple[list[Entry], int]:
        """Return one page of run events by when they happened, and how many there are (counted up to a limit)."""
        span = {"since_us": since_us, "until_us": until_us}
        name = "run_events_up" if up else "run_events_down"
        seqs = [seq for (seq,) in self._connection.rows(name, limit=limit, offset=offset, **span)]
        held = {entry.seq: entry for entry in self._log.at(seqs)}
        row = self._connection.row("run_events_counted", limit=offset + limit + COUNTED, **span)
        return [held[seq] for seq in seqs], row[0] if row else 0

    def states(self, hour: int) -> dict[str, int]:
        """Return how many run events of each state happened in an hour since 1970; counted anew when there are more."""
        span = {"since_us": hour * HOUR_US, "until_us": (hour + 1) * HOUR_US}
        row = self._connection.row("events_in_span", **span)
        total = row[0] if row else 0
        held = self._states.get(hour)
        if held is None or held[0] != total:
            rows = self._connection.rows("skeletons_in_span", limit=SEEN, **span) if total else []
            hits = (_STATE.search(packing.opened(packed, body).text) for packed, body in rows)
            counted = Counter(hit.group(1).decode() for hit in hits if hit)
            scale = total / len(rows) if len(rows) == SEEN else 1.0
            held = total, {state: round(amount * scale) for state, amount in counted.items()}
            if len(self._states) > 24 * 31:
                self._states.clear()
            self._states[hour] = held
        return held[1]

    def settings(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return small named values, those that are there."""
        wanted = json.dumps(sorted(set(names)))
        return dict(self._connection.rows("settings_named", names=wanted))
