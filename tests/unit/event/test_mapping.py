"""Rules that mend events; what is expected was written by hand."""

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
    for raw in (b'{ "a" : 1 }', b"no json", b"[1]", b"7"):
        assert mapping.apply(rules, raw) is raw


@pytest.mark.parametrize("text", [b"rules: [{st: {}}]", b"rules: 7", b"a: [", b"{"])
def test_rules_that_are_none_are_told(text: bytes) -> None:
    with pytest.raises(BadInput, match="mapping"):
        mapping.read(text)


def test_rules_are_read_from_yaml_and_from_json() -> None:
    wanted = Mapping((Rule(when={"eventType": "DONE"}, set={"eventType": "COMPLETE"}),))
    assert mapping.read(b"rules: [{when: {eventType: DONE}, set: {eventType: COMPLETE}}]") == wanted
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
    json.loads(mapping.apply(rules, json.dumps(event).encode()))
