from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from driftline.serve.paths import PathRoute, undecoded


async def endpoint(_request: Request) -> Response:
    return Response()


def matched(path: str, given: str, method: str = "GET") -> tuple[Match, dict[str, str] | None]:
    scope = {"type": "http", "method": method, "path": "/", "raw_path": given.encode()}
    match, child = PathRoute(path, endpoint, methods=["GET"]).matches(scope)
    return match, child.get("path_params")


@pytest.mark.parametrize(
    ("given", "namespace", "name"),
    [
        ("/n/etl/d/orders", "etl", "orders"),
        ("/n/postgres%3A%2F%2Fh%3A5432/d/public.orders", "postgres://h:5432", "public.orders"),
        ("/n/s3:%2F%2Fb/d/a%2Fb%20c/", "s3://b", "a/b c"),
        ("/n/caf%C3%A9/d/100%25", "café", "100%"),
    ],
)
def test_each_part_is_decoded_on_its_own(given: str, namespace: str, name: str) -> None:
    assert matched("/n/{namespace}/d/{name}", given) == (Match.FULL, {"namespace": namespace, "name": name})


def test_a_part_must_hold_something_and_fixed_parts_must_be_the_same() -> None:
    for given in ("/n//d/x", "/n/a/e/x", "/n/a/d", "/n/a/d/x/y", "/", ""):
        assert matched("/n/{namespace}/d/{name}", given) == (Match.NONE, None)


def test_another_method_is_told_apart_from_another_path() -> None:
    assert matched("/n/{key}", "/n/a", "POST")[0] == Match.PARTIAL


def test_the_path_below_a_root_and_the_path_of_a_server_that_gives_no_raw_one() -> None:
    scope: dict[str, Any] = {"type": "http", "path": "/app/n/a", "raw_path": b"/app/n/a%2Fb?x=1", "root_path": "/app"}
    assert undecoded(scope) == "/n/a%2Fb"
    assert undecoded({"type": "http", "path": "/n/a"}) == "/n/a"


def test_what_is_no_request_does_not_match() -> None:
    assert PathRoute("/n", endpoint, methods=["GET"]).matches({"type": "websocket"})[0] == Match.NONE
