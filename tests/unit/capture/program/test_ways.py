"""Ways of child processes, as their parent hears of them; expected positions were counted by hand."""

import multiprocessing.process
import os
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import msgspec
import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.program import openings, sites, ways
from driftline.capture.program.sites import Read, Visit
from driftline.capture.script.reading import Entry
from driftline.capture.script.site import Site
from driftline.event.lineage import Dataset, Field

ONE = Dataset("file", "one.csv")
TEXT = "def work():\n    read()\n\n\nstart(work)\n"
INNER = (Site("script.py", 2, 10),)
WORK = Entry("script.py", "work", 1)


class Process:
    """What a forked child goes on with, below the frames of its parent."""

    _bootstrap = eval(compile("lambda self, work: work()", sites.__file__, "eval"))  # no code of the user's


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    held: tuple[dict[Any, Any], ...] = (sites._reads, openings._files, openings._begun, ways._told, ways._inner)
    for one in held:
        one.clear()
    sites._Kept.number, sites._Kept.looked_up = 0, -1
    yield
    for one in held:
        one.clear()
    sites._Kept.number, sites._Kept.looked_up = 0, -1


def said(start: Callable[..., None], text: str = TEXT) -> tuple[Visit, ways.Stop]:
    """Run a text, whose function ``start`` calls, on a thread of its own; return its visit, also in words."""
    found: list[tuple[Visit, ways.Stop]] = []

    def read() -> None:
        visit = sites.visit()
        assert visit is not None
        stop = ways.said(visit)
        assert stop is not None
        found.append((visit, stop))

    thread = threading.Thread(target=exec, args=(compile(text, "script.py", "exec"), {"read": read, "start": start}))
    thread.start()
    thread.join()
    return found[0]


def test_a_way_in_a_child_begins_at_the_function_that_the_library_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.process, "BaseProcess", Process)
    visit, stop = said(Process()._bootstrap)
    assert [(site.line, site.column) for site in visit.way.path() if site.file == "script.py"] == [(5, 11), (2, 10)]
    own = tuple(site for site in stop.path if site.file == "script.py")
    assert own == INNER
    assert (stop.entry, stop.order) == (WORK, visit.order)


def test_where_nothing_was_forked_the_whole_way_is_told() -> None:
    _, stop = said(lambda work: work())
    assert [site.line for site in stop.path if site.file == "script.py"] == [5, 2]
    assert stop.entry == Entry("script.py")


def test_what_a_child_read_is_found_at_the_end_of_the_paths_that_the_text_has() -> None:
    sent = ways.Took(ways.Stop(INNER, WORK, False, 7), "", (ONE,), (Field("a", "int64"),))
    ways.take(msgspec.json.decode(msgspec.json.encode(sent), type=ways.Took), ways.thread_of("12-34"))
    ((found,),) = sites.reads((Site("script.py", 5, 11), *INNER))
    assert found == Read(7, ways.thread_of("12-34"), (ONE,), (Field("a", "int64"),))
    assert ways.thread_of("12-34") < 0  # numbers of threads are not


def test_of_two_children_each_has_its_own_reads_and_those_of_another_count_where_it_has_none() -> None:
    for name, order in (("1-5", 3), ("2-5", 4)):
        ways.take(ways.Took(ways.Stop(INNER, WORK, False, order), "", (ONE,)), ways.thread_of(name))
    assert [getattr(sites.latest(INNER, 9, thread), "order", 0) for thread in (ways.thread_of("1-5"), 77)] == [3, 4]


def test_files_that_were_opened_to_be_written_are_known_by_their_paths() -> None:
    ways.take(ways.Took(ways.Stop(INNER, WORK, False, 7), "/out.csv"), -1)
    (visit,) = openings.written("/out.csv")
    assert (visit.way.path(), visit.way.entry(), visit.way.resumed(), visit.order) == (INNER, WORK, False, 7)
    assert ways.heard(ways.Stop(INNER, WORK, False, 8), -1).way is visit.way
    assert openings.by_place() == {INNER: [visit]}


def test_a_frame_that_is_known_by_what_it_was_made_of_is_not_told_of() -> None:
    visit, _ = said(lambda work: work())
    assert ways.taken(visit, Read(1, 1, (ONE,), None, node=object())) is None
    taken = ways.taken(visit, Read(1, 1, (ONE,), None, path="/x"))
    assert taken is not None
    assert (taken.datasets, taken.path, taken.written) == ((ONE,), "/x", "")
    opened = ways.taken(visit, "/y")
    assert opened == ways.Took(taken.at, "/y")


def test_code_that_was_sent_by_value_is_found_in_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    exec(compile(TEXT, "script.py", "exec"), {**vars(main), "start": lambda work: vars(main).update(work=work)})
    monkeypatch.setitem(sys.modules, "__main__", main)
    lost = Site("<dynamic-code>", 2, 10)
    visit = ways.heard(ways.Stop((lost,), WORK._replace(file="<dynamic-code>"), False, 7), -1)
    assert (visit.way.path(), visit.way.entry()) == (INNER, WORK)
    other = Entry("<dynamic-code>", "work", 3)  # no function of the script begins there
    assert ways.heard(ways.Stop((lost,), other, False, 7), -1).way.path() == (lost,)


CHILDREN = """\
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
import joblib
import pandas as pd
import driftline


def load(path):
    raw = pd.read_csv(path)
    return raw[raw.a > 1]


def process(path):
    raw = load(path)
    raw["c"] = raw.a / raw.b
    raw[["id", "c"]].to_parquet(path.replace("in_", "out_").replace("csv", "parquet"), index=False)


if __name__ == "__main__":
    driftline.watch("job")
    files = [f"in_{k}.csv" for k in "xyz"]
    for k, file in enumerate(files):
        pd.DataFrame({"id": range(k * 100, k * 100 + 60), "a": range(60), "b": range(1, 61)}).to_csv(file, index=False)
    how = sys.argv[1]
    if how == "joblib":
        joblib.Parallel(2)(joblib.delayed(process)(file) for file in files)
        frames = joblib.Parallel(2)(joblib.delayed(load)(file) for file in files)
    elif how == "executor":
        with ProcessPoolExecutor(2) as pool:
            list(pool.map(process, files))
            frames = list(pool.map(load, files))
    else:
        with multiprocessing.get_context(how).Pool(2) as pool:
            pool.map(process, files)
            frames = pool.map(load, files)
    pd.concat(frames)[["a"]].rename(columns={"a": "z"}).to_parquet("all.parquet", index=False)
"""


@pytest.mark.parametrize("how", ["fork", "spawn", "executor", "joblib"])
def test_what_child_processes_write_comes_from_what_each_has_read_and_what_they_return_from_all(
    script: Script, how: str
) -> None:
    if how == "fork" and not hasattr(os, "fork"):
        pytest.skip("this system does not fork")
    events = script(CHILDREN, how)
    for k in "xyz":
        found = edges(events, f"out_{k}.parquet")
        assert found["c"] == {
            (f"in_{k}.csv", "a", "TRANSFORMATION", 0.9), (f"in_{k}.csv", "b", "TRANSFORMATION", 0.9),
        }  # fmt: skip
        assert found[""] == {(f"in_{k}.csv", "a", "FILTER", 0.9)}
    sources = {(source, column) for source, column, *_ in edges(events, "all.parquet")["z"]}
    assert sources == {(f"in_{k}.csv", "a") for k in "xyz"}


def test_what_a_child_process_was_given_comes_from_what_its_parent_had_read(script: Script) -> None:
    events = script(
        "import multiprocessing\n" + BEGIN + DATA + (
            "def work(part):\n"
            '    part["rate"] = part.spend / part.tenure\n'
            '    part[["rate"]].to_parquet("out.parquet", index=False)\n'
            'raw = pd.read_csv("customers.csv")\n'
            'pool = multiprocessing.get_context("fork").Pool(1)\n'
            "pool.map(work, [raw])\n"
            "pool.terminate()\n"
        )
    )  # fmt: skip
    assert edges(events, "out.parquet")["rate"] == {
        ("customers.csv", "spend", "TRANSFORMATION", 0.9), ("customers.csv", "tenure", "TRANSFORMATION", 0.9),
    }  # fmt: skip


def test_files_that_children_open_and_write_row_by_row_have_their_edges(script: Script) -> None:
    events = script(
        "import csv\nfrom concurrent.futures import ProcessPoolExecutor\n" + BEGIN + (
            "def work(name):\n"
            '    with open(f"in_{name}.csv") as source, open(f"out_{name}.csv", "w", newline="") as target:\n'
            '        writer = csv.DictWriter(target, ["twice"])\n'
            "        writer.writeheader()\n"
            "        for row in csv.DictReader(source):\n"
            '            writer.writerow({"twice": 2 * int(row["a"])})\n'
            'for k in "xy":\n'
            '    pd.DataFrame({"a": range(ord(k), 200), "b": 1}).to_csv(f"in_{k}.csv", index=False)\n'
            "with ProcessPoolExecutor(2) as pool:\n"
            '    list(pool.map(work, "xy"))\n'
        )
    )  # fmt: skip
    for k in "xy":
        assert {one[:3] for one in edges(events, f"out_{k}.csv")["twice"]} == {(f"in_{k}.csv", "a", "TRANSFORMATION")}
