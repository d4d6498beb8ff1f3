import pandas as pd
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LinearRegression

from driftline.capture.frames import model as models
from driftline.capture.frames import node
from driftline.capture.frames.node import FrameEdges, Scan
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset

T, U = Dataset("n", "t"), Dataset("n", "u")
X, Y = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [1.0, 0.0, 1.0]}), pd.Series([1.0, 2.0, 3.0], name="y")


def frames(one: node.Node) -> FrameEdges:
    return FrameEdges(one, lambda source: (Dataset(*source.names),), lambda source: None)


def bound(
    model: object, inputs: dict[Dataset, tuple[str, ...]], own: dict[Dataset, tuple[str, ...]] | None = None
) -> dict[str, list[tuple[str, str, str, float]]]:
    found = models.edges_of(model, frames)
    assert found is not None
    fields, rows = found[0].bind_among(None, inputs, own or {})
    return {
        name: [(one.name, one.field, one.subtype, one.confidence) for one in reaches]
        for name, reaches in {**fields, "": rows}.items()
    }


def test_the_frame_that_it_was_fitted_on_is_its_source() -> None:
    data = X.copy()
    node.put(data, Scan(Source("table", ("n", "t")), ("a", "b", "y")))
    model = LinearRegression().fit(data, Y)
    models.fitted(model, data, Y)
    assert bound(model, {}) == {
        "a": [("t", "a", "IDENTITY", 1.0)], "b": [("t", "b", "IDENTITY", 1.0)], "": [("t", "y", "CONDITIONAL", 1.0)],
    }  # fmt: skip


def test_else_names_decide_and_several_candidates_share_the_confidence() -> None:
    model = LinearRegression().fit(X, Y)
    models.fitted(model, X, Y)
    assert bound(model, {T: ("a", "b", "y"), U: ("a",)}) == {
        "a": [("t", "a", "IDENTITY", 0.9)], "b": [("t", "b", "IDENTITY", 0.9)], "": [("t", "y", "CONDITIONAL", 0.9)],
    }  # fmt: skip
    assert bound(model, {T: ("a",), U: ("a", "b")})["a"] == [("t", "a", "IDENTITY", 0.45), ("u", "a", "IDENTITY", 0.45)]


def test_of_what_the_run_wrote_and_read_again_the_last_that_has_all_columns_and_the_label_comes_first() -> None:
    """As in a pipeline that keeps every step in a file: the raw tables have columns of the same names as well."""
    made, older = Dataset("n", "made"), Dataset("n", "older")
    model = LinearRegression().fit(X, Y)
    models.fitted(model, X, Y)
    inputs = {T: ("a", "y"), U: ("b",)}
    own = {Dataset("n", "part"): ("a", "b"), made: ("a", "b", "y", "more"), older: ("a", "b", "y")}
    assert bound(model, inputs, own) == {
        "a": [("made", "a", "IDENTITY", 0.9)], "b": [("made", "b", "IDENTITY", 0.9)],
        "": [("made", "y", "CONDITIONAL", 0.9)],
    }  # fmt: skip
    assert bound(model, inputs, {Dataset("n", "part"): ("a", "b")})["a"] == [("t", "a", "IDENTITY", 0.9)]


def test_a_frame_that_is_known_and_has_all_the_columns_comes_before_what_was_read() -> None:
    made = X.copy()
    node.put(made, Scan(Source("table", ("n", "made")), ("a", "b", "y", "more")))
    model = LinearRegression().fit(made[["a", "b"]], Y)
    models.fitted(model, made[["a", "b"]], Y)
    assert bound(model, {T: ("a", "b", "y")})["a"] == [("made", "a", "IDENTITY", 0.9)]


def candidates(*named: tuple[str, tuple[str, ...]]) -> list[pd.DataFrame]:
    made = [X.copy() for _ in named]
    for frame, (name, columns) in zip(made, named, strict=True):
        node.put(frame, Scan(Source("table", ("n", name)), columns))
    return made


def test_of_several_frames_those_with_the_label_count_and_share_the_confidence() -> None:
    model = LinearRegression().fit(X, Y)
    models.fitted(model, X, Y)
    held = candidates(("t", ("a", "b", "y")), ("u", ("a", "b")))
    inputs = {T: ("a", "b", "y"), U: ("a", "b")}
    assert bound(model, inputs)["a"] == [("t", "a", "IDENTITY", 0.9)]
    held += candidates(("u", ("a", "b", "y")))
    assert sorted(bound(model, inputs)["a"]) == [("t", "a", "IDENTITY", 0.45), ("u", "a", "IDENTITY", 0.45)]


def test_columns_that_are_shown_in_the_same_memory_tell_the_frame() -> None:
    held = candidates(("t", ("a", "b", "y")), ("u", ("a", "b", "y")))
    part = held[0][["a", "b"]]
    model = LinearRegression().fit(part, Y)
    models.fitted(model, part, Y)
    assert bound(model, {T: ("a", "b", "y"), U: ("a", "b", "y")})["a"] == [("t", "a", "IDENTITY", 0.9)]


def test_a_label_in_a_frame_of_its_own_has_the_name_of_its_column() -> None:
    model = LinearRegression().fit(X, Y.to_frame())
    models.fitted(model, X, Y.to_frame())
    assert models.fit_of(model).label == "y"


def test_a_model_that_knows_no_columns_has_no_edges() -> None:
    assert models.edges_of(LinearRegression().fit(X.to_numpy(), Y), frames) is None


def test_a_vectorizer_that_is_kept_with_its_model_shares_its_label() -> None:
    """The vectorizer knows the columns, and the model, which was fitted on its matrix, the target."""
    held, records = X.assign(y=Y), X.to_dict(orient="records")
    node.put(held, Scan(Source("table", ("n", "t")), ("a", "b", "y")))
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(records)
    model = LinearRegression().fit(matrix, held["y"])
    models.fitted(model, matrix, held["y"])
    edges, names = models.together([vectors, model], frames)
    assert (len(edges), names) == (1, ("a", "b"))
    fields, rows = edges[0].bind_among(names, {}, {})
    assert {name: [(one.field, one.confidence) for one in found] for name, found in fields.items()} == {
        "a": [("a", 0.9)], "b": [("b", 0.9)],
    }  # fmt: skip
    assert [(one.field, one.subtype) for one in rows] == [("y", "CONDITIONAL")]
