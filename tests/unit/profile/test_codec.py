"""Bytes and back, and what damaged bytes meet."""

import zlib

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.errors import BadInput
from driftline.profile import build, decode, encode, merge, readable


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.lists(st.one_of(st.none(), st.floats()), max_size=300),
    st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=30),
)
def test_a_profile_comes_back_equal(numbers, texts):
    for table in ({"n": pa.array(numbers, pa.float64())}, {"s": pa.array(texts, pa.string())}):
        profile = build(table)
        data = encode(profile)
        assert decode(data) == profile
        assert encode(decode(data)) == data
        assert decode(encode(merge([profile, profile]))) == merge([profile, profile])


def test_a_day_of_twenty_two_columns_takes_less_than_25_kilobytes():
    rng = np.random.default_rng(0)
    table = {f"n{k}": rng.lognormal(size=900) for k in range(14)}
    table |= {f"s{k}": np.array([f"K{v:05}" for v in rng.integers(0, top, 900)])
              for k, top in enumerate((3, 10, 30, 100, 300, 1000, 2000, 3000))}  # fmt: skip
    assert len(encode(build(table))) < 25_000


def test_other_forms_and_damaged_bytes_are_refused():
    data = encode(build({"a": [1.0, 2.0]}))
    body = msgspec.msgpack.encode(["rows"])
    for bad in (b"", b"dlp", b"dlp2" + data[4:], data[:-3], b"dlp1" + b"junk", b"dlp1" + zlib.compress(body)):
        with pytest.raises(BadInput):
            decode(bad)


def test_a_bomb_is_not_inflated():
    with pytest.raises(BadInput, match="64 MB"):
        decode(b"dlp1" + zlib.compress(bytes(1 << 27)))


def test_views_of_bytes_are_read():
    profile = build({"a": [1.0, 2.0]})
    assert decode(memoryview(bytearray(encode(profile)))) == profile


def test_what_cannot_be_read_is_none_where_nobody_can_mend_it() -> None:
    whole = encode(build({"x": [1, 2, 3]}))
    assert readable(whole) == decode(whole)
    assert [readable(data) for data in (None, b"", b"dlp1", b"dlp1AAAA", b"dlp2" + whole[4:], whole[:-3])] == [None] * 6
