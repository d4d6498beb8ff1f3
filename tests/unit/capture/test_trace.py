"""What ended a run, as Python's own exits mean it. Expected words by hand."""

import pytest

from driftline.capture.trace import Trace, died
from driftline.event.lineage import Job


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
