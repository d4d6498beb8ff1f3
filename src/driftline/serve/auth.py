"""Who may change something: the door in front of every POST.

A browser page of another origin can send forms but, without our consent, no ``application/json``: requiring
it keeps such pages out. Where the settings hold a token, a POST must carry it. Reading is open to whoever
reaches the address.
"""

import hmac

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
            error = self._refusal(Headers(scope=scope))
            if error is not None:
                await respond(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Headers) -> DriftlineError | None:
        if self._token:
            kind, _, given = headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token):
                return Unauthorized("no token came with the request" if not given else "the token is another one")
        sent = headers.get("content-type", "").partition(";")[0].strip().lower()
        if sent != "application/json":
            return WrongMediaType(f"Content-Type {sent!r}" if sent else "the request names no Content-Type")
        return None
