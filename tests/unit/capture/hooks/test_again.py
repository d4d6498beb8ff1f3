"""Files that are written again and again: what is recorded is what stands there in the end, wherever the path leads.

Expected names and versions are of the files themselves, read by hand after the run.
"""

import csv
import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.recorded import names

import driftline
from driftline.capture.hooks import table
from driftline.capture.tables import measure
from driftline.testing import MemorySink


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what is recorded in the long way, as it happens."""
    found: list[Any] = []

    def note(run: Any, way: str, given: Any, *rest: Any, **more: Any) -> bool:
        found.append(given)
        return original(run, way, given, *rest, **more)

    original = table.note
    monkeypatch.setattr(table, "note", note)
    return found


def dump(path: str, data: Any) -> None:
    with open(path, "wb") as file:
        pickle.dump(data, file)


def tell(path: str, data: Any) -> None:
    with open(path, "w") as file:
        json.dump(data, file)


def rows(path: str, data: Any) -> None:
    with open(path, "w", newline="") as file:
        csv.writer(file).writerow([data])


@pytest.mark.parametrize("write", [dump, tell, rows])
def test_a_file_that_is_written_in_each_round_is_recorded_once_as_it_is_in_the_end(
    write: Callable[[str, Any], None], watched: MemorySink, noted: list[Any]
) -> None:
    with driftline.run("loop") as run:
        for turn in range(5):
            write("state.csv", turn)
    assert names(run) == ([], ["state.csv"])
    assert run.outputs[0].version == measure.of_file("state.csv").version
    assert len(noted) == 1  # the others went the short way
    (seen,) = run.trace.outputs
    assert len(seen.visits) == (0 if write is rows else 5)  # that of a writer of csv is where the file was opened


def test_a_file_that_is_read_between_two_writes_is_no_input_and_is_what_was_written_last(
    watched: MemorySink, noted: list[Any]
) -> None:
    with driftline.run("loop") as run:
        for turn in range(3):
            tell("state.json", turn)
            with open("state.json") as file:
                assert json.load(file) == turn
    assert names(run) == ([], ["state.json"])
    assert run.outputs[0].version == measure.of_file("state.json").version
    assert run.trace.outputs[0].read_ns


def test_the_same_name_in_another_folder_is_another_file(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with driftline.run("loop") as run:
        for folder in "ab":
            (tmp_path / folder).mkdir()
            monkeypatch.chdir(tmp_path / folder)
            dump("state.pkl", folder)
    assert names(run) == ([], ["a/state.pkl", "b/state.pkl"])


def test_a_link_that_leads_elsewhere_from_now_on_is_followed_there(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("loop") as run:
        for folder in "ab":
            (tmp_path / folder).mkdir()
            Path("current").unlink(missing_ok=True)
            Path("current").symlink_to(folder)
            for turn in range(2):
                dump("current/state.pkl", turn)
        Path("b/state.pkl").unlink()
        Path("b/state.pkl").symlink_to("../a/other.pkl")
        dump("b/state.pkl", 3)
    assert names(run) == ([], ["a/other.pkl", "a/state.pkl", "b/state.pkl"])


def test_a_folder_that_takes_the_place_of_another_is_looked_at_anew(
    watched: MemorySink, tmp_path: Path, noted: list[Any]
) -> None:
    with driftline.run("loop") as run:
        Path("now").mkdir()
        dump("now/state.pkl", 1)
        dump("now/state.pkl", 2)
        Path("now").rename("before")
        Path("now").mkdir()
        dump("now/state.pkl", 3)
    assert names(run) == ([], ["before/state.pkl", "now/state.pkl"])
    assert len(noted) == 2
    versions = {one.dataset.name: one.version for one in run.outputs}
    assert versions == {name: measure.of_file(name).version for name in ("before/state.pkl", "now/state.pkl")}


class Model:
    """Something that predicts."""

    def predict(self) -> int:
        """Return a constant."""
        return 1


def test_a_model_that_is_written_where_a_value_was_is_a_model(watched: MemorySink, noted: list[Any]) -> None:
    with driftline.run("loop") as run:
        dump("state.pkl", 1)
        dump("state.pkl", Model())
    assert len(noted) == 2
    assert run.outputs[0].kind == "model"


def test_what_another_hook_passes_over_it_still_passes_over(watched: MemorySink, tmp_path: Path) -> None:
    """A file below ``.cache`` holds no data where csv writes it; who pickles into it says that it does."""
    Path(".cache").mkdir()
    with driftline.run("loop") as run:
        for turn in range(2):
            dump(".cache/state", turn)
            tell(".cache/other", turn)
            tell(".cache/state", turn)
    assert names(run) == ([], [".cache/state"])
    assert len(run.trace.outputs[0].visits) == 2


def test_each_run_has_its_own(watched: MemorySink) -> None:
    for turn in range(2):
        with driftline.run("loop") as run:
            dump("state.pkl", turn)
            dump("state.pkl", turn)
        assert names(run) == ([], ["state.pkl"])
        assert run.outputs[0].version == measure.of_file("state.pkl").version


def test_a_file_in_memory_has_no_name(watched: MemorySink) -> None:
    with driftline.run("loop") as run:
        for turn in range(2):
            tell("state.json", turn)
            pickle.dump(turn, io.BytesIO())
            json.dump(turn, io.StringIO())
    assert names(run) == ([], ["state.json"])


def test_what_a_child_writes_again_is_told_by_it(script: Callable[..., list[dict[str, Any]]]) -> None:
    (event,) = script(
        "import os, pickle, driftline\n"
        "driftline.watch('loop')\n"
        "def dump(name, value):\n"
        "    with open(name, 'wb') as file:\n"
        "        pickle.dump(value, file)\n"
        "dump('state.pkl', 0); dump('state.pkl', 1)\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    for turn in range(3):\n"
        "        dump('own.pkl', turn)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
        "dump('state.pkl', 2)\n"
    )  # fmt: skip
    assert sorted(one["name"] for one in event["outputs"]) == ["own.pkl", "state.pkl"]
