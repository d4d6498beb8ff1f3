"""What is said of a node: what people say, what events say, what is inherited, now and then. By hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.labels import OUT, RAW, RUN, event

from driftline.config import Settings
from driftline.engine import labelled
from driftline.engine.engine import Engine
from driftline.errors import NotFound


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(Settings(home=str(tmp_path), console=False)) as found:
        found.ingest(event(1))
        yield found


def names(engine: Engine, node: str) -> list[str]:
    return [one.tag.name for one in engine.tags(node)]


def test_what_people_and_events_say_stand_beside_each_other(engine: Engine) -> None:
    engine.catalogue.tag(RAW, "tier", value="by hand")
    engine.catalogue.own(RAW, "ann", type="STEWARD")
    engine.catalogue.describe(RAW, "by hand")
    facets = {
        "tags": {"tags": [{"key": "tier", "value": "told"}]},
        "ownership": {"owners": [{"name": "bo"}]},
        "documentation": {"description": "told"},
    }
    engine.ingest(event(2, raw=facets))
    labels = engine.catalogue.labels(RAW)
    assert sorted((tag.origin, tag.value) for tag in labels.tags) == [("event", "told"), ("person", "by hand")]
    assert [(owner.origin, owner.name) for owner in labels.owners] == [("event", "bo"), ("person", "ann")]
    assert [(text.origin, text.text) for text in labels.descriptions] == [("event", "told"), ("person", "by hand")]
    engine.untag(RAW, "tier")
    with pytest.raises(NotFound, match="somebody"):
        engine.untag(RAW, "tier")
    assert [tag.origin for tag in engine.catalogue.labels(RAW).tags] == ["event"]
    engine.ingest(event(3, raw={"tags": {"_deleted": True}}))
    assert engine.catalogue.labels(RAW).tags == ()


def test_a_column_that_only_a_schema_names_can_be_labelled(engine: Engine) -> None:
    engine.catalogue.tag("raw.y", "secret")
    labels = engine.catalogue.labels("raw.y")
    assert [tag.name for tag in labels.tags] == ["secret"]
    assert [text.text for text in labels.descriptions] == ["the second"]
    assert engine.catalogue.labels(RAW).columns == {"y": ("secret",)}


def test_the_tags_of_a_run_are_those_that_its_events_say_last(engine: Engine) -> None:
    engine.ingest(event(2, run={"tags": {"tags": [{"key": "backfill", "value": "1"}]}}))
    run = f"run:{RUN.format(2)}"
    engine.tag(run, "checked")
    assert names(engine, run) == ["checked", "backfill"]
    assert [tag.name for tag in engine.catalogue.labels(run).tags] == ["checked", "backfill"]


def test_labels_as_of_a_moment_are_those_of_then(engine: Engine) -> None:
    engine.ingest(event(2, raw={"documentation": {"description": "told"}}))
    engine.tag(RAW, "pii")
    before = 1_357_034_400_000_000  # 2013-01-01 10:00 UTC
    labels = engine.catalogue.labels(RAW, as_of_us=before)
    assert (labels.tags, labels.descriptions) == ((), ())
    assert engine.tags(OUT, as_of_us=before) == []


def test_a_name_means_the_node_that_has_it_and_a_column_of_a_dataset_also_where_only_a_schema_names_it(
    engine: Engine,
) -> None:
    house = engine.house
    assert labelled.node(house, RAW) == RAW
    assert labelled.node(house, "raw") == RAW
    assert labelled.node(house, "raw.y") == "datasetField:db:raw:y"
    place = labelled.found(house, "datasetField:db:raw:y")
    assert (place.type, place.column) == ("FIELD", "y")
    for unknown in ("datasetField:nowhere:y", "dataset:db:nothing"):
        with pytest.raises(NotFound):
            labelled.found(house, unknown)
