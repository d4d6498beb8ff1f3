import json
from collections.abc import Callable

import pytest
from click.testing import Result

from driftline.errors import NotFound

Run = Callable[..., Result]


def test_the_list_says_how_many_first(run: Run) -> None:
    lines = run("incidents").stdout.splitlines()
    assert lines[0] == "1 incident, 1 not resolved."
    assert "abcdef123456" in lines[2]
    assert "▲ open" in lines[2]


def test_no_incidents_is_good_news(run: Run) -> None:
    assert run("incidents", "--state", "resolved").stdout == "No resolved incidents.\n"


def test_one_incident_tells_cause_findings_and_what_to_do(run: Run) -> None:
    text = run("incidents", "abcd").stdout
    assert text.splitlines()[0] == "features.delay is not as ever."
    assert text.index("80%") < text.index("feed/raw")
    assert "The median of delay is 600, usually 10." in text
    assert "What to do" in text


def test_json_is_the_record(run: Run) -> None:
    body = json.loads(run("incidents", "--json").stdout)
    assert (body["total"], body["incidents"][0]["id"]) == (1, "abcdef123456")
    assert json.loads(run("incidents", "abcdef123456", "--json").stdout)["findings"][0]["id"] == "f1"


def test_an_incident_can_be_closed(run: Run) -> None:
    assert "✓ resolved" in run("incidents", "abcdef123456", "--resolve").stdout
    assert json.loads(run("incidents", "--state", "open", "--json").stdout)["total"] == 0


def test_closing_nothing_is_wrong_use(run: Run) -> None:
    assert run("incidents", "--resolve").exit_code == 2


def test_an_unknown_incident_is_told(run: Run) -> None:
    with pytest.raises(NotFound):
        run("incidents", "zzzz")
