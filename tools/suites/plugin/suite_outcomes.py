"""A pytest plugin: run a suite of another library, with or without Driftline's hooks, and write down what came out.

Enters: ``SUITES_MODE`` (``bare``; ``watched``: the whole process is one run; ``runs``: each test is one more, inside of
that), ``SUITES_OUT``, the file to write, and ``SUITES_MOST``, how many tests (0: all). Leaves: one JSON document: per
test its outcome, the exception or reason that it ended with and its warnings, as far as these do not depend on the
moment; and what was left behind in the end.
Source: https://docs.pytest.org/en/stable/reference/reference.html#hooks.
"""

import gc
import hashlib
import json
import os
import re
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MODE = os.environ["SUITES_MODE"]
OUT = Path(os.environ["SUITES_OUT"])
MOST = int(os.environ["SUITES_MOST"])
TESTS = tuple(os.environ["SUITES_TESTS"].split(os.pathsep))
_PASSING = re.compile(
    r"0x[0-9a-fA-F]{4,}|(?<![\w.])\d{5,}|[0-9a-f]{8}-[0-9a-f-]{27}|[\w./-]*/pytest-of-[\w./-]*|/tmp/[\w./-]*"
    r"|(?<=-)\w{8}(?= \(deleted\))|(?<=/pym-)\d+"
)
_SERIOUS = ("failed", "error")

_faults: dict[str, str] = {}  # piece of Driftline's and the kind of its failure -> the first such traceback

if MODE != "bare":
    import driftline
    from driftline.capture.ground import fault
    from driftline.capture.program import whose
    from driftline.capture.sending import client
    from driftline.event import facets

    fault.OFF_AFTER = 1_000_000_000  # a hook that has failed goes on, so that the rest of the suite meets it
    _counting = fault._failed

    def _kept(piece: str, error: BaseException) -> None:
        _faults.setdefault(f"{piece}: {type(error).__name__}", "".join(traceback.format_exception(error))[-3000:])
        _counting(piece, error)

    fault._failed = _kept
    _packing = facets.pack

    def _packed(name: str, body: Any) -> Any:
        if name == "driftline_gaps":  # told at the end of the process as well, when the outcomes are written down
            with (Path(os.environ["DRIFTLINE_HOME"]) / "gaps.json").open("a") as file:
                file.write(json.dumps(body["gaps"]) + "\n")
        return _packing(name, body)

    facets.pack = _packed
    _of_user = whose.of_user
    # The tests lie among packages, and stand for a user's script: their calls are taken down, their text is read.
    whose.of_user = lambda file: file.startswith(TESTS) or _of_user(file)
    driftline.watch("suite")


class Outcomes:
    """What came out, by the test's id."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self.began = time.process_time()

    def of(self, test: str) -> dict[str, Any]:
        """Return what is known of a test so far."""
        return self.tests.setdefault(test, {"outcome": "", "said": "", "warnings": []})

    def heard(self, report: Any) -> None:
        """Take note of one phase of a test; the first thing that went wrong counts."""
        found = self.of(report.nodeid)
        outcome = report.outcome
        if outcome == "failed" and getattr(report, "when", "call") != "call":
            outcome = "error"
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.outcome == "skipped" else "xpassed"
        if found["outcome"] in _SERIOUS or (outcome == "passed" and (found["outcome"] or report.when != "call")):
            return
        found["outcome"] = outcome
        if outcome in _SERIOUS or outcome == "skipped":
            found["said"] = _lasting(_said(report))
            if outcome in _SERIOUS:
                found["text"] = str(report.longreprtext)[-6000:]


outcomes = Outcomes()


def _said(report: Any) -> str:
    """The exception or the reason of a report."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return str(crash.message).partition("\n")[0]
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2])
    return (str(report.longrepr).strip().splitlines() or [""])[-1]


def _lasting(text: str) -> str:
    """Return a text without what is another one each time: addresses, ids, folders for tests."""
    return _PASSING.sub("…", text)[:300]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Leave as many tests as were asked for, the same each time, in their order."""
    if MOST and len(items) > MOST:
        hashes = sorted(items, key=lambda item: hashlib.sha256(item.nodeid.encode()).digest())
        chosen = {id(item) for item in hashes[:MOST]}
        items[:] = [item for item in items if id(item) in chosen]


def pytest_runtest_logreport(report: Any) -> None:
    """Take note of a phase."""
    outcomes.heard(report)


def pytest_collectreport(report: Any) -> None:
    """Take note of a module that could not be collected."""
    if report.outcome == "failed":
        found = outcomes.of(report.nodeid)
        found["outcome"], found["said"] = "error", _lasting(_said(report))
        found["text"] = str(report.longreprtext)[-6000:]


def pytest_warning_recorded(warning_message: Any, when: str, nodeid: str, location: Any) -> None:  # noqa: ARG001
    """Take note of a warning, and of the line that it names."""
    place = f"{Path(warning_message.filename).name}:{warning_message.lineno}"
    text = _lasting(str(warning_message.message).partition("\n")[0])
    outcomes.of(nodeid or "session")["warnings"].append(f"{warning_message.category.__name__} {place} {text}")


if MODE == "runs":

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(item: Any) -> Iterator[None]:  # noqa: ARG001 - the hook's own signature
        """Run each test inside a run."""
        with driftline.run("test"):
            return (yield)


def pytest_sessionfinish() -> None:
    """Write down everything."""
    gc.collect()
    found: dict[str, Any] = {
        "tests": outcomes.tests,
        "cpu": time.process_time() - outcomes.began,
        "threads": sorted(re.sub(r"\d+", "…", one.name) for one in threading.enumerate() if not _ours(one)),
        "files": _open_files(),
        "failed": {},
        "faults": _faults,
    }
    if MODE != "bare":
        found["failed"] = {name[7:]: count for name, count in client.status().items() if name.startswith("failed:")}
    OUT.write_text(json.dumps(found))


def _ours(thread: threading.Thread) -> bool:
    return thread.name.startswith("driftline-")


def _open_files() -> list[str]:
    """The files and sockets that are open, where the system tells them."""
    found = []
    for number in Path("/proc/self/fd").glob("*"):
        try:
            name = str(number.readlink())
        except OSError:
            continue
        if not name.startswith(os.environ["DRIFTLINE_HOME"]):
            found.append(_lasting(name))
    return sorted(found)
