import json
from collections.abc import Callable

from click.testing import Result

Run = Callable[..., Result]


def test_what_is_downstream_is_told_in_a_sentence_and_a_tree(run: Run) -> None:
    lines = run("impact", "feed/raw").stdout.splitlines()
    assert "downstream" in lines[0]
    assert any("desk" in line for line in lines)


def test_json_is_the_record(run: Run) -> None:
    body = json.loads(run("impact", "feed/raw", "--json").stdout)
    assert body["node"] == "dataset:file:feed/raw"
    assert (body["datasets"], body["jobs"]) == (3, 3)  # with the window of answers and its endpoint
