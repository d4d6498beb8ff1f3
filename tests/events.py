"""OpenLineage events by the handful, for laws that hold whatever the events: hypothesis strategies.

The world is small on purpose, so that events meet: three run ids, three jobs, four datasets with other names, three
columns, a dozen moments. Everything that bears on lineage occurs: datasets that come late or on one side only, schemas,
versions by our facet and by the standard one, symlinks and their removal, renames and other changes of life, column
lineage in three forms, explicit lineage on jobs and on datasets, the removal of each, parents, whole pictures, run ids
used again, job and dataset events, some of which name no dataset.
"""

import json
import uuid
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis import strategies as st

RUNS = [str(uuid.UUID(int=number)) for number in (1, 2, 3)]
DATASETS, OTHER_NAMES, JOBS, COLUMNS = ["a", "b", "c", "d"], ["A", "B"], ["j", "k"], ["x", "y", "z"]
STATES = ["START", "RUNNING", "COMPLETE", "COMPLETE", "FAIL", "ABORT", "OTHER", None]
GONE = {"_deleted": True}
MOMENTS = 12

Body = dict[str, Any]
_WHOLE = {
    "emissionPattern": {"eventTrigger": "PERIODIC", "eventContentMode": "COMPLETE_SNAPSHOT"},
    "processingType": "STREAMING",
    "integration": "x",
}
_dataset, _job, _column = st.sampled_from(DATASETS), st.sampled_from(JOBS), st.sampled_from(COLUMNS)


def _rarely(key: str, value: st.SearchStrategy[Body], share: int) -> st.SearchStrategy[dict[str, Body]]:
    """One in ``share`` has the facet."""
    return st.integers(0, share - 1).flatmap(
        lambda drawn: st.just({}) if drawn != share - 1 else value.map(lambda held: {key: held})
    )


def _named(name: str) -> Body:
    return {"namespace": "d", "name": name}


_schema = st.lists(_column, min_size=1, max_size=2, unique=True).map(
    lambda found: {"fields": [{"name": name, "type": "int"} for name in found]}
)
_symlinks = st.lists(st.sampled_from(OTHER_NAMES), min_size=1, max_size=2, unique=True).map(
    lambda found: {"identifiers": [{**_named(name), "type": "TABLE"} for name in found]}
)
_life = st.one_of(
    _dataset.map(lambda old: {"lifecycleStateChange": "RENAME", "previousIdentifier": _named(old)}),
    st.sampled_from(["DROP", "TRUNCATE", "OVERWRITE", "CREATE"]).map(lambda deed: {"lifecycleStateChange": deed}),
    st.just(GONE),
)
_source = st.builds(
    lambda name, column, kind: {**_named(name), "field": column, "transformations": kind},
    _dataset,
    _column,
    st.sampled_from(
        [
            [],
            [{"type": "DIRECT", "subtype": "IDENTITY"}],
            [{"type": "INDIRECT", "subtype": "FILTER"}],
            [{"type": "INDIRECT", "subtype": "WINDOW"}],
        ]
    ),
)
_column_lineage = st.one_of(
    st.builds(lambda target, source: {"fields": {target: {"inputFields": [source]}}}, _column, _source),
    st.builds(lambda source: {"fields": {}, "dataset": [source]}, _source),
    st.builds(
        lambda source, old: {"fields": {c: {"inputFields": [source], "transformationType": old} for c in COLUMNS}},
        _source,
        st.sampled_from(["IDENTITY", "MASKED"]),
    ),
    st.just({"fields": {}}),
    st.just(GONE),
)
_feeder = st.one_of(
    _dataset.map(lambda name: {"type": "DATASET", **_named(name)}),
    st.builds(lambda name, column: {"type": "DATASET", **_named(name), "field": column}, _dataset, _column),
    _job.map(lambda name: {"type": "JOB", "namespace": "n", "name": name}),
    st.just({"type": "JOB"}),
)
_on_dataset = st.one_of(
    st.builds(lambda sources: {"inputs": sources}, st.lists(_feeder, max_size=2)),
    st.builds(lambda column, source: {"fields": {column: {"inputs": [source]}}}, _column, _feeder),
    st.just(GONE),
)
_entry = st.one_of(
    st.builds(lambda name, said: {"type": "DATASET", **_named(name), **said}, _dataset, _on_dataset),
    st.builds(
        lambda name, sources: {"type": "JOB", "namespace": "n", "name": name, "inputs": sources},
        _job,
        st.lists(_feeder, max_size=2),
    ),
    st.lists(_feeder, max_size=1).map(lambda sources: {"type": "JOB", "inputs": sources}),
)
_on_job = st.one_of(
    *[st.lists(_entry, min_size=1, max_size=2).map(lambda entries: {"entries": entries})] * 4, st.just(GONE)
)


@st.composite
def _part(draw: st.DrawFn, output: bool, name: str) -> Body:
    held: dict[str, Body] = {}
    held |= draw(_rarely("schema", st.one_of(_schema, st.just(GONE)), 3))
    held |= draw(_rarely("symlinks", st.one_of(_symlinks, st.just(GONE)), 6))
    held |= draw(_rarely("lifecycleStateChange", _life, 8))
    held |= draw(_rarely("version", st.sampled_from("123").map(lambda said: {"datasetVersion": said}), 5))
    held |= draw(_rarely("driftline_state", st.sampled_from("uv").map(lambda said: {"version": said}), 5))
    held |= draw(_rarely("datasetType", st.sampled_from(["VIEW", "TABLE"]).map(lambda said: {"datasetType": said}), 8))
    if output:
        held |= draw(_rarely("columnLineage", _column_lineage, 4))
        held |= draw(_rarely("lineage", _on_dataset, 12))
    return {**_named(name), "facets": _signed(held)}


def _signed(held: dict[str, Body]) -> dict[str, Body]:
    return {key: {"_producer": "p", "_schemaURL": "s", **facet} for key, facet in held.items()}


def _side(output: bool) -> st.SearchStrategy[list[Body]]:
    names = st.lists(_dataset, max_size=2, unique=True)
    return names.flatmap(lambda found: st.tuples(*[_part(output, name) for name in found]).map(list))


_parent = st.builds(
    lambda run, job, root: {
        "run": {"runId": run},
        "job": {"namespace": "n", "name": job},
        **({"root": {"run": {"runId": run}, "job": {"namespace": "n", "name": root}}} if root else {}),
    },
    st.sampled_from(RUNS),
    st.sampled_from(["p", "q"]),
    st.sampled_from(["", "r"]),
)


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """One event."""
    second = draw(st.integers(1, MOMENTS))
    body: Body = {"eventTime": f"2026-01-01T00:00:{second:02d}Z", "producer": "p", "schemaURL": "s"}
    kind = draw(st.sampled_from(["run"] * 7 + ["job", "dataset"]))
    if kind == "dataset":
        names = [*DATASETS, *OTHER_NAMES]
        return body | {"dataset": draw(_part(True, draw(st.sampled_from(names))))}
    run = draw(st.integers(0, len(RUNS) - 1))
    usual = JOBS[run % len(JOBS)]  # a run is most often one job's
    held = draw(_rarely("lineage", _on_job, 6)) | draw(_rarely("jobType", st.just({"jobType": "T", **_WHOLE}), 14))
    job = draw(st.sampled_from([usual] * 7 + JOBS))
    body |= {"job": {"namespace": "n", "name": job, "facets": _signed(held)}}
    body |= {"inputs": draw(_side(False)), "outputs": draw(_side(True))}
    if kind == "run":
        above = draw(_rarely("parent", _parent, 6))
        body |= {"eventType": draw(st.sampled_from(STATES)), "run": {"runId": RUNS[run], "facets": _signed(above)}}
    return {key: value for key, value in body.items() if value is not None}


def moment(raw: bytes) -> int:
    """Return the second of an event."""
    return int(json.loads(raw)["eventTime"][17:19])


def histories(most: int) -> st.SearchStrategy[list[bytes]]:
    """Up to ``most`` events, as JSON."""
    return st.lists(bodies().map(lambda body: json.dumps(body).encode()), min_size=1, max_size=most)


def seeded(seed: int, amount: int) -> list[bytes]:
    """Return ``amount`` events, the same for the same seed."""
    found: list[bytes] = []

    @hypothesis_seed(seed)
    @settings(max_examples=amount, database=None, derandomize=False, phases=[Phase.generate])
    @given(bodies())
    def gather(body: Body) -> None:
        found.append(json.dumps(body).encode())

    gather()
    return found[:amount]
