"""Receipts, quarantine and replay on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.errors import BadInput, MissingFile, NotFound

GOOD = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-01",
    "producer": "p",
    "schemaURL": "s",
    "run": {"runId": "0194a1b2-0000-7000-8000-000000000001"},
    "job": {"namespace": "n", "name": "j", "facets": {"sql": {}}},
}
BAD = json.dumps({**GOOD, "eventType": "DONE"})


def driftline(tmp_path: Path, *words: str, given: str = "") -> Result:
    return CliRunner().invoke(group, ["--home", str(tmp_path / "home"), *words], input=given, catch_exceptions=False)


def receipts(result: Result) -> list[dict[str, str]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def ingested(tmp_path: Path, *events: str) -> list[dict[str, str]]:
    return receipts(driftline(tmp_path, "ingest", "--json", "-", given="\n".join(events)))


def test_a_receipt_is_asked_for_by_its_id(tmp_path: Path) -> None:
    (given,) = ingested(tmp_path, json.dumps(GOOD))
    assert receipts(driftline(tmp_path, "events", "receipt", given["event"], "--json")) == [given]
    shown = driftline(tmp_path, "events", "receipt", given["event"]).stdout
    assert shown.startswith("accepted.\n")
    assert "eventTime: no time of day, read as midnight" in shown
    assert "job.sql: Object missing required field `query`" in shown
    assert driftline(tmp_path, "events", "show", given["event"]).stdout == json.dumps(GOOD) + "\n"
    for what in ("receipt", "show"):
        with pytest.raises(NotFound):
            driftline(tmp_path, "events", what, "x")


def test_what_is_in_quarantine_is_listed(tmp_path: Path) -> None:
    (given,) = ingested(tmp_path, BAD)
    assert "1 event is in quarantine:" in driftline(tmp_path, "events", "held").stdout
    (held,) = receipts(driftline(tmp_path, "events", "held", "--json"))
    assert (held["event"], held["body"], held["reason"]) == (given["event"], BAD, given["reason"])


@pytest.mark.parametrize(
    "text",
    [
        "rules: [{when: {eventType: DONE}, set: {eventType: COMPLETE}}]",
        '{"rules":[{"when":{"eventType":"DONE"},"set":{"eventType":"COMPLETE"}}]}',
    ],
)
def test_rules_in_a_file_mend_what_is_replayed(tmp_path: Path, text: str) -> None:
    given, other = ingested(tmp_path, BAD, "nonsense")
    rules = tmp_path / "rules"
    rules.write_text(text)
    stays = driftline(tmp_path, "events", "replay", given["event"], "--json")
    assert (stays.exit_code, receipts(stays)[0]["status"]) == (65, "quarantined")
    rehearsed = driftline(tmp_path, "events", "replay", "--map", str(rules), "--dry-run")
    assert "1 event would be taken, 1 left in quarantine." in rehearsed.stdout
    taken = driftline(tmp_path, "events", "replay", "--map", str(rules), "--json")
    assert taken.exit_code == 65  # the other one stays
    assert [(one["status"], one["event"] == other["event"]) for one in receipts(taken)] == [
        ("accepted", False),
        ("quarantined", True),
    ]
    shown = driftline(tmp_path, "events", "receipt", given["event"]).stdout
    assert f"taken after all as {receipts(taken)[0]['event']}" in shown


def test_what_cannot_be_replayed_is_told(tmp_path: Path) -> None:
    ingested(tmp_path, BAD)
    rules = tmp_path / "rules"
    rules.write_text("rules: [{st: {}}]")
    with pytest.raises(BadInput, match="mapping"):
        driftline(tmp_path, "events", "replay", "--map", str(rules))
    with pytest.raises(MissingFile):
        driftline(tmp_path, "events", "replay", "--map", str(tmp_path / "none"))
    with pytest.raises(BadInput, match="not in quarantine"):
        driftline(tmp_path, "events", "replay", "x")


def test_what_was_taken_after_all_is_not_told_as_refused(tmp_path: Path) -> None:
    (given,) = ingested(tmp_path, BAD)
    rules = tmp_path / "rules"
    rules.write_text("rules: [{when: {eventType: DONE}, set: {eventType: COMPLETE}}]")
    assert driftline(tmp_path, "events", "replay", "--map", str(rules)).exit_code == 0
    shown = driftline(tmp_path, "events", "receipt", given["event"]).stdout
    assert shown.startswith(f"It was in quarantine ({given['reason'].rstrip('.')}), and was taken after all as ")
    assert "accepted" not in shown


def test_what_is_given_up_is_named_one_by_one_or_as_all(tmp_path: Path) -> None:
    one, _ = ingested(tmp_path, BAD, "nonsense")
    for words in ((), (one["event"], "--all")):
        with pytest.raises(BadInput, match="no event was named"):
            driftline(tmp_path, "events", "discard", *words)
    assert driftline(tmp_path, "events", "discard", one["event"]).stdout == "1 event discarded.\n"
    assert driftline(tmp_path, "events", "receipt", one["event"]).stdout.startswith("discarded: ")
    assert driftline(tmp_path, "events", "held").stdout.startswith("1 event is in quarantine:")
    assert receipts(driftline(tmp_path, "events", "discard", "--all", "--json")) == [{"discarded": 1}]
    assert driftline(tmp_path, "events", "held").stdout == "0 events are in quarantine.\n"
