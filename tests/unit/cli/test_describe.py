import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]


def test_a_description_is_given_told_and_taken_away(run: Run) -> None:
    assert "features is described." in run("describe", "features", "What the desk goes by", "--by", "ann").output
    assert "What the desk goes by (ann)" in run("describe", "features").output
    told = json.loads(run("describe", "features", "--json").output)
    assert [text["text"] for text in told["descriptions"]] == ["What the desk goes by"]
    assert "taken away" in run("describe", "features", "--remove").output
    assert "descriptions" not in json.loads(run("describe", "features", "--json").output)


def test_text_and_its_removal_exclude_each_other(run: Run) -> None:
    assert run("describe", "features", "text", "--remove", standalone_mode=True).exit_code == 2
