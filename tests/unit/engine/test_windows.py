"""Windows of predictions: one version a day for each endpoint, and every version its answers stood on upstream."""

from typing import Any

from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Version

MODEL, INDEX = Dataset("file", "churn-model"), Dataset("file", "policy-index")
WINDOW = "dataset:driftline:predictions/desk"


def answer(town: Any, day: int, place: int, *sources: tuple[str, Dataset, str]) -> Answer:
    return Answer(
        id=f"00000000-0000-7000-8000-{day:06d}{place:06d}",
        time_us=town.time(day, 9 + place),
        endpoint="desk",
        sources=tuple(Source(role, Version(dataset, version)) for role, dataset, version in sources),
    )


def above(town: Any, node: str) -> set[str]:
    return {one.id for one in town.engine.lineage(node, down=False).nodes if one.type == "VERSION"} - {node}


def test_the_model_is_upstream_of_the_predictions_that_it_made(town: Any) -> None:
    first = answer(town, 0, 0, ("model", MODEL, "7"), ("index", INDEX, "3"))
    assert town.engine.record([first, answer(town, 1, 0, ("model", MODEL, "8"))]) == 2
    assert above(town, f"{WINDOW}#2013-01-01") == {f"{MODEL.node}#7", f"{INDEX.node}#3"}
    assert above(town, f"{WINDOW}#2013-01-02") == {f"{MODEL.node}#8"}
    down = town.engine.lineage(f"{MODEL.node}#7", up=False)
    assert {one.id for one in down.nodes if one.type == "VERSION"} == {f"{MODEL.node}#7", f"{WINDOW}#2013-01-01"}


def test_a_day_of_two_models_has_both_and_more_of_the_same_is_no_news(town: Any) -> None:
    with_seven, with_eight = ("model", MODEL, "7"), ("model", MODEL, "8")
    town.engine.record([answer(town, 0, 0, with_seven), answer(town, 0, 1, with_eight)])
    events = town.engine.house.store.log.counts()["accepted"]
    town.engine.record([answer(town, 0, 2, with_seven)])
    assert town.engine.house.store.log.counts()["accepted"] == events == 2
    assert above(town, f"{WINDOW}#2013-01-01") == {f"{MODEL.node}#7", f"{MODEL.node}#8"}


def test_an_answer_that_stood_on_nothing_known_opens_no_window(town: Any) -> None:
    town.engine.record([answer(town, 0, 0)])
    assert town.engine.house.store.log.counts().get("accepted", 0) == 0
