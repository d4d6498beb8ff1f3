import pytest
from starlette.testclient import TestClient

from driftline import errors
from driftline.engine.engine import Engine
from driftline.serve.errors import respond

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/api/v1/nothing", {}, 404, "not-found"),
        ("GET", "/nothing.js", {}, 404, "not-found"),
        ("GET", "/api/v1/incidents/nothing", {}, 404, "not-found"),
        ("GET", "/api/v1/incidents?limit=0", {}, 400, "bad-input"),
        ("POST", "/api/v1/overview", JSON, 405, "wrong-method"),
        ("DELETE", "/api/v1/answers", JSON, 405, "wrong-method"),
        ("POST", "/api/v1/lineage", JSON, 400, "bad-event"),
        ("POST", "/api/v1/lineage", {"content-type": "text/plain"}, 415, "wrong-media-type"),
        ("POST", "/api/v1/lineage", {**JSON, "content-encoding": "br"}, 415, "wrong-media-type"),
        ("POST", "/api/v1/lineage", {**JSON, "content-length": str(10**12)}, 413, "too-large"),
    ],
)
def test_every_error_has_the_one_shape(
    client: TestClient, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    response = client.request(method, path, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error", "code", "message"]
    assert (body["code"], body["message"]) == (status, body["error"]["message"])  # where Marquez has them
    assert list(body["error"]) == ["code", "message", "hint"]
    assert body["error"]["code"] == code
    assert all(body["error"].values())


def test_what_nobody_foresaw_is_told_in_the_same_shape_without_its_inside(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault() -> None:
        raise RuntimeError("a secret from deep inside")

    monkeypatch.setattr(engine, "overview", fault)
    response = client.get("/api/v1/overview")
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "error"
    assert "secret" not in response.text


def test_a_wrong_method_is_answered_with_the_right_ones(client: TestClient) -> None:
    message = client.delete("/api/v1/answers", headers=JSON).json()["error"]["message"]
    assert "GET" in message
    assert "POST" in message


def test_refusals_that_pass_by_themselves_say_when_to_come_back() -> None:
    assert respond(errors.Busy()).headers["retry-after"] == "1"
    assert respond(errors.Unauthorized()).headers["www-authenticate"] == "Bearer"
