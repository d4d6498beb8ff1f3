"""A real ``driftline serve`` on loopback: start it, ask it, post to it, end it by its own process."""

import http.client
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

COMMAND = [sys.executable, "-m", "driftline.cli.main"]
READY_SECONDS = 20
JSON = {"content-type": "application/json"}

Spawn = Callable[..., "subprocess.Popen[bytes]"]
Edges = set[tuple[str, str]]


class Server:
    """A running server, where it listens and the folder of its store."""

    def __init__(self, process: "subprocess.Popen[bytes]", address: str, home: Path) -> None:
        self.process = process
        self.address = address
        self.home = home

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port
        return port

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.address}{path}", timeout=10) as response:
            return json.load(response)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] = JSON) -> tuple[int, Any]:
        """Send ``body`` as it is; return the status and what the answer holds (None: nothing)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            said = response.read()
            return response.status, json.loads(said) if said else None
        finally:
            connection.close()

    def events(self) -> dict[str, int]:
        """Return how many events were accepted, merged and quarantined."""
        counted = self.get("/api/v1/overview").get("events", {})
        return {status: counted[status] for status in ("accepted", "merged", "quarantined")}

    def edges(self, node: str, *, columns: bool = False) -> Edges:
        """Return the links that the HTTP interface draws around ``node``."""
        asked = f"/api/v1/graph?node={quote(node)}&depth=100&columns={str(columns).lower()}"
        return pairs(self.get(asked))

    def end(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the process and wait for its end."""
        self.process.send_signal(sign)
        return self.process.wait(20)


def pairs(graph: Any) -> Edges:
    """Return the links of an answer about lineage, each as (from, to), without those that sum up two others."""
    return {(link["from"], link["to"]) for link in graph["edges"] if not link.get("via")}


def printed(home: Path, node: str, *words: str) -> Edges:
    """Return the links that ``driftline lineage`` prints around ``node``."""
    return pairs(json.loads(command(home, "lineage", node, "--depth", "100", "--json", *words)))


def command(home: Path, *words: str) -> str:
    """Run a command that must succeed; return what it printed."""
    done = subprocess.run([*COMMAND, "--home", str(home), *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(spawn: Spawn, folder: Path, *, port: int = 0, token: str = "") -> Server:
    """Start a server on the store in ``folder``; it answers when this returns."""
    home = folder / "home"
    line = [*COMMAND, "--home", str(home), "serve", "--port", str(port), "--json"]
    line += ["--token", token] if token else []
    process = spawn(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said, process.stderr and process.stderr.read().decode()
    server = Server(process, json.loads(said)["address"], home)
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            server.get("/health")
        except OSError:
            time.sleep(0.02)
        else:
            return server
    raise AssertionError(f"the server did not answer within {READY_SECONDS} seconds")
