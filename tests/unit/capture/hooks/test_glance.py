"""What is told of data at a glance never runs the data's own code."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.linear_model import LinearRegression

from driftline.capture.hooks import glance
from driftline.event.lineage import Field
from driftline.event.names import distinct


def test_frames_tell_columns_and_rows() -> None:
    look = glance.at(pd.DataFrame({"a": [1, 2]}))
    assert (look.rows, look.fields) == (2, (Field("a", "int64"),))
    assert glance.at(pa.table({"a": [1, 2, 3]})).fields == (Field("a", "int64"),)
    assert glance.at(np.zeros((2, 3))).attributes == {"shape": "2 x 3", "dtype": "float64"}
    assert glance.at(np.float64(3)) == glance.NOTHING


def test_levels_of_an_index_are_told_if_all_have_names() -> None:
    frame = pd.DataFrame({"k": [1, 2], "day": ["x", "y"], "a": [3, 4]})
    assert glance.at(frame.set_index(["k", "day"])).levels == ("k", "day")
    assert glance.at(frame).levels == ()
    assert glance.at(frame.set_index(["k", "day"]).rename_axis(["k", None])).levels == ()


def test_columns_are_named_where_there_are_some() -> None:
    assert glance.columns(pd.DataFrame({"a": [1], 2: [3]})) == ("a", "2")
    assert glance.columns([1, 2]) == ()


def test_columns_are_told_as_pandas_tells_them_whatever_their_names_and_types() -> None:
    """Against ``columns`` and ``dtypes`` of the frame, name by name and type by type."""
    mixed = pd.DataFrame({"a": [1], "b": ["x"], 3: [1.5], None: [True], "d": pd.to_datetime(["2013-01-31"])})
    mixed["c"] = pd.Categorical(["u"])
    frames = [
        mixed,
        mixed[["b", "a"]],
        pd.DataFrame([[1, "x"]], columns=["n", "n"]),
        pd.DataFrame([[1, 2]], columns=pd.Index(["n", None], dtype="string")),
        pd.DataFrame([[1, 2]], columns=pd.Index(["n", "m"], dtype="string[python]")),
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        pd.DataFrame([[1, 2]], columns=pd.date_range("2013-01-31", periods=2)),
        pd.DataFrame(index=range(3)),
    ]
    for frame in frames:
        found = glance.at(frame).fields
        assert found is not None
        assert [field.name for field in found] == distinct(map(str, frame.columns.tolist()))
        assert [field.type for field in found] == [str(dtype) for dtype in frame.dtypes.tolist()]


def test_models_tell_their_class() -> None:
    look = glance.at(LinearRegression())
    assert (look.kind, look.attributes) == ("model", {"class": "sklearn.linear_model._base.LinearRegression"})
    assert glance.at({"a": 1}) == glance.at(None) == glance.at("text") == glance.NOTHING


def test_models_in_a_container_are_told_with_it() -> None:
    look = glance.at({"model": LinearRegression(), "columns": ["a"]})
    assert (look.kind, look.attributes) == ("model", {"class": "dict with LinearRegression"})


def test_an_object_is_not_asked() -> None:
    class Lazy:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

    assert glance.at(Lazy()) == glance.NOTHING


def test_a_library_that_waits_to_be_loaded_is_not_loaded_by_a_glance(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "torch.py").write_text("raise AssertionError('loaded')")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.find_spec("torch")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "torch", module)
    spec.loader.exec_module(module)
    assert glance.at({"a": 1}) == glance.NOTHING
