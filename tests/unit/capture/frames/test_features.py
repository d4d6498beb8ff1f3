"""Real estimators; which input reaches which output was worked out by hand."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, PolynomialFeatures, StandardScaler

from driftline.capture.frames import features

_R = np.random.default_rng(0)
N = 120
X = pd.DataFrame({
    "age": _R.normal(40, 9, N), "income": _R.normal(9, 1, N), "debt": _R.normal(5, 1, N),
    "city": _R.choice(["a", "b"], N), "junk": _R.normal(size=N),
})  # fmt: skip
Y = pd.Series((X.age + X.debt > 45).astype(int), name="y")


def told(model: Any) -> dict[str, dict[str, tuple[str, float]]]:
    return {
        one.name: {source: (way.kind[1], way.confidence) for source, way in one.sources.items()}
        for one in features.of(model)
    }


T, SAME = ("TRANSFORMATION", 1.0), ("IDENTITY", 1.0)


def test_a_pipeline_with_a_column_transformer_and_components() -> None:
    numbers = Pipeline([("scale", StandardScaler()), ("pca", PCA(2))])
    columns = ColumnTransformer(
        [("num", numbers, ["age", "income", "debt"]), ("cat", OneHotEncoder(), ["city"]), ("gone", "drop", ["junk"])]
    )
    model = Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(X, Y)
    component = dict.fromkeys(("age", "income", "debt"), T)
    assert told(model) == {
        "num__pca0": component, "num__pca1": component, "cat__city_a": {"city": T}, "cat__city_b": {"city": T},
    }  # fmt: skip
    assert list(told(model)) == list(model[:-1].get_feature_names_out())


def test_a_component_has_no_edge_from_a_column_without_weight() -> None:
    scaled = X[["age", "debt"]].assign(none=0.0)
    assert told(TruncatedSVD(1, random_state=0).fit(scaled))["truncatedsvd0"].keys() == {"age", "debt"}


def test_what_passes_through_stays_what_it_is() -> None:
    columns = ColumnTransformer(
        [("keep", "passthrough", ["age"]), ("mask", StandardScaler(), [False, True, False, False, False])],
        remainder="drop", verbose_feature_names_out=False,
    )  # fmt: skip
    assert told(columns.fit(X)) == {"age": {"age": SAME}, "income": {"income": T}}
    rest = ColumnTransformer([("drop", "drop", slice("city", "junk"))], remainder="passthrough").fit(X)
    assert set(told(rest)) == {"remainder__age", "remainder__income", "remainder__debt"}


def test_names_of_outputs_tell_of_several_inputs() -> None:
    made = told(make_pipeline(PolynomialFeatures(2, include_bias=False), LinearRegression()).fit(X[["age", "debt"]], Y))
    assert made["age debt"] == {"age": T, "debt": T}
    assert made["age^2"] == {"age": T}


def test_a_chooser_keeps_columns_and_a_union_joins_parts() -> None:
    union = FeatureUnion([("best", SelectKBest(k=1)), ("filled", SimpleImputer())])
    made = told(make_pipeline(union, LogisticRegression()).fit(X[["age", "income"]], Y))
    assert made == {"best__age": {"age": SAME}, "filled__age": {"age": T}, "filled__income": {"income": T}}


def test_a_transformer_without_names_has_everything_from_everything_but_less_surely() -> None:
    made = told(make_pipeline(FunctionTransformer(np.log1p), LinearRegression()).fit(X[["age", "debt"]].abs(), Y))
    way = ("TRANSFORMATION", features.UNSAID)
    assert made == {"age": {"age": way, "debt": way}, "debt": {"age": way, "debt": way}}


def _owing(data: Any) -> Any:
    return pd.DataFrame({"owing": data["debt"] / data["income"]})


def _owing_too(data: Any) -> Any:
    return data.assign(owing=data["debt"] / data["income"])


def test_a_function_that_makes_other_columns_has_as_many_features_as_the_next_step_was_given() -> None:
    """By hand: what the function makes of what, nobody has told, so that all of it is a hedge."""
    way = ("TRANSFORMATION", features.UNSAID)
    all_ = {"age": way, "income": way, "debt": way}
    given = X[["age", "income", "debt"]]
    for after in ([], [StandardScaler()]):
        assert told(make_pipeline(FunctionTransformer(_owing), *after, LinearRegression()).fit(given, Y)) == {
            "owing": all_
        }
    made = told(make_pipeline(FunctionTransformer(_owing_too), LinearRegression()).fit(given, Y))
    assert made == dict.fromkeys(("age", "income", "debt", "owing"), all_)
    columns = ColumnTransformer([("f", FunctionTransformer(_owing), ["income", "debt"])], remainder="passthrough")
    assert told(make_pipeline(columns, LinearRegression()).fit(given, Y)) == {
        "f__x0": {"income": way, "debt": way}, "remainder__age": {"age": SAME},
    }  # fmt: skip


def test_a_model_without_transformers_has_its_columns_as_features() -> None:
    model = RandomForestClassifier(3, random_state=0).fit(X[["age", "debt"]], Y)
    assert told(model) == {"age": {"age": SAME}, "debt": {"debt": SAME}}
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {}, cv=2).fit(X[["age"]], Y)
    assert told(search) == {"age": {"age": T}}


def test_nothing_is_known_of_a_model_that_was_fitted_on_an_array() -> None:
    assert told(LinearRegression().fit(X[["age"]].to_numpy(), Y)) == {}
    assert told(LinearRegression()) == {}


def test_a_vectorizer_of_records_has_their_fields_and_no_values() -> None:
    records = [{"city": "Oslo", "age": 3.0}, {"city": "Rome", "age": 4.0}]
    vectors = DictVectorizer().fit(records)
    expected = {"age": {"age": SAME}, "city": {"city": T}}
    assert told(vectors) == expected
    assert told(make_pipeline(DictVectorizer(), LinearRegression()).fit(records, [1.0, 2.0])) == expected
    assert features.inputs(vectors) == ("age", "city")
    assert told(DictVectorizer()) == {}


def test_nothing_is_changed() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(X[["age", "debt"]], Y)
    before = model.predict_proba(X[["age", "debt"]])
    told(model)
    assert np.array_equal(model.predict_proba(X[["age", "debt"]]), before)
    with pytest.warns(UserWarning, match="feature names"):
        model.predict(X[["age", "debt"]].to_numpy())
