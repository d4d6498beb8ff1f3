"""Policies: what is written is what is meant, and what cannot be meant is refused with what exists."""

from pathlib import Path
from typing import Any

import pytest

from driftline.errors import BadPolicy, MissingFile
from driftline.guard import policy
from driftline.guard.policy import Policy
from driftline.guard.rules.money import Money
from driftline.guard.rules.quarantine import Quarantine

TEXT = b"""
endpoint: refund-desk
version: 3
mode: observe
estimate: 150
abstain: A person will answer.
rules:
  - {id: lineage, check: quarantine, action: fallback, when: after}
  - {id: cap, check: money, limit: 2000, action: block, on_error: fallback, deadline_ms: 5}
  - {id: sure, check: score, at_least: 0.8, action: flag}
"""


def test_a_policy_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_bytes(TEXT)
    found = policy.load(path)
    assert (found.endpoint, found.version, found.mode) == ("refund-desk", "3", "observe")
    assert (found.estimate, found.abstain) == (150.0, "A person will answer.")
    lineage, cap, sure = found.rules
    assert (lineage.test, lineage.failure, lineage.when) == (Quarantine(), "closed", "after")
    assert (cap.test, cap.failure, cap.deadline_ms) == (Money(limit=2000.0), "fallback", 5.0)
    assert (sure.failure, found.needs_fallback) == ("open", True)


def test_the_hash_follows_the_text() -> None:
    assert policy.parse(TEXT).hash == policy.parse(TEXT).hash
    assert policy.parse(TEXT).hash != policy.parse(TEXT.replace(b"2000", b"2001")).hash
    assert len(policy.parse(TEXT).hash) == 32
    assert policy.build({"mode": "observe"}).hash != policy.build({"mode": "enforce"}).hash


def test_a_bare_off_is_a_mode_and_not_a_boolean() -> None:
    assert policy.parse(b"mode: off").mode == "off"


def rule(**changes: Any) -> dict[str, Any]:
    stated = {"id": "cap", "check": "money", "limit": 10, "action": "flag"} | changes
    return {"rules": [{key: value for key, value in stated.items() if value is not None}]}


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"endpont": "x"}, "unknown key 'endpont'; did you mean 'endpoint'. known are abstain, endpoint, estimate"),
        (rule(limt=3), r"rule 1 \(cap\): unknown key 'limt'; did you mean 'limit'.*action, check, deadline_ms"),
        (rule(check="mony"), "check 'mony' is unknown; did you mean 'money'. known are contract, decision, money"),
        (rule(check=None), "check is missing; known are contract"),
        (rule(limit=None), "missing required field `limit`"),
        (rule(limit="much"), "Expected `float`, got `str`"),
        (rule(action="explode"), "Invalid enum value 'explode'"),
        (rule(action=None), "missing required field `action`"),
        (rule(on_error="closed"), "flag holds nothing back, so on_error cannot be closed"),
        (rule(when="before"), "money can only be judged after the function has run"),
        (rule(deadline_ms=0), "deadline_ms must be above 0"),
        (rule(id=""), "id is empty"),
        (rule(check="score", limit=None), "state at_least, at_most or both"),
        ({"rules": rule()["rules"] * 2}, "two rules are called cap"),
        ({"rules": "none"}, "rules must be a list"),
        ({"rules": ["money"]}, "rule 1 must be a mapping"),
        ({"mode": "audit"}, "Invalid enum value 'audit'"),
        ([], "policy must be a mapping"),
        ({1: 2}, "policy must be a mapping"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_exists(stated: Any, message: str) -> None:
    with pytest.raises(BadPolicy, match=message):
        policy.build(stated)


@pytest.mark.parametrize("data", [b"a: [", b"\xff\xfe\xff", b"a: !!python/object:os.system {}"])
def test_what_is_not_yaml_is_refused(data: bytes) -> None:
    with pytest.raises(BadPolicy, match="policy is not YAML"):
        policy.parse(data)


def test_a_missing_file_says_which(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="nowhere"):
        policy.load(tmp_path / "nowhere.yaml")


def test_an_empty_policy_has_no_rules() -> None:
    assert policy.build({}).rules == Policy().rules == ()
