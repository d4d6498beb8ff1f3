from starlette.testclient import TestClient


def test_a_tag_is_named_and_listed(client: TestClient) -> None:
    assert client.get("/api/v1/tags").json() == {"tags": [], "totalCount": 0}
    said = client.put("/api/v1/tags/PII", json={"description": "about people"})
    assert said.json() == {"name": "PII", "description": "about people"}
    assert client.get("/api/v1/tags").json() == {"tags": [said.json()], "totalCount": 1}
    assert client.put("/api/v1/tags/%07", json={}).status_code == 400
