"""Columns whose values come from nobody knows where are a gap of the run. By hand."""

from typing import Any

from driftline.capture.runs import unexplained
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Field, Job, Touched


def output(name: str, *columns: str, **lineage: str) -> Seen:
    """Return an output whose columns come from elsewhere in the way that is given, such as ``DIRECT``."""
    touched = Touched(dataset=Dataset("file", name), fields=tuple(map(Field, columns)))
    fields: dict[str, Any] = {
        column: {"inputFields": [{"name": "a", "transformations": [{"type": way}]}]} for column, way in lineage.items()
    }
    return Seen(touched=touched, lineage={"fields": fields} if fields else None)


def gaps(*outputs: Seen, read: bool = True) -> dict[str, int]:
    inputs = [Seen(touched=Touched(dataset=Dataset("file", "a")))] if read else []
    trace = Trace(run="r", job=Job("n", "j"), started_us=0, inputs=inputs, outputs=list(outputs))
    unexplained.tell(trace)
    unexplained.tell(trace)  # said again, as when a probe is answered
    return trace.gaps


def test_a_column_without_values_from_anywhere_is_counted() -> None:
    found = output("x", "known", "shaped", "new", known="DIRECT", shaped="INDIRECT")
    assert gaps(found, output("y", "known", known="DIRECT")) == {"columns of unknown origin: x": 2}


def test_what_is_made_of_nothing_needs_no_explanation() -> None:
    rootless = output("x", "new")
    rootless.rootless = True
    assert gaps(rootless, output("file")) == {}
    assert gaps(output("x", "new"), read=False) == {}


def test_what_the_run_has_read_of_its_own_counts_as_read() -> None:
    """By hand: ``a`` was there before anything was read, ``x`` was not."""
    own, late = output("a", "new"), output("x", "new")
    own.at_ns, own.read_ns, late.at_ns = 1, 2, 3
    assert gaps(own, late, read=False) == {"columns of unknown origin: x": 1}


def test_of_very_many_outputs_some_are_named() -> None:
    found = gaps(*(output(f"x{number}", "new") for number in range(100)))
    assert sum(found.values()) == 100
    assert found["columns of unknown origin: further datasets"] == 80


def test_columns_that_a_statement_makes_of_nothing_need_no_explanation() -> None:
    """By hand: the name that a column had when the statement ran is the one that it tells."""

    class Counted:
        when, renamed = None, ()

        def rootless(self, columns: tuple[str, ...] | None) -> frozenset[str]:
            return frozenset({"n"} & set(columns or ()))

    seen = output("x", "known", "n", "new", known="DIRECT")
    seen.edges = [Counted()]
    assert gaps(seen) == {"columns of unknown origin: x": 1}


def test_an_unnamed_index_of_a_frame_that_the_code_tells_of_needs_no_explanation() -> None:
    for name in ("", "__index_level_0__"):
        found = output("x", "known", name, "new", known="DIRECT")
        assert gaps(found) == {"columns of unknown origin: x": 2}  # nothing is read from the code
        assert found.lineage is not None
        found.lineage["fields"]["known"]["inputFields"][0]["transformations"][0]["provenance"] = "code"
        assert gaps(found) == {"columns of unknown origin: x": 1}
