import json
from collections.abc import Callable

import pytest
from click.testing import Result

from driftline.errors import NotFound

Run = Callable[..., Result]


def test_nothing_held_back_is_said(run: Run) -> None:
    assert run("guard", "status").stdout.startswith("Nothing is held back; guards enforce their policies.\n")


def test_a_quarantine_is_set_shown_and_lifted(run: Run) -> None:
    made = json.loads(run("guard", "quarantine", "features", "--reason", "seconds", "--json").stdout)
    assert (made["node"], made["reason"]) == ("dataset:file:features", "seconds")
    status = run("guard", "status").stdout
    assert status.startswith("1 quarantine is in force")
    assert "seconds" in status
    lifted = run("guard", "release", made["id"][:6], "--by", "ada").stdout
    assert lifted == "features is let go, by ada.\n"
    assert json.loads(run("guard", "status", "--json").stdout)["quarantines"] == []
    assert "lifted by ada" in run("guard", "status", "--all").stdout


def test_setting_one_tells_how_to_lift_it(run: Run) -> None:
    lines = run("guard", "quarantine", "features").stdout.splitlines()
    assert lines[0] == "features is held back, with everything that derives from it."
    assert "driftline guard release " in lines[1]


def test_json_tells_mode_quarantines_and_decisions(run: Run) -> None:
    body = json.loads(run("guard", "status", "--json").stdout)
    assert (body["mode"], body["decisions"]) == ("enforce", {"allow": 1})


def test_lifting_what_is_not_held_is_told(run: Run) -> None:
    with pytest.raises(NotFound, match="nothing"):
        run("guard", "release", "nothing")
