"""Which answers: the town's answers are counted by hand."""

from typing import Any

import pytest

from driftline.engine import answered
from driftline.errors import BadInput, NotFound


def test_answers_are_found_by_endpoint_version_and_time(town: Any) -> None:
    town.live(0, 2)
    made = [town.answer(day, place, 10.0) for day in range(3) for place in range(2)]
    engine = town.engine
    everything = engine.answers()
    assert len(everything) == len(made) == 6
    node = everything[0].sources[0].version.node
    assert [one.id for one in engine.answers(node=node)] == [
        one.id for one in everything if node in {source.version.node for source in one.sources}
    ]
    middle = everything[3]
    assert [one.id for one in engine.answers(until_us=middle.time_us)] == [
        one.id for one in everything if one.time_us < middle.time_us
    ]
    assert [one.id for one in engine.answers(since_us=middle.time_us, limit=2)] == [one.id for one in everything[:2]]
    assert engine.answers(endpoint="other") == []


def test_a_node_is_meant_before_a_document(town: Any) -> None:
    town.live(0, 1)
    assert answered.impact(town.engine.house, "features") == town.engine.impact("dataset:file:features")
    for named in ("document:features", "nothing"):
        with pytest.raises(NotFound):
            answered.impact(town.engine.house, named)


def test_a_range_that_ends_before_it_begins_is_an_error(town: Any) -> None:
    with pytest.raises(BadInput, match=r"since 2013-01-02T00:00:00.* is later than until 2013-01-01"):
        town.engine.answers(since_us=1_357_084_800_000_000, until_us=1_356_998_400_000_000)
    assert town.engine.answers(since_us=1_357_084_800_000_000, until_us=1_357_084_800_000_000) == []
