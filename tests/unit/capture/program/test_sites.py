"""Where reads and writes stand in the code; expected positions were counted by hand in the texts below."""

import gc
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from driftline.capture.program import sites
from driftline.capture.script.site import Site, numbered
from driftline.event.lineage import Dataset, Field

SCRIPT = """\
def load(name):
    return [tell(name)]


def called(given):
    return given[0]


first = load("a")
second = [load(one) for one in "bc"]
third = called(load(
    "d",
))
é = "é" + str(load("e"))
"""
ONE = Dataset("file", "one.csv")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    sites._reads.clear()
    sites._Kept.number, sites._Kept.looked_up = 0, -1
    yield
    sites._reads.clear()
    sites._Kept.number, sites._Kept.looked_up = 0, -1
    sites.use(wanted=True)


def run(text: str, file: str = "script.py", **names: Any) -> list[sites.Visit | None]:
    """Run a text that calls ``tell`` and return the visits; on a thread, which has nothing of the tests below."""
    found: list[sites.Visit | None] = []
    code = compile(text, file, "exec")

    def tell(*_: Any) -> None:
        found.append(sites.visit())

    alone(code, {"tell": tell, **names})
    return found


def alone(code: CodeType, names: dict[str, Any]) -> None:
    thread = threading.Thread(target=exec, args=(code, names))
    thread.start()
    thread.join()


def ends(visit: sites.Visit | None) -> list[tuple[int, int]]:
    """The ends of the calls of a way in script.py, as (line, column)."""
    assert visit is not None
    return [(site.line, site.column) for site in visit.way.path() if site.file == "script.py"]


def test_a_way_is_the_ends_of_its_calls_from_the_outermost_to_the_innermost() -> None:
    first, *others = run(SCRIPT)
    assert ends(first) == [(9, 17), (2, 22)]
    assert [ends(one)[0] for one in others] == [(10, 19), (10, 19), (13, 1), (14, 25)]  # é has two bytes


def test_comprehensions_stand_for_the_frame_that_they_are_in() -> None:
    (found,) = run("kept = list(\n    tell(one)\n    for one in [1])\n")
    assert ends(found) == [(2, 13)]


def test_the_same_way_is_the_same_object_and_keeps_no_frame() -> None:
    class Held:
        pass

    held = Held()
    alive = weakref.ref(held)
    found = run("for one in range(3):\n    tell(one)\n", held=held)
    del held
    gc.collect()
    assert len({id(one.way) for one in found if one}) == 1
    assert alive() is None


def test_libraries_and_what_is_called_from_too_deep_are_left_out() -> None:
    through = "import threading, functools\nfunctools.reduce(lambda one, other: tell(other), [1, 2])\n"
    (found,) = run(through)
    assert ends(found) == [(2, 56), (2, 47)]
    deep = "def down(n):\n    return down(n - 1) if n else tell()\ndown({})\n"
    assert run(deep.format(5))[0] is not None
    assert run(deep.format(40)) == [None]


def test_of_reads_the_latest_one_before_counts_and_that_of_the_same_thread() -> None:
    names = iter("abc")

    def read() -> None:
        sites.read([Dataset("file", next(names))], (Field("x", "int64"),))

    code = compile("for one in range(2):\n    read()\n", "script.py", "exec")
    alone(code, {"read": read})
    (way,) = sites._reads
    path = way.path()
    first, second = sites.every(path, sys.maxsize)
    assert [one.datasets[0].name for one in (first, second)] == ["a", "b"]
    assert first.fields == (Field("x", "int64"),)
    assert sites.latest(path, second.order, first.thread) is first
    assert sites.latest(path, first.order, first.thread) is None
    assert sites.every(path, second.order) == [first]
    alone(compile("read()\n", "other.py", "exec"), {"read": read})
    assert sites.latest(path, sys.maxsize, -1) is second  # of another thread, where this one has read nothing


def test_only_the_newer_half_of_too_many_reads_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "MOST", 10)
    code = compile("for one in range(11):\n    read([one])\n", "script.py", "exec")
    alone(code, {"read": lambda given: sites.read(given)})
    (way,) = sites._reads
    assert [one.datasets[0] for one in sites.every(way.path(), sys.maxsize)] == [5, 6, 7, 8, 9, 10]


def test_nothing_is_taken_down_where_the_settings_do_not_want_it() -> None:
    sites.use(wanted=False)
    assert run("tell()") == [None]


def test_a_text_without_positions_has_no_path() -> None:
    code = compile("tell()", "script.py", "exec").replace(co_linetable=b"")
    assert sites.Way((code,), (0,)).path() == ()


def test_a_script_that_another_one_runs_is_where_its_program_begins(tmp_path: Path) -> None:
    inner = tmp_path / "inner.py"
    inner.write_text("tell()\n")
    found: list[sites.Visit | None] = []
    text = f"import runpy\nrunpy.run_path({str(inner)!r}, {{'tell': tell}})\n"
    alone(compile(text, "script.py", "exec"), {"tell": lambda: found.append(sites.visit())})
    assert found[0] is not None
    assert found[0].way.path()[0].file == str(inner)
    assert found[0].way.entry().file == str(inner)


def test_a_numbered_path_is_one_of_the_reads_there() -> None:
    both = [Dataset("file", name) for name in "ab"]
    alone(compile("for one in both:\n    read([one])\n", "script.py", "exec"), {"read": sites.read, "both": both})
    path = (Site("script.py", 2, 15),)
    assert [[one.datasets[0].name for one in held] for held in sites.reads(path)] == [["a", "b"]]
    assert [[one.datasets[0].name for one in held] for held in sites.reads(numbered(path, 1))] == [["b"]]
    assert sites.reads(numbered(path, 2)) == []


def test_a_read_of_a_generator_is_found_by_its_last_site() -> None:
    text = "def rows():\n    yield read(given)\n\nfor one in rows():\n    pass\n"
    alone(compile(text, "script.py", "exec"), {"read": sites.read, "given": [ONE]})
    # as the text has it: called where the loop begins, which is not where Python says that the loop goes on
    assert sites.reads((Site("script.py", 4, 17), Site("script.py", 2, 21))) != []
    assert sites.reads((Site("script.py", 4, 17), Site("script.py", 1, 1))) == []


def test_who_is_interrupted_while_the_older_half_is_forgotten_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handler of signals that opens a file runs in the middle of it, on the same thread."""
    monkeypatch.setattr(sites, "MOST", 10)
    code = compile("for one in range(12):\n    read([one])\n", "script.py", "exec")
    assert sites._lock.acquire(blocking=False)
    try:
        worker = threading.Thread(target=alone, args=(code, {"read": lambda given: sites.read(given)}), daemon=True)
        worker.start()
        worker.join(10)
        assert not worker.is_alive()
    finally:
        sites._lock.release()


def test_a_loop_stands_where_what_it_goes_over_ends() -> None:
    query = "class Query:\n    def __iter__(self):\n        yield tell(0)\n\n\n"
    found = run(query + "for one in Query():\n    str(one)\nkept = [one for one in Query()]\n")
    assert [ends(one)[0] for one in found] == [(6, 18), (8, 30)]


def test_of_whom_a_frame_is_is_known_by_what_its_module_holds_for_driftline_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sites, "_ours", {})  # an engine in this process may have been met before
    sites.read([ONE])
    assert run("tell()\n")[0] is not None
    assert sites._ours
    assert all(held["__name__"].startswith("driftline.capture.") for held in sites._ours.values())
    assert vars(sys.modules[sites.__name__]) in sites._ours.values()


def test_what_a_package_does_near_the_user_s_code_is_its_own_and_what_plain_python_does_is_not() -> None:
    def found(file: str) -> bool:
        names: dict[str, Any] = {"frame": sys._getframe}
        exec(compile("def act():\n    return frame()\n", file, "exec"), names)
        return sites.way_to(names["act"](), 12) is not None

    assert found("script.py")
    assert found(os.__file__)
    assert not found("/usr/lib/python3/site-packages/tool/read.py")
    assert not found("<frozen importlib._bootstrap>")


def test_what_is_called_from_afar_is_not_near() -> None:
    names: dict[str, Any] = {"frame": sys._getframe}
    exec(compile("def act(n):\n    return act(n - 1) if n else frame()\n", os.__file__, "exec"), names)
    assert sites.way_to(names["act"](10), 12) is not None
    assert sites.way_to(names["act"](12), 12) is None
    assert sites.way_to(names["act"](12)) is not None
