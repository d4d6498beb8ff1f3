"""A real server process: what was acknowledged is there after it was killed; refusals are sentences with exit codes."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import schema_dataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from tests.acceptance.serving import COMMAND, Server, Spawn

pytestmark = pytest.mark.acceptance

RUN = "0194a1b2-0000-7000-8000-000000000001"


@contextmanager
def client(server: Server, compression: str = "") -> Iterator[OpenLineageClient]:
    """The official client, sending to ``server``."""
    config = HttpConfig.from_dict({"url": server.address, **({"compression": compression} if compression else {})})
    sender = OpenLineageClient(transport=HttpTransport(config))
    try:
        yield sender
    finally:
        sender.close()


def event(state: RunState, moment: str) -> RunEvent:
    fields = [schema_dataset.SchemaDatasetFacetFields(name="delay", type="double")]
    return RunEvent(
        eventType=state,
        eventTime=moment,
        run=Run(runId=RUN),
        job=Job(namespace="default", name="build"),
        inputs=[InputDataset(namespace="file", name="raw")],
        outputs=[
            OutputDataset(
                namespace="file", name="features", facets={"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}
            )
        ],
        producer="https://example.org/acceptance",
    )


def test_what_the_official_client_sent_is_there_after_the_server_was_killed(serve: Callable[[], Server]) -> None:
    server = serve()
    with client(server) as sender:
        sender.emit(event(RunState.START, "2013-01-01T10:00:00Z"))
    with client(server, compression="gzip") as sender:
        sender.emit(event(RunState.COMPLETE, "2013-01-01T10:05:00Z"))
    before = server.get("/api/v1/graph?node=features")
    assert {"dataset:file:raw", "dataset:file:features"} <= {node["id"] for node in before["nodes"]}
    assert server.end(signal.SIGKILL) == -signal.SIGKILL

    server = serve()
    assert server.get("/api/v1/graph?node=features") == before
    overview = server.get("/api/v1/overview")
    assert (overview["runs"], overview["datasets"]) == (1, 2)
    assert server.end(signal.SIGTERM) == 0


def test_a_server_with_an_open_live_stream_stops_in_peace(serve: Callable[[], Server]) -> None:
    server = serve()
    with urllib.request.urlopen(f"{server.address}/api/v1/live", timeout=10) as stream:
        heard = [stream.readline() for _ in range(3)]
        began = time.monotonic()
        assert server.end(signal.SIGINT) == 0
        assert time.monotonic() - began < 4
    assert heard[0] == b"retry: 2000\n"
    assert heard[2].startswith(b"event: ")
    assert server.process.stderr is not None
    assert server.process.stderr.read().decode() == "Stopped. Everything that was acknowledged is stored.\n"


def test_a_body_that_is_too_large_is_told_over_a_real_connection(serve: Callable[[], Server]) -> None:
    server = serve()
    request = urllib.request.Request(
        f"{server.address}/api/v1/lineage", b" " * 26_300_000, {"content-type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=20)
    assert caught.value.code == 413
    assert json.load(caught.value)["error"]["code"] == "too-large"


def refused(home: Path, *words: str) -> tuple[int, list[str]]:
    """Run a command that must refuse; return its exit code and what it said."""
    done = subprocess.run(
        [*COMMAND, "--home", str(home), *words], capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )  # fmt: skip
    assert done.stdout == ""
    return done.returncode, done.stderr.strip().split("\n")


def test_a_port_in_use_is_a_sentence_and_an_exit_code(tmp_path: Path) -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()
        port = place.getsockname()[1]
        code, lines = refused(tmp_path / "home", "serve", "--port", str(port))
    assert code == 75
    assert lines == [
        f"Error: The address is already in use: 127.0.0.1:{port}.",
        "Hint: Choose another one with --port, or stop the program that holds it.",
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_store_from_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    events = tmp_path / "event.json"
    events.write_text('{"eventTime": "2013-01-01T10:00:00Z", "job": {"namespace": "n", "name": "j"}}')
    subprocess.run([*COMMAND, "--home", str(home), "ingest", str(events)], check=True, timeout=60, capture_output=True)
    with sqlite3.connect(home / "driftline.db") as database:
        database.execute("insert into schema_version (version, name, applied_us) values (9999, 'from later', 0)")
    database.close()
    before = contents(home)
    for words in (("serve", "--port", "0"), ("ingest", str(events)), ("incidents",), ("guard", "status")):
        code, lines = refused(home, *words)
        assert code == 78, words
        assert lines[0].startswith("Error: The store was written by a newer version of Driftline")
        assert lines[1].startswith("Hint: Upgrade Driftline")
        assert contents(home) == before


def test_a_missing_file_is_a_sentence_and_an_exit_code(tmp_path: Path) -> None:
    code, lines = refused(tmp_path / "home", "ingest", "nothing.json")
    assert code == 66
    assert lines[0] == "Error: There is no such file: nothing.json."
    assert not (tmp_path / "home").exists()


def test_a_folder_that_cannot_be_written_is_a_sentence_and_an_exit_code(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, no folder")
    code, lines = refused(tmp_path / "home", "serve", "--port", "0")
    assert code == 74
    assert lines[0].startswith("Error: The store cannot be opened")
    assert len(lines) == 2


def test_ctrl_c_in_the_middle_of_a_long_ingest_is_130_and_loses_nothing(spawn: Spawn, tmp_path: Path) -> None:
    home = tmp_path / "home"
    process = spawn(
        [*COMMAND, "--home", str(home), "ingest", "--json", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    for number in range(1, 151):  # more than one batch; the rest never comes
        body = {"eventTime": "2013-01-01T10:00:00Z", "job": {"namespace": "n", "name": f"j{number}"}}
        process.stdin.write(json.dumps(body).encode() + b"\n")
    process.stdin.flush()
    receipts = [json.loads(process.stdout.readline()) for _ in range(100)]
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    lines = process.stderr.read().decode().strip().split("\n")
    assert lines[0] == "Error: The work was interrupted before its end: 100 events were taken and are stored."
    assert {receipt["status"] for receipt in receipts} == {"accepted"}
    done = subprocess.run(
        [*COMMAND, "--home", str(home), "lineage", "--list", "--json"], capture_output=True, check=True, timeout=60
    )
    assert json.loads(done.stdout)["total"] == 0
