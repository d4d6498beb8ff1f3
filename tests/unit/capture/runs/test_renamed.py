"""What renamed files are called in the end: by their books alone, and in a program that renames in all ways.

The expected names and edges are worked out by hand from the order of the calls.
"""

import time
from pathlib import Path
from typing import Any

import pytest
from tests.told_by_code import Script, edges

import driftline
from driftline.capture.runs import renamed
from driftline.capture.runs.columns import Reach
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched
from driftline.testing import MemorySink

PROGRAM = """\
import driftline
driftline.watch("job")
import csv, json, os, pathlib, shutil

def make(path):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([["id", "v"], [1, "x"], [2, "y"]])

def double(source, target):
    with open(source) as given, open(target, "w", newline="") as made:
        out = csv.writer(made)
        out.writerow(["id", "w"])
        for row in csv.DictReader(given):
            out.writerow([row["id"], row["v"] * 2])

make("a_raw.csv")
shutil.copy("a_raw.csv", "a_cp.csv")
double("a_cp.csv", "a_fin.csv")
os.rename("a_cp.csv", "a_arch.csv")
make("a_cp.csv")  # another file, which stays
double("a_cp.csv", "a_fin2.csv")

make("b_work.csv")
double("b_work.csv", "b_one.csv")
os.replace("b_work.csv", "b_mid.csv")
double("b_mid.csv", "b_two.csv")
shutil.move("b_mid.csv", "b_end.csv")

with open("c_raw.json", "w") as file:
    file.write(json.dumps({"k": 1}))
with open("c_raw.json") as file:
    held = json.load(file)
pathlib.Path("c_raw.json").rename("c_arch.json")
with open("c_fin.json", "w") as file:
    json.dump(held, file)

os.mkdir("d_new")
make("d_new/x.csv")
double("d_new/x.csv", "d_fin.csv")
os.rename("d_new", "d_old")

for turn in "pq":
    make("e_work.csv")
    double("e_work.csv", f"e_fin_{turn}.csv")
    os.rename("e_work.csv", f"e_arch_{turn}.csv")

make("f_a.csv")
make("f_b.csv")
double("f_a.csv", "f_of_a.csv")
double("f_b.csv", "f_of_b.csv")
os.rename("f_a.csv", "f_x.csv")
os.rename("f_b.csv", "f_a.csv")
os.rename("f_x.csv", "f_b.csv")

double("g_found.csv", "g_fin.csv")
os.rename("g_found.csv", "g_done.csv")

make("h_raw.csv")
double("h_raw.csv", "h.csv.tmp")
with open("h.csv.tmp") as file:
    assert len(list(csv.reader(file))) == 3
os.replace("h.csv.tmp", "h.csv")
"""
GONE = {"b_work.csv", "b_mid.csv", "c_raw.json", "d_new/x.csv", "e_work.csv", "f_x.csv", "h.csv.tmp"}


def test_what_was_made_of_a_file_before_it_was_renamed_is_made_of_the_file_that_is_there(
    script: Script, tmp_path: Path
) -> None:
    (tmp_path / "g_found.csv").write_text("id,v\n1,x\n")
    events = script(PROGRAM)
    made_of = {
        "a_fin.csv": "a_arch.csv", "a_fin2.csv": "a_cp.csv", "b_one.csv": "b_end.csv", "b_two.csv": "b_end.csv",
        "d_fin.csv": "d_old/x.csv", "e_fin_p.csv": "e_arch_p.csv", "e_fin_q.csv": "e_arch_q.csv",
        "f_of_a.csv": "f_b.csv", "f_of_b.csv": "f_a.csv", "g_fin.csv": "g_found.csv", "h.csv": "h_raw.csv",
    }  # fmt: skip
    for output, source in made_of.items():
        assert edges(events, output)["w"] == {(source, "v", "TRANSFORMATION", 0.9)}, output
    assert {one[:2] for found in edges(events, "c_fin.json").values() for one in found} == {("c_arch.json", "")}
    assert sources(events[-1], "a_arch.csv") == {"a_raw.csv"}
    assert sources(events[-1], "g_done.csv") == {"g_found.csv"}
    assert not GONE & set(told(events[-1]))
    assert {"c_arch.json", "d_old/x.csv"} <= {one["name"] for one in events[-1]["outputs"]}


def sources(event: dict[str, Any], name: str) -> set[str]:
    """The datasets that columns of an output surely come from."""
    (output,) = (one for one in event["outputs"] if one["name"] == name)
    fields = output["facets"]["columnLineage"]["fields"].values()
    return {
        one["name"]
        for field in fields
        for one in field["inputFields"]
        if all(way.get("confidence", 1.0) == 1.0 for way in one["transformations"])
    }


def told(given: Any) -> list[str]:
    """Every name that an event tells of."""
    if isinstance(given, list):
        return [name for one in given for name in told(one)]
    if isinstance(given, dict):
        own = [given["name"]] if isinstance(given.get("name"), str) else []
        return own + [name for one in given.values() for name in told(one)]
    return []


def test_what_a_run_wrote_and_another_one_renames_leads_on(watched: MemorySink) -> None:
    with driftline.run("first"):
        Path("raw.json").write_text("{}")
        Path("half.json").write_bytes(Path("raw.json").read_bytes())
    with driftline.run("second") as second:
        Path("half.json").rename("whole.json")
    assert [one.dataset.name for one in second.inputs] == ["half.json"]
    assert [one.dataset.name for one in second.outputs] == ["whole.json"]


def trace() -> Trace:
    return Trace(run="r", job=Job("default", "j"), started_us=0)


def of(name: str) -> Dataset:
    return Dataset("file", name)


def test_a_name_means_what_was_written_there_last() -> None:
    one, start = trace(), time.time_ns()
    renamed.note(one, "/w", "/a", start - 100, of("w"), of("a"))
    renamed.note(one, "/w", "/b", start - 50, of("w"), of("b"))
    renamed.note(one, "/a", "/c", start - 100, of("a"), of("c"))
    one.outputs.append(Seen(touched=Touched(dataset=of("w")), path="/w", at_ns=start - 10))
    now = renamed.of(one)
    assert [now.dataset(of("w"), start - ago).name for ago in (101, 100, 51, 50, 11, 10, 0)] == list("wccbbww")
    assert now.dataset(of("x"), start).name == "x"
    reach = Reach("file", "w", "v", "DIRECT", "IDENTITY")
    assert now.bound(({"o": [reach]}, [reach]), start - 99) == (
        {"o": [reach._replace(name="c")]},
        [reach._replace(name="c")],
    )


def test_a_path_means_what_lay_there_until_it_was_renamed() -> None:
    one, start = trace(), time.time_ns()
    renamed.note(one, "/w", "/a", start - 100)
    now = renamed.of(one)
    assert [now.path("/w", at) for at in (start - 101, start - 100, start, time.time_ns())] == ["/w", "/a", "/a", "/w"]
    assert now.path("/a", start) == "/a"
    renamed.note(one, "/a", "/b", start - 100)
    assert now.path("/w", start) == "/b"  # a file is one, however often it is renamed
    renamed.note(one, "/b", "/b", start - 100)
    assert now.path("/w", start) == "/b"


def test_what_was_read_under_a_former_name_and_is_told_again_is_no_input() -> None:
    one, start = trace(), time.time_ns()
    renamed.note(one, "/w", "/a", start - 100, of("w"), of("a"))
    before, then, since = (Seen(touched=Touched(dataset=of("w")), path="/w", at_ns=at)
                           for at in (start - 101, start - 1, time.time_ns() + 1))  # fmt: skip
    assert [renamed.made(one, seen) for seen in (before, then, since)] == [False, True, False]
    assert not renamed.made(trace(), then)


def test_an_answer_stands_until_it_is_forgotten() -> None:
    one = trace()
    assert renamed.of(one) is renamed.of(one)
    renamed.note(one, "/w", "/a", 1, of("w"), of("a"))
    assert renamed.of(one).dataset(of("w"), 2) == of("w")
    renamed.forget(one)
    assert renamed.of(one).dataset(of("w"), 2) == of("a")


def test_of_very_many_renames_the_last_are_known_and_the_others_take_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(renamed, "_MOST", 10)
    one = trace()
    for number in range(100):
        at_ns = time.time_ns()
        renamed.note(one, f"/tmp{number}", f"/end{number}", at_ns, of(f"t{number}"), of(f"e{number}"))
        renamed.note(one, "/w", "/a", at_ns, of("w"), of("a"))
    books, now = one.recalled["renamed"], renamed.of(one)
    assert max(map(len, (books.paths, books.datasets, books.files))) <= 12
    assert sum(map(len, books.paths.values())) <= 12
    assert [now.dataset(of(f"t{number}"), time.time_ns()).name for number in (0, 99)] == ["t0", "e99"]
    assert now.dataset(of("w"), time.time_ns()) == of("a")
    assert now.path("/tmp99", at_ns) == "/end99"


def test_a_table_goes_by_its_last_name_from_when_it_was_filled_and_its_former_name_is_free() -> None:
    """By hand: ``new`` becomes ``live`` and ``old``, and another table is ``new`` and ``live`` after it; times in s."""
    one, second, begin = trace(), 1_000_000_000, time.time_ns() - time.perf_counter_ns()

    def written(name: str, at: int) -> Seen:
        one.outputs.append(seen := Seen(touched=Touched(dataset=of(name)), at_ns=begin + at * second))
        return seen

    written("new", 1)
    for before, after, at in (("new", "live", 3), ("live", "old", 5)):
        assert renamed.table(one, of(before), written(after, at), at * second)
    written("new", 7)
    assert renamed.table(one, of("new"), other := written("live", 9), 9 * second)
    assert not renamed.table(one, of("nowhere"), other, 10 * second)
    now = renamed.of(one)
    called = [
        ("new", 0, "new"), ("new", 2, "old"), ("new", 4, "new"), ("live", 2, "live"), ("live", 4, "old"),
        ("new", 8, "live"), ("live", 6, "live"), ("old", 6, "old"), ("live", 10, "live"),
    ]  # fmt: skip
    assert [now.dataset(of(name), now.at_ns(at * second)).name for name, at, _ in called] == [
        last for *_, last in called
    ]
    assert sorted(seen.touched.dataset.name for seen in one.outputs) == ["live", "old"]
