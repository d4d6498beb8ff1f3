"""Runs on the command line. What is expected follows from the events by hand."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import Ambiguous, NotFound

FIRST, SECOND, THIRD = (f"0194a1b2-0000-7000-8000-00000000a00{n}" for n in (1, 2, 3))


def event(run: str, job: str, state: str, hour: int, **facets: Any) -> dict[str, Any]:
    return {
        "eventType": state,
        "eventTime": f"2026-01-01T{hour:02d}:00:00Z",
        "producer": "https://example.org/test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": facets},
        "job": {"namespace": "default", "name": job},
        "inputs": [{"namespace": "file", "name": "orders.csv"}],
        "outputs": [{"namespace": "file", "name": "x.csv"}] if state == "COMPLETE" else [],
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    failure = {"_producer": "p", "_schemaURL": "s", "message": "KeyError: 'amount'\nmore", "programmingLanguage": "py"}
    told = [
        event(FIRST, "churn", "START", 8),
        event(FIRST, "churn", "COMPLETE", 9),
        event(SECOND, "other", "COMPLETE", 10),
        event(THIRD, "churn", "FAIL", 11, errorMessage=failure),
    ]
    with Engine.open(Settings(home=str(tmp_path / "home"))) as engine:
        engine.ingest_many([json.dumps(one).encode() for one in told])
    return tmp_path / "home"


def driftline(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--home", str(home), *words], catch_exceptions=False)


def listed(home: Path, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(driftline(home, "runs", *words, "--json").stdout)["runs"]
    return found


def test_runs_are_listed_newest_first_with_what_came_of_them(home: Path) -> None:
    assert [(one["run"], one["job"], one["state"]) for one in listed(home)] == [
        (THIRD, "churn", "FAIL"),
        (SECOND, "other", "COMPLETE"),
        (FIRST, "churn", "COMPLETE"),
    ]
    first = listed(home)[2]
    assert (first["inputs"], first["outputs"], first["ended_us"] - first["started_us"]) == (1, 1, 3_600_000_000)
    assert listed(home)[0]["error"] == "KeyError: 'amount'"
    shown = driftline(home, "runs").stdout
    assert shown.startswith("3 runs, newest first:")
    assert "0000a003" in shown
    assert "60 min" in shown


def test_runs_of_a_job_and_in_a_state(home: Path) -> None:
    assert [one["run"] for one in listed(home, "churn")] == [THIRD, FIRST]
    assert [one["run"] for one in listed(home, "--state", "failed")] == [THIRD]
    assert [one["run"] for one in listed(home, "churn", "--state", "complete")] == [FIRST]
    assert "No failed runs are known." in driftline(home, "runs", "other", "--state", "failed").stdout
    with pytest.raises(NotFound, match="job 'churm'; near are churn"):
        driftline(home, "runs", "churm")


@pytest.mark.parametrize("typed", ["0000a003", "run 0000a003", "run:0000a003", THIRD, f"run:{THIRD}"])
def test_a_run_is_taken_by_whichever_end_was_shown(home: Path, typed: str) -> None:
    assert driftline(home, "facets", typed).stdout.startswith(f"run:{THIRD}\n")
    assert "orders.csv" in driftline(home, "lineage", "--view", typed).stdout


def test_a_run_in_the_place_of_a_job_is_told_where_runs_are_shown(home: Path) -> None:
    with pytest.raises(NotFound, match="job '0000a003'") as found:
        driftline(home, "runs", "0000a003")
    assert "'driftline facets 0000a003'" in found.value.hint
    with pytest.raises(NotFound, match="job 'churm'") as found:
        driftline(home, "runs", "churm")
    assert found.value.hint == NotFound.hint


def test_a_beginning_that_several_runs_share_is_refused_with_their_ids(home: Path) -> None:
    for words in (("facets", THIRD[:8]), ("lineage", "--view", THIRD[:8])):
        with pytest.raises(Ambiguous, match=f"run:{FIRST}, run:{SECOND}, run:{THIRD}"):
            driftline(home, *words)


def test_a_failure_is_seen_beside_the_lineage_of_what_was_not_written_and_beside_incidents(home: Path) -> None:
    found = driftline(home, "lineage", "x.csv")
    assert "job churn  ▲ failed" in found.stdout
    assert "has failed: KeyError: 'amount'." in found.stderr
    assert "failed" not in driftline(home, "lineage", "x.csv", "--json").stdout


def test_the_facts_of_a_job_are_those_of_its_newest_run(home: Path) -> None:
    shown = driftline(home, "facets", "churn").stdout
    assert "Its newest run: FAIL, 2026-01-01 11:00 UTC" in shown
    assert "errorMessage" in shown
