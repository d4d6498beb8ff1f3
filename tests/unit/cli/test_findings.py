"""Findings on the command line: the story of the fixture, by hand."""

import json
from collections.abc import Callable

from click.testing import Result

Run = Callable[..., Result]
NONE = (
    "No findings are known. Distributions are judged from the version after the first 21 healthy ones; "
    "'driftline diff' compares any two.\n"
)


def test_findings_are_listed_of_all_and_of_one_dataset(run: Run) -> None:
    shown = run("findings").stdout
    assert shown.startswith("1 finding, newest first:")
    assert "features.delay" in shown
    assert "The median of delay is 600, usually 10." in shown
    assert [one["id"] for one in json.loads(run("findings", "features", "--json").stdout)["findings"]] == ["f1"]
    assert run("findings", "feed/raw").stdout == NONE
    assert run("findings", "--since", "2014-01-01").stdout == NONE
