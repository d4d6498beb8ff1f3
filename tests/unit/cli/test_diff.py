import json
from collections.abc import Callable

import pytest
from click.testing import Result

from driftline.errors import BadInput

Run = Callable[..., Result]


def test_what_came_is_told_in_a_sentence_and_in_tables(run: Run) -> None:
    out = run("diff", "features", "--from", "2013-01-01T09:30:00Z").stdout
    assert out.splitlines()[0].startswith(
        "4 nodes came; "
    )  # serve and its desk, and what the answer says of the desk that gave it
    for word in ("Nodes", "Links", "Column links", "+", "serve", "desk"):
        assert word in out


def test_json_is_the_whole_record(run: Run) -> None:
    words = ("diff", "--from", "2013-01-01T09:30:00Z", "--to", "2013-01-02", "--json")
    body = json.loads(run(*words).stdout)
    assert {node["id"] for node in body["came"]} >= {"job:default:serve", "dataset:file:desk"}
    assert {link["kind"] for link in body["links_came"]} == {"READ", "WRITE", "DERIVED"}
    assert [link["kind"] for link in body["columns_came"]] == ["DIRECT:IDENTITY"]


def test_turned_round_the_same_went(run: Run) -> None:
    body = json.loads(run("diff", "--from", "2013-01-02", "--to", "2013-01-01T09:30:00Z", "--json").stdout)
    assert {node["id"] for node in body["went"]} >= {"job:default:serve", "dataset:file:desk"}


def test_a_run_is_a_moment_too(run: Run) -> None:
    out = run("diff", "features", "--from", "run:0194a1b2-0000-7000-8000-000000000002").stdout
    assert out == "Nothing differs.\n"


def test_one_that_was_cut_is_told_with_what_to_do(run: Run) -> None:
    result = run("diff", "--from", "2012-12-31", "--limit", "1")
    assert "--limit takes more" in result.stderr


def test_an_empty_moment_is_refused(run: Run) -> None:
    with pytest.raises(BadInput, match="empty"):
        run("diff", "--from", "")
