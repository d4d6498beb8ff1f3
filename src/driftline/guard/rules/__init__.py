"""The checks that a policy can name: one file and one line each."""

from driftline.guard.check import Check
from driftline.guard.rules.contract import Contract
from driftline.guard.rules.decision import Decision
from driftline.guard.rules.money import Money
from driftline.guard.rules.numbers import Numbers
from driftline.guard.rules.quarantine import Quarantine
from driftline.guard.rules.score import Score

CHECKS: dict[str, type[Check]] = {
    "contract": Contract,
    "decision": Decision,
    "money": Money,
    "numbers": Numbers,
    "quarantine": Quarantine,
    "score": Score,
}
