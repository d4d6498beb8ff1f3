"""Routes whose parts may hold anything, slashes and colons among it.

Enters: the path as it came, before percent signs are decoded. Leaves: a match with the parts by name, each decoded on
its own: ``/namespaces/postgres%3A%2F%2Fh%3A5432`` has two parts. A slash at the end makes no difference.
"""

from collections.abc import Sequence
from urllib.parse import unquote

from starlette.routing import Match, Route
from starlette.types import Scope

from driftline.serve.operation import Endpoint


class PathRoute(Route):
    """A route that is matched part by part on the undecoded path."""

    def __init__(self, path: str, endpoint: Endpoint, *, methods: Sequence[str]) -> None:
        super().__init__(path, endpoint, methods=list(methods))
        self._parts = path.strip("/").split("/")

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return whether the path fits, and the parts of it that have names."""
        if scope["type"] != "http":
            return Match.NONE, {}
        given = undecoded(scope).strip("/").split("/")
        if len(given) != len(self._parts):
            return Match.NONE, {}
        named = dict(scope.get("path_params", {}))
        for part, value in zip(self._parts, given, strict=True):
            if part.startswith("{") and value:
                named[part[1:-1]] = unquote(value)
            elif part != value:
                return Match.NONE, {}
        found = {"endpoint": self.endpoint, "path_params": named}
        return (Match.FULL if scope["method"] in (self.methods or ()) else Match.PARTIAL), found


def undecoded(scope: Scope) -> str:
    """Return the path of a request below the application's root, percent signs and all."""
    raw = scope.get("raw_path")
    path: str = raw.partition(b"?")[0].decode("latin-1") if raw else scope["path"]
    return path.removeprefix(scope.get("root_path", "").rstrip("/"))
