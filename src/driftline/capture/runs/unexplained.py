"""Columns that a run has written and of which nobody knows where their values come from: said, not passed over.

Enters: a run whose outputs have their column lineage. Leaves: a gap for each output with such columns, and how many
there are. What the run has made of nothing, and what it wrote without having read anything, needs no explanation; nor
do columns to which a statement brings no value of any column, such as constants and counts of rows.
"""

from driftline import later
from driftline.capture.runs import columns, order
from driftline.capture.runs.columns import CODE
from driftline.capture.runs.trace import Seen, Trace

_NAMED = 20  # outputs that are told by name
_GAP = "columns of unknown origin: "
_UNNAMED = later.pattern(r"(?:__index_level_\d+__)?")  # an index of pandas without a name, in CSV and in Parquet


def tell(trace: Trace) -> None:
    """Say it, in place of what was said before."""
    for gap in [gap for gap in trace.gaps if gap.startswith(_GAP)]:
        del trace.gaps[gap]
    written = [seen for seen in trace.outputs if trace.inputs or order.before(trace, seen)]
    found = [(seen.touched.dataset.name, count) for seen in written if (count := _unknown(seen))]
    for place, (name, count) in enumerate(found):
        gap = _GAP + (name if place < _NAMED else "further datasets")
        trace.gaps[gap] = trace.gaps.get(gap, 0) + count


def _unknown(seen: Seen) -> int:
    fields = seen.fields
    if seen.rootless or not fields:
        return 0
    said = (seen.lineage or {}).get("fields", {})
    own = columns.rootless(seen.edges, tuple(field.name for field in fields))
    told = any(_of_code(source) for known in said.values() for source in known["inputFields"])
    return sum(
        not any(map(_direct, said.get(field.name, {}).get("inputFields", ())))
        for field in fields
        if field.name not in own
        if not (told and _UNNAMED.fullmatch(field.name))  # of which the code tells nothing: numbers of rows
    )


def _of_code(source: "dict[str, list[dict[str, str]]]") -> bool:
    return any(way.get("provenance") == CODE for way in source["transformations"])


def _direct(source: "dict[str, list[dict[str, str]]]") -> bool:
    """Whether values come from a source, and not only which rows there are."""
    return any(way["type"] == "DIRECT" for way in source["transformations"])
