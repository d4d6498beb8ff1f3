"""What ended a run, as Python's own exits mean it, and which columns a version has. Expected words by hand."""

import pytest

from driftline.capture.runs.trace import Seen, Trace, died
from driftline.capture.tables import contents
from driftline.event.lineage import Dataset, Field, Job, Touched


@pytest.mark.parametrize(
    ("error", "said", "aborted"),
    [
        (None, "", False),
        (SystemExit(), "", False),
        (SystemExit(0), "", False),
        (SystemExit(4), "SystemExit: 4", False),
        (SystemExit("no data"), "SystemExit: no data", False),
        (KeyboardInterrupt(), "KeyboardInterrupt", True),
        (ValueError("x"), "ValueError: x", False),
    ],
)
def test_what_ended_a_run_is_an_error_a_wish_or_nothing(error: BaseException | None, said: str, aborted: bool) -> None:
    trace = Trace(run="r", job=Job("default", "j"), started_us=1)
    died(trace, error)
    assert (trace.error, trace.aborted) == (said, aborted)


def test_measured_columns_stand_unless_the_database_declared_them() -> None:
    declared = (Field("a", "INT"),)
    seen = Seen(touched=Touched(dataset=Dataset("n", "t"), fields=declared))
    assert seen.fields == declared
    seen.contents = contents.of_data({"a": [1, 2]})
    assert seen.fields == (Field("a", "int64"),)
    seen.declared = True
    assert seen.fields == declared
