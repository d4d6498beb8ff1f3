"""The rule ``numbers``: a number in the text must occur in what it stands on. Expected by reading."""

from typing import Any

import pytest

from driftline.event.current import Draft
from driftline.guard.check import Subject
from driftline.guard.rules.numbers import Numbers
from driftline.guard.switch import Switch

POLICY = "Delays of 180 minutes or more refund 40% of the fare, up to $1,300.00."


def unsupported(switch: Switch, text: str, rule: Numbers | None = None, **draft: Any) -> str:
    subject = Subject(Draft(text=text, passages=[POLICY], **draft), switch)
    found = (rule or Numbers()).reasons("numbers", subject)
    return found[0].observed if found else ""


@pytest.mark.parametrize(
    "text",
    [
        "You were 180 minutes late.",
        "At most 1300 is paid, that is 1,300.0 dollars.",
        "40 percent.",
        "Nothing to count.",
        "Take 1 form.",
        "",
    ],
)
def test_numbers_of_the_passages_may_be_stated(switch: Switch, text: str) -> None:
    assert unsupported(switch, text) == ""


def test_an_invented_number_is_a_reason(switch: Switch) -> None:
    assert unsupported(switch, "The limit is 30 minutes, you get 1,250.75 dollars.") == "1250.75, 30"


def test_features_and_the_amount_paid_support_numbers_too(switch: Switch) -> None:
    given = {"features": {"arr_delay": 191.0, "flight": "UA 1545"}, "money": 520.5}
    assert unsupported(switch, "Flight 1545 came 191 minutes late: 520.50 dollars.", **given) == ""


def test_known_numbers_and_short_ones_pass(switch: Switch) -> None:
    assert unsupported(switch, "In 2013 and 2014", Numbers(known=(2013,))) == "2014"
    assert unsupported(switch, "page 77", Numbers(digits=3)) == ""


def test_a_text_that_is_none_is_an_error(switch: Switch) -> None:
    subject = Subject(Draft(), switch)
    subject.result = {"text": 7}
    with pytest.raises(TypeError, match="text is int"):
        Numbers().reasons("numbers", subject)
