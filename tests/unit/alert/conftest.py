"""An incident as the engine would hand it over, and a real HTTP server on loopback that answers as it is told."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple

import pytest

from driftline.event.finding import Cause, Change, Finding, Incident, Money
from driftline.event.lineage import Dataset


@pytest.fixture
def incident() -> Incident:
    return Incident(
        id="inc-7f3a",
        title="arr_delay of feed/flights is 60 times its usual size.",
        opened_us=1_372_636_800_000_000,  # 2013-07-01
        updated_us=1_372_723_200_000_000,
        first_bad="2013-07-01",
        symptom="f1",
        causes=(
            Cause(
                rank=1, node="datasetField:file:feed/flights:arr_delay", kind="feed", score=0.81, sentence="It moved."
            ),
            Cause(rank=2, node="job:default:build", kind="code", score=0.07, sentence="Its code is new."),
        ),
        unknown=0.12,
        findings=("f1",),
        hit=("dataset:file:features", "dataset:s3://lake:refund-desk"),
        endpoints=("dataset:s3://lake:refund-desk",),
        money=Money(paid=80_000.0, expected=5_000.0, lost=75_000.0, answers=251, held=9, avoided=2_700.0),
    )


@pytest.fixture
def finding() -> Finding:
    return Finding(
        id="f1",
        dataset=Dataset("file", "feed/flights"),
        version="xxh3:01",
        column="arr_delay",
        detector="quantiles",
        kind="location",
        statistic="q95",
        size=8.5,
        severity="alarm",
        time_us=1_372_636_800_000_000,
        sentence="q95 of arr_delay is 5,400, usually 90.",
    )


@pytest.fixture
def change() -> Change:
    return Change(
        id="c1", kind="code", node="job:default:build", time_us=1_372_636_800_000_000, sentence="build has new code."
    )


class Received(NamedTuple):
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it received; ``script`` says how to answer, one entry per request, 204 when it is used up."""

    daemon_threads = False  # closing waits for every request

    def __init__(self, script: list[int | str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.received: list[Received] = []
        self.over = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that have hung up."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?team=data"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(Received(self.path, dict(self.headers), body))
        turn = self.server.script.pop(0) if self.server.script else 204
        if turn == "hang":
            self.server.over.wait(10)
            return
        if turn == "drip":
            while not self.server.over.is_set():
                try:
                    self.wfile.write(b"H")
                except OSError:
                    return
                time.sleep(0.02)
            return
        if turn == "garbage":
            self.wfile.write(b"this is not HTTP\r\n\r\n")
            return
        self.send_response(int(turn))
        if turn == 503:
            self.send_header("Retry-After", "7")
        if turn == 302:
            self.send_header("Location", self.server.url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
        """Say nothing."""


@contextmanager
def serving(*script: int | str) -> Iterator[Receiver]:
    """Run a receiver for the length of the block."""
    server = Receiver(list(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Callable[..., AbstractContextManager[Receiver]]:
    """Return what runs a receiver that answers as its arguments say."""
    return serving
