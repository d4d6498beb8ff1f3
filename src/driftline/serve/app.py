"""The web application: rooms of the engine behind addresses.

Enters: an engine. Leaves: an ASGI application that any server can run. The caller opens the engine and closes
it; the application only asks it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from driftline.engine.engine import Engine
from driftline.serve import errors, openapi, static
from driftline.serve.auth import Door
from driftline.serve.intake import Intake
from driftline.serve.live import Live
from driftline.serve.operation import Endpoint
from driftline.serve.paths import PathRoute
from driftline.serve.routes import OPERATIONS
from driftline.serve.threads import Threads


def create_app(engine: Engine, *, token: str = "", page: Path | None = None) -> Starlette:
    """Return the application that serves ``engine``.

    Args:
        engine: an open engine; it stays open when the application ends.
        token: what a POST must carry as Bearer token; ``""`` = nothing.
        page: folder of the built web page; default the one in the package.
    """
    threads = Threads()
    live = Live(engine, threads)
    intake = Intake(engine, threads)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        working = [asyncio.create_task(live.watch()), asyncio.create_task(intake.follow())]
        try:
            yield
        finally:
            live.close()
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    app = Starlette(
        routes=[*_routes(), static.route(page or static.built())],
        middleware=[Middleware(Door, token=token)],
        lifespan=lifespan,
    )
    errors.install(app)
    app.state.engine = engine
    app.state.threads = threads
    app.state.intake = intake
    app.state.live = live
    app.state.openapi = msgspec.json.encode(openapi.document(OPERATIONS))
    return app


def _routes() -> list[PathRoute]:
    """One route per address, so that a wrong method is told apart from a wrong address."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation.endpoint
    return [PathRoute(path, _by_method(endpoints), methods=[*endpoints]) for path, endpoints in by_path.items()]


def _by_method(endpoints: Mapping[str, Endpoint]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return endpoint
