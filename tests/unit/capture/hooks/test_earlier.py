"""What a table was before a run; expected versions follow from the order of the calls."""

from driftline.capture.hooks import earlier
from driftline.capture.runs.recording import Recording
from driftline.event.lineage import Dataset, Job

T = Dataset("db", "t")


def test_the_version_before_the_first_write_stays_the_earlier_one() -> None:
    run = Recording(Job("default", "j"))
    assert earlier.version(run, T, "old") == "old"
    earlier.written(run, T, "old", "run:1")
    earlier.written(run, T, "run:1", "run:1")
    assert earlier.version(run, T, "run:1") == "old"


def test_a_table_that_was_made_in_the_run_has_no_earlier_version() -> None:
    made, emptied = Recording(Job("default", "j")), Recording(Job("default", "j"))
    earlier.emptied(made, T, 1)
    assert earlier.version(made, T, "") is None
    earlier.written(emptied, T, None, "run:1")
    assert earlier.version(emptied, T, "run:1") is None
