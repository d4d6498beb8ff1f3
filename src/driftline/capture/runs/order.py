"""What fed what in a run that is a whole process: only what was read before can have reached what was written.

Enters: versions with the times at which they were first read and last written. Leaves: explicit lineage, one entry per
output: its sources are those of the statement that wrote it, else, as a guess, everything that was read until then,
among it a version that the run itself wrote and read again, and a model that it saved, which it still has at hand, but
for models that were fitted before that one. Where that would be more than ``PAIRS`` in all, as of a loop over thousands
of files, it is what was read since the output before it, and of that the last. The facet knows no versions: of datasets
in several states each says when it was read or written.
Source:
https://openlineage.io/spec/facets (lineage 1-0-0).
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.runs import renamed
from driftline.capture.runs.columns import CODE, SURE
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset

if TYPE_CHECKING:
    import tempfile
else:
    tempfile = later.module("tempfile")  # few runs remove what they wrote

TEMPORARY = "temporary files that were written and removed"

_STEP = later.pattern(  # of the map, filter or split of a data set; and what its processes call that before
    r"[/\\]cache-[0-9a-f]{16}(_\d+_of_\d+)?\.arrow$|[/\\]\.cache[/\\].*[/\\]tmp[a-z0-9_]{8}$"
)
_MAYBE = f"{os.sep}tmp"  # in the path of what ``tempfile`` named
PAIRS = 10_000  # guesses of one run

# Read before and written after says that the one may have fed the other, not that it did.
_GUESS = {"transformations": [{"type": "INDIRECT", "subtype": "", "provenance": "cartesian", "confidence": 0.5}]}


def lasting(outputs: list[Seen], paths: Collection[str] | None = None) -> list[Seen]:
    """Return ``outputs`` without states of a file, or of one of ``paths``, that the same run has overwritten.

    A state that was read and from which something else may have been written stays: before the next one was read or,
    where that never was, written.
    """
    states: dict[tuple[str, Dataset], list[Seen]] = {}
    for seen in outputs:
        if seen.path and (paths is None or seen.path in paths):
            states.setdefault((seen.path, seen.touched.dataset), []).append(seen)
    gone: set[int] = set()
    every = sorted(outputs, key=lambda seen: seen.at_ns)
    times = [seen.at_ns for seen in every]
    for (_, dataset), found in states.items():
        found.sort(key=lambda seen: seen.at_ns)
        for seen, following in pairwise(found):
            until = following.read_ns or following.at_ns  # what was read may be at hand until it is read anew
            between = every[bisect_right(times, seen.read_ns) : bisect_left(times, until)] if seen.read_ns else ()
            used = any(one.touched.dataset != dataset for one in between)
            following.former = seen
            if not used:
                gone.add(id(seen))
    return [seen for seen in outputs if id(seen) not in gone]


def staying(outputs: list[Seen], gaps: dict[str, int]) -> list[Seen]:
    """Return ``outputs`` without caches that nobody read.

    Those are files that ``tempfile`` named and that are gone, and what Hugging Face datasets keeps of each step.
    """
    outputs = apart(outputs)
    kept = [
        one
        for one in outputs
        if _MAYBE not in one.path or one.read_ns or os.path.exists(one.path) or not _temporary(one)
    ]
    if len(kept) < len(outputs):
        gaps[TEMPORARY] = len(outputs) - len(kept)
    return kept


def apart(outputs: list[Seen]) -> list[Seen]:
    """Return ``outputs`` without what Hugging Face datasets keeps of each step, unless it was read."""
    return [one for one in outputs if one.read_ns or "cache" not in one.path or not _STEP.search(one.path)]


def _temporary(seen: Seen) -> bool:
    return seen.path.startswith(os.path.join(os.path.realpath(tempfile.gettempdir()), tempfile.gettempprefix()))


def matters(trace: Trace) -> bool:
    """Whether times and statements say more than that everything fed everything."""
    first = min((output.at_ns for output in trace.outputs), default=0)
    read = {seen.touched.dataset for seen in trace.inputs}
    return bool(trace.outputs) and (
        any(seen.at_ns > first for seen in trace.inputs)
        or bool(again(trace))
        or any(output.rootless for output in trace.outputs if trace.inputs)
        or any(_named(trace, output) not in (set(), read) for output in trace.outputs)
    )


def before(trace: Trace, output: Seen) -> list[Seen]:
    """Return what had been read when ``output`` was written for the last time."""
    own = [one for one in trace.outputs if was_at_hand(one, output)]
    return [seen for seen in trace.inputs if was_read(seen, output)] + own


def was_read(seen: Seen, output: Seen) -> bool:
    """Whether what the run read was read when ``output`` was written for the last time."""
    return seen.at_ns <= end_ns(output)


def was_at_hand(seen: Seen, output: Seen) -> bool:
    """Whether the run still had at hand what it had written when ``output`` was written for the last time."""
    used = _used_ns(seen)
    return 0 < used < end_ns(output) and seen is not output and (seen.read_ns > 0 or not _earlier(output, seen))


def at_hand(seen: Seen) -> bool:
    """Whether something that the run has written may be a source of what it writes later."""
    return _used_ns(seen) > 0


def reread(trace: Trace, output: Seen) -> list[Seen]:
    """Return what the run had written and read again when ``output`` was written, what was read last first."""
    end = end_ns(output)
    found = [one for one in trace.outputs if one.read_ns and one.read_ns <= end and one is not output]
    return sorted(found, key=lambda one: -one.read_ns)


def again(trace: Trace) -> list[Seen]:
    """Return what the run wrote and then read, and the models that it saved before it wrote something else."""
    last = max((end_ns(seen) for seen in trace.outputs), default=0)
    return [seen for seen in trace.outputs if seen.read_ns or 0 < _used_ns(seen) < last]


def mark(trace: Trace) -> None:
    """Have everything say when it was read or written, where the run saw several states of one dataset."""
    seen = (*trace.inputs, *trace.outputs)
    states = {(one.touched.dataset, one.touched.version) for one in seen}
    several = len(states) > len({dataset for dataset, _ in states})
    for one in seen:
        one.timed = several


def after_ns(trace: Trace, seen: Seen, *, written: bool) -> int:
    """Return how long after the begin of the run something was read first, or ``written`` last."""
    at = end_ns(seen) if written else _used_ns(seen) or seen.at_ns
    return max(0, at - trace.started_us * 1_000)  # what a part before this one has read was there from the begin


def end_ns(seen: Seen) -> int:
    """When something was written for the last time."""
    return max(seen.at_ns, seen.until_ns)


def _earlier(output: Seen, model: Seen) -> bool:
    """Whether ``output`` is a model that was there before the other one was fitted, and so does not stand on it."""
    return 0 < output.fitted_ns < model.fitted_ns


def _used_ns(seen: Seen) -> int:
    """Since when something that a run has written may be a source of what it writes; 0 = it is not."""
    return seen.read_ns or (seen.at_ns if seen.touched.kind == "model" else 0)


def entries(trace: Trace) -> list[dict[str, Any]]:
    """Return the entries of the ``lineage`` facet of the job, one per output."""
    found: dict[Dataset, dict[str, Any]] = {}
    guess = _guesses(trace)
    told = {id(output): _told(output) for output in trace.outputs}
    elsewhere = {one for _, sources in told.values() for one in sources}
    for output in trace.outputs:
        dataset = output.touched.dataset
        entry = found.setdefault(
            dataset,
            {"type": "DATASET", "namespace": dataset.namespace, "name": dataset.name, "inputs": [], "fields": {}},
        )
        if output.rootless:
            continue
        named = _named(trace, output)
        guessed = set() if named else {seen.touched.dataset for seen in guess(output)}
        whole, sources = told[id(output)]
        if whole:  # what the code knows to have fed something else was not read for this
            guessed -= elsewhere - sources
        _fill(entry, output, named or guessed, {} if named else _GUESS)
    fed = {seen.touched.dataset for seen in trace.outputs if not seen.rootless}
    for dataset, entry in found.items():
        if not entry["inputs"] and dataset in fed:
            del entry["inputs"]  # an empty list would say that it is known to have no source
    return list(found.values())


def _guesses(trace: Trace) -> Callable[[Seen], list[Seen]]:
    """Return what guesses the sources of an output that no statement names."""
    outputs = [output for output in trace.outputs if not output.rootless]
    used = [(one.at_ns, one) for one in trace.inputs] + [(at, one) for one in trace.outputs if (at := _used_ns(one))]
    if len(outputs) * len(used) <= PAIRS:
        return lambda output: before(trace, output)
    used.sort(key=lambda one: one[0])
    times, ends, most = [at for at, _ in used], sorted(map(end_ns, outputs)), max(1, PAIRS // len(outputs))

    def nearest(output: Seen) -> list[Seen]:
        end = end_ns(output)
        place = bisect_left(ends, end)
        since = bisect_right(times, ends[place - 1]) if place else 0
        until = bisect_right(times, end)
        return [one for _, one in used[max(since, until - most) : until] if one is not output]

    return nearest


def _named(trace: Trace, output: Seen) -> "set[Dataset]":
    """The sources of the statements that wrote it; none where a statement read what has no name, such as a frame."""
    found: set[Dataset] = set()
    now, at_ns = renamed.of(trace), end_ns(output)
    for edges in output.edges:
        for datasets in getattr(edges, "datasets", {"": ()}).values():
            if not datasets:
                return set()
            found.update([now.dataset(one, now.ran_ns(edges, at_ns)) for one in datasets])
    return found - {output.touched.dataset}


def _told(output: Seen) -> "tuple[bool, set[Dataset]]":
    """Whether the code has told where all columns come from, and which datasets it names."""
    held = output.contents
    fields = output.touched.fields if held is None or held.arrays else held.fields
    lineage = output.lineage or {}
    known: dict[str, list[Any]] = {
        name: [one for one in column["inputFields"] if _followed(one)]
        for name, column in lineage.get("fields", {}).items()
    }
    known[""] = [one for one in lineage.get("dataset", ()) if _followed(one)]
    sources = {Dataset(one["namespace"], one["name"]) for found in known.values() for one in found}
    return bool(fields) and bool(sources) and all(known.get(one.name) for one in fields or () if one.name), sources


def _followed(source: dict[str, Any]) -> bool:
    ways = source.get("transformations", ())
    return any(way.get("provenance") == CODE and way.get("confidence", 1.0) >= SURE for way in ways)


def _fill(entry: dict[str, Any], output: Seen, sources: "set[Dataset]", how: dict[str, Any]) -> None:
    lineage = output.lineage or {}
    entry["inputs"] += [_input(one) for one in lineage.get("dataset", ())]
    whole = {(one["namespace"], one["name"]) for one in entry["inputs"] if not one.get("field")}
    for source in sorted(sources):
        if (source.namespace, source.name) not in whole:
            entry["inputs"].append({"type": "DATASET", "namespace": source.namespace, "name": source.name, **how})
    for name, column in lineage.get("fields", {}).items():
        held = entry["fields"].setdefault(name, {"inputs": []})
        held["inputs"] += [_input(one) for one in column["inputFields"]]


def _input(found: dict[str, Any]) -> dict[str, Any]:
    """Return a source column; how it is known is said, as the pair of datasets may be known otherwise."""
    ways = [{"provenance": "column", **way} for way in found.get("transformations", ())]
    return {"type": "DATASET", **found, **({"transformations": ways} if ways else {})}
