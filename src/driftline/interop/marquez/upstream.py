"""The runs that a run stands on.

Enters: a run id. Leaves: the run with what it read, the runs that had written that, and so on up to a depth.
"""

import msgspec

from driftline.interop.marquez import naming, run
from driftline.interop.marquez.run import MarquezVersionId
from driftline.store import Store, weave

LIMIT = 1_000  # runs


class MarquezUpstreamInput(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a run read, and which run had written it."""

    namespace: str
    name: str
    version: str
    produced_by_run_id: str | None = None


class MarquezRunSummary(msgspec.Struct, frozen=True):
    """A run in a few words."""

    id: str
    start: str | None
    end: str | None
    status: str


class MarquezUpstreamRun(msgspec.Struct, frozen=True):
    """A run with what it read."""

    job: MarquezVersionId
    run: MarquezRunSummary
    inputs: list[MarquezUpstreamInput]


class MarquezUpstreamRuns(msgspec.Struct, frozen=True):
    """A run and those that it stands on."""

    runs: list[MarquezUpstreamRun]


def above(store: Store, wanted: str, depth: int) -> MarquezUpstreamRuns | None:
    """Return a run and those that wrote what it read, up to ``depth`` runs away; None where it is not known."""
    first = store.reading.run(wanted)
    if first is None:
        return None
    rows = {first[0]: first}
    inputs: dict[int, list[MarquezUpstreamInput]] = {}
    level = [first[0]]
    for far in range(depth + 1):
        ends = [end for end in store.reading.ends(level) if not end.writes]
        writers = store.reading.writers([end.version_id if end.version else end.then_id for end in ends])
        for end, version in zip(ends, run.versions(store, ends), strict=True):
            writer = writers.get(end.version_id if end.version else end.then_id)
            inputs.setdefault(end.run_id, []).append(
                MarquezUpstreamInput(
                    namespace=end.namespace,
                    name=end.name,
                    version=version.version,
                    produced_by_run_id=writer[1] if writer and writer[2] else None,
                )
            )
        found = {row[0]: row for row in writers.values() if row[2] and row[0] not in rows}
        if far == depth or not found or len(rows) + len(found) > LIMIT:
            break
        rows |= found
        level = list(found)
    return MarquezUpstreamRuns([_run(row, inputs.get(id_, [])) for id_, row in rows.items()])


def _run(row: tuple[object, ...], inputs: list[MarquezUpstreamInput]) -> MarquezUpstreamRun:
    shape = weave.shape(row)
    return MarquezUpstreamRun(
        run.version_of(shape),
        MarquezRunSummary(
            shape.run, naming.moment(shape.started_us), naming.moment(shape.ended_us), naming.state(shape.state)
        ),
        inputs,
    )
