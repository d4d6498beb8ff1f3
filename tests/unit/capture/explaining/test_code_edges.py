"""Columns that the text of a script tells of, bound to what it read; expected edges are read off the scripts."""

from pathlib import Path

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.explaining import code_edges
from driftline.capture.program import sites
from driftline.capture.program.sites import Read
from driftline.capture.runs.columns import Reach
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.script.reading import Came, Table
from driftline.event.lineage import Dataset, Field, Job, Touched


def test_a_computed_column_comes_from_those_that_it_was_computed_of(script: Script) -> None:
    events = script(BEGIN + DATA + (
        'raw = pd.read_csv("customers.csv")\n'
        'raw["rate"] = raw.spend / raw["tenure"]\n'
        'raw[raw.plan == "a"][["id", "rate"]].to_parquet("out.parquet", index=False)\n'
    ))  # fmt: skip
    found = edges(events, "out.parquet")
    assert found["rate"] == {
        ("customers.csv", "spend", "TRANSFORMATION", 0.9), ("customers.csv", "tenure", "TRANSFORMATION", 0.9),
    }  # fmt: skip
    assert found["id"] == {("customers.csv", "id", "IDENTITY", 0.9)}
    assert found[""] == {("customers.csv", "plan", "FILTER", 0.9)}


def test_what_equal_content_confirms_is_surer_than_either(script: Script) -> None:
    events = script(BEGIN + DATA + 'pd.read_csv("customers.csv").rename(columns={"id": "key"}).to_csv("out.csv")\n')
    assert edges(events, "out.csv")["plan"] == {("customers.csv", "plan", "IDENTITY", 0.99)}  # 1 - 0.1 * 0.1


def test_each_output_of_a_loop_comes_from_the_file_read_last_and_what_was_collected_from_all(script: Script) -> None:
    events = script(BEGIN + (
        "frames = []\n"
        'for k in "xyz":\n'
        '    pd.DataFrame({"a": [ord(k), 2, 3], "b": [4, 5, ord(k)]}).to_csv(f"in_{k}.csv", index=False)\n'
        'for k in "xyz":\n'
        '    df = pd.read_csv(f"in_{k}.csv")\n'
        '    df["c"] = df.a * df.b\n'
        '    df.to_csv(f"out_{k}.csv", index=False)\n'
        "    frames.append(df)\n"
        'pd.concat(frames).to_csv("all.csv", index=False)\n'
    ))  # fmt: skip
    for k in "xyz":
        assert {source for source, *_ in edges(events, f"out_{k}.csv")["c"]} == {f"in_{k}.csv"}
    assert {source for source, *_ in edges(events, "all.csv")["c"]} == {"in_x.csv", "in_y.csv", "in_z.csv"}


def test_a_frame_of_a_select_leads_through_it_to_the_columns_of_the_tables(script: Script) -> None:
    events = script("import sqlite3\n" + BEGIN + DATA + (
        'con = sqlite3.connect("x.db")\n'
        'pd.read_csv("customers.csv").to_sql("customers", con, index=False)\n'
        "con.commit()\n"
        """df = pd.read_sql("select id, spend * 2 as twice, tenure from customers where plan = 'a'", con)\n"""
        'df["rate"] = df.twice / df.tenure\n'
        'df.to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    found = edges(events, "out.csv")
    assert found["rate"] == {
        ("customers", "spend", "TRANSFORMATION", 0.9), ("customers", "tenure", "TRANSFORMATION", 0.9),
    }  # fmt: skip


def test_a_model_has_features_that_the_script_computed(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import joblib\n"
        "from sklearn.linear_model import LinearRegression\n"
        'raw = pd.read_csv("customers.csv")\n'
        'raw["rate"] = raw.spend / raw.tenure\n'
        'model = LinearRegression().fit(raw[["rate"]], raw["id"])\n'
        'joblib.dump(model, "model.joblib")\n'
    ))  # fmt: skip
    found = edges(events, "model.joblib")
    assert found["rate"] == {
        ("customers.csv", "spend", "TRANSFORMATION", 0.9), ("customers.csv", "tenure", "TRANSFORMATION", 0.9),
    }  # fmt: skip
    assert found[""] == {("customers.csv", "id", "CONDITIONAL", 0.9)}


def test_of_a_read_and_its_replacement_the_one_that_was_seen_counts(script: Script) -> None:
    events = script(BEGIN + DATA + (
        'pd.DataFrame({"id": range(60), "spend": range(60)}).to_csv("second.csv", index=False)\n'
        "def load(name, other):\n"
        "    try:\n"
        "        return pd.read_csv(name)\n"
        "    except FileNotFoundError:\n"
        "        return pd.read_csv(other)\n"
        'first = load("customers.csv", "gone.csv")\n'
        'first["x"] = first.spend * 2\n'
        'first[["x"]].to_csv("a.csv", index=False)\n'
        "try:\n"
        '    other = pd.read_csv("gone.csv")\n'
        "except FileNotFoundError:\n"
        '    other = pd.read_csv("second.csv")\n'
        'other["x"] = other.spend * 3\n'
        'other[["x"]].to_csv("b.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "a.csv") == {"x": {("customers.csv", "spend", "TRANSFORMATION", 0.9)}}
    assert edges(events, "b.csv") == {"x": {("second.csv", "spend", "TRANSFORMATION", 0.9)}}


def test_a_file_that_is_written_read_and_written_again_has_the_sources_that_it_had_before(script: Script) -> None:
    events = script(BEGIN + DATA + (
        'raw = pd.read_csv("customers.csv")\n'
        'raw["rate"] = raw.spend / raw.tenure\n'
        'raw[["id", "rate"]].to_csv("out.csv", index=False)\n'
        "for turn in range(2):\n"
        '    again = pd.read_csv("out.csv")\n'
        '    again["rate"] += 1\n'
        '    again.to_csv("out.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "out.csv")["rate"] == {
        ("out.csv", "rate", "TRANSFORMATION", 0.9),
        ("customers.csv", "spend", "TRANSFORMATION", 0.9),
        ("customers.csv", "tenure", "TRANSFORMATION", 0.9),
    }


def test_the_setting_switches_it_off(script: Script) -> None:
    text = BEGIN + DATA + 'df = pd.read_csv("customers.csv")\ndf["x"] = df.id * 2\ndf.to_csv("out.csv")\n'
    assert edges(script(text, DRIFTLINE_READ_CODE="false"), "out.csv") == {}


# --- without a program ----------------------------------------------------------------------------------------------


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> code_edges.Words:
    source = Dataset("file", "in.csv")
    read = Seen(touched=Touched(dataset=source, fields=(Field("a"), Field("b"))))
    trace = Trace(run="r", job=Job("n", "j"), started_us=0, inputs=[read])
    monkeypatch.setattr(sites, "latest", lambda *_: Read(1, 1, (source,)))
    return code_edges.Words(trace, str(Path.cwd()))


def bound(words: code_edges.Words, table: Table, names: tuple[str, ...]) -> dict[str, list[Reach]]:
    visits = [sites.Visit(sites.Way((), ()), 5, 1)]
    found = words._bound([code_edges._Written(table, visits, {name: name for name in names})])
    return {} if found is None else found[0]


def test_other_columns_than_the_text_tells_of_make_all_of_it_less_sure(words: code_edges.Words) -> None:
    table = Table({"x": frozenset({Came((), "a")})}, closed=True)
    for names, sure in ((("x",), 0.9), (("x", "y"), 0.54), (("x", ""), 0.9)):  # 0.6 of 0.9; an index has no name
        assert [one.confidence for one in bound(words, table, names)["x"]] == [sure]


def test_an_origin_without_a_column_is_all_columns_of_what_was_read(words: code_edges.Words) -> None:
    table = Table({"x": frozenset({Came((), "", subtype="TRANSFORMATION", confidence=0.5)})}, closed=True)
    assert bound(words, table, ("x",))["x"] == [
        Reach("file", "in.csv", name, "DIRECT", "TRANSFORMATION", "code", 0.5) for name in "ab"
    ]


def test_a_column_that_the_dataset_does_not_have_is_no_source(words: code_edges.Words) -> None:
    assert bound(words, Table({"x": frozenset({Came((), "c")})}, closed=True), ("x",)) == {}


def test_no_more_edges_are_told_than_a_run_may_have(words: code_edges.Words, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table({"x": frozenset({Came((), "a")})}, closed=True)
    words._left = 1
    assert set(bound(words, table, ("x",))) == {"x"}
    assert bound(words, table, ("x",)) == {}
    assert words._trace.gaps == {code_edges.TOO_MANY: 1}


def test_headers_of_files_tell_columns_where_nobody_has_measured_them(words: code_edges.Words, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("p,q\n1,2\n")
    dataset = Dataset("file", "h.csv")
    words._files[dataset] = Seen(touched=Touched(dataset=dataset), path=str(tmp_path / "h.csv"))
    assert words.columns(Read(1, 1, (dataset,))) == ("p", "q")


def test_a_file_that_the_script_removes_is_no_failure(script: Script, tmp_path: Path) -> None:
    events = script('import csv, os, sqlite3, sys\nsys.stderr = open("said.txt", "w")\n' + BEGIN + (
        'con = sqlite3.connect("x.db")\n'
        'con.execute("create table t(a, b)")\n'
        'with open("k.csv", "w", newline="") as file:\n'
        '    csv.writer(file).writerows(con.execute("select * from t"))\n'
        'with open("k.csv", "rb") as source, open("k.bak", "wb") as target:\n'
        "    target.write(source.read())\n"
        'os.unlink("k.csv")\n'
    ))  # fmt: skip
    assert "k.bak" in {one["name"] for event in events for one in event["outputs"]}
    assert "failed" not in (tmp_path / "said.txt").read_text()


def test_rows_that_are_given_to_an_insert_come_to_the_columns_of_the_table_by_place(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import csv, sqlite3\n"
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE many (key INTEGER, double REAL)")\n'
        'base.execute("CREATE TABLE single (key INTEGER, plan TEXT)")\n'
        'with open("customers.csv", newline="") as file:\n'
        '    rows = [(row["id"], float(row["spend"]) * 2) for row in csv.DictReader(file)]\n'
        'base.executemany("INSERT INTO many VALUES (?, ?)", rows)\n'
        'with open("customers.csv", newline="") as file:\n'
        "    for row in csv.DictReader(file):\n"
        '        if row["tenure"] > "3":\n'
        '            base.execute("INSERT INTO single VALUES (?, ?)", (row["id"], row["plan"]))\n'
        "base.commit()\n"
    ))  # fmt: skip
    assert edges(events, "many") == {
        "key": {("customers.csv", "id", "IDENTITY", 0.9)},
        "double": {("customers.csv", "spend", "TRANSFORMATION", 0.9)},
    }
    single = edges(events, "single")
    assert single["key"] == {("customers.csv", "id", "IDENTITY", 0.9)}
    assert single["plan"] == {("customers.csv", "plan", "IDENTITY", 0.9)}
    assert single[""] == {("customers.csv", "tenure", "FILTER", 0.9)}


def test_a_model_without_features_is_shaped_by_all_that_it_was_fitted_on(words: code_edges.Words) -> None:
    table = Table({"x": frozenset({Came((), "a")})}, rows=frozenset({Came((), "b", "INDIRECT", "FILTER")}))
    found = words._shaped([code_edges._Written(table, [sites.Visit(sites.Way((), ()), 5, 1)], None)])
    assert found == (
        {},
        [Reach("file", "in.csv", name, "INDIRECT", "CONDITIONAL", "code", 0.9) for name in "ab"],
    )


TWO = """\
pd.DataFrame({"a": range(60), "b": [n * 7 % 61 for n in range(60)]}).to_csv("train.csv", index=False)
pd.DataFrame({"a": range(9, 69), "b": [n * 5 % 61 for n in range(60)]}).to_csv("test.csv", index=False)
"""


def test_each_output_of_a_loop_over_two_frames_comes_from_its_own(script: Script) -> None:
    events = script(BEGIN + TWO + (
        'train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")\n'
        'for name, t in [("train", train), ("test", test)]:\n'
        '    t["f"] = t.a * t.b\n'
        '    t[["f"]].to_csv(f"{name}_f.csv", index=False)\n'
    ))  # fmt: skip
    for name in ("train", "test"):
        assert {source for source, *_ in edges(events, f"{name}_f.csv")["f"]} == {f"{name}.csv"}


def test_each_model_of_a_loop_over_targets_is_shaped_by_its_own(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import joblib\n"
        "from sklearn.linear_model import LinearRegression\n"
        'c = pd.read_csv("customers.csv")\n'
        'for t in ["spend", "tenure"]:\n'
        '    joblib.dump(LinearRegression().fit(c[["id"]] * 2, c[t]), f"{t}.joblib")\n'
    ))  # fmt: skip
    for target in ("spend", "tenure"):
        assert {column for _, column, *_ in edges(events, f"{target}.joblib")[""]} == {target}


def test_a_difference_to_the_file_before_comes_from_these_two(script: Script) -> None:
    events = script(BEGIN + (
        'for k in "wxyz":\n'
        '    pd.DataFrame({"a": [ord(k), 2, 3 * ord(k)]}).to_csv(f"in_{k}.csv", index=False)\n'
        "import glob\n"
        "prev = None\n"
        'for path in sorted(glob.glob("in_*.csv")):\n'
        "    cur = pd.read_csv(path)\n"
        "    if prev is not None:\n"
        '        pd.DataFrame({"d": cur.a - prev.a}).to_csv("d_" + path, index=False)\n'
        "    prev = cur\n"
        'prev.rename(columns={"a": "last"}).to_csv("last.csv", index=False)\n'
    ))  # fmt: skip
    for before, k in ("wx", "xy", "yz"):
        assert {source for source, *_ in edges(events, f"d_in_{k}.csv")["d"]} == {f"in_{before}.csv", f"in_{k}.csv"}
    assert {source for source, *_ in edges(events, "last.csv")["last"]} == {"in_z.csv"}


# What follows runs in child processes; each file has an id of its own, so that a mistaken source would show.
def test_values_of_an_insert_come_to_the_columns_that_it_lists_by_their_places_or_names(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import sqlite3\n"
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE placed (p INTEGER, q REAL, r TEXT)")\n'
        'base.execute("CREATE TABLE named (p INTEGER, q REAL)")\n'
        'raw = pd.read_csv("customers.csv")\n'
        "rows = [(float(one.spend), int(one.id)) for one in raw.itertuples()]\n"
        'base.executemany("INSERT INTO placed (q, r, p) VALUES (?, \'x\', ?)", rows)\n'
        'rows = [{"a": int(one["id"]), "b": float(one["spend"]), "c": 1} for _, one in raw.iterrows()]\n'
        'base.executemany("INSERT INTO named (q, p) VALUES (:b, :a)", rows)\n'
        "base.commit()\n"
    ))  # fmt: skip
    for table in ("placed", "named"):
        assert edges(events, table) == {
            "p": {("customers.csv", "id", "TRANSFORMATION", 0.9)},
            "q": {("customers.csv", "spend", "TRANSFORMATION", 0.9)},
        }


def test_a_table_that_is_filled_file_by_file_comes_from_all_of_them(script: Script) -> None:
    events = script(BEGIN + (
        "import sqlite3\n"
        'base = sqlite3.connect("base.db")\n'
        'base.execute("CREATE TABLE t (p INTEGER)")\n'
        "base.commit()\n"
        'for k in "xyz":\n'
        '    pd.DataFrame({"a": [ord(k), 2, 3]}).to_csv(f"in_{k}.csv", index=False)\n'
        '    rows = [(int(a),) for a in pd.read_csv(f"in_{k}.csv").a]\n'
        '    base.executemany("INSERT INTO t VALUES (?)", rows)\n'
        "base.commit()\n"
    ))  # fmt: skip
    assert {source for source, *_ in edges(events, "t")["p"]} == {"in_x.csv", "in_y.csv", "in_z.csv"}


def test_tables_of_duckdb_that_are_made_of_frames_come_from_what_those_were_read_from(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import duckdb\n"
        'raw = pd.read_csv("customers.csv")\n'
        'con = duckdb.connect("base.duckdb")\n'
        'con.execute("CREATE TABLE rates AS SELECT id, spend / tenure AS rate FROM raw")\n'
        'con.register("given", raw)\n'
        'con.execute("CREATE TABLE copies AS SELECT spend * 2 AS twice FROM given WHERE tenure > 2")\n'
        "con.execute(\"COPY (SELECT tenure + 1 AS more FROM given) TO 'more.parquet'\")\n"
    ))  # fmt: skip
    assert edges(events, "rates")["rate"] == {
        ("customers.csv", "spend", "TRANSFORMATION", 0.9), ("customers.csv", "tenure", "TRANSFORMATION", 0.9),
    }  # fmt: skip
    assert edges(events, "copies") == {
        "twice": {("customers.csv", "spend", "TRANSFORMATION", 0.9)},
        "": {("customers.csv", "tenure", "FILTER", 0.9)},
    }
    assert edges(events, "more.parquet")["more"] == {("customers.csv", "tenure", "TRANSFORMATION", 0.9)}


def test_a_frame_that_the_run_says_it_read_is_the_source_of_what_is_made_of_it(script: Script) -> None:
    events = script(
        "import driftline\nimport pandas as pd\ndriftline.watch()\n"
        'with driftline.run("job") as run:\n'
        '    given = pd.DataFrame({"a": range(60), "b": range(1, 61)})\n'
        '    run.read("shop.given", data=given)\n'
        '    given.assign(c=given.a / given.b)[["c"]].to_csv("out.csv", index=False)\n'
    )
    assert edges(events, "out.csv")["c"] == {
        ("shop.given", "a", "TRANSFORMATION", 0.9), ("shop.given", "b", "TRANSFORMATION", 0.9),
    }  # fmt: skip


def test_levels_of_an_index_that_was_made_by_place_each_come_from_their_own_column(script: Script) -> None:
    """The run tells their names; a frame made with that index has them, and a prediction does not stand on them."""
    events = script(BEGIN + DATA + (
        'pd.read_csv("customers.csv")[["id", "plan", "spend", "tenure"]].to_csv("keyed.csv", index=False)\n'
        "from sklearn.linear_model import LinearRegression\n"
        "def load(path, keyed):\n"
        "    columns = [0, 1] if keyed else None\n"
        "    return pd.read_csv(path, index_col=columns)\n"
        'raw = load("keyed.csv", True).select_dtypes("number")\n'
        '((raw - raw.mean()) / raw.std()).to_csv("scores.csv")\n'
        "model = LinearRegression().fit(raw, raw.spend)\n"
        "made = pd.DataFrame({}, index=raw.index)\n"
        'made["twice"] = raw.spend * 2\n'
        'made.to_csv("made.csv")\n'
        'pd.DataFrame(model.predict(raw), index=raw.index, columns=["p"]).to_csv("predicted.csv")\n'
        'raw.reset_index()[["id", "spend"]].to_csv("flat.csv", index=False)\n'
    ))  # fmt: skip
    for name in ("scores.csv", "made.csv", "predicted.csv"):
        found = edges(events, name)
        for level in ("id", "plan"):
            assert {(source, column, way) for source, column, way, _ in found[level]} == {
                ("keyed.csv", level, "IDENTITY")
            }
    assert {column for _, column, *_ in edges(events, "predicted.csv")["p"]} == {"spend", "tenure"}
    assert {column for _, column, *_ in edges(events, "made.csv")["twice"]} == {"spend"}
    assert {column for _, column, *_ in edges(events, "flat.csv")["id"]} == {"id"}


def test_a_model_that_was_fitted_by_fit_predict_is_shaped_by_what_it_was_given(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import joblib\n"
        "from sklearn.cluster import KMeans\n"
        'raw = pd.read_csv("customers.csv")\n'
        "model = KMeans(n_clusters=2, n_init=1, random_state=0)\n"
        'raw["cluster"] = model.fit_predict(raw[["spend", "tenure"]].to_numpy())\n'
        'joblib.dump(model, "model.joblib")\n'
        'raw[["cluster"]].to_csv("clusters.csv", index=False)\n'
    ))  # fmt: skip
    shaped = edges(events, "model.joblib")[""]
    assert {(column, kind) for _, column, kind, _ in shaped} == {("spend", "CONDITIONAL"), ("tenure", "CONDITIONAL")}
    assert {(column, kind) for _, column, kind, _ in edges(events, "clusters.csv")["cluster"]} == {
        ("spend", "TRANSFORMATION"), ("tenure", "TRANSFORMATION"),
    }  # fmt: skip


def test_a_label_of_its_own_file_shapes_the_model_in_whatever_form_it_is_given(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import joblib, numpy as np\n"
        "from sklearn.linear_model import LinearRegression\n"
        'pd.read_csv("customers.csv")[["tenure"]].to_csv("label.csv", index=False)\n'
        'raw, label = pd.read_csv("customers.csv")[["spend"]], pd.read_csv("label.csv")\n'
        'joblib.dump(LinearRegression().fit(raw, np.ravel(label)), "first.joblib")\n'
        'joblib.dump(LinearRegression().fit(raw, np.nan_to_num(label.values).ravel()), "second.joblib")\n'
    ))  # fmt: skip
    for name in ("first.joblib", "second.joblib"):
        assert {(source, column) for source, column, *_ in edges(events, name)[""]} == {("label.csv", "tenure")}, name
