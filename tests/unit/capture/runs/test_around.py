"""Which run is around: the innermost that lasts, else that of the process."""

import driftline
from driftline.capture.runs import around
from driftline.testing import MemorySink


def test_the_innermost_run_that_lasts_is_around(watched: MemorySink) -> None:
    assert around.enclosing() is None
    driftline.watch("whole")
    whole = around.enclosing()
    with driftline.run("outer") as outer:
        inner = driftline.run("inner")
        with inner:
            assert around.enclosing() is inner
            inner.finish(None)
            assert around.enclosing() is outer  # it is over, though its block is not
        assert around.enclosing() is outer
    assert around.enclosing() is whole
    driftline.unwatch()
    assert around.enclosing() is None


def test_runs_inside_the_process_are_its_children(watched: MemorySink) -> None:
    driftline.watch("whole")
    with driftline.run("part"):
        pass
    driftline.unwatch()
    driftline.flush()
    part = next(event for event in watched.decoded() if event.job and event.job.name == "part")
    assert part.run is not None
    assert b'"name":"whole"' in bytes(part.run.facets["parent"])
