"""The rule ``score``: thresholds, and every way in which judges are known to return nonsense."""

from typing import Any

import msgspec
import pytest

from driftline.event.current import Draft
from driftline.guard.check import Subject
from driftline.guard.rules.score import Score
from driftline.guard.switch import Switch


def reasons(switch: Switch, rule: Score, score: float | None = None, result: Any = None) -> list[tuple[str, str]]:
    subject = Subject(Draft(score=score), switch)
    subject.result = result
    return [(reason.observed, reason.limit) for reason in rule.reasons("sure", subject)]


def test_thresholds_themselves_pass(switch: Switch) -> None:
    rule = Score(at_least=0.2, at_most=0.8)
    assert reasons(switch, rule, 0.2) == reasons(switch, rule, 0.8) == []
    assert reasons(switch, rule, 0.19) == [("0.19", "at least 0.2")]
    assert reasons(switch, rule, 0.81) == [("0.81", "at most 0.8")]


def test_a_bare_number_that_the_function_returns_is_its_score(switch: Switch) -> None:
    assert reasons(switch, Score(at_least=0.5), result=0.4) == [("0.4", "at least 0.5")]
    assert reasons(switch, Score(at_least=0.5), result={"score": 0.6}) == []


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -1.5, 1.01])
def test_a_score_that_cannot_be_is_an_error_and_not_a_pass(switch: Switch, score: float) -> None:
    for given in ({"score": score}, {"result": score}, {"result": {"score": score}}):
        with pytest.raises(ValueError, match="score is"):
            reasons(switch, Score(at_least=0.5), **given)


def test_a_missing_score_is_an_error(switch: Switch) -> None:
    with pytest.raises(ValueError, match="score is None"):
        reasons(switch, Score(at_least=0.5))


def test_another_valid_range_can_be_stated(switch: Switch) -> None:
    assert reasons(switch, Score(low=-10, high=10, at_most=5), -1.5) == []


def test_a_rule_without_threshold_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="at_least"):
        msgspec.convert({}, Score)
