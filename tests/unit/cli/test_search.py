import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]


def test_words_find_names_columns_and_labels(run: Run) -> None:
    run("tag", "add", "features", "gold")
    assert "dataset:file:features" in run("search", "feat").output
    found = json.loads(run("search", "delay", "--type", "field", "--json").output)
    assert {hit["type"] for hit in found["hits"]} == {"FIELD"}
    assert found["total"] == 3
    assert json.loads(run("search", "--tag", "GOLD", "--json").output)["hits"][0]["node"] == "dataset:file:features"


def test_what_is_in_an_open_incident_is_marked(run: Run) -> None:
    (hit,) = json.loads(run("search", "features", "--type", "dataset", "--status", "drift", "--json").output)["hits"]
    assert (hit["node"], hit["status"]) == ("dataset:file:features", "drift")
    assert "▲ drift" in run("search", "features").output


def test_a_page_says_how_many_there_are_and_how_they_divide(run: Run) -> None:
    said = run("search", "delay", "--limit", "1").output
    assert "6 things were found; these are 1." in said
    assert "type: DATASET 3, FIELD 3" in said


def test_nothing_found_is_said_with_what_to_do(run: Run) -> None:
    assert "Nothing was found." in run("search", "nothinglikeit").output


def test_the_index_made_anew_finds_the_same(run: Run) -> None:
    def found(*more: str) -> list[str]:
        hits = json.loads(run("search", "delay", "--json", *more).output)["hits"]
        return [hit["node"] for hit in hits]

    assert sorted(found("--reindex")) == sorted(found())  # how much a thing is used is looked at anew
