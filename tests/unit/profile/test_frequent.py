"""Frequent values against full counts (collections.Counter)."""

import itertools
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import frequent
from driftline.profile.frequent import Cap, Frequent

SMALL = Cap(6, 4)


def of(words, cap=SMALL):
    names, counts = np.unique(np.array(words, dtype=str), return_counts=True)
    chosen = frequent.leading(counts, None, cap)
    return frequent.listed(names[chosen].tolist(), counts.astype(np.int64), chosen)


def test_few_values_are_listed_whole_most_frequent_first():
    assert of(list("banana")) == Frequent(("a", "n", "b"), (3, 2, 1), 0, 0)
    assert of(list("banana")).top_share == 0.5


def test_of_many_values_those_that_occur_once_are_not_listed():
    found = of(list("aaabbcdefgh"))
    assert found == Frequent(("a", "b"), (3, 2), 6, 1)
    assert not found.complete
    assert found.total == 11


def test_the_cut_among_equals_is_decided_by_the_tie_key():
    counts = np.array([2, 2, 2, 2, 2, 2, 2])
    assert sorted(frequent.leading(counts, np.array([6, 5, 4, 3, 2, 1, 0]), SMALL).tolist()) == [3, 4, 5, 6]
    assert frequent.leading(counts, None, SMALL).tolist() == [0, 1, 2, 3]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=30), min_size=1, max_size=5))
def test_merged_counts_are_bounds_in_every_order_and_exact_while_all_is_listed(parts):
    truth = Counter(itertools.chain(*parts))
    found = frequent.combine([of(part) for part in parts], SMALL)
    assert found == frequent.combine([of(part) for part in reversed(parts)], SMALL)
    assert found.total == truth.total()
    listed = found.pairs()
    for word in "abcdefghij":
        assert listed.get(word, 0) <= truth[word] <= listed.get(word, 0) + found.error
    if found.complete:
        assert listed == dict(truth)
    nested = frequent.combine([frequent.combine([of(part) for part in parts[:2]], SMALL), *map(of, parts[2:])], SMALL)
    assert all(
        nested.pairs().get(word, 0) <= truth[word] <= nested.pairs().get(word, 0) + nested.error for word in truth
    )
    if len(truth) <= SMALL.whole:
        assert found == nested == of(list(itertools.chain(*parts)))
