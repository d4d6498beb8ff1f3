"""What lies at a path, against going through the whole list, whatever becomes of that."""

import random

import numpy as np

from driftline.capture.runs import by_path
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched


def seen(path: str, facets: object = None) -> Seen:
    made = Seen(touched=Touched(dataset=Dataset("file", path), version="v"), path=path)
    made.contents = facets
    return made


def all_at(trace: Trace, path: str) -> list[tuple[int, int]]:
    return [(place, id(one)) for place, one in enumerate(trace.outputs) if one.path == path]


def found(trace: Trace, path: str) -> list[tuple[int, int]]:
    return [(place, id(one)) for place, one in by_path.at(trace, "write", path)]


def test_what_is_found_is_what_going_through_all_finds() -> None:
    chance, trace = random.Random(7), Trace(run="r", job=Job("default", "j"), started_us=0)
    for turn in range(600):
        path, place = f"/d/{chance.randrange(9)}", chance.randrange(max(1, len(trace.outputs)))
        way = chance.choice(["add", "add", "replace", "rename", "take out", "all anew"] if turn else ["add"])
        if way == "add":
            trace.outputs.append(seen(path))
        elif way == "replace" and trace.outputs:  # as ``collect`` does with what knows more, by another way to it
            trace.outputs[place] = seen(path)
        elif way == "rename" and trace.outputs:
            trace.outputs[place].path = path
            by_path.renamed(trace, "write", place, path)
        elif way == "take out" and trace.outputs:
            del trace.outputs[place]
        elif way == "all anew" and turn % 7 == 0:
            trace.outputs = trace.outputs[:3]
        for asked in range(9):
            assert found(trace, f"/d/{asked}") == all_at(trace, f"/d/{asked}")


def test_versions_that_cannot_be_compared_are_gone_through_anew() -> None:
    trace = Trace(run="r", job=Job("default", "j"), started_us=0, outputs=[seen("/a", np.ones(2)), seen("/b")])
    assert found(trace, "/a") == all_at(trace, "/a")
    trace.outputs[0] = seen("/a", np.ones(2))  # else equal: NumPy compares each number, and says neither yes nor no
    trace.outputs[0].path = "/c"
    assert found(trace, "/c") == all_at(trace, "/c") != []


def test_what_was_read_and_what_was_written_lie_apart() -> None:
    trace = Trace(run="r", job=Job("default", "j"), started_us=0, inputs=[seen("/a")])
    assert [place for place, _ in by_path.at(trace, "read", "/a")] == [0]
    assert by_path.at(trace, "write", "/a") == []
    assert by_path.at(trace, "read", "") == []
