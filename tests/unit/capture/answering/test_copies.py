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


def test_of_a_result_the_first_rows_are_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "ROWS", 2)
    result = [1.0, 2.0, 3.0]
    copy = copies.result_of(result)
    result[0] = 9.0
    assert copy == [1.0, 2.0]
