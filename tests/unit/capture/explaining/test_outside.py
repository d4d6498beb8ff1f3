"""What is told of a command line, of the environment and of calls that were seen; expected values by hand."""

import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.explaining import outside
from driftline.capture.program import sites
from driftline.capture.script.site import Path, Site

PATH: Path = (Site("script.py", 1, 13),)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    outside._parsed.clear()
    yield
    outside._parsed.clear()
    outside._names.clear()


def parse(*several: dict[str, Any]) -> outside.Outside:
    """Call ``parse`` at one place of a script: on a thread, which has nothing of this test below."""
    values = iter(several)
    code = compile("[parse(next(values)) for _ in several]", "script.py", "exec")
    names = {"parse": outside.parse, "values": values, "several": several}
    thread = threading.Thread(target=exec, args=(code, names))
    thread.start()
    thread.join()
    return outside.Outside(lambda path: path)


def test_plain_values_are_told_and_no_others() -> None:
    found = parse({"col": "a", "n": 3, "names": ["a", "b"], "path": object(), "api_key": "x"})
    (way,) = outside._parsed
    assert found.parsed(way.path()) == {"col": "a", "n": 3, "names": ["a", "b"]}
    assert found.parsed(PATH) is None


def test_where_it_is_something_else_another_time_nothing_is_told() -> None:
    found = parse({"col": "a"}, {"col": "b"})
    (way,) = outside._parsed
    assert found.parsed(way.path()) is None


def test_the_environment_and_the_command_line_are_those_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMN", "b")
    monkeypatch.setenv("API_TOKEN", "x")
    monkeypatch.setattr(sys, "argv", ["s.py", "b"])
    found = outside.Outside(lambda path: path)
    assert found.variable("COLUMN") == ("b",)
    assert found.variable("NOT_SET_ANYWHERE") == (None,)
    assert found.variable("API_TOKEN") is None
    assert found.arguments() == ("s.py", "b")
    assert found.stands(lambda path: path)
    monkeypatch.setenv("COLUMN", "c")
    assert not found.stands(lambda path: path)


def test_what_a_star_brings_is_told_of_loaded_modules_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    said, unsaid, waiting = ModuleType("said"), ModuleType("unsaid"), ModuleType("waiting")
    vars(said).update(__all__=["_one", "two"], _one=1, two=2, three=3)
    vars(unsaid).update(_one=1, two=2, three=3)
    namespace: dict[Any, Any] = vars(unsaid)
    namespace[7] = "no name"  # as programs may
    found = outside.Outside(lambda path: path)
    assert found.names("waiting") is None
    for module in (said, unsaid, waiting):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    assert not found.stands(lambda path: path)
    assert found.names("said") == ("_one", "two")
    assert found.names("unsaid") == ("two", "three")
    assert found.names("not_loaded_anywhere") is None


def test_a_call_that_read_nothing_has_not_happened() -> None:
    sites._reads.clear()
    assert outside.Outside(lambda path: path).happened(PATH) is False


def test_columns_that_the_command_line_names_have_their_edges(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import argparse\n"
        "parser = argparse.ArgumentParser()\n"
        'parser.add_argument("--col", default="tenure")\n'
        'raw = pd.read_csv("customers.csv")\n'
        'raw["x"] = raw[parser.parse_args().col] * 2\n'
        'raw[["x"]].to_csv("out.csv", index=False)\n'
    ), "--col", "spend")  # fmt: skip
    assert edges(events, "out.csv") == {"x": {("customers.csv", "spend", "TRANSFORMATION", 0.9)}}


def test_what_is_kept_between_runs_has_its_sources_in_the_first_one_too(script: Script) -> None:
    """By hand: the files of the state are not there yet; of a JSON object whose keys are data no field is known."""
    events = script(BEGIN + DATA + (
        "import json, os, pickle\n"
        'old = pickle.load(open("old.pkl", "rb")) if os.path.exists("old.pkl") else {}\n'
        "totals = {}\n"
        'if os.path.exists("totals.json"):\n'
        '    with open("totals.json") as file:\n'
        "        totals = json.load(file)\n"
        'for row in pd.read_csv("customers.csv").itertuples():\n'
        "    old[row.id] = row.spend\n"
        "    totals[row.plan] = totals.get(row.plan, 0) + row.tenure\n"
        'with open("old.pkl", "wb") as file:\n'
        "    pickle.dump(old, file)\n"
        'with open("totals.json", "w") as file:\n'
        "    json.dump(totals, file)\n"
    ))  # fmt: skip
    kept = edges(events, "old.pkl")
    assert kept["key"] == {("customers.csv", "id", "IDENTITY", 0.9)}
    assert ("customers.csv", "spend", "IDENTITY", 0.9) in kept["value"]
    assert edges(events, "totals.json") == {
        "": {("customers.csv", "plan", "CONDITIONAL", 0.9), ("customers.csv", "tenure", "CONDITIONAL", 0.9)}
    }
