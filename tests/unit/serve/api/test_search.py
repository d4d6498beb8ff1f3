from starlette.testclient import TestClient


def test_a_part_of_a_name_finds_the_node(filled: TestClient) -> None:
    nodes = filled.get("/api/v1/find", params={"q": "feat"}).json()["nodes"]
    assert {"id": "dataset:file:features", "label": "features", "kind": "dataset"} in nodes


def test_nothing_found_is_an_empty_list(filled: TestClient) -> None:
    assert filled.get("/api/v1/find", params={"q": "zzzz"}).json() == {"nodes": []}


def test_an_empty_question_is_refused(filled: TestClient) -> None:
    assert filled.get("/api/v1/find", params={"q": ""}).status_code == 400
