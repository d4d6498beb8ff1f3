from pathlib import Path

import pytest
from starlette.testclient import TestClient

from driftline.engine.engine import Engine
from driftline.serve.app import create_app
from driftline.serve.static import POLICY


@pytest.fixture
def page(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    (folder / "assets" / "index-B1x9_kQz.js").write_text("1")
    (folder / "assets" / "plain.js").write_text("2")
    return folder


def get(engine: Engine, page: Path, path: str) -> tuple[int, str, str]:
    with TestClient(create_app(engine, page=page)) as client:
        response = client.get(path)
        return response.status_code, response.headers.get("cache-control", ""), response.text


def test_the_page_is_asked_for_anew_each_time(engine: Engine, page: Path) -> None:
    for path in ("/", "/index.html"):
        status, cache, text = get(engine, page, path)
        assert (status, cache) == (200, "no-cache")
        assert "<title>page" in text


def test_a_file_with_a_hash_in_its_name_is_kept_for_good(engine: Engine, page: Path) -> None:
    assert get(engine, page, "/assets/index-B1x9_kQz.js")[:2] == (200, "public, max-age=31536000, immutable")
    assert get(engine, page, "/assets/plain.js")[:2] == (200, "no-cache")


def test_the_policy_names_no_foreign_origin_and_no_inline_code() -> None:
    words = {word for part in POLICY.split(";") for word in part.split()[1:]}
    assert words == {"'self'", "'none'"}
    assert "script-src 'self'" in POLICY
    assert "frame-ancestors 'none'" in POLICY


def test_the_page_carries_the_policy(engine: Engine, page: Path) -> None:
    with TestClient(create_app(engine, page=page)) as client:
        headers = client.get("/").headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"


def test_nothing_outside_the_folder_is_served(engine: Engine, page: Path) -> None:
    (page.parent / "secret.txt").write_text("secret")
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"):
        assert get(engine, page, path)[0] == 404


def test_without_a_build_a_page_says_so_and_the_interface_works(engine: Engine, tmp_path: Path) -> None:
    status, cache, text = get(engine, tmp_path, "/")
    assert (status, cache) == (200, "no-cache")
    assert "not built" in text
    assert "npm" in text
    assert get(engine, tmp_path, "/api/v1/overview")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/api/v1/lineage/batch", 405, {"POST"}),
        ("PUT", "/api/v1/lineage/batch", 405, {"POST"}),
        ("DELETE", "/api/v1/overview", 405, {"GET", "HEAD"}),
        ("GET", "/api/v1/nothing", 404, set()),
        ("PUT", "/api/v1/nothing", 404, set()),
        ("GET", "/api/", 404, set()),
        ("PUT", "/index.html", 405, {"GET", "HEAD"}),
    ],
)
def test_the_page_does_not_answer_for_the_interface(
    engine: Engine, page: Path, method: str, path: str, status: int, allowed: set[str]
) -> None:
    with TestClient(create_app(engine, page=page)) as client:
        response = client.request(method, path, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.json()["error"]["code"] == ("wrong-method" if allowed else "not-found")
    assert set(filter(None, response.headers.get("allow", "").split(", "))) == allowed
