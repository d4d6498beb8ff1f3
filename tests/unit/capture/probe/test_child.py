import subprocess
import sys

import pandas as pd
import pytest

from driftline.capture.probe import child, ship
from driftline.capture.probe.call import Arguments
from driftline.capture.probe.report import Report, decode


def doubled(t: pd.DataFrame) -> pd.DataFrame:
    print("noise on standard output")
    return t * 2


def asked(data: bytes) -> Report:
    command = [sys.executable, "-m", "driftline.capture.probe.child"]
    return decode(subprocess.run(command, input=data, capture_output=True, timeout=60, check=True).stdout)


def test_the_child_answers_with_a_report_and_nothing_else() -> None:
    frame = pd.DataFrame({"a": [3, 1, 2, 5] * 10})
    report = asked(child.job(ship.pack(doubled), Arguments(["t"], [], {}), {"t": frame}, sys.path, 20.0))
    assert [(one.column, one.target, one.subtype) for one in report.influences] == [("a", "a", "TRANSFORMATION")]
    assert "audit hook" in report.fence


def test_what_cannot_be_unpacked_is_a_report_too() -> None:
    frame = pd.DataFrame({"a": [1, 2]})
    data = child.job(b"no function", Arguments(["t"], [], {}), {"t": frame}, sys.path, 20.0)
    assert asked(data).reason.startswith("it cannot be carried")


def test_arguments_that_cannot_be_pickled_are_refused_here() -> None:
    with pytest.raises(Exception, match="pickle"):
        child.job(b"", Arguments(["t"], [], {"f": lambda: None}), {}, sys.path, 20.0)
