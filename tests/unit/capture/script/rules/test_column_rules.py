from collections.abc import Callable

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

Wrote = Callable[..., dict[str, str]]


def test_columns_are_dropped_renamed_and_put_in(wrote: Wrote) -> None:
    text = """
        df = df.drop(columns=["b"]).rename(columns={"a": "x"}).assign(y=lambda t: t.x * 2, z=1)
        df.insert(0, "w", df.pop("x"))
        df.to_csv("o")
    """
    assert wrote(text) == {"y": "a transformation", "z": "", "w": "a"}


def test_names_are_changed_by_functions_of_the_library(wrote: Wrote) -> None:
    assert wrote('df.rename(columns=str.upper).to_csv("o")\n') == {"A": "a", "B": "b"}
    assert wrote('df.columns = df.columns.str.upper().str.replace("A", "x")\ndf.to_csv("o")\n') == {"x": "a", "B": "b"}
    assert wrote('df.add_prefix("p_").add_suffix("_s").to_csv("o")\n') == {"p_a_s": "a", "p_b_s": "b"}
    assert wrote('df.set_axis(["x", "y"], axis=1).to_csv("o")\n') == {"x": "a", "y": "b"}


def test_eval_computes_columns_and_get_has_a_default(wrote: Wrote) -> None:
    text = 'df = df.eval("c = a * b")\ndf["d"] = df.get("a", 0)\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b", "c": "a transformation, b transformation", "d": "a"}


def test_columns_are_filtered_by_name_and_type(wrote: Wrote) -> None:
    assert wrote('df.filter(like="b").to_csv("o")\n') == {"b": "b"}
    assert wrote('df.filter(regex="^a").to_csv("o")\n') == {"a": "a"}
    assert set(wrote('orders.select_dtypes("object").to_csv("o")\n')) == {"k", "s"}
    assert set(wrote('orders.select_dtypes(exclude=["object", int]).to_csv("o")\n')) == {"a", "b"}


def test_a_level_of_names_is_dropped(wrote: Wrote) -> None:
    text = 'orders.groupby("k").agg({"a": ["sum", "max"]}).droplevel(0, axis=1).to_csv("o")\n'
    assert wrote(text) == {"sum": "a aggregation", "max": "a aggregation", "index.k": "k", "rows": "k group_by"}


def test_what_lies_in_a_file_without_columns_comes_from_it_as_a_whole(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import csv, json, tomllib\n"
        'open("rates.json", "w").write(json.dumps({"a": 1.0, "b": 2.0, "c": 3.0}))\n'
        'open("steps.toml", "w").write("deep = {a = 1, b = 2, c = 3}")\n'
        'rates = json.load(open("rates.json"))\n'
        'with open("steps.toml", "rb") as file:\n'
        "    steps = tomllib.load(file)\n"
        'with open("customers.csv") as file, open("out.csv", "w", newline="") as out:\n'
        '    writer = csv.DictWriter(out, ["got", "taken", "deep"])\n'
        "    writer.writeheader()\n"
        "    for row in csv.DictReader(file):\n"
        '        got, taken = float(row["spend"]) * rates.get(row["plan"], 1), rates[row["plan"]]\n'
        '        writer.writerow({"got": got, "taken": taken, "deep": steps["deep"][row["plan"]]})\n'
    ))  # fmt: skip
    found = edges(events, "out.csv")
    by = ("customers.csv", "plan", "CONDITIONAL", 0.9)
    assert found["got"] == {
        ("customers.csv", "spend", "TRANSFORMATION", 0.9), ("rates.json", "", "TRANSFORMATION", 0.9), by,
    }  # fmt: skip
    assert found["taken"] == {("rates.json", "", "IDENTITY", 0.9), by}
    assert found["deep"] == {("steps.toml", "deep", "TRANSFORMATION", 0.9), by}


def test_levels_of_names_change_places(wrote: Wrote) -> None:
    """What pandas 3 calls them."""
    text = 'orders.groupby("k")[["a", "b"]].agg(["mean", "max"])'
    found = wrote(f'{text}.swaplevel(axis=1).to_csv("o")\n')
    assert found["('mean', 'a')"] == found["('max', 'a')"] == "a aggregation"
    found = wrote(f'{text}.reorder_levels([1, 0], axis=1)["max"].to_csv("o")\n')
    assert {name: found[name] for name in ("a", "b")} == {"a": "a aggregation", "b": "b aggregation"}
    assert list(wrote('orders.set_index(["k", "s"])[["a"]].swaplevel().to_csv("o")\n')) == ["a", "index.s", "index.k"]


@pytest.mark.parametrize("names", ['from_tuples([("p", "x"), ("q", "y")])', 'from_arrays([["p", "q"], ["x", "y"]])'])
def test_names_in_levels_are_given_by_place(wrote: Wrote, names: str) -> None:
    found = wrote(f'df.columns = pd.MultiIndex.{names}\ndf["q"].to_csv("o")\n')
    assert found["y"] == "b"
    found = wrote('df.columns = pd.MultiIndex.from_product([["p"], ["x", "y"]])\ndf["p"].to_csv("o")\n')
    assert (found["x"], found["y"]) == ("a", "b")
