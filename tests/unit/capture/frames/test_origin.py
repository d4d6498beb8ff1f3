from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from driftline.capture.frames import node, origin
from driftline.capture.frames.node import Scan
from driftline.capture.runs.trace import Seen
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import IDENTITY, Edge, Output, Source
from driftline.event.lineage import Dataset, Touched

T = Dataset("file", "t")


def test_what_was_read_is_known_and_other_things_are_not() -> None:
    table = pa.table({"a": [1]})
    origin.read(table, [T, T])
    found = node.of(table)
    assert isinstance(found, Scan)
    assert (found.source.names, found.columns) == (("file", "t"), ("a",))
    for other in ({"a": 1}, "text", None):
        origin.read(other, [T])
        assert node.of(other) is None


def test_a_pandas_frame_is_no_direct_source_as_it_may_have_been_changed_since(tmp_path: Path) -> None:
    frame, table = pd.DataFrame({"a": [1]}), pa.table({"a": [1]})
    for one in (frame, table):
        origin.read(one, [T])
    assert origin.edges(frame, str(tmp_path)) is None
    known = origin.edges(table, str(tmp_path))
    assert known is not None
    assert [one.field for one in known.bind(("a",))[0]["a"]] == ["a"]


def test_what_a_select_gave_is_its_source_and_a_pandas_frame_a_little_less_surely(tmp_path: Path) -> None:
    source = Source("table", ("t",))
    lineage = Lineage((Output("a", frozenset((Edge(source, "b", IDENTITY),)), "a"),), frozenset())
    for frame, sure in ((pd.DataFrame({"a": [1]}), 0.95), (pa.table({"a": [1]}), 1.0)):
        origin.queried(frame, lineage, {source: (T,)}, str)
        known = origin.edges(frame, str(tmp_path))
        assert known is not None
        assert [(one.name, one.field, one.confidence) for one in known.bind(("a",))[0]["a"]] == [("t", "b", sure)]
    origin.queried("text", lineage, {source: (T,)}, str)
    assert node.of("text") is None


def test_headers_of_files_are_read_when_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"a": [1], "b": [2]}).to_parquet("x.parquet")
    table = pa.table({"a": [1]})
    origin.scanned(table, ["x.parquet"])
    bindable = origin.edges(table, str(tmp_path))
    assert bindable is not None
    fields, _ = bindable.bind(None)
    assert {name: one[0].name for name, one in fields.items()} == {"a": "x.parquet", "b": "x.parquet"}


def test_a_model_gets_its_features_as_fields(tmp_path: Path) -> None:
    linear = pytest.importorskip("sklearn.linear_model").LinearRegression
    model = linear().fit(pd.DataFrame({"a": [1.0, 2.0]}), [1.0, 2.0])
    seen = Seen(touched=Touched(dataset=T))
    origin.attach([seen], model, str(tmp_path))
    assert [field.name for field in seen.touched.fields or ()] == ["a"]
    assert (seen.touched.kind, len(seen.edges)) == ("model", 1)
    kept = Seen(touched=Touched(dataset=T))
    origin.attach([kept], {"model": model, "columns": ["a"]}, str(tmp_path))
    assert (kept.touched, len(kept.edges)) == (seen.touched, 1)
