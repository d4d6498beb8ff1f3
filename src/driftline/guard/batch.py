"""Judges a batch of data rather than an answer: may what stands on these versions go on?

Enters: the switch, the versions that the batch is made of, a policy. Leaves: a verdict by the policy's rules that apply
to batches (quarantine); without a policy, a quarantined version blocks. Never raises, not even where it fails itself,
which is as if each rule had failed: whether a block stops the caller is the caller's business.
"""

from collections.abc import Sequence

from driftline.event.answer import Source, Verdict
from driftline.event.current import Draft
from driftline.event.lineage import Version
from driftline.guard import counters, judge
from driftline.guard.check import Subject
from driftline.guard.policy import Policy, Rule
from driftline.guard.rules.quarantine import Quarantine
from driftline.guard.switch import Mode, Switch

DEFAULT = Policy(
    endpoint="batch", rules=(Rule(id="quarantine", check="quarantine", action="block", test=Quarantine()),)
)


def decide_batch(switch: Switch, versions: Sequence[Version], policy: Policy | None = None) -> Verdict:
    """Return the verdict on a batch that stands on ``versions``."""
    policy = policy or DEFAULT
    mode = policy.mode
    try:
        mode = judge.effective(mode, switch.mode)
        if mode == "off":
            return Verdict(mode="off", policy=policy.hash)
        return _decide(switch, versions, policy, mode)
    except Exception as error:  # the guard itself has failed: as if each rule had
        return judge.broken(policy, policy.rules, error, mode=mode, endpoint=policy.endpoint)


def _decide(switch: Switch, versions: Sequence[Version], policy: Policy, mode: Mode) -> Verdict:
    subject = Subject(Draft(sources=[Source(role="batch", version=version) for version in versions]), switch)
    subject.called = True
    rules = [rule for rule in policy.rules if rule.test.batches]
    verdict = judge.judge(policy, rules, subject, mode=mode, endpoint=policy.endpoint)
    counters.add("driftline_guard_decisions_total", policy.endpoint, verdict.action, mode)
    return verdict
