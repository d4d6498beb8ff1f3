from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from driftline.event.finding import Cause, Finding, Incident, Money
from driftline.event.lineage import Dataset, Link, Node, Subgraph
from driftline.event.report import DatasetSummary, IncidentReport, Overview, Quarantine
from driftline.serve import metrics
from driftline.serve.exposition import render

Found = dict[str, dict[Any, float]]

FEATURES = Dataset("file", "features")


def finding(**changes: Any) -> Finding:
    values = {
        "id": "f", "dataset": FEATURES, "version": "v", "column": "delay", "detector": "quantiles",
        "kind": "location", "statistic": "q50", "size": 7.5, "severity": "alarm", "time_us": 5, "sentence": "It moved.",
    }  # fmt: skip
    return Finding(**{**values, **changes})


def seen() -> metrics.Seen:
    incident = Incident(
        id="i1", title="features", opened_us=1, updated_us=2, symptom="f", money=Money(lost=75_000.0),
        causes=(Cause(rank=1, node="dataset:file:raw", kind="source", score=0.9, sentence="First."),),
    )  # fmt: skip
    graph = Subgraph(
        nodes=(
            Node(id="dataset:file:raw", type="DATASET", label="raw", kind="file"),
            Node(id=FEATURES.node, type="DATASET", label="features", kind="file", status="drift"),
        ),
        edges=(
            Link(source="dataset:file:raw", target=FEATURES.node, kind="DERIVED"),
            Link(source=FEATURES.node, target="dataset:file:unseen", kind="DERIVED"),
        ),
    )
    report = IncidentReport(
        incident=incident, findings=(finding(), finding(id="old", size=2.0, severity="warn", time_us=1)), graph=graph
    )
    return metrics.Seen(
        now_us=10_000_000,
        overview=Overview(
            events={"accepted": 3, "quarantined": 1}, datasets=2, answers=5, money=900.0, avoided=300.0,
            decisions={"allow": 4, "block": 1}, incidents={"open": 1, "resolved": 2},
        ),
        incidents=(report,),
        quarantines=(Quarantine(id="q", node=FEATURES.node, reason="r", created_us=1),),
        datasets=(DatasetSummary(node=FEATURES.node, dataset=FEATURES, rows=42, updated_us=4_000_000),),
    )  # fmt: skip


@pytest.fixture
def found(parse: Callable[[str], Found]) -> Found:
    return parse(render(metrics.families(seen())))


@pytest.mark.parametrize(
    ("metric", "labels", "value"),
    [
        ("driftline_events_total", {"status": "quarantined"}, 1),
        ("driftline_guardrail_decisions_total", {"action": "block"}, 1),
        ("driftline_money_avoided_total", {"currency": "USD"}, 300),
        ("driftline_freshness_seconds", {"dataset": FEATURES.node}, 6),
        ("driftline_rows", {"dataset": FEATURES.node}, 42),
        ("driftline_incidents", {"state": "open"}, 1),
        ("driftline_incident_info", {"incident": "i1", "root": "dataset:file:raw", "state": "open"}, 1),
        ("driftline_incident_money_lost", {"incident": "i1", "currency": "USD"}, 75_000),
        ("driftline_quarantines", {}, 1),
    ],
)
def test_a_metric_tells_what_the_engine_said(found: Found, metric: str, labels: dict[str, str], value: float) -> None:
    assert found[metric][tuple(labels.items())] == value


def test_the_newest_finding_of_a_column_and_detector_is_its_score(found: Found) -> None:
    series = (("dataset", FEATURES.node), ("column", "delay"), ("detector", "quantiles"))
    assert found["driftline_drift_score"] == {series: 7.5}
    assert found["driftline_drift_state"] == {series: 2.0}


def test_an_edge_to_a_node_that_is_not_exposed_is_left_out(found: Found) -> None:
    # a node graph panel of Grafana throws on such an edge
    nodes = {dict(labels)["id"] for labels in found["driftline_node_info"]}
    ends = {dict(labels)[end] for labels in found["driftline_edge_info"] for end in ("source", "target")}
    assert ends == nodes


def test_no_run_row_or_trace_is_a_label(found: Found) -> None:
    labels = {name for series in found.values() for names in series for name, _ in names}
    assert labels.isdisjoint({"run", "run_id", "row", "trace", "trace_id", "version_id", "answer"})


def test_the_address_speaks_the_text_format(filled: TestClient, parse: Callable[[str], Found]) -> None:
    response = filled.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert parse(response.text)["driftline_answers_total"] == {(): 1.0}
