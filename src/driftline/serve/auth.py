"""Who may change something: the door in front of everything that is not read.

A browser page of another origin can send forms but, without our consent, no ``application/json``, PUT or DELETE:
requiring one of them keeps such pages out. A POST without a body may leave the type out, unless a page of another
origin sent it: the browser says so, also behind a proxy that calls us by another name. Where the settings hold a
token, whatever changes something must carry it. Reading is open to whoever reaches the address.
"""

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from driftline.errors import DriftlineError, Unauthorized, WrongMediaType
from driftline.serve.errors import respond

_READING = ("GET", "HEAD", "OPTIONS")


class Door:
    """Turns away what may not come in; passes on the rest."""

    def __init__(self, app: ASGIApp, token: str = "") -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] not in _READING:
            error = self._refusal(scope["method"], Headers(scope=scope))
            if error is not None:
                await respond(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, method: str, headers: Headers) -> DriftlineError | None:
        if self._token:
            kind, _, given = headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
                return Unauthorized("no token came with the request" if not given else "the token is another one")
        sent = headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent != "application/json" and not (not sent and _bare(method, headers)):
            return WrongMediaType(f"Content-Type {sent!r}" if sent else "the request names no Content-Type")
        return None


def _bare(method: str, headers: Headers) -> bool:
    """Whether a request needs no type: it has no body, and no page of another origin can have sent it."""
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return False
    if method in ("PUT", "DELETE"):
        return True
    if headers.get("sec-fetch-site") == "same-origin":  # no page can set this header
        return True
    origin = headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == headers.get("host", "")
