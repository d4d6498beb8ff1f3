"""The rule ``contract``: presence, type, range. Expected reasons are worked out by hand."""

from typing import Any

import msgspec
import pytest

from driftline.event.current import Draft
from driftline.guard.check import Subject
from driftline.guard.rules.contract import Contract
from driftline.guard.switch import Switch


def broken(switch: Switch, term: dict[str, Any], features: dict[str, Any]) -> list[str]:
    rule = msgspec.convert({"features": {"delay": term}}, Contract)
    found = rule.reasons("contract", Subject(Draft(features=features), switch))
    return [f"{reason.observed} | {reason.limit}" for reason in found]


@pytest.mark.parametrize(
    ("term", "value", "expected"),
    [
        ({"type": "number", "minimum": -60, "maximum": 1500}, 1500, None),
        ({"type": "number", "minimum": -60, "maximum": 1500}, 11_400.0, "delay: 11400.0 | -60 to 1500"),
        ({"minimum": 0}, -0.5, "delay: -0.5 | 0 to inf"),
        ({"maximum": 9}, float("nan"), "delay: nan | -inf to 9"),
        ({"minimum": 0}, float("inf"), "delay: inf | 0 to inf"),
        ({"minimum": 0}, "5", "delay: '5' | 0 to inf"),
        ({"type": "number"}, True, "delay: True of type bool | a number"),
        ({"type": "number"}, "5", "delay: '5' of type str | a number"),
        ({"type": "text"}, "UA", None),
        ({"type": "boolean"}, 1, "delay: 1 of type int | a boolean"),
        ({"type": "boolean"}, False, None),
        ({"one_of": ["UA", "AA"]}, "ZZ", "delay: 'ZZ' | one of 'UA', 'AA'"),
        ({"one_of": ["UA", "AA"]}, "AA", None),
        ({}, None, "delay: null | not null"),
        ({"null": True, "type": "number"}, None, None),
    ],
)
def test_a_feature_keeps_its_term_or_says_how_not(
    switch: Switch, term: dict[str, Any], value: Any, expected: str | None
) -> None:
    assert broken(switch, term, {"delay": value}) == ([expected] if expected else [])


def test_a_missing_feature_is_a_reason_unless_it_is_optional(switch: Switch) -> None:
    assert broken(switch, {}, {}) == ["delay: missing | present"]
    assert broken(switch, {"required": False}, {}) == []


def test_a_misspelt_term_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="minimun"):
        msgspec.convert({"features": {"delay": {"minimun": 0}}}, Contract)
