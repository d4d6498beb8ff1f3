"""Posting by HTTP/1.1, against answers that are written byte by byte, as RFC 9112 has them."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from driftline import held
from driftline.capture.sending import post
from driftline.capture.sending.post import Garbled, open_connection

Serve = Callable[..., "Answering"]


class Answering:
    """A server that answers the requests of one connection after the other with the bytes that it is given."""

    def __init__(self, *connections: list[bytes]) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._all = connections
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        for answers in self._all:
            taken, _ = self._listening.accept()
            self.connections += 1
            with taken, taken.makefile("rb") as file:
                for answer in answers:
                    head = b""
                    while not head.endswith(b"\r\n\r\n"):
                        head += file.readline()
                    size = next(int(line.split(b":")[1]) for line in head.splitlines() if b"ength:" in line)
                    self.asked.append(head + file.read(size))
                    taken.sendall(answer)

    def close(self) -> None:
        self._listening.close()
        self._thread.join(10)


@pytest.fixture
def serve() -> Iterator[Serve]:
    made: list[Answering] = []

    def begin(*connections: list[bytes]) -> Answering:
        made.append(Answering(*connections))
        return made[-1]

    yield begin
    for one in made:
        one.close()


def plain(server: Answering, timeout: float = 10) -> Any:
    return open_connection("127.0.0.1", server.port, timeout, secure=False)


def test_a_request_has_its_address_its_host_its_headers_and_its_body(serve: Serve) -> None:
    server = serve([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
    connection = plain(server)
    assert connection.post("/a?b=1", b"[1]", {"Content-Type": "application/json"}) == (200, b"ok")
    connection.close()
    assert server.asked == [
        b"POST /a?b=1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept-Encoding: identity\r\n"
        b"Content-Type: application/json\r\nContent-Length: 3\r\n\r\n[1]" % server.port
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n", (503, b"")),
        (b"HTTP/1.1 200 OK\r\ncontent-length:3\r\nX: y\r\n\r\nabc", (200, b"abc")),
        (b"HTTP/1.1 200 OK\nContent-Length: 1\n\na", (200, b"a")),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n"
         b"HTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\na", (201, b"a")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: t\r\n\r\n",
         (200, b"abc0123456789")),
    ],
)  # fmt: skip
def test_answers_are_read_to_their_end_and_the_connection_goes_on(
    answer: bytes, expected: tuple[int, bytes], serve: Serve
) -> None:
    server = serve([answer, answer])
    connection = plain(server)
    assert [connection.post("/", b"", {}), connection.post("/", b"", {})] == [expected, expected]
    assert server.connections == 1
    connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n\r\nabc",
    ],
)
def test_a_connection_that_ends_with_its_answer_is_opened_anew(answer: bytes, serve: Serve) -> None:
    server = serve([answer], [answer])
    connection = plain(server)
    assert [connection.post("/", b"", {}), connection.post("/", b"", {})] == [(200, b"abc")] * 2
    assert server.connections == 2
    connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 OK\r\n\r\n", b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab", b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", b"HTTP/1.1 200 OK\r\nA: b\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1_000,
    ],
)  # fmt: skip
def test_what_is_no_answer_or_breaks_off_is_said(answer: bytes, serve: Serve) -> None:
    connection = plain(serve([answer]))
    with pytest.raises(Garbled):
        connection.post("/", b"", {})
    connection.close()


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HEAD + b"\r\n" + b"x" * 1_000, "longer than 100"),
        (HEAD + b"Content-Length: 101\r\n\r\n" + b"x" * 1_000, "longer than 100"),
        (HEAD + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + b"x" * 1_000, "longer than 100"),
        (CHUNKS + b"33\r\n" + b"x" * 51 + b"\r\n32\r\n" + b"x" * 50, "longer than 100"),
        (CHUNKS + b"ffffffffffffffffffff\r\n" + b"x" * 1_000, "longer than 100"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, "never begins"),
    ],
)  # fmt: skip
def test_an_answer_without_end_is_not_read_to_its_end(
    answer: bytes, said: str, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post, "ANSWER_BYTES", 100)
    connection = plain(serve([answer]))
    with pytest.raises(Garbled, match=said):
        connection.post("/", b"", {})
    connection.close()


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"\r\n" + b"x" * 100,
        HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 100,
        CHUNKS + b"32\r\n" + b"x" * 50 + b"\r\n32\r\n" + b"x" * 50 + b"\r\n0\r\n\r\n",
    ],
)  # fmt: skip
def test_an_answer_as_long_as_allowed_is_read(answer: bytes, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "ANSWER_BYTES", 100)
    connection = plain(serve([answer]))
    assert connection.post("/", b"", {}) == (200, b"x" * 100)
    connection.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HEAD + b"Content-Length: 100\r\n\r\n" + b"x" * 100, b"x" * 100),
        (HEAD + b"Content-Length: 0\r\n\r\n", b""),
        (CHUNKS + b"2\r\nab\r\n0\r\n\r\n", b"ab"),
        (HEAD + b"Content-Length: 101\r\n\r\n" + b"x" * 101, None),
        (HEAD + b"Content-Length: 90\r\n\r\n" + b"x" * 80, None),
    ],
)
def test_what_python_reads_has_the_same_bound(
    answer: bytes, expected: bytes | None, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's own client, without TLS: what it reads of an answer is the same."""
    monkeypatch.setattr(post, "ANSWER_BYTES", 100)
    monkeypatch.setattr(
        "http.client.HTTPSConnection", lambda host, port, *, timeout, context: HTTPConnection(host, port, timeout)
    )
    server = serve([answer, answer] if expected is not None else [answer])
    connection = open_connection("127.0.0.1", server.port, 10, secure=True)
    if expected is None:
        with pytest.raises(Garbled):
            connection.post("/", b"", {})
    else:
        assert [connection.post("/", b"", {}), connection.post("/", b"", {})] == [(200, expected)] * 2
        assert server.connections == 1
    connection.close()


def test_a_server_that_hangs_up_without_a_word_has_reset_the_connection(serve: Serve) -> None:
    connection = plain(serve([b""]))
    with pytest.raises(ConnectionResetError):
        connection.post("/", b"", {})
    connection.close()


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connection = open_connection("127.0.0.1", listening.getsockname()[1], 0.05, secure=False)
        with pytest.raises(TimeoutError):
            connection.post("/", b"", {})
        connection.close()


def test_nothing_is_sent_with_a_header_or_an_address_of_two_lines() -> None:
    connection = open_connection("127.0.0.1", 1, 1, secure=False)
    for path, headers in (("/", {"Authorization": "Bearer a\r\nX: y"}), ("/a b", {}), ("/a\nb", {})):
        with pytest.raises(ValueError, match="single lines"):
            connection.post(path, b"", headers)


@pytest.mark.parametrize(
    ("host", "port", "named"),
    [("localhost", None, "localhost"), ("localhost", 81, "localhost:81"), ("::1", 80, "[::1]"),
     ("bücher.example", 8080, "xn--bcher-kva.example:8080")],
)  # fmt: skip
def test_hosts_are_named_as_the_protocol_has_them(host: str, port: int | None, named: str) -> None:
    """The name with an umlaut is the example of Wikipedia's article on IDNA."""
    connection = open_connection(host, port, 1, secure=False)
    assert isinstance(connection, post._Plain)
    assert connection._named == named


def test_what_is_secure_is_left_to_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own client says what it is given; that it checks certificates is what its default context does."""
    asked: list[Any] = []

    class Client:
        status = 200
        length = 0

        def __init__(self, host: str, port: int | None, *, timeout: float, context: Any) -> None:
            asked.append((host, port, timeout, context.check_hostname))
            self.sock: socket.socket | None = None

        def connect(self) -> None:
            self.sock = socket.socket()

        def request(self, *given: Any) -> None:
            asked.append(given)

        def getresponse(self) -> Any:
            return self

        def read(self, size: int) -> bytes:
            return b"ok"[:size]

        def close(self) -> None:
            assert self.sock is not None
            self.sock.close()
            asked.append("closed")

    monkeypatch.setattr("http.client.HTTPSConnection", Client)
    connection = post.open_connection("example.com", None, 3, secure=True)
    assert connection.post("/a", b"1", {"A": "b"}) == (200, b"ok")
    connection.close()
    assert asked == [("example.com", None, 3, True), ("POST", "/a", b"1", {"A": "b"}), "closed"]


def test_a_forked_child_waits_for_no_thread_of_its_parent() -> None:
    """The parent's thread is in the reader, whose lock nobody in the child would ever let go of."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connection: Any = open_connection("127.0.0.1", listening.getsockname()[1], 20, secure=False)
        failed: list[Exception] = []

        def post_one() -> None:
            try:
                connection.post("/", b"1", {})
            except ConnectionResetError as error:
                failed.append(error)

        thread = threading.Thread(target=post_one)
        thread.start()
        taken, _ = listening.accept()
        with taken:
            assert taken.recv(1000)
            time.sleep(0.3)  # by then it waits for the answer
            child = os.fork()
            if child == 0:
                number = connection._socket.fileno()
                connection.abandon()
                os._exit(0 if held.mark(number) is None else 1)
            ended, end = (0, 0), time.monotonic() + 10
            while not ended[0] and time.monotonic() < end:
                time.sleep(0.01)
                ended = os.waitpid(child, os.WNOHANG)
            if not ended[0]:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        thread.join(10)
    connection.close()
    assert (ended, len(failed)) == ((child, 0), 1)
