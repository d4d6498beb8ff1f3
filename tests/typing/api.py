"""The public interface as a user writes it; mypy reads this file, nothing runs it."""

from collections.abc import Coroutine, Iterator
from datetime import date
from typing import assert_type

import driftline
from driftline.config import Settings
from driftline.event.answer import Answer, Verdict
from driftline.event.lineage import Subgraph, Touched
from driftline.event.report import Difference, Explanation, Impact, Selected


class Model:
    """Anything that predicts."""

    def predict(self, rows: list[list[float]]) -> list[float]:
        return [0.0 for _ in rows]


@driftline.step
def clean(day: str, *, strict: bool = False) -> list[str]:
    """A step keeps its signature."""
    return [day] if strict else []


@driftline.step(name="score")
def score(rows: list[float]) -> float:
    return sum(rows)


@driftline.answer("chat")
def chat(question: str) -> Iterator[str]:
    yield question


@driftline.retriever
async def search(question: str, *, best: int = 3) -> list[str]:
    return [question] * best


@driftline.retriever(index="policy-index", version="7")
def look(question: str) -> dict[str, float]:
    return {question: 1.0}


def decide(delay: float) -> dict[str, float]:
    return {"money": delay}


def pipeline() -> None:
    assert_type(driftline.configure(home="elsewhere"), Settings)
    driftline.watch()
    with driftline.run("build_features", nominal="2013-01-31", params={"window": 7}) as run:
        assert_type(run.read("feed/flights/2013-01-31.parquet"), Touched)
        touched = run.write("features/2013-01-31.parquet", data={"delay": [1.0]})
        run.columns("features", {"delay": ["feed/flights.arr_delay"]})
        assert_type(run.inputs, tuple[Touched, ...])
        assert_type(run.id, str)
    assert_type(clean("2013-01-31", strict=True), list[str])
    assert_type(score([1.0]), float)
    assert_type(driftline.gate(touched), Verdict)
    assert_type(driftline.flush(timeout=1.0), bool)


def serving() -> None:
    model = driftline.serve(Model(), name="eligibility")
    assert_type(model, Model)
    guarded = driftline.guard(decide, policy="desk.guard.yaml", endpoint="desk")
    assert_type(guarded(1.0), dict[str, float])
    with driftline.answer("desk", question="why?", partition="2013-01-31") as answer:
        answer.uses("model", "models/eligibility", "3")
        answer.features(delay=181.0)
        answer.decide("refund", money=300.0, text="yes", score=0.9)
        assert_type(driftline.why(answer), Explanation)
    assert_type(chat("why?"), Iterator[str])
    coroutine: Coroutine[object, object, list[str]] = search("why?", best=1)
    assert coroutine
    assert_type(look("why?"), dict[str, float])
    assert_type(driftline.record_answer(endpoint="desk", decision="deny"), str)


def asking() -> None:
    assert_type(driftline.lineage("features", down=False, as_of=date(2013, 1, 31)), Subgraph)
    assert_type(driftline.lineage(select="+features", view="last", roll_up="parent"), Subgraph)
    assert_type(driftline.path("feed/flights", "features", columns=True), Subgraph)
    assert_type(driftline.diff("features", since="2013-01-30", until="features#v3"), Difference)
    assert_type(driftline.select("tag:money+1", exclude="source:*"), Selected)
    assert_type(driftline.impact("feed/flights"), Impact)
    assert_type(driftline.why("0194a1b2-1111-7000-8000-000000000001"), Explanation)
    assert_type(driftline.answers(document="refunds.md", since=date(2013, 1, 31)), tuple[Answer, ...])
