"""What is known of the columns of an output; which word counts follows from what each of them says."""

from typing import Any

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

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


def test_what_records_of_json_have_and_the_text_does_not_name_passes_from_line_to_line(script: Script) -> None:
    """By hand: ``user`` is changed, or gone; ``v`` is moved; all else of a record is as it was read."""
    events = script(BEGIN + (
        "import json\n"
        'with open("in.jsonl", "w") as out:\n'
        "    for n in range(9):\n"
        """        out.write(json.dumps({"id": n, "user": {"id": n % 3}, "v": n * 0.5}) + "\\n")\n"""
        'with open("in.jsonl") as lines, open("added.jsonl", "w") as out:\n'
        "    for line in lines:\n"
        '        e = json.loads(line); e["w"] = e["v"] * 2; e["user"] = 1; out.write(json.dumps(e) + "\\n")\n'
        'with open("in.jsonl") as lines, open("moved.jsonl", "w") as out:\n'
        "    for line in lines:\n"
        '        e = json.loads(line); e["w"] = e.pop("v"); del e["user"]; out.write(json.dumps(e) + "\\n")\n'
        'with open("in.jsonl") as lines, open("less.jsonl", "w") as out:\n'
        "    for line in lines:\n"
        """        out.write(json.dumps({k: v for k, v in json.loads(line).items() if k != "user"}) + "\\n")\n"""
    ))  # fmt: skip
    own = {name: {("in.jsonl", name, "IDENTITY", 0.9)} for name in ("id", "v")}
    assert edges(events, "added.jsonl") == {**own, "w": {("in.jsonl", "v", "TRANSFORMATION", 0.9)}}
    assert edges(events, "moved.jsonl") == {"id": own["id"], "w": own["v"]}
    assert edges(events, "less.jsonl") == own


def test_values_in_a_plan_of_polars_come_from_what_the_program_read_them_from(script: Script) -> None:
    """By hand: the keys of the plan are values of users, the limit is one of a file of JSON."""
    events = script(BEGIN + (
        "import json\nimport polars as pl\n"
        'pl.DataFrame({"id": [1, 2, 3], "a": [1.0, 2.0, 30.0]}).write_csv("orders.csv")\n'
        'pl.DataFrame({"key": [1, 2], "land": ["x", "y"]}).write_csv("users.csv")\n'
        """open("config.json", "w").write('{"cut": 20}')\n"""
        'o, u = pl.read_csv("orders.csv"), pl.read_csv("users.csv")\n'
        'with open("config.json") as file:\n'
        "    config = json.load(file)\n"
        'good = u.filter(pl.col("land") == "x")["key"].to_list()\n'
        'o.filter(pl.col("id").is_in(good)).select("a").write_csv("chosen.csv")\n'
        'o.select(d=pl.col("a") - config["cut"]).write_csv("less.csv")\n'
        'o.filter(pl.col("a") > 20).select("id").write_csv("plain.csv")\n'
    ))  # fmt: skip
    assert edges(events, "chosen.csv")[""] == {
        ("users.csv", "key", "FILTER", 0.5), ("users.csv", "land", "FILTER", 0.5),
    }  # fmt: skip
    assert edges(events, "less.csv")["d"] == {("config.json", "cut", "TRANSFORMATION", 0.5)}
    assert edges(events, "plain.csv") == {}


def test_values_that_a_plan_of_polars_has_from_its_own_file_are_hedges(script: Script) -> None:
    """By hand: ``top`` is of ``b``; what the plan itself tells stays sure, and is no edge of the code."""
    events = script(BEGIN + (
        "import polars as pl\n"
        'pl.DataFrame({"id": [1, 2, 3], "a": [1.0, 2.0, 30.0], "b": [4, 5, 6]}).write_csv("orders.csv")\n'
        'o = pl.read_csv("orders.csv")\n'
        'top = o["b"].max()\n'
        'o.select("id", (pl.col("a") / top).alias("x")).write_csv("named.csv")\n'
        'o.select("id", (pl.col("a") / top).alias("x"), pl.lit(top).alias("t")).write_csv("literal.csv")\n'
        'o.filter(pl.col("a") > top).select("id").write_csv("chosen.csv")\n'
        'o.lazy().group_by("id").agg((pl.col("a").sum() / top).alias("x")).collect().write_csv("grouped.csv")\n'
        'pl.scan_csv("orders.csv").with_columns(x=pl.col("a") / top).select("x").sink_csv("later.csv")\n'
        'pl.scan_csv("orders.csv").filter(pl.col("a") > top).collect().select("id").write_csv("collected.csv")\n'
        'o.select("id", pl.col("a") / 2).write_csv("plain.csv")\n'
    ))  # fmt: skip
    put = {("orders.csv", "b", "AGGREGATION", 0.5)}
    assert edges(events, "named.csv") == {"x": put}
    assert edges(events, "literal.csv") == {"x": put, "t": {("orders.csv", "b", "AGGREGATION", 0.9)}}
    assert edges(events, "chosen.csv") == {"": {("orders.csv", "b", "FILTER", 0.5)}}
    assert edges(events, "grouped.csv") == {"x": put}
    assert edges(events, "later.csv") == {"x": put}
    assert edges(events, "collected.csv") == {"": {("orders.csv", "b", "FILTER", 0.5)}}
    assert edges(events, "plain.csv") == {}


def test_counts_of_rows_in_frames_are_made_of_no_column_and_count_as_known(script: Script) -> None:
    """By hand: ``one``, ``half``, ``ten`` and ``src`` stay: of values in expressions a plan knows nothing."""
    events = script("import sqlite3\nimport polars as pl\n" + BEGIN + DATA + (
        'con = sqlite3.connect("x.db")\n'
        'raw = pd.read_csv("customers.csv")\n'
        'raw.to_sql("customers", con, index=False)\n'
        "con.commit()\n"
        'pd.read_sql("SELECT plan, count(*) AS n FROM customers GROUP BY plan", con).to_csv("a.csv", index=False)\n'
        'pl.read_csv("customers.csv").group_by("plan").agg(pl.len().alias("n")).write_csv("b.csv")\n'
        'pl.scan_csv("customers.csv").select(pl.len()).sink_csv("c.csv")\n'
        'pl.read_csv("customers.csv").group_by("plan").len().write_csv("d.csv")\n'
        'pl.read_csv("customers.csv").with_row_index().with_columns(one=pl.lit(1)).write_csv("e.csv")\n'
        'n = pl.scan_csv("customers.csv").group_by("plan").len()\n'
        'n.with_columns(half=pl.col("len") / 2, ten=10).collect().write_csv("g.csv")\n'
        'e = [pl.read_csv("customers.csv").with_columns(src=pl.lit(one)) for one in "ab"]\n'
        'pl.concat(e).write_csv("h.csv")\n'
        'found = pd.read_sql("SELECT plan, count(*) AS n FROM customers GROUP BY plan", con)\n'
        'found["n"] = found["plan"].str.len()\n'
        'found.to_csv("f.csv", index=False)\n'
    ))  # fmt: skip
    gaps = {name: count for event in events for name, count in event["run"]["facets"]["driftline_gaps"]["gaps"].items()}
    assert gaps == {f"columns of unknown origin: {name}.csv": count for name, count in (("e", 1), ("g", 2), ("h", 1))}
    assert edges(events, "c.csv") == {}
    assert edges(events, "d.csv") == edges(events, "g.csv") == {}
    assert edges(events, "f.csv")["n"] == {("customers", "plan", "TRANSFORMATION", 0.9)}


def test_the_weights_of_a_fit_shape_a_model_as_its_label_does(script: Script) -> None:
    pytest.importorskip("sklearn")
    events = script(BEGIN + DATA + (
        "import joblib\nfrom sklearn.linear_model import Ridge\n"
        'raw = pd.read_csv("customers.csv")\n'
        'joblib.dump(Ridge().fit(raw[["spend"]], raw.tenure, sample_weight=raw["id"]), "weighted.joblib")\n'
        'joblib.dump(Ridge().fit(raw[["spend"]], raw.tenure), "plain.joblib")\n'
    ))  # fmt: skip
    label = ("customers.csv", "tenure", "CONDITIONAL", 0.9)
    assert edges(events, "weighted.joblib")[""] == {label, ("customers.csv", "id", "CONDITIONAL", 0.9)}
    assert edges(events, "plain.joblib")[""] == {label}
