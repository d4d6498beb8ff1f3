import json
from typing import Any

from driftline import clock
from driftline.event import openlineage
from driftline.interop.marquez import writing
from driftline.interop.marquez.writing import (
    MarquezNewDataset,
    MarquezNewField,
    MarquezNewId,
    MarquezNewJob,
    MarquezNewRun,
)

AT = clock.parse("2026-01-02T03:00:00Z")
RUN = "0194a1b2-0000-7000-8000-000000000001"


def read(raw: bytes) -> Any:
    """Return the event, checked to be one."""
    openlineage.decode(raw)
    return json.loads(raw)


def test_a_dataset_is_told_by_its_facets() -> None:
    said = MarquezNewDataset(
        type="STREAM",
        source_name="db",
        fields=[MarquezNewField(name="id", type="INT", description="key"), MarquezNewField(name="x")],
        description="orders",
    )
    event = read(writing.dataset("s3://lake", "orders", writing.dataset_facets(said, "s3://lake/x"), AT))
    assert (event["eventTime"], event["dataset"]["name"]) == ("2026-01-02T03:00:00Z", "orders")
    facets = event["dataset"]["facets"]
    assert facets["schema"]["fields"] == [{"name": "id", "type": "INT", "description": "key"}, {"name": "x"}]
    assert (facets["dataSource"]["name"], facets["dataSource"]["uri"]) == ("db", "s3://lake/x")
    assert facets["documentation"]["description"] == "orders"
    assert facets["datasetType"]["datasetType"] == "STREAM"
    assert all({"_producer", "_schemaURL"} <= set(facet) for facet in facets.values())


def test_what_is_not_said_of_a_dataset_is_not_told() -> None:
    assert writing.dataset_facets(MarquezNewDataset(), None) == {}


def test_a_dropped_dataset_is_told_so() -> None:
    event = read(writing.dropped("n", "orders", AT))
    assert event["dataset"]["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "DROP"


def test_a_job_is_told_with_its_datasets() -> None:
    said = MarquezNewJob(
        type="SERVICE",
        inputs=[MarquezNewId(namespace="n", name="a")],
        outputs=[MarquezNewId(namespace="n", name="b")],
        location="https://example.org/x",
        context={"sql": "select 1"},
        description="why",
    )
    event = read(writing.job("etl", "one", said, AT))
    assert (event["inputs"], event["outputs"]) == ([{"namespace": "n", "name": "a"}], [{"namespace": "n", "name": "b"}])
    facets = event["job"]["facets"]
    assert facets["jobType"]["processingType"] == "SERVICE"
    assert facets["sourceCodeLocation"]["url"] == "https://example.org/x"
    assert facets["sql"]["query"] == "select 1"
    assert facets["documentation"]["description"] == "why"


def test_a_run_is_announced_with_its_arguments_as_text() -> None:
    said = MarquezNewRun(nominal_start_time="2026-01-01T00:00:00Z", args={"a": "x", "n": 1})
    event = read(writing.created("etl", "one", RUN, said, AT))
    assert (event["eventType"], event["run"]["runId"]) == ("OTHER", RUN)
    facets = event["run"]["facets"]
    assert facets["nominalTime"]["nominalStartTime"] == "2026-01-01T00:00:00Z"
    assert "nominalEndTime" not in facets["nominalTime"]
    assert facets["driftline_code"]["parameters"] == {"a": "x", "n": "1"}


def test_a_run_goes_on_by_an_event_of_its_own() -> None:
    event = read(writing.told("etl", "one", RUN, "FAIL", AT))
    assert (event["eventType"], event["job"]["name"], event["run"]["facets"]) == ("FAIL", "one", {})
