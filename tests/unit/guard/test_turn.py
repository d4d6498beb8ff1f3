"""One call of a guarded function, without the function."""

from collections.abc import Callable
from typing import Any

import pytest

from driftline.errors import BadPolicy, Blocked
from driftline.event.current import Draft, current_answer
from driftline.guard import faults, policy
from driftline.guard.switch import Mode, Switch
from driftline.guard.turn import Plan, Turn

CAP = {"id": "cap", "check": "money", "limit": 100, "action": "block"}
LINEAGE = {"id": "lineage", "check": "quarantine", "action": "abstain"}


def turn(switch: Switch, *rules: dict[str, Any], mode: Mode = "enforce", **more: Any) -> Turn:
    return Turn(Plan(policy.build({"rules": list(rules), **more}), None), switch, mode, "")


def test_the_endpoint_is_the_drafts_where_none_is_given(switch: Switch, draft: Draft) -> None:
    assert turn(switch).endpoint == "refund-desk"


def test_a_draft_of_its_own_lives_as_long_as_the_call(switch: Switch) -> None:
    with turn(switch) as found:
        assert current_answer.get() is found.draft
    assert current_answer.get() is None


def test_only_early_rules_are_judged_before(switch: Switch, draft: Draft, quarantined: Callable[[], None]) -> None:
    draft.money = 300.0
    assert not turn(switch, CAP).before()
    quarantined()
    assert turn(switch, LINEAGE).before()
    assert not turn(switch, {**LINEAGE, "when": "after"}).before()
    assert not turn(switch, LINEAGE, mode="observe").before()
    assert not turn(switch, {**LINEAGE, "action": "flag"}).before()


@pytest.mark.parametrize(
    ("money", "avoided"), [(300.0, 300.0), (None, 0.0), ("much", 0.0), (float("nan"), 0.0), (-5, 0.0)]
)
def test_money_avoided_is_what_the_answer_would_have_paid(switch: Switch, money: Any, avoided: float) -> None:
    found = turn(switch, {**CAP, "limit": -10})
    assert found.after({"money": money})
    assert found.verdict.money_avoided == avoided
    with pytest.raises(Blocked):
        found.falls_back()


def test_what_has_gone_is_not_counted_as_held(switch: Switch, draft: Draft) -> None:
    draft.money = 300.0
    turn(switch, {**CAP, "action": "escalate"}).gone(None)
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.mode, draft.verdict.money_avoided) == ("escalate", "observe", 0.0)
    assert draft.money == 300.0
    with pytest.raises(Blocked):
        turn(switch, CAP).gone(None)


def test_a_plan_without_the_fallback_that_it_needs_is_refused() -> None:
    for rule in ({**CAP, "action": "fallback"}, {**CAP, "on_error": "fallback"}):
        with pytest.raises(BadPolicy, match="none was given"):
            Plan(policy.build({"rules": [rule]}), None)


def test_a_plan_is_slow_only_while_a_check_may_wait() -> None:
    plan = Plan(policy.build({"rules": [CAP]}), None)
    assert not plan.slow
    with faults.inject("hang", rule="cap"):
        assert plan.slow


def test_the_money_of_an_answer_that_went_out_is_kept_with_it(switch: Switch, draft: Draft) -> None:
    assert not turn(switch, CAP, mode="observe").after({"money": 5000.0})
    assert draft.money == 5000.0
    assert draft.verdict is not None
    assert (draft.verdict.action, draft.verdict.mode, draft.verdict.money_avoided) == ("block", "observe", 0.0)
    assert turn(switch, CAP).after({"money": 7000.0})
    assert draft.money == 0.0  # which was held back
