"""Libraries that open files in C or Rust: what they read and write is recorded once, by the file that it is."""

from pathlib import Path

import pytest
from tests.recorded import kinds, names

import driftline
from driftline.testing import MemorySink


def test_geographic_tables(watched: MemorySink, tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    points = geopandas.GeoDataFrame({"n": ["a"]}, geometry=geopandas.points_from_xy([1.0], [2.0]), crs=4326)
    with driftline.run("write") as one:
        points.to_file("a.gpkg")
        points.to_parquet("a.parquet")
    with driftline.run("read") as other:
        assert geopandas.read_file("a.gpkg")["n"].tolist() == ["a"]
        assert geopandas.read_parquet("a.parquet").crs == points.crs
    assert (names(one), names(other)) == (([], ["a.gpkg", "a.parquet"]), (["a.gpkg", "a.parquet"], []))


def test_geographic_tables_without_geopandas_around_them(watched: MemorySink, tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    geopandas = pytest.importorskip("geopandas")
    points = geopandas.GeoDataFrame({"n": ["a"]}, geometry=geopandas.points_from_xy([1.0], [2.0]), crs=4326)
    with driftline.run("write") as one:
        pyogrio.write_dataframe(points, "a.fgb")
    with driftline.run("read") as other:
        assert pyogrio.read_arrow(Path("a.fgb"))[1].num_rows == 1
    assert (names(one), names(other)) == (([], ["a.fgb"]), (["a.fgb"], []))


def test_files_of_statistics_programs(watched: MemorySink, tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    import pandas as pd

    with driftline.run("write") as one:
        pyreadstat.write_sav(pd.DataFrame({"a": [1.0, 2.0]}), "a.sav")
        pyreadstat.write_dta(pd.DataFrame({"a": [1.0, 2.0]}), dst_path="b.dta")
    with driftline.run("read") as other:
        assert pyreadstat.read_sav("a.sav")[0]["a"].tolist() == [1.0, 2.0]
        assert pyreadstat.read_dta(filename_path="b.dta")[1].number_rows == 2
    assert (names(one), names(other)) == (([], ["a.sav", "b.dta"]), (["a.sav", "b.dta"], []))


def test_grids(watched: MemorySink, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("netCDF4")
    grid = xarray.Dataset({"heat": ("x", [1.0, 2.0])})
    with driftline.run("write") as one:
        grid.to_netcdf("a.nc")
        grid["heat"].to_netcdf("b.nc")
        assert isinstance(grid.to_netcdf(), bytes | bytearray | memoryview)
    with driftline.run("read") as other:
        with xarray.open_dataset("a.nc") as opened:
            assert opened["heat"].sum() == 3
        assert xarray.load_dataarray("b.nc").shape == (2,)
    assert (names(one), names(other)) == (([], ["a.nc", "b.nc"]), (["a.nc", "b.nc"], []))


def test_the_files_of_a_zarr_store_are_left_to_what_python_tells_of(watched: MemorySink, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("zarr")
    with driftline.run("job") as run:
        xarray.Dataset({"heat": ("x", [1.0, 2.0])}).to_zarr("a.zarr", consolidated=False)
        assert xarray.open_zarr("a.zarr", consolidated=False)["heat"].sum() == 3
    assert names(run) == ([], [])  # no hook told of any
    driftline.flush()
    event = next(one for one in watched.decoded() if one.outputs)
    assert "a.zarr/zarr.json" in {one.name for one in event.outputs}


def test_sheets(watched: MemorySink, tmp_path: Path) -> None:
    fastexcel, openpyxl = pytest.importorskip("fastexcel"), pytest.importorskip("openpyxl")
    openpyxl.Workbook().save("a.xlsx")
    with driftline.run("job") as run:
        assert fastexcel.read_excel("a.xlsx").sheet_names == ["Sheet"]
    assert names(run) == (["a.xlsx"], [])


def test_tensors_that_are_opened_one_by_one(watched: MemorySink, tmp_path: Path) -> None:
    safetensors, of_numpy = pytest.importorskip("safetensors"), pytest.importorskip("safetensors.numpy")
    import numpy as np

    of_numpy.save_file({"a": np.zeros(2)}, "a.safetensors")
    with driftline.run("job") as run, safetensors.safe_open("a.safetensors", framework="np") as file:
        assert file.get_tensor("a").tolist() == [0.0, 0.0]
    assert (names(run), kinds(run)) == ((["a.safetensors"], []), {"a.safetensors": "model"})
    driftline.flush()
    (event,) = watched.decoded()[-1:]
    assert b'"completeness":1.0' in bytes(event.run.facets["driftline_completeness"])


def test_who_asks_for_the_class_of_open_tensors_gets_it(watched: MemorySink, tmp_path: Path) -> None:
    safetensors, of_numpy = pytest.importorskip("safetensors"), pytest.importorskip("safetensors.numpy")
    import pickle

    import numpy as np

    of_numpy.save_file({"a": np.zeros(2)}, "a.safetensors")
    with safetensors.safe_open("a.safetensors", framework="np") as file:
        assert isinstance(file, safetensors.safe_open)
        assert isinstance(None, safetensors.safe_open | None)
        assert {safetensors.safe_open: 1}[type(file)] == 1
        assert safetensors.safe_open.get_tensor(file, "a").tolist() == [0.0, 0.0]
    assert not isinstance("a", safetensors.safe_open)
    assert pickle.loads(pickle.dumps(safetensors.safe_open)) is safetensors.safe_open
    driftline.unwatch()
    assert safetensors.safe_open is type(file)


def test_what_makes_texts_ready(watched: MemorySink, tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    Path("texts.txt").write_text("good day and good night")
    with driftline.run("train") as one:
        made = tokenizers.Tokenizer(tokenizers.models.WordLevel(unk_token="?"))
        made.train(["texts.txt"], tokenizers.trainers.WordLevelTrainer(special_tokens=["?"], show_progress=False))
        made.save("words.json")
    with driftline.run("use") as other:
        assert tokenizers.Tokenizer.from_file("words.json").get_vocab_size() == made.get_vocab_size()
    assert (names(one), names(other)) == ((["texts.txt"], ["words.json"]), (["words.json"], []))
    assert kinds(other) == {"words.json": "model"}


def test_pieces_of_words(watched: MemorySink, tmp_path: Path) -> None:
    sentencepiece = pytest.importorskip("sentencepiece")
    Path("texts.txt").write_text("good day and good night\n" * 20)
    with driftline.run("train") as one:
        sentencepiece.SentencePieceTrainer.train(
            input="texts.txt", model_prefix="words", vocab_size=20, hard_vocab_limit=False, minloglevel=2
        )
    with driftline.run("use") as other:
        assert sentencepiece.SentencePieceProcessor(model_file="words.model").encode("good")
        assert sentencepiece.SentencePieceProcessor().load("words.model")
    assert (names(one), names(other)) == ((["texts.txt"], ["words.model", "words.vocab"]), (["words.model"], []))


def test_models_that_run_in_another_runtime(watched: MemorySink, tmp_path: Path) -> None:
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [2]) for name in ("x", "y")]
    graph = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "g", values[:1], values[1:])
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(made, "a.onnx")
    with driftline.run("job") as run:
        runtime.InferenceSession("a.onnx", providers=["CPUExecutionProvider"])
        runtime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    assert (names(run), kinds(run)) == ((["a.onnx"], []), {"a.onnx": "model"})


def test_indexes_of_faiss(watched: MemorySink, tmp_path: Path) -> None:
    faiss = pytest.importorskip("faiss")
    with driftline.run("write") as one:
        faiss.write_index(faiss.IndexFlatL2(4), "a.faiss")
        faiss.write_index_binary(faiss.IndexBinaryFlat(8), "b.faiss")
    with driftline.run("read") as other:
        assert (faiss.read_index("a.faiss").d, faiss.read_index_binary("b.faiss").d) == (4, 8)
    assert (names(one), names(other)) == (([], ["a.faiss", "b.faiss"]), (["a.faiss", "b.faiss"], []))
    assert set(kinds(other).values()) == {"index"}


def test_indexes_of_hnswlib(watched: MemorySink, tmp_path: Path) -> None:
    hnswlib = pytest.importorskip("hnswlib")
    import numpy as np

    made = hnswlib.Index("l2", 4)
    made.init_index(10)
    made.add_items(np.eye(4, dtype=np.float32))
    with driftline.run("write") as one:
        made.save_index("a.hnsw")
    with driftline.run("read") as other:
        read = hnswlib.Index("l2", 4)
        read.load_index("a.hnsw")
        assert read.element_count == 4
    assert (names(one), names(other), kinds(other)) == (([], ["a.hnsw"]), (["a.hnsw"], []), {"a.hnsw": "index"})


def test_indexes_of_usearch(watched: MemorySink, tmp_path: Path) -> None:
    index = pytest.importorskip("usearch.index")
    import numpy as np

    made = index.Index(ndim=4)
    made.add(np.arange(4), np.eye(4, dtype=np.float32))
    with driftline.run("write") as one:
        made.save("a.usearch")
    with driftline.run("read") as other:
        assert len(index.Index.restore("a.usearch")) == 4
        assert index.Index(ndim=4).load("a.usearch") is None
    assert (names(one), names(other)) == (([], ["a.usearch"]), (["a.usearch"], []))
