"""The shape of texts, by hand."""

import pyarrow as pa
import pytest

from driftline.profile import build, merge


def shape(*values):
    return build({"c": pa.array(values)}).columns["c"].text


def test_cases_and_digits_are_counted_by_row():
    found = shape("AA", "AA", "bb", "Ab", "12", "1A", "", "-", None)
    assert (found.upper, found.lower, found.mixed, found.digits, found.empty) == (3, 1, 1, 1, 1)


def test_a_pattern_shows_how_keys_are_written():
    found = shape("N14228", "N24211", "N619AA", "n/a")
    assert found.masks.pairs() == {"A99999": 2, "A999AA": 1, "a/a": 1}


def test_lengths_are_in_characters():
    found = shape("Zürich", "日本", "")
    assert (found.length.mean, found.length.minimum, found.length.maximum) == (pytest.approx(8 / 3), 0.0, 6.0)


def test_letters_beyond_ascii_are_marked_per_byte():
    assert shape("é1").masks.pairs() == {"xx9": 1}


def test_long_patterns_share_what_they_begin_with():
    found = shape("a" * 30, "a" * 31, "b" * 5)
    assert found.masks.pairs() == {"a" * 24 + "…": 2, "aaaaa": 1}
    assert found.masks.total == 3


def test_many_patterns_are_classified_as_few_are():
    words = [f"{'A' * (1 + n % 3)}{'a' * (n % 5)}{'7' * (n % 7)}" for n in range(400)]
    found, twice = shape(*words), merge([build({"c": words[:200]}), build({"c": words[200:]})]).columns["c"].text
    mixed = sum(n % 5 > 0 for n in range(400))
    assert (found.mixed, found.upper, found.digits) == (mixed, 400 - mixed, 0)
    assert (twice.mixed, twice.upper) == (found.mixed, found.upper)
    assert found.masks.counts == (4,) * 8  # 105 patterns in 400 rows
    assert found.masks.error == 4


def test_slices_of_longer_arrays_read_their_own_bytes():
    long = pa.array(["zzz", "AB", "12", None, "q"])
    assert build({"c": long.slice(1, 3)}) == build({"c": ["AB", "12", None]})
