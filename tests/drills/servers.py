"""Servers that are of no use: slow ones, wrong ones, one that is not there.

Enters: nothing. Leaves: addresses on loopback. Each request meets another misbehaviour, in turn.
"""

import itertools
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWERS = (
    (200, b"no JSON at all"), (500, b""), (400, b"no"), (413, b"too large"), (429, b"later"), (302, b""), (204, b""),
    (200, b'{"failed_events": [{"index": 0, "reason": "so", "retriable": true}]}'),
    (200, b'{"failed_events": [{"index": 99, "reason": "so"}]}'), (200, b"[]"), (401, b"who"), (201, b""),
)  # fmt: skip
SLOW = 0.02  # seconds


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    turns = itertools.count()

    def do_POST(self) -> None:
        turn = next(self.turns)
        self.rfile.read(int(self.headers.get("content-length", 0)))
        if turn % 7 == 0:
            time.sleep(SLOW)
        if turn % 11 == 0:
            self.wfile.write(b"\x16\x03garbage that is no HTTP\r\n\r\n")
            self.close_connection = True
            return
        if turn % 13 == 0:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, body = ANSWERS[turn % len(ANSWERS)]
        self.send_response(status)
        if body and turn % 5 == 0:  # in pieces, of which one has words behind its length
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"1;word\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (body[:1], len(body) - 1, body[1:]))
            return
        if body and turn % 5 == 1:  # up to where it closes
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        return None


def misbehaving() -> str:
    """The address of a server that does everything wrong; it ends with the process."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def missing() -> str:
    """The address of a server that is not there."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"
