"""Rules that mend events; what is expected was written by hand."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.errors import BadInput
from driftline.event import mapping
from driftline.event.mapping import Mapping, Rule


def mended(event: Any, **rule: Any) -> Any:
    return json.loads(mapping.apply(Mapping((Rule(**rule),)), json.dumps(event).encode()))


def test_a_rule_applies_only_where_all_that_it_looks_for_is_there() -> None:
    when = {"eventType": "DONE", "job.name": "a"}
    assert mended({"eventType": "DONE", "job": {"name": "a"}}, when=when, set={"eventType": "COMPLETE"}) == {
        "eventType": "COMPLETE",
        "job": {"name": "a"},
    }
    other = {"eventType": "DONE", "job": {"name": "b"}}
    assert mended(other, when=when, set={"eventType": "COMPLETE"}) == other


def test_parts_are_renamed_set_and_dropped_also_in_every_entry_of_a_list() -> None:
    event = {"job": {"ns": "n"}, "inputs": [{"n": "a", "facets": {"bad": 1}}, {"n": "b"}]}
    assert mended(
        event, rename={"job.ns": "job.namespace", "inputs.*.n": "inputs.*.name"}, drop=("inputs.*.facets.bad",)
    ) == {
        "job": {"namespace": "n"},
        "inputs": [{"name": "a", "facets": {}}, {"name": "b"}],
    }
    assert mended({}, set={"run.runId": "r"}) == {"run": {"runId": "r"}}
    assert mended({"inputs": [{}, {}]}, set={"inputs.1.name": "x"}) == {"inputs": [{}, {"name": "x"}]}


def test_an_event_that_no_rule_changes_comes_back_as_it_was() -> None:
    rules = Mapping((Rule(set={"a": 1}),))
    deep = b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for raw in (b'{ "a" : 1 }', b"no json", b"[1]", b"7", b"", b"\xff", deep, b'{"x":"\\ud800"}', b'{"x":1'):
        assert mapping.apply(rules, raw) is raw


def test_what_a_rule_does_not_touch_keeps_its_value_and_numbers_their_digits() -> None:
    kept = b'"f":{"n":[1.50,-0,1e400,123456789012345678901234567890,0.1,7,1E3],"u":"\xc3\xa9"}'
    rules = Mapping((Rule(when={"v": 1.5, "big": 10**20}, set={"a": 1}),))
    raw = b'{"v":1.50,"big":100000000000000000000,' + kept + b"}"
    assert mapping.apply(rules, raw) == raw[:-1] + b',"a":1}'


def test_numbers_that_json_does_not_have_become_null_where_a_rule_applies() -> None:
    assert mapping.apply(Mapping((Rule(set={"a": 1}),)), b'{"x":[NaN,-Infinity]}') == b'{"x":[null,null],"a":1}'


@pytest.mark.parametrize(
    ("event", "rule", "wanted"),
    [
        ({"a": 1}, {"rename": {"a": "a.b"}}, {"a": {"b": 1}}),
        ({"job": {"x": 1}}, {"rename": {"job": "job.inner"}}, {"job": {"inner": {"x": 1}}}),
        ({"a": None}, {"rename": {"a": "b"}}, {"b": None}),
        ({"x": 1, "inputs": [{}]}, {"rename": {"x": "inputs.name"}}, {"x": 1, "inputs": [{}]}),
        ({"x": 1, "inputs": [{}]}, {"rename": {"x": "inputs.0.name"}}, {"inputs": [{"name": 1}]}),
        ({"inputs": [7, 8]}, {"rename": {"inputs.0": "inputs.9"}}, {"inputs": [7, 8]}),
        ({"run": "r"}, {"set": {"run.runId": "x"}}, {"run": {"runId": "x"}}),
        ({}, {"set": {"inputs.*.name": "x"}}, {}),
        ({"inputs": [{}, {"f": {"z": 1}}]}, {"set": {"inputs.*.f.y": 2}},
         {"inputs": [{"f": {"y": 2}}, {"f": {"z": 1, "y": 2}}]}),
        ({"inputs": [1, 2]}, {"drop": ("inputs.0",)}, {"inputs": [2]}),
        ({"a": 1}, {"when": {"gone": None}, "set": {"b": 2}}, {"a": 1, "b": 2}),
        ({"a": [1, 2]}, {"when": {"a.1": 2}, "set": {"b": 2}}, {"a": [1, 2], "b": 2}),
        ({"a": [1, 2]}, {"when": {"a.*": 2}, "set": {"b": 2}}, {"a": [1, 2]}),
    ],
)  # fmt: skip
def test_nothing_is_lost_on_the_way_and_nothing_is_made_where_nothing_belongs(
    event: Any, rule: dict[str, Any], wanted: Any
) -> None:
    assert mended(event, **rule) == wanted


@pytest.mark.parametrize(
    ("old", "new"), [("a", "b.*"), ("inputs.*.n", "job.name"), ("a.*", "b"), ("a..b", "c"), ("a", "")]
)
def test_a_place_that_is_none_and_a_star_in_one_place_only_are_told(old: str, new: str) -> None:
    with pytest.raises(BadInput, match=r"place|\*"):
        mended({"a": 1, "inputs": [{"n": 1}, {"n": 2}]}, rename={old: new})


@pytest.mark.parametrize("text", [b"rules: [{st: {}}]", b"rules: 7", b"a: [", b"{"])
def test_rules_that_are_none_are_told(text: bytes) -> None:
    with pytest.raises(BadInput, match="mapping"):
        mapping.read(text)


def test_rules_are_read_from_yaml_and_from_json() -> None:
    wanted = Mapping((Rule(when={"eventType": "DONE"}, set={"eventType": "COMPLETE"}),))
    assert mapping.read(b"rules: [{when: {eventType: DONE}, set: {eventType: COMPLETE}}]") == wanted
    timed = mapping.read(b"rules: [{when: {eventTime: 2026-01-01T10:00:00Z}, set: {eventTime: 2026-01-02}}]")
    assert timed == Mapping((Rule(when={"eventTime": "2026-01-01T10:00:00Z"}, set={"eventTime": "2026-01-02"}),))
    assert mapping.read(b'{"rules": [{"when": {"eventType": "DONE"}, "set": {"eventType": "COMPLETE"}}]}') == wanted


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
_place = st.lists(st.sampled_from(["a", "b", "*", "0"]), min_size=1, max_size=3).map(".".join)


@given(_json, _place, _place, _json)
def test_no_event_is_too_odd_for_a_rule(event: Any, old: str, new: str, value: Any) -> None:
    rules = Mapping((Rule(rename={old: new}, set={new: value}, drop=(old,)),))
    with contextlib.suppress(BadInput):
        json.loads(mapping.apply(rules, json.dumps(event).encode()))
