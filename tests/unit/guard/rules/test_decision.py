"""The rule ``decision``: only the words that the endpoint may say."""

import pytest

from driftline.event.current import Draft
from driftline.guard.check import Subject
from driftline.guard.rules.decision import Decision
from driftline.guard.switch import Switch

RULE = Decision(allowed=("refund", "deny"))


def test_a_word_that_may_not_be_said_is_a_reason(switch: Switch) -> None:
    assert RULE.reasons("words", Subject(Draft(decision="deny"), switch)) == ()
    (reason,) = RULE.reasons("words", Subject(Draft(decision="upgrade"), switch))
    assert (reason.observed, reason.limit) == ("upgrade", "one of refund, deny")


def test_no_decision_is_an_error(switch: Switch) -> None:
    with pytest.raises(ValueError, match="not a word"):
        RULE.reasons("words", Subject(Draft(), switch))
