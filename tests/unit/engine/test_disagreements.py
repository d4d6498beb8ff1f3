"""Where declared and observed edges do not agree: what the runs of the test say, seen from the columns around it."""

from pathlib import Path
from typing import Any

import msgspec

from driftline.config import Settings
from driftline.engine import disagreements
from driftline.engine.engine import Engine
from driftline.event import facets
from driftline.event.report import Disagreement

RUNS = [f"00000000-0000-0000-0000-00000000000{number}" for number in range(4)]
FROM, TO = "datasetField:n:raw:x", "datasetField:n:features:y"


def event(number: int, observed: tuple[str, ...] | None) -> bytes:
    on_run: dict[str, Any] = {}
    if observed is not None:
        one = facets.Difference(
            output="dataset:n:features", column="y", source="dataset:n:raw", field="x",
            observed=observed, declared=("DIRECT:IDENTITY",),
        )  # fmt: skip
        rows = facets.Difference(
            output="dataset:n:features", column="", source="dataset:n:raw", field="z", observed=("INDIRECT:FILTER",)
        )
        on_run["driftline_differences"] = facets.pack("driftline_differences", facets.DifferencesFacet((one, rows)))
    edge = {
        "namespace": "n",
        "name": "raw",
        "field": "x",
        "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
    }
    return msgspec.json.encode({
        "eventType": "COMPLETE", "eventTime": f"2024-01-0{number}T00:00:00Z",
        "run": {"runId": RUNS[number], "facets": on_run}, "job": {"namespace": "etl", "name": "build"},
        "inputs": [{"namespace": "n", "name": "raw"}],
        "outputs": [{"namespace": "n", "name": "features", "facets": {
            "driftline_state": {"version": str(number)},
            "columnLineage": {"fields": {"y": {"inputFields": [edge]}}},
        }}],
    })  # fmt: skip


def opened(home: Path, *events: bytes) -> Engine:
    engine = Engine.open(Settings(home=str(home), console=False))
    engine.ingest_many(list(events))
    return engine


def test_what_the_last_run_said_of_the_columns_in_a_graph_is_told_by_column(tmp_path: Path) -> None:
    with opened(tmp_path, event(1, ("INDIRECT:JOIN",)), event(2, ("INDIRECT:FILTER",))) as engine:
        graph = engine.lineage(TO, columns=True)
        found = disagreements.of(engine.house, graph)
        before = disagreements.of(engine.house, graph, engine.moment("2024-01-01T12:00:00Z"))
    assert found == (
        Disagreement(
            source="datasetField:n:raw:z", target="dataset:n:features", declared=(), observed=("INDIRECT:FILTER",),
            by="probing", run=RUNS[2],
        ),
        Disagreement(
            source=FROM, target=TO, declared=("DIRECT:IDENTITY",), observed=("INDIRECT:FILTER",),
            by="probing", run=RUNS[2],
        ),
    )  # fmt: skip
    assert [(one.run, one.observed) for one in before if one.target == TO] == [(RUNS[1], ("INDIRECT:JOIN",))]


def test_of_another_dataset_s_columns_nothing_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, event(1, ())) as engine:
        assert disagreements.of(engine.house, engine.lineage(FROM, columns=True, down=False)) == ()
        assert len(disagreements.of(engine.house, engine.lineage("dataset:n:features", columns=True))) == 2


def test_once_a_run_sees_no_difference_any_more_none_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, event(1, ("INDIRECT:JOIN",)), event(2, None)) as engine:
        assert disagreements.of(engine.house, engine.lineage(TO, columns=True)) == ()
