"""MLflow with its local file store: models by the registry's number, parameters, artifacts."""

from pathlib import Path

import pytest

import driftline
from driftline.event.lineage import Dataset
from driftline.testing import MemorySink

mlflow = pytest.importorskip("mlflow")


@pytest.mark.filterwarnings("ignore")  # of the library's own
def test_a_model_is_logged_and_loaded(watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import mlflow.sklearn
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri(f"file://{tmp_path}/mlruns")
    Path("data.csv").write_text("x,y\n1,2\n2,4\n3,6\n")
    with driftline.run("train") as run:
        frame = pd.read_csv("data.csv")
        model = LinearRegression().fit(frame[["x"]], frame["y"])
        with mlflow.start_run():
            mlflow.log_params({"depth": 3})
            mlflow.log_artifact("data.csv", "inputs")
            info = mlflow.sklearn.log_model(model, name="churn", registered_model_name="churn")
    written = {one.dataset: one for one in run.outputs}
    logged = written[Dataset("mlflow", "churn")]
    assert (logged.version, logged.kind) == ("1", "model")
    assert logged.attributes["uri"] == info.model_uri
    assert Dataset("mlflow", "artifacts/inputs/data.csv") in written
    assert [one.dataset.name for one in run.inputs] == ["data.csv"]
    assert run._trace.parameters == {"depth": "3"}
    with driftline.run("use") as other:
        mlflow.sklearn.load_model("models:/churn/1")
        mlflow.pyfunc.load_model(info.model_uri)
    assert [(one.dataset, one.version) for one in other.inputs] == [(Dataset("mlflow", "churn"), "1")]


@pytest.mark.filterwarnings("ignore")  # of the library's own
def test_a_model_that_is_registered_later_comes_from_the_one_that_was_logged(
    watched: MemorySink, tmp_path: Path
) -> None:
    import mlflow.sklearn
    from sklearn.linear_model import LinearRegression

    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/books.db")
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]), name="fitted")
    with driftline.run("promote") as run:
        mlflow.register_model(info.model_uri, "churn")
    assert [(one.dataset, one.version) for one in run.inputs] == [(Dataset("mlflow", "fitted"), info.model_id)]
    assert [(one.dataset, one.version) for one in run.outputs] == [(Dataset("mlflow", "churn"), "1")]
