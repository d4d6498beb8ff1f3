"""Distinct counts against numpy's unique; the stated standard error of HyperLogLog (4.6 %) with fixed seeds."""

import itertools

import numpy as np
import pytest

from driftline.profile import distinct, levels


def numbers(values, seed=0):
    return distinct.of_levels(levels.of_sorted(np.sort(np.asarray(values))), seed)[0]


def texts(words, seed=0):
    found = sorted(set(words))
    raw = [word.encode() for word in found]
    offsets = np.concatenate(([0], np.cumsum([len(word) for word in raw], dtype=np.int64)))
    return distinct.of_texts(distinct.hash_text(b"".join(raw), offsets, seed), np.array([0, len(raw)]))[0]


@pytest.mark.parametrize("count", [10, 100, 500, 1_000, 1_500, 2_500, 10_000, 200_000])
def test_the_estimate_is_unbiased_and_as_precise_as_the_theory_says(count):
    errors = []
    for seed in range(30):
        parts = np.array_split(np.arange(count) * 1.5, 3)
        errors.append(distinct.combine([numbers(part, seed) for part in parts]).count() / count - 1)
    assert abs(np.mean(errors)) < 3 * 0.046 / np.sqrt(30)  # three standard errors of the mean
    assert np.sqrt(np.mean(np.square(errors))) < 0.046 * 1.4


def test_one_batch_is_counted_exactly_and_so_are_few_texts_after_a_merge():
    assert numbers(np.arange(12_345)).count() == 12_345
    merged = distinct.combine([texts("abc"), texts("bcd"), texts("d")])
    assert merged.count() == 4
    assert distinct.combine([texts(map(str, range(200))), texts(map(str, range(200, 300)))]).exact is None


def test_merging_is_commutative_and_associative_and_loses_nothing():
    words = [str(number) for number in range(900)]
    parts = [texts(words[:400]), texts(words[300:700]), texts(words[600:])]
    found = {distinct.combine(order) for order in itertools.permutations(parts)}
    found.add(distinct.combine([distinct.combine(parts[:2]), parts[2]]))
    found.add(distinct.combine([parts[0], distinct.combine(parts[1:])]))
    whole = texts(words)
    assert found == {distinct.Distinct(whole.registers, None, whole.sample)}


def test_the_same_value_hashes_alike_in_every_type():
    values = [0, 1, -5, 2**40]
    found = [distinct.hash_numbers(np.array(values, dtype), 3).tolist() for dtype in ("i8", "f8")]
    assert found[0] == found[1]
    assert distinct.hash_numbers(np.array([0.0, -0.0]), 0).tolist()[0] == distinct.hash_numbers(np.array([-0.0]), 0)[0]


def test_integers_that_no_double_tells_apart_are_told_apart():
    near = np.array([2**62, 2**62 + 1, 2**62 + 2])
    assert len(set(distinct.hash_numbers(near, 0).tolist())) == 3


def test_the_seed_turns_the_hashes():
    assert numbers(range(50), 1).registers != numbers(range(50), 2).registers
    assert texts("abc", 1).sample != texts("abc", 2).sample


def test_texts_that_differ_in_one_byte_or_by_a_zero_byte_hash_apart():
    words = ["", "\0", "\0\0", "a", "a\0", "\0a", "ab", "ba", "é", "e", "x" * 5_000, "x" * 4_999 + "y"]
    assert texts(words).count() == len(words)
    assert len(texts(words).sample) == 4 * len(words)


def test_long_texts_between_short_ones_hash_as_they_do_alone():
    words = ["a", "b" * 5_000, "c", "d" * 4_096, "e" * 4_097, ""]
    assert texts(words) == distinct.combine([texts([word]) for word in words])


def test_blocks_of_text_hash_as_one_text_would(monkeypatch):
    words = [f"{number:x}" * (number % 7) for number in range(500)]
    whole = texts(words)
    monkeypatch.setattr(distinct, "_BLOCK", 16)
    assert texts(words) == whole


def test_containment_is_exact_for_few_texts_and_near_for_many():
    few = texts(map(str, range(100)))
    assert few.contained_in(texts(map(str, range(25, 200)))) == 0.75
    many = texts(map(str, range(20_000)))
    assert many.contained_in(texts(map(str, range(5_000, 25_000)))) == pytest.approx(0.75, abs=4 * 0.03)
    assert many.contained_in(many) == 1.0
    assert many.contained_in(texts(f"x{number}" for number in range(20_000))) == 0.0


def test_nothing_counted_is_not_zero():
    assert np.isnan(distinct.UNKNOWN.count())
    assert np.isnan(distinct.combine([distinct.UNKNOWN, texts("ab")]).count())
    assert distinct.EMPTY.count() == 0
