import json
from collections.abc import Callable
from typing import Any

import pytest

from driftline.errors import NotFound

Run = Callable[..., Any]


def test_a_term_is_defined_attached_told_and_removed(run: Run) -> None:
    assert "The glossary is empty." in run("term", "list").output
    run("term", "define", "Delay", "late arrival", "--synonym", "lateness", "--related", "Arrival")
    assert "features.delay stands for Delay." in run("term", "attach", "features.delay", "Delay").output
    told = json.loads(run("term", "list", "Delay", "--json").output)
    assert (told["term"]["synonyms"], told["nodes"]) == (["lateness"], ["datasetField:file:features:delay"])
    assert "late arrival" in run("term", "list").output
    assert "What stands for it" in run("term", "list", "Delay").output
    assert "does not stand for Delay" in run("term", "detach", "features.delay", "Delay").output
    assert "not in the glossary any more" in run("term", "remove", "Delay").output
    with pytest.raises(NotFound):
        run("term", "attach", "features.delay", "Delay")
