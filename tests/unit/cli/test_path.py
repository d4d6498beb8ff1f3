import json
from collections.abc import Callable

from click.testing import Result

Run = Callable[..., Result]


def test_a_way_is_told_step_by_step(run: Run) -> None:
    lines = run("path", "feed/raw", "desk").stdout.splitlines()
    assert lines[0] == "feed/raw leads to desk in 4 steps:"
    text = "\n".join(lines[1:])
    places = [text.index(word) for word in ("feed/raw", "clean", "features", "serve", "desk")]
    assert places == sorted(places)


def test_json_is_that_of_lineage(run: Run) -> None:
    body = json.loads(run("path", "feed/raw", "features", "--json").stdout)
    assert [node["id"] for node in body["nodes"]] == [
        "dataset:file:feed/raw",
        "job:default:clean",
        "dataset:file:features",
    ]
    assert {edge["kind"] for edge in body["edges"]} == {"READ", "WRITE", "DERIVED"}


def test_columns_are_joined_by_columns(run: Run) -> None:
    lines = run("path", "feed/raw", "desk", "--columns").stdout.splitlines()
    assert lines[0] == "feed/raw leads to desk in 2 steps:"
    assert "DIRECT:IDENTITY" in "\n".join(lines)


def test_where_there_is_no_way_it_is_said(run: Run) -> None:
    assert run("path", "desk", "feed/raw").stdout == "No way from desk to feed/raw is known.\n"
    assert "is known" in run("path", "feed/raw", "desk", "--as-of", "2012-12-31").stdout
