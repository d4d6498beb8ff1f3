"""pickle, joblib and torch: objects in files; one that is a model is recorded as such, with its class."""

import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.recorded import kinds, names

import driftline
from driftline.capture.tables import measure
from driftline.testing import MemorySink


def test_a_pickled_model_makes_training_lineage(watched: MemorySink, tmp_path: Path) -> None:
    import joblib
    import pandas as pd
    from sklearn.linear_model import LinearRegression

    Path("data.csv").write_text("x,y\n1,2\n2,4\n3,6\n")
    with driftline.run("train") as run:
        frame = pd.read_csv("data.csv")
        model = LinearRegression().fit(frame[["x"]], frame["y"])
        joblib.dump(model, "model.joblib")
        with open("model.pkl", "wb") as file:
            pickle.dump(model, file)
    assert names(run) == (["data.csv"], ["model.joblib", "model.pkl"])
    assert kinds(run)["model.joblib"] == kinds(run)["model.pkl"] == "model"
    assert {one.attributes["class"] for one in run.outputs} == {"sklearn.linear_model._base.LinearRegression"}
    assert run.outputs[1].version == measure.of_file("model.pkl").version  # of the file once it was closed
    with driftline.run("use") as other:
        assert joblib.load("model.joblib").coef_[0] == pytest.approx(2.0)
        with open("model.pkl", "rb") as file:
            assert pickle.load(file).coef_[0] == pytest.approx(2.0)
    assert kinds(other) == {"model.joblib": "model", "model.pkl": "model"}
    assert {one.version for one in other.inputs} == {one.version for one in run.outputs}


def test_a_vectorizer_and_its_model_in_one_file_are_a_model_that_comes_from_their_training_data(
    watched: MemorySink, tmp_path: Path
) -> None:
    """The edges worked out by hand: each feature from its column, and the label shapes the whole."""
    import pandas as pd
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LinearRegression

    Path("rides.csv").write_text("zone,miles,minutes\nA,1,5\nB,2,9\nA,3,12\n")
    with driftline.run("train") as run:
        frame = pd.read_csv("rides.csv")
        vectors = DictVectorizer()
        matrix = vectors.fit_transform(frame[["zone", "miles"]].to_dict(orient="records"))
        with open("model.bin", "wb") as file:
            pickle.dump((vectors, LinearRegression().fit(matrix, frame["minutes"])), file)
    assert kinds(run) == {"rides.csv": "file", "model.bin": "model"}
    assert run.outputs[0].attributes["class"] == "tuple with DictVectorizer, LinearRegression"
    assert [field.name for field in run.outputs[0].fields or ()] == ["miles", "zone"]
    driftline.flush()
    event = next(one for one in watched.decoded() if one.outputs)
    lineage = json.loads(bytes(event.outputs[0].facets["columnLineage"]))
    found = {name: [one["field"] for one in field["inputFields"]] for name, field in lineage["fields"].items()}
    assert found == {"zone": ["zone"], "miles": ["miles"]}
    assert [one["field"] for one in lineage["dataset"]] == ["minutes"]


def test_other_objects_are_files(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with open("x.pkl", "wb") as file:
            pickle.dump({"a": 1}, file)
            pickle.dump({"b": 1}, file)
        buffer = io.BytesIO()
        pickle.dump(3, buffer)
    assert kinds(run) == {"x.pkl": "file"}


def test_what_a_package_pickles_for_itself_is_no_data_but_a_model_in_it_is(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sklearn.linear_model import LinearRegression

    monkeypatch.setattr("driftline.capture.ground.opens.installed", lambda: (str(tmp_path / "lib") + "/",))
    inside = tmp_path / "lib" / "calendars"
    inside.mkdir(parents=True)
    (inside / "en.dat").write_bytes(pickle.dumps({"months": ["January"]}))
    (inside / "model.pkl").write_bytes(pickle.dumps(LinearRegression()))
    (tmp_path / "en.dat").write_bytes(pickle.dumps({"months": ["January"]}))
    with driftline.run("job") as run:
        for path in (inside / "en.dat", inside / "model.pkl", tmp_path / "en.dat"):
            with open(path, "rb") as file:
                pickle.load(file)
    assert kinds(run) == {"lib/calendars/model.pkl": "model", "en.dat": "file"}


def test_what_joblib_remembers_of_a_function_is_one_dataset_and_its_books_are_none(
    script: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    program = (
        "import driftline; driftline.watch('job')\n"
        "import joblib\n"
        "@joblib.Memory('kept', verbose=0).cache\n"
        "def double(number): return number * 2\n"
        "assert [double(3), double(4), double(3)] == [6, 8, 6]\n"
    )
    for read, written in (1, 2), (2, 0):  # what the first run keeps, it reads again
        run = script(program)[-1]
        found, made = ([one["name"] for one in run.get(way, ())] for way in ("inputs", "outputs"))
        assert {name.rpartition("/")[2] for name in (*found, *made)} == {"double"}
        assert (len(found), len(made)) == (read, written)
        assert run["run"]["facets"]["driftline_completeness"]["unattributed"] == []


def test_the_graph_that_dbt_pickles_for_itself_is_no_data(watched: MemorySink) -> None:
    Path("target").mkdir()
    with driftline.run("dbt") as run:
        for name in ("target/graph.gpickle", "graph.gpickle"):
            with open(name, "wb") as file:
                pickle.dump({"nodes": [1]}, file)
    assert kinds(run) == {"graph.gpickle": "file"}


def test_pickle_itself_is_as_before(watched: MemorySink) -> None:
    assert pickle.loads(pickle.dumps(pickle.dump)) is pickle.dump
    driftline.unwatch()
    assert not hasattr(pickle.dump, "__wrapped__")


def test_weights_of_torch_are_a_model(watched: MemorySink, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Linear(2, 1)
    with driftline.run("write") as one:
        torch.save(net.state_dict(), "weights.pt")
        torch.save({"epoch": 3, "model": net.state_dict()}, "checkpoint.pt")
        torch.save(net, "net.pt")
        torch.save(torch.ones(3), "tensor.pt")
    with driftline.run("read") as other:
        assert set(torch.load("weights.pt")) == {"weight", "bias"}
    assert kinds(one) == {"weights.pt": "model", "checkpoint.pt": "model", "net.pt": "model", "tensor.pt": "file"}
    assert other.inputs[0].version == one.outputs[0].version


@pytest.mark.filterwarnings("ignore:.torch.jit")
def test_a_scripted_module_of_torch_is_a_model(watched: MemorySink, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    with driftline.run("write") as one:
        torch.jit.script(torch.nn.Linear(2, 1)).save("scripted.pt")
    with driftline.run("read") as other:
        torch.jit.load("scripted.pt")
    assert kinds(one) == {"scripted.pt": "model"}
    assert other.inputs[0].version == one.outputs[0].version


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_boosted_trees_are_models_that_come_from_their_training_data(
    watched: MemorySink, tmp_path: Path, library: str
) -> None:
    trees = pytest.importorskip(library)
    import pandas as pd

    rows = "".join(f"{n},{n % 7},{n % 5}\n" for n in range(60))
    Path("train.csv").write_text("x,z,y\n" + rows)
    Path("test.csv").write_text("x,z,y\n" + rows)
    with driftline.run("train") as run:
        frame, _ = pd.read_csv("train.csv"), pd.read_csv("test.csv")
        kind = trees.LGBMRegressor if library == "lightgbm" else trees.XGBRegressor
        model = kind(n_estimators=2, n_jobs=1).fit(frame.drop(columns="y"), frame["y"])
        booster = model.booster_ if library == "lightgbm" else model.get_booster()
        booster.save_model("model.json")
        with open("model.pkl", "wb") as file:
            pickle.dump(model, file)
    with driftline.run("use") as other:
        if library == "lightgbm":
            trees.Booster(model_file="model.json")
        else:
            trees.Booster().load_model("model.json")
    assert kinds(run) == {"train.csv": "file", "test.csv": "file", "model.json": "model", "model.pkl": "model"}
    assert names(other) == (["model.json"], [])
    driftline.flush()
    event = next(one for one in watched.decoded() if one.outputs)
    model_edges = next(one for one in event.outputs if one.name == "model.pkl").facets["columnLineage"]
    assert b'"train.csv"' in bytes(model_edges)
    assert b'"test.csv"' not in bytes(model_edges)


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_trees_without_an_estimator_know_the_names_of_their_columns(
    watched: MemorySink, tmp_path: Path, library: str
) -> None:
    trees = pytest.importorskip(library)
    import pandas as pd

    Path("train.csv").write_text("x,z,y\n" + "".join(f"{n},{n % 7},{n % 5}\n" for n in range(60)))
    with driftline.run("train") as run:
        frame = pd.read_csv("train.csv")
        data, label = frame[["x", "z"]], frame["y"]
        for name, values in (("named", data), ("plain", data.to_numpy())):
            if library == "lightgbm":
                booster = trees.train({"verbose": -1, "num_threads": 1}, trees.Dataset(values, label), 2)
            else:
                booster = trees.train({"nthread": 1}, trees.DMatrix(values, label), 2)
            booster.save_model(f"{name}.json")
    assert names(run) == (["train.csv"], ["named.json", "plain.json"])
    assert [[field.name for field in one.fields or ()] for one in run.outputs] == [["x", "z"], []]
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.outputs]
    named, plain = (one.facets.get("columnLineage") for one in event.outputs)
    assert b'"name":"train.csv","field":"x"' in bytes(named)
    told = json.loads(bytes(plain))  # its columns have no names; the code says what the whole was made of
    assert not told["fields"]
    assert {one["field"] for one in told["dataset"]} == {"x", "z", "y"}
    assert all(way["confidence"] < 1 for one in told["dataset"] for way in one["transformations"])


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_data_for_trees_that_they_read_and_write_themselves_is_recorded(
    watched: MemorySink, tmp_path: Path, library: str
) -> None:
    trees = pytest.importorskip(library)
    Path("train.txt").write_text("".join(f"{n % 2}\t{n}\t{n % 7}\n" for n in range(60)))
    with driftline.run("write") as one:
        if library == "lightgbm":
            trees.Dataset("train.txt", params={"verbose": -1}).construct().save_binary("train.bin")
        else:
            trees.DMatrix([[1.0, 2.0]], [1.0]).save_binary("train.bin")
    with driftline.run("read") as other:
        (trees.Dataset if library == "lightgbm" else trees.DMatrix)("train.bin")
    assert names(one) == (["train.txt"] if library == "lightgbm" else [], ["train.bin"])
    assert names(other) == (["train.bin"], [])


def test_weights_tell_of_each_tensor_and_have_no_rows(watched: MemorySink, tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    import numpy as np

    with driftline.run("job"):
        np.savez("raw.npz", x=np.zeros((2, 3)), y=np.zeros(3))
        safetensors.save_file({"head": np.load("raw.npz")["x"]}, "a.safetensors")
    driftline.flush()
    told = {one.name: one.facets for one in watched.decoded()[-1].outputs}
    schemas = {name: json.loads(bytes(found["schema"]))["fields"] for name, found in told.items()}
    assert [one["name"] for one in schemas["raw.npz"]] == ["x", "y"]
    assert [(one["name"], one["type"]) for one in schemas["a.safetensors"]] == [("head", "F64[2, 3]")]
    assert "rows" not in json.loads(bytes(told["a.safetensors"]["driftline_state"]))
    assert json.loads(bytes(told["a.safetensors"]["driftline_fingerprint"]))["value"].startswith("a1-1:")


def test_data_for_trees_that_are_written_have_no_column_that_is_called_like_a_method(
    script: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    pytest.importorskip("lightgbm")
    (tmp_path / "raw.csv").write_text("y,a\n" + "".join(f"{n % 2},{n}\n" for n in range(60)))
    (run,) = script(
        "import driftline; driftline.watch('job')\n"
        "import lightgbm, pandas as pd\n"
        "raw = pd.read_csv('raw.csv')\n"
        "lightgbm.Dataset(raw[['a']], raw['y'], params={'verbose': -1}).construct().save_binary('train.bin')\n"
    )
    assert [one["name"] for one in run["outputs"]] == ["train.bin"]
    assert "columnLineage" not in run["outputs"][0]["facets"]


@pytest.mark.filterwarnings("ignore")  # XGBoost would rather not read texts
def test_how_a_matrix_is_read_is_no_part_of_its_name(watched: MemorySink, tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    Path("train.csv").write_text("".join(f"{n % 2},{n}\n" for n in range(60)))
    with driftline.run("read") as run:
        xgboost.DMatrix("train.csv?format=csv&label_column=0")
        xgboost.DMatrix([[1.0, 2.0]], [1.0])
    assert names(run) == (["train.csv"], [])


def test_data_that_catboost_reads_and_writes_itself_is_recorded(watched: MemorySink, tmp_path: Path) -> None:
    catboost = pytest.importorskip("catboost")
    Path("train.tsv").write_text("".join(f"{n % 2}\t{n}\t{n % 7}\n" for n in range(60)))
    with driftline.run("job") as run:
        for given in ("train.tsv", "dsv://train.tsv"):
            pool = catboost.Pool(given)
        pool.quantize()
        pool.save("train.bin")
        catboost.Pool([[1.0, 2.0]], [1.0])
    assert names(run) == (["train.tsv"], ["train.bin"])


def test_results_of_statsmodels_are_models_that_are_read_again(watched: MemorySink, tmp_path: Path) -> None:
    pytest.importorskip("statsmodels")
    import pandas as pd
    import statsmodels.api as sm

    data = pd.DataFrame({"x": [1.0, 2.0, 3.0, 5.0], "y": [2.0, 4.1, 5.9, 10.0]})
    with driftline.run("write") as one:
        sm.OLS(data["y"], sm.add_constant(data["x"])).fit().save("ols.pickle")
    with driftline.run("read") as other:
        assert sm.load("ols.pickle").params["x"] == pytest.approx(2.0, abs=0.1)
    assert kinds(one) == kinds(other) == {"ols.pickle": "model"}


def test_exported_programs_of_torch_are_models(watched: MemorySink, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    given = (torch.ones(3, 2),)
    with driftline.run("write") as one:
        torch.export.save(torch.export.export(torch.nn.Linear(2, 1), given), "net.pt2")
    with driftline.run("read") as other:
        assert torch.export.load("net.pt2").module()(*given).shape == (3, 1)
    assert kinds(one) == kinds(other) == {"net.pt2": "model"}
    assert {dataset.version for dataset in one.outputs} == {dataset.version for dataset in other.inputs}
