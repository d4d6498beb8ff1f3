"""Tables of DuckDB that were set aside under another name and then dropped, as dbt does with the version before.

Enters: what a run has renamed, and statements that drop a table. Leaves: the run without that table, and without the
read that the renaming was, where nothing else that the run wrote or read stands on it.
"""

import re
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from driftline import later
from driftline.capture.runs import transactions
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset

_DROP = later.pattern(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*drop\s+(?:table|view)\s+(?:if\s+exists\s+)?"
    r"(?P<name>(?:[\w.]|\"(?:[^\"]|\"\")+\")+)\s*(?:cascade|restrict)?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)

_renamed: "weakref.WeakKeyDictionary[Recording, dict[Dataset, tuple[Seen, ...]]]" = weakref.WeakKeyDictionary()


def renamed(run: Recording, dataset: Dataset, former: Iterable[Seen]) -> None:
    """Remember that a run has renamed ``former`` to ``dataset``."""
    _renamed.setdefault(run, {})[dataset] = tuple(former)


def recorder(connection: Any, text: str, table: Callable[[str], Dataset]) -> Callable[..., None] | None:
    """Return what takes note of a table that is dropped; None = the statement drops none.

    Args:
        connection: that the statement runs on.
        text: the statement.
        table: finds the dataset that a name means.
    """
    found = _DROP.fullmatch(text)
    if found is None:
        return None
    dataset = table(found["name"].replace('"', ""))

    def record(run: Recording, *, failed: bool = False) -> None:
        if not failed and dataset in _renamed.get(run, {}):
            inside = connection is not None and transactions.begun(connection)
            transactions.put(connection, run, lambda: _ended(run, dataset), inside=inside)

    return record


def _ended(run: Recording, dataset: Dataset) -> None:
    former, trace = _renamed[run].pop(dataset), run.trace
    gone = [seen for seen in trace.outputs if seen.touched.dataset == dataset]
    if any(seen.read_ns for seen in gone) or _stood_on(trace, dataset, gone):
        return
    trace.outputs[:] = [seen for seen in trace.outputs if not any(seen is one for one in gone)]
    unused = [one for one in former if not _stood_on(trace, one.touched.dataset, ())]
    trace.inputs[:] = [seen for seen in trace.inputs if not any(seen is one for one in unused)]


def _stood_on(trace: Trace, dataset: Dataset, but: Iterable[Seen]) -> bool:
    """Whether a statement has made something of a table that the run has written, ``but`` for some."""
    others = [seen for seen in trace.outputs if not any(seen is one for one in but)]
    return any(
        dataset in found for seen in others for edges in seen.edges for found in getattr(edges, "datasets", {}).values()
    )
