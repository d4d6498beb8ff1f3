"""What a run collects while it lasts: each version once, with everything that is known of it.

Enters: versions as they are read and written, and facets and edges for them. Leaves: the trace, changed. What a
run itself wrote is no input of it; a version that is seen twice keeps what either sighting knew.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from driftline.capture.runs import observe, recalled
from driftline.capture.runs.columns import Bindable, Declared, Reach
from driftline.capture.runs.recalled import Way
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Touched

STATEMENTS = 1_000  # that one event tells; what they read and wrote is recorded all the same
CHARACTERS = 100_000  # of all of them together: what an event tells (``emit``)
TEMPLATES = 10_000  # statements that count as code of one run
_TEXTS = "texts of statements"  # among what a run recalls
FURTHER = "texts of further statements"


def add(trace: Trace, way: Way, seen: Seen) -> Touched:
    """Record ``seen``, once per version; returns what is recorded of it."""
    into = trace.inputs if way == "read" else trace.outputs
    seen.at_ns = seen.at_ns or time.time_ns()
    if trace.outputs:
        goes_on(trace, seen.at_ns)
        for _, output in recalled.of(trace, "write").alike(seen) if way == "read" else ():
            if _made(output, seen):
                output.read_ns = min(output.read_ns or seen.at_ns, seen.at_ns)
                return seen.touched  # what the run itself made is no input of it
    if not into:
        into.append(seen)
        return seen.touched
    places = recalled.of(trace, way)
    for index, known in places.alike(seen):
        if _same(known, seen):
            known.edges.extend(seen.edges)
            if seen.visits is not known.visits:
                known.visits.extend(seen.visits)
            known.rootless = known.rootless and seen.rootless
            known.at_ns = min(known.at_ns, seen.at_ns) if way == "read" else max(known.at_ns, seen.at_ns)
            _hold(way, known, seen)
            if _knows_more(seen, known):
                into[index] = seen
                seen.edges, seen.at_ns, seen.read_ns, seen.table = known.edges, known.at_ns, known.read_ns, known.table
                seen.part = known.part
                seen.visits = known.visits
                seen.handle, seen.until_ns = seen.handle or known.handle, known.until_ns
                seen.pointer = seen.pointer or known.pointer
                places.put(index, seen)
            elif way == "write" and (seen.pointer is not None or seen.handle is not None):  # written to once more
                known.pointer, known.handle = seen.pointer or known.pointer, seen.handle or known.handle
                places.put(index, known)
            return into[index].touched
    into.append(seen)
    return seen.touched


def once_more(trace: Trace, index: int, handle: Any) -> None:
    """Record that the output at a place, which is measured when it is closed, was written to again, by a ``handle``."""
    seen, outputs = trace.outputs[index], recalled.of(trace, "write")
    seen.at_ns = max(seen.at_ns, time.time_ns())
    goes_on(trace, seen.at_ns)
    seen.handle, seen.rootless = handle, False
    outputs.put(index, seen)


def goes_on(trace: Trace, now_ns: int) -> None:
    """Let what is being written while something else is read or written end no earlier than that."""
    for output in recalled.of(trace, "write").open() if trace.outputs else ():
        _still_open(output, now_ns)


def _still_open(output: Seen, now_ns: int) -> None:
    if output.is_open():
        output.until_ns = max(output.until_ns, now_ns)
    else:
        output.handle = None


def _made(output: Seen, seen: Seen) -> bool:
    """Whether what is read is what the run has written; of an address that is written to, whatever stands there."""
    if output.pointer is not None and output.touched.dataset == seen.touched.dataset:
        return True
    return bool(seen.touched.version or seen.path) and _same(output, seen)


def _same(known: Seen, seen: Seen) -> bool:
    if known.touched.dataset != seen.touched.dataset:
        return False
    if known.touched.partition != seen.touched.partition and known.path != seen.path:
        return False  # the same bytes in another slice
    if known.path != seen.path and not known.touched.version and not seen.touched.version and known.path and seen.path:
        return False  # parts of one folder that are still being written
    if known.touched.version == seen.touched.version:
        return True
    if known.pending and known.path == seen.path:
        return True
    if all(one.touched.version.startswith(measure.BYTES) for one in (known, seen)):
        return False  # written twice in one tick of the clock
    return bool(seen.path) and (known.path, known.size, known.modified_ns) == (seen.path, seen.size, seen.modified_ns)


def _hold(way: Way, known: Seen, seen: Seen) -> None:
    """Keep the table that shows what the version holds: of reads the first, of writes the last, if that was whole.

    Of a table of a database that is written again the last columns count.
    """
    if way == "read" and known.table is not None and (seen.part or not known.part):
        return
    if way == "write" and seen.touched.kind == "table" and seen.touched.fields is not None:
        known.touched = msgspec.structs.replace(known.touched, fields=seen.touched.fields)
        known.declared = seen.declared
    if known.table is not None:
        known.table.drop()
        known.contents = None
        known.touched = msgspec.structs.replace(known.touched, rows=seen.touched.rows)
    known.table, known.part = seen.table, seen.part


def _knows_more(seen: Seen, known: Seen) -> bool:
    if known.contents is None and seen.contents is not None:
        return True
    mine, theirs = seen.touched, known.touched
    return (mine.fields is not None and theirs.fields is None) or (mine.kind == "model" != theirs.kind)


def attach(trace: Trace, target: Touched, key: str, body: Mapping[str, Any]) -> None:
    """Attach a facet to a version that was read or written."""
    for seen in (*trace.outputs, *trace.inputs):
        if seen.touched.dataset == target.dataset and seen.touched.version == target.version:
            seen.facets = {**seen.facets, key: dict(body)}
            return


def edges(trace: Trace, dataset: Dataset, found: Bindable, version: str | None) -> list[Seen]:
    """Attach column edges to the versions of ``dataset`` that were written, or to one; returns those."""
    written = [seen for seen in trace.outputs if seen.touched.dataset == dataset]
    if version is not None:
        written = [seen for seen in written if seen.touched.version == version]
    if not written:
        written = [Seen(touched=Touched(dataset=dataset))]
        trace.outputs.extend(written)
    for seen in written:
        seen.edges.append(found)
    return written


def statement(trace: Trace, text: str) -> None:
    """Record the text of a statement, once; of the first thousand of a run, as far as an event has room for them."""
    text = text[:CHARACTERS]
    told = trace.recalled.get(_TEXTS)
    if told is None or len(told[0]) != len(trace.statements):  # somebody else has told of one
        told = trace.recalled[_TEXTS] = [set(trace.statements), sum(map(len, trace.statements))]
    if text in told[0]:
        return
    if len(trace.statements) < STATEMENTS and told[1] < CHARACTERS:
        trace.statements.append(text)
        told[0].add(text)
        told[1] += len(text)
    else:
        trace.gaps[FURTHER] = trace.gaps.get(FURTHER, 0) + 1


def declared(trace: Trace, sources: Mapping[str, Iterable[str] | str], subtype: str, folder: str) -> Declared:
    """Return the column edges that the user stated as ``{"out_col": ["source.col", …]}``."""
    direct = subtype in ("IDENTITY", "TRANSFORMATION", "AGGREGATION")
    fields: dict[str, list[Reach]] = {}
    for column, given in sources.items():
        for text in [given] if isinstance(given, str) else given:
            name, _, field = text.rpartition(".")
            source = _source(trace, name, folder)
            reach = Reach(source.namespace, source.name, field, "DIRECT" if direct else "INDIRECT", subtype)
            fields.setdefault(column, []).append(reach)
    return Declared(fields)


def _source(trace: Trace, name: str, folder: str) -> Dataset:
    known = [seen.touched.dataset for seen in (*trace.inputs, *trace.outputs)]
    named = [dataset for dataset in known if dataset.name == name]
    ending = [dataset for dataset in known if dataset.name.rsplit("/", 1)[-1] == name]
    for dataset in (*named, *ending):
        return dataset
    return observe.name_of(name, "", folder)
