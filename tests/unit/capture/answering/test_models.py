"""Models in use: a deployment and an evaluation are runs whose output is a version, downstream of what they name."""

import json
from typing import Any

import driftline
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink

MODEL = Touched(dataset=Dataset("file", "models/eligibility"), version="3")


def ended(sink: MemorySink) -> dict[str, Any]:
    """Return the event that ends the only run."""
    assert driftline.flush()
    found: dict[str, Any] = json.loads(sink.raw[-1])
    assert found["eventType"] == "COMPLETE"
    return found


def version(part: dict[str, Any]) -> tuple[str, str, str]:
    state = part["facets"]["driftline_state"]
    return part["name"], state["version"], state.get("kind", "")


def test_a_deployment_stands_on_the_exact_versions_that_answer(sink: MemorySink) -> None:
    written = driftline.deploy("desk", stage="production", model=MODEL, at="2026-01-01T00:00:00Z")
    event = ended(sink)
    assert [version(part)[:2] for part in event["inputs"]] == [("models/eligibility", "3")]
    (output,) = event["outputs"]
    assert (output["namespace"], version(output)) == ("driftline", ("deployments/desk", written.version, "deployment"))
    facet = output["facets"]["driftline_deployment"]
    assert (facet["endpoint"], facet["stage"]) == ("desk", "production")
    assert facet["parts"] == {"model": "dataset:file:models/eligibility#3"}


def test_the_same_versions_deployed_again_are_the_same_deployment_and_others_another(sink: MemorySink) -> None:
    first = driftline.deploy("desk", model=MODEL)
    assert driftline.deploy("desk", model=MODEL).version == first.version
    other = Touched(dataset=MODEL.dataset, version="4")
    assert len({first.version, driftline.deploy("desk", model=other).version}) == 2
    assert driftline.deploy("desk", stage="canary", model=MODEL).version != first.version


def test_an_evaluation_carries_its_numbers_and_what_was_judged_on_which_data(sink: MemorySink) -> None:
    driftline.evaluate(MODEL, {"accuracy": 0.93, "groundedness": 0.88}, data="holdout", judge="nightly")
    event = ended(sink)
    assert {part["name"] for part in event["inputs"]} == {"models/eligibility", "holdout"}
    (output,) = event["outputs"]
    name, _, kind = version(output)
    assert (name, kind) == ("evaluations/models/eligibility", "evaluation")
    facet = output["facets"]["driftline_evaluation"]
    assert facet["subject"] == "dataset:file:models/eligibility#3"
    assert (facet["metrics"], facet["judge"]) == ({"accuracy": 0.93, "groundedness": 0.88}, "nightly")
