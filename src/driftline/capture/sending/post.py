"""One connection to a server, kept open, over which bodies are posted by HTTP/1.1.

Enters: host, port, path, headers and a body. Leaves: the status and the body of the answer, up to ``ANSWER_BYTES``.
Follows no redirection, uses no proxy, keeps no cookies, and decodes nothing but chunks. ``http.client`` loads the
parser of e-mail and TLS, thirty modules, whatever the address: here it is loaded for https alone. Source:
https://www.rfc-editor.org/rfc/rfc9112.
"""

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from driftline import held, later

if TYPE_CHECKING:
    import http.client as http_client
    import ssl
else:
    http_client = later.module("http.client")
    ssl = later.module("ssl")

ANSWER_BYTES = 16 * 1024 * 1024  # of a body; whatever listens there may never end
_LINE = 65_536  # bytes of a line of an answer
_LINES = 200  # of the head of an answer
_HEADS = 20  # of one answer: what is said before it
_BODILESS = frozenset((204, 304))


class Garbled(Exception):
    """The server's answer is no HTTP."""


class _Ours:
    """The number of a socket, which the program may close at any time, and give to one of its own."""

    def __init__(self, place: socket.socket) -> None:
        self._socket = place
        self._mark = held.mark(place.fileno())

    def check(self) -> None:
        """Do nothing while the number is that of the socket; else let go of the socket without closing it.

        Raises:
            ConnectionResetError: it was not.
        """
        if held.mark(self._socket.fileno()) != self._mark:
            self._socket.detach()
            raise ConnectionResetError("the program has closed the connection")

    def abandon(self) -> None:
        """In a child that was forked: close the number, and nothing that a thread of the parent may be waiting in."""
        with contextlib.suppress(ConnectionResetError, OSError):
            self.check()
            os.close(self._socket.detach())


class Connection(Protocol):
    """What ``open_connection`` returns; it opens itself when it is used."""

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Return the status and the body of the answer."""

    def close(self) -> None:
        """Close it; the next ``post`` opens it anew."""

    def abandon(self) -> None:
        """In a child that was forked: have the child let go of it, which its parent goes on using."""


def open_connection(host: str, port: int | None, timeout: float, *, secure: bool) -> Connection:
    """Return a connection to ``host``; ``timeout`` in seconds is that of each wait for it."""
    return _Secure(host, port, timeout) if secure else _Plain(host, port or 80, timeout)


class _Secure:
    def __init__(self, host: str, port: int | None, timeout: float) -> None:
        held.ready()
        context = ssl.create_default_context()
        self._connection = http_client.HTTPSConnection(host, port, timeout=timeout, context=context)
        self._ours: _Ours | None = None

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if self._connection.sock is None:
            self._connection.connect()
            place: Any = self._connection.sock  # for type checkers it is still none
            self._ours = _Ours(place)
        assert self._ours is not None
        self._ours.check()
        self._connection.request("POST", path, body, dict(headers))
        response = self._connection.getresponse()
        answer = response.read(ANSWER_BYTES + 1)
        _allow(len(answer))
        if response.length:
            raise Garbled("it breaks off")
        return response.status, answer

    def close(self) -> None:
        if self._connection.sock is not None and self._ours is not None:
            with contextlib.suppress(ConnectionResetError):
                self._ours.check()
        self._connection.close()

    def abandon(self) -> None:
        held.forever(self._connection)  # where Python lets go of it, it closes what may be locked
        if self._connection.sock is not None and self._ours is not None:
            self._ours.abandon()


class _Plain:
    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._host = host.encode("ascii" if host.isascii() else "idna")
        named = f"[{host}]" if ":" in host else self._host.decode()
        self._named = named if port == 80 else f"{named}:{port}"
        self._port = port
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._answers: _Answers | None = None
        self._ours: _Ours | None = None

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        lines = [f"POST {path} HTTP/1.1", f"Host: {self._named}", "Accept-Encoding: identity"]
        lines += [f"{name}: {value}" for name, value in {**headers, "Content-Length": str(len(body))}.items()]
        if any("\r" in line or "\n" in line for line in lines) or path.split() != [path]:
            raise ValueError("an address and headers are single lines")
        if self._socket is None:
            place: Any = (self._host, self._port)  # of a host as a text, the codec of names would be loaded
            self._socket = socket.create_connection(place, self._timeout)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._answers = _Answers(self._socket)
            self._ours = _Ours(self._socket)
        assert self._ours is not None
        self._ours.check()
        self._socket.sendall("\r\n".join((*lines, "", "")).encode("latin-1") + body)
        assert self._answers is not None
        status, keep, answer = _answered(self._answers)
        if not keep:
            self.close()
        return status, answer

    def close(self) -> None:
        opened, self._socket, self._answers = self._socket, None, None
        if opened is not None and self._ours is not None:
            with contextlib.suppress(ConnectionResetError):
                self._ours.check()
        if opened is not None:
            opened.close()

    def abandon(self) -> None:
        if self._ours is not None:
            self._ours.abandon()


class _Answers:
    """What a socket brings, line by line; Python's own reader has a lock, which a forked child would wait for."""

    def __init__(self, place: socket.socket) -> None:
        self._socket = place
        self._kept = b""

    def readline(self, most: int) -> bytes:
        while not (end := self._kept.find(b"\n") + 1) and len(self._kept) < most:
            more = self._socket.recv(_LINE)
            if not more:
                break
            self._kept += more
        return self._take(min(end or most, most))

    def read(self, size: int) -> bytes:
        parts = [self._take(size)]
        rest = size - len(parts[0])
        while rest and (more := self._socket.recv(min(rest, _LINE))):
            parts.append(more)
            rest -= len(more)
        return b"".join(parts)

    def _take(self, size: int) -> bytes:
        taken, self._kept = self._kept[:size], self._kept[size:]
        return taken


def _answered(file: _Answers) -> tuple[int, bool, bytes]:
    """Return the status of the next answer, whether the connection goes on, and the body."""
    for _ in range(_HEADS):
        words = _line(file, first=True).split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
            raise Garbled(f"no status: {b' '.join(words)[:100]!r}")
        status = int(words[1])
        head = dict(_head(file))
        if status >= 200:  # else it is said only that it goes on
            break
    else:
        raise Garbled("it never begins")
    options = head.get(b"connection", b"").lower()
    keep = b"close" not in options and (words[0] != b"HTTP/1.0" or b"keep-alive" in options)
    if status in _BODILESS:
        return status, keep, b""
    if b"chunked" in head.get(b"transfer-encoding", b"").lower():
        return status, keep, b"".join(_chunks(file))
    if b"content-length" in head:
        return status, keep, _exactly(file, _number(head[b"content-length"], 10))
    return status, False, _upto_end(file)


def _head(file: _Answers) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_LINES):
        line = _line(file)
        if not line:
            return
        name, _, value = line.partition(b":")
        yield name.strip().lower(), value.strip()
    raise Garbled("its head does not end")


def _chunks(file: _Answers) -> Iterator[bytes]:
    whole = 0
    while size := _number(_line(file).partition(b";")[0], 16):
        whole += size
        _allow(whole)
        yield _exactly(file, size)
        _line(file)
    list(_head(file))  # what is said behind the last chunk


def _line(file: _Answers, *, first: bool = False) -> bytes:
    line = file.readline(_LINE)
    if first and not line:
        raise ConnectionResetError("the server has closed the connection")
    if not line.endswith(b"\n"):
        raise Garbled("it breaks off")
    return line.rstrip(b"\r\n")


def _number(text: bytes, base: int) -> int:
    try:
        found = int(text, base)
    except ValueError:
        found = -1
    if found < 0:
        raise Garbled(f"no length: {text[:100]!r}")
    return found


def _exactly(file: _Answers, size: int) -> bytes:
    _allow(size)
    body = file.read(size)
    if len(body) < size:
        raise Garbled("it breaks off")
    return body


def _upto_end(file: _Answers) -> bytes:
    body = file.read(ANSWER_BYTES + 1)
    _allow(len(body))
    return body


def _allow(size: int) -> None:
    if size > ANSWER_BYTES:
        raise Garbled(f"its body is longer than {ANSWER_BYTES:,} bytes")
