import pytest
from starlette.testclient import TestClient

GRAPH = "/api/v1/graph"


def test_the_lineage_of_a_name_comes_with_a_place_for_each_node(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"node": "features"}).json()
    ids = {node["id"] for node in body["nodes"]}
    assert {"dataset:file:raw", "job:default:build", "dataset:file:features"} <= ids
    assert set(body["layout"]) == ids
    # raw feeds build, build writes features: left to right
    columns = [body["layout"][node][0] for node in ("dataset:file:raw", "job:default:build", "dataset:file:features")]
    assert columns == sorted(columns)
    assert len(set(columns)) == 3


def test_a_direction_leaves_the_other_side_out(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"node": "features", "direction": "down"}).json()
    assert "dataset:file:raw" not in {node["id"] for node in body["nodes"]}


def test_before_anything_was_known_the_graph_is_empty(filled: TestClient) -> None:
    body = filled.get(GRAPH, params={"node": "features", "as_of": "2012-12-31"}).json()
    assert body["edges"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"node": "featurs"}, 404, "not-found"),
        ({}, 400, "bad-input"),
        ({"node": ""}, 400, "bad-input"),
        ({"node": "features", "depth": "-1"}, 400, "bad-input"),
        ({"node": "features", "depth": "many"}, 400, "bad-input"),
        ({"node": "features", "direction": "sideways"}, 400, "bad-input"),
        ({"node": "features", "as_of": "yesterday"}, 400, "bad-input"),
        ({"node": "features", "dept": "3"}, 400, "bad-input"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    filled: TestClient, query: dict[str, str], status: int, code: str
) -> None:
    response = filled.get(GRAPH, params=query)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_an_unknown_parameter_is_answered_with_the_known_ones(filled: TestClient) -> None:
    message = filled.get(GRAPH, params={"node": "features", "dept": "3"}).json()["error"]["message"]
    assert "dept" in message
    assert "depth" in message


def test_the_impact_of_a_dataset_is_told(filled: TestClient) -> None:
    body = filled.get("/api/v1/impact", params={"node": "raw"}).json()
    assert body["node"] == "dataset:file:raw"
    assert body["sentence"]
