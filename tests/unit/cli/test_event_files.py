import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.cli import event_files
from driftline.cli.event_files import events
from driftline.errors import BadInput

ONE, TWO = b'{"a":1}', b'{"b": [2, "x"]}'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(ONE, [ONE], id="one object"),
        pytest.param(b'{\n  "a": 1\n}\n', [b'{\n  "a": 1\n}'], id="one object over several lines"),
        pytest.param(ONE + b"\n" + TWO + b"\n", [ONE, TWO], id="one per line"),
        pytest.param(
            b'{\n "a": 1\n}\n{\n "b": [\n{}\n]}\n' + ONE,
            [b'{\n "a": 1\n}', b'{\n "b": [\n{}\n]}', ONE],
            id="several over several lines",
        ),
        pytest.param(
            b'{"a":\r\n "}{ \\"",\r\n"b":{}}\r\n' + ONE,
            [b'{"a":\r\n "}{ \\"",\r\n"b":{}}', ONE],
            id="brackets in texts",
        ),
        pytest.param(b'{\n "a": NaN\n}\n{\n "b": 01\n}', [b'{\n "a": NaN\n}', b'{\n "b": 01\n}'], id="nearly JSON"),
        pytest.param(ONE + b"\r\n\r\n" + TWO, [ONE, TWO], id="one per line with carriage returns and a gap"),
        pytest.param(b"[" + ONE + b",\n" + TWO + b"]", [ONE, TWO], id="array"),
        pytest.param(b"[" + ONE + b"]\n[" + TWO + b"]\n", [ONE, TWO], id="one array per line"),
        pytest.param(b"\xef\xbb\xbf" + ONE, [ONE], id="byte order mark"),
        pytest.param(b"\xef\xbb\xbf[" + ONE + b"]", [ONE], id="byte order mark before an array"),
        pytest.param(b"", [], id="empty"),
        pytest.param(b"\n  \n", [], id="blank"),
        pytest.param(b"[]", [], id="empty array"),
    ],
)
def test_each_usual_form_gives_its_events(content: bytes, expected: list[bytes]) -> None:
    assert list(events(io.BytesIO(content))) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"not json\nat all\n", [b"not json", b"at all"], id="no JSON"),
        pytest.param(ONE + b"\n{broken\n" + TWO, [ONE, b"{broken", TWO], id="a broken line among good ones"),
        pytest.param(b'{"a":{"b":1}\n' + TWO + b"\n" + ONE, [b'{"a":{"b":1}', TWO, ONE], id="a line that breaks off"),
        pytest.param(b"}\n" + TWO + b"\n]\n" + ONE, [b"}", TWO, b"]", ONE], id="brackets that close nothing"),
        pytest.param(b"{broken\n" + TWO, [b"{broken", TWO], id="a broken first line"),
        pytest.param(b"[" + ONE + b", {", [b"[" + ONE + b", {"], id="an array that breaks off"),
        pytest.param(b"[" + ONE + b', {"a":NaN}, {"b":01}]', [ONE, b'{"a":NaN}', b'{"b":01}'], id="in an array"),
        pytest.param(b'{\n  "a":', [b'{\n  "a":'], id="an object that breaks off"),
    ],
)
def test_what_cannot_be_read_is_passed_on_and_never_vanishes(content: bytes, expected: list[bytes]) -> None:
    assert list(events(io.BytesIO(content))) == expected


values = st.recursive(
    st.integers() | st.text() | st.none(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=5
)
objects = st.lists(st.dictionaries(st.text(), values), max_size=6)


@given(objects)
def test_lines_and_array_hold_the_same_events(found: list[dict[str, object]]) -> None:
    lines = "\n".join(json.dumps(event) for event in found).encode()
    array = json.dumps(found, indent=1).encode()
    from_lines = [json.loads(event) for event in events(io.BytesIO(lines))]
    from_array = [json.loads(event) for event in events(io.BytesIO(array))]
    assert from_lines == from_array == found


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(content: bytes) -> None:
    list(events(io.BytesIO(content)))


def utf_16(text: bytes, order: str) -> bytes:
    return {"le": b"\xff\xfe", "be": b"\xfe\xff"}[order] + text.decode().encode(f"utf-16-{order}")


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("packed", [False, True])
def test_utf_16_with_its_mark_and_gzip_give_the_same_events(order: str, packed: bool) -> None:
    """U+2028 ends a line for people, not in JSON."""
    odd = '{"name": "déjà\u2028vu 𝄞"}'.encode()
    for content, expected in (
        (odd + b"\n" + TWO, [odd, TWO]),
        (b"[" + odd + b",\n" + TWO + b"]", [odd, TWO]),
        (b'{\n  "a": 1\n}\n', [b'{\n  "a": 1\n}']),
        (b"", []),
    ):
        written = utf_16(content, order)
        assert list(events(io.BytesIO(gzip.compress(written) if packed else written))) == expected


def test_gzip_is_known_by_its_first_bytes_whatever_it_holds() -> None:
    for content in (ONE + b"\n" + TWO, b"\xef\xbb\xbf" + ONE + b"\n" + TWO, b"[" + ONE + b",\n" + TWO + b"]"):
        assert list(events(io.BytesIO(gzip.compress(content)))) == [ONE, TWO]
    two_parts = gzip.compress(ONE + b"\n") + gzip.compress(TWO)  # as cat makes them of two files
    assert list(events(io.BytesIO(two_parts))) == [ONE, TWO]


def test_an_array_on_a_line_among_objects_gives_its_events() -> None:
    content = b"\n".join((ONE, b"[" + TWO + b", " + ONE + b"]", b"[]", b"[broken", TWO))
    assert list(events(io.BytesIO(content))) == [ONE, TWO, ONE, b"[broken", TWO]
    assert list(events(io.BytesIO(b"[" + ONE + b"]\n" + TWO))) == [ONE, TWO]
    assert list(events(io.BytesIO(b"{broken\n[" + ONE + b"]"))) == [b"{broken", ONE]


def test_a_damaged_file_gives_the_events_before_the_damage_and_then_an_error() -> None:
    lines = b"\n".join([b'{"a": %d}' % number for number in range(20_000)])
    packed = gzip.compress(lines)
    found: list[bytes] = []
    with pytest.raises(BadInput, match="damaged"):
        found.extend(event for event in events(io.BytesIO(packed[: len(packed) // 2])))
    with pytest.raises(BadInput, match="UTF-16"):
        list(events(io.BytesIO(utf_16(ONE, "le") + b"\x00")))
    with pytest.raises(BadInput, match="damaged"):
        list(events(io.BytesIO(b"\x1f\x8bnothing of the sort")))


def test_the_stream_stays_open() -> None:
    stream = io.BytesIO(gzip.compress(utf_16(ONE, "le")))
    list(events(stream))
    assert not stream.closed


def test_each_event_is_told_with_its_line_or_in_an_array_over_lines_with_its_number() -> None:
    lines = b'\n{"a": 1}\n\n[{"b": 1}, {"c": 1}]\n{\n "d": 1\n}\nnonsense\n{broken\n{"e": 1}\nx'
    assert [*event_files.located(io.BytesIO(lines))] == [
        ("line 2", b'{"a": 1}'),
        ("line 4", b'{"b": 1}'),
        ("line 4", b'{"c": 1}'),
        ("line 5", b'{\n "d": 1\n}'),
        ("line 8", b"nonsense"),
        ("line 9", b"{broken"),
        ("line 10", b'{"e": 1}'),
        ("line 11", b"x"),
    ]
    array = b'[\n {"a": 1},\n {"b": 1}\n]'
    assert [place for place, _ in event_files.located(io.BytesIO(array))] == ["event 1", "event 2"]
