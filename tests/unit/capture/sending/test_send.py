"""Delivery over HTTP, against a real server of the standard library that answers as it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.ground import fault
from driftline.capture.sending import send
from driftline.capture.sending.send import HttpSink, Undelivered
from driftline.config import Settings
from driftline.errors import BadSetting
from driftline.event.answer import Answer

Reply = Callable[[str, list[Any]], tuple[int, bytes]]


class Server:
    """Remembers requests; ``reply`` says what it answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, list[Any]]] = []
        self.reply: Reply = lambda path, items: (204, b"")
        self.drop = False  # close each connection after its answer
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                items = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append((self.path, self.headers.get("Authorization", ""), items))
                status, body = server.reply(self.path, items)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = server.drop

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    fault.reset()
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()
    fault.reset()


@pytest.fixture
def sink(server: Server, tmp_path: Path) -> Iterator[HttpSink]:
    made = HttpSink(Settings(url=f"{server.url}/base/", token="secret", home=str(tmp_path)))
    yield made
    made.close()


def event(number: int) -> bytes:
    return b'{"n":%d}' % number


def test_events_and_answers_go_to_their_addresses_below_the_base_with_the_token(server: Server, sink: HttpSink) -> None:
    sink.events([event(1), event(2)])
    sink.answers([Answer(id="a", time_us=1, endpoint="desk")])
    assert server.requests == [
        ("/base/api/v1/lineage/batch", "Bearer secret", [{"n": 1}, {"n": 2}]),
        ("/base/api/v1/answers", "Bearer secret", [{"id": "a", "time_us": 1, "endpoint": "desk"}]),
    ]


def test_a_batch_goes_in_parts_of_a_bounded_size(
    server: Server, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "PART_BYTES", 20)
    sink.events([event(number) for number in range(5)])
    assert [len(items) for _, _, items in server.requests] == [2, 2, 1]


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 503])
def test_what_may_pass_raises_so_that_the_sender_tries_again(server: Server, sink: HttpSink, status: int) -> None:
    server.reply = lambda path, items: (status, b"")
    with pytest.raises(Undelivered, match=str(status)):
        sink.events([event(1)])


def test_a_server_that_wants_a_token_is_answered_with_the_name_of_the_setting(server: Server, tmp_path: Path) -> None:
    server.reply = lambda path, items: (401, b"")
    for token, said in (
        ("", "it wants a token: DRIFTLINE_TOKEN"),
        ("x", "it does not take the token in DRIFTLINE_TOKEN"),
    ):
        made = HttpSink(Settings(url=server.url, token=token, home=str(tmp_path)))
        with pytest.raises(Undelivered, match=said):
            made.events([event(1)])
        made.close()


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_event_that_is_refused_for_good_is_found_kept_and_counted(
    server: Server, sink: HttpSink, status: int, tmp_path: Path
) -> None:
    server.reply = lambda path, items: (status, b"no") if {"n": 3} in items else (204, b"")
    sink.events([event(number) for number in range(8)])
    taken = [item["n"] for _, _, items in server.requests for item in items if {"n": 3} not in items]
    assert sorted(taken) == [0, 1, 2, 4, 5, 6, 7]
    assert fault.counts() == {"refused": 1}
    assert (tmp_path / "spool" / "refused.txt").read_bytes() == b'{"n":3}\n'


def test_single_events_that_failed_are_asked_for_again_or_kept(server: Server, sink: HttpSink, tmp_path: Path) -> None:
    failed = [{"index": 1, "reason": "bad", "retriable": False}]
    server.reply = lambda path, items: (
        200,
        json.dumps({"status": "partial_success", "failed_events": failed}).encode(),
    )
    sink.events([event(1), event(2)])
    assert (tmp_path / "spool" / "refused.txt").read_bytes() == b'{"n":2}\n'
    failed[0]["retriable"] = True
    with pytest.raises(Undelivered, match="1 events again"):
        sink.events([event(1), event(2)])


def test_a_connection_that_the_server_has_closed_is_opened_again(server: Server, sink: HttpSink) -> None:
    server.drop = True
    for number in range(3):
        sink.events([event(number)])
    assert len(server.requests) == 3


def test_after_a_server_that_went_away_nothing_is_left_half_sent(server: Server, sink: HttpSink) -> None:
    server.drop = True
    sink.events([event(1)])
    server.http.shutdown()
    server.http.server_close()
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):  # each time, as a fresh connection says it
            sink.events([event(2)])


def test_no_server_raises(tmp_path: Path) -> None:
    sink = HttpSink(Settings(url="http://127.0.0.1:1", home=str(tmp_path)))
    with pytest.raises(OSError, match="refused"):
        sink.events([event(1)])


@pytest.mark.parametrize("body", [b"<!doctype html><title>Log in</title>", b"OK", b"\xff\xfe"])
def test_a_page_of_whoever_else_listens_there_is_no_delivery(server: Server, sink: HttpSink, body: bytes) -> None:
    """As portals and proxies answer, with success, to who has not logged in yet."""
    server.reply = lambda path, items: (200, body)
    with pytest.raises(Undelivered, match="no Driftline server"):
        sink.events([event(1)])
    for said in (b"", b"\n", b"[]", b'{"taken":1}'):  # nothing is said of single events
        server.reply = lambda path, items, said=said: (200, said)
        sink.events([event(1)])
    assert fault.counts() == {}


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/größe", "/gr%C3%B6%C3%9Fe"), ("/two words/", "/two%20words"), ("/a%20b;c=(1)", "/a%20b;c=(1)"), ("/ ", "")],
)
def test_signs_that_no_request_may_have_are_encoded_in_the_path(
    server: Server, tmp_path: Path, path: str, asked: str
) -> None:
    """By RFC 3986: UTF-8 in percents; what is encoded already stays. What stands around both is none of it."""
    made = HttpSink(Settings(url=f"{server.url}{path}\n", token="secret\n", home=str(tmp_path)))
    made.events([event(1)])
    made.close()
    assert server.requests == [(f"{asked}{send.EVENTS}", "Bearer secret", [{"n": 1}])]


@pytest.mark.parametrize("url", ["ftp://x", "http://", "nonsense", "http://h:99999", "http://h:x", "http://u:p@h"])
def test_an_address_that_is_none_is_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting):
        send.open_sink(Settings(url=url))


def test_what_a_server_refuses_is_kept_up_to_a_size(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send.spool, "LIMIT_BYTES", 10)
    server.reply = lambda path, items: (422, b"")
    sink = HttpSink(Settings(url=server.url, home=str(tmp_path)))
    sink.events([b'{"n":%d}' % number for number in range(5)])
    sink.close()
    assert fault.counts() == {"refused": 5}
    assert (tmp_path / "spool" / "refused.txt").read_bytes() == b'{"n":0}\n{"n":1}\n'
