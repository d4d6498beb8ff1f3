"""MLflow on SQLite: parameters, artifacts, a model that is registered and loaded."""

import os

os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///mlruns.db"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
import mlflow
import mlflow.sklearn
import pandas as pd
from sklearn.linear_model import LinearRegression

pd.DataFrame({"a": range(20), "b": [2.0 * n for n in range(20)]}).to_csv("train.csv", index=False)
frame = pd.read_csv("train.csv")
mlflow.set_experiment("e")
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name="fixed") as run:
    model = LinearRegression().fit(frame[["a"]], frame.b)
    mlflow.log_param("features", 1)
    mlflow.log_params({"x": 1, "y": "two"})
    mlflow.log_metric("r2", model.score(frame[["a"]], frame.b))
    mlflow.log_artifact("train.csv")
    mlflow.log_text("hello", "note.txt")
    mlflow.log_table({"q": ["a"], "r": ["b"]}, "table.json")
    info = mlflow.sklearn.log_model(model, name="model", registered_model_name="lin", serialization_format="pickle")
loaded = mlflow.sklearn.load_model("models:/lin/1")
print(loaded.predict(frame[["a"]])[:3].round(6).tolist())
pyfunc = mlflow.pyfunc.load_model("models:/lin/1")
print(round(float(pyfunc.predict(frame[["a"]])[1]), 6))
print(sorted(mlflow.get_run(run.info.run_id).data.params.items()))
print(mlflow.search_runs().shape[0])
