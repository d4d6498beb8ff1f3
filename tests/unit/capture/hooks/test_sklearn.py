import inspect
import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import driftline
from driftline.capture.frames import model as models
from driftline.capture.ground import fault
from driftline.capture.runs import order
from driftline.capture.runs.around import process
from driftline.testing import MemorySink


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sink: MemorySink) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    r = np.random.default_rng(0)
    frame = pd.DataFrame({
        "age": r.normal(40, 9, 90), "debt": r.normal(5, 1, 90), "city": r.choice(["a", "b"], 90),
        "junk": r.normal(size=90), "y": r.integers(0, 2, 90),
    })  # fmt: skip
    frame.to_parquet("people.parquet")
    driftline.watch()
    return frame


def pipeline() -> Pipeline:
    numbers = Pipeline([("scale", StandardScaler()), ("pca", PCA(1))])
    columns = ColumnTransformer([("num", numbers, ["age", "debt"]), ("cat", OneHotEncoder(), ["city"])])
    return Pipeline([("columns", columns), ("model", LogisticRegression())])


def test_lineage_leads_from_a_feature_of_a_model_to_the_columns_that_it_was_trained_on(
    people: pd.DataFrame, tmp_path: Path
) -> None:
    driftline.configure(home=str(tmp_path / "store"))
    with driftline.run("train"):
        data = pd.read_parquet("people.parquet")
        joblib.dump(pipeline().fit(data.drop(columns="y"), data["y"]), "model.joblib")
    assert driftline.flush(30)
    found = driftline.lineage("model.joblib.num__pca0", columns=True, up=True, down=False)
    links = {(link.source.split(":")[-1], link.kind, link.confidence) for link in found.edges}
    assert {link for link in links if link[1].startswith("DIRECT")} == {
        ("age", "DIRECT:TRANSFORMATION", 0.9), ("debt", "DIRECT:TRANSFORMATION", 0.9),
    }  # fmt: skip
    assert ("y", "INDIRECT:CONDITIONAL", 0.9) in links
    assert "junk" not in {source for source, _, _ in links}


def test_fit_is_called_once_and_looks_as_before(people: pd.DataFrame) -> None:
    x, y = people[["age", "debt"]], people["y"]
    with driftline.run("train"):
        model = LogisticRegression()
        assert model.fit(x, y) is model
        with pytest.raises(ValueError, match="inconsistent"):
            model.fit(x, y[:3])
    assert models.fit_of(model).label == "y"
    assert list(inspect.signature(LogisticRegression.fit).parameters) == ["self", "X", "y", "sample_weight"]
    copied = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copied.predict(x), model.predict(x))
    assert clone(model).get_params() == model.get_params()
    assert fault.counts() == {}


def test_the_hooks_come_off(people: pd.DataFrame) -> None:
    assert hasattr(LogisticRegression.fit, "_driftline")
    driftline.unwatch()
    assert not hasattr(LogisticRegression.fit, "_driftline")
    assert not hasattr(Pipeline.fit, "_driftline")


def test_a_vectorizer_that_is_saved_behind_its_model_does_not_stand_on_it(people: pd.DataFrame) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    driftline.watch("spam")
    data = pd.read_parquet("people.parquet")
    vectorizer = TfidfVectorizer(token_pattern=r"\w+")
    model = LogisticRegression().fit(vectorizer.fit_transform(data["city"]), data["y"])
    joblib.dump(model, "model.joblib")
    joblib.dump(vectorizer, "vectorizer.joblib")
    joblib.dump(StandardScaler().fit(data[["age"]]), "later.joblib")
    run = process.run
    assert run is not None
    found = {entry["name"]: {one["name"] for one in entry["inputs"]} for entry in order.entries(run.trace)}
    assert found["model.joblib"] == found["vectorizer.joblib"] == {"people.parquet"}
    assert found["later.joblib"] == {"people.parquet", "model.joblib", "vectorizer.joblib"}  # a guess: it may
    driftline.unwatch()


def test_a_model_that_is_fitted_piece_by_piece_has_the_label_of_the_pieces(people: pd.DataFrame) -> None:
    with driftline.run("train"):
        model = SGDClassifier(random_state=0)
        for start in (0, 30, 60):
            piece = people[start : start + 30]
            assert model.partial_fit(piece[["age", "debt"]], piece["y"], classes=[0, 1]) is model
        assert models.fit_of(model).label == "y"
        assert model.fit(people[["age"]], people["junk"] > 0) is model
        model.partial_fit(people[["age"]], people["y"] > 0)
        assert models.fit_of(model).label == "junk"  # what it was fitted on is known from that
    assert fault.counts() == {}
