"""The gate: what the switch says about a batch, once everything about it was delivered."""

from pathlib import Path

import pytest

import driftline
from driftline.capture.ground import fault
from driftline.errors import Blocked
from driftline.event.lineage import Dataset, Touched
from driftline.guard.switch import Entry, SwitchState, publish
from driftline.testing import MemorySink

FEATURES = Touched(dataset=Dataset("file", "features"), version="7")


def quarantine(tmp_path: Path, mode: str = "enforce") -> None:
    entry = Entry(id="q1", node="dataset:file:features#7", incident="i1", reason="arr_delay in seconds")
    publish(tmp_path / ".driftline", SwitchState(mode=mode, entries=(entry,)))


def test_a_batch_of_good_versions_goes_on(sink: MemorySink) -> None:
    verdict = driftline.gate(FEATURES)
    assert (verdict.action, verdict.error) == ("allow", "")


def test_a_quarantined_version_is_blocked_and_only_raises_when_told_to(sink: MemorySink, tmp_path: Path) -> None:
    quarantine(tmp_path)
    verdict = driftline.gate(FEATURES, Touched(dataset=FEATURES.dataset, version="8"))
    assert verdict.action == "block"
    assert "arr_delay in seconds" in verdict.reasons[0].observed
    with pytest.raises(Blocked, match="arr_delay in seconds"):
        driftline.gate(FEATURES, block=True)


def test_a_gate_that_only_observes_does_not_raise(sink: MemorySink, tmp_path: Path) -> None:
    quarantine(tmp_path, "observe")
    assert driftline.gate(FEATURES, block=True).mode == "observe"


def test_what_was_recorded_is_delivered_before_the_gate_decides(sink: MemorySink) -> None:
    with driftline.run("job"):
        pass
    driftline.gate(FEATURES)
    assert len(sink.raw) == 1


def test_a_gate_that_cannot_be_asked_is_open_and_says_so(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("on purpose")

    monkeypatch.setattr("driftline.capture.watching.gate.decide_batch", broken)
    verdict = driftline.gate(FEATURES, block=True)
    assert verdict.action == "allow"
    assert "on purpose" in verdict.error
    assert fault.counts() == {"gate": 1}
