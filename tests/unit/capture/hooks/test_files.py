"""Files that are renamed and copied: the new name leads to what was written, as ``os`` and ``shutil`` leave them."""

import os
import pickle
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.recorded import names
from tests.told_by_code import BEGIN, Script, edges

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import files
from driftline.testing import MemorySink

FRAME = pd.DataFrame({"id": [1, 2], "amount": [2.0, 3.0]})


@pytest.mark.parametrize("rename", [os.replace, os.rename, shutil.move, lambda a, b: Path(a).replace(b)])
def test_a_file_that_is_written_and_renamed_goes_by_its_new_name(
    watched: MemorySink, tmp_path: Path, rename: Callable[[str, str], Any]
) -> None:
    with driftline.run("job") as run:
        FRAME.to_parquet("f.parquet.tmp")
        getattr(os, getattr(rename, "__name__", ""), rename)("f.parquet.tmp", "f.parquet")
    assert names(run) == ([], ["f.parquet"])
    with driftline.run("reader") as reader:
        pd.read_parquet("f.parquet")
    assert reader.inputs[0].version == run.outputs[0].version
    assert driftline.flush()
    event = watched.decoded()[0]
    assert b'"name":"amount"' in bytes(event.outputs[0].facets["schema"])  # .tmp said nothing of the format
    assert "driftline_gaps" not in event.run.facets


def test_a_folder_that_is_renamed_takes_its_files_along(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        Path("building").mkdir()
        FRAME.to_csv("building/f.csv")
        FRAME.to_parquet("building/pq", partition_cols=["id"])
        Path("building").rename("v1")
    assert sorted({one.dataset.name for one in run.outputs}) == ["v1/f.csv", "v1/pq"]


def test_what_is_renamed_after_its_run_is_linked_by_the_next_one(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        FRAME.to_csv("half.csv", index=False)
    with driftline.run("publish") as other:
        Path("half.csv").replace("whole.csv")
    assert names(other) == (["half.csv"], ["whole.csv"])
    assert one.outputs[0].version == other.inputs[0].version == other.outputs[0].version


@pytest.mark.parametrize("copy", ["copy", "copy2", "copyfile"])
def test_a_copy_is_read_and_written_with_every_column_as_it_was(watched: MemorySink, tmp_path: Path, copy: str) -> None:
    FRAME.to_csv("a.csv", index=False)
    FRAME.to_csv("other.csv", index=False)
    driftline.watch("job")
    pd.read_csv("other.csv")
    getattr(shutil, copy)("a.csv", "b.csv")
    driftline.unwatch()
    assert driftline.flush()
    event = next(one for one in watched.decoded() if one.event_type == "COMPLETE")
    assert [part.name for part in event.outputs] == ["b.csv"]
    lineage = bytes(event.outputs[0].facets["columnLineage"])
    for column in (b"id", b"amount"):
        assert b'"%s":{"inputFields":[{"namespace":"file","name":"a.csv","field":"%s"' % (column, column) in lineage
    assert b"other.csv" not in lineage
    assert b'"inputs":[{"type":"DATASET","namespace":"file","name":"a.csv"' in bytes(event.job.facets["lineage"])


def test_a_copy_of_a_model_is_a_model_with_its_features(watched: MemorySink, tmp_path: Path) -> None:
    from sklearn.linear_model import LinearRegression

    with driftline.run("train") as run:
        model = LinearRegression().fit(pd.DataFrame({"x": [1.0, 2.0], "z": [1.0, 5.0]}), [1.0, 2.0])
        with open("model.pkl", "wb") as file:
            pickle.dump(model, file)
        Path("prod").mkdir()
        shutil.copy("model.pkl", "prod/model.pkl")
    made, copied = run.outputs
    assert (copied.dataset.name, copied.kind, copied.attributes["class"]) == (
        "prod/model.pkl", "model", made.attributes["class"])  # fmt: skip
    driftline.flush()
    (event,) = [one for one in watched.decoded() if one.outputs]
    told = [bytes(one.facets["columnLineage"]) for one in event.outputs if one.name == "prod/model.pkl"]
    assert b'"name":"model.pkl","field":"x"' in told[0]


def test_a_tree_is_copied_file_by_file_without_what_holds_no_data(watched: MemorySink, tmp_path: Path) -> None:
    Path("tree/inner").mkdir(parents=True)
    FRAME.to_csv("tree/a.csv")
    FRAME.to_csv("tree/inner/b.csv")
    Path("tree/run.log").write_text("x")
    Path("tree/code.py").write_text("x = 1\n")
    with driftline.run("job") as run:
        shutil.copytree("tree", "copied")
        Path("tree/run.log").rename("tree/run.log.1")
    assert names(run) == (["tree/a.csv", "tree/inner/b.csv"], ["copied/a.csv", "copied/inner/b.csv"])


def test_what_python_itself_wrote_is_an_output_by_its_final_name(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        Path("state.bin.part").write_text("x")
        Path("state.bin.part").replace("state.bin")
    assert driftline.flush()
    assert names(run) == ([], ["state.bin"])
    assert b"state.bin.part" not in watched.raw[0]


def test_functions_stay_what_they_were_and_errors_pass(watched: MemorySink, tmp_path: Path) -> None:
    assert pickle.loads(pickle.dumps(os.replace)) is os.replace
    with driftline.run("job") as run:
        with pytest.raises(FileNotFoundError):
            Path("nowhere").rename("somewhere")
        with pytest.raises(FileNotFoundError):
            shutil.copyfile("nowhere", "somewhere")
    assert names(run) == ([], [])
    driftline.unwatch()
    assert os.rename.__module__ == "posix"
    assert not hasattr(os.rename, "__wrapped__")


def test_what_a_function_can_do_is_still_said_of_it(watched: MemorySink) -> None:
    known = set(os.supports_dir_fd)
    assert os.rename in known  # as Python's documentation has programs ask, where the system can
    driftline.unwatch()
    assert os.rename in os.supports_dir_fd
    assert len(os.supports_dir_fd) == len(known) - 1  # only the hook has gone


def test_two_ways_to_a_folder_are_one(watched: MemorySink, tmp_path: Path) -> None:
    Path("v1").mkdir()
    Path("current").symlink_to("v1")
    with driftline.run("write") as one:
        FRAME.to_parquet("v1/f.parquet")
    with driftline.run("read") as other:
        pd.read_parquet("current/f.parquet")
    assert other.inputs[0].dataset == one.outputs[0].dataset
    assert other.inputs[0].dataset.name == "v1/f.parquet"


def facets(watched: MemorySink) -> dict[str, Any]:
    """The facets of the outputs of the last event, by name; none of them may be unmeasured."""
    assert driftline.flush()
    event = watched.decoded()[-1]
    assert b"not measured" not in bytes((event.run.facets if event.run else {}).get("driftline_gaps", b""))
    return {part.name: part.facets for part in event.outputs}


@pytest.mark.parametrize("copy", [shutil.copy, shutil.copy2, shutil.copyfile])
def test_a_copy_of_what_the_same_run_has_written_is_measured_in_its_form(
    watched: MemorySink, tmp_path: Path, copy: Callable[[str, str], Any]
) -> None:
    """The text has another separator and no header; ``copy2`` gives the copy the time of what it is a copy of."""
    frame = pd.DataFrame({"k": [copy.__name__, "x"], "v": [1.25, 2.5]})
    with driftline.run("job"):
        frame.to_csv("a.csv", sep=";", index=False, header=False)
        time.sleep(0.02)  # so that a copy is younger
        getattr(shutil, copy.__name__)("a.csv", "b.csv")
    found = facets(watched)
    for name in ("a.csv", "b.csv"):
        assert b'"name":"k"' in bytes(found[name]["schema"])
        assert b'"rows":2' in bytes(found[name]["driftline_state"])


def test_a_tree_of_what_the_same_run_has_written_is_measured(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job"):
        Path("tree/inner").mkdir(parents=True)
        FRAME.assign(tree=1).to_csv("tree/inner/a.csv")
        FRAME.assign(tree=2).to_parquet("tree/b.parquet")
        time.sleep(0.02)  # so that a copy has another time than what it is a copy of
        shutil.copytree("tree", "copied")
    found = facets(watched)
    assert set(found) == {"tree/inner/a.csv", "tree/b.parquet", "copied/inner/a.csv", "copied/b.parquet"}
    assert all(b'"name":"tree"' in bytes(one["schema"]) for one in found.values())


def test_what_was_copied_and_removed_is_measured_by_its_copy(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job"):
        FRAME.assign(removed=1).to_csv("half.csv")
        shutil.copy2("half.csv", "whole.csv")
        Path("half.csv").unlink()
    assert all(b'"name":"removed"' in bytes(one["schema"]) for one in facets(watched).values())


def test_a_file_that_is_moved_to_another_file_system_goes_by_its_new_name(watched: MemorySink, tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system to move to")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        with driftline.run("job") as run:
            FRAME.assign(moved=1).to_csv("a.csv")
            shutil.move("a.csv", folder)
        assert names(run) == ([], [f"{folder}/a.csv"])
        (found,) = facets(watched).values()
        assert b'"name":"moved"' in bytes(found["schema"])
    assert not Path("a.csv").exists()


def test_a_link_to_a_file_is_that_file_and_no_copy_of_it(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        FRAME.to_csv("day.csv", index=False)
    Path("latest.csv").symlink_to("day.csv")
    with driftline.run("read") as other:
        pd.read_csv("latest.csv")
        pd.read_csv("day.csv")
        Path("latest.csv").rename("newest.csv")
        shutil.copyfile("newest.csv", "linked.csv", follow_symlinks=False)
    assert names(other) == (["day.csv"], [])
    assert other.inputs[0].version == one.outputs[0].version
    with driftline.run("again") as again:
        FRAME.to_csv("newest.csv")
    assert names(again) == ([], ["day.csv"])


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell what a number stands for")
def test_a_file_is_renamed_in_folders_that_are_given_by_their_numbers(watched: MemorySink, tmp_path: Path) -> None:
    Path("inner").mkdir()
    here, inner = os.open(".", os.O_RDONLY), os.open("inner", os.O_RDONLY)
    try:
        with driftline.run("job") as run:
            FRAME.assign(numbers=1).to_csv("a.csv")
            os.rename("a.csv", "b.csv", src_dir_fd=here, dst_dir_fd=inner)
    finally:
        os.close(here)
        os.close(inner)
    assert names(run) == ([], ["inner/b.csv"])
    assert b'"name":"numbers"' in bytes(facets(watched)["inner/b.csv"]["schema"])


def test_what_was_written_by_hand_and_renamed_keeps_its_columns(script: Script, tmp_path: Path) -> None:
    events = script(BEGIN + (
        "import json, os, pathlib\n"
        'pathlib.Path("a.csv").write_text("id,amount\\n1,2.5\\n2,3.5\\n")\n'
        'raw = pd.read_csv("a.csv")\n'
        'state = pathlib.Path("state.json")\n'
        "for turn in range(3):\n"
        '    part = state.with_suffix(".tmp")\n'
        '    part.write_text(json.dumps({"turn": turn, "sum": sum(raw["amount"].tolist())}))\n'
        "    os.replace(part, state)\n"
        'os.mkdir("new")\n'
        'with open("new/rows.csv", "w") as file:\n'
        '    file.write("id,double\\n")\n'
        '    for key, amount in zip(raw["id"], raw["amount"]):\n'
        '        file.write(f"{key},{amount * 2}\\n")\n'
        'os.rename("new", "done")\n'
    ))  # fmt: skip
    assert edges(events, "state.json") == {"sum": {("a.csv", "amount", "AGGREGATION", 0.9)}}
    assert edges(events, "done/rows.csv")["double"] == {("a.csv", "amount", "TRANSFORMATION", 0.9)}


def test_what_a_child_has_written_by_hand_and_renamed_goes_by_its_new_name(script: Script) -> None:
    (event,) = script(BEGIN + (
        "import multiprocessing, os\n"
        "def work(path):\n"
        "    raw = pd.read_csv(path)\n"
        '    with open("a.csv.tmp", "w") as file:\n'
        '        file.write("id,double\\n")\n'
        '        for key, amount in zip(raw["id"], raw["amount"]):\n'
        '            file.write(f"{key},{amount * 2}\\n")\n'
        '    os.replace("a.csv.tmp", "a.csv")\n'
        'with open("raw.csv", "w") as file:\n'
        '    file.write("id,amount\\n1,2.5\\n2,3.5\\n")\n'
        'child = multiprocessing.get_context("fork").Process(target=work, args=("raw.csv",))\n'
        "child.start()\n"
        "child.join()\n"
    ))  # fmt: skip
    told = {side: [one["name"] for one in event[side]] for side in ("inputs", "outputs")}
    assert told == {"inputs": ["raw.csv"], "outputs": ["raw.csv", "a.csv"]}
    assert edges([event], "a.csv")["double"] == {("raw.csv", "amount", "TRANSFORMATION", 0.9)}


class Opened(dict[Any, Any]):
    """What a run has opened, which nobody may go through."""

    def items(self) -> Any:
        raise AssertionError("gone through")


def test_a_rename_does_not_go_through_all_that_the_run_has_opened(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job") as run:
        run.trace.opened = Opened()
        Path("a.tmp").write_text("x")
        Path("a.tmp").replace("a.bin")
        assert (str(tmp_path / "a.bin"), "write") in run.trace.opened
        run.trace.opened = {key: run.trace.opened[key] for key in run.trace.opened}
    assert driftline.flush()
    assert names(run) == ([], ["a.bin"])
    assert fault.counts() == {}


def test_copies_and_renames_of_the_same_names_mean_what_they_lead_to_by_then(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "f.csv").write_text(f"x\n{folder}\n")
    with driftline.run("job") as run:
        for folder in ("one", "two"):
            monkeypatch.chdir(tmp_path / folder)
            shutil.copy("f.csv", "g.csv")
            Path("g.csv").rename("h.csv")
        monkeypatch.chdir(tmp_path)
        Path("now").symlink_to("one")
        shutil.copy("now/f.csv", "now/i.csv")
        Path("now").unlink()
        Path("now").symlink_to("two")
        shutil.copy("now/f.csv", "now/i.csv")
        Path("four").mkdir()
        shutil.copy("one/f.csv", "four/h.csv")
        Path("four").rename("three")
        shutil.copy("three/h.csv", "three/j.csv")
    assert sorted(names(run)[0]) == ["one/f.csv", "two/f.csv"]
    assert sorted(names(run)[1]) == [
        "one/h.csv", "one/i.csv", "three/h.csv", "three/j.csv", "two/h.csv", "two/i.csv"]  # fmt: skip


def test_what_was_read_by_hand_or_lies_in_a_folder_that_was_found_leads_on_after_it_was_renamed(
    script: Script, tmp_path: Path
) -> None:
    (tmp_path / "lines.jsonl").write_text('{"k": "a"}\n')
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox/a.csv").write_text("id,v\n1,x\n")
    events = script(
        "import driftline\n"
        'driftline.watch("job")\n'
        "import csv, json, os, pathlib, tempfile\n"
        'with open("lines.jsonl") as given, open("lines.csv", "w", newline="") as made:\n'
        "    out = csv.writer(made)\n"
        '    out.writerow(["k"])\n'
        "    for line in given:\n"
        '        out.writerow([json.loads(line)["k"]])\n'
        'os.rename("lines.jsonl", "lines.done.jsonl")\n'
        'with open("inbox/a.csv") as given:\n'
        '    rows = [{"id": row["id"]} for row in csv.DictReader(given)]\n'
        'number, beside = tempfile.mkstemp(dir=".")\n'
        'with os.fdopen(number, "w") as made:\n'
        "    json.dump(rows, made)\n"
        'os.replace(beside, "rows.json")\n'
        'os.rename("inbox", "done")\n'
    )
    outputs = {one["name"]: one for one in events[-1]["outputs"]}
    assert set(outputs) == {"lines.csv", "lines.done.jsonl", "rows.json", "done/a.csv"}
    first = {one["name"]: one for one in events[-1]["job"]["facets"]["lineage"]["entries"]}["lines.csv"]
    assert [one["name"] for one in first["inputs"]] == ["lines.jsonl"]
    assert {one[:3] for one in edges(events, "rows.json")["id"]} == {("inbox/a.csv", "id", "IDENTITY")}
    copied = outputs["done/a.csv"]["facets"]["columnLineage"]["fields"]["v"]["inputFields"]
    assert [(one["name"], one["field"]) for one in copied] == [("inbox/a.csv", "v")]


def test_of_a_folder_with_very_many_files_that_is_renamed_some_are_told_and_a_gap_says_so(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_BELOW", 2)
    Path("inbox").mkdir()
    for number in range(3):
        Path(f"inbox/{number}.csv").write_text(f"id\n{number}\n")
    with driftline.run("work") as run:
        for number in range(3):
            pd.read_csv(f"inbox/{number}.csv")
        Path("inbox").rename("done")
    assert names(run)[1] == ["done/0.csv", "done/1.csv"]
    assert driftline.flush()
    told = watched.decoded()[0].run
    assert told is not None
    assert files.FURTHER.encode() in bytes(told.facets["driftline_gaps"])


def test_what_a_child_has_written_by_a_hook_and_renamed_goes_by_its_new_name(script: Script) -> None:
    (event,) = script(BEGIN + (
        "import csv, multiprocessing, os\n"
        "def work(path):\n"
        "    raw = pd.read_csv(path)\n"
        '    raw.assign(w=raw["v"] * 2).to_csv("a.csv.tmp", index=False)\n'
        '    os.replace("a.csv.tmp", "a.csv")\n'
        '    with open("b.csv.tmp", "w") as file:\n'
        '        csv.writer(file).writerows([["n"], [len(raw)]])\n'
        '    os.replace("b.csv.tmp", "b.csv")\n'
        'pd.DataFrame({"v": [1, 2]}).to_csv("raw.csv", index=False)\n'
        'child = multiprocessing.get_context("fork").Process(target=work, args=("raw.csv",))\n'
        "child.start()\n"
        "child.join()\n"
    ))  # fmt: skip
    assert sorted(one["name"] for one in event["outputs"]) == ["a.csv", "b.csv", "raw.csv"]
    assert edges([event], "a.csv")["w"] == {("raw.csv", "v", "TRANSFORMATION", 0.9)}
