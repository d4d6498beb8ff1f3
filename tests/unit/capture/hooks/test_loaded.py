"""A model that is loaded while no run is active is known by its file; versions are hashes of bytes, by xxhash."""

import pickle
import sys
from pathlib import Path

import joblib
import pandas as pd
import pytest
import xxhash
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

import driftline
from driftline.capture.frames import passed
from driftline.capture.runs import emit
from driftline.capture.watching import watch
from driftline.testing import MemorySink

ROWS = pd.DataFrame({"delay": [10.0, 200.0, 30.0, 250.0]})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "model.joblib"
    joblib.dump(LogisticRegression().fit(ROWS, [0, 1, 0, 1]), made)
    return made


def test_what_joblib_and_pickle_load_outside_of_runs_is_known_by_its_file(file: Path, watched: MemorySink) -> None:
    Path("m.pickle").write_bytes(pickle.dumps(joblib.load(file)))
    with open("m.pickle", "rb") as opened:
        others = [joblib.load(file), pickle.load(opened), joblib.load(filename=file)]
    for model, name in zip(others, ("model.joblib", "m.pickle", "model.joblib"), strict=True):
        seen = passed.kept_in(model)
        assert seen is not None
        emit.settle(seen)
        assert seen.touched.dataset.name == name
        assert seen.touched.version == f"xxh3:{xxhash.xxh3_64_hexdigest(Path(name).read_bytes())}"
    assert watched.raw == []


def test_a_model_that_was_kept_with_its_vectorizer_answers_by_that_file(watched: MemorySink) -> None:
    Path("both.pickle").write_bytes(
        pickle.dumps((StandardScaler().fit(ROWS), LogisticRegression().fit(ROWS, [0, 1, 0, 1])))
    )
    with open("both.pickle", "rb") as opened:
        _, model = pickle.load(opened)
    served = driftline.serve(model)
    served.predict(ROWS)
    assert driftline.flush()
    sources = [source for one in watched.recorded for source in one.sources]
    version = f"xxh3:{xxhash.xxh3_64_hexdigest(Path('both.pickle').read_bytes())}"
    assert {(one.version.dataset.name, one.version.version) for one in sources} == {("both.pickle", version)}


def test_what_is_no_model_is_not_remembered(watched: MemorySink) -> None:
    Path("set.pickle").write_bytes(pickle.dumps({1, 2}))
    with open("set.pickle", "rb") as opened:
        assert passed.kept_in(pickle.load(opened)) is None


def test_the_functions_come_back(sink: MemorySink) -> None:
    watch.unwatch()
    before = joblib.load
    watch.watch()
    assert joblib.load is not before
    watch.unwatch()
    assert joblib.load is before


@pytest.mark.parametrize("function", ["joblib.load", "pickle.load", "joblib.dump", "pickle.dump"])
def test_functions_that_load_are_pickled_by_their_names(watched: MemorySink, function: str) -> None:
    """As a pool of processes pickles them: ``pool.map(joblib.load, paths)``."""
    module, _, name = function.partition(".")
    found = getattr(sys.modules[module], name)
    assert pickle.loads(pickle.dumps(found)) is found
    assert watched.raw == []
