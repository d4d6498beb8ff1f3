"""One shape for every refusal: ``{"error": {"code", "message", "hint"}, "code", "message"}``.

Enters: an exception. Leaves: a JSON response whose status follows from the error's class. Nothing internal
leaks: what was not raised on purpose becomes one plain sentence here and a traceback in the server's log. The status
and the sentence stand beside it once more, where clients made for Marquez look for them.
"""

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from driftline.errors import BadInput, DriftlineError, NotFound, WrongMethod


class Refusal(msgspec.Struct, frozen=True):
    """What happened, as a stable code and a sentence, and what to do next."""

    code: str
    message: str
    hint: str


class ErrorBody(msgspec.Struct, frozen=True):
    """The body of every response that is an error."""

    error: Refusal
    code: int  # the status
    message: str


def respond(error: DriftlineError, headers: dict[str, str] | None = None) -> Response:
    """Return the response that tells of ``error``."""
    body = ErrorBody(Refusal(error.code, error.message, error.hint), error.http_status, error.message)
    extra = dict(headers or {})
    if error.http_status == 401:
        extra["www-authenticate"] = "Bearer"
    if error.http_status == 503:
        extra["retry-after"] = "1"
    return Response(msgspec.json.encode(body), error.http_status, extra, "application/json")


def _raised(_request: Request, error: Exception) -> Response:
    return respond(error if isinstance(error, DriftlineError) else DriftlineError())


def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return respond(DriftlineError())
    headers = dict(error.headers or {})
    if error.status_code == 404:
        hint = "The addresses are listed in /api/openapi.json."
        return respond(NotFound(f"no such address {request.url.path}", hint=hint), headers)
    if error.status_code == 405:
        allowed = headers.get("Allow", "")
        return respond(WrongMethod(f"{request.method} {request.url.path}; it takes {allowed}"), headers)
    return respond(BadInput(str(error.detail)), headers)


def install(app: Starlette) -> None:
    """Make ``app`` answer every error in the one shape."""
    app.add_exception_handler(DriftlineError, _raised)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _raised)
