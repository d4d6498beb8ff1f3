"""An ASGI middleware: every request of the chosen paths and methods is one answer.

Enters: an ASGI application. Leaves: an application that does the same: scopes, messages and exceptions pass through,
streams are never held back, other kinds of connection are left alone. While a request lasts, its answer is the current
one, so that everything below can add to it (``driftline.current_answer()``); its trace is that of the ``traceparent``
header, and its id goes out as a header of the response. The answer ends with the request: in ``error`` where the
application raised, the response has a status of 400 and above, or never came to its end, since the request was
cancelled or the client left. What fails in a background task, after the response, is no error of the answer, and a
redirection is none. Of several middlewares around one another, the outermost that records a request is the only one.
Source: ASGI 3.0, W3C Trace Context.
"""

import re
import traceback
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import xxhash

from driftline.capture.answering import unrecorded
from driftline.capture.answering.answers import Answering
from driftline.capture.answering.answers import answer as opened
from driftline.capture.ground import fault

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = "x-driftline-answer"
_RECORDED = "driftline_answer"  # in the scope of a request that is an answer: another middleware below leaves it alone
_PARENT = re.compile(rb"^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_ELSEWHERE = 300  # the least status of a response that sends the client elsewhere
_REFUSED = 400  # that of one that is no answer
_BEHIND = frozenset(("starlette.background", "litestar.background_tasks"))
_BODIES = frozenset(("http.response.body", "http.response.zerocopysend"))  # that may be a part of one
_WHOLE = frozenset(("http.response.pathsend",))  # messages that are a body of their own
_READING = frozenset(("GET", "PUT", "PATCH"))  # methods that may well answer


class _Sending:
    """Passes messages on, and sees what the response is, and whether it came to its end."""

    __slots__ = ("_answer", "_ends", "_header", "_send", "_state", "complete", "status")

    def __init__(self, send: Send, answer: Answering, header: bytes) -> None:
        self._send, self._answer, self._header = send, answer, header
        self._state = xxhash.xxh3_64()
        self.status = 0
        self._ends = self.complete = False

    async def __call__(self, message: Message) -> None:
        await self._send(fault.attempt("asgi", self._seen, message) or message)
        self.complete = self._ends  # now that it is sent

    def _seen(self, message: Message) -> Message:
        self._ends = self._ends or _last(message)
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._header:
                named = (self._header, self._answer.id.encode())
                return {**message, "headers": [*message.get("headers", ()), named]}
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            if body:
                self._state.update(body)
                self._answer.text_hash = f"xxh3:{self._state.hexdigest()}"
        return message


def _last(message: Message) -> bool:
    """Whether a message ends the response."""
    kind = message["type"]
    return kind in _WHOLE or (kind in _BODIES and not message.get("more_body", False))


def asgi(
    app: App, *, endpoint: str, paths: Sequence[str] = ("/",), methods: Sequence[str] = ("POST",), header: str = HEADER
) -> App:
    """Return ``app`` with every POST request of the chosen paths recorded as an answer.

    With Starlette and FastAPI: ``app.add_middleware(driftline.asgi, endpoint="refund-desk", paths=["/chat"])``.

    Args:
        app: the application.
        endpoint: name of the deployment, such as refund-desk.
        paths: beginnings of the paths that answer; ``/chat`` is ``/chat`` and everything below it, also where the
            application is mounted, or lies behind a proxy, under a path of its own.
        methods: HTTP methods that answer, such as ``["GET", "POST"]``.
        header: of the response, that carries the answer's id; ``""`` = none.
    """
    chosen = tuple(path.rstrip("/") for path in paths)
    wanted = frozenset(method.upper() for method in methods)
    name = header.lower().encode("latin-1")

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if _RECORDED in scope:
            await app(scope, receive, send)
            return
        answer = fault.attempt("asgi", _begun, scope, endpoint, chosen, wanted) if scope["type"] == "http" else None
        sending = None if answer is None else fault.attempt("asgi", _Sending, send, answer, name)
        if answer is None or sending is None:
            request = scope["type"] in ("http", "websocket")
            token = fault.attempt("asgi", unrecorded.begin, endpoint) if request else None
            try:
                await app(scope, receive, send)
            finally:
                if token is not None:
                    fault.attempt("asgi", unrecorded.request.reset, token)
            return
        fault.attempt("asgi", scope.update, {_RECORDED: answer.id})
        answer.begin()
        error: BaseException | None = None
        try:
            await app(scope, receive, sending)
        except BaseException as raised:
            error = raised
            raise
        finally:
            answer.suspend()
            fault.attempt("asgi", scope.pop, _RECORDED, None)
            fault.attempt("asgi", _concluded, answer, sending)
            answer.finish(None if error is not None and fault.attempt("asgi", _later, error, sending) else error)

    return answering


def _concluded(answer: Answering, sending: _Sending) -> None:
    """Say what the response makes of an answer that says nothing of itself."""
    draft = answer.draft
    if draft.decision:
        return
    if sending.status >= _REFUSED or not sending.complete:
        draft.decision = "error"
    elif sending.status >= _ELSEWHERE and not (draft.text or draft.documents):
        answer.leads_nowhere()  # the client asks once more, at another address


def _later(error: BaseException, sending: _Sending) -> bool:
    """Whether an error is one of a task that runs behind the response."""
    frames = traceback.walk_tb(error.__traceback__)
    return sending.complete and any(frame.f_globals.get("__name__") in _BEHIND for frame, _ in frames)


def _begun(scope: Scope, endpoint: str, chosen: Sequence[str], wanted: frozenset[str]) -> Answering | None:
    """Return the answer of a request; None where it is none, or Driftline is switched off."""
    path, method = scope["path"], scope["method"]
    inside = path.removeprefix(scope.get("root_path", "").rstrip("/"))  # where the application is mounted
    if not any(of == one or of.startswith(f"{one}/") for of in (path, inside) for one in chosen):
        return None
    if method not in wanted:
        if method in _READING and any(of == one for of in (path, inside) for one in chosen if one):
            said = f"{method} {path} is not recorded as an answer: methods are {', '.join(sorted(wanted))}"
            fault.tell("asgi methods", said)
        return None
    answer = opened(endpoint)
    for key, value in scope.get("headers", ()):
        if key == b"traceparent":
            found = _PARENT.match(value)
            if found is not None and found[1] != b"0" * 32:
                answer.trace, answer.span = found[1].decode(), found[2].decode()
    return answer if answer.id else None
