from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

Make = Callable[..., dict[str, Any]]
ADDRESS = "/api/v1/answers"


def test_recorded_answers_are_listed_newest_first(client: TestClient, an_answer: Make) -> None:
    assert client.post(ADDRESS, json=[an_answer(1), an_answer(2)]).json() == {"recorded": 2}
    found = client.get(ADDRESS).json()["answers"]
    assert [answer["id"][-1] for answer in found] == ["2", "1"]
    assert found[0]["money"] == 300.0


def test_the_list_goes_on_before_an_answer(client: TestClient, an_answer: Make) -> None:
    client.post(ADDRESS, json=[an_answer(number) for number in (1, 2, 3)])
    before = an_answer(2)["id"]
    found = client.get(ADDRESS, params={"before": before}).json()["answers"]
    assert [answer["id"][-1] for answer in found] == ["1"]


def test_the_list_can_be_narrowed_to_an_endpoint(client: TestClient, an_answer: Make) -> None:
    client.post(ADDRESS, json=[an_answer(1), an_answer(2, endpoint="pricing")])
    found = client.get(ADDRESS, params={"endpoint": "pricing"}).json()["answers"]
    assert [answer["endpoint"] for answer in found] == ["pricing"]


def test_one_answer_is_told_and_explained(filled: TestClient, an_answer: Make) -> None:
    id_ = an_answer(1)["id"]
    assert filled.get(f"{ADDRESS}/{id_}").json()["decision"] == "refund"
    body = filled.get(f"{ADDRESS}/{id_}/why").json()
    assert body["answer"]["id"] == id_
    assert set(body["layout"]) == {node["id"] for node in body["graph"]["nodes"]}


def test_an_unknown_answer_is_not_found(client: TestClient) -> None:
    for tail in ("", "/why"):
        assert client.get(f"{ADDRESS}/0194a1b2-1111-7000-8000-00000000ffff{tail}").status_code == 404


def test_answers_of_another_shape_are_refused_with_the_place(client: TestClient, an_answer: Make) -> None:
    response = client.post(ADDRESS, json=[an_answer(1), an_answer(2, money="much")])
    assert response.status_code == 400
    assert "$[1].money" in response.json()["error"]["message"]
    assert client.get(ADDRESS).json() == {"answers": []}


def test_the_list_can_be_narrowed_to_a_document_a_version_and_a_time(client: TestClient, an_answer: Make) -> None:
    documents = [{"content": "xxh3:1", "document": "refunds.md#3", "score": 0.5}]
    client.post(ADDRESS, json=[an_answer(1), an_answer(2, documents=documents)])
    for narrowed in ({"document": "xxh3:1"}, {"document": "refunds.md"}, {"document": "refunds.md#3"}):
        found = client.get(ADDRESS, params=narrowed).json()["answers"]
        assert [answer["id"][-1] for answer in found] == ["2"]
    node = an_answer(1)["sources"][0]["version"]
    name = f"dataset:{node['dataset']['namespace']}:{node['dataset']['name']}"
    assert len(client.get(ADDRESS, params={"node": name}).json()["answers"]) == 2
    assert client.get(ADDRESS, params={"until": "1990-01-01"}).json() == {"answers": []}
    assert client.get(ADDRESS, params={"node": "nothing at all"}).status_code == 404
    assert client.get(ADDRESS, params={"since": "never"}).status_code == 400


def test_an_explanation_sums_up_links_where_asked_to(filled: TestClient, an_answer: Make) -> None:
    address = f"{ADDRESS}/{an_answer(1)['id']}/why"
    plain, derived = (filled.get(address, params={"derived": said}).json() for said in ("false", "true"))
    assert len(plain["graph"]["edges"]) <= len(derived["graph"]["edges"])
    assert not any(edge.get("via") for edge in plain["graph"]["edges"])
