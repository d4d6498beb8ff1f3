import importlib
import pkgutil
from collections.abc import Callable

from driftline.capture.script import rules
from driftline.capture.script.follow import Followed
from driftline.capture.script.rules import answer

Wrote = Callable[..., dict[str, str]]


def test_a_call_that_read_something_is_that_read_whatever_its_name(wrote: Wrote) -> None:
    assert wrote('import strange\nstrange.load("users")[["age"]].to_csv("o")\n') == {"age": "age"}


def test_methods_are_called_through_their_class(wrote: Wrote) -> None:
    assert wrote('pd.DataFrame.assign(df, c=df.a).to_csv("o")\n') == {"a": "a", "b": "b", "c": "a"}


def test_what_numpy_reads_is_an_array_whose_columns_are_told_by_place(wrote: Callable[..., dict[str, str]]) -> None:
    text = """
        raw = np.load("users")
        age, name = raw[:, 2], raw[:, 1]
        pd.DataFrame({"old": age > 60, "last": raw[:, -1], "name": name}).to_csv("o")
    """
    assert wrote(text) == {"old": "age transformation", "last": "age", "name": "name"}


def test_a_value_that_is_called_is_an_unknown_function(wrote: Callable[..., dict[str, str]]) -> None:
    text = 'step = steps.pop()\nstep(df).to_csv("o")\n'
    assert wrote(text)["..."] == "a transformation ?, b transformation ?"


def test_what_an_unknown_object_is_called_for_is_never_sure(wrote: Wrote) -> None:
    """``found.judge(users)``: of what an unknown function gave nobody knows whether that is a column or a method."""
    text = """
        users = pd.read_csv("users")[["age"]]
        found = elsewhere(pd.read_csv("orders")[["a"]])
        pd.DataFrame({"x": found.judge(users)}).to_csv("o")
    """
    assert wrote(text) == {"x": "a transformation ?, age transformation ?"}
    assert wrote(text.replace("found.judge", "found.door.judge")) == {"x": "a transformation ?, age transformation ?"}


def test_what_is_written_by_the_number_of_a_file_is_in_the_file(follows: Callable[..., Followed]) -> None:
    """The number is opened in the third line, behind five of the head."""
    text = """\
import json, os
rows = json.load(open("users"))
number = os.open("o", os.O_WRONLY)
for row in rows:
    os.write(number, (json.dumps({"n": row["name"]}) + "\\n").encode())
"""
    found = follows(text)
    table = found.given(next(one for one in found.paths() if one[-1].line == 8))
    assert table is not None
    assert {name: {one.column for one in cames} for name, cames in table.columns.items()} == {"n": {"name"}}


def test_a_record_of_json_loses_what_is_taken_out_of_it(wrote: Wrote) -> None:
    text = """
        import json
        record = json.loads(open("users").read())
        record["n"] = record.pop("name")
        del record["age"]
        pd.DataFrame([record]).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "n": "name"}


def test_each_function_and_method_of_each_table_is_found_in_the_tables_that_are_looked_at() -> None:
    """A table that says too little of its libraries would never be looked at for the others."""
    names = [one.name for one in pkgutil.iter_modules(rules.__path__)]
    tables = {name: importlib.import_module(f"{rules.__name__}.{name}") for name in names}
    functions = {name for module in tables.values() for name in getattr(module, "FUNCTIONS", ())}
    assert len(functions) > 400
    assert [name for name in functions if answer._FUNCTIONS.get(name) is None] == []
    methods = {name for module in tables.values() for name in getattr(module, "ON_FRAMES", ())}
    assert len(methods) > 30
    assert [name for name in methods if answer._FRAME.get(name) is None] == []
