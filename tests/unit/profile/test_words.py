"""Texts end to end."""

import numpy as np
import pyarrow as pa

from driftline.profile import distinct
from driftline.profile.words import Words, bytes_of


def test_columns_lie_end_to_end_and_each_text_is_found_by_its_place():
    columns = [pa.array(["zz", "é", "", "b"]).slice(1), pa.array(["a"], pa.large_string())]
    found = Words(columns, [np.array([3, 1, 2]), np.array([5])])
    texts = [found.data[start:end].decode() for start, end in zip(found.offsets, found.offsets[1:], strict=False)]
    assert texts == ["é", "", "b", "a"]
    assert (found.spans, found.lengths.tolist(), found.counts.tolist()) == (
        [(0, 3), (3, 4)],
        [2, 0, 1, 1],
        [3, 1, 2, 5],
    )
    assert found.written(found.data).to_pylist() == texts


def test_a_text_has_its_hash_whatever_it_lies_beside():
    together = Words([pa.array(["a", "b"]), pa.array(["ccc"])], [np.array([1, 1]), np.array([1])]).hashes(7)
    alone = [int(distinct.hash_text(*bytes_of(pa.array([text])), 7)[0]) for text in ("a", "b", "ccc")]
    assert together.tolist() == alone


def test_no_column_is_no_text():
    found = Words([], [])
    assert (found.data, found.offsets.tolist(), found.bounds.tolist(), len(found.hashes(0))) == (b"", [0], [0], 0)
