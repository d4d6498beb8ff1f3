"""What Python opens and nothing claims is a named gap, and the run says how much of it all is accounted for."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import driftline
from driftline.capture.ground import opens
from driftline.event.openlineage import Event
from driftline.testing import MemorySink


def facet(sink: MemorySink, key: str) -> dict[str, Any]:
    driftline.flush()
    found: list[Event] = [event for event in sink.decoded() if event.run and key in event.run.facets]
    assert found, key
    assert found[-1].run is not None
    body: dict[str, Any] = json.loads(bytes(found[-1].run.facets[key]))
    return body


def test_an_open_that_no_hook_claims_is_a_named_gap(watched: MemorySink, tmp_path: Path) -> None:
    Path("data.csv").write_text("x\n1\n2\n")  # 6 bytes
    Path(".raw.bin").write_bytes(b"12345678901234567890")
    with driftline.run("job"):
        pd.read_csv("data.csv")
        with open(".raw.bin", "rb") as file:
            file.read()
        with open("report.log", "w") as file:
            file.write("four")
    gaps = facet(watched, "driftline_gaps")["gaps"]
    assert gaps == {"unattributed read .raw.bin": 1, "unattributed write report.log": 1}
    whole = facet(watched, "driftline_completeness")
    assert (whole["attributed"], whole["seen"], whole["files"]) == (6, 30, 2)
    assert whole["completeness"] == pytest.approx(6 / 30)
    assert whole["unattributed"] == ["read .raw.bin", "write report.log"]


def test_what_is_recorded_and_not_measured_stands_beside_what_is_not_recorded(watched: MemorySink) -> None:
    Path("long.csv").write_text("a,b\n1,2\n3,4,5\n")
    with driftline.run("job") as run:
        run.read("long.csv")
    whole = facet(watched, "driftline_completeness")
    assert whole["completeness"] == 1.0
    assert whole["unmeasured"] == ["long.csv (line 3 has 3 cells where the header has 2)"]


def test_a_file_that_is_claimed_is_no_gap(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        with open("x.csv", "w") as file:
            file.write("x\n1\n")
        run.write("x.csv")
        with open("x.csv") as file:
            file.read()
    assert facet(watched, "driftline_completeness")["completeness"] == 1.0


def test_python_s_own_files_and_temporary_ones_are_no_gaps(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.csv").write_text("x\n1\n")
    with driftline.run("job"):
        pd.read_csv("x.csv")
        with open(os.__file__) as file:
            file.read()
        with open("/dev/null", "rb") as other:
            other.read()
        with tempfile.NamedTemporaryFile("w") as temporary:
            temporary.write("gone")
        with pytest.raises(FileNotFoundError), open("never"):
            pass
        os.close(os.open(".", os.O_RDONLY))
    assert facet(watched, "driftline_completeness")["files"] == 0


def test_what_dbt_keeps_of_a_project_is_neither_an_output_nor_a_gap(watched: MemorySink, tmp_path: Path) -> None:
    Path("target").mkdir()
    with driftline.run("job") as run:
        for name in ("manifest.json", "run_results.json", "partial_parse.msgpack"):
            Path("target", name).write_bytes(b"{}")
        with open("target/run_results.json") as file:
            json.load(file)
        Path("target/orders.json").write_text('[{"a": 1}]')
    assert driftline.flush()
    assert run.inputs == ()
    told = [part.name for event in watched.decoded() for part in (*event.inputs, *event.outputs)]
    assert set(told) == {"target/orders.json"}
    assert opens.is_book("shop/target/graph.gpickle")
    assert not opens.is_book("shop/graph.gpickle")


@pytest.mark.parametrize(
    "name", [".metaflow/Flow/7/start/1/0.data.json", ".ray/auth_token", "ray/session_2026-11-29_10-38-00_1/node.json"]
)
def test_what_metaflow_and_ray_keep_for_themselves_is_neither_an_input_nor_a_gap(
    watched: MemorySink, tmp_path: Path, name: str
) -> None:
    kept = tmp_path / name
    kept.parent.mkdir(parents=True)
    with driftline.run("flow") as run:
        with kept.open("w") as file:
            json.dump({"objects": {}}, file)
        with kept.open() as file:
            json.load(file)
    assert driftline.flush()
    assert (run.inputs, run.outputs) == ((), ())
    assert all("driftline_gaps" not in ((event.run and event.run.facets) or {}) for event in watched.decoded())


def test_a_read_that_fails_leaves_what_it_opened_as_opened_by_hand(watched: MemorySink, tmp_path: Path) -> None:
    Path("broken.json").write_text("{]")
    with driftline.run("job") as run, pytest.raises(ValueError, match=r".+"):
        pd.read_json("broken.json")
    assert facet(watched, "driftline_completeness")["files"] == 0
    assert [one.dataset.name for one in run.inputs] == ["broken.json"]


def test_switched_off_it_hears_nothing(watched: MemorySink, tmp_path: Path) -> None:
    opens.switch_off()
    with driftline.run("job") as run, open("x", "w") as file:
        file.write("x")
    assert run.opened == {}
    driftline.flush()
    assert b"driftline_completeness" not in watched.raw[-1]


def test_only_so_many_files_are_named(watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opens, "NAMED", 2)
    with driftline.run("job"):
        for number in range(5):
            with open(f"{number}.log", "w") as file:
                file.write("x")
    gaps = facet(watched, "driftline_gaps")["gaps"]
    assert gaps == {"unattributed write 0.log": 1, "unattributed write 1.log": 1, "unattributed files": 3}


def test_what_is_opened_beyond_those_that_are_remembered_is_counted(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opens, "LIMIT", 2)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("x")
    with driftline.run("job") as run:
        for number in range(5):
            with (tmp_path / f"{number}.txt").open():
                pass
    assert run.trace.gaps[opens.FURTHER] == 3


LATE = """\
import codecs, os, sys
class Late:
    def __init__(self): self.remove, self.open = os.remove, open
    def __del__(self):
        self.open("made.txt", "w").close()
        self.remove("late.txt")
        raise ValueError("said at the end")
kept = Late()
here = sys.modules[__name__]
def search(name): return None
codecs.register(search)  # it keeps this module until those that were imported later have ended
"""


def test_what_the_program_does_after_the_modules_have_ended_is_as_ever(tmp_path: Path) -> None:
    """As without Driftline: the file is made, the other one removed, and the exception is told as Python tells it."""
    (tmp_path / "late_one.py").write_text(LATE)
    (tmp_path / "late.txt").touch()
    script = tmp_path / "script.py"
    script.write_text("import late_one\nimport driftline\ndriftline.watch('job')\n")
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    ran = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0
    assert "ValueError: said at the end" in ran.stderr
    assert "driftline" not in ran.stderr
    assert (tmp_path / "made.txt").exists()
    assert not (tmp_path / "late.txt").exists()


def test_where_a_name_leads_and_whether_it_is_there_is_looked_at_each_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[tuple[str, str]] = []
    run = SimpleNamespace(opened={}, trace=SimpleNamespace(again={}))
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "f.txt").touch()
    monkeypatch.setattr(opens._state, "around", lambda: run)
    monkeypatch.setattr(opens._state, "told", lambda path, way, frame: told.append((path, frame.f_code.co_name)))
    monkeypatch.setattr(opens._state, "on", True)
    here = sys._getframe().f_code.co_name
    for folder in "ab":
        monkeypatch.chdir(tmp_path / folder)
        opens._heard("open", ("f.txt", "r", os.O_RDONLY))
    Path("f.txt").unlink()
    opens._heard("open", ("f.txt", "r", os.O_RDONLY))  # that will fail
    opens._heard("open", ("f.txt", "w", os.O_WRONLY))
    paths = [str(tmp_path / folder / "f.txt") for folder in "ab"]
    assert [path for path, _ in told] == [*paths, paths[1]]
    assert {name for _, name in told} == {here}  # not one of ours
    assert list(run.opened) == [(paths[0], "read"), (paths[1], "read"), (paths[1], "write")]
    first = next(iter(run.trace.again.values()), None)
    opens._heard("open", ("f.txt", "r", os.O_RDONLY))  # what it has written
    assert first is None
    assert list(run.trace.again) == [paths[1]]
    opens._heard("open", ("f.txt", "w", os.O_WRONLY))
    assert not run.trace.again


def test_an_opening_is_noted_under_the_path_that_a_file_has_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = SimpleNamespace(opened={}, trace=SimpleNamespace(again={}))
    monkeypatch.setattr(opens._state, "around", lambda: run)
    monkeypatch.setattr(opens._state, "told", None)
    monkeypatch.setattr(opens._state, "on", True)
    monkeypatch.chdir(tmp_path)
    for given in ("./a.csv", "b.csv", "sub/../c.csv", f"{tmp_path}/./d.csv", f"{tmp_path}//e.csv", f"{tmp_path}/f.csv"):
        opens._heard("open", (given, "w", os.O_WRONLY))
    assert list(run.opened) == [(str(tmp_path / f"{name}.csv"), "write") for name in "abcdef"]
