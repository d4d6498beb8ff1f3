"""The sink that posts to a Driftline server.

Enters: batches of events and answers. Leaves: ``POST /api/v1/lineage/batch`` and ``POST /api/v1/answers``, in
parts of at most ``PART_BYTES``. An answer that says "later" (no connection, 401, 403, 408, 429, 5xx, retriable
events), or that is none of a server of this kind, such as a page to log in at, raises, and the sender in front tries
again and spools; what the server refuses for good is kept in
``spool/refused.txt``, counted and said once. Source: https://openlineage.io/spec/2-0-2/OpenLineage.yml.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec

from driftline import config
from driftline.capture.ground import fault
from driftline.capture.sending import spool
from driftline.capture.sending.post import Connection, open_connection
from driftline.config import Settings
from driftline.errors import BadSetting
from driftline.event import openlineage
from driftline.event.answer import Answer

EVENTS = "/api/v1/lineage/batch"
ANSWERS = "/api/v1/answers"
PART_BYTES = 4 * 1024 * 1024
TIMEOUT_SECONDS = 10.0
_REFUSED = frozenset({400, 413, 422})  # for good; everything else that is no success may pass
_SAFE = "/%:@!$&'()*+,;=~"  # of the signs of a path that stand for themselves
_UNTRUSTED = frozenset({401, 403})


class Undelivered(Exception):
    """The server did not take a batch; it may take it later."""


class _Failed(msgspec.Struct):
    index: int
    reason: str = ""
    retriable: bool = False


class _Summary(msgspec.Struct):
    failed_events: list[_Failed] = []


class HttpSink:
    """Posts to the server at ``settings.url`` over one connection that is kept open."""

    def __init__(self, settings: Settings) -> None:
        wanted = config.unusable(settings.url)
        if wanted:
            raise BadSetting(f"url is no address of a server, allowed is {wanted}")
        parts = urlsplit(settings.url.strip())
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._path = path_of(settings.url)
        self._headers = {"Content-Type": "application/json"}
        if settings.token:
            self._headers["Authorization"] = f"Bearer {settings.token.strip()}"
        self._refused = Path(settings.home).absolute() / "spool" / "refused.txt"
        self._connection: Connection | None = None

    def events(self, batch: Sequence[bytes]) -> None:
        """Post OpenLineage events; returns when the server has them.

        Raises:
            Undelivered, OSError, post.Garbled, http.client.HTTPException: it has not; all may be sent again.
        """
        self._post(EVENTS, list(batch))

    def answers(self, batch: Sequence[Answer]) -> None:
        """Post answers; returns when the server has them.

        Raises:
            Undelivered, OSError, post.Garbled, http.client.HTTPException: it has not; all may be sent again.
        """
        self._post(ANSWERS, [openlineage.as_json(answer) for answer in batch])

    def release(self) -> None:
        """Close the connection; the next request opens it anew."""
        self.close()

    def abandon(self) -> None:
        """Forget the connection of the parent."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.abandon()

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _post(self, path: str, items: list[bytes]) -> None:
        part: list[bytes] = []
        size = 0
        for item in items:
            if part and size + len(item) > PART_BYTES:
                self._part(path, part)
                part, size = [], 0
            part.append(item)
            size += len(item)
        if part:
            self._part(path, part)

    def _part(self, path: str, items: list[bytes]) -> None:
        status, body = self._request(path, b"[" + b",".join(items) + b"]")
        if status in _REFUSED and len(items) > 1:  # find the ones that it refuses
            middle = len(items) // 2
            self._part(path, items[:middle])
            self._part(path, items[middle:])
        elif status in _REFUSED:
            self._refuse(items[0], f"status {status}: {body[:200].decode(errors='replace')}")
        elif not 200 <= status < 300:
            raise Undelivered(f"{self._host} answered {status}{self._why(status)}")
        else:
            self._partly(items, body)

    def _why(self, status: int) -> str:
        if status not in _UNTRUSTED:
            return ""
        given = "Authorization" in self._headers
        return f": {'it does not take the token in' if given else 'it wants a token:'} DRIFTLINE_TOKEN"

    def _partly(self, items: list[bytes], body: bytes) -> None:
        if not body.strip():
            return
        try:
            msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError):  # a page to log in at, or of whoever else listens there
            raise Undelivered(f"{self._host} answered with something else: it is no Driftline server") from None
        try:
            failed = msgspec.json.decode(body, type=_Summary).failed_events
        except msgspec.MsgspecError:
            return  # a success that says nothing about single events
        for one in failed:
            if not one.retriable and 0 <= one.index < len(items):
                self._refuse(items[one.index], one.reason)
        if any(one.retriable for one in failed):
            raise Undelivered(f"{self._host} asks for {sum(one.retriable for one in failed)} events again")

    def _refuse(self, item: bytes, reason: str) -> None:
        fault.count("refused")
        fault.tell(
            "refused", f"the server refuses an event for good ({reason}); such events are kept in {self._refused}"
        )
        with contextlib.suppress(OSError):  # a folder that cannot be written: the count and the log line remain
            self._refused.parent.mkdir(parents=True, exist_ok=True)
            with self._refused.open("ab") as file:
                if file.tell() < spool.LIMIT_BYTES:  # else the count remains
                    file.write(item + b"\n")

    def _request(self, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            try:
                return self._once(path, body)
            except (ConnectionResetError, BrokenPipeError):
                self.close()  # the server has closed a connection that was kept open: once more on a fresh one
                return self._once(path, body)
        except BaseException:
            self.close()
            raise

    def _once(self, path: str, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = open_connection(self._host, self._port, TIMEOUT_SECONDS, secure=self._secure)
        return self._connection.post(self._path + path, body, self._headers)


def path_of(url: str) -> str:
    """Return what stands before the paths of a server's resources, as a request may have it."""
    return quote(urlsplit(url.strip()).path.rstrip("/"), safe=_SAFE)


def open_sink(settings: Settings) -> HttpSink:
    """Return the sink for ``settings.url``.

    Raises:
        BadSetting: it is no http or https address.
    """
    return HttpSink(settings)
