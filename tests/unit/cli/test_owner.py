import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]


def test_an_owner_is_named_listed_and_removed(run: Run) -> None:
    assert "ann owns features." in run("owner", "add", "features", "ann", "--type", "STEWARD").output
    assert "STEWARD" in run("owner", "list", "features").output
    (owner,) = json.loads(run("owner", "list", "features", "--json").output)["owners"]
    assert (owner["name"], owner["type"]) == ("ann", "STEWARD")
    assert "ann does not own features any more." in run("owner", "remove", "features", "ann").output
    assert json.loads(run("owner", "list", "features", "--json").output)["owners"] == []
