"""Short texts counted as numbers, against counting them one by one in Python."""

import itertools
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline import profile
from driftline.profile import short_texts
from driftline.profile.gathered import Room

SHORT = st.one_of(st.none(), st.binary(max_size=7))


@given(st.lists(st.lists(SHORT, max_size=12), max_size=4), st.integers(0, 3), st.booleans())
def test_all_short_byte_strings_are_counted_whatever_chunks_and_offsets_they_lie_in(
    parts: list[list[bytes | None]], skipped: int, large: bool
) -> None:
    kind = pa.large_binary() if large else pa.binary()
    whole = pa.chunked_array([pa.array(part, kind).slice(skipped) for part in parts], kind)
    expected = Counter(value for part in parts for value in part[skipped:] if value is not None)
    found = short_texts.counted(whole, Room())
    if not expected:
        assert found is None
        return
    assert found is not None
    values, counts = found
    values.validate(full=True)
    assert dict(zip(values.to_pylist(), counts.tolist(), strict=True)) == expected


@pytest.mark.parametrize("length", range(1, 8))
def test_texts_of_one_length_are_counted_as_others_are(length: int) -> None:
    texts = ["".join(chars) for chars in itertools.product("a\0~", repeat=length)][:90] * 2
    whole = pa.array(["before", *texts, "behind"]).slice(1, len(texts))
    for form in (whole, pa.chunked_array([whole.slice(0, 5), whole.slice(5)])):
        found = short_texts.counted(form, Room())
        assert found is not None
        assert dict(zip(found[0].to_pylist(), found[1].tolist(), strict=True)) == Counter(texts)


def test_a_byte_of_zero_is_part_of_a_text() -> None:
    found = short_texts.counted(pa.array(["a", "\0a", "a\0", "", "\0", None, "a"]), Room())
    assert found is not None
    assert dict(zip(found[0].to_pylist(), found[1].tolist(), strict=True)) == {
        "a": 2, "\0a": 1, "a\0": 1, "": 1, "\0": 1,
    }  # fmt: skip
    assert found[0].type == pa.string()


@pytest.mark.parametrize("values", [["a", "12345678"], [None, None], []])
def test_long_texts_and_no_texts_are_left_to_others(values: list[str | None]) -> None:
    assert short_texts.counted(pa.array(values, pa.string()), Room()) is None


def test_texts_beyond_ascii_are_as_long_as_their_bytes() -> None:
    texts = ["ü" * 3, "ü" * 4, "é"]
    assert short_texts.counted(pa.array(texts), Room()) is None
    found = short_texts.counted(pa.array(np.repeat(texts[::2], 3)), Room())
    assert found is not None
    assert sorted(found[0].to_pylist()) == sorted(texts[::2])


def test_a_long_column_has_the_profile_that_its_places_among_its_different_values_have() -> None:
    rng = np.random.default_rng(2)
    words = np.array(["", "a", "B6", "N14228", "é", "x y", *[f"k{n}" for n in range(900)]])
    cells = pa.array(rng.choice(words, 140_000), mask=rng.random(140_000) < 0.1)
    assert profile.build(pa.table({"a": cells})) == profile.build(pa.table({"a": cells.dictionary_encode()}))
