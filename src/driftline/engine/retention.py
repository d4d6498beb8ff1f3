"""What retention must keep: every run that a live version came from, by whatever way.

Enters: live versions. Leaves: ids of runs. A way leads from version to version, and on through what no version stands
for: another name of a dataset (a symlink, a rename), a view, a job without a run. There the version counts that was
there at that moment, and the run that said so is kept with it. A job that feeds another without a dataset counts by its
last execution before the one that it fed. Where a way was walked before it is not walked again, so
the cost is that of what is kept.
"""

import sys
from collections.abc import Iterable, Iterator

from driftline.store import Store
from driftline.store.versions import READ
from driftline.store.walks import NOW

_ALL = sys.maxsize  # steps, and places: nothing is left out
Place = tuple[int, int]  # a dataset or a job, and a moment


def needed(store: Store, live: Iterable[int]) -> set[str]:
    """Return the ids of the runs that some versions came from."""
    executions: set[int] = set()
    walked: set[int] = set()
    asked: set[Place] = set()
    followed: set[int] = set()  # executions
    waiting = set(live)
    while waiting:
        walk = store.walks.versions_from(dict.fromkeys(sorted(waiting), 0), "up", _ALL, NOW, _ALL)
        executions |= {line.via for line in walk.lines if line.via}
        executions |= {-place for place in walk.far if place < 0}
        new = {place for place in walk.far if place > 0} - walked
        walked |= new
        executions |= store.walks.writers(new)
        rows = store.walks.version_rows(new)
        places = {(row[11], row[13]) for row in rows.values() if row[3]}
        places |= {(rows[line.source][11], line.time_us) for line in walk.lines if _bare(rows.get(line.source))}
        said, waiting = _beside(store, places, asked)
        executions |= said
        fed, read, at = _feeding(store, executions, followed)
        said, more = _beside(store, at, asked)
        executions |= fed | said
        waiting |= read | more
        waiting -= walked
    return {row[1] for row in store.walks.run_rows(executions).values()}


def _feeding(store: Store, executions: set[int], followed: set[int]) -> tuple[set[int], set[int], set[Place]]:
    """Return the executions of jobs that fed the jobs of others, the versions that these read, and where and when.

    An execution that says so counts with them.
    """
    found: set[int] = set()
    fed: set[int] = set()
    new = executions - followed
    while new:
        followed |= new
        moments: dict[int, set[int]] = {}
        for row in store.walks.run_rows(new).values():
            moments.setdefault(row[3], set()).add(row[5])
        new = set()
        for target, source, says in store.walks.ties(moments):
            last = {run for moment in moments[target] for run in store.views.runs([source], moment).values()}
            found |= {says} if last and says > 0 else set()
            new |= last - followed
        fed |= new
    followed |= found  # it speaks of the tie; what it came from itself is of no account
    times = {id_: row[5] for id_, row in store.walks.run_rows(fed).items()}
    read = [(run, version) for run, role, version in store.views.versions(fed, NOW) if role == READ]
    rows = store.walks.version_rows(version for _, version in read)
    places = {(rows[version][11], times[run]) for run, version in read if _bare(rows[version])}
    then = {store.walks.version_at(*place) for place in places}
    return found | fed, {version for _, version in read} | {version for version in then if version}, places


def _bare(row: tuple[object, ...] | None) -> bool:
    return row is not None and not row[3]


def _beside(store: Store, places: set[Place], asked: set[Place]) -> tuple[set[int], set[int]]:
    """Return the executions that say what else some datasets are or stand on, and the versions that these had."""
    executions: set[int] = set()
    versions: set[int] = set()
    while places := places - asked:
        asked |= places
        ahead: set[Place] = set()
        for source, moment, run in _tied(store, places):
            executions |= {run} if run > 0 else set()
            version = store.walks.version_at(source, moment)
            versions |= {version} if version else set()
            ahead.add((source, moment))
        places = ahead
    return executions, versions


def _tied(store: Store, places: Iterable[Place]) -> Iterator[tuple[int, int, int]]:
    """Yield what leads into some places without a version: source, moment, the execution that says so (0: several)."""
    moments: dict[int, list[int]] = {}
    for node, moment in sorted(places):
        moments.setdefault(node, []).append(moment)
        if store.walks.version_at(node, moment) is None:
            for line in store.walks.edges([node], "up", moment):
                yield line.source, moment, 0
    for target, source, run in store.walks.ties(moments):
        for moment in moments[target]:
            yield source, moment, run
