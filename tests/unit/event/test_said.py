import json
from typing import Any

from driftline.event.label import Description, Owner, Tag
from driftline.event.said import Facet, Said, read


def facets(**held: Any) -> dict[str, Facet]:
    return {key: Facet(json.dumps(value).encode(), 7) for key, value in held.items()}


def test_tags_of_a_dataset_and_of_its_columns_are_told_apart() -> None:
    said = read(
        facets(
            tags={
                "tags": [
                    {"key": "gold", "value": "yes", "source": "dbt"},
                    {"key": "pii", "value": True, "field": "email"},
                ]
            }
        )
    )
    assert said.tags == (Tag(name="gold", value="yes", origin="event", by="dbt", at_us=7),)
    assert said.column_tags == {"email": (Tag(name="pii", value="true", origin="event", at_us=7),)}


def test_of_two_tags_of_one_name_the_last_stands() -> None:
    said = read(facets(tags={"tags": [{"key": "tier", "value": "1"}, {"key": "tier", "value": "2"}]}))
    assert [tag.value for tag in said.tags] == ["2"]


def test_owners_and_documentation_are_read() -> None:
    said = read(
        facets(
            ownership={"owners": [{"name": "team:a", "type": "STEWARD"}]}, documentation={"description": "All orders"}
        )
    )
    assert said.owners == (Owner(name="team:a", type="STEWARD", origin="event", at_us=7),)
    assert said.description == Description(text="All orders", origin="event", at_us=7)


def test_inner_columns_are_named_with_a_dot() -> None:
    inner = {"name": "address", "fields": [{"name": "city", "description": "where"}]}
    said = read(facets(schema={"fields": [{"name": "id"}, inner]}))
    assert said.columns == ("id", "address", "address.city")
    assert said.column_descriptions == {"address.city": Description(text="where", origin="event", at_us=7)}


def test_what_cannot_be_read_says_nothing() -> None:
    assert read({"tags": Facet(b'{"tags": 3}'), "schema": Facet(b"\xff"), "ownership": Facet(b"[")}) == Said()


def test_a_tag_without_a_name_is_none() -> None:
    assert read(facets(tags={"tags": [{"key": " "}]})).tags == ()
