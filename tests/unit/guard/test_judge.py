"""The verdict: the strongest action, every reason, and the declared failure mode whatever a rule does."""

import threading
import time
from collections import deque
from typing import Any, ClassVar

import pytest

from driftline.event.answer import Reason, Verdict
from driftline.event.current import Draft
from driftline.guard import counters, judge
from driftline.guard.check import Check, Subject
from driftline.guard.policy import Policy, Rule
from driftline.guard.switch import Switch


class Scripted(Check, frozen=True):
    """Finds what it is told to, after a while."""

    answer: Any = ()
    seconds: float = 0.0

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        if self.slow:
            time.sleep(self.seconds)
        end = time.thread_time() + self.seconds
        while not self.slow and time.thread_time() < end:
            pass
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Slow(Scripted, frozen=True):
    """The same on a thread of its own."""

    slow: ClassVar[bool] = True


class Held(Slow, frozen=True):
    """One that answers when it is let."""

    gate: threading.Event = threading.Event()

    def reasons(self, rule: str, subject: Subject) -> tuple[Reason, ...]:
        assert self.gate.wait(10)
        return super().reasons(rule, subject)


FOUND = (Reason(rule="r", observed="too much"),)


def verdict(switch: Switch, *rules: Rule) -> Verdict:
    return judge.judge(Policy(hash="h"), rules, Subject(Draft(), switch), mode="enforce", endpoint="desk")


def rule(test: Check, action: Any = "block", **stated: Any) -> Rule:
    return Rule(id=stated.pop("id", "r"), check="scripted", action=action, test=test, **stated)


def test_the_strongest_action_wins_and_all_reasons_stay(switch: Switch) -> None:
    found = verdict(
        switch,
        rule(Scripted(answer=FOUND), "flag"),
        rule(Scripted(answer=FOUND), "abstain"),
        rule(Scripted(answer=FOUND), "fallback"),
        rule(Scripted(), "block"),
    )
    assert (found.action, len(found.reasons), found.policy, found.error) == ("abstain", 3, "h", "")


def test_no_finding_is_allow(switch: Switch) -> None:
    assert verdict(switch, rule(Scripted())) == Verdict(policy="h")


@pytest.mark.parametrize("nonsense", [None, float("nan"), {}, "fine", [FOUND], (1,), True, ValueError("broken")])
@pytest.mark.parametrize("kind", [Scripted, Slow])
@pytest.mark.parametrize(
    ("on_error", "action"), [("closed", "block"), ("open", "allow"), ("fallback", "fallback"), (None, "block")]
)
def test_nonsense_is_an_error_with_the_declared_failure_mode(
    switch: Switch, nonsense: Any, kind: type[Scripted], on_error: Any, action: str
) -> None:
    found = verdict(switch, rule(kind(answer=nonsense), on_error=on_error))
    assert found.action == action
    assert found.error.startswith("r: ")
    assert found.error.endswith(f"; {on_error or 'closed'}")
    assert counters.total("driftline_guard_errors_total", rule="r", on_error=on_error or "closed") == 1
    assert counters.total("driftline_guard_fail_open_total") == (on_error == "open")


def test_a_late_rule_has_failed_and_what_it_found_is_kept(switch: Switch) -> None:
    found = verdict(switch, rule(Scripted(answer=FOUND, seconds=0.02), "block", deadline_ms=5, on_error="fallback"))
    assert (found.action, found.reasons) == ("fallback", FOUND)
    assert "its deadline is 5 ms" in found.error
    assert counters.total("driftline_guard_late_total", rule="r", result="found") == 1


def test_a_slow_rule_is_not_waited_for_and_its_late_result_is_counted(switch: Switch) -> None:
    gate = threading.Event()
    found = verdict(switch, rule(Held(answer=FOUND, gate=gate), deadline_ms=20))
    assert (found.action, found.reasons) == ("block", ())
    assert "no answer within its deadline of 20 ms" in found.error
    gate.set()  # only now may the rule answer
    end = time.monotonic() + 10
    while not counters.total("driftline_guard_late_total", rule="r", result="found") and time.monotonic() < end:
        time.sleep(0.01)
    assert counters.total("driftline_guard_late_total", rule="r", result="found") == 1


def test_a_slow_rule_that_is_in_time_counts_as_any(switch: Switch) -> None:
    assert verdict(switch, rule(Slow(answer=FOUND), deadline_ms=2000)).reasons == FOUND


def test_checks_that_hang_are_bounded(switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge._slots, "free", deque([None] * 2))
    hanging = rule(Slow(seconds=0.3), deadline_ms=1)
    errors = [verdict(switch, hanging).error for _ in range(3)]
    assert ["still running" in error for error in errors] == [False, False, True]


@pytest.mark.parametrize(
    ("policy", "switch_mode", "expected"),
    [
        ("enforce", "enforce", "enforce"),
        ("enforce", "observe", "observe"),
        ("observe", "enforce", "observe"),
        ("enforce", "off", "off"),
        ("off", "enforce", "off"),
    ],
)
def test_the_weaker_mode_is_in_force(policy: Any, switch_mode: Any, expected: str) -> None:
    assert judge.effective(policy, switch_mode) == expected


def test_two_guards_on_one_answer_leave_one_verdict() -> None:
    first = Verdict(action="fallback", reasons=FOUND, money_avoided=300.0, policy="a")
    second = Verdict(action="flag", reasons=FOUND, error="e", policy="b")
    both = judge.joined(first, second)
    assert (both.action, len(both.reasons), both.money_avoided, both.error) == ("fallback", 2, 300.0, "e")
    assert judge.joined(None, second) is second


class Unshowable(Exception):
    """Fails at being shown."""

    def __str__(self) -> str:
        raise LookupError("no message")


def test_a_rule_whose_error_cannot_be_shown_has_failed_like_any_other(switch: Switch) -> None:
    for test in (Scripted(answer=Unshowable()), Slow(answer=Unshowable())):
        found = verdict(switch, rule(test))
        assert (found.action, found.error) == ("block", "r: Unshowable: (it cannot be shown); closed")


@pytest.mark.parametrize(
    ("stated", "action", "went"),
    [
        ([], "allow", "open"),
        ([("flag", None)], "allow", "open"),
        ([("block", "open"), ("flag", None)], "allow", "open"),
        ([("block", "open"), ("abstain", None)], "abstain", "closed"),
        ([("block", "fallback"), ("flag", "fallback")], "fallback", "fallback"),
        ([("fallback", "closed"), ("block", "closed")], "block", "closed"),
    ],
)
def test_a_guard_that_fails_is_as_if_each_of_its_rules_had(stated: Any, action: str, went: str) -> None:
    rules = [rule(Scripted(), action=act, on_error=on_error) for act, on_error in stated]
    found = judge.broken(Policy(hash="h"), rules, KeyError("x"), mode="enforce", endpoint="desk")
    assert (found.action, found.policy, found.error) == (action, "h", f"the guard: KeyError: 'x'; {went}")
    assert counters.total("driftline_guard_errors_total", endpoint="desk", rule="", on_error=went) == 1
    assert counters.total("driftline_guard_fail_open_total", rule="") == (went == "open")
