import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from driftline.alert import message
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import BadSetting, PortInUse
from driftline.event.finding import Incident
from driftline.serve import server


def test_port_zero_takes_a_free_one_and_the_address_says_which() -> None:
    with server.listen("127.0.0.1", 0) as place:
        host, port = place.getsockname()
        assert server.address(place) == f"http://{host}:{port}"
        with socket.create_connection((host, port), timeout=5):
            pass


def test_a_port_in_use_is_named() -> None:
    with server.listen("127.0.0.1", 0) as place:
        port = place.getsockname()[1]
        with pytest.raises(PortInUse, match=f"127.0.0.1:{port}") as caught:
            server.listen("127.0.0.1", port)
    assert "--port" in caught.value.hint


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no such host", 0), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_ours_is_a_bad_setting(host: str, port: int) -> None:
    # 192.0.2.0/24 belongs to documentation (RFC 5737)
    with pytest.raises(BadSetting, match="cannot listen"):
        server.listen(host, port)


def test_the_address_of_all_interfaces_is_one_that_a_browser_takes() -> None:
    with server.listen("0.0.0.0", 0) as place:
        assert server.address(place) == f"http://127.0.0.1:{place.getsockname()[1]}"


def test_a_message_that_a_channel_did_not_take_is_tried_again_while_serving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hook(BaseHTTPRequestHandler):
        statuses: ClassVar[list[int]] = [500, 204]  # refuses once
        taken: ClassVar[list[int]] = []

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = self.statuses[min(len(self.taken), 1)]
            self.taken.append(status)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    monkeypatch.setattr(server, "DELIVERY_SECONDS", 0.05)
    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as hook:
        thread = threading.Thread(target=hook.serve_forever, daemon=True)
        thread.start()
        settings = Settings(home=str(tmp_path), console=False, webhook_url=f"http://127.0.0.1:{hook.server_port}/")
        with Engine.open(settings) as engine:
            incident = Incident(id="i1", title="t", opened_us=1, updated_us=1, symptom="s")
            engine.house.outbox.put(message.compose(incident), 1)
            engine.deliver()
            assert Hook.taken == [500]
            with server._delivering(engine):
                until = time.monotonic() + 20
                while Hook.taken != [500, 204] and time.monotonic() < until:
                    time.sleep(0.02)
        hook.shutdown()
        thread.join()
    assert Hook.taken == [500, 204]
