"""One call of a guarded function: judged before, judged after, and what the caller gets in place of a held-back answer.

Enters: a plan (policy, endpoint, fallback), the current draft, the function's result. Leaves: whether the answer may go
out, with the verdict on the draft and in the counters. It knows nothing of sync, async or generators (``wrap`` does)
and never calls the user's function itself. It raises nothing but ``Blocked``: where the guard itself fails, its rules'
failure modes apply, as if each of them had failed; in mode ``observe`` that is a record and no more.
"""

import contextlib
import math
from collections.abc import Callable, Sequence
from contextvars import Token
from typing import Any, Self

import msgspec

from driftline.errors import BadPolicy, Blocked, shown
from driftline.event.answer import Verdict
from driftline.event.current import Draft, current_answer
from driftline.guard import counters, faults, judge
from driftline.guard.check import Subject
from driftline.guard.policy import HOLDS, Policy, Rule
from driftline.guard.stream import Pieces
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

    __slots__ = ("_failure", "_switch", "_token", "draft", "endpoint", "mode", "plan", "subject", "verdict")

    def __init__(self, plan: Plan, switch: Switch | Exception, mode: Mode, endpoint: str) -> None:
        """Begin; in place of a switch, why the guard cannot judge this call."""
        found = current_answer.get()
        self.draft = Draft(endpoint=endpoint) if found is None else found
        self._token: Token[Draft | None] | None = None
        self.endpoint = endpoint or self.draft.endpoint
        self.plan = plan
        self.mode = mode
        self._switch = None if isinstance(switch, Exception) else switch
        self._failure = switch if isinstance(switch, Exception) else None
        self.subject: Subject | None = None  # made when it is first judged
        self.verdict = Verdict(mode=mode, policy=plan.policy.hash)

    def __enter__(self) -> Self:
        if current_answer.get() is not self.draft:
            self._token = current_answer.set(self.draft)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            with contextlib.suppress(ValueError):  # a coroutine that goes on in another context than it began in
                current_answer.reset(self._token)
            self._token = None

    def before(self) -> bool:
        """Judge what can be known before the function runs."""
        if not self.plan.early:
            return False
        verdict = self._judge(self.plan.early, known=False)
        if not (self.mode == "enforce" and verdict.action in HOLDS):
            return False
        self._conclude(verdict, self.plan.policy.estimate)
        return True

    def after(self, result: object) -> bool:
        """Judge everything, now that the function has returned ``result``, a value or the pieces of a stream."""
        verdict = self._judge(self.plan.policy.rules, result)
        held = self.mode == "enforce" and verdict.action in HOLDS
        self._conclude(verdict, self._money() if held else 0.0)
        if held:
            self.draft.decision, self.draft.text, self.draft.money = "", "", 0.0
        else:
            self.draft.money = self.draft.money or self._money()
        return held

    def fail(self, error: Exception) -> None:
        """Say that the guard has failed: what is judged from now on is judged by the rules' failure modes."""
        self._failure = error

    @property
    def waits(self) -> bool:
        """True if judging may wait for a thread, so that an event loop must not do it in place."""
        try:
            return self.plan.slow
        except Exception as error:
            self._failure = error
            return False

    @property
    def streams(self) -> bool:
        """True if the pieces of an answer go out before it is judged."""
        return self.mode == "observe" or self.plan.policy.stream == "pass"

    def gone(self, result: object) -> None:
        """Judge an answer that has left already; its verdict says observe, as nothing was held back.

        Raises:
            Blocked: the policy says so, and is enforced; so that no caller takes the answer for a good one.
        """
        verdict = self._judge(self.plan.policy.rules, result)
        blocks = self.mode == "enforce" and verdict.action == "block"
        self._conclude(verdict if blocks else msgspec.structs.replace(verdict, mode="observe"), 0.0)
        self.draft.money = self.draft.money or self._money()
        if blocks:
            self.falls_back()

    def _judge(self, rules: Sequence[Rule], result: object = None, *, known: bool = True) -> Verdict:
        """The verdict of ``rules``, or, where they cannot be asked, of their failure modes."""
        policy = self.plan.policy
        try:
            if self._failure is None:
                subject = self._about(result, known=known)
                return judge.judge(policy, rules, subject, mode=self.mode, endpoint=self.endpoint)
            error = self._failure
        except Exception as found:
            error = found
        return judge.broken(policy, rules, error, mode=self.mode, endpoint=self.endpoint)

    def _about(self, result: object, *, known: bool) -> Subject:
        if self.subject is None:
            assert self._switch is not None
            self.subject = Subject(self.draft, self._switch)
        self.subject.result = result.result if isinstance(result, Pieces) else result
        self.subject.called = known
        return self.subject

    def _money(self) -> float:
        try:
            found = None if self.subject is None else self.subject.value("money")
            return max(0.0, float(found)) if isinstance(found, int | float) and math.isfinite(found) else 0.0
        except Exception:  # a property of the user's: what it would have paid is not known
            return 0.0

    def _conclude(self, verdict: Verdict, avoided: float) -> None:
        self.verdict = verdict
        try:
            self._record(verdict, avoided)
        except Exception:  # the verdict stands, whoever can be told of it
            self.draft.verdict = self.draft.verdict or verdict
            with contextlib.suppress(Exception):
                counters.add("driftline_guard_errors_total", self.endpoint, "", "open")

    def _record(self, verdict: Verdict, avoided: float) -> None:
        if avoided:
            verdict = self.verdict = msgspec.structs.replace(verdict, money_avoided=avoided)
        self.draft.verdict = judge.joined(self.draft.verdict, verdict)
        counters.add("driftline_guard_decisions_total", self.endpoint, verdict.action, verdict.mode)
        if avoided:
            counters.add("driftline_guard_money_avoided_total", self.endpoint, by=avoided)

    def falls_back(self) -> bool:
        """Return True if the caller gets what the fallback returns, else the policy's ``abstain`` value.

        Raises:
            Blocked: the policy says so.
        """
        if self.verdict.action == "block":
            try:
                why = self._why()
            except Exception as error:
                why = shown(error)
            raise Blocked(why)
        return self.verdict.action == "fallback"

    def _why(self) -> str:
        reasons = self.verdict.reasons
        error = self.verdict.error
        ours = error if error.startswith("the guard: ") else f"rule {error}"
        why = f"{reasons[0].observed} (rule {reasons[0].rule})" if reasons else ours
        return f"{self.endpoint}: {why}" if self.endpoint else why
