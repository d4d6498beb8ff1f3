"""A home with a small true story in it, and a way to run commands on it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event.answer import Answer, Source
from driftline.event.finding import Cause, Finding, Incident, Money
from driftline.event.lineage import Dataset, Version

MOMENT = 1_357_034_400_000_000  # 2013-01-01 10:00 UTC
RAW, FEATURES = Dataset("file", "feed/raw"), Dataset("file", "features")
ANSWER = "0194a1b2-1111-7000-8000-000000000001"
INCIDENT = "abcdef123456"

Run = Callable[..., Result]


def run_event(job: str, source: str, target: str, number: int) -> dict[str, Any]:
    """A finished run of ``job`` with a column edge."""
    facet = {"_producer": "https://example.org", "_schemaURL": "https://example.org"}
    inputs = [{"namespace": "file", "name": source, "field": "delay", "transformations": [
        {"type": "DIRECT", "subtype": "IDENTITY"}]}]  # fmt: skip
    lineage = {**facet, "fields": {"delay": {"inputFields": inputs}}}
    schema = {**facet, "fields": [{"name": "delay", "type": "double"}]}
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2013-01-01T{number + 8:02d}:00:00Z",
        "producer": "https://example.org/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": f"0194a1b2-0000-7000-8000-{number:012d}", "facets": {}},
        "job": {"namespace": "default", "name": job, "facets": {}},
        "inputs": [{"namespace": "file", "name": source, "facets": {"schema": schema}}],
        "outputs": [{"namespace": "file", "name": target, "facets": {"schema": schema, "columnLineage": lineage}}],
    }


EVENTS = (run_event("clean", "feed/raw", "features", 1), run_event("serve", "features", "desk", 2))


def trouble() -> tuple[Finding, Incident]:
    """An incident in ``features`` that came from ``feed/raw``."""
    finding = Finding(
        id="f1", dataset=FEATURES, version="", column="delay", detector="quantiles", kind="location",
        statistic="q50", reference=10.0, current=600.0, size=7.5, severity="alarm", time_us=MOMENT,
        sentence="The median of delay is 600, usually 10.",
    )  # fmt: skip
    cause = Cause(
        rank=1, node=RAW.node, kind="source", score=0.8, sentence="It moved first.", path=(RAW.node, FEATURES.node)
    )
    incident = Incident(
        id=INCIDENT, title="features.delay is not as ever", opened_us=MOMENT, updated_us=MOMENT, first_bad_us=MOMENT,
        first_bad="2013-01-01", symptom="f1", causes=(cause,), unknown=0.2, findings=("f1",), money=Money(lost=75_000),
    )  # fmt: skip
    return finding, incident


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with two runs, an incident and an answer."""
    folder = tmp_path / "home"
    finding, incident = trouble()
    source = Source("features", Version(FEATURES, ""))
    with Engine.open(Settings(home=str(folder))) as engine:
        engine.ingest_many([json.dumps(event).encode() for event in EVENTS])
        engine.house.store.incidents.put_findings([finding])
        engine.house.store.incidents.put(incident)
        engine.record(
            [Answer(id=ANSWER, time_us=MOMENT, endpoint="desk", sources=(source,), decision="refund", money=300.0)]
        )
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    """Run a command on the home; its exceptions are not caught."""

    def command(*words: str, **options: Any) -> Result:
        return CliRunner().invoke(group, ["--home", str(home), *words], catch_exceptions=False, **options)

    return command
