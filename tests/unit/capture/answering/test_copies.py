"""What a model was given and returned is kept as it was at that moment. Expected values by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from driftline.capture.answering import copies
from driftline.capture.answering.copies import Given
from driftline.capture.answering.predictions import BLOCK


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ("Where is it?", 1),
        (["a", "b"], 2),
        ([], 0),
        ([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "When?"}], 1),
        ([{"delay": 1.0}, {"delay": 2.0}], 2),
        ({"delay": [1, 2]}, 1),
        (np.zeros((3, 2)), 3),
        (np.float64(1.0), 1),
        (pd.DataFrame({"a": [1, 2]}), 2),
        (sparse.csr_matrix(np.eye(4)), 4),
        (None, 1),
    ],
)
def test_an_input_is_of_as_many_rows_as_are_answered(given: Any, rows: int) -> None:
    assert copies.rows_of(given) == rows


def test_what_is_changed_after_the_call_is_not_in_the_copy() -> None:
    array, table, row = np.array([[1.0], [2.0]]), pd.DataFrame({"a": [1, 2]}), {"delay": 1.0}
    kept = [Given(array), Given(table), Given(row)]
    array[:], row["delay"] = 9.0, 9.0
    table.loc[0, "a"] = 9
    (mark, held, kind, shape), frame, values = (one.of(one.rows) for one in kept)
    assert mark is BLOCK
    assert np.frombuffer(held, kind).reshape(shape).tolist() == [[1.0], [2.0]]
    assert frame["a"].tolist() == [1, 2]
    assert values == {"delay": 1.0}


def test_an_input_of_another_number_of_rows_has_no_features_of_the_answers() -> None:
    assert Given([[1.0], [2.0]]).of(1) is None
    assert copies.copied([[1.0], [2.0]], 1) is None
    assert Given([[1.0], [2.0]]).of(2) == [(1.0,), (2.0,)]


class Deferred:
    """A table that counts its rows by working everything out, as those of Dask and Spark do."""

    columns = ("a", "b")
    iloc = None

    def __len__(self) -> int:
        raise AssertionError

    @property
    def shape(self) -> tuple[int, int]:
        raise AssertionError

    def compute(self) -> None:
        """Work out all of it."""


def test_a_table_that_is_yet_to_be_worked_out_is_not_asked() -> None:
    assert copies.copied(Deferred(), 3) is None
    assert Given(Deferred()).of(1) is None


def test_of_a_wide_result_only_what_is_recorded_is_copied() -> None:
    wide = np.arange(6000.0).reshape(2, 3000)
    assert copies.result_of(wide)[1:] == (np.array([2999.0, 5999.0]).tobytes(), wide.dtype, (2, 1))
    image = np.zeros((1, 40, 60, 70, 80), np.int8)
    assert copies.last(image).shape == (1, 1, 50, 50, 50)
    assert copies.last([1, 2]) == [1, 2]
    for narrow in (np.zeros((3, 0)), np.zeros(3), np.array(1.0)):
        assert copies.last(narrow).shape == narrow.shape


def test_a_large_sparse_matrix_is_not_put_in_another_order(monkeypatch: pytest.MonkeyPatch) -> None:
    by_rows, by_columns = sparse.csr_matrix(np.eye(4)), sparse.csc_matrix(np.eye(4))
    assert copies.copied(by_columns, 4).toarray().tolist() == np.eye(4).tolist()
    monkeypatch.setattr(copies, "_CELLS", 3)
    assert copies.copied(by_columns, 4) is None
    assert copies.copied(by_rows, 4) is not None


def test_of_a_result_the_first_rows_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "ROWS", 2)
    result = [1.0, 2.0, 3.0]
    copy = copies.result_of(result)
    result[0] = 9.0
    assert copy == [1.0, 2.0]
