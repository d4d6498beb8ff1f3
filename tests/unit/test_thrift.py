"""The compact protocol, with bytes written by hand after its specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline import thrift
from driftline.thrift import Walk


def test_fields_of_a_struct_are_walked_over_in_order() -> None:
    """Field 1: the number 75 (zigzag: 150); 2: "ab"; 3: true; 20, spelt at length: a list of three bytes."""
    data = bytes([0x15, 0x96, 0x01, 0x18, 0x02, 0x61, 0x62, 0x11, 0x09, 0x28, 0x33, 0x01, 0x02, 0x03, 0x00, 0xFF])
    walk = Walk(data)
    found = []
    for field, kind in walk.fields():
        found.append((field, kind))
        walk.over(kind)
    assert found == [(1, 5), (2, thrift.BINARY), (3, thrift.TRUE), (20, thrift.LIST)]
    assert walk.at == len(data) - 1
    walk = Walk(data)
    next(walk.fields())
    assert walk.signed() == 75


def test_texts_lists_and_structs_are_read() -> None:
    assert Walk(b"\x02ab").text() == "ab"
    assert Walk(b"\x2c").list() == (2, thrift.STRUCT)
    assert Walk(b"\xfc\x0f").list() == (15, thrift.STRUCT)  # fifteen and more are spelt behind
    walk = Walk(b"\x15\x02\x00")
    walk.over(thrift.STRUCT)
    assert walk.at == 3


@pytest.mark.parametrize("data", [b"", b"\x18\x7f", b"\x1c" * 40, b"\x1b\x01\x55\x02\x04\x00"])
def test_what_is_cut_short_or_no_footer_is_refused(data: bytes) -> None:
    with pytest.raises((IndexError, ValueError)):
        Walk(data + b"\x15").over(thrift.STRUCT)


@given(st.integers(0, 2**40))
def test_a_number_comes_back(number: int) -> None:
    walk = Walk(thrift.numbered(number))
    assert (walk.number(), walk.at) == (number, len(walk.data))
