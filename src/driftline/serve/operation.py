"""One operation of the HTTP interface: its address, what it takes, what it answers.

A handler is a plain function of the engine. Its signature is the only description there is: the parts of the
path by their names, ``query`` a record of query parameters, ``body`` a record of the request's body, and the
return type is the answer's. Routing, checking and the OpenAPI document all follow from it.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_type_hints

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.serve import body as bodies
from driftline.serve.threads import Threads

Method = Literal["GET", "POST", "PUT", "DELETE"]
Endpoint = Callable[[Request], Awaitable[Response]]
Q = TypeVar("Q", bound=msgspec.Struct)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A route with everything that its documentation says."""

    method: Method
    path: str
    endpoint: Endpoint
    summary: str
    query: type[msgspec.Struct] | None = None
    body: Any = None  # type of the request's body; None = it has none
    answer: Any = None  # type of the answer; None = not JSON, see ``media``
    status: int = 200
    media: str = "application/json"
    statuses: tuple[tuple[int, str], ...] = ()  # further good statuses, with what they mean

    @property
    def name(self) -> str:
        """The handler's name, unique within the interface."""
        return f"{self.method.lower()}_{self.path.strip('/').replace('/', '_').translate(_PLAIN)}"

    @property
    def tag(self) -> str:
        """The resource that it belongs to: the first part of the path that says something."""
        parts = [part for part in self.path.split("/") if part not in ("", "api", "v1", "v2beta")]
        return parts[0].partition(".")[0]


_PLAIN = str.maketrans({"{": "", "}": "", ".": "_", "-": "_"})


def first_sentence(function: Callable[..., Any]) -> str:
    """Return the first line of a docstring without its full stop."""
    return (inspect.getdoc(function) or function.__name__).splitlines()[0].rstrip(".")


def reading(path: str, handle: Callable[..., Any], *, lenient: bool = False) -> Operation:
    """Return the GET operation that ``handle`` answers; a lenient one passes over parameters that it does not know."""
    return _operation("GET", path, handle, 200, lenient=lenient)


def writing(
    path: str, handle: Callable[..., Any], status: int = 200, *, method: Method = "POST", lenient: bool = False
) -> Operation:
    """Return the operation (POST unless said) that ``handle`` carries out; one runs at a time."""
    return _operation(method, path, handle, status, lenient=lenient)


def _operation(method: Method, path: str, handle: Callable[..., Any], status: int, *, lenient: bool) -> Operation:
    hints = get_type_hints(handle)
    query, body = hints.get("query"), hints.get("body")
    named = [part[1:-1] for part in path.split("/") if part.startswith("{") and part[1:-1] in hints]

    async def endpoint(request: Request) -> Response:
        arguments: dict[str, Any] = {name: request.path_params[name] for name in named}
        if query is not None:
            arguments["query"] = parameters(request, query, lenient=lenient)
        if body is not None:
            arguments["body"] = bodies.decode(await bodies.read(request), body)
        engine: Engine = request.app.state.engine
        threads: Threads = request.app.state.threads
        run = threads.read if method == "GET" else threads.write
        await request.app.state.intake.settled()
        content = await run(lambda: msgspec.json.encode(handle(engine, **arguments)))
        return Response(content, status, media_type="application/json")

    return Operation(
        method=method,
        path=path,
        endpoint=endpoint,
        summary=first_sentence(handle),
        query=query,
        body=body,
        answer=hints["return"],
        status=status,
    )


def parameters(request: Request, shape: type[Q], *, lenient: bool = False) -> Q:
    """Return the query parameters of ``request`` as ``shape``.

    Args:
        request: the request.
        shape: the record of what may be asked.
        lenient: pass over what is unknown or empty; a value given several times is joined with commas.

    Raises:
        BadInput: one is unknown, missing, or has another type or range; the message names it.
    """
    given = dict(request.query_params)
    known = [field.encode_name for field in msgspec.structs.fields(shape)]
    if lenient:
        every = {name: ",".join(request.query_params.getlist(name)) for name in given}
        given = {name: value for name, value in every.items() if name in known and value}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadInput(f"unknown parameter {', '.join(unknown)}; known are {', '.join(known)}")
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(f"query parameters: {error}", hint=bodies.known(shape, str(error))) from error
