"""Columns of texts measured together, by hand."""

import numpy as np
import pyarrow as pa

from driftline.profile import texts
from driftline.profile.numbers import Counted
from driftline.profile.words import Words


def test_texts_are_listed_by_how_often_they_are_there_then_in_order():
    found = Words([pa.array(["b", "a", "c"]), pa.array(["é"])], [np.array([1, 1, 4]), np.array([2])])
    first, second = texts.measured([Counted("text", 9, 3), Counted("text", 2, 0)], found, 0)
    assert list(first.frequent.pairs().items()) == [("c", 4), ("a", 1), ("b", 1)]
    assert (first.rows, first.nulls, first.distinct.exact, first.text.lower) == (9, 3, 3, 6)
    assert (second.frequent.pairs(), second.text.length.mean) == ({"é": 2}, 1.0)


def test_byte_strings_are_listed_in_hexadecimal_and_long_ones_by_a_hash():
    long = [b"\1" * 41, b"\1" * 42]
    (found,) = texts.measured([Counted("other", 4, 0)], Words([pa.array([b"\0\xff", *long])], [np.array([2, 1, 1])]), 0)
    short, *others = found.frequent.values
    assert short == "00ff"
    assert len({*others}) == 2
    assert all(name.startswith("01" * 30 + "…") for name in others)
    assert (found.text.length.maximum, found.text.masks.values) == (42.0, ())
