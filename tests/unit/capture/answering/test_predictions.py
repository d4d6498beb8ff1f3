"""What a model was given and has predicted becomes answers. Expected values by hand."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse

import driftline
from driftline.capture.answering import predictions
from driftline.capture.ground import fault
from driftline.config import Settings
from driftline.event.answer import Source
from driftline.event.lineage import Dataset, Version
from driftline.testing import MemorySink

SOURCE = Source("model", Version(Dataset("file", "m"), "1"))
MOMENT = 1_700_000_000_000_000  # microseconds


def test_each_row_is_an_answer_and_the_first_has_the_id_that_was_given_away() -> None:
    given = (predictions.BLOCK, np.array([[1.0, 2.0], [3.0, 4.0]]).tobytes(), np.dtype("float64"), (2, 2))
    found = predictions.made(Settings(), "an-id", "", MOMENT, "desk", SOURCE, given, [0.5, "spam"])
    assert [(one.score, one.decision) for one in found] == [(0.5, ""), (None, "spam")]
    assert [one.features for one in found] == [{"x0": 1.0, "x1": 2.0}, {"x0": 3.0, "x1": 4.0}]
    assert found[0].id == "an-id" != found[1].id
    assert {(one.endpoint, one.time_us, one.sources) for one in found} == {("desk", MOMENT, (SOURCE,))}


@pytest.mark.parametrize(
    ("given", "features"),
    [
        (None, {}),
        ({"a": 1}, {"a": 1}),
        (pd.DataFrame({"a": [1], "b": ["x"]}), {"a": 1, "b": "x"}),
        (sparse.csr_matrix([[0.0, 0.0, 2.5]]), {"x2": 2.5}),
        ([(1, 2)], {"x0": 1, "x1": 2}),
        (pl.DataFrame({"a": [1], "b": ["x"]}), {"a": 1, "b": "x"}),
        (pa.table({"a": [1], "b": ["x"]}), {"a": 1, "b": "x"}),
        (object(), {}),  # which has no rows; the answer is kept
    ],
)
def test_features_are_read_by_name_or_place(given: object, features: dict[str, object]) -> None:
    (answer,) = predictions.made(Settings(), "an-id", "", MOMENT, "desk", SOURCE, given, 1)
    assert (answer.features, answer.score) == (features, 1.0)


@pytest.mark.parametrize(
    "result",
    [
        [0.25, 0.75],
        (0.25, 0.75),
        np.array([0.25, 0.75]),
        pd.Series([0.25, 0.75]),
        pd.DataFrame({"no": [0.75, 0.25], "yes": [0.25, 0.75]}),
        pl.Series([0.25, 0.75]),
        pl.DataFrame({"no": [0.75, 0.25], "yes": [0.25, 0.75]}),
        pa.array([0.25, 0.75]),
        pa.chunked_array([[0.25], [0.75]]),
        pa.table({"no": [0.75, 0.25], "yes": [0.25, 0.75]}),
    ],
)
def test_a_result_of_any_library_has_one_value_per_row(result: Any) -> None:
    assert predictions.values_of(result) == [0.25, 0.75]


def test_a_prediction_is_a_number_a_word_or_a_label_with_its_score() -> None:
    def outcome(*values: Any) -> list[tuple[float | None, str]]:
        found = predictions.made(Settings(), "an-id", "", MOMENT, "desk", SOURCE, None, [*values])
        return [(one.score, one.decision) for one in found]

    assert outcome(np.int64(3), "spam", None) == [(3.0, ""), (None, "spam"), (None, "")]
    assert outcome({"label": "spam", "score": 0.9}) == [(0.9, "spam")]  # as pipelines of transformers answer
    assert outcome({"a": 1}) == [(None, "{'a': 1}")]


def test_a_table_of_probabilities_gives_that_of_the_last_class() -> None:
    assert predictions.values_of(np.array([[0.25, 0.75], [1.0, 0.0]])) == [0.75, 0.0]
    assert predictions.values_of(7) == [7]
    assert [predictions.score_of(one) for one in (0.5, True, "spam", float("nan"))] == [0.5, 1.0, None, None]


def test_inside_an_answer_no_list_is_made_of_many_predictions(sink: MemorySink) -> None:
    class Many:
        shape = (1_000_000,)

        def tolist(self) -> list[float]:
            raise AssertionError("a list was made")

    with driftline.answer("desk") as answer:
        driftline.serve(lambda rows: Many(), name="m")([])
    assert answer.draft.score is None
    assert not fault.counts()
