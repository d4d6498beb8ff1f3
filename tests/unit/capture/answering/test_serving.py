"""A served model is the model itself, and its predictions are answers. Expected values by hand."""

import inspect
import math
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xxhash
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, SGDClassifier

import driftline
from driftline.capture.answering import copies
from driftline.capture.ground import fault
from driftline.capture.tables import measure
from driftline.event.lineage import Dataset, Version
from driftline.testing import MemorySink

ROWS = pd.DataFrame({"delay": [10.0, 200.0, 30.0, 250.0], "distance": [1, 2, 3, 4]})


@pytest.fixture
def model() -> LogisticRegression:
    return LogisticRegression().fit(ROWS, [0, 1, 0, 1])


def test_predictions_are_one_answer_per_row_with_model_score_and_features(
    sink: MemorySink, model: LogisticRegression
) -> None:
    served = driftline.serve(model, name="eligibility", endpoint="desk")
    assert served.predict(ROWS).tolist() == [0, 1, 0, 1]
    driftline.flush()
    assert [answer.score for answer in sink.recorded] == [0.0, 1.0, 0.0, 1.0]
    first = sink.recorded[0]
    assert (first.endpoint, first.features) == ("desk", {"delay": 10.0, "distance": 1.0})
    version = Version(Dataset("file", "eligibility"), measure.of_object(model)[0])
    assert [(source.role, source.version) for source in first.sources] == [("model", version)]


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_a_sparse_matrix_as_texts_become_is_kept_by_the_values_that_are_there(sink: MemorySink, form: str) -> None:
    texts = sparse.random_array((4, 200), density=0.5, rng=np.random.default_rng(0)).toarray()
    texts[1] = 0.0
    texts[1, 7], texts[1, 150] = 0.5, 0.25
    model = LogisticRegression().fit(texts, ["ham", "spam", "ham", "spam"])
    served = driftline.serve(model, name="spam")
    expected = model.predict(texts).tolist()
    assert served.predict(sparse.coo_array(texts).asformat(form)).tolist() == expected
    assert served.predict(sparse.csr_matrix(texts[1:2])).tolist() == [expected[1]]
    driftline.flush()
    assert [answer.decision for answer in sink.recorded] == [*expected, expected[1]]
    assert sink.recorded[1].features == sink.recorded[4].features == {"x7": 0.5, "x150": 0.25}
    assert len(sink.recorded[0].features or {}) == 50
    assert "failed:serving" not in driftline.capture.sending.client.status()


def test_inside_an_answer_the_model_and_its_score_are_part_of_that_answer(
    sink: MemorySink, model: LogisticRegression
) -> None:
    served = driftline.serve(model, name="eligibility", version="7")
    with driftline.answer("desk") as answer:
        chance = served.predict_proba(ROWS[1:2])
        answer.decide("refund")
    driftline.flush()
    (made,) = sink.recorded
    assert made.score == chance[0][1]
    assert made.sources[0].version == Version(Dataset("file", "eligibility"), "7")


def test_everything_else_is_the_model(sink: MemorySink, model: LogisticRegression) -> None:
    served = driftline.serve(model, name="eligibility")
    assert isinstance(served, LogisticRegression)
    assert served.__class__ is LogisticRegression
    assert served.coef_ is model.coef_
    assert repr(served) == repr(model)
    assert served.get_params() == model.get_params()
    assert dir(served) == dir(model)
    assert hash(served) == hash(model)
    served.note = 1
    assert model.note == 1
    assert clone(served).get_params() == model.get_params()
    with pytest.raises(AttributeError):
        _ = served.nothing


def test_a_callable_is_served_too(sink: MemorySink) -> None:
    class Scorer:
        def __call__(self, row: dict[str, float]) -> float:
            return row["delay"] / 60

        def __len__(self) -> int:
            return 3

    served = driftline.serve(Scorer(), name="scorer", version="1")
    assert served({"delay": 180.0}) == 3.0
    assert len(served) == 3
    driftline.flush()
    (answer,) = sink.recorded
    assert (answer.score, answer.features) == (3.0, {"delay": 180.0})


def test_the_model_is_called_once_and_its_error_comes_out(sink: MemorySink) -> None:
    class Broken:
        calls = 0

        def predict(self, rows: Any) -> Any:
            self.calls += 1
            raise LookupError("no such route")

    model = Broken()
    with pytest.raises(LookupError, match="no such route"):
        driftline.serve(model, name="broken").predict(1)
    assert model.calls == 1


def test_a_result_that_cannot_be_recorded_still_comes_out(sink: MemorySink) -> None:
    class Odd:
        @property
        def tolist(self) -> Any:
            raise RuntimeError("on purpose")

    class Model:
        def predict(self, rows: Any) -> Odd:
            return result

    result = Odd()
    served = driftline.serve(Model(), name="odd", version="1")
    for _ in range(5):
        assert served.predict(1) is result
        driftline.flush()  # what is recorded of it is read on the sender's thread
    assert fault.counts() == {"serving": 3}


def test_of_a_huge_batch_some_are_recorded_and_the_rest_is_counted(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Model:
        def predict(self, rows: list[int]) -> list[int]:
            return rows

    monkeypatch.setattr(copies, "ROWS", 3)
    driftline.serve(Model(), name="m", version="1").predict(list(range(10)))
    driftline.flush()
    assert len(sink.recorded) == 3
    assert fault.counts() == {"unrecorded rows": 7}


def test_a_model_that_was_loaded_is_served_as_the_version_of_its_file(
    watched: MemorySink, model: LogisticRegression
) -> None:
    """The file is written in one run and served, as a program that serves does, outside of any."""
    with driftline.run("train") as run:
        joblib.dump(model, "model.joblib")
    (trained,) = run.outputs
    served = driftline.serve(joblib.load("model.joblib"), name="eligibility")
    served.predict(ROWS[:1])
    saved = driftline.serve(model, name="eligibility")
    saved.predict(ROWS[:1])
    driftline.flush()
    expected = Version(Dataset("file", "model.joblib"), trained.version)
    assert [answer.sources[0].version for answer in watched.recorded] == [expected, expected]
    assert {answer.endpoint for answer in watched.recorded} == {"eligibility"}
    deployed = [event for event in watched.decoded() if event.job and event.job.name == "deploy eligibility"]
    assert [part.name for part in deployed[0].outputs] == ["deployments/eligibility"]


def test_a_model_that_is_fitted_again_is_not_that_of_the_file_any_more(
    watched: MemorySink, model: LogisticRegression
) -> None:
    with driftline.run("train"):
        joblib.dump(model, "model.joblib")
    model.fit(ROWS, [1, 0, 1, 0])
    driftline.serve(model, name="eligibility").predict(ROWS[:1])
    driftline.flush()
    assert watched.recorded[0].sources[0].version.dataset.name == "eligibility"


def test_a_model_may_be_named_by_its_file(
    sink: MemorySink, model: LogisticRegression, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without ``watch`` nothing is known of how it was loaded."""
    monkeypatch.chdir(tmp_path)
    joblib.dump(model, "model.joblib")
    driftline.serve(joblib.load("model.joblib"), name="model.joblib", endpoint="desk").predict(ROWS[:1])
    driftline.flush()
    version = f"xxh3:{xxhash.xxh3_64_hexdigest((tmp_path / 'model.joblib').read_bytes())}"
    assert sink.recorded[0].sources[0].version == Version(Dataset("file", "model.joblib"), version)


def test_predictions_that_are_odd_are_answers_like_others(sink: MemorySink) -> None:
    class Odd:
        def predict(self, rows: list[Any]) -> list[Any]:
            return rows

    class Unshown:
        def __str__(self) -> str:
            raise RuntimeError("not to be shown")

    given = [10**400, Unshown(), math.nan, 0.5, None]
    assert driftline.serve(Odd(), "odd", version="1").predict(given) is given
    driftline.flush()
    assert [answer.score for answer in sink.recorded] == [None, None, None, 0.5, None]
    assert [answer.decision for answer in sink.recorded] == ["1" + "0" * 99, "", "nan", "", ""]


def test_a_result_that_does_not_know_its_rows_yet_is_counted_and_switches_nothing_off(sink: MemorySink) -> None:
    class Deferred:
        shape = (float("nan"), 2)

    for _ in range(4):
        driftline.serve(lambda rows: Deferred(), name="m")([[1.0]])
    driftline.serve(lambda rows: [0.5], name="m")([[1.0]])
    assert driftline.flush()
    assert [answer.score for answer in sink.recorded] == [0.5]
    assert fault.counts() == {"unrecorded rows": 4}


def test_a_method_that_only_some_models_of_a_class_have_is_there_for_those(sink: MemorySink) -> None:
    with_chances, without = SGDClassifier(loss="log_loss"), SGDClassifier(loss="hinge")  # as available_if decides
    rows, classes = [[0.0], [0.1], [0.2], [0.8], [0.9], [1.0]] * 3, [0, 0, 0, 1, 1, 1] * 3
    for model in (with_chances, without):
        model.fit(rows, classes)
    served = [driftline.serve(model, "sgd", version="1") for model in (with_chances, without)]
    assert [hasattr(model, "predict_proba") for model in served] == [True, False]
    assert served[0].predict_proba(rows[:1]).tolist() == with_chances.predict_proba(rows[:1]).tolist()
    assert served[0].predict == served[0].predict
    assert served[0].predict_proba is served[0].predict_proba  # one wrapper, not one for each look
    without.predict = lambda given: [7.0] * len(given)
    assert served[1].predict(rows[:2]) == [7.0, 7.0]
    driftline.flush()
    assert [answer.score for answer in sink.recorded][-2:] == [7.0, 7.0]


def test_what_is_done_to_arrays_after_the_call_is_not_in_the_record(sink: MemorySink) -> None:
    class Doubling:
        def predict(self, rows: np.ndarray) -> np.ndarray:
            return rows[:, 0] * 2

    served = driftline.serve(Doubling(), "doubling", version="1")
    inputs = [
        np.array([[1.5, 2.5], [3.5, 4.5]]),
        np.asfortranarray(np.array([[1, 2], [3, 4]], np.int8)),
        np.array([[1.0, 0.0, 2.0, 0.0], [3.0, 0.0, 4.0, 0.0]], ">f4")[:, ::2],
        np.array([[1.0, 2.0], [3.0, 4.0]], object),
    ]
    expected = []
    for given in inputs:
        rows = given.tolist()
        result = served.predict(given)
        expected += [(2 * row[0], {"x0": row[0], "x1": row[1]}) for row in rows]
        result[:] = -1
        given[:] = -1
    driftline.flush()
    assert [(one.score, one.features) for one in sink.recorded] == expected


def test_a_model_that_is_given_another_method_is_called_by_that(sink: MemorySink) -> None:
    class Model:
        def predict(self, rows: list[float], scale: float = 1.0) -> list[float]:
            """Predict."""
            return [row * scale for row in rows]

    model = Model()
    served = driftline.serve(model, "model", version="1")
    assert served.predict([2.0]) == [2.0]
    assert served.predict([2.0], 3.0) == [6.0]
    assert served.predict(rows=[2.0], scale=4.0) == [8.0]
    model.predict = lambda rows: [7.0 for _ in rows]
    assert served.predict([2.0]) == [7.0]
    assert (served.predict.__doc__, list(inspect.signature(served.predict).parameters)) == (
        "Predict.",
        ["rows", "scale"],
    )
    with pytest.raises(TypeError):
        served.predict()
    driftline.flush()
    assert [one.score for one in sink.recorded] == [2.0, 6.0, 8.0, 7.0]


def test_arrays_in_a_mapping_that_a_model_is_given_are_recorded_as_they_were(sink: MemorySink) -> None:
    class Model:
        def predict(self, _row: dict[str, Any]) -> list[float]:
            return [0.5]

    served, buffer = driftline.serve(Model(), "eligibility", version="7"), np.zeros(3)
    for turn in range(20):
        buffer[:] = turn
        served.predict({"v": buffer})
    assert driftline.flush()
    assert [answer.features["v"] for answer in sink.recorded] == [str([float(turn)] * 3) for turn in range(20)]


def test_what_python_asks_of_the_class_is_what_the_class_of_the_model_has(sink: MemorySink) -> None:
    class Chain:
        """Steps."""

        def __init__(self, steps: list[str]) -> None:
            self.steps = steps

        def __or__(self, other: str) -> "Chain":
            return Chain([*self.steps, other])

        def __getitem__(self, place: int) -> str:
            return self.steps[place]

    chain = driftline.serve(Chain(["a"]), version="1")
    assert ((chain | "b").steps, chain[0], list(chain)) == (["a", "b"], "a", ["a"])
    assert (chain.__doc__, chain.__module__, callable(chain)) == ("Steps.", __name__, False)
    with pytest.raises(TypeError, match="len"):
        len(chain)


def test_a_model_that_cannot_be_called_is_not_callable(sink: MemorySink, model: LogisticRegression) -> None:
    """As explainers ask, to tell models from functions."""
    assert not callable(model)
    assert not callable(driftline.serve(model, version="1"))


class Tensor:
    """What a tensor of torch has: no ``copy``, but ``clone`` and ``detach``; rows are views."""

    def __init__(self, values: Any, attached: bool = True) -> None:
        self.values, self.attached = np.asarray(values), attached
        self.shape, self.ndim = self.values.shape, self.values.ndim

    def __getitem__(self, place: Any) -> "Tensor":
        return Tensor(self.values[place], self.attached)

    def __len__(self) -> int:
        return len(self.values)

    def detach(self) -> "Tensor":
        return Tensor(self.values, attached=False)

    def clone(self) -> "Tensor":
        assert not self.attached  # a copy that is attached keeps everything that it was made of
        return Tensor(self.values.copy(), attached=False)

    def tolist(self) -> Any:
        return self.values.tolist()


@pytest.mark.parametrize("kind", [pl.DataFrame, pa.table, Tensor])
def test_what_comes_in_the_types_of_other_libraries_is_recorded_row_by_row(sink: MemorySink, kind: Any) -> None:
    names = ["x0", "x1"]
    table = np.array([[1.0, 2.0], [3.0, 4.0]])
    made = kind(table) if kind is Tensor else kind({name: table[:, place] for place, name in enumerate(names)})
    results = {pl.DataFrame: pl.Series([0.5, 0.75]), pa.table: pa.array([0.5, 0.75]), Tensor: Tensor([0.5, 0.75])}
    result = results[kind]
    given = driftline.serve(lambda rows: result, "desk", version="1")(made)
    assert given is result
    if kind is Tensor:
        made.values[:], result.values[:] = 0.0, 0.0
    driftline.flush()
    assert [answer.score for answer in sink.recorded] == [0.5, 0.75]
    assert [answer.features for answer in sink.recorded] == [{"x0": 1.0, "x1": 2.0}, {"x0": 3.0, "x1": 4.0}]
    assert fault.counts() == {}


def test_a_model_that_is_served_again_answers_once_under_the_new_name(
    sink: MemorySink, model: LogisticRegression
) -> None:
    """As a cell of a notebook that is run again does."""
    served = driftline.serve(driftline.serve(model, version="1"), version="2")
    served.predict(ROWS[:1])
    driftline.flush()
    (answer,) = sink.recorded
    assert (answer.endpoint, answer.sources[0].version.version) == ("LogisticRegression", "2")


def test_the_rows_of_a_call_keep_their_order(sink: MemorySink) -> None:
    driftline.serve(lambda rows: rows, "desk", version="1")([float(n) for n in range(50)])
    driftline.flush()
    rising = sorted(sink.recorded, key=lambda answer: answer.id)
    assert [answer.score for answer in rising] == [float(n) for n in range(50)]
