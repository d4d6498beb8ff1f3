import json
from collections.abc import Callable
from typing import Any

import pytest

from driftline.errors import BadInput, NotFound

Run = Callable[..., Any]


def test_a_tag_is_put_listed_with_its_way_and_removed(run: Run) -> None:
    said = run("tag", "add", "feed/raw", "pii", "high", "--set", "law=gdpr", "--by", "ann")
    assert "feed/raw is tagged pii; what derives from it inherits it." in said.output
    listed = run("tag", "list", "desk").output
    assert "pii  high (law=gdpr)  feed/raw  features" in listed
    found = json.loads(run("tag", "list", "desk", "--json").output)
    assert [one["source"] for one in found["inherited"]] == ["dataset:file:feed/raw"]
    assert "not tagged pii any more" in run("tag", "remove", "feed/raw", "pii").output
    assert "No tags count for it." in run("tag", "list", "desk").output


def test_a_tag_of_a_column_passes_to_columns(run: Run) -> None:
    run("tag", "add", "feed/raw.delay", "secret", "--expires", "2999-01-01")
    assert "secret" in run("tag", "list", "desk.delay").output
    assert json.loads(run("tag", "list", "desk", "--json").output)["columns"] == {"delay": ["secret"]}


def test_a_tag_that_stays_is_not_inherited(run: Run) -> None:
    assert "it stays there" in run("tag", "add", "feed/raw", "local", "--stay").output
    assert "No tags count for it." in run("tag", "list", "desk").output


def test_blocks_are_put_up_listed_and_lifted(run: Run) -> None:
    run("tag", "add", "feed/raw", "pii")
    assert "pii does not pass from feed/raw to features." in run("tag", "block", "feed/raw", "features", "pii").output
    assert "No tag passes" in run("tag", "block", "features", "desk").output
    assert len(json.loads(run("tag", "blocks", "--json").output)["blocks"]) == 2
    assert "feed/raw" in run("tag", "blocks").output
    assert "No tags count for it." in run("tag", "list", "features").output
    assert "pii passes again" in run("tag", "unblock", "feed/raw", "features", "pii").output
    assert "pii" in run("tag", "list", "features").output


def test_tags_in_use_are_listed_with_their_meaning(run: Run) -> None:
    assert "No tags are in use." in run("tag", "list").output
    run("tag", "explain", "gold", "checked by people", "--stay")
    listed = run("tag", "list").output
    assert "gold" in listed
    assert "checked by people" in listed


def test_mistakes_are_refused_with_a_hint(run: Run) -> None:
    with pytest.raises(BadInput, match="--expires"):
        run("tag", "add", "desk", "pii", "--expires", "soon")
    with pytest.raises(BadInput, match="KEY=VALUE"):
        run("tag", "add", "desk", "pii", "--set", "law")
    with pytest.raises(NotFound):
        run("tag", "remove", "desk", "pii")


def test_a_block_between_what_is_not_linked_is_told(run: Run) -> None:
    assert "no step" not in run("tag", "block", "feed/raw", "features", "pii").stderr
    assert "no step" in run("tag", "block", "features", "feed/raw", "pii").stderr
