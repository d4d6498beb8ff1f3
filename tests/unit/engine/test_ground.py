"""raw/a -> stg -> mart; stg -> side; raw/b stands in another namespace of the same story; tags on data and on jobs."""

from collections.abc import Set as AbstractSet
from typing import Any

import pytest

from driftline.engine import ground
from driftline.graph.select import Form


@pytest.fixture
def told(town: Any, say: Any) -> Any:
    tagged = {"tags": {"tags": [
        {"key": "pii", "value": "high"}, {"key": "email", "value": "true", "field": "address"}]}}  # fmt: skip
    say("clean", "01", "raw/a", "stg", on={"raw/a": tagged})
    say("sum", "02", "stg", "mart", tags="money")
    say("more", "03", "stg", "side", on={"side": {"datasetType": {"datasetType": "VIEW"}}})
    return town


def fitting(town: Any, method: str, text: str, **more: Any) -> set[str]:
    found = ground.StoreGround(town.engine.house, **more).fitting(method, Form(text))
    return labels(town, found)


def labels(town: Any, ids: AbstractSet[int]) -> set[str]:
    return {row[3] for row in town.engine.house.store.walks.nodes(ids).values()}


@pytest.mark.parametrize(
    ("method", "text", "found"),
    [
        ("name", "stg", "stg"),
        ("name", "dataset:lake:stg", "stg"),
        ("name", "a", "raw/a"),
        ("name", "STG", "stg"),
        ("name", "s*", "stg side"),
        ("name", "?", "raw/a"),
        ("name", "clean", ""),
        ("name", "lake:stg", "stg"),
        ("path", "raw", "raw/a"),
        ("path", "raw/", "raw/a"),
        ("path", "ra?", "raw/a"),
        ("path", "a", ""),
        ("tag", "pii", "raw/a"),
        ("tag", "pii=high", "raw/a"),
        ("tag", "p*", "raw/a"),
        ("tag", "email", ""),
        ("tag", "money", "mart"),
        ("kind", "view", "side"),
        ("namespace", "la*", "raw/a stg mart side"),
        ("namespace", "file", ""),
        ("job", "sum", "mart"),
        ("job", "job:flow:sum", "mart"),
        ("job", "*", "stg mart side"),
        ("source", "*", "raw/a"),
        ("source", "stg", ""),
    ],
)
def test_a_form_fits_what_it_says(told: Any, method: str, text: str, found: str) -> None:
    assert fitting(told, method, text) == set(found.split())


def test_before_a_moment_there_is_what_was_heard_of(told: Any) -> None:
    assert fitting(told, "name", "*", as_of_us=told.time(0, 12)) == {"raw/a", "stg"}
    assert fitting(told, "name", "mart", as_of_us=told.time(0, 12)) == set()
    assert fitting(told, "source", "*", as_of_us=told.time(0, 12)) == {"raw/a"}


def test_neighbours_are_datasets_one_step_away(told: Any) -> None:
    known = ground.StoreGround(told.engine.house)
    stg = known.fitting("name", Form("stg"))
    assert labels(told, known.parents(stg)) == {"raw/a"}
    assert labels(told, known.children(stg)) == {"mart", "side"}
    then = ground.StoreGround(told.engine.house, told.time(1, 12))
    assert labels(told, then.children(stg)) == {"mart"}


def test_another_name_comes_along_and_is_no_step(told: Any, say: Any) -> None:
    also = {"symlinks": {"identifiers": [{"namespace": "lake", "name": "db.stg", "type": "TABLE"}]}}
    say("clean", "04", "raw/a", "stg", on={"stg": also})
    say("use", "05", "db.stg", "report")
    known = ground.StoreGround(told.engine.house)
    assert labels(told, known.children(known.fitting("name", Form("raw/a")))) == {"stg", "db.stg"}
    assert "report" in labels(told, known.children(known.fitting("name", Form("stg"))))
    assert labels(told, known.parents(known.fitting("name", Form("report")))) == {"stg", "db.stg"}


def test_the_tags_of_a_node_are_keys_and_keys_with_values(told: Any) -> None:
    known = ground.StoreGround(told.engine.house)
    (a,) = known.fitting("name", Form("raw/a"))
    assert known.tags(a) == {"pii", "pii=high"}
    assert known.tags(0) == set()


def test_a_facet_that_cannot_be_read_has_no_tags() -> None:
    assert ground.tag_names(b'{"tags": 3}') == ground.tag_names(b"") == frozenset()


def test_tags_that_people_put_on_data_and_on_jobs_count_until_they_expire(told: Any) -> None:
    house = told.engine.house
    start = house.now()
    house.now = lambda: start
    told.engine.catalogue.tag("mart", "care", value="much")
    told.engine.catalogue.tag("job:flow:more", "audited")
    told.engine.catalogue.tag("stg", "fresh", expires_us=start + 10)
    assert fitting(told, "tag", "care") == fitting(told, "tag", "care=m*") == {"mart"}
    assert fitting(told, "tag", "audited") == {"side"}
    assert fitting(told, "tag", "fresh") == {"stg"}
    house.now = lambda: start + 10
    assert fitting(told, "tag", "fresh") == set()
