"""The official Python client against a real server: over bad lines, through kill -9, packed, and with a token."""

import http.client
import http.server
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import column_lineage_dataset as column_lineage
from openlineage.client.facet_v2 import schema_dataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from tests.acceptance.serving import Edges, Server, printed

pytestmark = pytest.mark.acceptance

Serve = Callable[..., Server]
PLACE = "postgres://db.example:5432"
STEPS = 40  # a chain of runs: table 0 -> step 0 -> table 1 -> … -> table 40
# Where the client's default is 5 tries, more and more apart: up to 60, at most half a second apart.
RETRY = {"total": 60, "read": 60, "connect": 60, "backoff_factor": 0.05, "backoff_max": 0.5}


def table(number: int) -> str:
    return f"shop.public.table_{number}"


def node(number: int) -> str:
    return f"dataset:{PLACE}:{table(number)}"


def column(number: int) -> str:
    return f"datasetField:{PLACE}:{table(number)}:amount"


def step(number: int) -> tuple[RunEvent, RunEvent]:
    """The START of a run, which alone names what it reads, and its COMPLETE, which alone names what it writes."""
    fields = [schema_dataset.SchemaDatasetFacetFields(name="amount", type="numeric")]
    schema = {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}
    amount = column_lineage.InputField(
        PLACE, table(number), "amount", [column_lineage.Transformation("DIRECT", "IDENTITY")]
    )
    columns = column_lineage.ColumnLineageDatasetFacet(fields={"amount": column_lineage.Fields([amount])})
    # every second run leaves its columns out: there the fold has nothing but the inputs that START named
    known = {**schema, "columnLineage": columns} if number % 2 == 0 else schema
    source = InputDataset(PLACE, table(number), facets=dict(schema))
    target = OutputDataset(PLACE, table(number + 1), facets=known)

    def event(state: RunState, second: int, **datasets: Any) -> RunEvent:
        return RunEvent(
            eventType=state,
            eventTime=f"2024-01-01T10:{number:02d}:{second:02d}Z",
            run=Run(runId=f"0194a1b2-0000-7000-8000-{number:012d}"),
            job=Job(namespace="shop", name=f"step_{number}"),
            producer="https://example.org/acceptance",
            **datasets,
        )

    return event(RunState.START, 0, inputs=[source]), event(RunState.COMPLETE, 30, outputs=[target])


EVENTS = [event for number in range(STEPS) for event in step(number)]
# By hand: step n reads table n and writes table n + 1, and nothing else happens.
CHAIN: Edges = {(node(number), f"job:shop:step_{number}") for number in range(STEPS)} | {
    (f"job:shop:step_{number}", node(number + 1)) for number in range(STEPS)
}


@contextmanager
def client(address: str, **options: Any) -> Iterator[OpenLineageClient]:
    """The client with its HTTP transport; ``options`` are keys of its documented configuration."""
    transport = HttpTransport(HttpConfig.from_dict({"url": address, "retry": RETRY, **options}))
    sender = OpenLineageClient(transport=transport)
    try:
        yield sender
    finally:
        sender.close()


def all_is_in_once(server: Server) -> None:
    """Check every count and the whole lineage, over HTTP and on the command line."""
    overview = server.get("/api/v1/overview")
    assert overview["events"]["accepted"] == len(EVENTS)
    assert overview["events"].get("quarantined", 0) == 0
    assert (overview["runs"], overview["jobs"], overview["datasets"]) == (STEPS, STEPS, STEPS + 1)
    for asked in (node(0), node(STEPS // 2), node(STEPS)):
        assert server.edges(asked) == CHAIN, asked
    assert printed(server.home, node(STEPS // 2)) == CHAIN
    for number in (0, STEPS - 2):
        assert server.edges(column(number), columns=True) == {(column(number), column(number + 1))}
        assert printed(server.home, column(number)) == {(column(number), column(number + 1))}
    assert server.get(f"/api/v1/dataset?node={node(3)}")["fields"] == [{"name": "amount", "type": "numeric"}]


class Gateway(http.server.ThreadingHTTPServer):
    """Passes requests on to a server; of every third one the sender never hears the answer."""

    def __init__(self, port: int, status: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = port
        self.status = status  # told instead of the true answer; 0: the line breaks
        self.passed = 0
        self.lost = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        onward = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=10)
        onward.request("POST", self.path, body, dict(self.headers))
        status = onward.getresponse().status
        onward.close()
        self.server.passed += 1
        if self.server.passed % 3 == 0:
            self.server.lost += 1
            status = self.server.status
        if status:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
        """Say nothing."""


@contextmanager
def gateway(server: Server, status: int) -> Iterator[Gateway]:
    """Put a bad line in front of ``server`` for as long as the block lasts."""
    line = Gateway(server.port, status)
    thread = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield line
    finally:
        line.shutdown()
        thread.join()
        line.server_close()


@pytest.mark.parametrize("status", [0, 502, 503], ids=["the line breaks", "bad gateway", "unavailable"])
def test_an_event_that_the_client_sends_again_because_the_answer_was_lost_counts_once(
    serve: Serve, status: int
) -> None:
    server = serve()
    with gateway(server, status) as line, client(line.address) as sender:
        for event in EVENTS:
            sender.emit(event)
    assert line.lost == line.passed // 3 > 30
    assert server.events()["merged"] == line.lost
    all_is_in_once(server)


def _insisting(sender: Any, event: RunEvent) -> None:
    """Send an event, once more where the server died amid its answer: the client tries again only before that."""
    try:
        sender.emit(event)
    except requests.exceptions.ChunkedEncodingError:
        sender.emit(event)


def test_no_event_is_lost_or_doubled_when_the_server_is_killed_in_mid_stream_and_comes_back(serve: Serve) -> None:
    server = serve()
    told: list[RunEvent] = []
    failed: list[Exception] = []

    def send() -> None:
        with client(server.address) as sender:
            for event in EVENTS:
                try:
                    _insisting(sender, event)
                except Exception as error:
                    failed.append(error)
                    return
                told.append(event)

    sending = threading.Thread(target=send)
    sending.start()
    for reached in (15, 40, 65):
        while len(told) < reached and sending.is_alive():
            sending.join(0.001)
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
        server = serve(port=server.port)
    sending.join(60)
    assert not sending.is_alive()
    assert failed == []
    assert len(told) == len(EVENTS)
    all_is_in_once(server)

    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    all_is_in_once(serve())


def test_what_was_told_to_be_in_before_the_server_died_for_good_is_in(serve: Serve) -> None:
    server = serve()
    told = 0
    with client(server.address, retry={**RETRY, "total": 2, "connect": 2, "read": 2}) as sender:
        for event in EVENTS:
            if told == 21:
                server.process.send_signal(signal.SIGKILL)
            try:
                sender.emit(event)
            except requests.RequestException:
                break
            told += 1
    assert server.process.wait(20) == -signal.SIGKILL
    assert 21 <= told < len(EVENTS)
    again = serve()
    kept = again.events()["accepted"]
    assert kept in {told, told + 1}  # an event whose answer the kill swallowed may be in as well
    assert {edge for edge in CHAIN if edge[1] in {node(number) for number in range(11)}} <= again.edges(node(0))
    with client(again.address) as sender:
        for event in EVENTS:
            sender.emit(event)
    assert again.events()["merged"] == kept
    all_is_in_once(again)


def test_packed_events_say_the_same_as_plain_ones(serve: Serve) -> None:
    server = serve()
    with client(server.address, compression="gzip") as packed, client(server.address) as plain:
        for place, event in enumerate(EVENTS):
            (packed if place % 2 else plain).emit(event)
        all_is_in_once(server)
        for event in EVENTS:
            packed.emit(event)
    assert server.events()["merged"] == len(EVENTS)
    all_is_in_once(server)


def test_the_token_opens_the_door_and_nothing_else_does(serve: Serve) -> None:
    server = serve(token="correct horse")
    for auth in ({}, {"auth": {"type": "api_key", "apiKey": "battery staple"}}):
        with client(server.address, **auth) as stranger, pytest.raises(requests.HTTPError) as caught:
            stranger.emit(EVENTS[0])
        assert caught.value.response.status_code == 401
    assert server.events() == {"accepted": 0, "merged": 0, "quarantined": 0}
    with client(server.address, compression="gzip", auth={"type": "api_key", "apiKey": "correct horse"}) as sender:
        for event in EVENTS:
            sender.emit(event)
    all_is_in_once(server)


def test_the_documented_variables_are_enough(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(token="correct horse")
    monkeypatch.setenv("OPENLINEAGE_URL", server.address)
    monkeypatch.setenv("OPENLINEAGE_API_KEY", "correct horse")
    sender = OpenLineageClient()
    for event in EVENTS:
        sender.emit(event)
    sender.close()
    all_is_in_once(server)
