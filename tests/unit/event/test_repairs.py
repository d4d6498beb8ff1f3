"""Mending by hand-made cases; that no bytes raise is tested with ``openlineage``."""

import json
import time

import pytest

from driftline.event import repairs


def test_what_needs_no_mending_comes_back_as_the_same_object() -> None:
    raw = b'{"eventTime": "x",  "run": {"runId": "r", "facets": {"f": {"none": null}}}, "inputs": [ {"name": "a"} ]}'
    assert repairs.mend(raw) == (raw, {})
    assert repairs.mend(raw)[0] is raw


def test_bytes_beyond_mending_come_back_as_they_are() -> None:
    for raw in (b"", b"[]", b'{"a"', b"NaN", b'{"run": ' * 50_000, b'{"inputs": {"a": null}, "run": 5}'):
        assert repairs.mend(raw) == (raw if raw != b"NaN" else b"null", repairs.mend(raw)[1])


def test_places_count_the_members_that_stay() -> None:
    raw = json.dumps({"inputs": [None, {"name": "a", "facets": {"x": None}}, None]}).encode()
    mended, done = repairs.mend(raw)
    assert json.loads(mended) == {"inputs": [{"name": "a", "facets": {}}]}
    assert done == {"inputs[0]": "null, left out", "inputs[0].x": "null, left out", "inputs[2]": "null, left out"}


def test_of_an_old_name_and_a_new_one_the_new_one_stands() -> None:
    mended, done = repairs.mend(b'{"run":{"facets":{"parentRun":{"a":1},"parent":{"b":2}}}}')
    assert json.loads(mended) == {"run": {"facets": {"parent": {"b": 2}}}}
    assert done == {"run.parentRun": "left out, because parent is there"}


def test_words_inside_texts_are_left_alone_when_numbers_are_mended() -> None:
    raw = b'{"job":{"name":"NaN \\" Infinity","x":[NaN,-Infinity,Infinity]}}'
    assert json.loads(repairs.mend(raw)[0]) == {"job": {"name": 'NaN " Infinity', "x": [None, None, None]}}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("2026-01-01T10:00:00Z", ""),
        ("2026-01-01T10:00:00.123456+02:00", ""),
        ("2026-01-01T10:00Z[UTC]", ""),
        ("2026-01-01T10:00:00-05", ""),
        ("2026-01-01T10:00:00.1234567Z", "cut to microseconds"),
        ("2026-01-01 10:00:00", "no zone, read as UTC; a space read as T"),
        ("2026-01-01", "no time of day, read as midnight"),
        ("2016-12-31T23:59:60Z", "a leap second read as the second after it"),
    ],
)
def test_what_was_assumed_of_a_time_is_told(text: str, note: str) -> None:
    assert repairs.time_note(text) == note


def test_a_key_that_comes_twice_is_found_at_any_depth() -> None:
    assert repairs.repeated(b'{"a":1,"b":{"c":[{"d":1,"d":1}]}}') == {
        "$": "more than once in one object, the last counts: d"
    }
    assert repairs.repeated(b'{"a":1,"b":{"a":1}}') == {}
    assert repairs.repeated(b'{"a":1' + b"0" * 5_000 + b"}") == {}
    assert repairs.repeated(b"no json") == {}


TWICE = b"{" + b",".join(b'"%d":0' % (number // 2) for number in range(200_000)) + b"}"


@pytest.mark.parametrize("raw", [b'"\\' * 200_000 + b"NaN", b'NaN"' * 200_000, b'{"a":"' + b"NaN" * 200_000, TWICE])
def test_mending_takes_time_in_proportion(raw: bytes) -> None:
    begun = time.process_time()
    repairs.mend(raw)
    repairs.repeated(raw)
    assert time.process_time() - begun < 2  # a second look at each byte would take hours
