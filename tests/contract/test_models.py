"""The half of the graph that is about models, told by standard events with facets of our own, in any order.

A model learns from two exact versions of a table, is deployed with a prompt and an index of documents, is judged, and
answers; the edges were worked out by hand from the events.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from driftline.engine.engine import Engine
from driftline.store import Store

Body = dict[str, Any]


def part(name: str, version: str, kind: str, **more: Body) -> Body:
    held = {"driftline_state": {"version": version, "kind": kind}, **more}
    return {
        "namespace": "n",
        "name": name,
        "facets": {k: {"_producer": "p", "_schemaURL": "s", **v} for k, v in held.items()},
    }


def run(number: int, job: str, inputs: list[Body], *outputs: Body) -> Body:
    return {
        "eventTime": f"2026-01-01T00:00:{number:02d}Z",
        "producer": "p",
        "schemaURL": "s",
        "eventType": "COMPLETE",
        "run": {"runId": f"01900000-0000-7000-8000-{number:012d}"},
        "job": {"namespace": "n", "name": job},
        "inputs": inputs,
        "outputs": list(outputs),
    }


MODEL, PROMPT = part("model", "7", "model"), part("prompt", "p1", "prompt")
INDEX = part("index", "3", "index", driftline_documents={"documents": {"xxh3:0a1b": "refunds.md#3"}})
DEPLOYMENT = {"endpoint": "desk", "stage": "production", "parts": {"model": "dataset:n:model#7"}}
DAY = {"endpoint": "desk", "since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
JUDGED = {"subject": "dataset:n:model#7", "metrics": {"accuracy": 0.93, "groundedness": 0.88}}
EVENTS = [
    run(1, "train", [part("features", "jan", "table"), part("features", "feb", "table")], MODEL),
    run(2, "train", [part("features", "mar", "table")], part("model", "8", "model")),
    run(3, "build", [part("policies", "d1", "documents")], INDEX),
    run(4, "deploy", [MODEL, PROMPT, INDEX], part("live", "v1", "deployment", driftline_deployment=DEPLOYMENT)),
    run(
        5,
        "judge",
        [MODEL, part("holdout", "h1", "table")],
        part("grades", "g1", "evaluation", driftline_evaluation=JUDGED),
    ),
    run(6, "desk", [MODEL, PROMPT, INDEX], part("answers", "day1", "predictions", driftline_predictions=DAY)),
]


@pytest.mark.parametrize("seed", range(2))
def test_a_model_leads_from_its_training_data_to_its_predictions_and_its_deployment(
    store: Store, tell: Callable[[Store, Sequence[Body]], Engine], seed: int
) -> None:
    engine = tell(store, random.Random(seed).sample(EVENTS, len(EVENTS)))

    def versions(node: str, **asked: bool) -> set[str]:
        graph = engine.lineage(f"dataset:n:{node}", **asked)
        return {one.id.removeprefix("dataset:n:") for one in graph.nodes if one.type == "VERSION"} - {node}

    assert versions("model#7", down=False) == {"features#jan", "features#feb"}
    assert versions("model#8", down=False) == {"features#mar"}
    assert versions("features#feb", up=False) == {"model#7", "live#v1", "grades#g1", "answers#day1"}
    assert versions("features#mar", up=False) == {"model#8"}
    assert versions("answers#day1", down=False) == {
        "model#7", "prompt#p1", "index#3", "policies#d1", "features#jan", "features#feb",
    }  # fmt: skip
    assert versions("policies#d1", up=False) == {"index#3", "live#v1", "answers#day1"}
    assert versions("grades#g1", down=False) == {"model#7", "holdout#h1", "features#jan", "features#feb"}
    kinds = {node.label: node.kind for node in engine.lineage("dataset:n:model").nodes if node.type == "DATASET"}
    assert kinds == {
        "model": "model", "features": "table", "live": "deployment", "grades": "evaluation", "answers": "predictions",
    }  # fmt: skip


def test_what_the_facets_say_is_readable_by_name(store: Store, tell: Callable[[Store, Sequence[Body]], Engine]) -> None:
    engine = tell(store, EVENTS)
    said = {
        "live": ("driftline_deployment", DEPLOYMENT),
        "grades": ("driftline_evaluation", JUDGED),
        "answers": ("driftline_predictions", DAY),
        "index": ("driftline_documents", {"documents": {"xxh3:0a1b": "refunds.md#3"}}),
    }
    for name, (key, body) in said.items():
        (facet,) = engine.facets(f"dataset:n:{name}", key).facets.values()
        assert body.items() <= msgspec.json.decode(bytes(facet)).items()
