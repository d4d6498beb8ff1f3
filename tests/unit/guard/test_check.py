"""What a rule sees of an answer: the draft first, else what the function returned."""

from types import SimpleNamespace
from typing import Any

import pytest

from driftline.event.current import Draft
from driftline.guard.check import Subject
from driftline.guard.switch import Switch


def subject(switch: Switch, result: Any = None, **draft: Any) -> Subject:
    found = Subject(Draft(**draft), switch)
    found.result = result
    return found


@pytest.mark.parametrize(
    ("draft", "result", "expected"),
    [
        ({"money": 300.0}, {"money": 5.0}, 300.0),
        ({}, {"money": 5.0}, 5.0),
        ({}, SimpleNamespace(money=7), 7.0),
        ({}, "a text", 0.0),
        ({}, {}, 0.0),
    ],
)
def test_money_is_the_drafts_else_the_results(
    switch: Switch, draft: dict[str, Any], result: Any, expected: float
) -> None:
    assert subject(switch, result, **draft).number("money") == expected


def test_a_score_of_zero_is_a_score(switch: Switch) -> None:
    assert subject(switch, {"score": 0.9}, score=0.0).number("score") == 0.0
    assert subject(switch, {"score": 0.9}).number("score") == 0.9


@pytest.mark.parametrize("score", [None, True, "0.9", float("nan"), float("inf"), [0.9]])
def test_what_is_no_finite_number_is_refused(switch: Switch, score: Any) -> None:
    with pytest.raises(ValueError, match="score is"):
        subject(switch, {"score": score}).number("score")
