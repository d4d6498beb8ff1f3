import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.cli.event_files import events

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
