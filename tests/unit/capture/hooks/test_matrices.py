"""Data that boosted trees read from files by themselves. Columns are counted off the texts."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.testing import MemorySink

ROWS = [(n % 2, n / 2, n % 7) for n in range(300)]


def written(path: str, separator: str, header: str = "") -> None:
    Path(path).write_text(header + "".join(separator.join(map(str, row)) + "\n" for row in ROWS))


def columns(sink: MemorySink) -> dict[str, list[str]]:
    driftline.flush()
    schemas = {one.name: one.facets.get("schema") for one in sink.decoded()[-1].inputs}
    return {name: [one["name"] for one in json.loads(bytes(told))["fields"]] for name, told in schemas.items() if told}


@pytest.fixture
def lightgbm() -> Any:
    return pytest.importorskip("lightgbm")


@pytest.fixture
def catboost() -> Any:
    return pytest.importorskip("catboost")


def test_a_text_without_a_header_has_columns_by_their_places(
    lightgbm: Any, watched: MemorySink, tmp_path: Path
) -> None:
    written("bare.csv", ",")
    written("headed.csv", ",", "y,a,b\n")
    written("tabs", "\t")
    Path("sparse.txt").write_text("".join(f"{y} 0:{a} 1:{b}\n" for y, a, b in ROWS))
    with driftline.run("job") as run:
        for name in ("bare.csv", "tabs", "sparse.txt"):
            lightgbm.Dataset(name, params={"verbose": -1}).construct()
        lightgbm.Dataset("headed.csv", params={"verbose": -1, "header": True}).construct()
    assert names(run)[0] == ["bare.csv", "headed.csv", "sparse.txt", "tabs"]
    assert columns(watched) == {"bare.csv": ["0", "1", "2"], "tabs": ["0", "1", "2"], "headed.csv": ["y", "a", "b"]}


def test_what_lies_beside_a_file_of_lightgbm_is_read_with_it(
    lightgbm: Any, watched: MemorySink, tmp_path: Path
) -> None:
    written("a.csv", ",")
    Path("a.csv.weight").write_text("1\n" * 300)
    Path("a.csv.query").write_text("100\n200\n")
    with driftline.run("job") as run:
        lightgbm.Dataset(Path("a.csv"), params={"verbose": -1}).construct().save_binary("a.bin")
    with driftline.run("again") as other:
        lightgbm.Dataset("a.bin", params={"verbose": -1}).construct()
    assert names(run) == (["a.csv", "a.csv.query", "a.csv.weight"], ["a.bin"])
    assert names(other) == (["a.bin"], [])


def test_a_file_that_lightgbm_predicts_is_read_and_what_it_keeps_meanwhile_is_not(
    lightgbm: Any, watched: MemorySink, tmp_path: Path
) -> None:
    written("a.csv", ",")
    data = lightgbm.Dataset("a.csv", params={"verbose": -1})
    booster = lightgbm.train({"verbose": -1}, data, 2)
    with driftline.run("job") as run:
        assert len(booster.predict("a.csv")) == 300
        assert len(booster.predict([[1.0, 2.0]])) == 1
    driftline.flush()
    assert names(run) == (["a.csv"], [])
    assert [one.name for one in watched.decoded()[-1].inputs] == ["a.csv"]


@pytest.mark.filterwarnings("ignore")  # XGBoost would rather not read texts
def test_how_a_matrix_of_xgboost_is_read_is_no_part_of_its_name(watched: MemorySink, tmp_path: Path) -> None:
    xgboost = pytest.importorskip("xgboost")
    written("a.csv", ",")
    Path("folder").mkdir()
    for name in ("b.txt", "c.txt", "folder/one"):
        Path(name).write_text("1 0:1.0\n0 0:0.5\n")
    with driftline.run("job") as run:
        xgboost.DMatrix("a.csv?format=csv&label_column=0")
        xgboost.DMatrix("b.txt;c.txt?format=libsvm")
        xgboost.DMatrix("folder?format=libsvm")
        xgboost.DMatrix([[1.0, 2.0]], [1.0])
    assert names(run) == (["a.csv", "b.txt", "c.txt", "folder/one"], [])
    assert columns(watched) == {"a.csv": ["0", "1", "2"]}


def test_a_cache_is_no_part_of_a_name(watched: MemorySink, tmp_path: Path) -> None:
    from types import ModuleType

    from driftline.capture.hooks import matrices

    class DMatrix:  # as XGBoost before 3, which read texts a piece at a time
        def __init__(self, data: str) -> None:
            self.data = data

    older = ModuleType("xgboost")
    older.__dict__["DMatrix"] = DMatrix
    Path("a.txt").write_text("1 0:1.0\n")
    put = matrices.install(older)
    with driftline.run("job") as run:
        for given in ("a.txt#dtrain.cache", "a.txt?format=libsvm#cache", f"file://{tmp_path}/a.txt#cache"):
            assert older.DMatrix(given).data == given
    for one in put:
        one.undo()
    assert names(run) == (["a.txt"], [])


def test_what_says_how_a_file_of_catboost_is_read_is_read_as_well(
    catboost: Any, watched: MemorySink, tmp_path: Path
) -> None:
    written("a.tsv", "\t")
    written("headed.csv", ",", "y,a,b\n")
    Path("cd").write_text("0\tLabel\n1\tNum\n2\tNum\n")
    Path("pairs").write_text("0\t1\n")
    with driftline.run("job") as run:
        catboost.Pool("dsv://a.tsv", column_description=Path("cd"), pairs="dsv-flat://pairs")
        catboost.Pool("headed.csv", column_description="cd", delimiter=",", has_header=True)
    with driftline.run("fit") as other:
        model = catboost.CatBoostClassifier(iterations=1, verbose=False, allow_writing_files=False)
        model.fit("a.tsv", column_description="cd")
    assert names(run) == (["a.tsv", "cd", "headed.csv", "pairs"], [])
    assert names(other) == (["a.tsv", "cd"], [])
    driftline.flush()
    assert columns(watched) == {"a.tsv": ["0", "1", "2"]}
