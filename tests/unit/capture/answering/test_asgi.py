"""The middleware, driven by hand and by Starlette; what goes through it is compared with what goes without it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import xxhash
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

import driftline
from driftline.capture.answering import asgi
from driftline.capture.ground import fault
from driftline.event import ids
from driftline.event.answer import Answer
from driftline.testing import MemorySink

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def recorded(sink: MemorySink) -> list[Answer]:
    assert driftline.flush()
    return sink.recorded


def application(**options: Any) -> TestClient:
    async def chat(request: Any) -> JSONResponse:
        made = driftline.current_answer()
        assert made is not None
        made.retrieved("a passage")
        made.decide("refund", money=300.0)
        return JSONResponse({"text": "yes"}, headers={"x-other": "1"})

    async def stream(request: Any) -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            for piece in ("it ", "depends"):
                yield piece

        return StreamingResponse(pieces())

    async def broken(request: Any) -> JSONResponse:
        raise ZeroDivisionError("on purpose")

    routes = [
        Route("/chat", chat, methods=["GET", "POST"]),
        Route("/chat/stream", stream, methods=["POST"]),
        Route("/chat/broken", broken, methods=["POST"]),
        Route("/chatter", lambda request: JSONResponse({}), methods=["POST"]),
        Route("/health", lambda request: JSONResponse({}), methods=["GET"]),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(driftline.asgi, endpoint="desk", paths=["/chat"], **options)
    return TestClient(app, raise_server_exceptions=True)


def test_a_request_is_one_answer_with_the_trace_of_its_header_and_its_id_in_the_response(sink: MemorySink) -> None:
    response = application().post("/chat", headers={"traceparent": PARENT})
    (answer,) = recorded(sink)
    assert response.headers["x-driftline-answer"] == answer.id
    assert (response.json(), response.headers["x-other"]) == ({"text": "yes"}, "1")
    assert (answer.endpoint, answer.decision, answer.money) == ("desk", "refund", 300.0)
    assert (answer.trace, answer.span) == (TRACE, "b7ad6b7169203331")
    assert [document.content for document in answer.documents] == [ids.text("a passage")]
    assert answer.text_hash == f"xxh3:{xxhash.xxh3_64_hexdigest(response.content)}"


def test_a_stream_passes_piece_by_piece(sink: MemorySink) -> None:
    assert application().post("/chat/stream").text == "it depends"
    (answer,) = recorded(sink)
    assert answer.text_hash == ids.text("it depends")


def test_other_paths_and_methods_are_no_answers(sink: MemorySink) -> None:
    client = application()
    for response in (client.get("/health"), client.post("/chatter"), client.get("/chat")):
        assert "x-driftline-answer" not in response.headers
    assert recorded(sink) == []


def test_a_request_that_is_not_recorded_has_an_answer_that_leads_nowhere(
    sink: MemorySink, caplog: pytest.LogCaptureFixture
) -> None:
    """So that a handler which says what it decides needs not ask whether it is recorded."""
    assert application().get("/chat").json() == {"text": "yes"}
    assert recorded(sink) == []
    assert [record.getMessage() for record in caplog.records] == [
        "driftline: GET /chat is not recorded as an answer: methods are POST"
    ]
    assert application(methods=["get", "post"]).get("/chat").json() == {"text": "yes"}
    assert [answer.decision for answer in recorded(sink)] == ["refund"]


def test_of_what_is_read_beside_the_answers_nothing_is_told(sink: MemorySink, caplog: pytest.LogCaptureFixture) -> None:
    """A page, its icon, a health check, and a path that is no text: only of the very path the method may be missing."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["path"])

    passed: list[str] = []
    paths = ["/", "/chat/health", "/chat/\udcff", "/favicon.ico"]
    for chosen in ("/", "/chat"):
        wrapped = driftline.asgi(app, endpoint="desk", paths=[chosen])
        for path in paths:
            asyncio.run(wrapped({"type": "http", "method": "GET", "path": path}, None, None))
    assert passed == paths * 2
    assert caplog.records == []
    asyncio.run(driftline.asgi(app, endpoint="desk")({"type": "http", "method": "POST", "path": "/\udcff"}, None, None))
    assert [answer.decision for answer in recorded(sink)] == ["error"]  # nothing was sent


def test_an_exception_passes_and_is_an_answer_that_failed(sink: MemorySink) -> None:
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        application().post("/chat/broken")
    (answer,) = recorded(sink)
    assert answer.decision == "error"


def test_without_a_header_none_is_sent(sink: MemorySink) -> None:
    assert "x-driftline-answer" not in application(header="").post("/chat").headers
    assert len(recorded(sink)) == 1


def test_a_cancelled_request_is_cancelled_and_recorded(sink: MemorySink) -> None:
    async def forever(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(60)

    async def run() -> None:
        app = asgi.asgi(forever, endpoint="desk")
        scope = {"type": "http", "path": "/", "method": "POST", "headers": []}
        task = asyncio.ensure_future(app(scope, None, None))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert [answer.decision for answer in recorded(sink)] == ["error"]


def test_what_fails_after_the_response_is_no_error_of_the_answer(sink: MemorySink) -> None:
    def mails() -> None:
        raise ZeroDivisionError("on purpose")

    async def chat(request: Any) -> JSONResponse:
        return JSONResponse({"text": "yes"}, background=BackgroundTask(mails))

    app = Starlette(routes=[Route("/chat", chat, methods=["POST"])])
    app.add_middleware(driftline.asgi, endpoint="desk")
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        TestClient(app).post("/chat")
    assert [answer.decision for answer in recorded(sink)] == [""]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_stream_that_breaks_is_an_answer_that_failed_also_where_a_middleware_ends_it(
    sink: MemorySink, wrapped: bool
) -> None:
    async def stream(request: Any) -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            yield "half "
            raise ZeroDivisionError("on purpose")

        return StreamingResponse(pieces())

    async def passing(request: Any, follow: Any) -> Any:
        return await follow(request)

    app = Starlette(routes=[Route("/chat", stream, methods=["POST"])])
    if wrapped:
        app.add_middleware(BaseHTTPMiddleware, dispatch=passing)
    app.add_middleware(driftline.asgi, endpoint="desk")
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        TestClient(app).post("/chat")
    assert [answer.decision for answer in recorded(sink)] == ["error"]


def test_a_refusal_is_an_error_unless_the_handler_decides_and_a_redirection_is_no_answer(sink: MemorySink) -> None:
    async def chat(request: Any) -> JSONResponse:
        made = driftline.current_answer()
        assert made is not None
        made.decide("deny")
        return JSONResponse({}, status_code=403)

    app = Starlette(routes=[Route("/chat", chat, methods=["POST"])])
    app.add_middleware(driftline.asgi, endpoint="desk")
    client = TestClient(app)
    assert [client.post(path).status_code for path in ("/chat/", "/nowhere")] == [403, 404]  # the first by way of 307
    assert [answer.decision for answer in recorded(sink)] == ["deny", "error"]


def test_a_stream_that_the_client_left_is_an_answer_that_failed(sink: MemorySink) -> None:
    async def run() -> None:
        left = asyncio.Event()

        async def pieces() -> AsyncIterator[str]:
            yield "half "
            left.set()
            await asyncio.sleep(60)

        async def receive() -> Any:
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await StreamingResponse(pieces())(scope, receive, send)

        scope = {"type": "http", "path": "/", "method": "POST", "headers": []}
        await asgi.asgi(app, endpoint="desk")(scope, receive, send)

    asyncio.run(run())  # Starlette ends such a request without an exception
    (answer,) = recorded(sink)
    assert (answer.decision, answer.text_hash) == ("error", ids.text("half "))


@pytest.mark.parametrize("root", ["/api", "/api/"])
def test_paths_are_those_of_the_application_also_where_it_is_mounted(sink: MemorySink, root: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        made = driftline.current_answer()
        assert made is not None
        made.decide(scope["path"])

    async def run() -> None:
        served = asgi.asgi(app, endpoint="desk", paths=["/chat"])
        for path in ("/api/chat", "/chat", "/apichat", "/api/chatter"):  # servers of ASGI 2 leave the root out
            scope: dict[str, Any] = {"type": "http", "path": path, "root_path": root, "method": "POST", "headers": []}
            await served(scope, None, None)

    asyncio.run(run())
    assert [answer.decision for answer in recorded(sink)] == ["/api/chat", "/chat"]


def test_a_web_socket_has_an_answer_that_leads_nowhere(sink: MemorySink) -> None:
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        made = driftline.current_answer()
        assert made is not None
        made.retrieved("a passage")
        await socket.send_text("yes")
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/chat", talk)])
    app.add_middleware(driftline.asgi, endpoint="desk")
    with TestClient(app).websocket_connect("/chat") as socket:
        assert socket.receive_text() == "yes"
    assert recorded(sink) == []


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
def test_other_connections_are_left_alone(sink: MemorySink, kind: str) -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope, receive, send))

    given: Any = ({"type": kind}, object(), object())
    asyncio.run(asgi.asgi(app, endpoint="desk")(*given))
    assert seen == [given]
    assert recorded(sink) == []


def test_requests_at_the_same_time_do_not_mix(sink: MemorySink) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        made = driftline.current_answer()
        assert made is not None
        await asyncio.sleep(0.001 * (3 - scope["n"]))
        made.decide(str(scope["n"]))
        assert driftline.current_answer() is made

    async def run() -> None:
        served = asgi.asgi(app, endpoint="desk")
        scopes = [{"type": "http", "path": "/", "method": "POST", "headers": [], "n": n} for n in range(3)]
        await asyncio.gather(*(served(scope, None, None) for scope in scopes))

    asyncio.run(run())
    assert sorted(answer.decision for answer in recorded(sink)) == ["0", "1", "2"]


def test_our_own_failure_reaches_nobody(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(asgi, "opened", broken)
    client = application()
    assert client.post("/chat").json() == {"text": "yes"}  # the handler has an answer that leads nowhere
    assert client.post("/chatter").status_code == 200
    assert fault.counts()["asgi"] == 1


def test_a_file_that_the_server_sends_is_a_response_that_came_to_its_end(sink: MemorySink) -> None:
    """Its last message has no more after it. Source: the zero copy send extension of ASGI."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        for more in (True, scope["broken"]):
            await send({"type": "http.response.zerocopysend", "file": 3, "more_body": more})

    async def send(message: Any) -> None:
        pass

    for broken in (False, True):
        scope = {"type": "http", "path": "/", "method": "POST", "headers": [], "broken": broken}
        asyncio.run(driftline.asgi(app, endpoint="desk")(scope, send, send))
    assert [answer.decision for answer in recorded(sink)] == ["", "error"]


def test_a_server_that_empties_the_messages_that_it_has_sent_is_no_failure_of_the_request(sink: MemorySink) -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"yes"})

    async def send(message: Any) -> None:
        sent.append(dict(message))
        message.clear()  # it is the server's, once it was handed over

    scope = {"type": "http", "path": "/chat", "method": "POST", "headers": []}
    asyncio.run(driftline.asgi(app, endpoint="desk")(scope, None, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    (answer,) = recorded(sink)
    assert (answer.endpoint, answer.decision) == ("desk", "")  # which the client has got


def test_a_request_that_passes_two_of_them_is_one_answer_of_the_outer_one(sink: MemorySink) -> None:
    async def chat(request: Any) -> JSONResponse:
        made = driftline.current_answer()
        assert made is not None
        made.decide("refund", money=300.0)
        return JSONResponse({})

    inner = Starlette(routes=[Route("/chat", chat, methods=["POST", "PUT"])])
    inner.add_middleware(driftline.asgi, endpoint="inner", paths=["/chat"], methods=["POST", "PUT"])
    app = Starlette(routes=[Mount("/api", inner)])
    app.add_middleware(driftline.asgi, endpoint="twice", paths=["/api"])
    app.add_middleware(driftline.asgi, endpoint="outer", paths=["/api"])
    with TestClient(app) as client:
        posted, put = client.post("/api/chat"), client.put("/api/chat")
    first, second = recorded(sink)
    assert posted.headers.get_list("x-driftline-answer") == [first.id]
    assert put.headers.get_list("x-driftline-answer") == [second.id]  # the outer one records no PUT
    assert [(one.endpoint, one.decision, one.money) for one in (first, second)] == [
        ("outer", "refund", 300.0),
        ("inner", "refund", 300.0),
    ]


def test_an_application_that_is_called_from_within_another_one_has_answers_of_its_own(sink: MemorySink) -> None:
    """As with a client that calls an application in the same process: that is another request."""

    async def asked(request: Any) -> JSONResponse:
        return JSONResponse({})

    other = Starlette(routes=[Route("/ask", asked, methods=["POST"])])
    other.add_middleware(driftline.asgi, endpoint="other", paths=["/ask"])

    async def chat(request: Any) -> JSONResponse:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(other), base_url="http://other") as client:
            await client.post("/ask")
        return JSONResponse({})

    app = Starlette(routes=[Route("/chat", chat, methods=["POST"])])
    app.add_middleware(driftline.asgi, endpoint="desk", paths=["/chat"])
    TestClient(app).post("/chat")
    assert sorted(answer.endpoint for answer in recorded(sink)) == ["desk", "other"]
