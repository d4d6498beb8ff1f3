"""Libraries that read and write where no hook is: that is a named gap of the run, said once."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import driftline
from driftline.capture.hooks import elsewhere
from driftline.testing import MemorySink


def _gaps(sink: MemorySink) -> dict[str, int]:
    driftline.flush()
    facets = sink.decoded()[-1].run.facets
    found: dict[str, int] = json.loads(bytes(facets["driftline_gaps"]))["gaps"] if "driftline_gaps" in facets else {}
    return found


def test_what_workers_of_ray_do_is_said_to_be_unseen(watched: MemorySink) -> None:
    class Ray(ModuleType):  # as small as what is hooked; the library itself starts servers
        @staticmethod
        def get(one: Any) -> Any:
            return one

    ray = Ray("ray")
    patches = elsewhere.install(ray)
    with driftline.run("job"):
        assert [ray.get(number) for number in (1, 2, 3)] == [1, 2, 3]
    assert _gaps(watched) == {"not seen: Ray: what its workers read and write": 1}
    with driftline.run("another"):
        pass
    assert _gaps(watched) == {}
    for one in patches:
        one.undo()
    assert "ray" not in sys.modules


def test_a_session_of_spark_that_was_there_before_the_run_is_told_when_it_reads_or_writes(watched: MemorySink) -> None:
    class Reader:  # as pyspark.sql.readwriter has it; the library itself starts Java
        def __init__(self, spark: Any) -> None:
            self.spark = spark

    module: Any = ModuleType("pyspark.sql.readwriter")
    module.DataFrameReader = module.DataFrameWriter = Reader
    patches = elsewhere.install(module)
    with driftline.run("job"):
        assert module.DataFrameReader("session").spark == "session"
    assert _gaps(watched) == {"not seen: Spark: what it reads and writes": 1}
    for one in reversed(patches):
        one.undo()


def test_stores_of_tensors(watched: MemorySink, tmp_path: Path) -> None:
    tensorstore = pytest.importorskip("tensorstore")
    place = {"driver": "zarr", "kvstore": {"driver": "file", "path": str(tmp_path / "a.zarr")}}
    with driftline.run("job"):
        made = tensorstore.open(place, create=True, dtype=tensorstore.float32, shape=[4]).result()
        made[...] = 1.0
    assert _gaps(watched) == {"not seen: tensorstore: what it reads and writes": 1}


def test_an_index_of_annoy_and_classes_made_of_it(watched: MemorySink, tmp_path: Path) -> None:
    annoy = pytest.importorskip("annoy")

    class Index(annoy.AnnoyIndex):  # a class that is not always there
        pass

    assert isinstance(Index(3, "angular"), annoy.AnnoyIndex)
    assert issubclass(Index, annoy.AnnoyIndex)
    with driftline.run("job"):
        annoy.AnnoyIndex(3, "angular")
    assert _gaps(watched) == {"not seen: annoy: the indexes that it opens": 1}
