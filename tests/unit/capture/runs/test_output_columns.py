"""What is known of the columns of an output; which word counts follows from what each of them says."""

from typing import Any

import pytest
from tests.told_by_code import BEGIN, DATA, Script

from driftline.capture.program.sites import Visit, Way
from driftline.capture.runs import columns, order, output_columns
from driftline.capture.runs.columns import Bound, Declared, Reach
from driftline.capture.runs.output_columns import OutputColumns
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched

VISIT = Visit(Way((), ()), 1, 1)


def reach(field: str, provenance: str = "", confidence: float = 1.0) -> Reach:
    return Reach("file", "in", field, "DIRECT", "IDENTITY", provenance, confidence)


class Changed:
    """Edges of a frame that may have been changed since."""

    changeable = True
    unknown = True

    def bind(self, names: tuple[str, ...] | None) -> Bound:
        return {"a": [reach("a", "", 0.95)], "b": [reach("b", "", 0.95)]}, []


class Waiting(Declared):
    def waits_for(self) -> tuple[str, ...]:
        return ("key",)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of the code, which tells that each column is made of ``c``."""
    asked: list[Any] = []

    def by_code(_: OutputColumns, seen: Seen, names: tuple[str, ...] | None) -> Bound:
        asked.append(names)
        return {name: [reach("c", columns.CODE, 0.9)] for name in names or ()}, []

    monkeypatch.setattr(OutputColumns, "_by_code", by_code)
    return asked


def told(*edges: Any, rootless: bool = False, code: bool = True) -> tuple[dict[str, list[tuple[str, float]]], Trace]:
    seen = Seen(touched=Touched(dataset=Dataset("file", "out")), edges=list(edges), visits=[VISIT], rootless=rootless)
    trace = Trace(run="r", job=Job("n", "j"), started_us=0, outputs=[seen])
    body = OutputColumns(trace, "", code=code).of(seen, ("a", "b")) or {"fields": {}}
    found = {
        name: [(one["field"], one["transformations"][0].get("confidence", 1.0)) for one in known["inputFields"]]
        for name, known in body["fields"].items()
    }
    return found, trace


def test_columns_that_were_declared_are_not_asked_of_the_code(said: list[Any]) -> None:
    found, _ = told(Declared({"a": [reach("x")], "b": [reach("y")]}))
    assert found == {"a": [("x", 1.0)], "b": [("y", 1.0)]}
    assert said == []


def test_the_code_tells_of_the_columns_that_were_not_declared(said: list[Any]) -> None:
    found, _ = told(Declared({"a": [reach("x")]}))
    assert found == {"a": [("x", 1.0)], "b": [("c", 0.9)]}
    assert told()[0] == {"a": [("c", 0.9)], "b": [("c", 0.9)]}


def test_a_frame_that_may_have_been_changed_is_what_the_code_says(said: list[Any]) -> None:
    found, _ = told(Changed())
    assert found == {"a": [("c", 0.9), ("a", 0.475)], "b": [("c", 0.9), ("b", 0.475)]}


def test_what_is_still_probed_and_what_is_made_of_nothing_are_not_asked_of_the_code(said: list[Any]) -> None:
    told(Waiting({"a": [reach("x")]}))
    told(rootless=True)
    assert said == []


def test_a_code_that_cannot_be_read_leaves_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Bound:
        raise RuntimeError

    monkeypatch.setattr(OutputColumns, "_by_code", broken)
    assert told(Changed())[0] == {"a": [("a", 0.95)], "b": [("b", 0.95)]}


def test_the_text_is_not_looked_at_while_a_run_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_columns, "_CODE", "driftline.nowhere")
    assert told(code=False)[0] == {}


def test_what_was_read_after_a_model_was_fitted_is_not_what_it_was_fitted_on(script: Script) -> None:
    """The names of its columns are all that is known of the first model, and the second file has them as well."""
    events = script(BEGIN + DATA + (
        "import joblib, pickle\n"
        "from sklearn.linear_model import LinearRegression\n"
        'whole = pd.read_csv("customers.csv")[["spend", "tenure"]]\n'
        'joblib.dump((whole, whole["spend"]), "split.joblib")\n'
        'whole.to_pickle("other.pkl")\n'
        "driftline.unwatch()\n"
        "del whole\n"
        'driftline.watch("train")\n'
        'data, label = joblib.load("split.joblib")\n'
        'joblib.dump(LinearRegression().fit(data, label), "first.joblib")\n'
        'joblib.dump(LinearRegression().fit(pd.read_pickle("other.pkl"), label), "second.joblib")\n'
    ))  # fmt: skip
    [last] = [one for one in events if one["job"]["name"] == "train" and one["eventType"] == "COMPLETE"]
    said = {one["name"]: one["facets"].get("columnLineage", {}).get("fields", {}) for one in last["outputs"]}
    assert not any(
        source["name"] == "other.pkl" for field in said["first.joblib"].values() for source in field["inputFields"]
    )
    assert said["second.joblib"]["spend"]["inputFields"][0]["name"] == "other.pkl"


def test_what_was_read_before_is_looked_through_only_where_the_edges_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Model(Declared):
        def bind_among(self, names: tuple[str, ...] | None, inputs: columns.Inputs, own: columns.Inputs) -> Bound:
            asked.append((inputs, own))
            return self.bind(names)

    stated = Declared({"a": [reach("a")], "b": [reach("b")]})
    looked: list[Any] = []
    monkeypatch.setattr(order, "reread", lambda *given: (looked.append(given), [])[1])
    told(stated)
    assert looked == []
    told(Model({}))
    assert asked == [({}, {})]
    assert len(looked) == 1
