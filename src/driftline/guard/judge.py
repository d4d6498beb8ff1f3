"""Runs the rules of a policy over one answer and adds them up to a verdict, whatever the rules do.

Enters: a policy and a ``Subject``. Leaves: a ``Verdict``: the strongest action of the rules that found something or
whose failure mode applied, with all reasons. Pure rules run in place and are measured; slow ones (and injected
faults) run on a daemon thread that is not waited for longer than the rule's deadline. Where judging itself fails,
``broken`` is the verdict: as if every rule had failed. It never raises, and nothing here calls the user's function.
"""

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context

import msgspec

from driftline.errors import shown
from driftline.event.answer import Action, Reason, Verdict
from driftline.guard import counters, faults
from driftline.guard.check import Subject
from driftline.guard.policy import STRENGTH, Policy, Rule
from driftline.guard.switch import Mode
from driftline.latch import Latch

_WEIGHT: dict[Mode, int] = {"off": 0, "observe": 1, "enforce": 2}
_MOST_THREADS = 32  # checks that may be under way beyond their deadline, per process

Reasons = tuple[Reason, ...]


class Outcome:
    """What one rule came to: reasons, or an error for which its failure mode stands."""

    __slots__ = ("error", "reasons")

    def __init__(self, reasons: Reasons = (), error: str = "") -> None:
        self.reasons = reasons
        self.error = error


def effective(policy: Mode, switch: Mode) -> Mode:
    """Return the mode in force: the weaker of the policy's and the switch's."""
    return policy if _WEIGHT[policy] <= _WEIGHT[switch] else switch


def judge(policy: Policy, rules: Sequence[Rule], subject: Subject, *, mode: Mode, endpoint: str) -> Verdict:
    """Return the verdict of ``rules`` on ``subject``, without counting it."""
    action: Action = "allow"
    reasons: list[Reason] = []
    errors: list[str] = []
    began = time.thread_time()
    for rule in rules:
        outcome = _run(rule, subject, endpoint, began)
        reasons.extend(outcome.reasons)
        asked: Action = "allow"
        if outcome.error:
            errors.append(f"{rule.id}: {outcome.error}; {rule.failure}")
            asked = _failed(rule, endpoint)
        elif outcome.reasons:
            asked = rule.action
        if STRENGTH[asked] > STRENGTH[action]:
            action = asked
    return Verdict(action=action, reasons=tuple(reasons), policy=policy.hash, mode=mode, error="; ".join(errors))


def broken(policy: Policy, rules: Sequence[Rule], error: Exception, *, mode: Mode, endpoint: str) -> Verdict:
    """Return the verdict where the guard itself has failed: as if each of ``rules`` had. Never raises.

    It is counted in the name of the rule ``""``, which no rule can have.
    """
    action: Action = "allow"
    for rule in rules:
        asked = _asked(rule)
        if STRENGTH[asked] > STRENGTH[action]:
            action = asked
    went = "open" if action == "allow" else "fallback" if action == "fallback" else "closed"
    with contextlib.suppress(Exception):  # what cannot be counted: the verdict stands all the same
        counters.add("driftline_guard_errors_total", endpoint, "", went)
        if went == "open":
            counters.add("driftline_guard_fail_open_total", endpoint, "")
    return Verdict(action=action, policy=policy.hash, mode=mode, error=f"the guard: {shown(error)}; {went}")


def joined(first: Verdict | None, second: Verdict) -> Verdict:
    """Return the verdict of two guards on one answer: the stronger action, all reasons, both amounts."""
    if first is None:
        return second
    strong = first if STRENGTH[first.action] > STRENGTH[second.action] else second
    return msgspec.structs.replace(
        strong,
        reasons=first.reasons + second.reasons,
        error="; ".join(filter(None, (first.error, second.error))),
        money_avoided=first.money_avoided + second.money_avoided,
    )


def _failed(rule: Rule, endpoint: str) -> Action:
    counters.add("driftline_guard_errors_total", endpoint, rule.id, rule.failure)
    if rule.failure == "open":
        counters.add("driftline_guard_fail_open_total", endpoint, rule.id)
    return _asked(rule)


def _asked(rule: Rule) -> Action:
    """What a rule that has failed asks for."""
    if rule.failure == "closed":
        return rule.action
    return "fallback" if rule.failure == "fallback" else "allow"


def _run(rule: Rule, subject: Subject, endpoint: str, began: float) -> Outcome:
    if faults.active(rule.id):
        return _Beside(rule, endpoint, lambda: faults.commit(rule.id)).run()
    if rule.test.slow:
        return _Beside(rule, endpoint, lambda: rule.test.reasons(rule.id, subject)).run()
    start = time.perf_counter()
    try:
        outcome = _sound(rule.test.reasons(rule.id, subject))
    except Exception as error:  # whatever a rule raises, its declared failure mode applies
        return Outcome(error=shown(error))
    if (time.perf_counter() - start) * 1000 <= rule.deadline_ms or outcome.error:
        return outcome
    took_ms = (time.thread_time() - began) * 1000  # a busy machine must not fail a rule that is quick itself
    if took_ms <= rule.deadline_ms:
        return outcome
    _late(rule, endpoint, outcome)
    return Outcome(outcome.reasons, f"took {took_ms:.0f} ms of CPU time, its deadline is {rule.deadline_ms:g} ms")


def _sound(found: object) -> Outcome:
    if isinstance(found, tuple) and all(isinstance(reason, Reason) for reason in found):
        return Outcome(found)
    return Outcome(error=f"answered {found!r:.80}, not reasons")


class _Slots:
    """Bounds the checks that have been left behind on their threads; a forked child starts with none."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.free = deque([None] * _MOST_THREADS)  # a semaphore's own lock is no place to be interrupted


_slots = _Slots()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_slots.renew)


class _Beside:
    """One check on a thread of its own, waited for no longer than its deadline."""

    def __init__(self, rule: Rule, endpoint: str, check: Callable[[], object]) -> None:
        self.rule = rule
        self.endpoint = endpoint
        self.check = check
        self.free = _slots.free
        self.done = Latch()
        self.ending = threading.Lock()
        self.outcome: Outcome | None = None
        self.left = False

    def run(self) -> Outcome:
        try:
            self.free.pop()
        except IndexError:
            return Outcome(error=f"{_MOST_THREADS} checks are still running past their deadline")
        name = f"guard-{self.rule.id}"
        try:
            threading.Thread(target=copy_context().run, args=(self.work,), daemon=True, name=name).start()
        except Exception as error:  # no thread could be started
            self.free.append(None)
            return Outcome(error=shown(error))
        self.done.wait(self.rule.deadline_ms / 1000)
        with self.ending:
            self.left = self.outcome is None
            late = Outcome(error=f"no answer within its deadline of {self.rule.deadline_ms:g} ms")
            return self.outcome or late

    def work(self) -> None:
        try:
            with contextlib.suppress(Exception):  # without an outcome it is as one that came too late
                self._work()
        finally:
            self.free.append(None)
            with contextlib.suppress(Exception):  # who waits goes on at the deadline
                self.done.set()

    def _work(self) -> None:
        try:
            outcome = _sound(self.check())
        except Exception as error:  # whatever a rule raises, its declared failure mode applies
            outcome = Outcome(error=shown(error))
        with self.ending:
            self.outcome = outcome
            if self.left:
                _late(self.rule, self.endpoint, outcome)


def _late(rule: Rule, endpoint: str, outcome: Outcome) -> None:
    result = "error" if outcome.error else "found" if outcome.reasons else "clear"
    counters.add("driftline_guard_late_total", endpoint, rule.id, result)
