"""The rule ``quarantine``: the way to the quarantine is the reason, and blindness is an error."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driftline.event.answer import Source
from driftline.event.current import Draft
from driftline.event.lineage import Dataset, Version
from driftline.guard.check import Subject
from driftline.guard.rules.quarantine import Quarantine
from driftline.guard.switch import Entry, Switch, SwitchState, publish

FEATURES = Version(Dataset("file", "features"), "2")


def subject(switch: Switch, *sources: Version, called: bool = False) -> Subject:
    found = Subject(Draft(sources=[Source(role="data", version=version) for version in sources]), switch)
    found.called = called
    return found


def test_the_reason_names_version_quarantine_and_incident(tmp_path: Path) -> None:
    entry = Entry(id="q1", node="dataset:file:feed#1", incident="inc1", reason="seconds")
    publish(tmp_path, SwitchState(entries=(entry,), affected={FEATURES.node: ("q1",)}))
    (reason,) = Quarantine().reasons("lineage", subject(Switch(tmp_path), FEATURES))
    assert reason.rule == "lineage"
    assert reason.observed.startswith("dataset:file:features#2 derives from dataset:file:feed#1")
    assert reason.evidence == ("inc1", "q1", "dataset:file:features#2")


def test_sources_that_are_not_affected_pass(tmp_path: Path) -> None:
    publish(tmp_path, SwitchState(entries=(Entry(id="q1", node="dataset:file:feed#1"),)))
    assert Quarantine().reasons("lineage", subject(Switch(tmp_path), FEATURES)) == ()


def test_an_answer_without_sources_passes_unless_the_policy_asks_for_them(tmp_path: Path) -> None:
    switch = Switch(tmp_path)
    assert Quarantine().reasons("lineage", subject(switch, called=True)) == ()
    assert Quarantine(need_sources=True).reasons("lineage", subject(switch)) == ()  # they may still come
    with pytest.raises(ValueError, match="names no sources"):
        Quarantine(need_sources=True).reasons("lineage", subject(switch, called=True))


def test_a_switch_that_cannot_be_read_is_an_error_and_not_a_pass(tmp_path: Path) -> None:
    (tmp_path / "guard.json").write_bytes(b"{")
    with pytest.raises(OSError, match="cannot be read"):
        Quarantine().reasons("lineage", subject(Switch(tmp_path), FEATURES))


def test_the_draft_is_not_changed(draft: Draft, home: str, quarantined: Callable[[], None]) -> None:
    quarantined()
    before = repr(draft)
    assert len(Quarantine().reasons("lineage", Subject(draft, Switch(home)))) == 1
    assert repr(draft) == before
