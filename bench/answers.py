"""What an answer costs: on the caller's thread when it is recorded, on disk in the ledger, and when it is asked for.

Recording is wall time on the caller's thread, median of single calls in blocks, beside a bare list append and the
Prometheus client's histograms (one observation per feature) where that is installed. The ledger is generated in bulk
(``--answers``, default 200,000; 10,000,000 is the size that the documentation states), compact, and asked by id, by
document, by model version and by time. ``--only recording`` or ``--only ledger`` leaves the other part out.
"""

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import driftline
import ratios
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink, use_sink

BLOCK, BLOCKS = 500, 40
FEATURES = {f"feature_{number}": number * 1.1 for number in range(20)}
MODEL = Touched(dataset=Dataset("file", "models/eligibility"), version="xxh3:0123456789abcdef")


class Forgetful(MemorySink):
    """Takes answers and forgets them, so that the memory of the test does not count."""

    def answers(self, batch: Any) -> None:
        """Take no notice."""


class Model:
    """Predicts at no cost."""

    def predict(self, rows: Any) -> list[float]:
        """Return a number."""
        return [0.5]


def nanoseconds(call: Callable[[], Any], between: Callable[[], Any]) -> float:
    """Return the median wall time of one call, over blocks with a pause for the sender after each."""
    taken = []
    for _ in range(BLOCKS):
        for _ in range(BLOCK // 10):
            began = time.perf_counter_ns()
            for _ in range(10):
                call()
            taken.append((time.perf_counter_ns() - began) / 10)
        between()
    return statistics.median(taken)


def recording() -> None:
    """Measure what the caller's thread pays per answer of 20 features."""
    kept: list[dict[str, float]] = []
    row = np.arange(20.0).reshape(1, 20)
    variants: dict[str, Callable[[], Any]] = {
        "list.append of the features": lambda: kept.append(FEATURES),
        "record_answer": lambda: driftline.record_answer("desk", features=FEATURES, score=0.5, money=3.0),
        "record_answer with model and trace": lambda: driftline.record_answer(
            "desk", uses={"model": MODEL}, features=FEATURES, score=0.5, trace="0af7651916cd43dd8448eb211c80319c"
        ),
        "with answer(...), five calls inside": block,
    }
    with use_sink(Forgetful(), queue=100_000):
        served, bare = driftline.serve(Model(), "eligibility", version="7"), Model()
        variants["model.predict, one row"] = lambda: bare.predict(row)
        variants["serve(model).predict, one row"] = lambda: served.predict(row)
        if importlib.util.find_spec("prometheus_client"):
            variants["prometheus_client, 20 histograms"] = prometheus()
        taken = {name: nanoseconds(call, lambda: driftline.flush(30.0)) for name, call in variants.items()}
    ratios.show("Recording an answer of 20 features", "ns on the caller's thread", taken, "list.append of the features")


def block() -> None:
    with driftline.answer("desk", question="why", partition="2013-01-31") as made:
        made.uses("model", MODEL)
        made.features(**FEATURES)
        made.decide("refund", money=3.0, score=0.5)


def prometheus() -> Callable[[], None]:
    """Return one observation per feature, children cached."""
    from prometheus_client import CollectorRegistry, Histogram

    family = Histogram("feature", "value", ["name"], registry=CollectorRegistry())
    children = [(family.labels(name), value) for name, value in FEATURES.items()]

    def observe() -> None:
        for child, value in children:
            child.observe(value)

    return observe


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=("recording", "ledger"))
    parser.add_argument("--answers", type=int, default=200_000)
    arguments = parser.parse_args()
    if arguments.only != "ledger":
        recording()


if __name__ == "__main__":
    main()
