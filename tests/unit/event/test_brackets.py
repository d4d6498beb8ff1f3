"""How deep texts nest and where the members of arrays are; expected values were written by hand."""

import json
import time

import pytest

from driftline.event import brackets
from driftline.event.brackets import DEEPEST


@pytest.mark.parametrize("pair", [b"[]", b"{}"])
def test_a_text_is_too_deep_beyond_the_limit_and_not_at_it(pair: bytes) -> None:
    for depth, deep in ((DEEPEST, False), (DEEPEST + 1, True)):
        assert brackets.too_deep(pair[:1] * depth + pair[1:] * depth) is deep
        assert brackets.too_deep(b"[{},{}]" * 400 + pair[:1] * depth + pair[1:] * depth) is deep


def test_brackets_side_by_side_and_in_texts_do_not_count() -> None:
    assert not brackets.too_deep(b"[" + b"{}," * 10_000 + b"{}]")
    assert not brackets.too_deep(json.dumps({"query": "[" * 10_000 + '\\"{' * 10_000}).encode())


def test_the_deepest_text_of_twenty_five_megabytes_is_told_in_seconds() -> None:
    started = time.monotonic()
    assert brackets.too_deep(b"[" * 25_000_000)
    assert time.monotonic() - started < 10  # it is about one on one slow core


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"[]", []),
        (b' [ {"a": 1} , 2 ] ', [b'{"a": 1}', b"2"]),
        (b'\xef\xbb\xbf[{"a":1}]', [b'{"a":1}']),
        (b'[{"a":NaN},{"b":1}]', [b'{"a":NaN}', b'{"b":1}']),
        (b'[{"a":"],[\\"}"},{"b":01}]', [b'{"a":"],[\\"}"}', b'{"b":01}']),
        (b'[{"a":"\\ud800"},[1,[2]]]', [b'{"a":"\\ud800"}', b"[1,[2]]"]),
        (b"[oops, {}]", [b"oops", b"{}"]),
    ],
)
def test_members_come_as_they_stand_readable_or_not(text: bytes, wanted: list[bytes]) -> None:
    assert brackets.members(text) == wanted


def test_a_member_that_nests_too_deep_harms_none_of_the_others() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert brackets.members(b"[1," + deep + b",2]") == [b"1", deep, b"2"]


@pytest.mark.parametrize(
    "text",
    [b"", b"null", b"{}", b'{"events":[]}', b"[1", b"[1,]", b"[,1]", b"[1}", b"[1]]", b'["a]', b"[1] [2]", b"1,2"],
)
def test_what_is_no_array_has_no_members(text: bytes) -> None:
    assert brackets.members(text) is None


@pytest.mark.parametrize("size", range(65_530, 65_545))
def test_texts_that_go_on_from_one_piece_to_the_next_hide_their_brackets(size: int) -> None:
    text = json.dumps({"a": "x" * size + '\\"[{' * 600, "b": "[" * 600})
    assert not brackets.too_deep(text.encode())
    assert brackets.too_deep((text[:-1] + ',"c":' + "[" * DEEPEST + "]" * DEEPEST + "}").encode())
    assert not brackets.too_deep((text[:-1] + ',"c":' + "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1) + "}").encode())


def test_what_closes_again_before_it_opens_does_not_add_up() -> None:
    assert not brackets.too_deep(b"[" + b'{"a":[1,{"b":"]}"}]},' * 20_000 + b"0]")


@pytest.mark.parametrize(
    ("line", "more"),
    [(b"{", 1), (b'{"a":[{', 3), (b"]}", -2), (b'"a": "}{[\\"}", {', 1), (b'"\\\\", {}', 0), (b"", 0), (b"no json", 0)],
)
def test_a_line_opens_more_than_it_closes_outside_of_texts(line: bytes, more: int) -> None:
    assert brackets.open_after(line) == more
