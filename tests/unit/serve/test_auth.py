from pathlib import Path

import pytest
from starlette.testclient import TestClient

from driftline.engine.engine import Engine
from driftline.serve.app import create_app


def ask(engine: Engine, tmp_path: Path, headers: dict[str, str], token: str = "") -> int:
    with TestClient(create_app(engine, token=token, page=tmp_path)) as client:
        return client.post("/api/v1/lineage/batch", content=b"[]", headers=headers).status_code


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_post_that_a_foreign_page_could_send_is_refused(engine: Engine, tmp_path: Path, kind: str) -> None:
    # the three content types that HTML forms and "simple" cross-origin requests may carry, and none at all
    assert ask(engine, tmp_path, {"content-type": kind} if kind else {}) == 415


def test_json_with_a_character_set_is_json(engine: Engine, tmp_path: Path) -> None:
    assert ask(engine, tmp_path, {"content-type": "Application/JSON; charset=utf-8"}) == 204


@pytest.mark.parametrize(
    ("given", "status"),
    [("", 401), ("Bearer wrong", 401), ("Basic secret", 401), ("Bearer secret", 204), ("bearer  secret", 204)],
)
def test_where_there_is_a_token_a_post_must_carry_it(engine: Engine, tmp_path: Path, given: str, status: int) -> None:
    headers = {"content-type": "application/json"} | ({"authorization": given} if given else {})
    assert ask(engine, tmp_path, headers, token="secret") == status


def test_reading_needs_no_token(engine: Engine, tmp_path: Path) -> None:
    with TestClient(create_app(engine, token="secret", page=tmp_path)) as client:
        assert client.get("/api/v1/overview").status_code == 200


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 404),
        ("POST", {"origin": "http://testserver"}, 404),
        ("POST", {"origin": "https://elsewhere.example"}, 415),
        ("POST", {"origin": "null"}, 415),
        ("POST", {"origin": "http://page.example:3000", "sec-fetch-site": "same-origin"}, 404),  # through its proxy
        ("POST", {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}, 415),
        ("POST", {"origin": "http://page.example:3000", "sec-fetch-site": "same-site"}, 415),
        ("POST", {"content-type": "text/plain"}, 415),
        ("DELETE", {"origin": "https://elsewhere.example"}, 404),  # no page may send it there without our consent
    ],
)
def test_without_a_body_no_type_is_needed_unless_a_foreign_page_may_have_sent_it(
    engine: Engine, tmp_path: Path, method: str, headers: dict[str, str], status: int
) -> None:
    with TestClient(create_app(engine, page=tmp_path)) as client:
        path = "/api/v1/namespaces/a/jobs/b/tags/c"
        assert client.request(method, path, headers=headers).status_code == status


def test_a_put_and_a_delete_need_the_token_too(engine: Engine, tmp_path: Path) -> None:
    with TestClient(create_app(engine, token="secret", page=tmp_path)) as client:
        assert client.put("/api/v1/tags/a", json={}).status_code == 401
        assert client.delete("/api/v1/namespaces/a").status_code == 401
        assert client.put("/api/v1/tags/a", json={}, headers={"authorization": "Bearer secret"}).status_code == 200
