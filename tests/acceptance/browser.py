"""A real Chromium on loopback, driven over its DevTools protocol: open a page, wait for words, read them."""

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--remote-debugging-port=0",
    "--window-size=1440,900",
]
WAIT_SECONDS = 30.0


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._count = 0
        self.errors: list[str] = []

    def call(self, method: str, **parameters: Any) -> Any:
        """Send one command and return its result; console errors on the way are kept."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(timeout=WAIT_SECONDS))
            if said.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(said["params"])[:300])
            if said.get("id") == self._count:
                return said["result"]

    def open(self, address: str) -> None:
        """Go to ``address``."""
        self.call("Runtime.enable")
        self.call("Page.navigate", url=address)

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def wait_for(self, words: str) -> str:
        """Return the text of the page once it holds ``words``."""
        until = time.monotonic() + WAIT_SECONDS
        text = ""
        while time.monotonic() < until:
            text = self.run("document.body ? document.body.innerText : ''") or ""
            if words in text:
                return text
            time.sleep(0.1)
        raise AssertionError(f"{words!r} is not on the page: {text[:500]!r}")


@contextmanager
def chromium() -> Iterator[Page]:
    """Start a browser with an empty profile; it ends with the block."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ["chromium", *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert process.stderr is not None
        try:
            line = next(line for line in process.stderr if "DevTools listening" in line)
            port = line.split("127.0.0.1:")[1].split("/")[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as response:
                tab = next(entry for entry in json.load(response) if entry["type"] == "page")
            with connect(tab["webSocketDebuggerUrl"], max_size=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()
            process.wait(10)
            process.stderr.close()
