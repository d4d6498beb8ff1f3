"""Ways of child processes, as their parent hears of them; expected positions were counted by hand."""

import multiprocessing.process
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import msgspec
import pytest

from driftline.capture import sites, ways
from driftline.capture.script.reading import Entry
from driftline.capture.script.site import Site
from driftline.capture.sites import Read, Visit
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
    held: tuple[dict[Any, Any], ...] = (sites._reads, sites._files, sites._begun, ways._told, ways._inner)
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
    (visit,) = sites.written("/out.csv")
    assert (visit.way.path(), visit.way.entry(), visit.way.resumed(), visit.order) == (INNER, WORK, False, 7)
    assert ways.heard(ways.Stop(INNER, WORK, False, 8), -1).way is visit.way
    assert sites.until(visit) == sys.maxsize


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
