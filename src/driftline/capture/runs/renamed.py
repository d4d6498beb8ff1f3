"""What files and tables that a run has written and then renamed are called now, for what was read by their old names.

Enters: renames, as they happen, and names of datasets or paths with the time at which something was read there. Leaves:
the names that what lay there has in the end, through any number of renames, and where it changed places with another
file. A name that lasted only within the run is no dataset: nobody outside can read it, the next turn of a loop may
give it to another file, and who asks for the sources of the file that is left means what was written. So what was
made of it while it had that name is made of the file that is there in the end. A file that the run found there keeps
its old name, which others know, and the new one is made of it (``hooks.files``, ``hooks.renaming``). A name that a
table has given up may be that of another one from then on. Changes nothing but its own books and the outputs of a run.
"""

import os
import time
from bisect import bisect_right
from operator import itemgetter
from typing import TypeVar

import msgspec

from driftline.capture.runs import by_path, columns, observe, recalled
from driftline.capture.runs.columns import Bound, Reach
from driftline.capture.runs.recalled import Way
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Touched

State = tuple[int, Dataset | None, Dataset | None]  # since when a file had a name, and what it was and is called

_BOOKS, _ASKED = "renamed", "renamed, as asked for"
_MOST = 20_000  # renames of one run

T = TypeVar("T")
_at = itemgetter(0)


class _File:
    """A file or a table of which something was renamed: what it is called now."""

    __slots__ = ("dataset", "path")

    def __init__(self, dataset: Dataset | None = None) -> None:
        self.path = ""
        self.dataset = dataset  # None = no hook has recorded it


class _Books:
    """The renames of one run, in order."""

    __slots__ = ("ahead", "count", "datasets", "files", "paths", "tables")

    def __init__(self) -> None:
        self.ahead = time.time_ns() - time.perf_counter_ns()  # how far the clock of files is before that of statements
        self.count = 0
        self.tables: dict[Dataset, _File] = {}  # by the name that each has now
        self.files: dict[str, _File] = {}  # by the path at which it lies now
        self.paths: dict[str, list[tuple[int, int, _File]]] = {}  # since when and until when what lay there
        self.datasets: dict[Dataset, list[tuple[int, int, _File]]] = {}

    def room(self) -> None:
        """Forget the older half where there are too many: what was made of those files has their former names."""
        if self.count < _MOST:
            return
        every = (*self.paths.values(), *self.datasets.values())
        ends = sorted({id(one): one[1] for former in every for one in former}.values())
        since = ends[len(ends) // 2]
        self.paths, self.datasets = _since(self.paths, since), _since(self.datasets, since)
        held = {id(file) for former in self.paths.values() for _, _, file in former}
        self.files = {path: file for path, file in self.files.items() if id(file) in held}
        self.tables = {name: table for name, table in self.tables.items() if name in self.datasets}
        self.count = len(ends) // 2


def _since(held: dict[T, list[tuple[int, int, _File]]], since: int) -> dict[T, list[tuple[int, int, _File]]]:
    kept = {key: [one for one in former if one[1] >= since] for key, former in held.items()}
    return {key: former for key, former in kept.items() if former}


def note(
    trace: Trace, source: str, target: str, since_ns: int, before: Dataset | None = None, after: Dataset | None = None
) -> None:
    """Take note that what the run has written at ``since_ns`` lies at another path now.

    Args:
        trace: of the run.
        source: path where it lay.
        target: path where it lies.
        since_ns: when it was written, in ns since 1970.
        before: the dataset that it was, where a hook has told.
        after: the dataset that it is then.
    """
    if source == target:
        return
    books = trace.recalled.setdefault(_BOOKS, _Books())
    books.room()
    books.count += 1
    file = books.files.pop(source, None) or _File()
    state = since_ns, time.time_ns(), file
    books.paths.setdefault(source, []).append(state)
    if before is not None:
        books.datasets.setdefault(before, []).append(state)
    file.path, file.dataset = target, after
    books.files[target] = file


def table(trace: Trace, before: Dataset, after: Seen, at: int) -> bool:
    """Have what the run has made of a table go by its new name from now on; whether it had made anything of it.

    Args:
        trace: of the run.
        before: what the table was called.
        after: the version under its new name, which gets all that is known of it.
        at: when it was renamed, by the clock of statements.
    """
    own = [seen for seen in trace.outputs if seen.touched.dataset == before]
    if not own:
        return False
    books = trace.recalled.setdefault(_BOOKS, _Books())
    books.room()
    books.count += 1
    name, now = after.touched.dataset, at + books.ahead
    known = books.tables.pop(before, None)
    one = known or _File()
    one.dataset = name
    if known is None:  # else it has been known by that name since it got it
        began = [_begun(seen) for seen in own]
        since = min([now, *(seen.at_ns for seen in own), *(first + books.ahead for first in began if first)])
        books.datasets.setdefault(before, []).append((since, now, one))
    books.datasets.setdefault(before, []).append((now, now, _File(before)))  # whatever gets that name next
    books.datasets.setdefault(name, []).append((now, now, one))
    books.tables[name] = one
    after.edges = [edges for seen in own for edges in seen.edges]
    after.visits = [visit for seen in own for visit in seen.visits]
    after.rootless = all(seen.rootless for seen in own)
    after.read_ns = min((seen.read_ns for seen in own if seen.read_ns), default=0)
    trace.outputs[:] = [seen for seen in trace.outputs if seen.touched.dataset != before]
    return True


def _begun(seen: Seen) -> int:
    """When the run began to write a table, by the clock of statements; 0 = not known."""
    ran = [edges.when.first for edges in seen.edges if columns.changing(edges) and edges.when is not None]
    return min((one for one in (*ran, *(visit.order for visit in seen.visits)) if one > 0), default=0)


class States(dict[str, list[State]]):
    """Files that are renamed together, by the path at which each lay: since when, of all states that it had there."""


def rename(trace: Trace, way: Way, place: int, source: str, target: str, folder: str, states: States) -> None:
    """Give what the run has read or written, at a place in that list, its new name, and add it to ``states``.

    Args:
        trace: of the run.
        way: read or write.
        place: in the list of these.
        source: path of the file, or of the folder that it lies below.
        target: path of that now.
        folder: that names are relative to.
        states: of the files that this call has renamed.
    """
    seen, known = (trace.inputs if way == "read" else trace.outputs)[place], recalled.of(trace, way)
    path, before = seen.path, seen.touched.dataset
    known.take(place)
    seen.path = target + path[len(source) :]
    seen.touched = _renamed_to(seen.touched, source, target, seen.path, folder)
    known.put(place, seen)
    by_path.renamed(trace, way, place, seen.path)
    since = min(seen.at_ns, seen.read_ns or seen.at_ns)  # it may have been read, and added to after that
    states.setdefault(path, []).append((since, before, seen.touched.dataset))


def noted(trace: Trace, source: str, target: str, states: States) -> None:
    """Take note of all that was renamed together, each file once."""
    for path, found in states.items():
        _, before, after = found[0]
        note(trace, path, target + path[len(source) :], min(since for since, _, _ in found), before, after)


def _renamed_to(touched: Touched, source: str, target: str, path: str, folder: str) -> Touched:
    """Return a version by its new name; one that lay in a dataset below the folder that was renamed stays in it."""
    before, name = below(source, folder), touched.dataset.name
    if name.startswith(f"{before}/"):
        dataset = Dataset(touched.dataset.namespace, below(target, folder) + name[len(before) :])
        return msgspec.structs.replace(touched, dataset=dataset)
    spot = observe.located(path, folder, target if path != target else "")
    return msgspec.structs.replace(
        touched, dataset=Dataset(spot.namespace, spot.name), partition=spot.partition or touched.partition
    )


def below(path: str, folder: str) -> str:
    """Return what a file or folder is called, whether or not it is still there."""
    return path[len(folder) :].lstrip(os.sep) if path.startswith(folder.rstrip(os.sep) + os.sep) else path


def made(trace: Trace, seen: Seen) -> bool:
    """Whether what was read, and is told again, is what the run itself had written and has renamed since."""
    books = trace.recalled.get(_BOOKS)
    former = () if books is None else books.paths.get(seen.path, ())
    place = bisect_right(former, seen.at_ns, key=_at)
    return place > 0 and seen.at_ns <= former[place - 1][1]


class Now:
    """What is called how in the end, for one event."""

    def __init__(self, trace: Trace) -> None:
        books = trace.recalled.get(_BOOKS)
        self._ahead = time.time_ns() - time.perf_counter_ns() if books is None else books.ahead
        self._paths: dict[str, list[tuple[int, int, _File]]] = {} if books is None else books.paths
        self._datasets: dict[Dataset, list[tuple[int, Dataset]]] = {
            dataset: [(since, one.dataset) for since, _, one in former if one.dataset is not None]
            for dataset, former in ({} if books is None else books.datasets).items()
        }
        for seen in (*trace.inputs, *trace.outputs) if self._datasets else ():
            standing = self._datasets.get(seen.touched.dataset)
            if standing is not None:
                standing.append((seen.at_ns, seen.touched.dataset))
        for standing in self._datasets.values():
            standing.sort(key=_at)

    def dataset(self, dataset: Dataset, at_ns: int) -> Dataset:
        """Return what a dataset is called now that was written last before a time, in ns since 1970."""
        standing = self._datasets.get(dataset, ())
        place = bisect_right(standing, at_ns, key=_at)
        return standing[place - 1][1] if place else dataset

    def bound(self, found: Bound, at_ns: int) -> Bound:
        """Return column edges whose sources are called as they are now, from names that they had at a time."""
        if not self._datasets:
            return found
        fields, rows = found
        return {name: self._reaches(reaches, at_ns) for name, reaches in fields.items()}, self._reaches(rows, at_ns)

    def ran_ns(self, edges: object, at_ns: int) -> int:
        """Return when the statement of ``edges`` ran, in ns since 1970; of other edges ``at_ns``."""
        return self.at_ns(edges.when.last) if columns.changing(edges) and edges.when is not None else at_ns

    def _reaches(self, found: list[Reach], at_ns: int) -> list[Reach]:
        now = [(reach, self.dataset(Dataset(reach.namespace, reach.name), at_ns)) for reach in found]
        return [reach._replace(namespace=one.namespace, name=one.name) for reach, one in now]

    def at_ns(self, order: int) -> int:
        """Return when a time was by the clock of ``sites``, in ns since 1970."""
        return order + self._ahead

    def path(self, path: str, at_ns: int) -> str:
        """Return where what lay at a path at a time lies now."""
        former = self._paths.get(path, ())
        place = bisect_right(former, at_ns, key=_at)
        return former[place - 1][2].path if place and at_ns <= former[place - 1][1] else path


def of(trace: Trace) -> Now:
    """Return what is called how, looked up once until it is forgotten."""
    known = trace.recalled.get(_ASKED)
    if not isinstance(known, Now):
        known = trace.recalled[_ASKED] = Now(trace)
    return known


def forget(trace: Trace) -> None:
    """Let the next question look at everything anew."""
    trace.recalled.pop(_ASKED, None)
