"""A batch: only what is known of its versions counts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from driftline.event.lineage import Dataset, Version
from driftline.guard import counters, policy
from driftline.guard.batch import decide_batch
from driftline.guard.switch import Mode, Switch, SwitchState, publish

FEATURES = Version(Dataset("file", "features"), "xxh3:02")
OTHER = Version(Dataset("file", "features"), "xxh3:01")


def test_a_batch_that_stands_on_a_quarantine_is_blocked(switch: Switch, quarantined: Callable[[], None]) -> None:
    quarantined()
    verdict = decide_batch(switch, [OTHER, FEATURES])
    assert (verdict.action, verdict.mode) == ("block", "enforce")
    assert verdict.reasons[0].evidence == ("inc1", "q1", FEATURES.node)
    assert decide_batch(switch, [OTHER]).action == "allow"
    assert counters.total("driftline_guard_decisions_total", endpoint="batch", action="block") == 1


def test_a_policy_says_what_happens_and_its_other_rules_are_passed_over(
    switch: Switch, quarantined: Callable[[], None]
) -> None:
    quarantined()
    stated = policy.build(
        {
            "mode": "observe",
            "rules": [
                {"id": "lineage", "check": "quarantine", "action": "flag"},
                {"id": "sure", "check": "score", "at_least": 0.5, "action": "block"},
            ],
        }
    )
    verdict = decide_batch(switch, [FEATURES], stated)
    assert (verdict.action, verdict.mode, verdict.error, verdict.policy) == ("flag", "observe", "", stated.hash)


def test_a_switch_that_is_off_lets_everything_go_on(home: str) -> None:
    publish(home, SwitchState(mode="off"))
    assert decide_batch(Switch(home), [FEATURES]).mode == "off"


def test_a_switch_that_cannot_be_read_blocks(tmp_path: Path) -> None:
    (tmp_path / "guard.json").write_bytes(b"{")
    verdict = decide_batch(Switch(tmp_path), [FEATURES])
    assert verdict.action == "block"
    assert "cannot be read" in verdict.error


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_gate_that_fails_itself_is_as_if_its_rules_had_failed(
    switch: Switch, home: str, monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    publish(home, SwitchState(mode=mode))

    def failing(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("driftline.guard.judge.judge", failing)
    found = decide_batch(switch, [])
    assert (found.action, found.mode, found.error) == ("block", mode, "the guard: KeyError: 'x'; closed")
