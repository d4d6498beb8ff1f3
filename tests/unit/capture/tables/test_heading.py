"""What files call their columns that were read under other names; expected names are read off the files."""

from pathlib import Path

import pytest
from tests.told_by_code import BEGIN, Script, edges

from driftline.capture.tables import arguments, heading
from driftline.capture.tables.form import Form

FILE = "id,amount,when\n1,2,3\n4,5,6\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "raw.csv"
    path.write_text(FILE)
    return path


def test_names_in_place_of_a_header_are_told_by_place(file: Path) -> None:
    for options in ({"header": 0, "names": ["a", "b", "c"]}, {"skiprows": 1, "names": ["a", "b", "c"]}):
        form = arguments.pandas_csv(options)
        found = heading.of_file(str(file), form, options)
        assert found == heading.Heading(Form(), ("id", "amount", "when"), {"a": "id", "b": "amount", "c": "when"})


def test_fewer_names_leave_the_first_columns_to_the_index(file: Path) -> None:
    found = heading.of_file(str(file), Form(names=("b", "c"), skip=1), {"header": 0})
    assert found is not None
    assert found.own == {"b": "amount", "c": "when"}


def test_names_of_chosen_columns_are_those_at_their_places(file: Path) -> None:
    found = heading.of_file(str(file), Form(names=("x", "y"), skip=1), {"header": 0, "usecols": [2, 0]})
    assert found is not None
    assert found.own == {"x": "id", "y": "when"}  # pandas takes them in the order of the file


def test_a_line_that_is_left_out_need_not_be_a_header(file: Path) -> None:
    names = Form(names=("a", "b", "c"), skip=1)
    for above in ("made on Monday\n", "1,2,3\n", "id,id,when\n", "id,,when\n"):
        file.write_text(above + "1,2,3\n")
        assert heading.of_file(str(file), names, {}) is None
    file.write_text("2019,2020,2021\n1,2,3\n")
    declared = heading.of_file(str(file), names, {"header": 0})
    assert declared is not None
    assert declared.columns == ("2019", "2020", "2021")


def test_of_a_header_that_cannot_be_read_no_name_is_known(file: Path) -> None:
    packed = file.with_suffix(".csv.gz")
    file.rename(packed)
    names = Form(names=("a", "b", "c"), skip=1)
    assert heading.of_file(str(packed), names, {"header": 0}) == heading.Heading(names, (), {})
    assert heading.of_file(str(packed), names, {}) is None


def test_a_file_that_is_read_as_it_says_itself_has_nothing_to_tell(file: Path) -> None:
    assert heading.of_file(str(file), Form(), {}) is None
    assert heading.of_file(str(file), Form(names=("a",)), {}) is None


def test_edges_begin_at_the_columns_of_the_file_and_not_at_the_names_of_the_script(script: Script) -> None:
    events = script(BEGIN + (
        "import numpy as np\n"
        'rows = "".join(f"{n},{n * 7 % 13},{n % 5}\\n" for n in range(60))\n'
        'open("raw.csv", "w").write("id,amount,when\\n" + rows)\n'
        'a = pd.read_csv("raw.csv", header=0, names=["key", "value", "day"])\n'
        'a["x"] = a.value * 2\n'
        'a[["key", "x"]].to_csv("a.csv", index=False)\n'
        'b = pd.read_csv("raw.csv", header=None, skiprows=1)\n'
        'b["z"] = b[2] * 3\n'
        'b[["z"]].to_csv("b.csv", index=False)\n'
        'c = np.genfromtxt("raw.csv", delimiter=",", skip_header=1)\n'
        'np.savetxt("c.csv", c[:, 1:] * 3, delimiter=",")\n'
    ))  # fmt: skip
    assert edges(events, "a.csv") == {
        "key": {("raw.csv", "id", "IDENTITY", 0.9)}, "x": {("raw.csv", "amount", "TRANSFORMATION", 0.9)},
    }  # fmt: skip
    assert edges(events, "b.csv") == {"z": {("raw.csv", "when", "TRANSFORMATION", 0.9)}}
    assert edges(events, "c.csv") == {
        "0": {("raw.csv", "amount", "TRANSFORMATION", 0.9)}, "1": {("raw.csv", "when", "TRANSFORMATION", 0.9)},
    }  # fmt: skip
    fields = {
        tuple(field["name"] for field in one["facets"]["schema"]["fields"])
        for event in events for one in event.get("inputs", ()) if one["name"] == "raw.csv" and "schema" in one["facets"]
    }  # fmt: skip
    assert fields == {("id", "amount", "when")}


@pytest.mark.parametrize("read", ["loadtxt", "genfromtxt"])
def test_numpy_alone_passes_over_the_header_that_the_file_has(script: Script, read: str) -> None:
    skip = "skiprows" if read == "loadtxt" else "skip_header"
    events = script(BEGIN + (
        "import numpy as np\n"
        'rows = "".join(f"{n},{n * 7 % 13},{n % 5}\\n" for n in range(60))\n'
        'open("raw.csv", "w").write("id,amount,when\\n" + rows)\n'
        f'some = np.{read}("raw.csv", delimiter=",", {skip}=1, usecols=(1, 2))\n'
        'np.savetxt("some.csv", some * 3, delimiter=",", header="a,b", comments="")\n'
    ))  # fmt: skip
    assert edges(events, "some.csv") == {
        "a": {("raw.csv", "amount", "TRANSFORMATION", 0.9)}, "b": {("raw.csv", "when", "TRANSFORMATION", 0.9)},
    }  # fmt: skip


def test_lines_that_are_comments_are_no_header_and_are_not_counted(file: Path) -> None:
    told = {"delimiter": ",", "skiprows": 1}
    found = heading.of_file(str(file), arguments.numpy_text(told), told)
    assert found is not None
    assert found.columns == ("id", "amount", "when")
    file.write_text("# id,amount,when\n1,2,3\n")
    assert heading.of_file(str(file), arguments.numpy_text(told), told) is None


def test_a_header_below_other_lines_is_one_where_no_line_is_a_comment(file: Path) -> None:
    told = {"delimiter": ",", "skiprows": 3, "names": ["p", "q"]}
    file.write_text("sales\nin euros\nid,amount\n1,2\n3,4\n")
    found = heading.of_file(str(file), arguments.numpy_text(told), told)
    assert found is not None
    assert (found.columns, dict(found.own), found.form.skip) == (("id", "amount"), {"p": "id", "q": "amount"}, 2)
    file.write_text("# sales\nin euros\nid,amount\n1,2\n3,4\n")
    assert heading.of_file(str(file), arguments.numpy_text(told), told) is None


def test_a_file_whose_header_cannot_be_read_is_a_hedge(script: Script) -> None:
    events = script(BEGIN + (
        'pd.DataFrame({"id": range(60), "amount": range(60)}).to_csv("raw.csv.xz", index=False)\n'
        'a = pd.read_csv("raw.csv.xz", header=0, names=["key", "value"])\n'
        'a["x"] = a.value * 2\n'
        'a[["x"]].to_csv("a.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "a.csv")["x"] == {("raw.csv.xz", "value", "TRANSFORMATION", 0.495)}  # 0.55 of 0.9


def test_names_that_polars_is_given_are_those_of_the_first_columns(file: Path) -> None:
    options = {"new_columns": ["a", "b"]}
    found = heading.of_file(str(file), arguments.polars_csv(options), options)
    assert found is not None
    assert found.own == {"a": "id", "b": "amount"}
    assert heading.of_file(str(file), arguments.polars_csv(options), {**options, "columns": ["when"]}) is None


def test_what_is_appended_without_a_header_to_nothing_has_the_names_of_the_frame(script: Script) -> None:
    """By hand; a file that is there already keeps its own."""
    events = script(BEGIN + (
        'pd.DataFrame({"n": range(60), "s": ["x", "y"] * 30}).to_csv("in.csv", index=False)\n'
        'open("there.csv", "w").write("a,b\\n7,z\\n")\n'
        'for part in pd.read_csv("in.csv", chunksize=40):\n'
        '    part.to_csv("fresh.csv", mode="a", header=False, index=False)\n'
        'pd.read_csv("in.csv").to_csv("there.csv", mode="a", header=False, index=False)\n'
        'pd.read_csv("in.csv").to_csv("indexed.csv", mode="a", header=False)\n'
    ))  # fmt: skip
    assert edges(events, "fresh.csv").keys() == {"n", "s"}
    outputs = {one["name"]: one["facets"]["schema"]["fields"] for event in events for one in event["outputs"]}
    named = {name: [field["name"] for field in fields] for name, fields in outputs.items()}
    assert (named["fresh.csv"], named["there.csv"], named["indexed.csv"]) == (["n", "s"], ["a", "b"], ["", "n", "s"])
