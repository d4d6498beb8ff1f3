"""One call of a guarded function: judged before, judged after, and what the caller gets in place of a held-back answer.

Enters: a plan (policy, endpoint, fallback), the current draft, the function's result. Leaves: whether the answer may go
out, with the verdict on the draft and in the counters. It knows nothing of sync, async or generators (``wrap`` does)
and never calls the user's function itself.
"""

import math
from collections.abc import Callable
from contextvars import Token
from typing import Any, Self

import msgspec

from driftline.errors import BadPolicy, Blocked
from driftline.event.answer import Verdict
from driftline.event.current import Draft, current_answer
from driftline.guard import counters, faults, judge
from driftline.guard.check import Subject
from driftline.guard.policy import HOLDS, Policy
from driftline.guard.switch import Mode, Switch


class Plan:
    """A policy, arranged for the hot path.

    Raises:
        BadPolicy: a rule may ask for a fallback and there is none.
    """

    __slots__ = ("_slow", "early", "policy")

    def __init__(self, policy: Policy, fallback: Callable[..., Any] | None) -> None:
        if policy.needs_fallback and fallback is None:
            raise BadPolicy(
                "a rule asks for a fallback, and none was given", hint="Pass guard(fn, policy=…, fallback=…)."
            )
        self.policy = policy
        self.early = tuple(rule for rule in policy.rules if rule.test.before and rule.when != "after")
        self._slow = any(rule.test.slow for rule in policy.rules)

    @property
    def slow(self) -> bool:
        """True if judging may wait for a thread, so that an event loop must not do it in place."""
        return self._slow or any(faults.active(rule.id) for rule in self.policy.rules)


class Turn:
    """One call. ``before`` and ``after`` return True if the draft answer must not go out."""

    __slots__ = ("_token", "draft", "endpoint", "mode", "plan", "subject", "verdict")

    def __init__(self, plan: Plan, switch: Switch, mode: Mode, endpoint: str) -> None:
        found = current_answer.get()
        self.draft = Draft(endpoint=endpoint) if found is None else found
        self._token: Token[Draft | None] | None = None
        self.endpoint = endpoint or self.draft.endpoint
        self.plan = plan
        self.mode = mode
        self.subject = Subject(self.draft, switch)
        self.verdict = Verdict(mode=mode, policy=plan.policy.hash)

    def __enter__(self) -> Self:
        if current_answer.get() is not self.draft:
            self._token = current_answer.set(self.draft)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            current_answer.reset(self._token)
            self._token = None

    def before(self) -> bool:
        """Judge what can be known before the function runs."""
        if not self.plan.early:
            return False
        policy = self.plan.policy
        verdict = judge.judge(policy, self.plan.early, self.subject, mode=self.mode, endpoint=self.endpoint)
        if not (self.mode == "enforce" and verdict.action in HOLDS):
            return False
        self._conclude(verdict, policy.estimate)
        return True

    def after(self, result: object) -> bool:
        """Judge everything, now that the function has returned ``result``."""
        verdict = self._judge_all(result)
        held = self.mode == "enforce" and verdict.action in HOLDS
        self._conclude(verdict, self._money() if held else 0.0)
        if held:
            self.draft.decision, self.draft.text, self.draft.money = "", "", 0.0
        return held

    @property
    def streams(self) -> bool:
        """True if the pieces of an answer go out before it is judged."""
        return self.mode == "observe" or self.plan.policy.stream == "pass"

    def gone(self, result: object) -> None:
        """Judge an answer that has left already; its verdict says observe, as nothing was held back.

        Raises:
            Blocked: the policy says so, and is enforced; so that no caller takes the answer for a good one.
        """
        verdict = self._judge_all(result)
        blocks = self.mode == "enforce" and verdict.action == "block"
        self._conclude(verdict if blocks else msgspec.structs.replace(verdict, mode="observe"), 0.0)
        if blocks:
            self.falls_back()

    def _judge_all(self, result: object) -> Verdict:
        self.subject.result = result
        self.subject.called = True
        policy = self.plan.policy
        return judge.judge(policy, policy.rules, self.subject, mode=self.mode, endpoint=self.endpoint)

    def _money(self) -> float:
        found = self.subject.value("money")
        real = isinstance(found, int | float) and math.isfinite(found)
        return max(0.0, float(found)) if real else 0.0

    def _conclude(self, verdict: Verdict, avoided: float) -> None:
        if avoided:
            verdict = msgspec.structs.replace(verdict, money_avoided=avoided)
            counters.add("driftline_guard_money_avoided_total", self.endpoint, by=avoided)
        counters.add("driftline_guard_decisions_total", self.endpoint, verdict.action, verdict.mode)
        self.verdict = verdict
        self.draft.verdict = judge.joined(self.draft.verdict, verdict)

    def falls_back(self) -> bool:
        """Return True if the caller gets what the fallback returns, else the policy's ``abstain`` value.

        Raises:
            Blocked: the policy says so.
        """
        if self.verdict.action == "block":
            raise Blocked(self._why())
        return self.verdict.action == "fallback"

    def _why(self) -> str:
        reasons = self.verdict.reasons
        why = f"{reasons[0].observed} (rule {reasons[0].rule})" if reasons else f"rule {self.verdict.error}"
        return f"{self.endpoint}: {why}" if self.endpoint else why
