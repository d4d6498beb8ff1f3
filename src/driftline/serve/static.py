"""The web page: files that the build of ``ui/`` left in ``serve/static``.

Files with a hash in their name never change and are kept by browsers; ``index.html`` is asked for anew each
time. The content security policy names no foreign origin. Where no build is present, a page says so and the
API works all the same.
"""

import re
from importlib import resources
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from driftline.serve.paths import undecoded

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_HASHED = re.compile(r"-[A-Za-z0-9_-]{8,}\.\w+$")
_FOREVER = "public, max-age=31536000, immutable"

ABSENT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Driftline</title></head>
<body>
<h1>Driftline is running; its web page is not built.</h1>
<p>This installation comes from a source tree without the built page. The interface works: see
<a href="api/openapi.json">api/openapi.json</a>, <a href="metrics">metrics</a> and the command
<code>driftline incidents</code>.</p>
<p>To build the page: <code>npm ci &amp;&amp; npm run build</code> in the folder <code>ui</code>.</p>
</body></html>
"""


class Page(StaticFiles):
    """Static files with our headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file at ``path``."""
        response = await super().get_response(path, scope)
        response.headers.update(HEADERS)
        response.headers["cache-control"] = _FOREVER if _HASHED.search(path) else "no-cache"
        return response


class Elsewhere(Mount):
    """Everything but the interface, whose addresses say themselves which methods they take."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether this is an address of the page."""
        if scope["type"] == "http" and undecoded(scope).lstrip("/").startswith("api/"):
            return Match.NONE, {}
        return super().matches(scope)


async def _absent(_request: Request) -> Response:
    return HTMLResponse(ABSENT, headers={**HEADERS, "cache-control": "no-cache"})


def built() -> Path:
    """Return the folder that the build is written to."""
    return Path(str(resources.files("driftline") / "serve" / "static"))


def route(folder: Path) -> BaseRoute:
    """Return the route of the page, whose files are in ``folder``."""
    if (folder / "index.html").is_file():
        return Elsewhere("/", Page(directory=folder, html=True), name="page")
    return Route("/", _absent, name="page")
